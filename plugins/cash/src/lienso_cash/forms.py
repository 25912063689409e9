"""Phiếu thu 01-TT and Phiếu chi 02-TT (TT99 appendix I; the boxes are those of TT200 and TT133)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from lienso import Record
from lienso.view import View

from . import layout
from .funds import CASH, LOCAL, decimals_of
from .posting import line_currency
from .records import CashReceipt, CashVoucher, kind_title
from .words import amount_in_words


def totals(data: CashVoucher) -> tuple[int, dict[str, Decimal]]:
    """Return what a voucher moves in cash: all in đồng, and by foreign currency.

    Rows beside the cash account (exchange differences, discounts) are not cash.
    """
    side = "debit" if isinstance(data, CashReceipt) else "credit"
    amount, foreign = 0, dict[str, Decimal]()
    for line in data.lines:
        account = getattr(line, side)
        if account and not account.startswith(CASH):
            continue
        amount += line.amount
        currency = line_currency(line, data)
        # In an exchange of money the đồng side is the fund that moves.
        if currency != LOCAL and not account.startswith("1111"):
            foreign[currency] = foreign.get(currency, Decimal(0)) + (line.fc_amount or Decimal(0))
    return amount, foreign


def words(view: View, data: CashVoucher) -> str:
    """Return the amount of a voucher in words, in its currency; đồng for a mixed one."""
    amount, foreign = totals(data)
    if len(foreign) == 1:
        ((currency, fc_amount),) = foreign.items()
        if fc_amount:
            return in_words(view, fc_amount, currency)
    return in_words(view, amount, LOCAL)


def in_words(view: View, amount: int | Decimal, currency: str) -> str:
    """Return an amount in words, with the company's own word for the currency if it has one."""
    record = None if currency == LOCAL else view.by_code("currency", currency)
    name = "" if record is None else str(getattr(record.data, "words_vi", ""))
    return amount_in_words(amount, currency, name)


def derived(record: Record[Any], view: View) -> Mapping[str, Any]:
    """Return what follows from a voucher: totals, words, whether the cashier posted it.

    ``cash_posted`` is None where that is not known: at a site, and without a cashier's book.
    """
    amount, foreign = totals(record.data)
    cash_posted = None
    if view.role == "cloud" and view.has_module("cashier"):
        rows = view.book("cash_book").entries(voucher=record.id)
        cash_posted = next(rows, None) is not None
    return {
        "total": amount,
        "total_fc": {currency: format(value, "f") for currency, value in foreign.items()},
        "amount_in_words": words(view, record.data),
        "cash_posted": cash_posted,
    }


def print_receipt(record: Record[Any], view: View) -> str:
    """Print 01-TT."""
    return _print(record, view, "PHIẾU THU", "01-TT", ("người nộp tiền", "Lý do nộp"))


def print_payment(record: Record[Any], view: View) -> str:
    """Print 02-TT."""
    return _print(record, view, "PHIẾU CHI", "02-TT", ("người nhận tiền", "Lý do chi"))


def _print(record: Record[Any], view: View, title: str, form: str, terms: tuple[str, str]) -> str:
    data: CashVoucher = record.data
    who, why = terms
    amount, foreign = totals(data)
    said = words(view, data)
    no = data.no or data.no_management
    lines = [
        *layout.heading(view, data.branch, form),
        "",
        *layout.centre(title),
        *layout.centre(layout.long_date(data.voucher_date or data.posting_date)),
        *layout.both("", "Quyển số: ........"),
        *layout.both("", f"Số: {no}"),
        *_accounts(data),
        "",
        *layout.field(f"Họ và tên {who}", data.payer_receiver or _object_name(view, data)),
        *layout.field("Địa chỉ", data.address or _object_address(view, data)),
        *layout.field(why, data.reason or data.description or kind_title(data)),
        *layout.field("Số tiền", _money_text(view, amount, foreign)),
        *layout.field("Viết bằng chữ", said),
        *layout.field("Kèm theo", f"{data.attached_count} chứng từ gốc"),
        "",
        *_signers(view, data, who),
        "",
        *layout.field("Đã nhận đủ số tiền (viết bằng chữ)", said),
        *_foreign_boxes(view, data, amount, foreign),
    ]
    return layout.page(lines)


def _accounts(data: CashVoucher) -> list[str]:
    rows: list[str] = []
    for label, side in (("Nợ", "debit"), ("Có", "credit")):
        sums: dict[str, int] = {}
        for line in data.lines:
            account = getattr(line, side)
            if account:
                sums[account] = sums.get(account, 0) + line.amount
        if not sums:
            rows += layout.both("", f"{label}: ................")
        for account, amount in sums.items():
            rows += layout.both("", f"{label} {account}: {layout.money(amount):>18}")
    return rows


def _money_text(view: View, amount: int, foreign: Mapping[str, Decimal]) -> str:
    if not foreign:
        return f"{layout.money(amount)} đồng"
    texts = [
        f"{layout.money(value, decimals_of(view, currency))} {currency}"
        for currency, value in foreign.items()
    ]
    return " + ".join(texts)


def _foreign_boxes(
    view: View, data: CashVoucher, amount: int, foreign: Mapping[str, Decimal]
) -> list[str]:
    """Write the two boxes for foreign currency; dots in a voucher in đồng, as on the form."""
    if not foreign:
        return [
            *layout.field("+ Tỷ giá ngoại tệ", ""),
            *layout.field("+ Số tiền quy đổi", ""),
        ]
    rates = {line.rate or data.rate for line in data.lines if line.fc_amount}
    rate = layout.money(rates.pop(), 2) if len(rates) == 1 else "theo từng dòng"
    return [
        *layout.field("+ Tỷ giá ngoại tệ", rate),
        *layout.field("+ Số tiền quy đổi", f"{layout.money(amount)} đồng"),
    ]


def _signers(view: View, data: CashVoucher, who: str) -> list[str]:
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


def _object_name(view: View, data: CashVoucher) -> str:
    found = view.get("object", data.object) if data.object else None
    return "" if found is None else str(found.data.name)


def _object_address(view: View, data: CashVoucher) -> str:
    found = view.get("object", data.object) if data.object else None
    return "" if found is None else str(getattr(found.data, "address", ""))
