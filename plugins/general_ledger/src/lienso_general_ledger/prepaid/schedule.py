"""By which months a cost is spread; prepaid costs and tools alike (spec §4.8)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from ..periods import days_of, month_after, month_start
from ..rounding import round_half_away

FirstMonth = Literal["full_month", "from_date"]


@dataclass(frozen=True, slots=True)
class Month:
    """What a month takes, and what is left after it; đồng. ``month``: its first day."""

    month: datetime.date
    amount: int
    remaining: int


@dataclass(frozen=True, slots=True)
class Change:
    """From the month of a day on, what is left and by how many periods; None stays as it is."""

    day: datetime.date
    remaining_amount: int | None = None
    remaining_periods: int | None = None


def schedule(
    amount: int, periods: int, start: datetime.date, rule: FirstMonth = "full_month"
) -> list[Month]:
    """Divide an amount by months.

    Each month takes amount / periods, rounded; the last one what is left. With ``from_date`` the first
    month takes the share of its days from the start on, and where that is not all of them one month is
    added at the end.
    """
    per = Fraction(amount, periods)
    share = Fraction(1)
    if rule == "from_date":
        days = days_of(start)
        share = Fraction(days - start.day + 1, days)
    months = periods if share == 1 else periods + 1
    rows: list[Month] = []
    left = amount
    for index in range(months):
        wanted = round_half_away(per * share if index == 0 else per)
        # Rounded up month by month, a tiny amount is used up before the end.
        takes = left if index == months - 1 else min(wanted, left)
        left -= takes
        rows.append(Month(month_after(start, index), takes, left))
    return rows


def changed(rows: Sequence[Month], amount: int, changes: Iterable[Change]) -> list[Month]:
    """Return a schedule of an amount after changes, each of which starts it anew from its month."""
    found = list(rows)
    for change in changes:
        first = month_start(change.day)
        done = [row for row in found if row.month < first]
        left = done[-1].remaining if done else amount
        if change.remaining_amount is not None:
            left = change.remaining_amount
        periods = change.remaining_periods or len(found) - len(done)
        found = [*done, *(schedule(left, periods, first) if periods else ())]
    return found
