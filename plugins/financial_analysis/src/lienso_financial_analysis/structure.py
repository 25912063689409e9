"""Statements line by line: movement and share (ngang, dọc), and trends over periods (spec §4)."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from lienso import Refused
from lienso.view import View
from lienso_general_ledger import StatementFigures, line_names

from .ratios import rounded
from .regimes import BASES, FORMS
from .statements import Source, form_of

_DAY = datetime.timedelta(days=1)
_NOW = ("closing", "this_period")
_BEFORE = ("opening", "prior_period")
Days = tuple[datetime.date, datetime.date]


def structure_rows(
    view: View, figures: StatementFigures, statement: str, codes: Sequence[str]
) -> list[dict[str, Any]]:
    """Return by line: this and prior period, change, change in percent of |prior|, share of the base.

    Raises:
        Refused: ``unknown_line``.
    """
    regime = figures.regime
    form = form_of(regime, statement or "I")
    names = line_names(view, regime).get(form, {})
    lines = figures.values.get(form, {})
    base = _base_of(regime, form)
    whole = 0 if base is None else _amount(lines.get(base, {}), _NOW)
    rows = []
    for code in _codes(form, lines, names, codes):
        row = lines.get(code, {})
        this, prior = _amount(row, _NOW), _amount(row, _BEFORE)
        found: dict[str, Any] = {
            "code": code,
            "name": names.get(code, ""),
            "this_period": this,
            "prior_period": prior,
            "change": this - prior,
            "change_percent": _percent(this - prior, abs(prior)),
        }
        if base is not None:
            found[f"share_of_{base}"] = _percent(this, whole)
        rows.append(found)
    return rows


def trend_rows(
    view: View,
    source: Source,
    days: Days,
    count: int,
    statement: str,
    codes: Sequence[str],
) -> list[dict[str, Any]]:
    """Return by line its value in each period, its change, and its index: the first is 100.00.

    Raises:
        Refused: ``no_data``: of a period there are no statements; ``unknown_line``.
    """
    spans = periods_ending(days, count)
    found = [source.figures(view, *span) for span in spans]
    regime = found[-1].regime
    form = form_of(regime, statement or "I")
    names = line_names(view, regime).get(form, {})
    rows = []
    for code in _codes(form, found[-1].values.get(form, {}), names, codes):
        amounts = [_amount(one.values.get(form, {}).get(code, {}), _NOW) for one in found]
        points = []
        for place, (first, last) in enumerate(spans):
            change = amounts[place] - amounts[place - 1] if place else None
            points.append(
                {
                    "from_date": first.isoformat(),
                    "to_date": last.isoformat(),
                    "value": amounts[place],
                    "change": change,
                    "change_percent": None
                    if change is None
                    else _percent(change, abs(amounts[place - 1])),
                    "index": _percent(amounts[place], amounts[0]),
                }
            )
        rows.append({"code": code, "name": names.get(code, ""), "periods": points})
    return rows


def _codes(form: str, lines: Any, names: dict[str, str], codes: Sequence[str]) -> list[str]:
    for code in codes:
        if code not in lines and code not in names:
            raise Refused("unknown_line", {"statement": form, "line": code})
    return list(codes) if codes else list(lines)


def _base_of(regime: str, form: str) -> str | None:
    for letter, base in BASES[regime].items():
        if FORMS[regime][letter] == form:
            return base
    return None


def _amount(row: Any, names: Sequence[str]) -> int:
    return next((row[name] for name in names if name in row), 0)


def _percent(part: int, whole: int) -> str | None:
    if not whole:
        return None
    percent = rounded(Fraction(part, whole), "percent")
    return str(percent)


def periods_ending(days: Days, count: int) -> list[Days]:
    """Return so many periods of equal length, one after the other, the given one last.

    One of whole months is followed back by whole months, any other by as many days.
    """
    first, last = days
    whole = first.day == 1 and (last + _DAY).day == 1
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    found = [days]
    for _ in range(count - 1):
        end = found[0][0] - _DAY
        start = _months_before(found[0][0], months) if whole else end - (last - first)
        found.insert(0, (start, end))
    return found


def _months_before(day: datetime.date, months: int) -> datetime.date:
    place = day.year * 12 + day.month - 1 - months
    return datetime.date(place // 12, place % 12 + 1, 1)
