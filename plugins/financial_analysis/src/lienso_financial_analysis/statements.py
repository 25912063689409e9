"""The statements that are analysed: a final set, or the books as they are; lines by Circular 200's codes."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from lienso import Refused
from lienso.view import View
from lienso_general_ledger import StatementFigures, final_figures, ledger_figures

from .expressions import NoValue, Place, Values
from .regimes import ABSENT, CODES, FORMS, WITHOUT

_COLUMNS = {"now": ("closing", "this_period"), "before": ("opening", "prior_period")}


@dataclass(frozen=True, slots=True)
class Source:
    """Where figures are taken from: ``statements`` or ``ledger``, of which books, in which regime."""

    kind: str
    ledger: str = "financial"
    branch: str | None = None
    regime: str | None = None

    def figures(self, view: View, first: datetime.date, last: datetime.date) -> StatementFigures:
        """Return the statements of a period.

        Raises:
            Refused: ``period_invalid``, ``no_data``, ``regime_mismatch``.
        """
        days = {"from_date": first.isoformat(), "to_date": last.isoformat()}
        if first > last:
            raise Refused("period_invalid", days)
        if self.kind == "ledger":
            found = ledger_figures(view, first, last, self.ledger, self.branch)
            if self.regime not in (None, found.regime):
                raise Refused("regime_mismatch", {"regime": found.regime, "asked": self.regime})
            if not any(_amounts(found)):
                raise Refused("no_data", days)
            return found
        sets = final_figures(view, first, last, self.ledger, self.branch)
        if not sets:
            raise Refused("no_data", days)
        fitting = [one for one in sets if self.regime in (None, one.regime)]
        if not fitting:
            theirs = sets[0].regime
            raise Refused("regime_mismatch", {"regime": theirs, "asked": self.regime})
        return fitting[0]


def _amounts(found: StatementFigures) -> list[int]:
    return [
        amount
        for lines in found.values.values()
        for row in lines.values()
        for amount in row.values()
    ]


def form_of(regime: str, letter: str) -> str:
    """Return the form that a letter stands for in a regime; an id stands for itself."""
    return FORMS[regime].get(letter, letter)


def code_of(regime: str, place: Place) -> str:
    """Return the code of a line in a regime."""
    return CODES.get(regime, {}).get(f"{place.statement}{place.code}", place.code)


def line_of(figures: StatementFigures, place: Place, column: str) -> int:
    """Return the value of a line.

    Args:
        column: ``now`` or ``before``.
    Raises:
        NoValue: ``not_in_regime``, or ``no_data`` where the statements do not have it.
    """
    regime, short = figures.regime, f"{place.statement}{place.code}"
    if short in WITHOUT.get(regime, ()):
        return 0
    if short in ABSENT.get(regime, ()):
        raise NoValue("not_in_regime")
    lines = figures.values.get(form_of(regime, place.statement), {})
    row: Mapping[str, int] = lines.get(code_of(regime, place), {})
    for name in _COLUMNS[column]:
        if name in row:
            return row[name]
    raise NoValue("no_data")


def values_of(figures: StatementFigures, days: int, shares: int | None, *, before: bool) -> Values:
    """Return what formulas are computed with.

    Args:
        before: as of the column before: its own opening is not known.
    """
    names = {"DAYS": days, **({} if shares is None else {"SHARES": shares})}

    def line(place: Place, column: str) -> int:
        if before and column == "before":
            raise NoValue("no_data")
        return line_of(figures, place, "before" if before else column)

    return Values(line, names, before or closing_only(figures))


def closing_only(figures: StatementFigures) -> bool:
    """Tell whether there is no opening balance sheet, as in a company's first year."""
    try:
        return line_of(figures, Place("B", "270"), "before") == 0
    except NoValue:
        # Of statements that have not even a total, some lines may have an opening.
        sheet = figures.values.get(form_of(figures.regime, "B"), {})
        return not any(row.get("opening") for row in sheet.values())
