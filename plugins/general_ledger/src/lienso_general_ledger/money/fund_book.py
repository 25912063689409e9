"""S07-DN Sổ quỹ tiền mặt: of the cashier's own book, or of the accounting rows (`cashier.md` §6)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lienso import Column, Label, Table
from lienso.view import View

from ..reports import PeriodParams
from .differences import cash_book_balance, cash_book_where
from .funds import CASH_BOOK, FC_SCALE, decimals_of, plain
from .running import period_text


@dataclass(frozen=True, slots=True)
class FundRow:
    """A row of the fund, in its currency: a receipt or a payment."""

    date: str
    voucher_date: str
    number: str
    text: str
    receipt: Decimal
    payment: Decimal


def cash_book_table(
    view: View, params: PeriodParams, currency: str, branch: str | None, fund: str | None = None
) -> Table:
    """Return S07-DN of the cashier's book.

    Args:
        branch: id; None takes all. ``fund``: None takes all of the currency.
    """
    before = params.from_date - datetime.timedelta(days=1)
    more = {} if fund is None else {"fund": fund}
    opening = cash_book_balance(view, currency, branch, before, FC_SCALE, more)
    where = {**cash_book_where(currency, branch), **more}
    found = list(_cash_book_rows(view, params, where))
    return fund_table(view, params, currency, opening, found, "sổ của thủ quỹ")


def fund_table(
    view: View,
    params: PeriodParams,
    currency: str,
    opening: Decimal,
    found: Sequence[FundRow],
    source: str,
) -> Table:
    """Return S07-DN of rows, with the balance after each."""
    kind: Any = "money" if decimals_of(view, currency) == 0 else "quantity"
    rows, totals = _fund_rows(view, currency, opening, found)
    return Table(
        (
            Column("date", Label("Ngày tháng ghi sổ", "Posting date"), "date"),
            Column("voucher_date", Label("Ngày tháng chứng từ", "Voucher date"), "date"),
            Column("receipt_no", Label("Số phiếu thu", "Receipt")),
            Column("payment_no", Label("Số phiếu chi", "Payment")),
            Column("description", Label("Diễn giải", "Description")),
            Column("receipt", Label("Thu", "Receipts"), kind),
            Column("payment", Label("Chi", "Payments"), kind),
            Column("balance", Label("Tồn", "Balance"), kind),
            Column("note", Label("Ghi chú", "Note")),
        ),
        rows,
        Label("Sổ quỹ tiền mặt (S07-DN)", "Cash book (S07-DN)"),
        f"Loại quỹ: {currency}. {period_text(params)}. Nguồn: {source}",
        ("", "", "", "", "Cộng số phát sinh trong kỳ", *totals, "", ""),
    )


def _fund_rows(
    view: View, currency: str, opening: Decimal, found: Sequence[FundRow]
) -> tuple[tuple[tuple[Any, ...], ...], tuple[Any, Any]]:
    def shown(amount: Decimal) -> int | str:
        return plain(view, amount, currency)

    nothing = shown(Decimal(0))
    rows: list[tuple[Any, ...]] = [
        ("", "", "", "", "Số tồn đầu kỳ", nothing, nothing, shown(opening), "")
    ]
    running = opening
    # Receipts of a day stand before its payments: the drawer is never short in between.
    for row in sorted(found, key=lambda row: (row.date, bool(row.payment), row.number)):
        running += row.receipt - row.payment
        numbers = ("", row.number) if row.payment else (row.number, "")
        amounts = (shown(row.receipt), shown(row.payment), shown(running))
        rows.append((row.date, row.voucher_date, *numbers, row.text, *amounts, ""))
    rows.append(("", "", "", "", "Số tồn cuối kỳ", nothing, nothing, shown(running), ""))
    receipts = sum((row.receipt for row in found), Decimal(0))
    payments = sum((row.payment for row in found), Decimal(0))
    return tuple(rows), (shown(receipts), shown(payments))


def _cash_book_rows(
    view: View, params: PeriodParams, where: Mapping[str, Any]
) -> Iterator[FundRow]:
    """Yield the rows of the cashier's book; a voucher is named by its number of today."""
    rows = view.book(CASH_BOOK).entries(
        where=where, date_from=params.from_date, date_to=params.to_date
    )
    for posted in rows:
        measures = posted.entry.measures
        yield FundRow(
            posted.entry.posting_date.isoformat(),
            posted.voucher_date.isoformat(),
            view.code(posted.record_type, posted.voucher_id) or posted.number,
            posted.entry.dimensions.get("reason", "") or posted.description,
            Decimal(measures.get("receipt", 0)).scaleb(-FC_SCALE),
            Decimal(measures.get("payment", 0)).scaleb(-FC_SCALE),
        )
