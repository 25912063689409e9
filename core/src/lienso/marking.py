"""Marks: what is said of posted entries afterwards, in dimensions that their book leaves open for it.

Amounts, days and all other dimensions stay as posted, so that a locked period is no hindrance. The marks
stand in the voucher's posting state: they outlive unposting and posting again, for as long as the entry
is otherwise about the same, and its history tells who set them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .errors import Refused, Unknown
from .model import Book, PostingState
from .records import to_record
from .storage import Entry, RecordRef

if TYPE_CHECKING:
    from .transaction import Transaction

Place = tuple[int, int]
"""Line and side of an entry."""

Marks = Mapping[Place, Mapping[str, str]]
"""Entry → dimension → value; an empty one takes the mark away."""

_ABOUT = "about"
"""Beside the dimensions of a mark: digest of what the entry was about otherwise."""


def applied(
    books: Mapping[str, Book], entries: Mapping[str, Sequence[Entry]], state: PostingState | None
) -> Mapping[str, Sequence[Entry]]:
    """Return proposed entries with the marks that their voucher has from earlier."""
    if state is None or not state.marks:
        return entries
    marked: dict[str, Sequence[Entry]] = {}
    for book, rows in entries.items():
        marked[book] = [
            _with(books[book], row, state.marks.get(_key(book, row), {})) for row in rows
        ]
    return marked


def _with(book: Book, entry: Entry, mark: Mapping[str, str]) -> Entry:
    if not mark or mark.get(_ABOUT) != _about(book, entry):
        return entry
    return _changed(entry, {name: text for name, text in mark.items() if name != _ABOUT})


def _changed(entry: Entry, values: Mapping[str, str]) -> Entry:
    merged = {**entry.dimensions, **values}
    return replace(entry, dimensions={name: text for name, text in merged.items() if text})


def _key(book: str, entry: Entry) -> str:
    return f"{book} {entry.line} {entry.side}"


def _about(book: Book, entry: Entry) -> str:
    told = sorted(
        (name, text) for name, text in entry.dimensions.items() if text and name not in book.marks
    )
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def mark(transaction: Transaction, book: str, ref: RecordRef, ledger: str, wanted: Marks) -> int:
    """Mark entries of a voucher in a ledger; returns how many changed.

    Raises:
        Unknown: ``unknown_dimension``: the book does not leave it open. Refused: ``not_posted``.
    """
    declared = transaction.kernel.registry.books[book]
    for values in wanted.values():
        for name in values.keys() - set(declared.marks):
            raise Unknown("unknown_dimension", {"book": book, "dimension": name})
    posted = [
        found
        for found in transaction.writer.book(book).entries(voucher=ref.id)
        if (found.record_type, found.entry.ledger) == (ref.type, ledger)
    ]
    if not posted:
        raise Refused("not_posted", {"ledger": ledger, "id": ref.id})
    marks: dict[str, dict[str, str]] = {}
    entries = []
    changed = 0
    for found in posted:
        entry = found.entry
        values = wanted.get((entry.line, entry.side), {})
        new = _changed(entry, values) if values else entry
        if values and new.dimensions != {n: t for n, t in entry.dimensions.items() if t}:
            changed += 1
            marks[_key(book, entry)] = {**values, _ABOUT: _about(declared, entry)}
        entries.append(new)
    if changed:
        first = posted[0]
        transaction.writer.post(
            book,
            ref,
            entries,
            number=first.number,
            voucher_date=first.voucher_date,
            description=first.description,
        )
        _keep(transaction, ref, ledger, marks)
    return changed


def _keep(
    transaction: Transaction, ref: RecordRef, ledger: str, marks: Mapping[str, Mapping[str, str]]
) -> None:
    """Note marks in the posting state of the voucher, as a new version of it."""
    stored = transaction.writer.get(ref.type, ref.id)
    if stored is None:
        return  # entries of a worked case may stand alone
    record = to_record(transaction.kernel.registry, stored)
    state = record.posting[ledger]
    merged: dict[str, Any] = {**state.marks}
    for key, values in marks.items():
        merged[key] = {**merged.get(key, {}), **values}
    states = {**record.posting, ledger: replace(state, marks=merged)}
    transaction.restate(record, states, "lienso_record_posted", ledger)
