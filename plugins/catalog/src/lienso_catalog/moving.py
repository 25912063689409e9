"""Moving what points at one entry of a catalog to another: bodies, entries of books, openings (§4).

One transaction: nobody sees half of it. Vouchers keep their states and amounts; what differs is whom
or what they name. All references of drafts, documents and other catalogs go the same way.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lienso import Record, RecordType, Refused, limits
from lienso.fields import code_tree, ref_tree, to_json
from lienso.model import LEDGERS
from lienso.records import posting_date_of, replace_codes, replace_references
from lienso.rewriting import Rewritten
from lienso.session import Session
from lienso.storage import PostedEntry, RecordRef
from lienso.view import View

from .trees import LEDGER_BOOK

ACCOUNT_DIMENSIONS = ("account", "contra_account")
"""Dimensions of any book that hold an account's code."""

OPENING_NUMBER = "OPN"
"""Number of opening balances; they stand outside turnover."""

_CODE = re.compile(r"[0-9]+")
JOINED = -1
"""In the log, for a version: the record went into another one, and does not come back."""

FORMULA_TYPES = frozenset({"statement_template", "report_definition"})
"""Record types whose formulas name accounts as words of a text."""

FORMULA_FIELDS = frozenset({"formula", "contra"})
"""Their fields that hold such texts; ``contra`` of a cash-flow rule is a list of accounts."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days, bounds included; None is open."""

    start: datetime.date | None = None
    stop: datetime.date | None = None

    @property
    def whole(self) -> bool:
        """Whether nothing is left out, so that what has no day moves too."""
        return self.start is None and self.stop is None

    def holds(self, day: datetime.date | None) -> bool:
        """Tell whether a day is in it; what has no day only in the whole."""
        if day is None:
            return self.whole
        return (self.start is None or self.start <= day) and (self.stop is None or day <= self.stop)


@dataclass(slots=True)
class Moved:
    """What a move did.

    Attributes:
        vouchers: (day, number, id) of vouchers whose body or entries changed. ``lines``: of their bodies.
        ledger_rows: both rows of every pair that was touched; openings stand in ``opening_rows``.
        amount: debit side of those pairs, đồng.
        first_day: earliest day of an entry that moved, an opening's included.
        log: for an undo: each record with the entries that changed.
    """

    vouchers: set[tuple[str, str, str]] = field(default_factory=set)
    lines: int = 0
    records: int = 0
    ledger_rows: int = 0
    opening_rows: int = 0
    amount: int = 0
    first_day: datetime.date | None = None
    log: list[Rewritten] = field(default_factory=list)

    @property
    def numbers(self) -> list[str]:
        """Numbers of the vouchers, by day."""
        return [number for _day, number, _id in sorted(self.vouchers)]


@dataclass(frozen=True, slots=True)
class Move:
    """Which entries of a catalog stand for which from now on.

    Attributes:
        ids: old id → new id. ``codes``: old → new code, of accounts, which are named by code.
        keep: ids of records that stay as they are.
        ledger: one ledger only; empty: both. ``vouchers``, ``openings``, ``formulas``, ``others``: whether
            vouchers, opening balances, formulas, and all the rest move.
        change_body, change_entry: further changes that come with it, e.g. quantities in other units.
    """

    type: str
    ids: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    span: Span = Span()
    keep: frozenset[str] = frozenset()
    ledger: str = ""
    vouchers: bool = True
    openings: bool = True
    others: bool = True
    formulas: bool = True
    change_body: Any = None
    change_entry: Any = None


def move(session: Session, wanted: Move) -> Moved:
    """Carry a move out.

    Raises:
        Refused: ``already_exists``: two records would be equal, and their type does not say how they
            become one. LimitExceeded: more records than one rewriting may write.
    """
    session.write_many(limits.REWRITE_RECORDS_MAX)
    moved = Moved()
    places: dict[RecordRef, list[list[Any]]] = {}
    books: dict[tuple[str, RecordRef], None] = {}
    for book, posted in affected(session.view, wanted):
        ref = RecordRef(posted.record_type, posted.voucher_id)
        places.setdefault(ref, [])
        books.setdefault((book, ref))
        _count(moved, book, posted)
    in_ledger = [ref for book, ref in books if book == LEDGER_BOOK]
    moved.ledger_rows, moved.amount = _touched_lines(session.view, wanted, in_ledger)
    for book, ref in books:
        places[ref] += _rewrite_entries(session, book, ref, wanted)
    seen: set[RecordRef] = set()
    for record_type, id in list(_naming(session.view, wanted)):
        record = session.view.require(record_type.id, id)
        body = to_json(record.data)
        new = _body(record_type, body, wanted)
        if new == body:
            continue
        ref = RecordRef(record.type, record.id)
        seen.add(ref)
        moved.records += 1
        moved.lines += _lines_changed(body, new)
        _note_voucher(moved, record_type, record)
        version = _store(session, record_type, record, new)
        moved.log.append(Rewritten(record.type, record.id, version, places.get(ref, [])))
    for ref, rows in places.items():
        if ref in seen:
            continue
        found = (
            session.view.get(ref.type, ref.id)
            if ref.type in session.registry.record_types
            else None
        )
        if found is not None:
            _note_voucher(moved, session.registry.record_type(ref.type), found)
        version = 0 if found is None else found.version
        moved.log.append(Rewritten(ref.type, ref.id, version, rows))
    return moved


