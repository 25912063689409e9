"""State tables of the synchronisation, as storage drivers see them (sync-design §3)."""

from __future__ import annotations

from ..storage import StateTable
from .part_tables import EVICTED, LOCAL_TRASH, SITE_SCOPE, SNAPSHOT_SEEN

REQUEST = StateTable(
    "request", ("request_id",), {"request_id": "text", "record_id": "text", "at": "text"}
)
"""Requests of workstations that were carried out: a double click saves once."""

IDENTITY = StateTable("identity", ("name",), {"name": "text", "value": "text"})
"""Who this store is: site, host, incarnation, log positions; in the cloud the history."""

RECORD_LOCAL = StateTable(
    "record_local",
    ("type", "id"),
    {
        "type": "text",
        "id": "text",
        "ever_synced": "bool",
        "base_version": "int",
        "base": "text",
        "shadow": "text",
        "shadow_version": "int",
    },
)
"""Records with something unsent. No row: the record is as the cloud has it.

``base``: the last accepted version, whole. ``shadow``: a newer one, beside the local edit."""

OUTBOX = StateTable(
    "outbox",
    ("type", "record_id"),
    {
        "type": "text",
        "record_id": "text",
        "change_id": "text",
        "content": "text",
        "saved": "int",
        "made_offline": "bool",
        "at": "text",
    },
    (("saved",),),
)
"""Pending changes, at most one a record; ``saved`` is the order of saving."""

SEALED = StateTable(
    "sealed",
    ("site_seq",),
    {
        "site_seq": "int",
        "change_id": "text",
        "type": "text",
        "record_id": "text",
        "content": "text",
        "chain": "bytes",
    },
    (("record_id",),),
)
"""Changes of the log that wait for a verdict; removed when it is in hand."""

FAILURE_PUSH = StateTable(
    "failure_push",
    ("change_id",),
    {
        "change_id": "text",
        "type": "text",
        "record_id": "text",
        "content": "text",
        "code": "text",
        "detail": "text",
        "attempt": "int",
        "retrying": "bool",
        "returned": "bool",
        "at": "text",
    },
    (("record_id",),),
)
"""Tab 1: what the cloud refused, with the reason. ``returned``: it came back after the store was set
back, beside another edit of its record; neither may take the other's place unasked."""

FAILURE_PULL = StateTable(
    "failure_pull",
    ("type", "record_id"),
    {
        "type": "text",
        "record_id": "text",
        "feed_seq": "int",
        "code": "text",
        "detail": "text",
        "raw": "text",
        "at": "text",
    },
)
"""Tab 3: what could not be applied here; ``raw`` is the record as it came."""

HELD = StateTable(
    "held",
    ("type", "record_id"),
    {
        "type": "text",
        "record_id": "text",
        "feed_seq": "int",
        "waits_for": "text",
        "raw": "text",
    },
    (("waits_for",), ("feed_seq",)),
)
"""Pulled records that are not shown yet, since what they refer to is still to come. ``waits_for``:
one of the ids that are missing."""

OPAQUE = StateTable(
    "opaque",
    ("type", "record_id"),
    {
        "type": "text",
        "record_id": "text",
        "feed_seq": "int",
        "schema_version": "int",
        "raw": "text",
    },
)
"""Pulled records that no installed module can read. ``raw`` is empty where the record is stored as
it came, because its module is missing; else the module is older than what wrote the record."""

WITHDRAWN = StateTable(
    "withdrawn", ("change_id",), {"change_id": "text", "choice": "text", "user": "text"}
)
"""Refused changes that the user gave up, for what and who; the cloud is told at the next push."""

CURSOR = StateTable("cursor", ("name",), {"name": "text", "history_id": "text", "position": "int"})
"""How far the feed was applied."""

FIGURE_CACHE = StateTable(
    "figure_cache",
    ("figure", "params"),
    {"figure": "text", "params": "text", "value": "text", "as_of": "text", "read_at": "text"},
)
"""Last online values of figures. ``read_at``: when a user looked at it last; what is in use is read
again after every pull."""

NUMBER_HISTORY = StateTable(
    "number_history",
    ("record_id", "at", "new"),
    {"record_id": "text", "type": "text", "old": "text", "new": "text", "at": "text"},
)
"""Numbers that changed when they met another office's."""

LEASE = StateTable(
    "lease",
    ("lease_id",),
    {
        "lease_id": "text",
        "counter": "text",
        "incarnation": "int",
        "type": "text",
        "ledger": "text",
        "date": "text",
        "size": "int",
        "numbers": "text",
        "at": "text",
    },
    (("counter",),),
)
"""Numbers that the cloud gave to this site; ``numbers`` is ``[]`` until its answer is here. How many
are used is the counter ``lease/<lease_id>``."""

NUMBER_USE = StateTable(
    "number_use",
    ("counter", "day"),
    {
        "counter": "text",
        "day": "text",
        "type": "text",
        "ledger": "text",
        "date": "text",
        "used": "int",
    },
)
"""Numbers of leased series that were wanted, by day: it decides the size of the next lease."""

PRINT_COUNT = StateTable(
    "print_count",
    ("type", "record_id"),
    {"type": "text", "record_id": "text", "printed": "int", "again": "bool"},
)
"""How often a voucher was printed here. ``again``: its number changed since; it must be printed again."""

