"""What is owed to lenders: functions, figures and a report."""

from __future__ import annotations

import datetime
from typing import Annotated

from lienso import Column, Label, Prefix, Refused, Table
from lienso.fields import Money, NoParams, Params, Text
from lienso.session import Session
from lienso.view import View
from lienso_general_ledger import AccountCode, balance
from pydantic import Field

from .records import BORROWED


class PlanParams(Params):
    """A loan that is being thought about."""

    amount: Annotated[Money, Field(gt=0)] = 1_000_000
    months: int = Field(default=12, ge=1, le=600)


class Plan(Params):
    """What to pay back each month, đồng."""

    parts: list[Money]


class RepayParams(Params):
    """Money paid back to a lender, named by code or id."""

    lender: Text
    date: datetime.date
    amount: Annotated[Money, Field(gt=0)] = 1_000_000
    money_account: AccountCode = "1111"


class Repaid(Params):
    """The journal voucher made, and what is still owed to the lender, đồng."""

    voucher: Text
    owed: Money


class LenderParams(Params):
    """A lender, by code or id."""

    lender: Text


def plan_repayments(params: PlanParams, _session: Session) -> Plan:
    """Divide an amount by months; the parts add up to it, the first ones take the rest."""
    part, rest = divmod(params.amount, params.months)
    return Plan(parts=[part + (month < rest) for month in range(params.months)])


def repay_lender(params: RepayParams, session: Session) -> Repaid:
    """Make and post the voucher of a repayment.

    Raises:
        Unknown: ``not_found``: there is no such lender.
        Refused: ``acme_loan_overpaid``, or why the voucher cannot be posted.
    """
    lender = session.view.require("object", params.lender)
    owed = _owed(session.view, object=lender.id)
    if params.amount > owed:
        raise Refused("acme_loan_overpaid", {"lender": lender.data.code, "owed": owed})
    line = {
        "line": 1,
        "debit": BORROWED,
        "credit": params.money_account,
        "amount": params.amount,
        "object": lender.id,
    }
    fields = {"posting_date": params.date.isoformat(), "description": "Trả nợ vay", "lines": [line]}
    voucher = session.post(session.save("journal", fields))
    return Repaid(voucher=voucher.data.no, owed=owed - params.amount)


def owed_to_lender(params: LenderParams, view: View) -> int:
    """Return what is owed to one lender now, đồng."""
    return _owed(view, object=view.require("object", params.lender).id)


def owed_in_all(_params: NoParams, view: View) -> int:
    """Return what is owed to all lenders now, đồng."""
    return _owed(view)


def _owed(view: View, **dimensions: str) -> int:
    return -balance(view, BORROWED, **dimensions).amount


def lender_list(_params: NoParams, view: View) -> Table:
    """List the lenders to whom something is owed."""
    sums = view.book("general_ledger").sum(
        ("debit", "credit"),
        by=("object",),
        where={"account": [Prefix(BORROWED)], "ledger": "financial"},
    )
    rows = sorted(
        (view.code("object", lender), credit - debit)
        for (lender,), (debit, credit) in sums.items()
        if credit != debit
    )
    columns = (
        Column("lender", Label("Bên cho vay", "Lender")),
        Column("owed", Label("Dư nợ", "Owed"), "money"),
    )
    title = Label("Dư nợ vay theo bên cho vay", "Loans by lender")
    return Table(columns, tuple(rows), title, totals=("", sum(owed for _lender, owed in rows)))