def drafts(view: View, wanted: Move) -> Iterator[Record[Any]]:
    """Yield the vouchers that would move and stand in no book yet."""
    for record_type, id in _naming(view, wanted):
        if record_type.kind == "voucher" and not record_type.posts_when_accepted:
            record = view.require(record_type.id, id)
            if not any(record.posted(ledger) for ledger in LEDGERS):
                yield record


def is_named(view: View, wanted: Move) -> bool:
    """Tell whether a record names what would move: a draft, an opening, a default of a catalog …"""
    return next(_naming(view, wanted), None) is not None


def affected(view: View, wanted: Move) -> Iterator[tuple[str, PostedEntry]]:
    """Yield (book, entry) of all entries that name what is given up, in the days of the move."""
    for book in view.books:
        names = _dimensions(view, book, wanted)
        old = [*wanted.codes] if wanted.codes else [*wanted.ids]
        seen: set[tuple[str, str, str, int, int]] = set()
        for name in names:
            if name == "contra_account":
                continue  # the other row of a pair, whose voucher is found by its own account
            found = view.book(book).entries(
                where={name: old}, date_from=wanted.span.start, date_to=wanted.span.stop
            )
            for posted in found:
                entry = posted.entry
                key = (
                    posted.record_type, posted.voucher_id, entry.ledger, entry.line, entry.side,
                )  # fmt: skip
                if key not in seen and _wants(wanted, posted):
                    seen.add(key)
                    yield book, posted


def _wants(wanted: Move, posted: PostedEntry) -> bool:
    if wanted.ledger and posted.entry.ledger not in ("", wanted.ledger):
        return False
    opening = posted.number == OPENING_NUMBER
    return wanted.openings if opening else wanted.vouchers


def _dimensions(view: View, book: str, wanted: Move) -> list[str]:
    declared = view.books[book]
    there = (*declared.dimensions, *declared.extras)
    if wanted.codes:
        return [one.name for one in there if one.name in ACCOUNT_DIMENSIONS]
    return [one.name for one in there if one.ref == wanted.type]


def _count(moved: Moved, book: str, posted: PostedEntry) -> None:
    day = posted.entry.posting_date
    moved.first_day = day if moved.first_day is None else min(moved.first_day, day)
    if book == LEDGER_BOOK and posted.number == OPENING_NUMBER:
        moved.opening_rows += 1
    if posted.number != OPENING_NUMBER:
        moved.vouchers.add((day.isoformat(), posted.number, posted.voucher_id))


