"""The end of a period: results that were not closed, and accounts on the wrong side."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from lienso import CheckScope, Prefix
from lienso.book_checks import Problem, vouchers_of
from lienso_catalog import account

from ..balances import LEDGER_BOOK
from ..closing.table import RESULT
from ..openings import OPENING_NUMBER
from .common import month_ends

RESULTS = ("5", "6", "7", "8")
CLOSE = "general_ledger.close_profit_and_loss"


def closing_missing(scope: CheckScope) -> Iterator[Problem]:
    """Months that are over, with income or costs and nothing carried to the account of results."""
    for first, last in month_ends(scope):
        moved = _sums(scope, RESULTS, first, last)
        if any(map(any, moved.values())) and not _sums(scope, (RESULT,), first, last):
            params = {"date": last.isoformat(), "ledger": scope.ledger}
            repair = {"id": CLOSE, "params": params}
            yield {
                "month": first.isoformat()[:7],
                "accounts": sorted(code for (code,) in moved),
                "repair": repair,
            }


def not_closed(scope: CheckScope) -> Iterator[Problem]:
    """Accounts of income and costs, and that of results, that have a balance at the end."""
    for (code,), (debit, credit) in sorted(
        _sums(scope, (*RESULTS, RESULT), None, scope.to_date).items()
    ):
        if debit != credit:
            amount = debit - credit
            yield {
                "account": code,
                "side": "debit" if amount > 0 else "credit",
                "amount": abs(amount),
                "expected": 0,
                "found": amount,
                **_vouchers(scope, code),
            }


def side_unusual(scope: CheckScope) -> Iterator[Problem]:
    """Accounts of one nature with a balance on the other side."""
    for (code,), (debit, credit) in sorted(_sums(scope, ("",), None, scope.to_date).items()):
        state = account(scope.view, code)
        nature = None if state is None else state.nature
        amount = debit - credit
        if (nature == "debit" and amount < 0) or (nature == "credit" and amount > 0):
            yield {"account": code, "nature": nature, "amount": amount, "expected": 0,
                   "found": amount}  # fmt: skip


def _sums(
    scope: CheckScope,
    accounts: tuple[str, ...],
    first: datetime.date | None,
    last: datetime.date,
) -> Mapping[tuple[str, ...], tuple[int, ...]]:
    where: dict[str, Any] = {**scope.where, "account": [Prefix(code) for code in accounts]}
    book = scope.view.book(LEDGER_BOOK)
    return book.sum(
        ("debit", "credit"), by=("account",), where=where, date_from=first, date_to=last
    )


def _vouchers(scope: CheckScope, code: str) -> Problem:
    """Return the vouchers of an account in the days that are looked at, openings aside."""
    found = scope.view.book(LEDGER_BOOK).entries(
        where={**scope.where, "account": code}, date_from=scope.from_date, date_to=scope.to_date
    )
    return vouchers_of(posted for posted in found if posted.number != OPENING_NUMBER)