CONFLICT_ARCHIVE = StateTable(
    "conflict_archive",
    ("change_id",),
    {
        "change_id": "text",
        "type": "text",
        "record_id": "text",
        "choice": "text",
        "fields": "text",
        "mine": "text",
        "theirs": "text",
        "version": "int",
        "user": "text",
        "at": "text",
    },
    (("record_id",), ("at",)),
)
"""Conflicts that a user decided: both bodies, what was chosen and by whom. ``version``: of theirs."""

SITE_TABLES = (
    REQUEST,
    IDENTITY,
    RECORD_LOCAL,
    OUTBOX,
    SEALED,
    FAILURE_PUSH,
    FAILURE_PULL,
    HELD,
    OPAQUE,
    WITHDRAWN,
    CURSOR,
    FIGURE_CACHE,
    NUMBER_HISTORY,
    LEASE,
    NUMBER_USE,
    PRINT_COUNT,
    CONFLICT_ARCHIVE,
    SNAPSHOT_SEEN,
    LOCAL_TRASH,
    EVICTED,
)

CHANGE_LOG = StateTable(
    "change_log",
    ("change_id",),
    {
        "change_id": "text",
        "code": "text",
        "version": "int",
        "feed_seq": "int",
        "detail": "text",
        "posting": "text",
        "type": "text",
        "record_id": "text",
        "rewritten": "bool",
        "attempt": "int",
        "site_id": "text",
        "incarnation": "int",
        "site_seq": "int",
        "at": "text",
    },
    (("site_id", "incarnation", "site_seq"),),
)
"""What was decided about every change: effects and this row commit together."""

CHAIN = StateTable(
    "chain",
    ("feed_seq",),
    {"feed_seq": "int", "change_id": "text", "facts": "bytes", "hash": "bytes"},
)
"""The hash chain over every version that was accepted (`lienso.chaining`); ``change_id`` is empty for
what was made in the cloud itself."""

PARKED_CHANGE = StateTable(
    "parked_change",
    ("change_id",),
    {"change_id": "text", "site_id": "text", "content": "text", "code": "text", "at": "text"},
    (("site_id",),),
)
"""Full body of every change not applied: the second copy of what only a failure list holds."""

SITE = StateTable(
    "site",
    ("site_id",),
    {
        "site_id": "text",
        "label": "text",
        "token_hash": "text",
        "incarnation": "int",
        "processed": "int",
        "chain": "bytes",
        "session_id": "text",
        "host": "text",
        "seen_at": "text",
        "cursor": "int",
        "pending": "int",
        "failed": "int",
        "oldest_pending": "text",
        "retired": "bool",
    },
)
"""Enrolled sites: W, chain, session, and what each said of itself last."""

REOFFERED = StateTable(
    "reoffered", ("type", "record_id"), {"type": "text", "record_id": "text", "version": "int"}
)
"""Records that sites brought back after a restore, with the version that came back."""

CLIENT = StateTable("client", ("name",), {"name": "text", "token_hash": "text", "label": "text"})
"""Programs that may call the client API."""

ALIAS = StateTable(
    "alias",
    ("type", "old_id"),
    {
        "type": "text",
        "old_id": "text",
        "new_id": "text",
        "user": "text",
        "site": "text",
        "at": "text",
    },
)
"""Which record stands for which: references of incoming changes follow it."""

GRANTED_LEASE = StateTable(
    "granted_lease",
    ("lease_id",),
    {
        "lease_id": "text",
        "site_id": "text",
        "incarnation": "int",
        "type": "text",
        "ledger": "text",
        "date": "text",
        "counter": "text",
        "numbers": "text",
        "state": "text",
        "at": "text",
    },
    (("site_id",), ("counter",)),
)
"""Numbers given to sites: ``open``; ``closed`` by a fence; ``free``: an administrator gave them out
again."""

CALL_LOG = StateTable(
    "call_log",
    ("call_id",),
    {"call_id": "text", "capability": "text", "result": "text", "at": "text"},
)
"""Functions that ran: exactly once by call id."""

BUNDLE = StateTable(
    "bundle",
    ("site_id", "bundle_id"),
    {
        "site_id": "text",
        "bundle_id": "text",
        "number": "int",
        "digest": "text",
        "session_id": "text",
        "replies": "text",
        "at": "text",
    },
    (("site_id", "number"),),
)
"""Files of sites that were taken, so that one taken again is answered again and does nothing.

``replies``: the cloud's answers to its Hello, as JSON."""

BYGONE_RECORD = StateTable(
    "bygone_record",
    ("type", "record_id"),
    {
        "type": "text",
        "record_id": "text",
        "version": "int",
        "versions": "text",
        "at": "text",
    },
)
"""Deleted records that left the feed, with all their versions as JSON. Its name stands before ``chain``:
an export gives tables by name, and the links of the chain are held against versions."""

CLOUD_TABLES = (
    REQUEST,
    IDENTITY,
    CHANGE_LOG,
    CHAIN,
    PARKED_CHANGE,
    SITE,
    REOFFERED,
    CLIENT,
    CALL_LOG,
    ALIAS,
    CONFLICT_ARCHIVE,
    GRANTED_LEASE,
    BUNDLE,
    BYGONE_RECORD,
    SITE_SCOPE,
)
