"""Checks of the general ledger: debts, the end of a period, openings, and the books as such."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from lienso import Prefix
from lienso.canonical import parse
from lienso.records import ledgers_of
from lienso_catalog import account

from .batches import LEDGER_BOOK
from .checking import Check, Problem, Scope
from .checks_vouchers import OPENING

DEBTS = ("131", "331", "141", "138", "338")
MATCHED = ("131", "331")
"""Accounts whose documents stand in the book of open items."""

INCOME = ("5", "6", "7", "8")
RATE_FAR = Decimal("0.05")
RATE_DAYS = 7


def _balances(scope: Scope, by: tuple[str, ...], accounts: tuple[str, ...]) -> dict[Any, int]:
    where = {**scope.where, "account": [Prefix(code) for code in accounts]}
    sums = scope.view.book(LEDGER_BOOK).sum(
        ("debit", "credit"), by=by, where=where, date_to=scope.params.to_date
    )
    return {key: debit - credit for key, (debit, credit) in sums.items()}


def debt_vs_detail(scope: Scope) -> Iterator[Problem]:
    """Objects whose open documents are not their balance."""
    if "open_items" not in scope.view.books:
        return
    ledger = {
        key: amount for key, amount in _balances(scope, ("account", "object"), MATCHED).items()
    }
    details: dict[tuple[str, str], int] = defaultdict(int)
    sums = scope.view.book("open_items").sum(
        ("amount",),
        by=("account", "object", "role"),
        where={**scope.where, "account": [Prefix(code) for code in MATCHED]},
        date_to=scope.params.to_date,
    )
    for (code, object, role), (amount,) in sums.items():
        owed_to_us = code.startswith("131") == (role == "debt")
        details[code, object] += amount if owed_to_us else -amount
    for key in sorted({*ledger, *details}):
        code, object = key
        if object and ledger.get(key, 0) != details.get(key, 0):
            yield {
                "account": code,
                "object": scope.view.code("object", object),
                "ledger_balance": ledger.get(key, 0),
                "detail_total": details.get(key, 0),
                "difference": ledger.get(key, 0) - details.get(key, 0),
            }


def object_missing(scope: Scope) -> Iterator[Problem]:
    """Rows of debts that name nobody."""
    where = {**scope.where, "account": [Prefix(code) for code in DEBTS], "object": ""}
    found = scope.view.book(LEDGER_BOOK).entries(
        where=where, date_from=scope.params.from_date, date_to=scope.params.to_date
    )
    for posted in found:
        entry = posted.entry
        yield {
            "account": entry.dimensions["account"],
            "date": entry.posting_date.isoformat(),
            "voucher": posted.number,
            "line": entry.line,
            "amount": entry.measures.get("debit", 0) - entry.measures.get("credit", 0),
        }


def _open_sides(scope: Scope) -> dict[tuple[str, str], dict[str, int]]:
    """Return (account, object) → what is open of debts and of payments."""
    if "open_items" not in scope.view.books:
        return {}
    sums = scope.view.book("open_items").sum(
        ("amount",),
        by=("account", "object", "role", "document"),
        where=scope.where,
        date_to=scope.params.to_date,
    )
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (code, object, role, _document), (amount,) in sums.items():
        if amount:
            found[code, object][role] += amount
    return found


def both_sides(scope: Scope) -> Iterator[Problem]:
    """Objects that owe and are owed on one account."""
    for (code, object), sides in sorted(_open_sides(scope).items()):
        if sides.get("debt") and sides.get("payment"):
            name = scope.view.code("object", object)
            yield {
                "account": code,
                "object": name,
                "debt": sides["debt"],
                "payment": sides["payment"],
            }


def unmatched(scope: Scope) -> Iterator[Problem]:
    """What could be matched of an object's debts and payments."""
    for problem in both_sides(scope):
        amount = min(problem["debt"], problem["payment"])
        if amount > 0:
            yield {"account": problem["account"], "object": problem["object"], "amount": amount}


def vnd_left(scope: Scope) -> Iterator[Problem]:
    """Documents whose foreign amount is paid and whose đồng are not."""
    if "open_items" not in scope.view.books:
        return
    sums = scope.view.book("open_items").sum(
        ("fc_amount", "amount"),
        by=("account", "object", "currency", "document"),
        where=scope.where,
        date_to=scope.params.to_date,
    )
    for (code, object, currency, document), (fc_amount, amount) in sorted(sums.items()):
        if currency and not fc_amount and amount:
            name = scope.view.code("object", object)
            yield {
                "account": code,
                "object": name,
                "currency": currency,
                "document": document,
                "amount": amount,
            }


