"""Books of chứng từ ghi sổ: register S02b, ledgers S02c1 and S02c2, list S02a (spec §4.2, §6)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from lienso import Column, Label, Prefix, Record, Table
from lienso.view import View
from pydantic import Field

from ..bookforms.common import (
    CREDIT,
    DEBIT,
    TEXT,
    PeriodParams,
    entries_of,
    money_columns,
    opening_balance,
    range_text,
    sides_of,
    where_of,
)
from .grouping import JOURNAL_GROUP
from .records import JournalGroup

GROUP_DATE = Column("date", Label("Ngày, tháng", "Date"), "date")
GROUP_NO = Column("no", Label("Số hiệu CTGS", "Group"))
AMOUNT = Column("amount", Label("Số tiền", "Amount"), "money")


class GroupLedgerParams(PeriodParams):
    """An account with all below it."""

    account: str = Field(default="111", min_length=1, max_length=20)


def _groups(params: PeriodParams, view: View) -> list[Record[JournalGroup]]:
    """List the groups of the days and branch by day and number."""
    branch = where_of(params, view).get("branch")
    found = [
        record
        for record in view.all(JOURNAL_GROUP)
        if params.from_date <= record.data.date <= params.to_date
        and (branch is None or record.data.branch == branch)
    ]
    return sorted(found, key=lambda record: (record.data.date, record.data.no))


def list_of_groups(params: PeriodParams, view: View) -> Table:
    """Chứng từ ghi sổ (S02a-DN): the pairs of every group."""
    rows = [
        (group.data.date.isoformat(), group.data.no, group.data.summary, row.debit, row.credit,
         row.amount, "")
        for group in _groups(params, view)
        for row in group.data.rows
    ]  # fmt: skip
    columns = (
        GROUP_DATE,
        GROUP_NO,
        Column("summary", Label("Trích yếu", "Summary")),
        Column("debit", Label("TK Nợ", "Debit account")),
        Column("credit", Label("TK Có", "Credit account")),
        AMOUNT,
        Column("note", Label("Ghi chú", "Note")),
    )
    title = Label("Chứng từ ghi sổ", "Journal groups")
    totals = ("", "", "Cộng", "", "", sum(row[5] for row in rows), "")
    return Table(columns, tuple(rows), title, range_text(params), totals)


def register(params: PeriodParams, view: View) -> Table:
    """Sổ đăng ký chứng từ ghi sổ (S02b-DN), with sums by month, from the quarter on, and a control.

    The sum of a period equals the turnover of the trial balance; where it does not, the vouchers that
    no group has are listed below it.
    """
    rows: list[tuple[Any, ...]] = []
    groups = _groups(params, view)
    month = quarter = 0
    for place, group in enumerate(groups):
        data = group.data
        rows.append((data.no, data.date.isoformat(), data.total))
        month += data.total
        quarter += data.total
        following = groups[place + 1].data.date if place + 1 < len(groups) else None
        if following is None or (following.year, following.month) != (
            data.date.year,
            data.date.month,
        ):
            rows.append(("Cộng tháng", f"{data.date:%m/%Y}", month))
            rows.append(("Cộng lũy kế từ đầu quý", "", quarter))
            month = 0
        if following is not None and _quarter(following) != _quarter(data.date):
            quarter = 0
    whole = sum(group.data.total for group in groups)
    where = {**where_of(params, view), "ledger": "financial"}
    turnover = sum(one.entry.measures["debit"] for one in entries_of(params, where, view))
    rows.append(("Số phát sinh theo bảng cân đối", "", turnover))
    if turnover != whole:
        rows += _ungrouped(params, where, view)
    columns = (GROUP_NO, GROUP_DATE, AMOUNT)
    title = Label("Sổ đăng ký chứng từ ghi sổ", "Register of journal groups")
    return Table(columns, tuple(rows), title, range_text(params), ("Cộng", "", whole))


def _quarter(day: datetime.date) -> tuple[int, int]:
    return day.year, (day.month + 2) // 3


def _ungrouped(
    params: PeriodParams, where: dict[str, Any], view: View
) -> Iterator[tuple[Any, ...]]:
    """Yield the vouchers of the days that no group has."""
    grouped = {
        name
        for group in view.all(JOURNAL_GROUP)
        for name in (group.data.voucher_ids or group.data.vouchers)
    }
    sums: dict[tuple[str, str, str], int] = {}
    for one in entries_of(params, where, view):
        if one.voucher_id not in grouped and one.number not in grouped:
            key = (one.entry.posting_date.isoformat(), one.number, one.voucher_id)
            sums[key] = sums.get(key, 0) + one.entry.measures["debit"]
    for (day, number, _id), amount in sorted(sums.items()):
        yield f"Chưa lập CTGS: {number}", day, amount


def ledger(params: GroupLedgerParams, view: View) -> Table:
    """Sổ Cái of the form Chứng từ ghi sổ (S02c1-DN)."""
    return _ledger(params, view, detailed=False)


def detailed_ledger(params: GroupLedgerParams, view: View) -> Table:
    """Sổ Cái of the form Chứng từ ghi sổ with columns for accounts below (S02c2-DN)."""
    return _ledger(params, view, detailed=True)


def _ledger(params: GroupLedgerParams, view: View, *, detailed: bool) -> Table:
    where = {**where_of(params, view), "account": [Prefix(params.account)]}
    balance = opening_balance(params, where, view)
    found: list[tuple[tuple[Any, ...], str, int, int]] = []
    for group in _groups(params, view):
        for row in group.data.rows:
            head = (group.data.date.isoformat(), group.data.no, group.data.summary)
            if row.debit.startswith(params.account):
                found.append(((*head, row.credit), row.debit, row.amount, 0))
            if row.credit.startswith(params.account):
                found.append(((*head, row.debit), row.credit, 0, row.amount))
    codes = sorted({code for _head, code, _debit, _credit in found}) if detailed else []

    def cells(code: str, debit: int, credit: int) -> list[int]:
        return [amount if name == code else 0 for name in codes for amount in (debit, credit)]

    blank = [0] * (2 * len(codes))
    rows: list[tuple[Any, ...]] = [("", "", "Số dư đầu kỳ", "", *sides_of(balance), *blank)]
    rows += [
        (*head, debit, credit, *cells(code, debit, credit)) for head, code, debit, credit in found
    ]
    debit = sum(row[2] for row in found)
    credit = sum(row[3] for row in found)
    rows.append(("", "", "Số dư cuối kỳ", "", *sides_of(balance + debit - credit), *blank))
    columns = (
        GROUP_DATE,
        GROUP_NO,
        TEXT,
        Column("contra_account", Label("TK đối ứng", "Contra account")),
        DEBIT,
        CREDIT,
        *(
            column
            for name in codes
            for column in (
                *money_columns([name], "d", "Nợ", "Debit"),
                *money_columns([name], "c", "Có", "Credit"),
            )
        ),
    )
    sums = [
        sum(amount for _h, code, *two in found if code == name for amount in two[place : place + 1])
        for name in codes
        for place in (0, 1)
    ]
    title = Label(f"Sổ Cái – {params.account}", f"Ledger of {params.account}")
    totals = ("", "", "Cộng số phát sinh", "", debit, credit, *sums)
    return Table(columns, tuple(rows), title, range_text(params), totals)
