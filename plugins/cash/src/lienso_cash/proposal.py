"""The voucher that brings the accounting book to what was counted (spec §4 step 5)."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from lienso import Record, Refused
from lienso.model import Ledger
from lienso.session import Session
from lienso.view import View
from lienso_general_ledger import default_account
from lienso_general_ledger.money.funds import (
    CASH,
    LEDGER_BOOK,
    LOCAL,
    MEASURES,
    decimal_text,
    decimals_of,
    fund_where,
    rounded_to,
)

from .records import CashCount

FUNCTION = "cash.reconcile_count"
SURPLUS, SHORTAGE = "3381", "1381"
"""Thừa, thiếu chờ xử lý in all three charts, unless the company chose other default accounts."""

RATE_DECIMALS = 2
RATE_DECIMALS_MAX = 12


@dataclass(frozen=True, slots=True)
class Proposal:
    """A receipt (surplus) or payment (shortage) of one line.

    Attributes:
        rate: đồng per unit, shown at two decimals or as many more as give the amount again.
    """

    type: str
    debit: str
    credit: str
    amount: int
    currency: str = LOCAL
    fc_amount: str | None = None
    rate: str | None = None

    def line(self) -> dict[str, Any]:
        """Return the line as fields of a record."""
        line: dict[str, Any] = {
            "debit": self.debit,
            "credit": self.credit,
            "amount": self.amount,
        }
        if self.currency != LOCAL:
            line |= {"currency": self.currency, "fc_amount": self.fc_amount, "rate": self.rate}
        return line

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"type": self.type, "lines": [self.line()]}


def propose(
    view: View,
    count: CashCount,
    accounts: Sequence[str],
    ledger: Ledger,
    branch: str | None,
    books: tuple[int, Decimal],
) -> Proposal | None:
    """Return the voucher of the difference, None when there is none.

    A foreign difference takes the average of the book, not rounded, so that what is left keeps it;
    when nothing is left in the fund its whole đồng go.

    Args:
        books: balance of the accounting book: đồng, foreign units.
    Raises:
        Refused: ``rate_undefined``: foreign cash was counted, the book has none.
    """
    amount, fc_amount = books
    local = count.currency == LOCAL
    difference = count.counted - (Decimal(amount) if local else fc_amount)
    if not difference:
        return None
    fund = _account(view, count, accounts, ledger, branch)
    surplus = default_account(view, "cash_count", "surplus_account", SURPLUS)
    shortage = default_account(view, "cash_count", "shortage_account", SHORTAGE)
    if difference > 0:
        type, debit, credit = "cash_receipt", fund, surplus
    else:
        type, debit, credit = "cash_payment", shortage, fund
    if local:
        return Proposal(type, debit, credit, abs(int(difference)))
    if not fc_amount:
        raise Refused("rate_undefined", {"currency": count.currency, "count": count.no})
    fc = abs(difference)
    value = abs(amount) if not count.counted else share(fc, amount, fc_amount)
    decimals = decimals_of(view, count.currency)
    rate = _rate(amount, fc_amount, fc, value)
    return Proposal(type, debit, credit, value, count.currency, decimal_text(fc, decimals), rate)


def share(fc: Decimal, amount: int, fc_amount: Decimal) -> int:
    """Return fc × amount / fc_amount in đồng, the quotient exact, rounded once half away from zero."""
    exact = Fraction(fc) * amount / Fraction(fc_amount)
    rounded = (abs(exact) * 2 + 1) // 2
    return int(rounded) if exact >= 0 else -int(rounded)


def _rate(amount: int, fc_amount: Decimal, fc: Decimal, value: int) -> str:
    """Return the average with the fewest decimals that give the amount again, within one đồng."""
    exact = Decimal(amount) / fc_amount
    for decimals in range(RATE_DECIMALS, RATE_DECIMALS_MAX):
        rate = rounded_to(exact, decimals)
        if abs(rounded_to(fc * rate) - value) <= 1:
            return format(rate, "f")
    return format(rounded_to(exact, RATE_DECIMALS), "f")


def _account(
    view: View, count: CashCount, accounts: Sequence[str], ledger: Ledger, branch: str | None
) -> str:
    """Return the cash account of a count: where most of its money stands, else the currency's own."""
    where = fund_where(ledger, branch, count.currency, accounts)
    sums = view.book(LEDGER_BOOK).sum(MEASURES, by=("account",), where=where, date_to=count.date)
    held = {
        account: (abs(fc_debit - fc_credit), abs(debit - credit))
        for (account,), (debit, credit, fc_debit, fc_credit) in sums.items()
    }
    if held:
        return min(held, key=lambda account: (*(-value for value in held[account]), account))
    if accounts:
        return accounts[0]
    record = view.by_code("currency", count.currency)
    own = "" if record is None else str(getattr(record.data, "cash_account", ""))
    if own:
        return own
    usual = "1111" if count.currency == LOCAL else "1112"
    return usual if view.id_of("account", usual) is not None else CASH


def save(
    session: Session,
    proposal: Proposal,
    count: Record[CashCount],
    date: datetime.date,
    ledger: Ledger,
    branch: str | None,
    ignore_warnings: bool,
) -> str:
    """Save and post the voucher; returns its number. Raises: Refused: what stops the posting."""
    what = "thừa" if proposal.type == "cash_receipt" else "thiếu"
    reason = f"Xử lý {what} quỹ theo bảng kiểm kê {count.data.no}"
    body: dict[str, Any] = {
        "posting_date": date.isoformat(),
        "display_on_book": ledger,
        "description": reason,
        "reason": reason,
        "references": [count.data.no],
        "generated_by": FUNCTION,
        "currency": proposal.currency,
        "lines": [{"line": 1, "description": reason, **proposal.line()}],
    }
    if proposal.rate is not None:
        body["rate"] = proposal.rate
    if branch:
        body["branch"] = branch
    saved = session.save(proposal.type, body)
    record = session.post(saved, ledger, ignore_warnings)
    return str(record.data.no if ledger == "financial" else record.data.no_management)
