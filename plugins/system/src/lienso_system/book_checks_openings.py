"""Openings that do not balance, and details that are not the openings of their accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from lienso import CheckScope, Prefix
from lienso.book_checks import Problem

from .openings import LEDGER_BOOK, OPENING_NUMBER


class Part(NamedTuple):
    """What a book adds to a detail: a measure by the dimension that names the account."""

    book: str
    account: str
    measure: str
    sign: int = 1
    where: Mapping[str, str] = {}


DETAILS: Mapping[str, tuple[Part, ...]] = {
    "stock": (Part("stock", "account", "value"),),
    "prepaid": (  # prepaid costs and tools stand together on an account (spec §3.2)
        Part("prepaid", "account", "amount"),
        Part("prepaid", "account", "allocated", -1),
        Part("tools", "pending_account", "value"),
        Part("tools", "pending_account", "allocated", -1),
    ),
    "asset_cost": (Part("fixed_assets", "cost_account", "original_cost"),),
    "asset_depreciation": (Part("fixed_assets", "depreciation_account", "accumulated", -1),),
    "wip": (
        Part("cost", "account", "amount", 1, {"kind": "opening"}),
        Part("cost", "account", "amount", -1, {"kind": "opening_accepted"}),
    ),
}
"""What stands in detail in another book; of a module that is not installed there is none."""

FOLLOWED = ("object", "bank_account")
"""Dimensions by which an account is kept: then every row of its opening names one."""


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
    where = _where(scope)
    book = scope.view.book(LEDGER_BOOK)
    for kind, parts in DETAILS.items():
        details: dict[str, int] = defaultdict(int)
        for part in parts:
            conditions = {**where, **part.where}
            sums = scope.view.book(part.book).sum(
                (part.measure,), by=(part.account,), where=conditions
            )
            for (code,), (amount,) in sums.items():
                details[code] += part.sign * amount
        for code, detail in sorted(details.items()):
            whole = {**where, "account": [Prefix(code)]}
            debit, credit = book.sum(("debit", "credit"), where=whole)[()]
            if debit - credit != detail:
                yield _difference(code, kind, debit - credit, detail)
    for dimension in FOLLOWED:
        yield from _followed(scope, dimension)


def _followed(scope: CheckScope, dimension: str) -> Iterator[Problem]:
    """Accounts whose opening stands partly by object or bank account, and partly by none."""
    sums = scope.view.book(LEDGER_BOOK).sum(
        ("debit", "credit"), by=("account", dimension), where=_where(scope)
    )
    whole: dict[str, int] = defaultdict(int)
    named: dict[str, int] = {}
    for (code, who), (debit, credit) in sums.items():
        whole[code] += debit - credit
        if who:
            named[code] = named.get(code, 0) + debit - credit
    for code, detail in sorted(named.items()):
        if whole[code] != detail:
            yield _difference(code, dimension, whole[code], detail)


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
