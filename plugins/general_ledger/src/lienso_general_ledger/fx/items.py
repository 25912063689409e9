"""Foreign-currency items of a day, and what a revaluation makes of them.

Monetary items are money, debts both ways, loans and deposits. Prepayments, deferred income and goods
are not: Circulars 200/2014 art. 69 (1.2), 133/2016 art. 52, 99/2025 (VAS 10 par. 10).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from lienso import Prefix
from lienso.view import View
from lienso_catalog import account

from ..balances import LEDGER_BOOK
from ..lines import FC_SCALE
from ..open_items import PAYABLE, RECEIVABLE
from ..rounding import round_half_away
from .records import RestatedItem

_MEASURES = ("debit", "credit", "fc_debit", "fc_credit")
_BY = ("account", "object", "bank_account", "contract")
PREPAID = ("242", "3387")
"""Prepaid costs and deferred income: money will not come back for them."""

ALLOWANCE = "2293"
RECEIVABLES = ("131", "136", "138", "141")
"""What an allowance for doubtful debts stands against."""

Reason = Literal["prepayment", "fully_provisioned", "not_monetary"]


@dataclass(frozen=True, slots=True)
class Item:
    """The balance of an account by object, bank account and contract, in one currency.

    Attributes:
        fc, amount: debit less credit, units and đồng. ``term``: of all its rows, where they agree.
        covered: đồng of a receivable for which an allowance stands.
    """

    account: str
    object: str
    bank_account: str
    contract: str
    fc: Decimal
    amount: int
    term: str = ""
    covered: int = 0

    def difference(self, rate: Decimal) -> int:
        """Return what the item is worth more at a rate, đồng; the covered part stays as it is."""
        if not self.covered:
            return round_half_away(self.fc * rate) - self.amount
        open_amount = self.amount - self.covered
        open_fc = Fraction(self.fc) * open_amount / self.amount
        return round_half_away(open_fc * Fraction(rate)) - open_amount

    def dimensions(self) -> dict[str, str]:
        """Return what a row of the item carries."""
        named = {
            "object": self.object,
            "bank_account": self.bank_account,
            "contract": self.contract,
            "term": self.term,
        }
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class Skipped:
    """An item that is not revalued, and why."""

    account: str
    object: str
    reason: Reason


def items_of(
    view: View,
    where: Mapping[str, Any],
    date: datetime.date,
    accounts: Sequence[str],
    refundable: Sequence[str],
    without: str | None,
) -> tuple[list[Item], list[Skipped]]:
    """Return the items to revalue and those left out, by account and object.

    Args:
        where: ledger, branch and currency. ``accounts``: with all below them; none takes all.
        refundable: ids of objects whose prepayments will be paid back.
        without: id of a voucher that does not count.
    """
    found: list[Item] = []
    skipped: dict[tuple[str, str, str], Skipped] = {}
    covered = _allowances(view, where, date)
    for item in _balances(view, where, date, accounts, without):
        reason = _reason(view, item, refundable)
        if reason is None and item.account.startswith(RECEIVABLES) and item.amount > 0:
            part = min(covered.get(item.object, 0), item.amount)
            covered[item.object] = covered.get(item.object, 0) - part
            if part == item.amount:
                reason = "fully_provisioned"
            elif part > 0:
                found.append(replace(item, covered=part))
                continue
        if reason is None:
            found.append(item)
        else:
            # Goods and the like are told once an account: there may be thousands of their suppliers.
            who = "" if reason == "not_monetary" else item.object
            skipped.setdefault((item.account, who, reason), Skipped(item.account, who, reason))
    return found, list(skipped.values())


def _balances(
    view: View,
    where: Mapping[str, Any],
    date: datetime.date,
    accounts: Sequence[str],
    without: str | None,
) -> Iterator[Item]:
    book = view.book(LEDGER_BOOK)
    # Classes 5 to 9 hold no items; 0 stands outside the balance sheet.
    codes = accounts or ("1", "2", "3", "4")
    wanted = {**where, "account": [Prefix(code) for code in codes]}
    by = (*_BY, "term")
    sums = {
        key: list(row)
        for key, row in book.sum(_MEASURES, by=by, where=wanted, date_to=date).items()
    }
    if without is not None:
        own = book.sum(_MEASURES, by=by, where={**wanted, "voucher_id": without}, date_to=date)
        for key, row in own.items():
            sums[key] = [a - b for a, b in zip(sums[key], row, strict=True)]
    items: dict[tuple[str, ...], tuple[int, int, set[str]]] = {}
    for place, (debit, credit, fc_debit, fc_credit) in sorted(sums.items()):
        key, term = place[:-1], place[-1]
        amount, fc, terms = items.get(key, (0, 0, set()))
        moved = debit != credit or fc_debit != fc_credit
        items[key] = (
            amount + debit - credit,
            fc + fc_debit - fc_credit,
            terms | {term} if moved else terms,
        )
    for (code, who, bank, contract), (amount, fc, terms) in items.items():
        if fc:
            term = next(iter(terms)) if len(terms) == 1 else ""
            yield Item(code, who, bank, contract, Decimal(fc).scaleb(-FC_SCALE), amount, term)


def _reason(view: View, item: Item, refundable: Sequence[str]) -> Reason | None:
    if item.account.startswith(PREPAID):
        return "prepayment"
    state = account(view, item.account)
    if state is None or not state.monetary:
        return "not_monetary"
    ahead = (item.account.startswith(PAYABLE) and item.fc > 0) or (
        item.account.startswith(RECEIVABLE) and item.fc < 0
    )
    return "prepayment" if ahead and item.object not in refundable else None


def _allowances(view: View, where: Mapping[str, Any], date: datetime.date) -> dict[str, int]:
    """Return the allowances for doubtful debts by object, đồng, whatever the currency."""
    wanted = {name: value for name, value in where.items() if name != "currency"}
    sums = view.book(LEDGER_BOOK).sum(
        ("debit", "credit"),
        by=("object",),
        where={**wanted, "account": [Prefix(ALLOWANCE)]},
        date_to=date,
    )
    return {
        who: credit - debit for (who,), (debit, credit) in sums.items() if who and credit > debit
    }


def restate(
    view: View,
    where: Mapping[str, Any],
    date: datetime.date,
    item: Item,
    rate: Decimal,
    without: str | None,
) -> list[RestatedItem]:
    """Spread an object's new đồng over its open debts and payments (spec §4.5).

    Each becomes units left × rate; where the open items are the whole balance, what rounding leaves
    goes to the largest, so that they add up to the ledger.
    """
    if not item.account.startswith((RECEIVABLE, PAYABLE)) or item.covered:
        return []
    wanted = {**where, "account": item.account, "object": item.object}
    by = ("role", "document", "invoice_no")
    book = view.book("open_items")
    left = {
        key: list(row)
        for key, row in book.sum(("amount", "fc_amount"), by=by, where=wanted, date_to=date).items()
    }
    if without is not None:
        for key, row in book.sum(
            ("amount", "fc_amount"), by=by, where={**wanted, "voucher_id": without}
        ).items():
            left[key] = [a - b for a, b in zip(left[key], row, strict=True)]
    debit_role = "payment" if item.account.startswith(PAYABLE) else "debt"
    rows = []
    for (role, document, invoice), (amount, fc) in sorted(left.items()):
        if fc:
            units = Decimal(fc).scaleb(-FC_SCALE)
            sign = 1 if role == debit_role else -1
            rows.append(
                (role, document, invoice, sign, units, round_half_away(units * rate) - amount)
            )
    whole = sum((sign * units for _r, _d, _i, sign, units, _a in rows), Decimal(0))
    residue = item.difference(rate) - sum(sign * added for *_, sign, _u, added in rows)
    largest = max(range(len(rows)), key=lambda place: rows[place][4], default=None)
    found = []
    for place, (role, document, invoice, sign, _units, added) in enumerate(rows):
        takes = residue * sign if place == largest and whole == item.fc else 0
        if added + takes:
            found.append(
                RestatedItem(
                    account=item.account,
                    object=item.object,
                    role=role,  # type: ignore[arg-type]  # the book holds no other roles
                    document=document,
                    invoice_no=invoice,
                    amount=added + takes,
                )
            )
    return found
