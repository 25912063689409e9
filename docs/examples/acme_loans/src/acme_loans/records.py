"""The voucher of a loan, and what it writes into the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from lienso import Entry, Finding, Record
from lienso.fields import Money, Ref, Voucher
from lienso.model import Ledger
from lienso.view import View
from lienso_general_ledger import AccountCode, Line, pairs
from pydantic import Field

LOAN = "acme_loan"
BORROWED = "3411"
"""Các khoản đi vay, in all three charts of accounts."""

MONEY = ("111", "112")
"""What a loan is received in: cash, or money in banks."""


class Loan(Voucher):
    """Khoản vay.

    Attributes:
        amount: đồng, received on the posting date.
        months: in which it is paid back, in equal parts.
    """

    lender: Annotated[str, Ref("object")]
    amount: Annotated[Money, Field(gt=0)]
    months: int = Field(default=12, ge=1, le=600)
    money_account: AccountCode = "1111"


def post_loan(record: Record[Any], ledger: Ledger, view: View) -> Mapping[str, Sequence[Entry]]:
    """Debit the money, credit what is owed to the lender.

    Raises:
        Refused: ``period_locked``.
    """
    loan = record.data
    line = Line(
        line=1,
        debit=loan.money_account,
        credit=BORROWED,
        amount=loan.amount,
        object=loan.lender,
    )
    return {"general_ledger": pairs(record, ledger, [line], view)}


def check_loan(record: Record[Any]) -> Iterator[Finding]:
    """Say what is wrong with a loan about to be saved."""
    if record.type != LOAN:
        return
    account = record.data.money_account
    if not account.startswith(MONEY):
        yield Finding("error", "acme_loan_no_money", "money_account", values={"account": account})
