"""What travels between a site and the cloud, whatever the transport.

Field names are those of `protos/sync.proto`. Money never appears here but inside a record's JSON.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ..canonical import canonical_bytes, spelled
from ..storage import StoredRecord
from ..values import value
from .codes import DONE_CODES
from .extent import EVERYTHING, Mark, Scope

PROTOCOL_VERSION = 1

PROOFS_MAX = 501
"""Proofs of a Hello: of the last acknowledged change and of 500 after it."""

Op = Literal["CREATE", "UPDATE", "DELETE"]


@value
class Change:
    """One saved version, or deletion, of a record, as it waits in the outbox and travels.

    Immutable once sealed: other content is another change_id that ``supersedes`` this one.

    Attributes:
        base_version: version in the cloud that it started from; 0 for none.
        body: canonical JSON of the record; empty for DELETE.
        base_body: before-image of a catalog's update, for the merge by field in the cloud; else "".
        refs: ids of the records it refers to: {id: type}.
        post_on_apply: ledgers to post the voucher in when it is accepted; ``pass_warnings``: the user
            passes what is only warned of.
        override: what the user decided knowingly, empty else: {"seen_version", "choice"}, with
            ``fields`` {path: side} for a choice field by field and ``target`` for the record that shall
            stand for this one; ``user`` who decided.
        group_id: changes of one group are accepted together or not at all; empty: it stands alone.
        attempt: 1, then one more for every Đồng bộ lại; not part of the digest.
    """

    change_id: str
    type: str
    record_id: str
    op: Op
    base_version: int
    body: str
    schema_version: int = 1
    base_body: str = ""
    refs: Mapping[str, str] = field(default_factory=dict)
    post_on_apply: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()
    override: Mapping[str, Any] = field(default_factory=dict)
    group_id: str = ""
    made_offline: bool = False
    provenance: Mapping[str, str] = field(default_factory=dict)
    attempt: int = 1
    pass_warnings: bool = False

    def content(self) -> bytes:
        """Return the canonical bytes of all but the attempt: what is sealed and proven."""
        return spelled(self.fields())

    def fields(self) -> dict[str, Any]:
        """Return all but the attempt as JSON values.

        Raises:
            Refused: ``float_refused``: in what the user decided.
        """
        if self.override:
            canonical_bytes(self.override)  # All else is text, whole numbers and truth values.
        return {
            "change_id": self.change_id,
            "type": self.type,
            "record_id": self.record_id,
            "op": self.op,
            "base_version": self.base_version,
            "body": self.body,
            "schema_version": self.schema_version,
            "base_body": self.base_body,
            "refs": dict(self.refs),
            "post_on_apply": list(self.post_on_apply),
            "pass_warnings": self.pass_warnings,
            "supersedes": list(self.supersedes),
            "override": dict(self.override),
            "group_id": self.group_id,
            "made_offline": self.made_offline,
            "provenance": dict(self.provenance),
        }

    def digest(self) -> bytes:
        """Return the SHA-256 of the content, 32 bytes."""
        return hashlib.sha256(self.content()).digest()


CHAIN_START = bytes(32)


def chain(previous: bytes, site_seq: int, change: Change) -> bytes:
    """Extend a site log's proof by one sealed change (sync-design §2)."""
    link = previous + site_seq.to_bytes(8, "big") + change.change_id.encode() + change.digest()
    return hashlib.sha256(link).digest()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The cloud's answer to one change.

    Attributes:
        code: APPLIED, NUMBER_TAKEN, …
        version: the record's version in the cloud after it (or now), 0 for none.
        record: the record as accepted, when it differs from what was sent or the site lacks it.
        detail: JSON values: ``code`` and ``findings`` of INVALID, holder, ids, suggestion …
        posting: JSON text of the posting state by ledger, as in the record's envelope.
    """

    change_id: str
    code: str
    version: int = 0
    feed_seq: int = 0
    record: StoredRecord | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    posting: str = ""

    @property
    def done(self) -> bool:
        """Tell whether the change is in the cloud."""
        return self.code in DONE_CODES


@dataclass(frozen=True, slots=True)
class HelloRequest:
    """A site opens a session.

    Attributes:
        chains: proof at ``acked`` … ``sealed`` (at most `PROOFS_MAX` of them).
        cursor: the last place of the feed that is known here: applied, or given to what was taken back.
        unacked_change_ids: of what waits, was refused or given up here, and what it took the place
            of: the cloud returns none of these.
        takes_over: an administrator says that the site runs here from now on, wherever it ran before.
        types: record types that the site knows, with the version of the body that it writes.
        feed_proof: the last link of the cloud's chain that a page brought, ``FEED_SEQ:HASH``.
    """

    incarnation: int
    history_id: str
    sealed: int
    acked: int
    chains: tuple[bytes, ...]
    cursor: int
    unacked_change_ids: tuple[str, ...] = ()
    host: str = ""
    protocol_min: int = PROTOCOL_VERSION
    protocol_max: int = PROTOCOL_VERSION
    manifest: Mapping[str, str] = field(default_factory=dict)
    clock: str = ""
    takes_over: bool = False
    types: Mapping[str, int] = field(default_factory=dict)
    feed_proof: str = ""


@dataclass(frozen=True, slots=True)
class HelloReply:
    """The cloud's decision: OK, NEW_INCARNATION, NEW_HISTORY, CURSOR_INVALID.

    Attributes:
        processed: W, the last position of the site's log that the cloud has decided.
        verdicts: those of acked < position ≤ W, in order.
        parked: refused changes of this site that it does not know of any more, from the bodies that
            the cloud keeps; with OK and NEW_INCARNATION. When there are some, the site says Hello again
            for more.
        scope: what the site holds from now on; it lets go of the rest, and asks for what it lacks.
        modes: type → `lienso.sync.skew` mode, for types of which the two sides' modules differ.
    """

    decision: str
    session_id: str
    incarnation: int
    history_id: str
    processed: int
    head: int
    server_time: str
    verdicts: tuple[Verdict, ...] = ()
    parked: tuple[Change, ...] = ()
    restore_point: int = 0
    scope: Scope = EVERYTHING
    modes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Session:
    """What every request carries and every reply echoes."""

    session_id: str
    incarnation: int
    history_id: str


@dataclass(frozen=True, slots=True)
class PushRequest:
    """Sealed changes in order from ``first_seq``, retries outside the order, and withdrawals.

    ``previous_chain`` is the proof at first_seq - 1. ``decisions``: withdrawn change → {"choice",
    "user"}: who gave it up and for what.
    """

    session: Session
    first_seq: int
    previous_chain: bytes
    changes: tuple[Change, ...] = ()
    retries: tuple[Change, ...] = ()
    withdraws: tuple[str, ...] = ()
    decisions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PushReply:
    """One verdict a change, then one a retry, in the order sent."""

    session: Session
    verdicts: tuple[Verdict, ...]
    processed: int
    head: int


@dataclass(frozen=True, slots=True)
class PullRequest:
    """Everything after ``cursor``, at most so many records and bytes.

    ``had``: only what lies in the site's scope and not in this one, up to the place ``until``.
    """

    session: Session
    cursor: int
    records_max: int = 500
    bytes_max: int = 512 * 1024
    had: Scope | None = None
    until: int = 0


@dataclass(frozen=True, slots=True)
class PullReply:
    """A page: the site keeps records and cursor in one transaction. ``done``: nothing more now.

    ``evicted``: records that left the site's scope; it lets go of them. ``chain``: the link of the
    cloud's chain at ``next_cursor``, ``FEED_SEQ:HASH``; empty where there is none."""

    session: Session
    records: tuple[StoredRecord, ...]
    next_cursor: int
    head: int
    done: bool
    evicted: tuple[Mark, ...] = ()
    chain: str = ""


