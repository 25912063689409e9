"""Rewriting what was accepted: bodies and entries that follow a merge, a move or a new number.

Nothing is posted again and no check of saving is asked: a function that rewrites history has asked what
it must ask. Every record gets its next version, so that sites take it by the feed; entries keep their
places, amounts and states. In the cloud alone. Undo is by the log of what was rewritten.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from . import claims, numbers, once, posting
from .canonical import canonical_text, parse
from .errors import Refused
from .fields import parse_body, to_json
from .ids import instant_text
from .model import LEDGERS, Ledger, Record, RecordEvent
from .records import posting_date_of, references, to_record
from .skew import body_of
from .storage import PostedEntry, RecordRef

if TYPE_CHECKING:
    from .transaction import Transaction

Change = Callable[[PostedEntry], PostedEntry]
"""An entry → the entry as it shall be; the same object leaves it alone."""

TABLE = "rewritten"


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A record that a run rewrote: the version it got, and the run's own note."""

    type: str
    id: str
    version: int
    note: Any


def record(
    transaction: Transaction, type: str, body: Mapping[str, Any], id: str | None = None
) -> Record[Any]:
    """Store a version of a record, posted or not, asking no check; without ``id`` a new record.

    Args:
        body: JSON values, references as ids.
    Raises:
        Refused: ``only_in_cloud``; ``invalid``: it does not fit its model; another record holds its
            code, number or unique values.
    """
    if transaction.view.role != "cloud":
        raise Refused("only_in_cloud", {"type": type})
    record_type = transaction.kernel.registry.record_type(type)
    before = None if id is None else transaction.writer.get(type, id)
    data, findings = parse_body(record_type.model, body)
    if data is None:
        raise Refused("invalid", {"type": type, "id": id or ""}, findings)
    old = None if before is None else to_record(transaction.kernel.registry, before)
    new: Record[Any] = Record(type, id or once.new_id(transaction, type), 0, data)
    if old is not None:
        new = replace(old, data=data)
    values = to_json(data)
    claims.claim(transaction, record_type, new, values, old)
    text, refs = canonical_text(values), references(record_type, values)
    stored = transaction.put(record_type, new, values, text, refs, before)
    if record_type.kind == "catalog":
        transaction.view.forget_memos()
    event = RecordEvent(
        transaction.by.tenant, type, new.id, stored.version, False, transaction.by.site
    )
    transaction.note_event("lienso_record_saved", {"event": event})
    return replace(new, version=stored.version, feed_seq=stored.feed_seq, at=stored.at)


def entries(transaction: Transaction, book: str, voucher: RecordRef, change: Change) -> int:
    """Change entries of a voucher in place; returns how many differ now."""
    found = [
        posted
        for posted in transaction.writer.book(book).entries(voucher=voucher.id)
        if posted.record_type == voucher.type
    ]
    made = [change(posted) for posted in found]
    by_ledger: dict[str, list[PostedEntry]] = {}
    for old, new in zip(found, made, strict=True):
        if new is not old:
            by_ledger.setdefault(new.entry.ledger, [])
    for new in made:
        if new.entry.ledger in by_ledger:
            by_ledger[new.entry.ledger].append(new)
    for rows in by_ledger.values():
        first = rows[0]
        transaction.writer.post(
            book,
            voucher,
            [row.entry for row in rows],
            number=first.number,
            voucher_date=first.voucher_date,
            description=first.description,
        )
    return sum(new is not old for old, new in zip(found, made, strict=True))


