"""Statements for other modules: the values of a final set, or of the books as they are."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from lienso.view import View
from lienso_catalog import regime_of

from . import computing
from .assumed import AssumedClosed
from .computing import SET
from .evaluate import Sheet
from .forms import Regime
from .functions import Column
from .periods import is_interim, year_earlier
from .records import StatementSet, Values


@dataclass(frozen=True, slots=True)
class StatementFigures:
    """Values of statements, and where they come from.

    Attributes:
        values: statement → code → column (``closing``, ``opening``; ``this_period``, ``prior_period``)
            → đồng, as printed.
        set: id of the set they were kept in; empty for the books as they are.
        closed: income and expenses were closed; else results were taken from turnover.
        computed_at: instant, UTC, ISO text.
    """

    regime: str
    values: Values
    set: str = ""
    closed: bool = True
    computed_at: str = ""


def final_figures(
    view: View, first: datetime.date, last: datetime.date, ledger: str, branch: str | None
) -> list[StatementFigures]:
    """Return the final sets of a period, one a regime that it was made in.

    Args:
        branch: code or id; None is the whole company.
    """
    id = None if branch is None else view.require("org_unit", branch).id
    return [
        StatementFigures(
            record.data.regime,
            computing.printed_values(record.data),
            record.id,
            computed_at=record.data.computed_at,
        )
        for record in view.find(SET, "from_date", equals=(first.isoformat(),))
        if record.data.status == "final"
        and (record.data.to_date, record.data.ledger, record.data.branch) == (last, ledger, id)
    ]


def ledger_figures(
    view: View,
    first: datetime.date,
    last: datetime.date,
    ledger: str = "financial",
    branch: str | None = None,
    include_dependents: bool = False,
) -> StatementFigures:
    """Compute the balance sheet, the income statement and both cash flow statements of a period.

    Results that are not closed yet are taken as closed at the end of each period. Nothing is written.
    """
    regime = computing.regime_of_company(view, regime_of(view))
    id = None if branch is None else view.require("org_unit", branch).id
    facts = AssumedClosed(view, regime, computing.scope_of(view, ledger, id, include_dependents))
    interim = is_interim(view, first, last)
    this = Sheet(regime, Column(facts, first, last, interim))
    prior = Sheet(regime, Column(facts, *year_earlier(first, last), interim))
    return StatementFigures(
        regime.name,
        _values(regime, this, prior),
        closed=not facts.not_closed(last),
        computed_at=computing.instant_text(view.now),
    )


def _values(regime: Regime, this: Sheet, prior: Sheet) -> Values:
    headline = regime.headline
    values: Values = {}
    for statement in (*regime.mandatory, headline.direct, headline.indirect):
        form = regime.form(statement)
        own, other = form.columns
        if form.kind == "balance":
            data = _nothing_typed(regime, this)
            second = computing.opening_sheet(this, data, regime).values(statement)
        else:
            second = prior.values(statement)
        first = this.values(statement)
        values[statement] = {code: {own: first[code], other: second[code]} for code in first}
    return values


def _nothing_typed(regime: Regime, sheet: Sheet) -> StatementSet:
    days = {"from_date": sheet.column.first, "to_date": sheet.column.last}
    return StatementSet(regime=regime.name, **days)  # type: ignore[arg-type]  # a shipped regime


def line_names(view: View, regime: str) -> dict[str, dict[str, str]]:
    """Return statement → code → Vietnamese name of a regime's forms."""
    forms = computing.regime_of_company(view, regime).forms
    return {
        id: {code: line.name.vi for code, line in form.lines.items()} for id, form in forms.items()
    }
