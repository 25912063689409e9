"""What every storage driver decides alike: versions, limits, cursors, pages, totals, rows.

Pure functions, for the authors of drivers. A driver that uses them differs from another one only in
where it keeps its rows.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from . import limits
from .errors import LimitExceeded, StorageError, Unknown, VersionConflict
from .model import Book, Total
from .storage import (
    ChangePage,
    ColumnType,
    Draft,
    Entry,
    Prefix,
    RecordRef,
    StateTable,
    StoredRecord,
    Where,
)

FEED = "feed_seq"
"""Name of the counter that numbers a tenant's feed."""

KEPT = "kept"
"""Name of the counter that gets a value it never had, with every write of a record of a type that is
declared as ``kept``: what was found under a value is what is there while the counter has that value."""

VOUCHER_COLUMNS = ("ledger", "branch", "record_type", "number", "voucher_id")
"""What ``where`` and ``by`` may name besides the dimensions of a book."""

BLANKS: Mapping[ColumnType, Any] = {"text": "", "int": 0, "bool": False, "bytes": b""}
_PYTHON_TYPES: Mapping[ColumnType, type] = {"text": str, "int": int, "bool": bool, "bytes": bytes}


def kept_value() -> int:
    """Return a value that `KEPT` never had."""
    return secrets.randbits(62)


def check_draft(draft: Draft) -> None:
    """Refuse a body or a key text above its limit. Raises: LimitExceeded."""
    # A character has at most four bytes: most bodies need no encoding to be measured.
    if len(draft.body) * 4 > limits.BODY_BYTES_MAX:
        check_size("body", len(draft.body.encode()), limits.BODY_BYTES_MAX)
    check_keys(draft.keys)


def check_keys(keys: Iterable[tuple[str, str]]) -> None:
    """Refuse key texts above their limit. Raises: LimitExceeded."""
    for name, text in keys:
        if len(text) * 4 > limits.KEY_BYTES_MAX:
            check_size(f"key {name}", len(text.encode()), limits.KEY_BYTES_MAX)


def check_size(what: str, size: int, size_max: int) -> None:
    """Refuse what is larger than its limit. Raises: LimitExceeded."""
    if size > size_max:
        raise LimitExceeded(detail={"what": what, "size": size, "max": size_max})


def check_integer(what: str, value: int) -> int:
    """Return a 64-bit integer as it is. Raises: LimitExceeded: it leaves 64 bits."""
    if not -limits.MEASURE_MAX <= value <= limits.MEASURE_MAX:
        raise LimitExceeded(detail={"what": what, "size": str(value), "max": limits.MEASURE_MAX})
    return value


def next_version(
    draft: Draft, base: int | None, stored: tuple[int, bool] | None, feed_seq: int
) -> StoredRecord:
    """Make the version that a put stores.

    Args:
        base: version the caller started from; None for a new record.
        stored: (version, deleted) in the database, None when there is nothing.
    Raises:
        VersionConflict: ``base`` is not what is stored.
    """
    version, deleted = stored or (0, True)
    fits = deleted if base is None else (stored is not None and base == version)
    if not fits:
        raise VersionConflict(draft.type, draft.id, version)
    return StoredRecord(
        draft.type,
        draft.id,
        version + 1,
        feed_seq,
        False,
        draft.schema_version,
        draft.body,
        draft.digest,
        draft.summary,
        draft.scope,
        draft.posting,
        draft.provenance,
        draft.at,
    )


def tombstone(
    ref: RecordRef,
    base: int,
    stored: StoredRecord | None,
    feed_seq: int,
    *,
    at: str,
    provenance: str,
) -> StoredRecord:
    """Make the version that a delete stores.

    Summary and scope stay, so that a site that sees only its own branches hears of the deletion
    and can say what was deleted.

    Raises:
        VersionConflict: ``base`` is not the stored version, or the record is not there.
    """
    if stored is None or stored.deleted or stored.version != base:
        raise VersionConflict(ref.type, ref.id, stored.version if stored else 0)
    return dataclasses.replace(
        stored,
        version=base + 1,
        feed_seq=feed_seq,
        deleted=True,
        body="",
        digest="",
        posting="",
        provenance=provenance,
        at=at,
    )


