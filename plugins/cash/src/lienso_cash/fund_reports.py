"""Books of the cash fund: S07a-DN, S07-DN, and the journals S03a1-DN and S03a2-DN (spec §6)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from lienso import Column, Label, Table
from lienso.storage import PostedEntry
from lienso.view import View
from lienso_general_ledger.money.differences import OPENING
from lienso_general_ledger.money.fund_book import FundRow, cash_book_table, fund_table
from lienso_general_ledger.money.funds import (
    CASH,
    LEDGER_BOOK,
    LOCAL,
    balance,
    branch_id,
    cashier_takes_part,
    fund_where,
    in_currency,
    moved,
    plain,
)
from lienso_general_ledger.money.running import Group, groups, period_text
from lienso_general_ledger.reports import PeriodParams

CONTRA_COLUMNS = 5
"""Contra accounts with a column of their own in a journal; the others share one (S03a1-DN)."""

DATE = Column("date", Label("Ngày tháng ghi sổ", "Posting date"), "date")
VOUCHER_DATE = Column("voucher_date", Label("Ngày tháng chứng từ", "Voucher date"), "date")
TEXT = Column("description", Label("Diễn giải", "Description"))
NOTE = Column("note", Label("Ghi chú", "Note"))
OPENING_TEXT = "Số tồn đầu kỳ"


class DetailParams(PeriodParams):
    """One account with all below it, by default all cash; one currency, by default all."""

    account: str = CASH
    currency: str | None = None


class FundBookParams(PeriodParams):
    """The fund of a currency."""

    currency: str = LOCAL


def text_of(view: View, posted: PostedEntry) -> str:
    """Return what a row says: the voucher's description, else its reason."""
    if posted.description:
        return posted.description
    if posted.record_type not in ("cash_receipt", "cash_payment", "advance_settlement"):
        return ""

    def look() -> str:
        record = view.get(posted.record_type, posted.voucher_id)
        return "" if record is None else str(record.data.reason)

    text: str = view.memo(("cash.reason", posted.voucher_id), look)
    return text


# -- S07a-DN ----------------------------------------------------------------------------------------


def detail_book(params: DetailParams, view: View) -> Table:
    """S07a-DN: every row of the cash accounts with its running balance, per account and currency.

    Amounts are đồng; those of a foreign fund stand in the note beside them.
    """
    where = fund_where(
        params.ledger, branch_id(view, params.branch), params.currency, (params.account,)
    )
    rows: list[tuple[Any, ...]] = []
    totals = [0, 0]
    for group in groups(view, params, where, ("account", "currency")):
        rows += _detail_rows(view, group, totals)
    return Table(
        (
            Column("account", Label("Tài khoản", "Account")),
            Column("currency", Label("Loại tiền", "Currency")),
            DATE,
            VOUCHER_DATE,
            Column("receipt_no", Label("Số phiếu thu", "Receipt")),
            Column("payment_no", Label("Số phiếu chi", "Payment")),
            TEXT,
            Column("contra", Label("TK đối ứng", "Contra account")),
            Column("debit", Label("Nợ", "Debit"), "money"),
            Column("credit", Label("Có", "Credit"), "money"),
            Column("balance", Label("Số tồn", "Balance"), "money"),
            NOTE,
        ),
        tuple(rows),
        Label(
            "Sổ kế toán chi tiết quỹ tiền mặt (S07a-DN)",
            "Detailed ledger of the cash fund (S07a-DN)",
        ),
        period_text(params),
        ("", "", "", "", "", "", "Cộng số phát sinh trong kỳ", "", *totals, "", ""),
    )


def _detail_rows(view: View, group: Group, totals: list[int]) -> Iterator[tuple[Any, ...]]:
    account, currency = group.key
    amount, fc_amount = group.amount, group.fc_amount
    note = _foreign_note(view, fc_amount, currency)
    yield account, currency, "", "", "", "", OPENING_TEXT, "", 0, 0, amount, note
    sums = [0, 0]
    for posted in group.entries:
        measures = posted.entry.measures
        debit, credit = measures.get("debit", 0), measures.get("credit", 0)
        change, fc_change = moved(posted.entry)
        amount, fc_amount = amount + change, fc_amount + fc_change
        # An opening dated inside the period is a balance, no turnover.
        if posted.number != OPENING:
            sums = [sums[0] + debit, sums[1] + credit]
        numbers = ("", posted.number) if posted.entry.side == 1 else (posted.number, "")
        yield (
            account,
            currency,
            posted.entry.posting_date.isoformat(),
            posted.voucher_date.isoformat(),
            *numbers,
            text_of(view, posted),
            posted.entry.dimensions.get("contra_account", ""),
            debit,
            credit,
            amount,
            _foreign_note(view, fc_change, currency),
        )
    totals[:] = [totals[0] + sums[0], totals[1] + sums[1]]
    closing_note = _foreign_note(view, fc_amount, currency)
    yield account, currency, "", "", "", "", "Cộng số phát sinh trong kỳ", "", *sums, "", ""
    yield account, currency, "", "", "", "", "Số tồn cuối kỳ", "", 0, 0, amount, closing_note


def _foreign_note(view: View, fc_amount: Decimal, currency: str) -> str:
    return "" if currency == LOCAL else f"{plain(view, fc_amount, currency)} {currency}"


