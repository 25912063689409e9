"""Balances: sums over the ledger; nothing is stored that may disagree with the entries."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lienso import Prefix
from lienso.view import View

from .lines import FC_SCALE

LEDGER_BOOK = "general_ledger"
_MEASURES = ("debit", "credit", "fc_debit", "fc_credit")


@dataclass(frozen=True, slots=True)
class Balance:
    """Sums of some entries: đồng and foreign units on each side."""

    debit: int = 0
    credit: int = 0
    fc_debit: Decimal = Decimal(0)
    fc_credit: Decimal = Decimal(0)

    @property
    def amount(self) -> int:
        """Debit less credit, đồng."""
        return self.debit - self.credit

    @property
    def fc_amount(self) -> Decimal:
        """Debit less credit in the foreign currency."""
        return self.fc_debit - self.fc_credit


def balance(
    view: View,
    account: str | Sequence[str],
    *,
    ledger: str = "financial",
    date_from: datetime.date | None = None,
    date_to: datetime.date | None = None,
    branch: str | None = None,
    without: str | None = None,
    **dimensions: str,
) -> Balance:
    """Return the sums of all accounts under one or several codes.

    Sums by account, currency and bank account, or by account and object, are read from totals.

    Args:
        account: code; an inner node stands for its whole subtree.
        date_to: inclusive; with ``date_from`` left out the sum is the balance at the end of that day.
        branch: id; None takes all branches.
        without: id of a voucher whose own entries do not count.
        dimensions: further conditions, e.g. ``object=…``, ``currency=""`` for đồng.
    """
    codes = (account,) if isinstance(account, str) else tuple(account)
    where: dict[str, Any] = {
        "account": [Prefix(code) for code in codes],
        "ledger": ledger,
        **dimensions,
    }
    if branch is not None:
        where["branch"] = branch
    whole = _sum(view, where, date_from, date_to)
    if without is None:
        return whole
    own = _sum(view, {**where, "voucher_id": without}, date_from, date_to)
    return Balance(
        whole.debit - own.debit,
        whole.credit - own.credit,
        whole.fc_debit - own.fc_debit,
        whole.fc_credit - own.fc_credit,
    )


def _sum(
    view: View,
    where: Mapping[str, Any],
    date_from: datetime.date | None,
    date_to: datetime.date | None,
) -> Balance:
    sums = view.book(LEDGER_BOOK).sum(_MEASURES, where=where, date_from=date_from, date_to=date_to)[
        ()
    ]
    debit, credit, fc_debit, fc_credit = sums
    scale = -FC_SCALE
    return Balance(debit, credit, Decimal(fc_debit).scaleb(scale), Decimal(fc_credit).scaleb(scale))
