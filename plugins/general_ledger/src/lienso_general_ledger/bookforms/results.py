"""Results for reading: by unit, project, order or contract; this period beside the one before (§6).

Sums of turnover without closing rows, so that they read the same before and after closing.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal

from lienso import Column, Label, Prefix, Table
from lienso.view import View

from ..balances import LEDGER_BOOK
from ..operating.allocating import BOOK
from ..operating.records import TARGET_TYPES
from ..periods import DAY, month_after, month_end, month_start, months_between
from .common import SIDES, PeriodParams, range_text, where_of

Line = tuple[str, str, str, str]
LINES: Sequence[Line] = (
    ("revenue", "Doanh thu bán hàng", "Revenue", "511"),
    ("deductions", "Giảm trừ doanh thu", "Deductions", "521"),
    ("cost_of_goods", "Giá vốn hàng bán", "Cost of goods sold", "632"),
    ("financial_income", "Doanh thu tài chính", "Financial income", "515"),
    ("financial_cost", "Chi phí tài chính", "Financial cost", "635"),
    ("selling", "Chi phí bán hàng", "Selling costs", "641"),
    ("administration", "Chi phí quản lý", "Administrative costs", "642"),
    ("other_income", "Thu nhập khác", "Other income", "711"),
    ("other_cost", "Chi phí khác", "Other costs", "811"),
    ("tax", "Chi phí thuế TNDN", "Corporate tax", "821"),
)
"""Name, titles, account. TT133 has no 641: both kinds of cost stand on 642."""

INCOME = ("511", "515", "711")
Target = Literal["org_unit", "project", "order", "contract"]


class ResultsParams(PeriodParams):
    """By what results are told apart."""

    target: Target = "project"


def _amounts(
    view: View,
    where: Mapping[str, Any],
    span: tuple[datetime.date, datetime.date],
    by: tuple[str, ...] = (),
) -> dict[tuple[str, ...], dict[str, int]]:
    """Return by the dimensions the amount of each line: income and costs both positive."""
    codes = [line[3] for line in LINES]
    wanted = {**where, "account": [Prefix(code) for code in codes], "closing": ""}
    sums = view.book(LEDGER_BOOK).sum(
        SIDES, by=("account", *by), where=wanted, date_from=span[0], date_to=span[1]
    )
    found: dict[tuple[str, ...], dict[str, int]] = {}
    for (account, *apart), (debit, credit) in sums.items():
        code = next(code for code in codes if account.startswith(code))
        its = found.setdefault(tuple(apart), dict.fromkeys(codes, 0))
        its[code] += credit - debit if code in INCOME else debit - credit
    return found


def _result(amounts: Mapping[str, int]) -> int:
    return sum(amount if code in INCOME else -amount for code, amount in amounts.items())


def results_by(params: ResultsParams, view: View) -> Table:
    """Báo cáo lãi lỗ theo đơn vị, công trình, đơn hàng, hợp đồng; with the costs that were shared."""
    where = where_of(params, view)
    span = (params.from_date, params.to_date)
    found = _amounts(view, where, span, (params.target,))
    shared = {
        id: amount
        for (id,), (amount,) in view.book(BOOK)
        .sum(("amount",), by=(params.target,), where=where, date_from=span[0], date_to=span[1])
        .items()
        if id
    }
    given = sum(shared.values())
    type = TARGET_TYPES[params.target]
    ids = sorted(
        {*(id for (id,) in found), *shared, *([""] if given else [])},
        key=lambda id: (not id, view.code(type, id), id),
    )
    rows = []
    for id in ids:
        its = found.get((id,)) or dict.fromkeys((line[3] for line in LINES), 0)
        bears = shared.get(id, 0) if id else -given
        record = view.get(type, id) if id else None
        name = getattr(getattr(record, "data", None), "name", "") if id else "Chưa phân bổ"
        amounts = [its[line[3]] for line in LINES]
        rows.append((view.code(type, id), name, *amounts, bears, _result(its) - bears))
    sums = [sum(row[place] for row in rows) for place in range(2, len(LINES) + 4)]
    columns = (
        Column("code", Label("Mã", "Code")),
        Column("name", Label("Tên", "Name")),
        *(Column(name, Label(vi, en), "money") for name, vi, en, _code in LINES),
        Column("shared", Label("Chi phí được phân bổ", "Shared costs"), "money"),
        Column("result", Label("Lãi, lỗ", "Result"), "money"),
    )
    title = Label("Báo cáo lãi lỗ theo đối tượng", "Results by target")
    return Table(columns, tuple(rows), title, range_text(params), ("", "Cộng", *sums))


def results_compared(params: PeriodParams, view: View) -> Table:
    """Kết quả kinh doanh so với kỳ trước: whole months beside as many months before, else days."""
    where = where_of(params, view)
    span = (params.from_date, params.to_date)
    now = _amounts(view, where, span).get((), {})
    before = _amounts(view, where, _span_before(*span)).get((), {})
    rows = [_compared(vi, now.get(code, 0), before.get(code, 0)) for _name, vi, _en, code in LINES]
    columns = (
        Column("line", Label("Chỉ tiêu", "Line")),
        Column("this_period", Label("Kỳ này", "This period"), "money"),
        Column("prior_period", Label("Kỳ trước", "Prior period"), "money"),
        Column("difference", Label("Chênh lệch", "Difference"), "money"),
        Column("percent", Label("Tỷ lệ %", "Percent"), "number"),
    )
    title = Label("Kết quả kinh doanh so với kỳ trước", "Results beside the prior period")
    totals = _compared("Lợi nhuận", _result(now), _result(before))
    return Table(columns, tuple(rows), title, range_text(params), totals)


def _span_before(start: datetime.date, stop: datetime.date) -> tuple[datetime.date, datetime.date]:
    if start == month_start(start) and stop == month_end(stop):
        return month_after(start, -(months_between(start, stop) + 1)), start - DAY
    return start - (stop - start) - DAY, start - DAY


def _compared(text: str, now: int, before: int) -> tuple[Any, ...]:
    percent = "" if not before else f"{Decimal(now - before) * 100 / abs(before):.2f}"
    return (text, now, before, now - before, percent)
