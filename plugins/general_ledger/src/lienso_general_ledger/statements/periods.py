"""Periods of statements: month, quarter, half, year of the company's fiscal year, or any two days."""

from __future__ import annotations

import datetime
from typing import Literal

from lienso import Refused
from lienso.view import View

PeriodKind = Literal["month", "quarter", "half", "year", "custom"]
MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_DAY = datetime.timedelta(days=1)


def period_ending(
    view: View, last: datetime.date, kind: str
) -> tuple[datetime.date, datetime.date]:
    """Return the period of a kind in which a day falls, up to that day.

    Raises:
        Refused: ``field_required``: of any two days both must be given.
    """
    months = MONTHS.get(kind)
    if months is None:
        raise Refused("field_required", {"field": "from_date", "period": kind})
    first = year_start(view, last)
    while (following := add_months(first, months)) <= last:
        first = following
    return first, last


def year_start(view: View, day: datetime.date) -> datetime.date:
    """Return the first day of the fiscal year of a day."""
    start = day.replace(day=1)
    while view.fiscal_year(start - _DAY) == view.fiscal_year(day):
        start = (start - _DAY).replace(day=1)
    return start


def add_months(day: datetime.date, months: int) -> datetime.date:
    """Return the first day of the month so many months on from a first day."""
    place = day.year * 12 + day.month - 1 + months
    return datetime.date(place // 12, place % 12 + 1, 1)


def is_interim(view: View, first: datetime.date, last: datetime.date) -> bool:
    """Tell whether a period is a part of a fiscal year."""
    start = year_start(view, first)
    return first != start or last != add_months(start, 12) - _DAY


def year_earlier(first: datetime.date, last: datetime.date) -> tuple[datetime.date, datetime.date]:
    """Return the same period a year earlier; one that ends with a month ends with that month."""
    ends_month = (last + _DAY).day == 1
    month_end = add_months(last.replace(day=1), -11) - _DAY
    return _year_back(first), month_end if ends_month else _year_back(last)


def _year_back(day: datetime.date) -> datetime.date:
    leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap_day else day.day)
