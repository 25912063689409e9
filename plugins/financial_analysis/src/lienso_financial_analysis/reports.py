"""Ratios, structure, and the figures behind charts, each followed down to the ledger (spec §6)."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any, Literal

from lienso import Column, Drill, Label, Prefix, Table
from lienso.fields import Params
from lienso.model import Ledger
from lienso.view import View
from lienso_general_ledger import StatementFigures, balance, ledger_figures
from pydantic import Field

from .analyze import chosen, computed, formula_of
from .expressions import NoValue, Place, parse
from .ratios import DUPONT, Ratio
from .statements import Source, code_of, form_of, line_of, values_of
from .structure import periods_ending, structure_rows

_DAY = datetime.timedelta(days=1)
_MONEY = (("cash", "111"), ("bank", "112"))


class AnalysisParams(Params):
    """Which period of which books; without days the year of today so far.

    Attributes:
        source: ``statements`` is a final set of exactly this period.
    """

    from_date: datetime.date | None = None
    to_date: datetime.date | None = None
    source: Literal["statements", "ledger"] = "ledger"
    ledger: Ledger = "financial"
    branch: str | None = None

    def days(self, view: View) -> tuple[datetime.date, datetime.date]:
        """Return the first and the last day."""
        last = self.to_date or view.today
        return self.from_date or last.replace(month=1, day=1), last

    def figures(self, view: View) -> StatementFigures:
        """Return the statements. Raises: Refused: ``period_invalid``, ``no_data``."""
        return Source(self.source, self.ledger, self.branch).figures(view, *self.days(view))

    def place(self, view: View) -> dict[str, Any]:
        """Return the parameters of a report below."""
        first, last = self.days(view)
        found: dict[str, Any] = {"from_date": first.isoformat(), "to_date": last.isoformat()}
        found["ledger"] = self.ledger
        return found if self.branch is None else {**found, "branch": self.branch}


class RatioParams(AnalysisParams):
    """One ratio by its id."""

    ratio: str = "current_ratio"


class StructureParams(AnalysisParams):
    """A statement: its letter (B, I, C) or its id."""

    statement: str = "I"


class MonthsParams(Params):
    """So many months up to that of a day; by default the year so far."""

    to_date: datetime.date | None = None
    months: int = Field(default=12, ge=2, le=36)
    ledger: Ledger = "financial"
    branch: str | None = None


COMPARED = (
    Column("formula", Label("Công thức", "Formula")),
    Column("this", Label("Kỳ này", "This period"), "quantity"),
    Column("prior", Label("Kỳ trước", "Prior period"), "quantity"),
    Column("change", Label("Thay đổi", "Change"), "quantity"),
)
"""A ratio, now and before."""

# -- ratios -----------------------------------------------------------------------------------------


def ratio_list(params: AnalysisParams, view: View) -> Table:
    """Bảng chỉ tiêu tài chính: each ratio now and before, its change, a mark beyond its threshold.

    Raises:
        Refused: ``period_invalid``, ``no_data``.
    """
    figures = params.figures(view)
    first, last = params.days(view)
    length = (last - first).days + 1
    now = values_of(figures, length, None, before=False)
    then = values_of(figures, length, None, before=True)
    rows, drills = [], []
    for ratio in chosen(view, ()):
        this, prior = _shown(ratio, now), _shown(ratio, then)
        change = _difference(this, prior)
        head = (ratio.id, ratio.group, ratio.name, formula_of(ratio))
        rows.append((*head, this, prior, change, _mark(ratio, this)))
        step = {"ratio": ratio.id, "source": params.source, **params.place(view)}
        drills.append(Drill("financial_analysis.ratio", step))
    columns = (
        Column("id", Label("Mã chỉ tiêu", "Id")),
        Column("group", Label("Nhóm", "Group")),
        Column("name", Label("Chỉ tiêu", "Ratio")),
        *COMPARED,
        Column("mark", Label("Cảnh báo", "Mark")),
    )
    title = Label("Bảng chỉ tiêu tài chính", "Financial ratios")
    subtitle = "" if figures.closed else "Chưa kết chuyển, số liệu tính từ phát sinh"
    return Table(columns, tuple(rows), title, subtitle, drills=tuple(drills))


def _shown(ratio: Ratio, given: Any) -> Any:
    """Return a ratio's value, of Dupont its product; None where it has none."""
    try:
        found = computed(ratio, given)
    except NoValue:
        return None
    return found["roe"] if isinstance(found, dict) else found


