"""The way back after the cloud was restored from a backup (sync-design §13).

The restored cloud begins a new history. Each site then offers, record by record, what it holds of the
time after the backup; the cloud takes back what it lost. Sans I/O: functions over one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .. import claims, numbers, posting, rights
from ..calls import guarded
from ..canonical import canonical_text, digest_of, parse
from ..errors import LiensoError, LimitExceeded, Refused, StorageError
from ..model import Record, RecordEvent, RecordType
from ..records import (
    ledgers_of,
    posting_date_of,
    posting_text,
    record_keys,
    to_record,
)
from ..skew import body_of
from ..storage import RecordRef, StoredRecord, View, Writer
from . import scopes
from .cloud_log import site_in_session
from .messages import Change, ReOfferReply, ReOfferRequest, Verdict
from .site_log import (
    change_from_text,
    identity,
    set_identity,
)

if TYPE_CHECKING:
    from ..transaction import Transaction

FEED_JUMP = 2**32
"""A new history gives places in the feed that the lost one cannot have reached."""

FEED_MAX = 2**60
"""A cursor beyond is none of ours: it would leave no room for further histories."""

OFFER_MAX = 100
"""Records of one offer: each is written and posted again in one transaction."""

_VERDICT_OF: Mapping[str, str] = {
    "voucher_no_duplicate": "NUMBER_TAKEN",
    "code_exists": "CODE_TAKEN",
    "module_unavailable": "PLUGIN_MISSING",
    "unknown_record_type": "PLUGIN_MISSING",
    "record_schema_too_new": "SCHEMA_TOO_NEW",
    "plugin_crashed": "INTERNAL",
    "no_permission": "PERMISSION",
}


# -- the cloud: histories ---------------------------------------------------------------------------


def begin_history(
    writer: Writer, new_id: str, point: int | None = None, forgotten: str = ""
) -> None:
    """Begin a new history of a company whose data was set back.

    Args:
        point: the feed is the same up to here; None where all that is stored is from the backup, 0
            where nobody knows.
    """
    head = writer.feed_seq
    began = _histories(writer)
    if not began and (former := identity(writer, "history_id")):
        began = [[former, 0]]
    if forgotten and all(id != forgotten for id, _point in began):
        began.append([forgotten, 0])
    began.append([new_id, head if point is None else point])
    writer.state("reoffered").delete_where({})
    set_identity(writer, history_id=new_id, histories=canonical_text(began), history_start=head)
    _jump(writer, head + FEED_JUMP)


def make_room(writer: Writer, cursor: int) -> None:
    """Give no place from now on that a site may know from a lost history: one backup may be restored
    twice, and does not know of the first time.

    Raises:
        Refused: ``value_out_of_range``.
    """
    if cursor > FEED_MAX:
        raise Refused("value_out_of_range", {"field": "cursor", "value": cursor})
    _jump(writer, cursor + FEED_JUMP)


def _jump(writer: Writer, to: int) -> None:
    """Leave places of the feed out, and remember which: the others are proven to be without a gap."""
    head = writer.feed_seq
    if to > head:
        set_identity(writer, feed_jumps=canonical_text([*feed_jumps(writer), [head, to]]))
        writer.raise_counter("feed_seq", to)


def feed_jumps(view: View) -> list[list[int]]:
    """Return the places that were never given: [the last one before, the last one left out]."""
    found: list[list[int]] = parse(identity(view, "feed_jumps", "[]"))
    return found


def knows_history(view: View, history_id: str) -> bool:
    """Tell whether a history is one of this cloud's."""
    return any(id == history_id for id, _point in _histories(view))


def restore_point(view: View, history_id: str) -> int:
    """Return up to where the feed of an earlier history is that of the present one; 0 when unknown."""
    began = _histories(view)
    known = [place for place, (id, _point) in enumerate(began) if id == history_id]
    return min((point for _id, point in began[known[0] + 1 :]), default=0) if known else 0


def _histories(view: View) -> list[list[Any]]:
    found: list[list[Any]] = parse(identity(view, "histories", "[]"))
    return found


# -- the cloud: records that come back --------------------------------------------------------------


def take_back(transaction: Transaction, site_id: str, request: ReOfferRequest) -> ReOfferReply:
    """Take back what was accepted before the restore, each record in a savepoint of its own.

    Raises:
        Fenced: the session is over. Refused: ``not_restored``. LimitExceeded.
    """
    writer = transaction.writer
    site_in_session(writer, site_id, request.session)
    if not _histories(writer):
        raise Refused("not_restored")
    if len(request.records) > OFFER_MAX:
        raise LimitExceeded(detail={"what": "records", "max": OFFER_MAX})
    verdicts = [_taken(transaction, record) for record in request.records]
    settled = {verdict.change_id for verdict in verdicts if verdict.done}
    for row in writer.state("parked_change").scan(equals={"site_id": site_id}) if settled else ():
        change = change_from_text(row["content"])
        if change.record_id in settled and _accepted_since(writer, change):
            writer.state("parked_change").delete(row["change_id"])
    shown = scopes.shown(scopes.scope_of(writer, site_id), verdicts)
    return ReOfferReply(request.session, shown)


