"""Boxes that printed receipts and payments share: amounts, words, accounts, who it is."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from lienso.view import View

from .. import layout
from ..wording import wording_of
from ..words import amount_in_words
from .funds import LOCAL, decimals_of
from .posting import VND_MONEY, line_currency
from .vouchers import MoneyVoucher


def totals(data: MoneyVoucher, side: str, money: str) -> tuple[int, dict[str, Decimal]]:
    """Return what a voucher moves: all in đồng, and by foreign currency.

    Rows beside the accounts of money (exchange differences, discounts) are not counted.

    Args:
        side: ``debit`` of a receipt, ``credit`` of a payment. ``money``: what its accounts begin with.
    """
    amount, foreign = 0, dict[str, Decimal]()
    for line in data.lines:
        account = getattr(line, side)
        if account and not account.startswith(money):
            continue
        amount += line.amount
        currency = line_currency(line, data)
        # In an exchange of money the đồng side is the fund that moves.
        if currency != LOCAL and not account.startswith(VND_MONEY):
            foreign[currency] = foreign.get(currency, Decimal(0)) + (line.fc_amount or Decimal(0))
    return amount, foreign


def words(view: View, amount: int, foreign: Mapping[str, Decimal]) -> str:
    """Return an amount in words, in its currency; đồng for a mixed one."""
    if len(foreign) == 1:
        ((currency, fc_amount),) = foreign.items()
        if fc_amount:
            return in_words(view, fc_amount, currency)
    return in_words(view, amount, LOCAL)


def in_words(view: View, amount: int | Decimal, currency: str) -> str:
    """Return an amount in words, with the company's own word for the currency if it has one."""
    record = None if currency == LOCAL else view.by_code("currency", currency)
    name = "" if record is None else str(getattr(record.data, "words_vi", ""))
    return amount_in_words(amount, currency, name, wording=wording_of(view))


def derived_totals(view: View, amount: int, foreign: Mapping[str, Decimal]) -> dict[str, Any]:
    """Return the totals of a voucher as JSON values, with the words."""
    return {
        "total": amount,
        "total_fc": {currency: format(value, "f") for currency, value in foreign.items()},
        "amount_in_words": words(view, amount, foreign),
    }


def accounts(data: MoneyVoucher) -> list[str]:
    """Write the accounts debited and credited, each with its sum, at the right."""
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


def money_text(view: View, amount: int, foreign: Mapping[str, Decimal]) -> str:
    """Write an amount with its currency."""
    if not foreign:
        return f"{layout.money(amount)} đồng"
    texts = [
        f"{layout.money(value, decimals_of(view, currency))} {currency}"
        for currency, value in foreign.items()
    ]
    return " + ".join(texts)


def foreign_boxes(data: MoneyVoucher, amount: int, foreign: Mapping[str, Decimal]) -> list[str]:
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


def object_of(view: View, data: MoneyVoucher) -> Any:
    """Return who a voucher is about, None when it names nobody."""
    found = view.get("object", data.object) if data.object else None
    return None if found is None else found.data


def object_name(view: View, data: MoneyVoucher) -> str:
    """Return the name of who a voucher is about."""
    found = object_of(view, data)
    return "" if found is None else str(found.name)


def object_address(view: View, data: MoneyVoucher) -> str:
    """Return the address of who a voucher is about."""
    return str(getattr(object_of(view, data), "address", ""))
