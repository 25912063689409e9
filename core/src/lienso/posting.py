"""Posting: turning a record into entries of books, all or nothing (spec `system.md` §3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from . import marking
from .errors import Refused
from .model import Finding, Ledger, PostingState, Record, RecordType
from .records import finding_json, ledgers_of, posting_date_of, voucher_ref
from .storage import Entry, RecordRef

if TYPE_CHECKING:
    from .transaction import Transaction

ByBook = Mapping[str, Sequence[Entry]]


def propose(
    transaction: Transaction, record_type: RecordType, record: Record[Any], ledger: Ledger
) -> tuple[ByBook, list[Finding]]:
    """Return the entries a record would write in a ledger, and all that is wrong with them."""
    kernel, view = transaction.kernel, transaction.view
    books = kernel.registry.books
    entries = kernel.calls.propose(record_type, record, ledger, view, books)
    entries = marking.applied(books, entries, record.posting.get(ledger))
    findings = kernel.check(
        "lienso_check_posting", record=record, ledger=ledger, entries=entries, view=view
    )
    return entries, findings


def post(
    transaction: Transaction, record: Record[Any], ledger: Ledger, ignore_warnings: bool
) -> tuple[dict[str, PostingState], str, Ledger]:
    """Post a stored voucher; returns its new states, the hook to tell, and the ledger.

    Raises:
        Refused: ``already_posted``, ``not_postable``, ``not_on_this_book``, the one header error's own
            code, or ``post_failed`` with all findings.
    """
    record_type = transaction.kernel.registry.record_type(record.type)
    if record_type.post is None:
        raise Refused("not_postable", {"type": record.type})
    if record.posted(ledger):
        raise Refused("already_posted", {"ledger": ledger})
    if ledger not in ledgers_of(record.data):
        raise Refused("not_on_this_book", {"ledger": ledger})
    entries, findings = propose(transaction, record_type, record, ledger)
    refuse_posting(findings, ignore_warnings)
    state = PostingState("posted", _passed(findings), marks=_marks(record, ledger))
    posted = replace(record, posting={**record.posting, ledger: state})
    write(transaction, record_type, posted, {ledger: entries})
    return dict(posted.posting), "lienso_record_posted", ledger


def decide(
    transaction: Transaction,
    record_type: RecordType,
    record: Record[Any],
    ledgers: Sequence[Ledger],
    ignore_warnings: bool,
) -> tuple[Record[Any], dict[Ledger, ByBook]]:
    """Work out the postings of a record that is being saved.

    A voucher whose posting is refused is saved all the same, its state says why; a type that posts
    when it is accepted is refused as a whole.
    """
    states: dict[str, PostingState] = dict(record.posting)
    entries: dict[Ledger, ByBook] = {}
    for ledger in ledgers:
        proposed, findings = propose(transaction, record_type, record, ledger)
        try:
            refuse_posting(findings, ignore_warnings)
        except Refused:
            if record_type.posts_when_accepted:
                raise
            told = tuple(finding_json(finding) for finding in findings)
            states[ledger] = PostingState("failed", (), told, _marks(record, ledger))
        else:
            states[ledger] = PostingState("posted", _passed(findings), (), _marks(record, ledger))
            entries[ledger] = proposed
    return (replace(record, posting=states) if states else record), entries


def write(
    transaction: Transaction,
    record_type: RecordType,
    record: Record[Any],
    entries: Mapping[Ledger, ByBook],
) -> None:
    """Write entries into their books under the record's number of each ledger.

    A second posting stands under the voucher that it confirms, with that one's number, day and text.
    """
    from .numbers import FIELD_OF

    ref, shown = _stands_under(transaction, record_type, record)
    for ledger, by_book in entries.items():
        number = getattr(shown, FIELD_OF[ledger], "") or getattr(shown, "no_management", "") or ""
        for book, rows in by_book.items():
            transaction.writer.post(
                book,
                ref,
                rows,
                number=record_type.entry_number or number,
                voucher_date=getattr(shown, "voucher_date", None) or posting_date_of(shown),
                description=getattr(shown, "description", "") or getattr(shown, "reason", "") or "",
            )


def _stands_under(
    transaction: Transaction, record_type: RecordType, record: Record[Any]
) -> tuple[RecordRef, Any]:
    """Return the voucher under which a record's entries stand, and its data."""
    if record_type.second_of is None:
        return voucher_ref(record), record.data
    ref = record_type.second_of(record)
    voucher = None if ref == voucher_ref(record) else transaction.view.get(ref.type, ref.id)
    return ref, record.data if voucher is None else voucher.data


def take_out(
    transaction: Transaction,
    record_type: RecordType,
    record: Record[Any],
    ledger: Ledger | None,
) -> None:
    """Take a record's entries out of all books (of one ledger or of both).

    What confirms the record stays; a record that confirms takes out only that.
    """
    if record_type.post is None:
        return
    second = record_type.second_of is not None
    ref = voucher_ref(record) if record_type.second_of is None else record_type.second_of(record)
    for book in transaction.kernel.registry.books.values():
        if book.second == second:
            transaction.writer.unpost(book.id, ref, ledger if book.ledgers else None)


def refuse_posting(findings: Sequence[Finding], ignore_warnings: bool) -> None:
    """Raise when something stops the posting.

    Raises:
        Refused: the one header error's own code, else ``post_failed``; warnings stop it too unless
            they are passed knowingly.
    """
    errors = [finding for finding in findings if finding.severity == "error"]
    if not errors and (ignore_warnings or not findings):
        return
    if len(errors) == 1 and errors[0].line is None:
        raise Refused(errors[0].code, errors[0].values, findings)
    raise Refused("post_failed", {"errors": len(errors)}, findings)


def _marks(record: Record[Any], ledger: Ledger) -> Mapping[str, Mapping[str, str]]:
    state = record.posting.get(ledger)
    return {} if state is None else state.marks


def _passed(findings: Sequence[Finding]) -> tuple[str, ...]:
    return tuple(sorted({finding.code for finding in findings}))