def join(
    transaction: Transaction, type: str, body: Mapping[str, Any], goes: str, stays: str
) -> None:
    """Put one record into another, as their type says; the one that goes leaves a tombstone.

    Args:
        body: of the one that goes, as it would be.
    Raises:
        Refused: as `record`.
    """
    record_type = transaction.kernel.registry.record_type(type)
    assert record_type.join is not None, "who calls has asked"
    writer, view = transaction.writer, transaction.view
    old, kept = writer.get(type, goes), writer.get(type, stays)
    assert old is not None, "what goes is there"
    assert kept is not None, "what stays is there"
    at, made = instant_text(view.now), transaction.provenance()
    posting.take_out(transaction, record_type, to_record(transaction.kernel.registry, old), None)
    transaction.note(writer.delete(type, goes, base=old.version, at=at, provenance=made))
    joined = record(
        transaction, type, record_type.join.body(body_of(record_type, kept), body), stays
    )
    post = record_type.join.entries
    if post is None:
        return
    posting.take_out(transaction, record_type, joined, None)
    for ledger in [ledger for ledger in LEDGERS if joined.posted(ledger)]:
        posting.write(transaction, record_type, joined, {ledger: post(joined, ledger, view)})


def repost(transaction: Transaction, posted: Record[Any], ledger: Ledger) -> None:
    """Write a posted record's entries anew, as its type says now; the record stays as it is.

    Call it in a savepoint: what is refused must keep its old entries.

    Raises:
        Refused: what forbids its posting; warnings were passed when it was posted.
    """
    record_type = transaction.kernel.registry.record_type(posted.type)
    posting.take_out(transaction, record_type, posted, ledger)
    proposed, findings = posting.propose(transaction, record_type, posted, ledger)
    posting.refuse_posting(findings, True)
    posting.write(transaction, record_type, posted, {ledger: proposed})


def renumber(
    transaction: Transaction, ledger: Ledger, changes: Sequence[tuple[Record[Any], str]]
) -> list[Record[Any]]:
    """Give vouchers other numbers in a ledger, at once: they may take each other's.

    Raises:
        Refused: ``voucher_no_duplicate``: a voucher that is not among them has the number.
    """
    field, types = numbers.FIELD_OF[ledger], transaction.kernel.registry.record_types
    for old, _number in changes:
        space = numbers.space_of(transaction.view, types[old.type], ledger, old)
        transaction.writer.release(RecordRef(old.type, old.id), space)
    made = []
    for old, number in changes:
        made.append(record(transaction, old.type, {**to_json(old.data), field: number}, old.id))
        ref = RecordRef(old.type, old.id)

        def change(posted: PostedEntry, number: str = number) -> PostedEntry:
            return replace(posted, number=number) if posted.entry.ledger == ledger else posted

        for book in transaction.kernel.registry.books:
            entries(transaction, book, ref, change)
        date = posting_date_of(old.data)
        if date is not None:
            series, own = types[old.type], numbers.own_prefix(types[old.type], old.data)
            numbers.note_number(
                transaction.view, transaction.writer, series, ledger, date, number, own
            )
    return made


# -- the log ----------------------------------------------------------------------------------------


def note(transaction: Transaction, kind: str, run: str, rewritten: Sequence[Rewritten]) -> None:
    """Remember what a run rewrote, for its undo; in the order given."""
    at = instant_text(transaction.view.now)
    table = transaction.writer.state(TABLE)
    first = table.count(equals={"run": run})
    rows = [
        {
            "run": run,
            "place": first + place,
            "kind": kind,
            "type": one.type,
            "record_id": one.id,
            "version": one.version,
            "note": canonical_text(one.note),
            "at": at,
        }
        for place, one in enumerate(rewritten)
    ]
    table.put_many(rows)


def last_run(transaction: Transaction, kind: str) -> str:
    """Return the newest run of a kind that was not taken back; empty when there is none."""
    table = transaction.writer.state(TABLE)
    rows = table.scan(equals={"kind": kind}, order=("at",), descending=True, limit=1)
    return str(rows[0]["run"]) if rows else ""


def run_of(transaction: Transaction, kind: str, run: str) -> list[Rewritten]:
    """Return what a run rewrote, in order; empty when there is no such run."""
    rows = transaction.writer.state(TABLE).scan(equals={"run": run, "kind": kind})
    return [
        Rewritten(row["type"], row["record_id"], row["version"], parse(row["note"])) for row in rows
    ]


def forget_run(transaction: Transaction, run: str) -> None:
    """Forget a run: it was taken back, or its time is over."""
    transaction.writer.state(TABLE).delete_where({"run": run})