def cursor_text(key: str, id: str) -> str:
    """Make the cursor that stands after this key text and record."""
    return f"{id} {key}"


def cursor_place(cursor: str) -> tuple[str, str]:
    """Return (key text, record id) of a cursor. Raises: StorageError: it is none of ours."""
    id, space, key = cursor.partition(" ")
    if not space:
        raise StorageError("cursor_invalid", {"cursor": cursor})
    return key, id


def check_page(limit: int) -> None:
    """Refuse a page that is too long or has no room. Raises: LimitExceeded."""
    if not 0 < limit <= limits.PAGE_MAX:
        raise LimitExceeded(detail={"what": "page", "size": limit, "max": limits.PAGE_MAX})


def change_page(
    records: Iterable[StoredRecord],
    head: int,
    after: int,
    *,
    not_from: str | None,
    scopes: Sequence[str] | None,
    limit: int,
    bytes_max: int | None,
) -> ChangePage:
    """Cut a page of the feed out of the records above ``after``, in the order of the feed.

    The bytes of a record are those of its body, summary, posting and provenance in UTF-8.
    """
    check_page(limit)
    wanted = None if scopes is None else {"", *scopes}
    taken: list[StoredRecord] = []
    size, place = 0, after
    for record in records:
        if wanted is not None and record.scope not in wanted:
            place = record.feed_seq
            continue
        if not_from is not None and _site(record.provenance) == not_from:
            place = record.feed_seq
            continue
        if len(taken) == limit:
            return ChangePage(tuple(taken), place, head)
        if bytes_max is not None:
            texts = (record.body, record.summary, record.posting, record.provenance)
            size += sum(len(text.encode()) for text in texts)
            if taken and size > bytes_max:
                return ChangePage(tuple(taken), place, head)
        taken.append(record)
        place = record.feed_seq
    return ChangePage(tuple(taken), max(place, head), head)


def _site(provenance: str) -> str:
    return str(json.loads(provenance).get("site", "")) if provenance else ""


@dataclasses.dataclass(frozen=True, slots=True)
class Condition:
    """What one dimension must be: any of ``texts`` or beginning with any of ``prefixes``."""

    name: str
    texts: tuple[str, ...]
    prefixes: tuple[str, ...]

    def holds(self, value: str) -> bool:
        """Tell whether a value meets the condition."""
        return value in self.texts or value.startswith(self.prefixes)


def conditions(book: Book, where: Where | None) -> list[Condition]:
    """Read a ``where``. Raises: Unknown: the book has no such dimension."""
    found = []
    for name, wanted in (where or {}).items():
        check_dimension(book, name)
        values = (wanted,) if isinstance(wanted, str) else tuple(wanted)
        texts = tuple(str(value) for value in values if not isinstance(value, Prefix))
        prefixes = tuple(str(value) for value in values if isinstance(value, Prefix))
        found.append(Condition(name, texts, prefixes))
    return found


def check_dimension(book: Book, name: str) -> None:
    """Raises: Unknown: entries of the book have nothing of this name to group or choose by."""
    if name not in VOUCHER_COLUMNS and all(
        name != dimension.name for dimension in (*book.dimensions, *book.extras)
    ):
        raise Unknown("unknown_dimension", {"book": book.id, "dimension": name})


def check_measures(book: Book, measures: Sequence[str]) -> None:
    """Raises: Unknown: the book has no such measure."""
    known = {measure.name for measure in book.measures}
    for name in measures:
        if name not in known:
            raise Unknown("unknown_measure", {"book": book.id, "measure": name})


def fitting_total(book: Book, names: Iterable[str]) -> Total | None:
    """Find the smallest total of a book that answers a sum by and over these names."""
    needed = set(names) - {"ledger", "branch"}
    fitting = [total for total in book.totals if needed <= set(total.by)]
    return min(fitting, key=lambda total: len(total.by)) if fitting else None


def month_of(day: datetime.date) -> int:
    """Return the number of a date's month in totals: 202603."""
    return day.year * 100 + day.month