def closing_missing(scope: Scope) -> Iterator[Problem]:
    """Months with income or costs and nothing carried to 911."""
    first, last = scope.params.from_date, scope.params.to_date
    book = scope.view.book(LEDGER_BOOK)
    month = first.replace(day=1)
    while month <= last:
        after = (month + datetime.timedelta(days=31)).replace(day=1)
        days = {"date_from": month, "date_to": after - datetime.timedelta(days=1)}
        moved = _any(book, {**scope.where, "account": [Prefix(c) for c in INCOME]}, days)
        if moved and not _any(book, {**scope.where, "account": [Prefix("911")]}, days):
            yield {"month": month.isoformat()[:7]}
        month = after


def _any(book: Any, where: dict[str, Any], days: dict[str, datetime.date]) -> bool:
    sums = book.sum(("debit", "credit"), by=("account",), where=where, **days)
    return any(any(values) for values in sums.values())


def not_closed(scope: Scope) -> Iterator[Problem]:
    """Accounts of income and costs that have a balance at the end."""
    for (code,), amount in sorted(_balances(scope, ("account",), (*INCOME, "911")).items()):
        if amount:
            side = "debit" if amount > 0 else "credit"
            yield {"account": code, "side": side, "amount": abs(amount)}


def rate_far(scope: Scope) -> Iterator[Problem]:
    """Rates of entries that are far from those of the table."""
    seen: set[tuple[str, int]] = set()
    found = scope.view.book(LEDGER_BOOK).entries(
        where=scope.where, date_from=scope.params.from_date, date_to=scope.params.to_date
    )
    for posted in found:
        there = posted.entry.dimensions
        place = (posted.voucher_id, posted.entry.line)
        if not there.get("rate") or place in seen:
            continue
        seen.add(place)
        table = _rate(scope, there.get("currency", ""), posted.entry.posting_date)
        rate = Decimal(there["rate"])
        if table and abs(rate - table) > table * RATE_FAR:
            yield {
                "voucher": posted.number,
                "line": posted.entry.line,
                "date": posted.entry.posting_date.isoformat(),
                "currency": there["currency"],
                "rate": format(rate, "f"),
                "table_rate": format(table, "f"),
            }


def _rate(scope: Scope, currency: str, day: datetime.date) -> Decimal | None:
    """Return the rate of a day, else of the last day before it within a week; None: none is kept."""

    def look() -> Decimal | None:
        for back in range(RATE_DAYS + 1):
            found = scope.view.find(
                "exchange_rate",
                "day",
                equals=(
                    scope.view.id_of("currency", currency) or currency,
                    day - datetime.timedelta(days=back),
                ),
                limit=1,
            )
            for record in found:
                rate = record.data.average or record.data.sell_transfer
                if rate:
                    return Decimal(rate)
        return None

    rate: Decimal | None = scope.view.memo(("utilities.rate", currency, day), look)
    return rate


def side_unusual(scope: Scope) -> Iterator[Problem]:
    """Accounts of one nature with a balance on the other side."""
    for (code,), amount in sorted(_balances(scope, ("account",), ("",)).items()):
        state = account(scope.view, code)
        if state is None or state.nature not in ("debit", "credit") or not amount:
            continue
        if (amount < 0) == (state.nature == "debit"):
            yield {"account": code, "nature": state.nature, "amount": amount}


def inner_rows(scope: Scope) -> Iterator[Problem]:
    """Balances on accounts that only sum up."""
    for (code,), amount in sorted(_balances(scope, ("account",), ("",)).items()):
        state = account(scope.view, code)
        if state is not None and not state.leaf:
            yield {"account": code, "amount": amount}


def opening_unbalanced(scope: Scope) -> Iterator[Problem]:
    """Openings whose debits are not their credits, by branch; off-balance accounts aside."""
    sums = scope.view.book(LEDGER_BOOK).sum(
        ("debit", "credit"), by=("branch", "account"), where={**scope.where, "number": OPENING}
    )
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for (branch, code), (debit, credit) in sums.items():
        if not code.startswith("0"):
            found[branch][0] += debit
            found[branch][1] += credit
    for branch, (debit, credit) in sorted(found.items()):
        if debit != credit:
            yield {
                "ledger": scope.params.ledger,
                **({"branch": scope.view.code("org_unit", branch)} if branch else {}),
                "debit_total": debit,
                "credit_total": credit,
                "difference": debit - credit,
            }