def _difference(this: Any, prior: Any) -> Any:
    if this is None or prior is None:
        return None
    return this - prior if isinstance(this, int) else str(Decimal(this) - Decimal(prior))


def _mark(ratio: Ratio, this: Any) -> str:
    if this is None:
        return ""
    value = Decimal(this)
    low = ratio.warn_below is not None and value < ratio.warn_below
    high = ratio.warn_above is not None and value > ratio.warn_above
    return "!" if low or high else ""


def ratio_parts(params: RatioParams, view: View) -> Table:
    """Chỉ tiêu và các số liệu tạo nên nó: the lines of a ratio, each followed into its statement.

    Raises:
        Unknown: ``not_found``. Refused: ``period_invalid``, ``no_data``.
    """
    figures = params.figures(view)
    (ratio,) = chosen(view, [params.ratio])
    texts = [ratio.formula] if ratio.formula else [formula for formula, _unit in DUPONT.values()]
    places = list(dict.fromkeys(place for text in texts for place in parse(text).places()))
    rows, drills = [], []
    for place in places:
        form, code = form_of(figures.regime, place.statement), code_of(figures.regime, place)
        this, prior = (_line(figures, place, column) for column in ("now", "before"))
        rows.append((str(place), form, code, this, prior))
        step = {"statement": form, "code": code, **params.place(view)}
        drills.append(Drill("general_ledger.statement_line", step) if this is not None else None)
    columns = (
        Column("line", Label("Ký hiệu", "Line")),
        Column("statement", Label("Báo cáo", "Statement")),
        Column("code", Label("Mã số", "Code")),
        Column("this", Label("Kỳ này", "This period"), "money"),
        Column("prior", Label("Kỳ trước", "Prior period"), "money"),
    )
    title = Label("Số liệu của chỉ tiêu phân tích", "What a ratio is made of")
    subtitle = f"{ratio.name} = {formula_of(ratio)}"
    return Table(columns, tuple(rows), title, subtitle, drills=tuple(drills))


def _line(figures: StatementFigures, place: Place, column: str) -> int | None:
    try:
        return line_of(figures, place, column)
    except NoValue:
        return None


# -- structure, charts ------------------------------------------------------------------------------


_STRUCTURE = ("code", "name", "this_period", "prior_period", "change", "change_percent")


def structure(params: StructureParams, view: View) -> Table:
    """Phân tích ngang, dọc: each line of a statement, its change and its share.

    Raises:
        Refused: ``period_invalid``, ``no_data``.
    """
    figures = params.figures(view)
    form = form_of(figures.regime, params.statement)
    found = structure_rows(view, figures, params.statement, ())
    rows, drills = [], []
    for row in found:
        share = next((row[name] for name in row if name.startswith("share_of_")), None)
        cells = (row[name] for name in _STRUCTURE)
        rows.append((*cells, share))
        step = {"statement": form, "code": row["code"], **params.place(view)}
        drills.append(Drill("general_ledger.statement_line", step))
    columns = (
        Column("code", Label("Mã số", "Code")),
        Column("name", Label("Chỉ tiêu", "Item")),
        Column("this_period", Label("Kỳ này", "This period"), "money"),
        Column("prior_period", Label("Kỳ trước", "Prior period"), "money"),
        Column("change", Label("Thay đổi", "Change"), "money"),
        Column("change_percent", Label("Thay đổi %", "Change %"), "quantity"),
        Column("share", Label("Tỷ trọng %", "Share %"), "quantity"),
    )
    title = Label("Phân tích ngang, dọc", "Movement and structure")
    return Table(columns, tuple(rows), title, form, drills=tuple(drills))