def _touched_lines(view: View, wanted: Move, places: Iterable[RecordRef]) -> tuple[int, int]:
    """Return rows and debit side of the ledger's pairs with a row that moves; openings aside."""
    if LEDGER_BOOK not in view.books:
        return 0, 0
    rows = amount = 0
    names = _dimensions(view, LEDGER_BOOK, wanted)
    for ref in places:
        pairs: dict[tuple[str, int, int], list[PostedEntry]] = {}
        for posted in view.book(LEDGER_BOOK).entries(voucher=ref.id):
            if posted.record_type == ref.type and posted.number != OPENING_NUMBER:
                entry = posted.entry
                pair = (entry.ledger, entry.line, entry.side // 2)
                pairs.setdefault(pair, []).append(posted)
        for pair_rows in pairs.values():
            if any(
                _wants(wanted, posted) and _changed_dimensions(posted, names, wanted)
                for posted in pair_rows
            ):
                rows += len(pair_rows)
                amount += sum(posted.entry.measures.get("debit", 0) for posted in pair_rows)
    return rows, amount


def _changed_dimensions(posted: PostedEntry, names: list[str], wanted: Move) -> dict[str, str]:
    new = wanted.codes or wanted.ids
    there = posted.entry.dimensions
    return {name: new[there[name]] for name in names if there.get(name) in new}


def _rewrite_entries(session: Session, book: str, ref: RecordRef, wanted: Move) -> list[list[Any]]:
    """Rewrite a voucher's entries in a book; returns [book, ledger, line, side, {dimension: old}]."""
    names = _dimensions(session.view, book, wanted)
    log: list[list[Any]] = []

    def change(posted: PostedEntry) -> PostedEntry:
        new = _changed_dimensions(posted, names, wanted) if _wants(wanted, posted) else {}
        if not new:
            return posted
        entry = posted.entry
        old = {name: entry.dimensions[name] for name in new}
        log.append([book, entry.ledger, entry.line, entry.side, old])
        made = replace(entry, dimensions={**entry.dimensions, **new})
        if wanted.change_entry is not None:
            made = wanted.change_entry(book, entry, made)
        return replace(posted, entry=made)

    session.rewrite_entries(book, ref, change)
    return log


# -- bodies -------------------------------------------------------------------------------------------


def _naming(view: View, wanted: Move) -> Iterator[tuple[RecordType, str]]:
    """Yield (type, id) of the records that name what is given up and are to change."""
    for record_type in view.record_types():
        if not _moves(record_type, wanted):
            continue
        for record in _found(view, record_type, wanted):
            if record.id in wanted.keep or not _on_ledger(record, wanted):
                continue
            if wanted.span.whole or wanted.span.holds(_day_of(view, record)):
                yield record_type, record.id


def _moves(record_type: RecordType, wanted: Move) -> bool:
    if record_type.posts_when_accepted:
        return wanted.openings
    if record_type.id in FORMULA_TYPES:
        return wanted.formulas
    return wanted.vouchers if record_type.kind == "voucher" else wanted.others


def _on_ledger(record: Record[Any], wanted: Move) -> bool:
    shown = getattr(record.data, "display_on_book", None)
    return not wanted.ledger or shown in (None, wanted.ledger)


def _found(view: View, record_type: RecordType, wanted: Move) -> Iterator[Record[Any]]:
    if wanted.codes:
        in_text = record_type.id in FORMULA_TYPES
        if in_text or _names_type(code_tree(record_type.model), wanted.type):
            yield from _with_codes(view, record_type, wanted)
        return
    if not _names_type(ref_tree(record_type.model), wanted.type):
        return
    seen: set[str] = set()
    for id in wanted.ids:
        for record in view.find(record_type.id, "ref", equals=(id,)):
            if record.id not in seen:
                seen.add(record.id)
                yield record


def _names_type(tree: Mapping[str, Any], type: str) -> bool:
    return any(
        below == type if isinstance(below, str) else _names_type(below, type)
        for below in tree.values()
    )


def _with_codes(view: View, record_type: RecordType, wanted: Move) -> Iterator[Record[Any]]:
    """Codes have no key: every record of the type is looked at, by its text before it is parsed."""
    quoted = record_type.id not in FORMULA_TYPES
    marks = [f'"{code}"' if quoted else code for code in wanted.codes]
    for stored in view.bodies(record_type.id):
        if any(mark in stored.body for mark in marks):
            record = view.get(record_type.id, stored.id)
            if record is not None:
                yield record


def _day_of(view: View, record: Record[Any]) -> datetime.date | None:
    day = posting_date_of(record.data)
    if day is not None or LEDGER_BOOK not in view.books:
        return day
    found = view.book(LEDGER_BOOK).entries(voucher=record.id)
    return next((posted.entry.posting_date for posted in found), None)


def _body(record_type: RecordType, body: Mapping[str, Any], wanted: Move) -> dict[str, Any]:
    def follow(value: str, type: str, _path: tuple[str, ...]) -> str:
        return (wanted.codes or wanted.ids).get(value, value) if type == wanted.type else value

    replaced = replace_codes if wanted.codes else replace_references
    new = replaced(record_type.model, body, follow)
    if wanted.codes and record_type.id in FORMULA_TYPES:
        new = _in_formulas(new, wanted.codes)
    if wanted.change_body is not None:
        new = wanted.change_body(record_type, body, new)
    return new


def _in_formulas(value: Any, codes: Mapping[str, str], name: str = "") -> Any:
    """Replace whole account codes in the texts of formulas; 111 in 1111 is another account."""
    if isinstance(value, Mapping):
        return {key: _in_formulas(item, codes, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_in_formulas(item, codes, name) for item in value]
    if isinstance(value, str) and name in FORMULA_FIELDS:
        return _CODE.sub(lambda found: codes.get(found[0], found[0]), value)
    return value


def _lines_changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> int:
    before, after = old.get("lines"), new.get("lines")
    if not isinstance(before, list) or not isinstance(after, list):
        return 0
    return sum(a != b for a, b in zip(before, after, strict=False))


def _note_voucher(moved: Moved, record_type: RecordType, record: Record[Any]) -> None:
    if record_type.kind == "voucher" and not record_type.posts_when_accepted:
        day = posting_date_of(record.data)
        number = getattr(record.data, "no", "") or getattr(record.data, "no_management", "")
        moved.vouchers.add(("" if day is None else day.isoformat(), number, record.id))


def _store(
    session: Session, record_type: RecordType, record: Record[Any], body: Mapping[str, Any]
) -> int:
    if record_type.join is None:
        return session.rewrite(record.type, body, record.id).version
    try:
        with session.attempt():
            return session.rewrite(record.type, body, record.id).version
    except Refused as error:
        holder = error.detail.get("holder")
        if error.code != "already_exists" or not holder:
            raise
        session.join(record.type, body, record.id, holder["id"])
        return JOINED
