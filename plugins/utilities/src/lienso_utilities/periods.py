"""The periods that a user picks: a day, month, quarter or year in place of two days."""

from __future__ import annotations

import datetime
import re

from lienso import Refused
from lienso.view import View

_DAY = datetime.timedelta(days=1)
_PERIOD = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?|-Q([1-4]))?")


def days_of(period: str, view: View) -> tuple[datetime.date, datetime.date]:
    """Return the first and the last day of ``2026-05-10``, ``2026-05``, ``2026-Q2`` or ``2026``.

    Quarters and years are those of the company's fiscal year, which is named by the year it begins in
    (option ``fiscal_year_start``).

    Raises:
        Refused: ``params_invalid``: it is none of these.
    """
    found = _PERIOD.fullmatch(period)
    try:
        if found is None:
            raise ValueError(period)
        year, month, day, quarter = (int(part) if part else 0 for part in found.groups())
        if day:
            one = datetime.date(year, month, day)
            return one, one
        if month:
            first = datetime.date(year, month, 1)
            return first, _later(first, 1) - _DAY
        begin = _year_begin(year, view)
        first = _later(begin, 3 * (quarter - 1)) if quarter else begin
        return first, _later(first, 3 if quarter else 12) - _DAY
    except ValueError as error:
        raise Refused("params_invalid", {"fields": "period"}) from error


def _year_begin(year: int, view: View) -> datetime.date:
    month, _, day = str(view.option("fiscal_year_start")).partition("-")
    return datetime.date(year, int(month), int(day))


def _later(day: datetime.date, months: int) -> datetime.date:
    """Return the same day some months on; fiscal years begin on a day that every month has."""
    count = day.year * 12 + day.month - 1 + months
    return day.replace(year=count // 12, month=count % 12 + 1)
