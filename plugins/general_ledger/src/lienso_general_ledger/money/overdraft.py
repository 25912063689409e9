"""Money that is not there: the option ``cash.overdraft``, of cash and of bank deposits (`cash.md` §3).

Asked in the cloud only, for every voucher that touches such an account: a site knows its own
vouchers, not the balance.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from lienso import Entry, Finding
from lienso.model import Ledger, Severity
from lienso.view import View

from .funds import (
    FC_SCALE,
    LEDGER_BOOK,
    balance,
    fund_where,
    in_currency,
    moved,
    plain,
    shown_currency,
)

OPTION = "cash.overdraft"

LATER_ENTRIES_MAX = 2_000
"""Rows that are looked through for later days: a voucher dated far back must not read years."""

LATER_DAYS_MAX = 31
"""Later days that are named: what follows is mostly one and the same hole."""

Fund = tuple[str, str, str, str]
"""Account, currency, bank account (of cash none), branch."""

Limit = Callable[[str, str], int]
"""(bank account, currency) → what may be owed to it, in that currency."""


def no_limit(_bank_account: str, _currency: str) -> int:
    """Return what may be owed to a box of cash: nothing."""
    return 0


def check_overdraft(
    entries: Sequence[Entry], ledger: Ledger, view: View, money: str, limit: Limit = no_limit
) -> Iterator[Finding]:
    """Say which accounts of money a voucher would overdraw, on its day and on later ones.

    Args:
        entries: what the voucher would write into the general ledger.
        view: the books without these entries.
        money: what the accounts begin with: 111, or 112, each bank account of which is a fund.
        limit: what a bank lends on demand.
    """
    touched = [entry for entry in entries if entry.dimensions.get("account", "").startswith(money)]
    if not touched:
        return
    choice = view.option(OPTION)
    if choice == "none":
        return
    severity: Severity = "error" if choice == "block" else "warning"
    for fund, (date, change) in _changes(touched).items():
        if change < 0:
            lent = limit(fund[2], fund[1])
            yield from _check_fund(fund, date, change, lent, ledger, severity, view)


def _changes(touched: Sequence[Entry]) -> dict[Fund, tuple[datetime.date, Decimal]]:
    """Return what each fund gains (or loses), in its currency."""
    found: dict[Fund, tuple[datetime.date, Decimal]] = {}
    for entry in touched:
        currency = shown_currency(entry.dimensions.get("currency", ""))
        there = entry.dimensions
        fund = (there["account"], currency, there.get("bank_account", ""), entry.branch)
        before = found.get(fund, (entry.posting_date, Decimal(0)))[1]
        found[fund] = (entry.posting_date, before + in_currency(moved(entry), currency))
    return found


def _check_fund(
    fund: Fund,
    date: datetime.date,
    change: Decimal,
    lent: int,
    ledger: Ledger,
    severity: Severity,
    view: View,
) -> Iterator[Finding]:
    account, currency, bank_account, branch = fund
    where = {**fund_where(ledger, None, currency), "account": account, "branch": branch}
    values: dict[str, Any] = {"account": account, "currency": currency}
    if bank_account:
        where["bank_account"] = bank_account
        values["bank_account"] = view.code("bank_account", bank_account)
    at_hand = in_currency(balance(view, where, date), currency)
    if at_hand + lent + change < 0:
        shown = plain(view, at_hand, currency)
        there = {**values, "date": date.isoformat(), "balance": shown}
        yield Finding(severity, "negative_cash", "lines", None, there)
    days = _later_days(where, date, at_hand + lent, change, currency, view)
    if days:
        there = {**values, "date": days[0], "days": days}
        yield Finding("warning", "negative_cash_later", "lines", None, there)


def _later_days(
    where: dict[str, Any],
    date: datetime.date,
    at_hand: Decimal,
    change: Decimal,
    currency: str,
    view: View,
) -> list[str]:
    """Return the later days that end below zero because of the voucher."""
    day_after = date + datetime.timedelta(days=1)
    book = view.book(LEDGER_BOOK)
    # What is left covers all that is paid later (a sum from totals): then no day can fall below
    # zero, and the rows need not be read. Red ink on the debit side is too rare to be asked here.
    paid, fc_paid = book.sum(("credit", "fc_credit"), where=where, date_from=day_after)[()]
    if at_hand + change >= in_currency((paid, Decimal(fc_paid).scaleb(-FC_SCALE)), currency):
        return []
    later = book.entries(where=where, date_from=day_after)
    ends: dict[datetime.date, Decimal] = {}
    running = at_hand
    for posted in islice(later, LATER_ENTRIES_MAX):
        running += in_currency(moved(posted.entry), currency)
        ends[posted.entry.posting_date] = running
    holes = [day.isoformat() for day, end in ends.items() if end >= 0 > end + change]
    return holes[:LATER_DAYS_MAX]