def _taken(transaction: Transaction, record: StoredRecord) -> Verdict:
    writer = transaction.writer
    stored = writer.get(record.type, record.id, deleted=True)
    version = 0 if stored is None else stored.version
    if stored is not None:
        if stored.version >= record.version and _grew_out(writer, record):
            return Verdict(record.id, "DUPLICATE", version, stored.feed_seq)
        if stored.version >= record.version or _made_since(writer, stored):
            code = "CONFLICT_DELETED" if stored.deleted else "CONFLICT_EDIT"
            text = "deleted_on_cloud" if stored.deleted else "version_conflict"
            detail = {"code": text, "stored": version, "base": record.version}
            return Verdict(record.id, code, version, record=stored, detail=detail)
    events = len(transaction.events)
    try:
        with writer.attempt():
            kept: StoredRecord = guarded(
                record.type, "re-offer", lambda: _stored_again(transaction, record)
            )
            return Verdict(record.id, "APPLIED", kept.version, kept.feed_seq, posting=kept.posting)
    except StorageError:
        raise  # The whole offer is made again; no verdict on what could not be written.
    except LiensoError as error:
        del transaction.events[events:]
        transaction.view.forget_memos()
        detail = {"code": error.code, **error.detail}
        code = "INTERNAL" if error.is_crash else _VERDICT_OF.get(error.code, "INVALID")
        return Verdict(record.id, code, version, detail=detail)


def _accepted_since(view: View, change: Change) -> bool:
    """Tell whether what was refused before the backup was accepted after it: the record came back
    in a later version than the one that it was made over."""
    row = view.state("reoffered").get(change.type, change.record_id)
    return row is not None and row["version"] > change.base_version


def _grew_out(view: View, record: StoredRecord) -> bool:
    """Tell whether the stored version is this one, or a later one of the same life of the record."""
    there = {version.version: version for version in view.history(record.type, record.id)}
    if (stored := view.get(record.type, record.id, deleted=True)) is not None:
        there[stored.version] = stored
    same = there.get(record.version)
    if same is not None:
        return same.deleted == record.deleted and (same.deleted or same.digest == record.digest)
    # It is missing where a later version of the lost history came first.
    row = view.state("reoffered").get(record.type, record.id)
    return row is not None and row["version"] > record.version


def _made_since(view: View, stored: StoredRecord) -> bool:
    """Tell whether somebody has worked on a record after the restore."""
    if stored.feed_seq <= int(identity(view, "history_start", "0")):
        return False
    row = view.state("reoffered").get(stored.type, stored.id)
    return row is None or row["version"] != stored.version


def _stored_again(transaction: Transaction, record: StoredRecord) -> StoredRecord:
    """Store a version as it was, with its claims and its postings.

    A voucher that can be posted no more gets a version of its own, so that all sites see it.
    """
    writer, registry = transaction.writer, transaction.kernel.registry
    record_type = registry.record_type(record.type)
    if (
        record.type in rights.TYPES
    ):  # A site could give itself rights; the administrator gives them.
        raise Refused("no_permission", {"type": record.type})
    ref = RecordRef(record.type, record.id)
    writer.release(ref)
    keys: tuple[tuple[str, str], ...] = ()
    if record.deleted:
        gone: Record[Any] = Record(record.type, record.id, record.version, None, True)
        posting.take_out(transaction, record_type, gone, None)
        kept = replace(record, feed_seq=writer.next_value("feed_seq"))
        writer.adopt(kept)
    else:
        if digest_of(record.body) != record.digest:
            raise Refused("invalid", {"reason": "the digest is not that of the body"})
        parsed, body = to_record(registry, record), body_of(record_type, record)
        keys = record_keys(record_type, body)
        _claim(transaction, record_type, parsed, body)
        posting.take_out(transaction, record_type, parsed, None)
        ledgers = [ledger for ledger in ledgers_of(parsed.data) if parsed.posted(ledger)]
        posted, entries = posting.decide(transaction, record_type, parsed, ledgers, True)
        kept = replace(record, feed_seq=writer.next_value("feed_seq"))
        if any(posted.posted(ledger) != parsed.posted(ledger) for ledger in ledgers):
            text = posting_text(posted.posting)
            kept = replace(kept, version=record.version + 1, posting=text)
        writer.adopt(kept, keys)
        posting.write(transaction, record_type, posted, entries)
    transaction.note(kept)
    row = {"type": kept.type, "record_id": kept.id, "version": kept.version}
    writer.state("reoffered").put(row)
    _tell(transaction, record_type, kept)
    return kept


def _claim(
    transaction: Transaction, record_type: RecordType, record: Record[Any], body: Mapping[str, Any]
) -> None:
    """Hold number and code again, and move the counters past them. Raises: Refused: they are taken."""
    claims.claim(transaction, record_type, record, body)
    date = posting_date_of(record.data)
    if date is None or not numbers.is_numbered(record_type):
        return
    own = numbers.own_prefix(record_type, record.data)
    for ledger in ledgers_of(record.data):
        number = getattr(record.data, numbers.FIELD_OF[ledger], "")
        if number:
            numbers.note_number(
                transaction.view, transaction.writer, record_type, ledger, date, number, own
            )


def _tell(transaction: Transaction, record_type: RecordType, kept: StoredRecord) -> None:
    from ..transaction import Observed  # it needs this package

    if record_type.kind == "catalog":
        transaction.view.forget_memos()
    by = transaction.by
    event = RecordEvent(by.tenant, kept.type, kept.id, kept.version, kept.deleted, by.site)
    transaction.events.append(Observed("lienso_record_saved", {"event": event}))