@dataclasses.dataclass(frozen=True, slots=True)
class Span:
    """A range of dates: whole months, to be read from totals, and the broken ones at its ends.

    Attributes:
        months: first and last whole month, both inclusive; None when there is none.
        broken: ranges of dates, both ends inclusive, None for open.
    """

    months: tuple[int, int] | None
    broken: tuple[tuple[datetime.date | None, datetime.date | None], ...]


def split_months(start: datetime.date | None, stop: datetime.date | None) -> Span:
    """Split a range of dates, both bounds inclusive, at the first and the last whole month."""
    if start and (start.year, start.month) == (9999, 12):
        return Span(None, ((start, stop),))  # the calendar ends: no month follows
    first = start.replace(day=1) if start else None
    if start and first != start:
        first = _month_after(start)
    after = stop + datetime.timedelta(days=1) if stop and stop < datetime.date.max else None
    last = after.replace(day=1) if after else None
    if first and last and first >= last:
        return Span(None, ((start, stop),))
    broken: list[tuple[datetime.date | None, datetime.date | None]] = []
    day = datetime.timedelta(days=1)
    if start and first and first != start:
        broken.append((start, first - day))
    if last and last != after:
        broken.append((last, stop))
    months = (month_of(first) if first else 0, month_of(last - day) if last else 999999)
    return Span(months, tuple(broken))


def _month_after(day: datetime.date) -> datetime.date:
    return (day.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)


class BookNames(NamedTuple):
    """What entries of a book may name; made once a book by `book_names`."""

    id: str
    dimensions: frozenset[str]
    measures: frozenset[str]


def book_names(book: Book) -> BookNames:
    """Return the names of a book's dimensions, extras among them, and of its measures."""
    dimensions = frozenset(dimension.name for dimension in (*book.dimensions, *book.extras))
    return BookNames(book.id, dimensions, frozenset(measure.name for measure in book.measures))


def check_entries(book: BookNames, voucher: RecordRef, entries: Sequence[Entry]) -> None:
    """Refuse entries that the book has no room for.

    Raises:
        Unknown: a dimension or a measure that the book does not have.
        LimitExceeded: a dimension's text or a measure above its limit.
        StorageError: ``entry_twice``: two entries of one ledger, line and side.
    """
    _id, dimensions, measures = book
    places: set[tuple[str, int, int]] = set()
    for entry in entries:
        place = (entry.ledger, entry.line, entry.side)
        if place in places:
            raise StorageError(
                "entry_twice", {"book": book.id, "place": list(place), **_of(voucher)}
            )
        places.add(place)
        if not entry.dimensions.keys() <= dimensions:
            name = min(entry.dimensions.keys() - dimensions)
            raise Unknown("unknown_dimension", {"book": book.id, "dimension": name})
        if not entry.measures.keys() <= measures:
            name = min(entry.measures.keys() - measures)
            raise Unknown("unknown_measure", {"book": book.id, "measure": name})
        for name, text in entry.dimensions.items():
            if len(text) > limits.DIMENSION_CHARS_MAX:
                check_size(f"dimension {name}", len(text), limits.DIMENSION_CHARS_MAX)
        for name, value in entry.measures.items():
            if not -limits.MEASURE_MAX <= value <= limits.MEASURE_MAX:
                check_integer(f"measure {name}", value)


def _of(ref: RecordRef) -> dict[str, str]:
    return {"type": ref.type, "id": ref.id}


def state_values(table: StateTable, row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return a row of a state table in the order of its columns, blanks where it says nothing.

    Raises:
        Unknown: a column that the table does not have.
        StorageError: ``column_type``: a value of another type than its column.
        LimitExceeded: an integer beyond 64 bits.
    """
    if not row.keys() <= table.columns.keys():
        check_columns(table, row)
    values = []
    for name, kind in table.columns.items():
        value = row.get(name, BLANKS[kind])
        if type(value) is not _PYTHON_TYPES[kind]:
            raise StorageError(
                "column_type", {"table": table.name, "column": name, "expected": kind}
            )
        if isinstance(value, int):
            check_integer(f"{table.name}.{name}", value)
        values.append(value)
    return tuple(values)


def check_columns(table: StateTable, names: Iterable[str]) -> None:
    """Raises: Unknown: the table has no column of this name."""
    for name in names:
        if name not in table.columns:
            raise Unknown("unknown_column", {"table": table.name, "column": name})
