"""Money below nothing: the first day of each stretch, from entries read once in the order of days."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from lienso import CheckScope, Prefix
from lienso.book_checks import Problem, openable

from .funds import LEDGER_BOOK, LOCAL, MEASURES, in_currency, moved, net, plain, shown_currency

CATALOGS = {"bank_account": "bank_account", "branch": "org_unit"}
"""Dimensions of a fund that hold ids → the catalog that has their codes."""


def negative_days(scope: CheckScope, account: str, by: Sequence[str]) -> Iterator[Problem]:
    """Yield the days on which a fund goes below nothing, with its balance and the day's payments.

    A stretch that was there before the first day is not told again. Of a fund in foreign currency the
    units count, and its đồng are told beside them.

    Args:
        account: funds are its detail accounts. ``by``: dimensions besides account and currency.
    """
    view = scope.view
    names = ("account", "currency", *by)
    where = {**scope.where, "account": [Prefix(account)]}
    book = view.book(LEDGER_BOOK)
    before = scope.from_date - datetime.timedelta(days=1)
    balances: dict[tuple[str, ...], list[Any]] = defaultdict(lambda: [0, 0])
    for key, sums in book.sum(MEASURES, by=names, where=where, date_to=before).items():
        balances[_fund(key)] = [a + b for a, b in zip(balances[_fund(key)], net(sums), strict=True)]
    negative = {fund for fund, amounts in balances.items() if _amount(amounts, fund) < 0}
    entries = book.entries(where=where, date_from=scope.from_date, date_to=scope.to_date)
    for day, rows in groupby(entries, key=lambda row: row.entry.posting_date):
        paid: dict[tuple[str, ...], dict[tuple[str, str], str]] = defaultdict(dict)
        for posted in rows:
            entry = posted.entry
            fund = _fund(tuple(_value(entry, name) for name in names))
            balances[fund] = [a + b for a, b in zip(balances[fund], moved(entry), strict=True)]
            payments = paid[fund]
            if entry.measures.get("credit", 0) > 0:
                payments.setdefault((posted.record_type, posted.voucher_id), posted.number)
        for fund, payments in sorted(paid.items()):
            if _amount(balances[fund], fund) >= 0:
                negative.discard(fund)
            elif fund not in negative:
                negative.add(fund)
                yield _problem(scope, names, fund, day, balances[fund], payments)


def _value(entry: Any, name: str) -> str:
    return str(entry.branch if name == "branch" else entry.dimensions.get(name, ""))


def _fund(key: tuple[str, ...]) -> tuple[str, ...]:
    """Return the fund of a row; đồng may be left blank in the book."""
    return (key[0], shown_currency(key[1]), *key[2:])


def _amount(amounts: Sequence[Any], fund: tuple[str, ...]) -> Any:
    return in_currency((amounts[0], amounts[1]), fund[1])


def _problem(
    scope: CheckScope,
    names: Sequence[str],
    fund: tuple[str, ...],
    day: datetime.date,
    amounts: Sequence[Any],
    payments: dict[tuple[str, str], str],
) -> Problem:
    named: Problem = {}
    for name, value in zip(names, fund, strict=True):
        shown = scope.view.code(CATALOGS[name], value) if name in CATALOGS else value
        if shown and (name, shown) != ("currency", LOCAL):
            named[name] = shown
    foreign = fund[1] != LOCAL
    return {
        **named,
        "date": day.isoformat(),
        "balance": amounts[0],
        **({"fc_balance": plain(scope.view, amounts[1], fund[1])} if foreign else {}),
        "expected": 0,
        "found": plain(scope.view, _amount(amounts, fund), fund[1]),
        "vouchers": sorted(set(payments.values())),
        **openable(payments),
    }
