"""Foreign currency: rates far off the table, and items that no revaluation brought to the year end's."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from lienso import CheckScope, Record
from lienso.book_checks import Problem, vouchers_of
from lienso_catalog import average_of, rate_on, regime_of

from ..balances import LEDGER_BOOK
from ..fx.items import Item, items_of
from ..fx.outflow import fc_text
from ..fx.revaluation import FUNCTION, FX_REVALUATION
from ..generated import made_before
from ..openings import opening_date
from .common import foreign_currencies, year_ends

FAR = Decimal("0.05")
"""A rate further from the table's is told (spec ``checks.csv``)."""


def rate_far(scope: CheckScope) -> Iterator[Problem]:
    """Lines whose rate is far from that of the table for their day."""
    currencies = foreign_currencies(scope)
    if not currencies:
        return
    entries = scope.view.book(LEDGER_BOOK).entries(
        where={**scope.where, "currency": currencies},
        date_from=scope.from_date,
        date_to=scope.to_date,
    )
    before: tuple[str, int] | None = None
    for posted in entries:
        there, place = posted.entry.dimensions, (posted.voucher_id, posted.entry.line)
        if not there.get("rate") or place == before:
            continue
        before = place
        rate, day = Decimal(there["rate"]), posted.entry.posting_date
        table = _of_table(scope, there["currency"], day)
        if table is not None and abs(rate - table) > table * FAR:
            yield {
                "voucher": posted.number,
                "line": posted.entry.line,
                "date": day.isoformat(),
                "currency": there["currency"],
                "rate": format(rate, "f"),
                "table_rate": format(table, "f"),
                "expected": format(table, "f"),
                "found": format(rate, "f"),
                **vouchers_of([posted]),
            }


def _of_table(scope: CheckScope, currency: str, day: datetime.date) -> Decimal | None:
    """Return the average rate of a day, as of the last one before that has any; None: there is none."""

    def look() -> Decimal | None:
        row = rate_on(scope.view, currency, day)
        return None if row is None else average_of(row) or row.sell_transfer or row.buy_transfer

    found: Decimal | None = scope.view.memo(("general_ledger.rate", currency, day), look)
    return found


def not_revalued(scope: CheckScope) -> Iterator[Problem]:
    """Monetary items of a year's last day that are not worth what its rate makes of them."""
    for day in year_ends(scope):
        if day <= opening_date(scope.view):
            continue  # openings are taken as they were entered
        for branch, currency in _kept(scope, day):
            yield from _items(scope, day, branch, currency)


def _kept(scope: CheckScope, day: datetime.date) -> list[tuple[str, str]]:
    currencies = foreign_currencies(scope)
    if not currencies:
        return []
    sums = scope.view.book(LEDGER_BOOK).sum(
        ("fc_debit",),
        by=("branch", "currency"),
        where={**scope.where, "currency": currencies},
        date_to=day,
    )
    return sorted((branch, currency) for branch, currency in sums)


def _items(scope: CheckScope, day: datetime.date, branch: str, currency: str) -> Iterator[Problem]:
    view = scope.view
    where = {"ledger": scope.ledger, "branch": branch, "currency": currency}
    items, _skipped = items_of(view, where, day, (), (), None)
    runs = [
        record
        for record in made_before(view, FX_REVALUATION, scope.ledger, branch, day, day)
        if record.data.currency == currency and record.posted(scope.ledger)
    ]
    for item in items:
        rate = _rate_of(scope, item, runs, day, currency)
        difference = None if rate is None else item.difference(rate)
        if difference == 0 or (difference is None and _run_of(item, runs) is not None):
            continue
        known = (
            {}
            if difference is None
            else {"rate": format(rate or 0, "f"), "expected": item.amount + difference}
        )
        yield {
            "date": day.isoformat(),
            "account": item.account,
            "object": view.code("object", item.object),
            "bank_account": view.code("bank_account", item.bank_account),
            "currency": currency,
            **({"branch": view.code("org_unit", branch)} if branch else {}),
            "fc_amount": fc_text(item.fc),
            **known,
            "found": item.amount,
            "repair": {"id": FUNCTION, "params": {"date": day.isoformat(), "currency": currency}},
        }


def _run_of(item: Item, runs: list[Record[Any]]) -> Record[Any] | None:
    """Return the revaluation that an item took part in: one that named its account, else one of all."""
    named = [run for run in runs if item.account.startswith(tuple(run.data.accounts) or ("-",))]
    return next(iter([*named, *(run for run in runs if not run.data.accounts)]), None)


def _rate_of(
    scope: CheckScope, item: Item, runs: list[Record[Any]], day: datetime.date, currency: str
) -> Decimal | None:
    """Return the rate that an item stands at on a year's last day; None where nobody can say.

    That of its revaluation, of an account of a bank its own bank's, else that of the table: where nothing
    differs, no voucher is made. An earlier release did not keep the rates of banks.
    """
    run = _run_of(item, runs)
    if run is not None:
        banks = run.data.bank_rates
        if item.bank_account and banks is None:
            return None
        own = [one.rate for one in banks or () if one.bank_account == item.bank_account]
        rate: Decimal = run.data.rate_assets if item.fc > 0 else run.data.rate_liabilities
        return own[0] if own else rate
    row = rate_on(scope.view, currency, day)
    if row is None:
        return None
    if regime_of(scope.view) == "TT99":
        return average_of(row)
    return row.buy_transfer if item.fc > 0 else row.sell_transfer
