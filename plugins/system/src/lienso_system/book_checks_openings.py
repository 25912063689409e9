"""Openings that do not balance, and details that are not the openings of their accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from lienso import CheckScope
from lienso.book_checks import Problem

from .openings import OPENING_NUMBER
from .openings_details import differences
from .posting import LEDGER_BOOK


def _where(scope: CheckScope) -> dict[str, Any]:
    return {**scope.where, "number": OPENING_NUMBER}


def opening_unbalanced(scope: CheckScope) -> Iterator[Problem]:
    """Openings whose debits are not their credits, by branch; off-balance accounts aside."""
    sums = scope.view.book(LEDGER_BOOK).sum(
        ("debit", "credit"), by=("branch", "account"), where=_where(scope)
    )
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for (branch, code), (debit, credit) in sums.items():
        if not code.startswith("0"):
            found[branch][0] += debit
            found[branch][1] += credit
    for branch, (debit, credit) in sorted(found.items()):
        if debit != credit:
            yield {
                "ledger": scope.ledger,
                **({"branch": scope.view.code("org_unit", branch)} if branch else {}),
                "debit_total": debit,
                "credit_total": credit,
                "difference": debit - credit,
                "expected": debit,
                "found": credit,
            }


def opening_differs(scope: CheckScope) -> Iterator[Problem]:
    """Openings of an account that are not those of its detail."""
    for found in differences(scope.view, _where(scope)):
        yield _difference(found.account, found.kind, found.balance, found.detail)


def _difference(code: str, kind: str, balance: int, detail: int) -> Problem:
    return {
        "account": code,
        "code": kind,
        "account_balance": balance,
        "detail_total": detail,
        "difference": balance - detail,
        "expected": balance,
        "found": detail,
        "repair": {"id": "system.save_opening_balances", "params": {"account": code}},
    }
