"""Phân tích tài chính: ratios, structure and movement, trends (spec `financial_analysis.md` §4)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Literal

from lienso import Finding
from lienso.fields import Params
from lienso.model import Ledger
from lienso.session import Session
from lienso.view import View
from lienso_general_ledger import StatementFigures
from pydantic import Field

from .expressions import NoValue, Place, parse, value
from .ratios import DUPONT, OF_EQUITY, RATIOS, Ratio, rounded
from .records import RATIO
from .statements import Source, closing_only, line_of, values_of
from .structure import structure_rows, trend_rows

YEAR_DAYS = 365


class AnalyzeParams(Params):
    """What to analyse.

    Attributes:
        source: ``statements`` is a final set of exactly this period, ``ledger`` the books as they are.
        regime: of the statements asked for; None takes what there is.
        days: of the period, for ratios in days; by default its calendar days.
        annualize: ratios of a flow over a stock once more, times 365 / days.
        ratios: ids to compute; empty is all. ``shares``: ordinary shares, for the book value of one.
        statement, codes: of the analyses by line; by default the whole income statement.
        periods: of a trend, the last of them ending with ``to_date``.
    """

    from_date: datetime.date
    to_date: datetime.date
    kind: Literal["ratios", "horizontal_vertical", "trend"] = "ratios"
    regime: Literal["TT99", "TT200", "TT133"] | None = None
    source: Literal["statements", "ledger"] = "ledger"
    branch: str | None = None
    ledger: Ledger = "financial"
    days: int | None = Field(default=None, ge=1, le=3_700)
    annualize: bool = False
    ratios: list[str] = Field(default_factory=list, max_length=500)
    shares: int | None = Field(default=None, ge=1)
    statement: str = ""
    codes: list[str] = Field(default_factory=list, max_length=500)
    periods: int = Field(default=4, ge=2, le=36)

    @property
    def where(self) -> Source:
        """Where the figures are taken from."""
        return Source(self.source, self.ledger, self.branch, self.regime)


class AnalyzeResult(Params):
    """What was found.

    Attributes:
        ratios: id → text with the decimals of its unit, đồng as an integer, None, or of `dupont` its
            parts. ``null_reasons``: id → code. ``formulas``: id → formula.
        warnings: id → code. ``not_meaningful``: ids whose equity is not positive.
        average_is_closing: there was no opening balance sheet to take averages with.
        rows: of the analyses by line. ``basis``: set, closed, computed_at.
    """

    ratios: dict[str, Any] = Field(default_factory=dict)
    formulas: dict[str, str] = Field(default_factory=dict)
    null_reasons: dict[str, str] = Field(default_factory=dict)
    warnings: dict[str, str] = Field(default_factory=dict)
    not_meaningful: list[str] = Field(default_factory=list)
    annualized: dict[str, Any] = Field(default_factory=dict)
    average_is_closing: bool = False
    rows: list[dict[str, Any]] = Field(default_factory=list)
    basis: dict[str, Any] = Field(default_factory=dict)


def analyze(params: AnalyzeParams, session: Session) -> AnalyzeResult:
    """Analyse the statements of a period; nothing is written.

    Raises:
        Refused: ``period_invalid``, ``no_data``, ``regime_mismatch``, ``unknown_line``.
        Unknown: ``not_found``: there is no such ratio.
    """
    view = session.view
    figures = params.where.figures(view, params.from_date, params.to_date)
    if not figures.closed:
        session.warn(Finding("warning", "not_closed"))
    basis = {
        "source": params.source,
        "set": figures.set or None,
        "regime": figures.regime,
        "closed": figures.closed,
        "assume_closed": not figures.closed,
        "computed_at": figures.computed_at,
    }
    if params.kind == "horizontal_vertical":
        rows = structure_rows(view, figures, params.statement, params.codes)
        return AnalyzeResult(rows=rows, basis=basis)
    if params.kind == "trend":
        days = (params.from_date, params.to_date)
        rows = trend_rows(view, params.where, days, params.periods, params.statement, params.codes)
        return AnalyzeResult(rows=rows, basis=basis)
    result = _ratios(view, params, figures, basis)
    for code in sorted(set(result.warnings.values())):
        session.warn(Finding("warning", code))
    return result


def _ratios(
    view: View, params: AnalyzeParams, figures: StatementFigures, basis: Mapping[str, Any]
) -> AnalyzeResult:
    days = params.days or (params.to_date - params.from_date).days + 1
    wanted = chosen(view, params.ratios)
    given = values_of(figures, days, params.shares, before=False)
    found: dict[str, Any] = {}
    reasons: dict[str, str] = {}
    annualized: dict[str, Any] = {}
    for ratio in wanted:
        try:
            found[ratio.id] = computed(ratio, given)
            if params.annualize and ratio.flow_over_stock:
                annualized[ratio.id] = computed(ratio, given, Fraction(YEAR_DAYS, days))
        except NoValue as error:
            found[ratio.id] = None
            reasons[ratio.id] = error.reason
    return AnalyzeResult(
        ratios=found,
        formulas={ratio.id: formula_of(ratio) for ratio in wanted},
        null_reasons=reasons,
        warnings={id: code for id, code in _warnings(figures) if id in found},
        not_meaningful=[id for id in OF_EQUITY if id in found and _no_equity(figures)],
        annualized=annualized,
        average_is_closing=closing_only(figures),
        basis=dict(basis),
    )


def chosen(view: View, ids: Sequence[str]) -> list[Ratio]:
    """Return the standard ratios with what the company changed, and its own; all or those named.

    Raises:
        Unknown: ``not_found``.
    """
    known = {ratio.id: ratio for ratio in RATIOS}
    for record in view.all(RATIO):
        data = record.data
        if data.active:
            known[data.code] = Ratio(
                data.code,
                data.name or data.code,
                data.formula,
                data.unit,
                data.group or known.get(data.code, _NAMELESS).group,
                data.flow_over_stock,
                data.better,
                data.warn_below,
                data.warn_above,
            )
    for id in ids:
        if id not in known:
            view.require(RATIO, id)
    return [known[id] for id in ids] if ids else list(known.values())


_NAMELESS = Ratio("", "", "", group="Chỉ tiêu của đơn vị")


def formula_of(ratio: Ratio) -> str:
    """Return the formula of a ratio as it is shown."""
    return ratio.formula or " × ".join(f"({DUPONT[part][0]})" for part in list(DUPONT)[:-1])


def computed(ratio: Ratio, given: Any, factor: Fraction = Fraction(1)) -> Any:
    """Return a ratio as it is shown, rounded once; of Dupont its parts.

    Args:
        factor: by which a flow is stretched to a year; of Dupont its turnover and product.
    Raises:
        NoValue: it has none.
    """
    if ratio.formula:
        return rounded(value(parse(ratio.formula), given) * factor, ratio.unit)
    stretched = ("asset_turnover", "roe")
    return {
        part: rounded(value(parse(formula), given) * (factor if part in stretched else 1), unit)
        for part, (formula, unit) in DUPONT.items()
    }


def _warnings(figures: StatementFigures) -> Iterator[tuple[str, str]]:
    try:
        costs = line_of(figures, Place("I", "22"), "now")
        interest = line_of(figures, Place("I", "23"), "now")
    except NoValue:
        return
    if costs > 0 and interest == 0:
        yield "interest_cover", "interest_untagged"


def _no_equity(figures: StatementFigures) -> bool:
    try:
        closing = line_of(figures, Place("B", "400"), "now")
        opening = (
            closing if closing_only(figures) else line_of(figures, Place("B", "400"), "before")
        )
    except NoValue:
        return False
    return closing <= 0 or closing + opening <= 0
