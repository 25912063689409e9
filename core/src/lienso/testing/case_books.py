"""Books in worked cases: writing raw rows, reading them back as rows, and comparing."""

from __future__ import annotations

import datetime
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..model import Book
from ..storage import Entry, PostedEntry, RecordRef
from .case_compare import Difference, Same, matches, number, pair_up

if TYPE_CHECKING:
    from ..transaction import Transaction

PAIRED = "general_ledger"
"""The book whose rows are pairs: part of the format (`docs/cases.md` §2)."""

OPENING = "OPN"
"""Voucher of what was brought forward: one-sided rows."""

_ENVELOPE = (
    "voucher",
    "record_type",
    "posting_date",
    "ledger",
    "branch",
    "line",
    "seq",
    "description",
)
_SPACE = uuid.UUID("3b1c2f52-5d0e-5f6a-9a38-0d6c3b9f7a11")


def case_id(text: str) -> str:
    """Return the record id that an id of a case, or a voucher that stands alone, stands for."""
    return str(uuid.uuid5(_SPACE, text))


@dataclass(slots=True)
class Row:
    """A row of a book, or a pair of the ledger: plain values by name.

    Attributes:
        both: for a pair: names whose values must hold on both sides → (debit's, credit's).
    """

    values: dict[str, Any]
    both: dict[str, tuple[str, str]] = field(default_factory=dict)


# -- writing --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RawVoucher:
    """The voucher of raw rows: a record of the case, or one that stands alone."""

    ref: RecordRef
    number: str


