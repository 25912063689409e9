"""What stands on accounts of money: balances by currency, and how amounts are written."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from lienso import Entry, Prefix
from lienso.view import View

CASH = "111"
"""Tiền mặt, in all three charts."""

BANK = "112"
"""Tiền gửi ngân hàng (TT99: tiền gửi không kỳ hạn), in all three charts."""

LEDGER_BOOK = "general_ledger"
CASH_BOOK = "cash_book"
LOCAL = "VND"

FC_SCALE = 4
"""Decimals at which the ledger and the cash book keep foreign amounts."""

MEASURES = ("debit", "credit", "fc_debit", "fc_credit")


def currency_values(currency: str) -> Sequence[str]:
    """Return how a currency stands in a book: đồng may be left blank there."""
    return ("", LOCAL) if currency in ("", LOCAL) else (currency,)


def shown_currency(stored: str) -> str:
    """Return a currency's code as it is shown."""
    return stored or LOCAL


def fund_where(
    ledger: str,
    branch: str | None,
    currency: str | None = None,
    accounts: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the condition of ledger rows on accounts of money.

    Args:
        branch: id; None takes all branches. ``currency``: None takes all.
        accounts: codes, each with all below it; none takes every account under 111.
    """
    codes = [Prefix(code) for code in accounts or (CASH,)]
    where: dict[str, Any] = {"account": codes, "ledger": ledger}
    if branch:
        where["branch"] = branch
    if currency is not None:
        where["currency"] = currency_values(currency)
    return where


def balance(
    view: View, where: Mapping[str, Any], date_to: datetime.date | None = None
) -> tuple[int, Decimal]:
    """Return what the ledger's rows come to, debit positive: (đồng, foreign units)."""
    book = view.book(LEDGER_BOOK)
    return net(book.sum(MEASURES, where=where, date_to=date_to)[()])


def balances_by_currency(
    view: View, where: Mapping[str, Any], date_to: datetime.date | None = None
) -> dict[str, tuple[int, Decimal]]:
    """Return the balance of each currency, đồng first, then by code."""
    book = view.book(LEDGER_BOOK)
    found: dict[str, tuple[int, Decimal]] = {}
    sums = book.sum(MEASURES, by=("currency",), where=where, date_to=date_to)
    for (stored,), values in sums.items():
        amount, fc_amount = net(values)
        former = found.get(shown_currency(stored), (0, Decimal(0)))
        found[shown_currency(stored)] = (former[0] + amount, former[1] + fc_amount)
    return {code: found[code] for code in sorted(found, key=lambda code: (code != LOCAL, code))}


def net(values: Sequence[int]) -> tuple[int, Decimal]:
    """Return the sums of `MEASURES` as a balance: (đồng, foreign units), debit positive."""
    debit, credit, fc_debit, fc_credit = values
    return debit - credit, Decimal(fc_debit - fc_credit).scaleb(-FC_SCALE)


def moved(entry: Entry) -> tuple[int, Decimal]:
    """Return what an entry of the ledger adds to its account: (đồng, foreign units)."""
    return net([entry.measures.get(name, 0) for name in MEASURES])


def in_currency(amounts: tuple[int, Decimal], currency: str) -> Decimal:
    """Return the amount that counts for a fund: of đồng the đồng, else the foreign units."""
    return Decimal(amounts[0]) if currency in ("", LOCAL) else amounts[1]


def decimals_of(view: View, currency: str) -> int:
    """Return how many decimals a currency has; 2 where its catalog does not say."""
    if currency in ("", LOCAL):
        return 0
    record = view.memo(("currency", currency), lambda: view.by_code("currency", currency))
    return 2 if record is None else getattr(record.data, "decimals", 2)


def plain(view: View, amount: Decimal, currency: str) -> int | str:
    """Return an amount as a JSON value: đồng as an integer, foreign units as decimal text."""
    if currency in ("", LOCAL):
        return int(amount)
    return decimal_text(amount, decimals_of(view, currency))


def decimal_text(amount: Decimal, decimals: int) -> str:
    """Write a decimal with at least so many decimals, and no digit lost."""
    rounded = rounded_to(amount, decimals)
    return format(rounded if rounded == amount else amount.normalize(), "f")


def rounded_to(amount: Decimal, decimals: int = 0) -> Decimal:
    """Round half away from zero."""
    return amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def option(view: View, key: str, default: Any) -> Any:
    """Return an option that another module declares, or a default where it is not installed."""
    from lienso import Unknown

    try:
        return view.option(key)
    except Unknown:
        return default


def cashier_takes_part(view: View) -> bool:
    """Tell whether the cashier keeps a book of his own."""
    return view.has_module("cashier") and bool(option(view, "cashier.enabled", False))


def branch_id(view: View, branch: str | None) -> str | None:
    """Return a branch's id for a code or id; None for all. Raises: Unknown: ``not_found``."""
    return view.require("org_unit", branch).id if branch else None
