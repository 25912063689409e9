"""Tables of period-end work: prepaid costs, and exchange differences (spec §6)."""

from __future__ import annotations

from typing import Any

from lienso import Column, Label, Table
from lienso.records import ledgers_of
from lienso.view import View

from ..fx.outflow import FX_DIFFERENCE
from ..fx.revaluation import FX_REVALUATION
from ..periods import DAY
from ..prepaid.cards import BOOK, CARDS, adjustments_of, is_due, months_done, plan
from .common import DATE, PeriodParams, entries_of, range_text, where_of


def prepaid_status(params: PeriodParams, view: View) -> Table:
    """Tình hình phân bổ chi phí trả trước: what was allocated in the days, before, and what is left."""
    where = where_of(params, view)
    book = view.book(BOOK)
    by = ("prepaid",)
    ended = book.sum(("amount", "allocated"), by=by, where=where, date_to=params.to_date)
    begun = book.sum(("allocated",), by=by, where=where, date_to=params.from_date - DAY)
    changes, done = adjustments_of(view, params.ledger), months_done(view, params.ledger)
    rows = []
    for type in CARDS:
        for record in view.all(type):
            if (record.id,) not in ended or params.ledger not in ledgers_of(record.data):
                continue
            data = record.data
            amount, allocated = ended[record.id,]
            before = begun.get((record.id,), (0,))[0]
            months = plan(view, record, changes.get(record.id, ()))
            ahead = [
                row
                for row in months
                if is_due(record, row) and row.month not in done.get(record.id, ())
            ]
            rows.append(
                (data.code, data.name, data.account, data.start.isoformat(), data.periods, amount,
                 before, allocated - before, amount - allocated, len(ahead))
            )  # fmt: skip
    rows.sort()
    money = (
        ("amount", "Số tiền", "Amount"),
        ("before", "Đã phân bổ đầu kỳ", "Allocated before"),
        ("allocated", "Phân bổ trong kỳ", "Allocated in the period"),
        ("remaining", "Còn lại", "Remaining"),
    )
    columns = (
        Column("code", Label("Mã", "Code")),
        Column("name", Label("Tên", "Name")),
        Column("account", Label("TK chờ phân bổ", "Account")),
        Column("start", Label("Ngày ghi nhận", "Start"), "date"),
        Column("periods", Label("Số kỳ", "Periods"), "number"),
        *(Column(name, Label(vi, en), "money") for name, vi, en in money),
        Column("periods_left", Label("Số kỳ còn lại", "Periods left"), "number"),
    )
    sums = [sum(row[place] for row in rows) for place in range(5, 9)]
    title = Label("Tình hình phân bổ chi phí trả trước", "Allocation of prepaid costs")
    totals = ("", "Cộng", "", "", "", *sums, "")
    return Table(columns, tuple(rows), title, range_text(params), totals)


def fx_differences(params: PeriodParams, view: View) -> Table:
    """Bảng tính chênh lệch tỷ giá: gains and losses of outflows and revaluations, pair by pair."""
    where = {**where_of(params, view), "record_type": [FX_DIFFERENCE, FX_REVALUATION]}
    kinds = {FX_DIFFERENCE: "Xuất quỹ", FX_REVALUATION: "Đánh giá lại"}
    rows: list[tuple[Any, ...]] = []
    for posted in entries_of(params, where, view):
        there, measures = posted.entry.dimensions, posted.entry.measures
        # One row a pair: the side of the item, which alone stands for money or a debt.
        if not there["currency"] or there["account"][0] in "56789" or there["account"][:3] == "413":
            continue
        rows.append(
            (
                posted.entry.posting_date.isoformat(),
                posted.number,
                kinds[posted.record_type],
                there["account"],
                there["currency"],
                view.code("bank_account", there["bank_account"])
                or view.code("object", there["object"]),
                there["source"],
                measures["debit"],
                measures["credit"],
            )
        )
    columns = (
        DATE,
        Column("no", Label("Số chứng từ", "Voucher")),
        Column("kind", Label("Loại", "Kind")),
        Column("account", Label("Tài khoản", "Account")),
        Column("currency", Label("Loại tiền", "Currency")),
        Column("detail", Label("TK ngân hàng / đối tượng", "Bank account or object")),
        Column("source", Label("Chứng từ gốc", "Source")),
        Column("gain", Label("Chênh lệch lãi", "Gain"), "money"),
        Column("loss", Label("Chênh lệch lỗ", "Loss"), "money"),
    )
    title = Label("Bảng tính chênh lệch tỷ giá", "Exchange differences")
    totals = ("", "Cộng", "", "", "", "", "", sum(r[7] for r in rows), sum(r[8] for r in rows))
    return Table(columns, tuple(rows), title, range_text(params), totals)
