"""Rules of bank accounts, rates, terms and series (§2.1b)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lienso import Finding, Record
from lienso.keys import fold_code
from lienso.view import View

from .check_accounts import changed, check_default_account, check_named_accounts
from .money import BankAccount, ExchangeRate, NumberSeries, PaymentTerm
from .organization import AssetType
from .trees import is_used

BANK_ACCOUNTS = "112"
"""Ledger accounts of money in banks, in every regime."""


def check_bank_account(
    record: Record[BankAccount], before: Record[BankAccount] | None, view: View
) -> Iterator[Finding]:
    """Say what is wrong with a bank account of the company."""
    data = record.data
    if not data.bank and not data.bank_name:
        yield Finding("error", "field_required", "bank", None, {"field": "bank"})
    if not data.ledger_account.startswith(BANK_ACCOUNTS):
        values = {"account": data.ledger_account}
        yield Finding("error", "account_not_allowed", "ledger_account", None, values)
    else:
        yield from check_default_account(record, before, view, "ledger_account")
    for other in view.find("bank_account", "number", equals=(data.number,)):
        if other.id != record.id and _bank(view, other.data) == _bank(view, data):
            values = {"number": data.number, "code": other.data.code}
            yield Finding("error", "bank_account_exists", "number", None, values)
            return
    if changed(record, before, "currency") and is_used(view, record.type, record.id, data.code):
        yield Finding("error", "in_use", "currency", None, {"code": data.code})
    yield from _check_order(record, "opened_on", "closed_on")


def _bank(view: View, data: BankAccount) -> str:
    """Return what tells banks apart: the entry's id, or the name without case."""
    if not data.bank:
        return fold_code(data.bank_name)
    return data.bank


def check_exchange_rate(
    record: Record[ExchangeRate], before: Record[ExchangeRate] | None, view: View
) -> Iterator[Finding]:
    """Refuse a day without any rate."""
    data = record.data
    if not (data.average or data.buy_transfer or data.sell_transfer or data.buy_cash):
        yield Finding("error", "fx_rate_missing", "buy_transfer")


def check_payment_term(
    record: Record[PaymentTerm], before: Record[PaymentTerm] | None, view: View
) -> Iterator[Finding]:
    """Refuse a discount for paying later than is due."""
    if record.data.discount_days > record.data.days:
        values = {"field": "discount_days", "max": record.data.days}
        yield Finding("error", "value_out_of_range", "discount_days", None, values)


def check_asset_type(
    record: Record[AssetType], before: Record[AssetType] | None, view: View
) -> Iterator[Finding]:
    """Say what is wrong with the accounts of a type of assets, and its months."""
    yield from check_named_accounts(record, before, view)
    yield from _check_order(record, "months_min", "months_max")


def check_number_series(
    record: Record[NumberSeries], before: Record[NumberSeries] | None, view: View
) -> Iterator[Finding]:
    """Refuse a shape whose numbers are longer than a number may be (20, `opening_and_import` §5.4)."""
    data = record.data
    if len(data.prefix or "") + data.digits + len(data.suffix) > 20:
        yield Finding("error", "number_too_long", "digits", None, {"max": 20})


def _check_order(record: Record[Any], first: str, last: str) -> Iterator[Finding]:
    start, end = getattr(record.data, first), getattr(record.data, last)
    if start is not None and end is not None and end < start:
        yield Finding("error", "value_out_of_range", last, None, {"field": last})
