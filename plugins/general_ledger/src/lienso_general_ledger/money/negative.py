"""Money below nothing: the first day of each stretch, from entries read once in the order of days."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from lienso import CheckScope, Prefix
from lienso.book_checks import Problem, openable

from .funds import FC_SCALE, LEDGER_BOOK, LOCAL, MEASURES, plain, shown_currency

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
    balances: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0])
    for key, sums in book.sum(MEASURES, by=names, where=where, date_to=before).items():
        _add(balances[_fund(key)], sums)
    negative = {fund for fund, amounts in balances.items() if _amount(amounts, fund) < 0}
    entries = book.entries(where=where, date_from=scope.from_date, date_to=scope.to_date)
    for day, rows in groupby(entries, key=lambda row: row.entry.posting_date):
        paid: dict[tuple[str, ...], dict[tuple[str, str], str]] = defaultdict(dict)
        for posted in rows:
            entry = posted.entry
            fund = _fund(tuple(_value(entry, name) for name in names))
            measures = entry.measures
            _add(balances[fund], [measures.get(name, 0) for name in MEASURES])
            payments = paid[fund]
            if measures.get("credit", 0) > 0:
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


def _add(amounts: list[int], sums: Sequence[int]) -> None:
    """Add sums of `MEASURES` to đồng and units, both as the book keeps them: integers are quick."""
    amounts[0] += sums[0] - sums[1]
    amounts[1] += sums[2] - sums[3]


def _amount(amounts: Sequence[int], fund: tuple[str, ...]) -> int:
    """Return what counts for a fund: its đồng, or the units as the book keeps them."""
    return amounts[fund[1] != LOCAL]


def _problem(
    scope: CheckScope,
    names: Sequence[str],
    fund: tuple[str, ...],
    day: datetime.date,
    amounts: Sequence[int],
    payments: dict[tuple[str, str], str],
) -> Problem:
    named: Problem = {}
    for name, value in zip(names, fund, strict=True):
        shown = scope.view.code(CATALOGS[name], value) if name in CATALOGS else value
        if shown and (name, shown) != ("currency", LOCAL):
            named[name] = shown
    units = plain(scope.view, Decimal(amounts[1]).scaleb(-FC_SCALE), fund[1])
    foreign = fund[1] != LOCAL
    return {
        **named,
        "date": day.isoformat(),
        "balance": amounts[0],
        **({"fc_balance": units} if foreign else {}),
        "expected": 0,
        "found": units if foreign else amounts[0],
        "vouchers": sorted(set(payments.values())),
        **openable(payments),
    }
