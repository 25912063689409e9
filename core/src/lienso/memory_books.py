"""Books in memory: entries by voucher, totals by month."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from . import storage_rules as rules
from .model import Book, Total
from .storage import Entry, PostedEntry, RecordRef, Where
from .storage_stream import sorted_places

Sums = tuple[int, ...]
"""Measures of the book in order, then the number of entries."""


class BookRows:
    """The entries and totals of one book of one tenant."""

    def __init__(self) -> None:
        self.entries: dict[RecordRef, dict[tuple[str, int, int], PostedEntry]] = {}
        self.totals: dict[tuple[str, ...], dict[tuple[Any, ...], Sums]] = {}


class MemoryBook:
    """Reads and writes of one book."""

    def __init__(self, book: Book, rows: BookRows, undo: list[Callable[[], object]]) -> None:
        self._book, self._rows, self.undo = book, rows, undo

    def sum(
        self,
        measures: Sequence[str],
        *,
        by: Sequence[str] = (),
        where: Where | None = None,
        date_from: datetime.date | None = None,
        date_to: datetime.date | None = None,
    ) -> dict[tuple[str, ...], tuple[int, ...]]:
        rules.check_measures(self._book, measures)
        for name in by:
            rules.check_dimension(self._book, name)
        wanted = rules.conditions(self._book, where)
        span = rules.Span(None, ((date_from, date_to),))
        total = rules.fitting_total(self._book, [*by, *(one.name for one in wanted)])
        if total is not None:
            span = rules.split_months(date_from, date_to)
        names = [measure.name for measure in self._book.measures]
        places = [names.index(name) for name in measures]
        found: dict[tuple[str, ...], list[int]] = {}
        for values, sums in self._parts(total, span):
            if all(one.holds(values[one.name]) for one in wanted):
                key = tuple(values[name] for name in by)
                group = found.setdefault(key, [0] * (len(places) + 1))
                for index, place in enumerate([*places, -1]):
                    group[index] += sums[place]
        groups = {
            key: tuple(rules.check_integer("sum", value) for value in group[:-1])
            for key, group in found.items()
            if group[-1]
        }
        return groups if by or groups else {(): (0,) * len(places)}

    def _parts(
        self, total: Total | None, span: rules.Span
    ) -> Iterator[tuple[Mapping[str, str], Sums]]:
        for start, stop in span.broken:
            for posted in self._all():
                day = posted.entry.posting_date
                if (start is None or start <= day) and (stop is None or day <= stop):
                    yield _columns(posted), self._sums(posted.entry)
        if span.months and total is not None:
            names = ("ledger", "branch", *total.by)
            for (month, *values), sums in self._rows.totals.get(total.by, {}).items():
                if span.months[0] <= month <= span.months[1]:
                    yield dict(zip(names, values, strict=True)), sums

    def entries(
        self,
        *,
        where: Where | None = None,
        date_from: datetime.date | None = None,
        date_to: datetime.date | None = None,
        voucher: str | None = None,
    ) -> Iterator[PostedEntry]:
        wanted = rules.conditions(self._book, where)
        found = []
        for posted in self._all():
            day = posted.entry.posting_date
            if (date_from and day < date_from) or (date_to and day > date_to):
                continue
            if voucher is not None and posted.voucher_id != voucher:
                continue
            columns = _columns(posted)
            if all(one.holds(columns[one.name]) for one in wanted):
                found.append(posted)
        return iter(sorted_places(found))

    def _all(self) -> Iterator[PostedEntry]:
        for entries in self._rows.entries.values():
            yield from map(self._filled, entries.values())

    def _filled(self, posted: PostedEntry) -> PostedEntry:
        """Give the entry every dimension and measure of the book, as declared now."""
        entry = posted.entry
        dimensions = (*self._book.dimensions, *self._book.extras)
        full = Entry(
            entry.line,
            entry.side,
            entry.ledger,
            entry.posting_date,
            entry.branch,
            {one.name: entry.dimensions.get(one.name, "") for one in dimensions},
            {one.name: entry.measures.get(one.name, 0) for one in self._book.measures},
        )
        return PostedEntry(
            posted.voucher_id,
            posted.record_type,
            posted.number,
            posted.voucher_date,
            posted.description,
            full,
        )

    def post(
        self,
        voucher: RecordRef,
        entries: Sequence[Entry],
        number: str,
        voucher_date: datetime.date | None,
        description: str,
    ) -> None:
        rules.check_entries(rules.book_names(self._book), voucher, entries)
        self.unpost(voucher, {entry.ledger for entry in entries})
        for entry in entries:
            day = voucher_date or entry.posting_date
            self.add(PostedEntry(voucher.id, voucher.type, number, day, description, entry))
        self._check_totals(entries)

    def unpost(self, voucher: RecordRef, ledgers: set[str] | None) -> int:
        found = [
            (place, posted)
            for place, posted in self._rows.entries.get(voucher, {}).items()
            if ledgers is None or place[0] in ledgers
        ]
        for place, posted in found:
            self._take(voucher, place, posted)
            self.undo.append(lambda posted=posted: self._give(posted))  # type: ignore[misc]
        return len(found)

    def add(self, posted: PostedEntry) -> None:
        """Write one entry and move the totals."""
        self._give(posted)
        voucher, place = _place(posted)
        self.undo.append(lambda: self._take(voucher, place, posted))

    def _give(self, posted: PostedEntry) -> None:
        voucher, place = _place(posted)
        self._rows.entries.setdefault(voucher, {})[place] = posted
        self._move(posted.entry, 1)

    def _take(self, voucher: RecordRef, place: tuple[str, int, int], posted: PostedEntry) -> None:
        del self._rows.entries[voucher][place]
        if not self._rows.entries[voucher]:
            del self._rows.entries[voucher]
        self._move(posted.entry, -1)

    def _move(self, entry: Entry, sign: int) -> None:
        delta = self._sums(entry)
        for total in self._book.totals:
            key = _total_key(total, entry)
            kept = self._rows.totals.setdefault(total.by, {})
            former = kept.get(key, (0,) * len(delta))
            moved = tuple(old + sign * new for old, new in zip(former, delta, strict=True))
            if moved[-1]:
                kept[key] = moved
            else:
                kept.pop(key, None)

    def _check_totals(self, entries: Sequence[Entry]) -> None:
        for total in self._book.totals:
            for entry in entries:
                sums = self._rows.totals[total.by].get(_total_key(total, entry), ())
                for value in sums:
                    rules.check_integer(f"total of {self._book.id}", value)

    def _sums(self, entry: Entry) -> Sums:
        return (*(entry.measures.get(one.name, 0) for one in self._book.measures), 1)

    def rebuild_totals(self) -> int:
        """Make the totals anew from the entries; returns how many rows differed."""
        former = self._rows.totals
        self._rows.totals = {}
        for posted in self._all():
            self._move(posted.entry, 1)
        differed = 0
        for by in {*former, *self._rows.totals}:
            old, new = former.get(by, {}), self._rows.totals.get(by, {})
            differed += sum(old.get(key) != new.get(key) for key in {*old, *new})
        return differed


def _place(posted: PostedEntry) -> tuple[RecordRef, tuple[str, int, int]]:
    entry = posted.entry
    voucher = RecordRef(posted.record_type, posted.voucher_id)
    return voucher, (entry.ledger, entry.line, entry.side)


def _total_key(total: Total, entry: Entry) -> tuple[Any, ...]:
    values = (entry.dimensions.get(name, "") for name in total.by)
    return (rules.month_of(entry.posting_date), entry.ledger, entry.branch, *values)


def _columns(posted: PostedEntry) -> Mapping[str, str]:
    return {
        **posted.entry.dimensions,
        "ledger": posted.entry.ledger,
        "branch": posted.entry.branch,
        "record_type": posted.record_type,
        "number": posted.number,
        "voucher_id": posted.voucher_id,
    }
