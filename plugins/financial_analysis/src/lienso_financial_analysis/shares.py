"""What makes a whole: the return on equity by Dupont, and the costs of a period (spec §6)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from lienso import Column, Drill, Label, Refused, Table
from lienso.view import View

from .expressions import NoValue, Place, Values, parse, value
from .ratios import DUPONT, rounded
from .reports import COMPARED, AnalysisParams
from .statements import code_of, form_of, line_of, values_of

_TREE = (
    (0, "roe", "ROE", "Return on equity", *DUPONT["roe"]),
    (1, "ros", "ROS", "Return on sales", *DUPONT["ros"]),
    (2, "profit", "Lợi nhuận sau thuế", "Profit after tax", "I60", "vnd"),
    (2, "revenue", "Doanh thu thuần", "Net revenue", "I10", "vnd"),
    (1, "asset_turnover", "Vòng quay tổng tài sản", "Asset turnover", *DUPONT["asset_turnover"]),
    (2, "revenue", "Doanh thu thuần", "Net revenue", "I10", "vnd"),
    (2, "assets", "Tổng tài sản bình quân", "Average assets", "AVG(B270)", "vnd"),
    (1, "equity_multiplier", "Tài sản trên vốn chủ sở hữu", "Equity multiplier",
     *DUPONT["equity_multiplier"]),
    (2, "assets", "Tổng tài sản bình quân", "Average assets", "AVG(B270)", "vnd"),
    (2, "equity", "Vốn chủ sở hữu bình quân", "Average equity", "AVG(B400)", "vnd"),
)  # fmt: skip
"""Level, id, name, formula, unit: each is made of those one level deeper that follow it."""

COSTS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "TT200": (
        ("I11", "Giá vốn hàng bán", "Cost of sales"),
        ("I22", "Chi phí tài chính", "Financial expenses"),
        ("I25", "Chi phí bán hàng", "Selling expenses"),
        ("I26", "Chi phí quản lý doanh nghiệp", "Administrative expenses"),
        ("I32", "Chi phí khác", "Other expenses"),
        ("I51", "Chi phí thuế TNDN hiện hành", "Current income tax"),
        ("I52", "Chi phí thuế TNDN hoãn lại", "Deferred income tax"),
    ),
    "TT133": (
        ("I11", "Giá vốn hàng bán", "Cost of sales"),
        ("I22", "Chi phí tài chính", "Financial expenses"),
        ("I24", "Chi phí quản lý kinh doanh", "Operating expenses"),
        ("I32", "Chi phí khác", "Other expenses"),
        ("I51", "Chi phí thuế TNDN", "Income tax"),
    ),
}
"""Regime → lines of costs by Circular 200's codes; those of TT99 are these lines under its own codes."""


def dupont(params: AnalysisParams, view: View) -> Table:
    """Cây Dupont: the return on equity, what it is the product of, and the figures behind each part.

    Raises:
        Refused: ``period_invalid``, ``no_data``.
    """
    figures = params.figures(view)
    first, last = params.days(view)
    length = (last - first).days + 1
    now, then = (values_of(figures, length, None, before=one) for one in (False, True))
    rows, drills = [], []
    for level, id, vi, _en, formula, unit in _TREE:
        this, prior = (_of(formula, unit, given) for given in (now, then))
        rows.append((level, id, "    " * level + vi, formula, this, prior, _less(this, prior)))
        drills.append(_below(id, params, view) if level < 2 else None)
    columns = (
        Column("level", Label("Cấp", "Level"), "number"),
        Column("id", Label("Mã chỉ tiêu", "Id")),
        Column("name", Label("Chỉ tiêu", "Ratio")),
        *COMPARED,
    )
    title = Label("Cây Dupont", "Dupont tree")
    subtitle = "ROE = ROS × vòng quay tổng tài sản × tài sản trên vốn chủ sở hữu"
    return Table(columns, tuple(rows), title, subtitle, drills=tuple(drills))


def _of(formula: str, unit: str, given: Values) -> str | int | None:
    try:
        return rounded(value(parse(formula), given), unit)
    except NoValue:
        return None


def _less(this: str | int | None, prior: str | int | None) -> str | int | None:
    if this is None or prior is None:
        return None
    return this - prior if isinstance(this, int) else str(Decimal(this) - Decimal(prior))


def _below(id: str, params: AnalysisParams, view: View) -> Drill:
    wanted = "dupont" if id == "equity_multiplier" else id
    step = {"ratio": wanted, "source": params.source, **params.place(view)}
    return Drill("financial_analysis.ratio", step)


def cost_structure(params: AnalysisParams, view: View) -> Table:
    """Cơ cấu chi phí: each kind of cost of the income statement, and its share of all of them.

    Raises:
        Refused: ``period_invalid``, ``no_data``.
    """
    figures = params.figures(view)
    form = form_of(figures.regime, "I")
    lines = COSTS["TT133" if figures.regime == "TT133" else "TT200"]
    places = [Place(short[0], short[1:]) for short, _vi, _en in lines]
    sums = {
        column: [_amount(figures, place, column) for place in places]
        for column in ("now", "before")
    }
    totals = {column: sum(amounts) for column, amounts in sums.items()}
    rows, drills = [], []
    for n, (place, (_short, vi, _en)) in enumerate(zip(places, lines, strict=True)):
        code = code_of(figures.regime, place)
        cells: list[Any] = []
        for column in ("now", "before"):
            amount = sums[column][n]
            cells += [amount, _share(amount, totals[column])]
        rows.append((code, vi, *cells))
        step = {"statement": form, "code": code, **params.place(view)}
        drills.append(Drill("general_ledger.statement_line", step))
    columns = (
        Column("code", Label("Mã số", "Code")),
        Column("name", Label("Chi phí", "Cost")),
        Column("this", Label("Kỳ này", "This period"), "money"),
        Column("this_share", Label("Tỷ trọng %", "Share %"), "quantity"),
        Column("prior", Label("Kỳ trước", "Prior period"), "money"),
        Column("prior_share", Label("Tỷ trọng kỳ trước %", "Prior share %"), "quantity"),
    )
    whole = [_share(total, total) for total in totals.values()]
    cells = [part for pair in zip(totals.values(), whole, strict=True) for part in pair]
    title = Label("Cơ cấu chi phí", "Structure of costs")
    return Table(columns, tuple(rows), title, form, ("", "Cộng", *cells), tuple(drills))


def _amount(figures: Any, place: Place, column: str) -> int:
    try:
        return line_of(figures, place, column)
    except NoValue as error:
        raise Refused("no_data", {"line": str(place)}) from error


def _share(amount: int, total: int) -> str | int | None:
    return rounded(Fraction(amount, total), "percent") if total else None