_BY_MONTH = (
    ("revenue", "Doanh thu thuần", "Net revenue", ("10",)),
    ("cost_of_sales", "Giá vốn", "Cost of sales", ("11",)),
    ("operating_costs", "Chi phí bán hàng, quản lý", "Selling and administrative costs", ("25", "26")),
    ("profit", "Lợi nhuận sau thuế", "Profit after tax", ("60",)),
)  # fmt: skip


def by_month(params: MonthsParams, view: View) -> Table:
    """Doanh thu, chi phí, lợi nhuận theo tháng: a row a month, for a chart."""
    last = params.to_date or view.today
    first = last.replace(day=1)
    end = (first + datetime.timedelta(days=32)).replace(day=1) - _DAY
    rows, drills = [], []
    for start, stop in periods_ending((first, end), params.months):
        figures = ledger_figures(view, start, stop, params.ledger, params.branch)
        form = form_of(figures.regime, "I")
        lines = figures.values[form]
        amounts = [
            sum(_of_period(lines, code, figures.regime) for code in codes)
            for _name, _vi, _en, codes in _BY_MONTH
        ]
        rows.append((start.isoformat()[:7], *amounts))
        step: dict[str, Any] = {"from_date": start.isoformat(), "to_date": stop.isoformat()}
        step |= {"statement": "I", "ledger": params.ledger}
        if params.branch is not None:
            step["branch"] = params.branch
        drills.append(Drill("financial_analysis.structure", step))
    columns = (
        Column("month", Label("Tháng", "Month")),
        *(Column(name, Label(vi, en), "money") for name, vi, en, _codes in _BY_MONTH),
    )
    title = Label("Doanh thu, chi phí, lợi nhuận theo tháng", "Revenue, costs, profit by month")
    return Table(columns, tuple(rows), title, drills=tuple(drills))


def _of_period(lines: Any, code: str, regime: str) -> int:
    """Return a line of the income statement; TT133 has selling and administrative costs in one, 24."""
    if regime == "TT133" and code in ("25", "26"):
        return lines["24"]["this_period"] if code == "25" else 0
    return int(lines[code]["this_period"])


def money_by_day(params: AnalysisParams, view: View) -> Table:
    """Tồn quỹ, tiền gửi theo ngày: what is in the till and the banks at the end of each day.

    A day without movement is left out; the first row is what there was before the period.
    """
    first, last = params.days(view)
    branch = None if params.branch is None else view.require("org_unit", params.branch).id
    where: dict[str, Any] = {"ledger": params.ledger}
    if branch is not None:
        where["branch"] = branch
    before = first - _DAY
    kept = {
        name: balance(view, code, ledger=params.ledger, date_to=before, branch=branch).amount
        for name, code in _MONEY
    }
    rows: list[tuple[Any, ...]] = [(before.isoformat(), kept["cash"], kept["bank"])]
    moved: dict[str, dict[str, int]] = {}
    for posted in view.book("general_ledger").entries(
        where={**where, "account": [Prefix(code) for _name, code in _MONEY]},
        date_from=first,
        date_to=last,
    ):
        entry = posted.entry
        name = "cash" if entry.dimensions["account"].startswith("111") else "bank"
        day = moved.setdefault(entry.posting_date.isoformat(), {"cash": 0, "bank": 0})
        day[name] += entry.measures.get("debit", 0) - entry.measures.get("credit", 0)
    for day, amounts in sorted(moved.items()):
        kept = {name: kept[name] + amounts[name] for name in kept}
        rows.append((day, kept["cash"], kept["bank"]))
    place = {"ledger": params.ledger, **({} if branch is None else {"branch": params.branch})}
    drills = [
        Drill(
            "general_ledger.statement_entries",
            {"account": "11", "from_date": row[0], "to_date": row[0], **place},
        )
        for row in rows
    ]
    columns = (
        Column("date", Label("Ngày", "Day"), "date"),
        Column("cash", Label("Tồn quỹ", "Cash"), "money"),
        Column("bank", Label("Tiền gửi", "Banks"), "money"),
    )
    title = Label("Tồn quỹ, tiền gửi theo ngày", "Cash and banks by day")
    return Table(columns, tuple(rows), title, drills=tuple(drills))
