"""Numbers of vouchers that are missing or stand twice.

A number belongs to its group, ledger and fiscal year, whatever the branch and day: both checks look at
whole years and all branches, so that a number which only stands elsewhere is not taken for a gap.
"""

from __future__ import annotations

import datetime
import re
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from lienso import CheckScope, RecordType
from lienso.book_checks import Problem, openable
from lienso.numbers import is_numbered, series_of

NAMED_MAX = 1_000
"""Missing numbers of one series that are named; the rest is counted."""

JUMP_MAX = 500
"""A longer jump begins a series of its own: PT26030003 and PT26040001 count on by month."""

_DIGITS = re.compile(r"[0-9]+")


class Series(NamedTuple):
    """Numbers that follow one another."""

    year: int
    group: str
    prefix: str
    width: int
    suffix: str

    def write(self, value: int) -> str:
        """Return the number of a value; a number without digits is all prefix."""
        return (
            self.prefix if not self.width else f"{self.prefix}{value:0{self.width}d}{self.suffix}"
        )


@dataclass(slots=True)
class _Values:
    """Values of a series: those of its whole year, and the ends of what the period has."""

    year: array[int] = field(default_factory=lambda: array("q"))
    first: int | None = None
    last: int | None = None


class _Reader:
    """Splits numbers: by the company's own series, else around the longest run of digits."""

    def __init__(self, scope: CheckScope) -> None:
        self._scope = scope
        self._types = {t.id: t for t in scope.view.record_types("voucher")}
        self._known: dict[str, tuple[tuple[str, str], ...]] = {}

    def split(self, type: str, date: str, number: str) -> tuple[Series, int] | None:
        """Return the series and value of a number; None where there is none."""
        if not number:
            return None
        record_type = self._types[type]
        year = self._scope.view.fiscal_year(datetime.date.fromisoformat(date))
        for prefix, suffix in self._shapes(record_type):
            middle = number[len(prefix) : len(number) - len(suffix)]
            own = number.startswith(prefix) and number.endswith(suffix)
            if own and middle.isascii() and middle.isdigit():
                return Series(year, record_type.group, prefix, len(middle), suffix), int(middle)
        runs = list(_DIGITS.finditer(number))
        if not runs:
            return Series(year, record_type.group, number, 0, ""), 0
        run = max(runs, key=lambda found: found.end() - found.start())
        prefix, suffix = number[: run.start()], number[run.end() :]
        return Series(year, record_type.group, prefix, len(run[0]), suffix), int(run[0])

    def _shapes(self, record_type: RecordType) -> tuple[tuple[str, str], ...]:
        found = self._known.get(record_type.id)
        if found is None:
            found = ()
            if is_numbered(record_type):
                scope = self._scope
                own = [part.strip() for part in record_type.number_prefix.split(";")]
                shapes = [
                    series_of(scope.view, record_type, scope.ledger, scope.to_date, one)
                    for one in own
                ]
                found = tuple((shape.prefix, shape.suffix) for shape in shapes)
            self._known[record_type.id] = found
        return found


Vouchers = Callable[[CheckScope, datetime.date, datetime.date], Iterator[Any]]


def _years(scope: CheckScope) -> tuple[datetime.date, datetime.date]:
    """Return the first and the last day of the fiscal years that the period touches."""
    view, day = scope.view, datetime.timedelta(days=1)
    first = scope.from_date.replace(day=1)
    while view.fiscal_year(first - day) == view.fiscal_year(scope.from_date):
        first = (first - day).replace(day=1)
    last = (scope.to_date.replace(day=1) + 31 * day).replace(day=1)
    while view.fiscal_year(last) == view.fiscal_year(scope.to_date):
        last = (last + 31 * day).replace(day=1)
    return first, last - day


def _series(scope: CheckScope, vouchers: Vouchers) -> dict[Series, _Values]:
    """Return the values of each series, eight bytes each."""

    def look() -> dict[Series, _Values]:
        reader, found = _Reader(scope), {}
        start, stop = scope.from_date.isoformat(), scope.to_date.isoformat()
        for voucher in vouchers(scope, *_years(scope)):
            split = reader.split(voucher.type, voucher.date, voucher.number)
            if split is None:
                continue
            values = found.setdefault(split[0], _Values())
            value = split[1]
            values.year.append(value)
            if start <= voucher.date <= stop:
                values.first = value if values.first is None else min(values.first, value)
                values.last = value if values.last is None else max(values.last, value)
        return found

    key = ("system.numbers", scope.ledger, scope.from_date, scope.to_date)
    made: dict[Series, _Values] = scope.view.memo(key, look)
    return made


def number_gap(scope: CheckScope, vouchers: Vouchers) -> Iterator[Problem]:
    """Numbers missing between the smallest and the largest of the period, per series."""
    for series, values in sorted(_series(scope, vouchers).items()):
        if values.first is None or values.last is None:
            continue
        names: list[str] = []
        count = 0
        before = values.first
        for value in sorted(values.year):
            if not values.first < value <= values.last:
                continue
            hole = value - before - 1
            if 0 < hole <= JUMP_MAX:
                count += hole
                room = NAMED_MAX - len(names)
                names += [series.write(one) for one in range(before + 1, value)[:room]]
            before = value
        if count:
            yield {
                "voucher_group": series.group,
                "ledger": scope.ledger,
                "series": f"{series.prefix}…{series.suffix}",
                "year": series.year,
                "missing": names,
                "count": count,
                "repair": _renumber(scope, series.group),
            }


def number_duplicate(scope: CheckScope, vouchers: Vouchers) -> Iterator[Problem]:
    """Numbers that stand twice in one group, ledger and fiscal year, one of them in the period."""
    twice: set[tuple[Series, int]] = set()
    for series, values in _series(scope, vouchers).items():
        row = sorted(values.year)
        twice |= {(series, b) for a, b in pairwise(row) if a == b}
    if not twice:
        return
    reader = _Reader(scope)
    found: dict[tuple[Series, int], list[Any]] = {}
    for voucher in vouchers(scope, *_years(scope)):
        split = reader.split(voucher.type, voucher.date, voucher.number)
        if split in twice and split is not None:
            found.setdefault(split, []).append((voucher.date, voucher.type, voucher.id))
    start, stop = scope.from_date.isoformat(), scope.to_date.isoformat()
    for (series, value), rows in sorted(found.items()):
        if any(start <= date <= stop for date, _type, _id in rows):
            yield {
                "voucher_group": series.group,
                "ledger": scope.ledger,
                "voucher": series.write(value),
                "year": series.year,
                "expected": 1,
                "found": len(rows),
                **openable([(type, id) for _date, type, id in rows]),
                "repair": _renumber(scope, series.group),
            }


def _renumber(scope: CheckScope, group: str) -> dict[str, Any]:
    days = {"from_date": scope.from_date.isoformat(), "to_date": scope.to_date.isoformat()}
    params = {**days, "voucher_group": group, "ledger": scope.ledger}
    return {"id": "utilities.renumber_vouchers", "params": params}
