"""The cashier's book: its shape, and what his records write into it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from lienso import Book, Dimension, Entry, Label, Measure, Record, Total
from lienso.model import Ledger
from lienso.storage import PostedEntry, RecordRef
from lienso.view import View
from lienso_general_ledger.money.differences import cash_book_where
from lienso_general_ledger.money.funds import CASH_BOOK, FC_SCALE

from .records import CashBookOpening, CashierPosting

POSTING = "cashier_posting"
OPENING = "cash_book_opening"

BOOK = Book(
    CASH_BOOK,
    Label("Sổ quỹ của thủ quỹ", "The cashier's book"),
    dimensions=tuple(map(Dimension, ("fund", "currency", "counterparty", "reason", "posted_by"))),
    measures=(Measure("receipt", FC_SCALE), Measure("payment", FC_SCALE)),
    extras=(Dimension("seq"),),
    totals=(Total(("fund", "currency")),),
    indexes=(("currency", "fund"),),
    ledgers=False,
    second=True,
)
"""Amounts at four decimals, as the ledger keeps foreign ones. ``seq``: the order of posting."""


def second_of(record: Record[CashierPosting]) -> RecordRef:
    """Return the voucher that the cashier confirmed."""
    return RecordRef(record.data.voucher_type, record.data.voucher)


def opening_of(record: Record[CashBookOpening]) -> RecordRef:
    """Return the opening itself: it confirms nothing else."""
    return RecordRef(OPENING, record.id)


def post_posting(
    record: Record[CashierPosting], _ledger: Ledger, _view: View
) -> Mapping[str, Sequence[Entry]]:
    """Write what went in or out, one entry a fund and way."""
    data = record.data
    entries = []
    for line, row in enumerate(data.rows, 1):
        dimensions = {
            "fund": row.fund,
            "currency": row.currency,
            "counterparty": data.counterparty[:200],
            "reason": data.reason[:200],
            "posted_by": data.posted_by,
            "seq": record.id,
        }
        kept = {name: text for name, text in dimensions.items() if text}
        amounts = {row.side: fixed(row.amount)}
        day, branch = data.posting_date, data.branch or ""
        entries.append(Entry(line, int(row.side == "payment"), "", day, branch, kept, amounts))
    return {CASH_BOOK: entries}


def post_opening(
    record: Record[CashBookOpening], _ledger: Ledger, _view: View
) -> Mapping[str, Sequence[Entry]]:
    """Write what was there."""
    data = record.data
    side = "receipt" if data.amount >= 0 else "payment"
    kept = {"fund": data.fund} if data.fund else {}
    dimensions = {**kept, "currency": data.currency}
    amounts = {side: fixed(abs(data.amount))}
    day, branch = data.posting_date, data.branch or ""
    return {CASH_BOOK: [Entry(1, int(side == "payment"), "", day, branch, dimensions, amounts)]}


def fixed(amount: Decimal) -> int:
    """Return the stored integer of an amount."""
    return BOOK.measure("receipt").fixed(amount)


def moved(posted: PostedEntry) -> Decimal:
    """Return what a row adds to its fund."""
    measures = posted.entry.measures
    return Decimal(measures.get("receipt", 0) - measures.get("payment", 0)).scaleb(-FC_SCALE)


def in_order(rows: Iterable[PostedEntry]) -> list[PostedEntry]:
    """Order rows of a fund: by day, what came in before what went out, then as they were posted."""
    return sorted(
        rows,
        key=lambda row: (
            row.entry.posting_date,
            moved(row) < 0,
            row.entry.dimensions.get("seq", ""),
            row.number,
            row.entry.line,
        ),
    )


def fund_where(fund: str, currency: str, branch: str) -> dict[str, Any]:
    """Return the condition of one fund's rows; a fund is of one branch, empty: of the company."""
    return {**cash_book_where(currency, None), "fund": fund, "branch": branch}


def fund_balance(
    view: View, where: Mapping[str, Any], date_to: datetime.date | None = None
) -> Decimal:
    """Return what is in a fund at the end of a day."""
    book = view.book(CASH_BOOK)
    receipt, payment = book.sum(("receipt", "payment"), where=where, date_to=date_to)[()]
    return Decimal(receipt - payment).scaleb(-FC_SCALE)


def rows_of(view: View, voucher: str) -> list[PostedEntry]:
    """Return the rows of a voucher, by its id."""
    return list(view.book(CASH_BOOK).entries(voucher=voucher))


def posting_of(view: View, voucher: str) -> Record[CashierPosting] | None:
    """Return the record by which the cashier posted a voucher, by the voucher's id."""
    return next(view.find(POSTING, "voucher", equals=(voucher,)), None)
