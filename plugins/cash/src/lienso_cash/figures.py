"""Figures that need every site's vouchers, hence blank offline (spec §5)."""

from __future__ import annotations

import datetime
from typing import Any, Self

from lienso.fields import Params
from lienso.model import Ledger
from lienso.view import View
from lienso_general_ledger.money.funds import (
    LOCAL,
    balance,
    balances_by_currency,
    branch_id,
    fund_where,
    plain,
)
from pydantic import model_validator

from .counts import COUNT


class FundParams(Params):
    """The working ledger and branch; no branch = all of them."""

    ledger: Ledger = "financial"
    branch: str | None = None


class CountBalanceParams(FundParams):
    """A count by number or id, or its date and currency."""

    count: str | None = None
    date: datetime.date | None = None
    currency: str = LOCAL

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.count is None and self.date is None:
            raise ValueError("count or date")
        return self


def fund_balance(params: FundParams, view: View) -> dict[str, Any]:
    """Return the cash of all posted vouchers, whatever their date: to the last one in the data.

    So it may differ from the cash book of today (MISA shows it so).
    """
    where = fund_where(params.ledger, branch_id(view, params.branch))
    funds = balances_by_currency(view, where)
    rows = [
        {"currency": currency, **_fc(view, fc_amount, currency), "amount": amount}
        for currency, (amount, fc_amount) in funds.items()
        if amount or fc_amount or currency == LOCAL
    ]
    return {"total": sum(amount for amount, _fc in funds.values()), "by_currency": rows}


def count_book_balance(params: CountBalanceParams, view: View) -> dict[str, Any]:
    """Return the balance of the accounting book at the end of the day of a count."""
    date, currency, branch = params.date, params.currency, branch_id(view, params.branch)
    if params.count is not None:
        count = view.require(COUNT, params.count).data
        date, currency = count.date, count.currency
        branch = branch or count.branch
    amount, fc_amount = balance(view, fund_where(params.ledger, branch, currency), date)
    return {"currency": currency, **_fc(view, fc_amount, currency), "amount": amount}


def _fc(view: View, fc_amount: Any, currency: str) -> dict[str, Any]:
    return {"fc_amount": None if currency == LOCAL else plain(view, fc_amount, currency)}
