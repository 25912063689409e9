"""What the accounting book and the cashier's book see differently, voucher by voucher (`cash.md` §4)."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from lienso.view import View

from .funds import (
    CASH_BOOK,
    LEDGER_BOOK,
    currency_values,
    in_currency,
    moved,
)

OPENING = "OPN"
"""Number under which all openings stand: one row, whoever wrote them."""

ADVICE: Mapping[str, str] = {
    "only_in_account_book": "Ghi sổ chứng từ này tại Thủ quỹ, hoặc xóa nếu chứng từ sai",
    "only_in_cash_book": "Bỏ ghi sổ tại Thủ quỹ, hoặc ghi sổ lại chứng từ kế toán",
    "amount_differs": "Sửa số tiền ở sổ ghi sai: bỏ ghi, sửa rồi ghi sổ lại",
    "date_across_count": "Hai sổ ghi khác ngày: sửa ngày ghi sổ về cùng một phía của ngày kiểm kê",
}
"""What to do, by kind of difference."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A voucher with its amount in both books up to the day of the count, in the fund's currency."""

    voucher: str
    id: str
    record_type: str
    kind: str
    account_book: Decimal
    cash_book: Decimal

    @property
    def effect(self) -> Decimal:
        """What it adds to the difference between the books."""
        return self.account_book - self.cash_book

    def as_json(self, shown: Callable[[Decimal], Any]) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "voucher": self.voucher,
            "id": self.id,
            "record_type": self.record_type,
            "kind": self.kind,
            "account_book": shown(self.account_book),
            "cash_book": shown(self.cash_book),
            "effect": shown(self.effect),
            "advice": ADVICE[self.kind],
        }


@dataclass(slots=True)
class _Both:
    """A voucher's amounts: up to the day, and whether anything of it comes later."""

    number: str
    record_type: str
    account: Decimal = Decimal(0)
    cash: Decimal = Decimal(0)
    in_account: bool = False
    in_cash: bool = False
    later: set[str] = field(default_factory=set)

    def kind(self) -> str:
        if self.later:
            return "date_across_count"
        if not self.in_cash:
            return "only_in_account_book"
        return "amount_differs" if self.in_account else "only_in_cash_book"


def cash_book_where(currency: str, branch: str | None) -> dict[str, Any]:
    """Return the condition of rows of the cashier's book."""
    where: dict[str, Any] = {"currency": currency_values(currency)}
    return {**where, "branch": branch} if branch else where


def cash_book_balance(
    view: View,
    currency: str,
    branch: str | None,
    date_to: datetime.date | None,
    scale: int,
    more: Mapping[str, Any] | None = None,
) -> Decimal:
    """Return receipts less payments of the cashier's book at the end of a day.

    Args:
        more: further conditions, e.g. ``fund``.
    """
    where = {**cash_book_where(currency, branch), **(more or {})}
    book = view.book(CASH_BOOK)
    receipt, payment = book.sum(("receipt", "payment"), where=where, date_to=date_to)[()]
    return Decimal(receipt - payment).scaleb(-scale)


def differences(
    view: View,
    where: Mapping[str, Any],
    currency: str,
    branch: str | None,
    date: datetime.date,
    scale: int,
) -> list[Difference]:
    """Return the vouchers whose amounts differ in the two books, by number.

    Args:
        where: the condition of the ledger's rows that are compared.
        scale: decimals of the cashier's book.
    """
    found: dict[str, _Both] = {}
    for posted in view.book(LEDGER_BOOK).entries(where=where, date_to=date):
        row = _row(found, posted)
        row.account += in_currency(moved(posted.entry), currency)
        row.in_account = True
    cash_where = cash_book_where(currency, branch)
    for posted in view.book(CASH_BOOK).entries(where=cash_where, date_to=date):
        row = _row(found, posted)
        measures = posted.entry.measures
        signed = measures.get("receipt", 0) - measures.get("payment", 0)
        row.cash += Decimal(signed).scaleb(-scale)
        row.in_cash = True
    different = {id: row for id, row in found.items() if row.account != row.cash}
    for id, row in different.items():
        if row.number != OPENING:
            row.later = set(_later(view, where, cash_where, id, date))
    rows = [
        Difference(row.number, id, row.record_type, row.kind(), row.account, row.cash)
        for id, row in different.items()
    ]
    return sorted(rows, key=lambda row: (row.voucher, row.id))


def _row(found: dict[str, _Both], posted: Any) -> _Both:
    key = OPENING if posted.number == OPENING else posted.voucher_id
    return found.setdefault(key, _Both(posted.number, posted.record_type))


def _later(
    view: View,
    where: Mapping[str, Any],
    cash_where: Mapping[str, Any],
    voucher: str,
    date: datetime.date,
) -> Iterator[str]:
    """Yield the books that have rows of a voucher after the day."""
    after = date + datetime.timedelta(days=1)
    for book, condition in ((LEDGER_BOOK, where), (CASH_BOOK, cash_where)):
        rows = view.book(book).entries(where=condition, date_from=after, voucher=voucher)
        if next(rows, None) is not None:
            yield book


def vouchers_of_day(
    view: View, book: str, where: Mapping[str, Any], day: datetime.date
) -> dict[str, str]:
    """Return the vouchers that have rows on a day: id → number."""
    rows = view.book(book).entries(where=where, date_from=day, date_to=day)
    return {posted.voucher_id: posted.number for posted in rows}