def write_raw(
    transaction: Transaction,
    book: Book,
    rows: Sequence[Mapping[str, Any]],
    voucher_of: Callable[[str, Mapping[str, Any]], RawVoucher],
    id_of: Callable[[str, str], str],
) -> None:
    """Add rows to a book past all posting rules; what the voucher had there stays.

    Args:
        voucher_of: (number, row) → the voucher it belongs to.
        id_of: (record type, code) → record id; the code itself when there is no such record.
    """
    by_voucher: defaultdict[tuple[RecordRef, str], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        voucher = voucher_of(row["voucher"], row)
        by_voucher[voucher.ref, voucher.number].append(row)
    for (ref, number_), its_rows in by_voucher.items():
        there = [
            posted.entry for posted in transaction.writer.book(book.id).entries(voucher=ref.id)
        ]
        entries = list(there)
        line = max((entry.line for entry in there), default=0)
        for row in its_rows:
            line += 1
            entries += _entries(book, row, row.get("line", line), id_of)
        first = its_rows[0]
        transaction.writer.post(
            book.id,
            ref,
            entries,
            number=number_,
            voucher_date=_day(first),
            description=first.get("description", ""),
        )


def _day(row: Mapping[str, Any]) -> datetime.date:
    return datetime.date.fromisoformat(row["posting_date"])


def _entries(
    book: Book, row: Mapping[str, Any], line: int, id_of: Callable[[str, str], str]
) -> Iterator[Entry]:
    if book.id != PAIRED:
        measures = {m.name: m.fixed(row[m.name]) for m in book.measures if m.name in row}
        yield _entry(book, row, line, 0, _dimensions(book, row, "", id_of), measures)
        return
    sides = [side for side in ("debit", "credit") if row.get(side)]
    for side in sides:
        other = "credit" if side == "debit" else "debit"
        dimensions = _dimensions(book, row, side, id_of)
        dimensions["account"] = row[side]
        if len(sides) == 2:
            dimensions["contra_account"] = row[other]
        amounts = {
            side: row["amount"],
            f"fc_{side}": row.get("fc_amount", 0),
            "qty": row.get("qty", 0),
        }
        measures = {m.name: m.fixed(amounts[m.name]) for m in book.measures if m.name in amounts}
        yield _entry(book, row, line, int(side == "credit"), dimensions, measures)


def _entry(
    book: Book,
    row: Mapping[str, Any],
    line: int,
    side: int,
    dimensions: Mapping[str, str],
    measures: Mapping[str, int],
) -> Entry:
    ledger = row.get("ledger", "financial") if book.ledgers else ""
    return Entry(line, side, ledger, _day(row), row.get("branch", ""), dimensions, measures)


def _dimensions(
    book: Book, row: Mapping[str, Any], side: str, id_of: Callable[[str, str], str]
) -> dict[str, str]:
    found: dict[str, str] = {}
    for dimension in (*book.dimensions, *book.extras):
        value = row.get(f"{side}_{dimension.name}") if side else None
        if value is None:
            value = row.get(dimension.name)
        if value is not None:
            text = _text(value)
            found[dimension.name] = id_of(dimension.ref, text) if dimension.ref else text
    return found


def _text(value: Any) -> str:
    """Write a value as a dimension: true is 1, false is blank."""
    if isinstance(value, bool):
        return "1" if value else ""
    return str(value)


# -- reading --------------------------------------------------------------------------------------


def rows_of(book: Book, entries: Iterable[PostedEntry]) -> list[Row]:
    """Return entries as rows; in the ledger the two entries of a pair are one row."""
    if book.id != PAIRED:
        return [Row(_values(book, posted)) for posted in entries]
    rows: list[Row] = []
    waiting: dict[tuple[Any, ...], PostedEntry] = {}
    for posted in sorted(entries, key=lambda p: (p.voucher_id, p.entry.line, p.entry.side)):
        entry = posted.entry
        key = (posted.voucher_id, entry.ledger, entry.line, entry.side // 2)
        if not entry.dimensions.get("contra_account"):
            rows.append(_one_side(book, posted))
        elif key in waiting:
            rows.append(_pair(book, waiting.pop(key), posted))
        else:
            waiting[key] = posted
    return rows + [_one_side(book, posted) for posted in waiting.values()]


def _values(book: Book, posted: PostedEntry) -> dict[str, Any]:
    entry = posted.entry
    values: dict[str, Any] = {
        "voucher": posted.number,
        "record_type": posted.record_type,
        "posting_date": entry.posting_date.isoformat(),
        "ledger": entry.ledger or "financial",
        "branch": entry.branch,
        "line": entry.line,
        "description": posted.description,
    }
    for dimension in (*book.dimensions, *book.extras):
        values[dimension.name] = entry.dimensions.get(dimension.name, "")
    for measure in book.measures:
        values[measure.name] = measure.value(entry.measures.get(measure.name, 0))
    return values


def _side_of(posted: PostedEntry) -> str:
    measures = posted.entry.measures
    if measures.get("debit") or measures.get("fc_debit"):
        return "debit"
    if measures.get("credit") or measures.get("fc_credit"):
        return "credit"
    return "credit" if posted.entry.side % 2 else "debit"


def _one_side(book: Book, posted: PostedEntry) -> Row:
    values = _values(book, posted)
    side = _side_of(posted)
    values |= {
        side: values.pop("account"),
        "amount": values[side],
        "fc_amount": values.get(f"fc_{side}", 0),
    }
    return Row(values)


def _pair(book: Book, debit: PostedEntry, credit: PostedEntry) -> Row:
    left, right = _values(book, debit), _values(book, credit)
    values = dict(left)
    values |= {
        "debit": left["account"],
        "credit": right["account"],
        "amount": left["debit"],
        "fc_amount": left.get("fc_debit", 0),
    }
    both: dict[str, tuple[str, str]] = {}
    for dimension in (*book.dimensions, *book.extras):
        name = dimension.name
        both[name] = (left[name], right[name])
        values[f"debit_{name}"], values[f"credit_{name}"] = both[name]
    for name in ("account", "contra_account"):
        values.pop(name)
        both.pop(name)
    return Row(values, both)


# -- comparing ------------------------------------------------------------------------------------


def row_matches(expected: Mapping[str, Any], row: Row, same: Same) -> bool:
    """Tell whether a row has what the expected one names; a dimension on both sides of a pair."""
    return next(row_differences(expected, row, same), None) is None


def row_differences(expected: Mapping[str, Any], row: Row, same: Same) -> Iterator[Difference]:
    """Yield where a row differs from an expected one."""
    for name, value in expected.items():
        for got in row.both.get(name, (row.values.get(name),)):
            if not _dimension_equal(value, got, same):
                yield Difference(name, value, got)
                break


def _dimension_equal(expected: Any, got: Any, same: Same) -> bool:
    if expected is None or expected is False:
        return got in (None, "", 0, False, "0", "false")
    if expected is True:
        return got in (True, "1", "true")
    if isinstance(expected, int) and isinstance(got, str):
        return number(got) == expected
    return matches(expected, got, same)


def compare_entries(
    expected: Sequence[Mapping[str, Any]], rows: Sequence[Row], same: Same, path: str
) -> Iterator[Difference]:
    """Yield differences: the rows named for a voucher and ledger are all it has in the book."""
    groups: defaultdict[tuple[Any, str, Any], list[Mapping[str, Any]]] = defaultdict(list)
    for row in expected:
        groups[row["voucher"], row.get("ledger", "financial"), row.get("record_type")].append(row)
    for (voucher, ledger, record_type), wanted in groups.items():
        got = [
            row
            for row in rows
            if row.values["ledger"] == ledger
            and matches(voucher, row.values["voucher"], same)
            and record_type in (None, row.values["record_type"])
        ]
        fits = [
            [index for index, row in enumerate(got) if row_matches(want, row, same)]
            for want in wanted
        ]
        partners = pair_up(fits, len(got))
        left = [row for index, row in enumerate(got) if index not in partners]
        for want, partner in zip(wanted, partners, strict=True):
            if partner is None:
                yield Difference(f"{path}[{voucher}]", want, _nearest(want, left, same))
        missing = partners.count(None)
        for extra in left[missing:]:
            yield Difference(f"{path}[{voucher}]", "no further row", brief(extra))


def _nearest(want: Mapping[str, Any], rows: Sequence[Row], same: Same) -> Any:
    """Return the row that differs least, reduced to what was asked for."""
    if not rows:
        return "no such row"
    best = min(rows, key=lambda row: sum(1 for _ in row_differences(want, row, same)))
    return {name: best.values.get(name) for name in want}


def brief(row: Row) -> dict[str, Any]:
    """Return a row without blanks."""
    return {
        name: value
        for name, value in row.values.items()
        if value not in ("", 0, None) and not name.startswith(("debit_", "credit_"))
    }


def changed(
    before: Sequence[PostedEntry], after: Sequence[PostedEntry]
) -> tuple[list[PostedEntry], list[PostedEntry]]:
    """Return the entries that came and those that went."""
    old, new = Counter(map(_identity, before)), Counter(map(_identity, after))
    came = [posted for posted in after if new[_identity(posted)] > old[_identity(posted)]]
    went = [posted for posted in before if old[_identity(posted)] > new[_identity(posted)]]
    return came, went


def _identity(posted: PostedEntry) -> tuple[Any, ...]:
    entry = posted.entry
    return (
        posted.voucher_id,  # whatever its number is: a voucher keeps its rows when it is renumbered
        entry.line,
        entry.side,
        entry.ledger,
        entry.posting_date,
        entry.branch,
        tuple(sorted((name, text) for name, text in entry.dimensions.items() if text)),
        tuple(sorted((name, value) for name, value in entry.measures.items() if value)),
    )


def compare_removed(
    expected: Sequence[Mapping[str, Any]], gone: Sequence[Row], same: Same, path: str
) -> Iterator[Difference]:
    """Yield the expected rows that were not taken out."""
    fits = [
        [index for index, row in enumerate(gone) if row_matches(want, row, same)]
        for want in expected
    ]
    for want, partner in zip(expected, pair_up(fits, len(gone)), strict=True):
        if partner is None:
            yield Difference(path, want, _nearest(want, gone, same))


def compare_balance(
    book: Book, expected: Mapping[str, Any], entries: Sequence[PostedEntry], same: Same, path: str
) -> Iterator[Difference]:
    """Yield the measures whose sum over the matching entries is another one."""
    measures = {measure.name for measure in book.measures}
    signed = {"amount": ("debit", "credit"), "fc_amount": ("fc_debit", "fc_credit")}
    wanted = {
        name: value
        for name, value in expected.items()
        if name in measures or (book.id == PAIRED and name in signed)
    }
    where = {name: value for name, value in expected.items() if name not in wanted}
    where.setdefault("ledger", "financial")
    rows = [_values(book, posted) for posted in entries]
    found = [row for row in rows if row_matches(where, Row(row), same)]
    for name, value in wanted.items():
        if name in measures:
            total = sum(row[name] for row in found)
        else:
            plus, minus = signed[name]
            total = sum(row[plus] - row[minus] for row in found)
        if number(value) != total:
            named = {key: item for key, item in where.items() if key != "ledger"}
            yield Difference(f"{path}{named}.{name}", value, total)
