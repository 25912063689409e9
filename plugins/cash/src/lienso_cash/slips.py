"""06-TT Biên lai thu tiền, 07-TT Bảng kê vàng tiền tệ, 09-TT Bảng kê chi tiền (spec §2).

They are made of receipts and payments, drafts too, and so of what is known here: at an office its own.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from lienso import Column, Label, Record, Refused, Table
from lienso.fields import Params, Text
from lienso.forms import Form
from lienso.view import View
from lienso_general_ledger import layout
from lienso_general_ledger.money import forms
from lienso_general_ledger.money.funds import CASH, LOCAL, branch_id
from lienso_general_ledger.money.posting import line_currency
from lienso_general_ledger.money.running import period_text
from lienso_general_ledger.reports import PeriodParams

from .forms import facts, totals
from .records import CashPayment, CashReceipt

FOLDER = Path(__file__).parent / "forms"
VOUCHERS = ("cash_receipt", "cash_payment")

_NUMBER = Column("row", Label("STT", "No."), "number")
_AMOUNT = Column("amount", Label("Số tiền", "Amount"), "money")


class VoucherParams(Params):
    """A receipt or payment, by number or id."""

    voucher: Text


class SpentParams(PeriodParams):
    """Payments of days.

    Attributes:
        employee: who paid the money out, by code or id; left out, all. ``purpose``: Chi cho công việc.
    """

    employee: str | None = None
    purpose: Text = ""


def _named(view: View, named: str, types: Sequence[str]) -> Record[Any]:
    """Return a voucher of one of these types. Raises: Unknown: ``not_found``. Refused: ``bad_choice``."""
    record: Record[Any] | None = view.by_number(named) or view.by_number(named, "management")
    record = record or next((r for type in VOUCHERS if (r := view.get(type, named))), None)
    if record is None:
        record = view.require(types[0], named)
    if record.type not in types:
        raise Refused("bad_choice", {"field": "voucher", "value": named})
    return record


def money_receipt(params: VoucherParams, view: View) -> Table:
    """06-TT: what somebody who pays in gets in his hand.

    Raises:
        Unknown: ``not_found``. Refused: ``bad_choice``: it is no receipt.
    """
    record = _named(view, params.voucher, ("cash_receipt",))
    data: CashReceipt = record.data
    amount, foreign = totals(data)
    rows = (
        ("Họ và tên người nộp", data.payer_receiver or forms.object_name(view, data)),
        ("Địa chỉ", data.address or forms.object_address(view, data)),
        ("Nội dung thu", str(facts(record, view)["reason"])),
        ("Số tiền thu", forms.money_text(view, amount, foreign)),
        ("Viết bằng chữ", forms.words(view, amount, foreign)),
        ("Hình thức thanh toán", "Tiền mặt"),
    )
    columns = (Column("label", Label("Nội dung", "Item")), Column("value", Label("", "")))
    day = layout.long_date(data.voucher_date or data.posting_date)
    subtitle = f"{day}. Số: {data.no or data.no_management}"
    return Table(columns, rows, Label("Biên lai thu tiền (06-TT)", "Receipt (06-TT)"), subtitle)


def gold_list(params: VoucherParams, view: View) -> Table:
    """07-TT: gold and foreign money of a receipt or payment, line by line.

    Raises:
        Unknown: ``not_found``.
    """
    record = _named(view, params.voucher, VOUCHERS)
    data = record.data
    side = "debit" if isinstance(data, CashReceipt) else "credit"
    rows = []
    for line in data.lines:
        currency = line_currency(line, data)
        if currency == LOCAL or not getattr(line, side).startswith(CASH):
            continue
        units = line.fc_amount or Decimal(0)
        found = view.by_code("currency", currency)
        unit = currency if found is None else found.data.name or currency
        price = format(line.rate or data.rate, "f")
        text = line.description or str(facts(record, view)["reason"])
        rows.append((len(rows) + 1, text, unit, format(units, "f"), price, line.amount, ""))
    return Table(
        (
            _NUMBER,
            Column("name", Label("Tên, loại, quy cách, phẩm chất", "Name, kind, fineness")),
            Column("unit", Label("Đơn vị tính", "Unit")),
            Column("quantity", Label("Số lượng", "Quantity"), "quantity"),
            Column("price", Label("Đơn giá", "Price"), "quantity"),
            Column("amount", Label("Thành tiền", "Amount"), "money"),
            Column("note", Label("Ghi chú", "Note")),
        ),
        tuple(rows),
        Label("Bảng kê vàng tiền tệ (07-TT)", "List of gold and currency (07-TT)"),
        f"Kèm theo chứng từ số {data.no or data.no_management}",
        ("", "Cộng", "", "", "", sum(row[5] for row in rows), ""),
    )


def expense_list(params: SpentParams, view: View) -> Table:
    """09-TT: what was paid out, line by line, with the sum in words."""
    branch = branch_id(view, params.branch)
    who = None if params.employee is None else view.require("object", params.employee)
    after = params.to_date + datetime.timedelta(days=1)
    found = [
        record
        for record in view.find("cash_payment", "date", start=(params.from_date,), stop=(after,))
        if record.data.display_on_book in (params.ledger, "both")
        and (branch is None or record.data.branch == branch)
        and (who is None or record.data.employee == who.id)
    ]
    found.sort(key=lambda record: (record.data.posting_date, record.data.no, record.id))
    rows: list[tuple[Any, ...]] = []
    for record in found:
        data: CashPayment = record.data
        for line in data.lines:
            if line.credit.startswith(CASH):
                text = line.description or str(facts(record, view)["reason"])
                number = data.no if params.ledger == "financial" else data.no_management
                day = (data.voucher_date or data.posting_date).isoformat()
                rows.append((len(rows) + 1, number, day, text, line.amount))
    total = sum(row[4] for row in rows)
    name = "" if who is None else who.data.name
    head = [
        *([f"Người chi: {name}"] if name else []),
        *([f"Chi cho công việc: {params.purpose}"] if params.purpose else []),
        f"Tổng số tiền: {forms.in_words(view, total, LOCAL)}",
    ]
    here = "" if view.role == "cloud" else " (chỉ gồm chứng từ tại máy chủ này)"
    return Table(
        (
            _NUMBER,
            Column("no", Label("Số hiệu chứng từ", "Voucher")),
            Column("date", Label("Ngày tháng chứng từ", "Voucher date"), "date"),
            Column("content", Label("Nội dung chi", "Paid for")),
            _AMOUNT,
        ),
        tuple(rows),
        Label("Bảng kê chi tiền (09-TT)", "List of payments (09-TT)"),
        f"{period_text(params)}{here}. {'. '.join(head)}",
        ("", "", "", "Cộng", total),
    )


def printed() -> list[Form]:
    """Return the three forms as they are printed."""
    return [
        _form("06-TT", "Biên lai thu tiền", "Receipt of money", "cash.money_receipt"),
        _form("07-TT", "Bảng kê vàng tiền tệ", "List of gold and currency", "cash.gold_list"),
        _form("09-TT", "Bảng kê chi tiền", "List of payments", "cash.expense_list"),
    ]


def _form(code: str, vi: str, en: str, report: str) -> Form:
    return Form(code, Label(vi, en), str(FOLDER / f"{code}.typ"), reports=(report,))