@dataclass(frozen=True, slots=True)
class HeartbeatRequest:
    """Life of a site: what waits there. ``oldest_pending``: UTC instant or empty."""

    session: Session
    pending: int
    failed: int
    oldest_pending: str
    cursor: int
    clock: str


@dataclass(frozen=True, slots=True)
class HeartbeatReply:
    """Life of the cloud."""

    session: Session
    head: int
    server_time: str


@dataclass(frozen=True, slots=True)
class Poke:
    """Data-free hint that the feed moved; a lost one costs nothing."""

    head: int
    why: str = "feed"


@dataclass(frozen=True, slots=True)
class ReserveRequest:
    """Ask for the next free numbers of a voucher's series: to renumber, or as a lease.

    Attributes:
        record_type: whose series; ``date``: the posting date, ISO, which decides the year.
        lease_id: made by the site; the same id again gets the same numbers. Empty: no lease.
        prefix: which series of a type that has several; empty: the usual one. Leases are of that one.
    """

    session: Session
    record_type: str
    ledger: str
    date: str
    count: int = 1
    lease_id: str = ""
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class ReserveReply:
    """Numbers given; the cloud's counter is past them."""

    session: Session
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReOfferRequest:
    """Records that a site holds as they were accepted in a history that the cloud lost (§13)."""

    session: Session
    records: tuple[StoredRecord, ...]


@dataclass(frozen=True, slots=True)
class ReOfferReply:
    """One verdict a record, in the order sent; ``change_id`` is the record's id.

    APPLIED: it is there again. DUPLICATE: it was there, or a version that grew out of it. Anything
    else: it is not, for this reason."""

    session: Session
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class CallRequest:
    """A function, figure or report to run in the cloud, exactly once by ``call_id``.

    Attributes:
        kind: ``invoke``, ``figure`` or ``report``; ``account``: about signing in
            (`lienso.security.accounts`).
        params: JSON object; not shown, an account's holds passwords.
        pass_warnings: the user accepts that other sites have unsent records.
    """

    kind: Literal["invoke", "figure", "report", "account"]
    id: str
    params: Mapping[str, Any] = field(repr=False)
    call_id: str
    user: str = "system"
    workstation: str = ""
    pass_warnings: bool = False


@dataclass(frozen=True, slots=True)
class Underway:
    """How far a function is that takes long. ``total``: 0 when it is not known."""

    done: int = 0
    total: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class CallReply:
    """``result``: JSON value. ``head``: the site pulls to here before it shows the result.

    ``underway``: it has not ended; there is no result yet, and the site asks again by the call id.
    """

    result: Any
    head: int
    findings: tuple[Mapping[str, Any], ...] = ()
    underway: Underway | None = None


@dataclass(frozen=True, slots=True)
class OperationRequest:
    """Ask how far a function is, or cancel it, by the id of its call."""

    call_id: str


@dataclass(frozen=True, slots=True)
class CancelReply:
    """``cancelled``: it was under way and ends without effect the next time it tells how far it is."""

    cancelled: bool