# -- S07-DN -----------------------------------------------------------------------------------------


def fund_book(params: FundBookParams, view: View) -> Table:
    """S07-DN: the fund of a currency, in that currency.

    From the cashier's own book where he keeps one, else from the accounting rows of account 111.
    """
    before = params.from_date - datetime.timedelta(days=1)
    branch = branch_id(view, params.branch)
    if cashier_takes_part(view):
        return cash_book_table(view, params, params.currency, branch)
    where = fund_where(params.ledger, branch, params.currency)
    opening = in_currency(balance(view, where, before), params.currency)
    found = list(_ledger_rows(view, params, where))
    return fund_table(view, params, params.currency, opening, found, "sổ kế toán")


def _ledger_rows(view: View, params: FundBookParams, where: Mapping[str, Any]) -> Iterator[FundRow]:
    """Yield one row a voucher and side: the rows of its lines together."""
    found: dict[tuple[str, bool], list[Any]] = {}
    entries = view.book(LEDGER_BOOK).entries(
        where=where, date_from=params.from_date, date_to=params.to_date
    )
    for posted in entries:
        change = in_currency(moved(posted.entry), params.currency)
        if not change:
            continue  # A row of an exchange difference moves no notes.
        # Red ink on the debit side takes money out, as in the cashier's book.
        row = found.setdefault((posted.voucher_id, change < 0), [posted, Decimal(0)])
        row[1] += abs(change)
    for (_id, pays), (posted, amount) in found.items():
        yield FundRow(
            posted.entry.posting_date.isoformat(),
            posted.voucher_date.isoformat(),
            posted.number,
            text_of(view, posted),
            Decimal(0) if pays else amount,
            amount if pays else Decimal(0),
        )


# -- S03a1-DN, S03a2-DN -------------------------------------------------------------------------------


class JournalParams(PeriodParams):
    """Cash by default; 112 gives the journals of bank deposits."""

    account: str = CASH


@dataclass(slots=True)
class _JournalRow:
    posted: PostedEntry
    total: int = 0
    contra: dict[str, int] = field(default_factory=dict)


def receipt_journal(params: JournalParams, view: View) -> Table:
    """S03a1-DN: receipts, each with the accounts that it credits."""
    return _journal(params, view, "debit", "Nhật ký thu tiền (S03a1-DN)", "Journal of receipts")


def payment_journal(params: JournalParams, view: View) -> Table:
    """S03a2-DN: payments, each with the accounts that it debits."""
    return _journal(params, view, "credit", "Nhật ký chi tiền (S03a2-DN)", "Journal of payments")


def _journal(params: JournalParams, view: View, side: str, vi: str, en: str) -> Table:
    where = fund_where(params.ledger, branch_id(view, params.branch), accounts=(params.account,))
    entries = view.book(LEDGER_BOOK).entries(
        where=where, date_from=params.from_date, date_to=params.to_date
    )
    vouchers: dict[str, _JournalRow] = {}
    sums: dict[str, int] = {}
    for posted in entries:
        amount = posted.entry.measures.get(side, 0)
        contra = posted.entry.dimensions.get("contra_account", "")
        if not amount or posted.number == OPENING:
            continue
        row = vouchers.setdefault(posted.voucher_id, _JournalRow(posted))
        row.total += amount
        row.contra[contra] = row.contra.get(contra, 0) + amount
        sums[contra] = sums.get(contra, 0) + amount
    # The accounts that matter most get a column; ties go to the lower code.
    chosen = sorted(sorted(sums, key=lambda code: (-sums[code], code))[:CONTRA_COLUMNS])
    rows = tuple(_journal_cells(view, row, chosen) for row in vouchers.values())
    others = sum(sums.values()) - sum(sums[code] for code in chosen)
    own, other = ("Ghi Nợ", "Ghi Có") if side == "debit" else ("Ghi Có", "Ghi Nợ")
    own_en, other_en = ("Debit", "Credit") if side == "debit" else ("Credit", "Debit")
    return Table(
        (
            DATE,
            Column("no", Label("Số hiệu chứng từ", "Voucher")),
            VOUCHER_DATE,
            TEXT,
            Column(
                "total",
                Label(f"{own} TK {params.account}", f"{own_en} {params.account}"),
                "money",
            ),
            *(
                Column(f"contra_{code}", Label(f"{other} TK {code}", f"{other_en} {code}"), "money")
                for code in chosen
            ),
            Column("other_amount", Label("TK khác: số tiền", "Others: amount"), "money"),
            Column("other_accounts", Label("TK khác: số hiệu", "Others: accounts")),
        ),
        rows,
        Label(vi, en),
        period_text(params),
        (
            "", "", "", "Cộng", sum(sums.values()), *(sums[code] for code in chosen), others, "",
        ),
    )  # fmt: skip


def _journal_cells(view: View, row: _JournalRow, chosen: Sequence[str]) -> tuple[Any, ...]:
    others = sorted(code for code in row.contra if code not in chosen)
    return (
        row.posted.entry.posting_date.isoformat(),
        row.posted.number,
        row.posted.voucher_date.isoformat(),
        text_of(view, row.posted),
        row.total,
        *(row.contra.get(code, 0) for code in chosen),
        sum(row.contra[code] for code in others),
        ", ".join(others),
    )
