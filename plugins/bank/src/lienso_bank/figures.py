"""Figures that need every site's vouchers, hence blank offline (spec §5)."""

from __future__ import annotations

from typing import Any

from lienso.fields import Params
from lienso.model import Ledger
from lienso.view import View
from lienso_general_ledger.money.funds import (
    BANK,
    LEDGER_BOOK,
    LOCAL,
    MEASURES,
    branch_id,
    fund_where,
    net,
    plain,
    shown_currency,
)


class DepositParams(Params):
    """The working ledger and branch; no branch = all of them."""

    ledger: Ledger = "financial"
    branch: str | None = None


def deposit_balance(params: DepositParams, view: View) -> dict[str, Any]:
    """Return the deposits of all posted vouchers, whatever their date, in đồng and by bank account.

    Rows that name no bank account stand under an empty one, so that the parts add up to the total.
    """
    where = fund_where(params.ledger, branch_id(view, params.branch), accounts=(BANK,))
    sums = view.book(LEDGER_BOOK).sum(MEASURES, by=("bank_account", "currency"), where=where)
    rows = []
    for (id, stored), values in sums.items():
        amount, fc_amount = net(values)
        if amount or fc_amount:
            currency = shown_currency(stored)
            row: dict[str, Any] = {
                "bank_account": view.code("bank_account", id),
                "currency": currency,
                "fc_amount": None if currency == LOCAL else plain(view, fc_amount, currency),
                "amount": amount,
            }
            rows.append(row)
    rows.sort(key=lambda row: (row["bank_account"], row["currency"]))
    return {"total": sum(row["amount"] for row in rows), "by_account": rows}