def opening_differs(scope: Scope) -> Iterator[Problem]:
    """Openings of stock that are not those of their accounts."""
    if "stock" not in scope.view.books:
        return
    where = {**scope.where, "number": OPENING}
    details = scope.view.book("stock").sum(("value",), by=("account",), where=where)
    book = scope.view.book(LEDGER_BOOK)
    for (code,), (value,) in sorted(details.items()):
        whole = {**where, "account": [Prefix(code)]}
        debit, credit = book.sum(("debit", "credit"), where=whole)[()]
        if debit - credit != value:
            yield {"account": code, "account_balance": debit - credit, "detail_total": value}


def integrity(scope: Scope) -> Iterator[Problem]:
    """Pairs whose halves differ, and entries of vouchers that are gone or not posted."""
    pairs: dict[tuple[str, int, int], int] = defaultdict(int)
    owners: dict[str, tuple[str, str, datetime.date]] = {}
    found = scope.view.book(LEDGER_BOOK).entries(
        where=scope.where, date_from=scope.params.from_date, date_to=scope.params.to_date
    )
    for posted in found:
        entry = posted.entry
        owners.setdefault(
            posted.voucher_id, (posted.record_type, posted.number, entry.posting_date)
        )
        if entry.dimensions.get("contra_account"):
            place = (posted.voucher_id, entry.line, entry.side // 2)
            pairs[place] += entry.measures.get("debit", 0) - entry.measures.get("credit", 0)
    for (id, line, _pair), amount in sorted(pairs.items()):
        if amount:
            yield {"code": "pair_unequal", "voucher": owners[id][1], "line": line, "amount": amount}
    for id, (type, number, day) in sorted(owners.items(), key=lambda item: item[1][2]):
        stored = scope.view.stored.get(type, id)
        if stored is None:
            yield {"code": "no_voucher", "voucher": number, "date": day.isoformat()}
        elif parse(stored.posting or "{}").get(scope.params.ledger, {}).get("status") != "posted":
            yield {"code": "not_posted", "voucher": number, "date": day.isoformat()}


def pending(scope: Scope) -> Iterator[Problem]:
    """What sites have not sent, and vouchers whose posting failed."""
    for row in scope.view.stored.state("site").scan():
        count = row["pending"] + row["failed"]
        if count and not row["retired"]:
            yield {
                "code": "site",
                "site": row["label"] or row["site_id"],
                "pending": row["pending"],
                "failed": row["failed"],
            }
    for record_type in scope.view.record_types("voucher"):
        if record_type.post is None:
            continue
        for stored in scope.view.bodies(record_type.id):
            if '"failed"' in stored.posting:
                record = scope.view.get(record_type.id, stored.id)
                if record is not None and scope.params.ledger in ledgers_of(record.data):
                    number = getattr(record.data, "no", "") or record.id
                    yield {"code": "post_failed", "voucher": number, "type": record.type}


DEBT, CLOSING, STATEMENTS = "Công nợ", "Kết chuyển lãi lỗ", "Báo cáo tài chính"
LEDGER_CHECKS: tuple[Check, ...] = (
    Check("debt.ledger_vs_detail", "general_ledger", DEBT, "error", debt_vs_detail),
    Check("debt.object_missing", "general_ledger", DEBT, "error", object_missing),
    Check("debt.both_sides", "general_ledger", DEBT, "warning", both_sides),
    Check("debt.unmatched", "general_ledger", DEBT, "warning", unmatched),
    Check("debt.currency_zero_vnd_left", "general_ledger", DEBT, "error", vnd_left),
    Check("closing.missing", "general_ledger", CLOSING, "warning", closing_missing),
    Check("closing.accounts_not_zero", "general_ledger", CLOSING, "error", not_closed),
    Check("fx.rate_far", "general_ledger", CLOSING, "warning", rate_far),
    Check("accounts.side_unusual", "general_ledger", STATEMENTS, "warning", side_unusual),
    Check("accounts.inner_node_rows", "catalog", STATEMENTS, "warning", inner_rows),
)
LAST_CHECKS: tuple[Check, ...] = (
    Check("opening.unbalanced", "system", "Số dư đầu kỳ", "error", opening_unbalanced),
    Check("opening.detail_differs", "system", "Số dư đầu kỳ", "error", opening_differs),
    Check("ledger.integrity", "general_ledger", "Hệ thống", "error", integrity),
    Check("sync.pending", "system", "Hệ thống", "warning", pending),
)
