"""Phiếu thu 01-TT and Phiếu chi 02-TT (TT99 appendix I; the boxes are those of TT200 and TT133)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from lienso import Record
from lienso.view import View
from lienso_general_ledger import layout
from lienso_general_ledger.money import forms
from lienso_general_ledger.money.funds import CASH
from lienso_general_ledger.money.vouchers import MoneyVoucher

from .records import CashReceipt, kind_title


def totals(data: MoneyVoucher) -> tuple[int, dict[str, Decimal]]:
    """Return what a voucher moves in cash: all in đồng, and by foreign currency."""
    return forms.totals(data, "debit" if isinstance(data, CashReceipt) else "credit", CASH)


def derived(record: Record[Any], view: View) -> Mapping[str, Any]:
    """Return what follows from a voucher: totals, words, whether the cashier posted it.

    ``cash_posted`` is None where that is not known: at a site, and without a cashier's book.
    """
    amount, foreign = totals(record.data)
    cash_posted = None
    if view.role == "cloud" and view.has_module("cashier"):
        rows = view.book("cash_book").entries(voucher=record.id)
        cash_posted = next(rows, None) is not None
    return {**forms.derived_totals(view, amount, foreign), "cash_posted": cash_posted}


def facts(record: Record[Any], _view: View) -> Mapping[str, Any]:
    """Return what the form says it is for: the reason, else the description, else its kind."""
    data: MoneyVoucher = record.data
    return {"reason": data.reason or data.description or kind_title(data)}


def print_receipt(record: Record[Any], view: View) -> str:
    """Print 01-TT."""
    return _print(record, view, "PHIẾU THU", "01-TT", ("người nộp tiền", "Lý do nộp"))


def print_payment(record: Record[Any], view: View) -> str:
    """Print 02-TT."""
    return _print(record, view, "PHIẾU CHI", "02-TT", ("người nhận tiền", "Lý do chi"))


def _print(record: Record[Any], view: View, title: str, form: str, terms: tuple[str, str]) -> str:
    data: MoneyVoucher = record.data
    who, why = terms
    amount, foreign = totals(data)
    said = forms.words(view, amount, foreign)
    no = data.no or data.no_management
    lines = [
        *layout.heading(view, data.branch, form),
        "",
        *layout.centre(title),
        *layout.centre(layout.long_date(data.voucher_date or data.posting_date)),
        *layout.both("", "Quyển số: ........"),
        *layout.both("", f"Số: {no}"),
        *forms.accounts(data),
        "",
        *layout.field(f"Họ và tên {who}", data.payer_receiver or forms.object_name(view, data)),
        *layout.field("Địa chỉ", data.address or forms.object_address(view, data)),
        *layout.field(why, facts(record, view)["reason"]),
        *layout.field("Số tiền", forms.money_text(view, amount, foreign)),
        *layout.field("Viết bằng chữ", said),
        *layout.field("Kèm theo", f"{data.attached_count} chứng từ gốc"),
        "",
        *_signers(view, data, who),
        "",
        *layout.field("Đã nhận đủ số tiền (viết bằng chữ)", said),
        *forms.foreign_boxes(data, amount, foreign),
    ]
    return layout.page(lines)


def _signers(view: View, data: MoneyVoucher, who: str) -> list[str]:
    unit = layout.unit_of(view, data.branch)
    director, chief, cashier = (
        ("", "", "") if unit is None else (unit.director, unit.chief_accountant, unit.cashier)
    )
    payer = data.payer_receiver
    person = who.capitalize()
    if isinstance(data, CashReceipt):
        titles = ("Giám đốc", "Kế toán trưởng", person, "Người lập phiếu", "Thủ quỹ")
        return layout.signatures(titles, (director, chief, payer, "", cashier))
    titles = ("Giám đốc", "Kế toán trưởng", "Thủ quỹ", "Người lập phiếu", person)
    return layout.signatures(titles, (director, chief, cashier, "", payer))
