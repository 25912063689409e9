"""Months and fiscal years."""

from __future__ import annotations

import calendar
import datetime

from lienso.view import View

DAY = datetime.timedelta(days=1)


def month_start(day: datetime.date) -> datetime.date:
    """Return the first day of a day's month."""
    return day.replace(day=1)


def month_end(day: datetime.date) -> datetime.date:
    """Return the last day of a day's month."""
    return day.replace(day=days_of(day))


def days_of(day: datetime.date) -> int:
    """Return how many days the month of a day has."""
    return calendar.monthrange(day.year, day.month)[1]


def month_after(day: datetime.date, months: int = 1) -> datetime.date:
    """Return the first day of a month so many months later; negative is earlier."""
    index = day.year * 12 + day.month - 1 + months
    return datetime.date(index // 12, index % 12 + 1, 1)


def months_between(first: datetime.date, last: datetime.date) -> int:
    """Return how many months lie from one day's month to another's."""
    return (last.year - first.year) * 12 + last.month - first.month


def month_text(day: datetime.date) -> str:
    """Write a month: ``2026-05``."""
    return day.isoformat()[:7]


def year_start(view: View, day: datetime.date) -> datetime.date:
    """Return the first day of the fiscal year of a day."""
    year, start = view.fiscal_year(day), month_start(day)
    while view.fiscal_year(start - DAY) == year:
        start = month_start(start - DAY)
    return start
