"""Debts: rows without an object, and open items that are not the ledger's balance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from lienso import CheckScope, Prefix
from lienso.book_checks import Problem, vouchers_of

from ..balances import LEDGER_BOOK
from ..chart import OBJECT_TOKENS, tokens
from ..open_items import PAYABLE, RECEIVABLE, RECEIVABLE_PAYABLE
from .common import foreign_currencies

DEBTS = (RECEIVABLE, PAYABLE, "141", "138", "338")
ALWAYS = (RECEIVABLE, PAYABLE, "141")
"""Accounts that are followed by object whatever the chart says; of 138 and 338 the chart decides: social
insurance (3383) has no object."""


def _followed(scope: CheckScope) -> list[str]:
    """Return the accounts of debts that have rows, and whose rows name an object."""
    where = {**scope.where, "account": [Prefix(code) for code in DEBTS]}
    book = scope.view.book(LEDGER_BOOK)
    found = book.sum(("debit",), by=("account",), where=where, date_to=scope.to_date)
    return [
        code
        for (code,) in sorted(found)
        if code.startswith(ALWAYS) or tokens(scope.view, code)[0] & OBJECT_TOKENS
    ]


def object_missing(scope: CheckScope) -> Iterator[Problem]:
    """Rows of debts that name nobody, by day and voucher."""
    accounts = _followed(scope)
    if not accounts:
        return
    entries = scope.view.book(LEDGER_BOOK).entries(
        where={**scope.where, "account": accounts, "object": ""},
        date_from=scope.from_date,
        date_to=scope.to_date,
    )
    for posted in entries:
        entry = posted.entry
        yield {
            "account": entry.dimensions["account"],
            "date": entry.posting_date.isoformat(),
            "voucher": posted.number,
            "line": entry.line,
            "amount": entry.measures.get("debit", 0) - entry.measures.get("credit", 0),
            **vouchers_of([posted]),
        }


def ledger_vs_detail(scope: CheckScope) -> Iterator[Problem]:
    """Accounts that are not the sum of their objects, and objects that are not that of their open items."""
    accounts = _followed(scope)
    if not accounts:
        return
    sums = scope.view.book(LEDGER_BOOK).sum(
        ("debit", "credit"),
        by=("account", "object"),
        where={**scope.where, "account": accounts},
        date_to=scope.to_date,
    )
    ledger = {(code, who): debit - credit for (code, who), (debit, credit) in sums.items()}
    details = _open_items(scope)
    for code in sorted({code for code, _who in (*ledger, *details)}):
        nobody = ledger.get((code, ""), 0)
        if nobody:
            whole = sum(amount for (its, _who), amount in ledger.items() if its == code)
            yield _difference(scope, code, "", whole, whole - nobody)
    for code, who in sorted({*ledger, *details}):
        if who and code.startswith(RECEIVABLE_PAYABLE):
            balance, detail = ledger.get((code, who), 0), details.get((code, who), 0)
            if balance != detail:
                yield _difference(scope, code, who, balance, detail)


def _open_items(scope: CheckScope) -> dict[tuple[str, str], int]:
    """Return (account, object) → what its open items come to, debit positive."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for (code, who, role), amount in _by_role(scope).items():
        debit = code.startswith(RECEIVABLE) == (role == "debt")
        found[code, who] += amount if debit else -amount
    return found


def _by_role(scope: CheckScope) -> dict[tuple[str, ...], int]:
    sums = scope.view.book("open_items").sum(
        ("amount",),
        by=("account", "object", "role"),
        where={**scope.where, "account": [Prefix(code) for code in RECEIVABLE_PAYABLE]},
        date_to=scope.to_date,
    )
    return {key: amount for key, (amount,) in sums.items()}


def _difference(scope: CheckScope, code: str, who: str, balance: int, detail: int) -> Problem:
    where = {**scope.where, "account": code, "object": who}
    entries = scope.view.book(LEDGER_BOOK).entries(where=where, date_to=scope.to_date)
    return {
        "account": code,
        **({"object": scope.view.code("object", who)} if who else {}),
        "ledger_balance": balance,
        "detail_total": detail,
        "difference": balance - detail,
        "expected": balance,
        "found": detail,
        **vouchers_of(entries),
    }


def both_sides(scope: CheckScope) -> Iterator[Problem]:
    """Objects that owe and are owed on one account."""
    for code, who, debt, payment in _both(scope):
        yield {"account": code, "object": scope.view.code("object", who), "debt": debt,
               "payment": payment}  # fmt: skip


def unmatched(scope: CheckScope) -> Iterator[Problem]:
    """What could be matched of an object's debts and payments of one currency."""
    sums = scope.view.book("open_items").sum(
        ("amount",),
        by=("account", "object", "currency", "role"),
        where=scope.where,
        date_to=scope.to_date,
    )
    for code, who, currency, role in sorted(sums):
        if role != "debt":
            continue
        (debt,) = sums[code, who, currency, role]
        (payment,) = sums.get((code, who, currency, "payment"), (0,))
        if debt > 0 and payment > 0:
            yield {
                "account": code,
                "object": scope.view.code("object", who),
                **({"currency": currency} if currency else {}),
                "amount": min(debt, payment),
                "expected": 0,
                "found": min(debt, payment),
            }


def _both(scope: CheckScope) -> Iterator[tuple[str, str, int, int]]:
    amounts = _by_role(scope)
    for code, who, role in sorted(amounts):
        if role == "debt":
            debt, payment = amounts[code, who, role], amounts.get((code, who, "payment"), 0)
            if debt and payment:
                yield code, who, debt, payment


def vnd_left(scope: CheckScope) -> Iterator[Problem]:
    """Open items whose foreign amount is paid and whose đồng are not."""
    currencies = foreign_currencies(scope)
    if not currencies:
        return
    by = ("account", "object", "currency", "document", "role")
    sums = scope.view.book("open_items").sum(
        ("fc_amount", "amount"),
        by=by,
        where={**scope.where, "currency": currencies},
        date_to=scope.to_date,
    )
    for key, (fc_amount, amount) in sorted(sums.items()):
        if fc_amount or not amount:
            continue
        named: dict[str, Any] = dict(zip(by, key, strict=True))
        conditions = {**scope.where, **named}
        entries = scope.view.book("open_items").entries(where=conditions, date_to=scope.to_date)
        yield {
            **named,
            "object": scope.view.code("object", named["object"]),
            "amount": amount,
            "expected": 0,
            "found": amount,
            **vouchers_of(entries),
        }
