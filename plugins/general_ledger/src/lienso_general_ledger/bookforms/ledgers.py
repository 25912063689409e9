"""Ledgers of other bookkeeping forms: S38, S01, S05 (spec §6; Circular 200/2014, annex 4)."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from lienso import Column, Label, Prefix, Table
from lienso.storage import PostedEntry
from lienso.view import View
from pydantic import Field

from ..balances import LEDGER_BOOK
from ..chart import name_of
from ..periods import month_after, month_start, month_text
from .common import (
    CREDIT,
    DATE,
    DEBIT,
    NUMBER,
    TEXT,
    VOUCHER_DATE,
    BranchPeriodParams,
    PeriodParams,
    drills_of,
    entries_of,
    head_of,
    money_columns,
    moved,
    opening_balance,
    range_text,
    sides_of,
    where_of,
)

_CONTRA = Column("contra_account", Label("TK đối ứng", "Contra account"))
_LEFT = (
    Column("balance_debit", Label("Số dư Nợ", "Debit balance"), "money"),
    Column("balance_credit", Label("Số dư Có", "Credit balance"), "money"),
)


class DetailParams(BranchPeriodParams):
    """An account with all below it; of one object, by code, or of all."""

    account: str = Field(min_length=1, max_length=20)
    object: str = ""


def account_detail(params: DetailParams, view: View) -> Table:
    """Sổ chi tiết các tài khoản (S38-DN): object by object, with the balance after each entry."""
    where: dict[str, Any] = {**where_of(params, view), "account": [Prefix(params.account)]}
    if params.object:
        where["object"] = view.require("object", params.object).id
    moves = sorted(entries_of(params, where, view), key=lambda one: one.entry.dimensions["object"])
    by_object = {
        who: list(its)
        for who, its in groupby(moves, key=lambda one: one.entry.dimensions["object"])
    }
    book = view.book(LEDGER_BOOK)
    known = book.sum(("debit",), by=("object",), where=where, date_to=params.to_date)
    order = sorted({who for (who,) in known}, key=lambda who: (view.code("object", who), who))
    rows: list[tuple[Any, ...]] = []
    shown: dict[int, PostedEntry] = {}
    turnover, left = [0, 0], [0, 0]
    for who in order:
        balance = opening_balance(params, {**where, "object": who}, view)
        entries = by_object.get(who, [])
        if not balance and not entries:
            continue
        code = view.code("object", who)
        rows.append(_summary(code, "Số dư đầu kỳ", 0, 0, balance))
        for one in entries:
            debit, credit = moved(one)
            balance += debit - credit
            turnover = [turnover[0] + debit, turnover[1] + credit]
            contra = one.entry.dimensions["contra_account"]
            shown[len(rows)] = one
            rows.append((code, *head_of(one), contra, debit, credit, *sides_of(balance)))
        rows.append(_summary(code, "Số dư cuối kỳ", 0, 0, balance))
        sides = sides_of(balance)
        left = [left[0] + sides[0], left[1] + sides[1]]
    columns = (
        Column("object", Label("Đối tượng", "Object")),
        DATE,
        NUMBER,
        VOUCHER_DATE,
        TEXT,
        _CONTRA,
        DEBIT,
        CREDIT,
        *_LEFT,
    )
    name = name_of(view, params.account)
    title = Label(
        f"Sổ chi tiết các tài khoản – {params.account} {name}",
        f"Detail of account {params.account}",
    )
    totals = ("", "", "", "", "Cộng", "", *turnover, *left)
    drills = drills_of(rows, shown)
    return Table(columns, tuple(rows), title, range_text(params), totals, drills)


def _summary(code: str, text: str, debit: int, credit: int, balance: int) -> tuple[Any, ...]:
    return (code, "", "", "", text, "", debit, credit, *sides_of(balance))


def journal_ledger(params: PeriodParams, view: View) -> Table:
    """Nhật ký – Sổ cái (S01-DN): a row a pair, two columns for each account of level 1."""
    where = where_of(params, view)
    pairs = [one for one in entries_of(params, where, view) if one.entry.side % 2 == 0]
    names = sorted(
        {
            one.entry.dimensions[side][:3]
            for one in pairs
            for side in ("account", "contra_account")
            if one.entry.dimensions[side]
        }
    )
    sums = {(name, side): 0 for name in names for side in (0, 1)}
    rows: list[tuple[Any, ...]] = []
    for one in pairs:
        there, amount = one.entry.dimensions, one.entry.measures["debit"]
        own = {(there["account"][:3], 0): amount}
        if there["contra_account"]:
            own[there["contra_account"][:3], 1] = amount
        for key, value in own.items():
            sums[key] += value
        cells = [own.get((name, side), 0) for name in names for side in (0, 1)]
        rows.append((*head_of(one), amount, there["account"], there["contra_account"], *cells))
    columns = (
        DATE,
        NUMBER,
        VOUCHER_DATE,
        TEXT,
        Column("amount", Label("Số tiền phát sinh", "Amount"), "money"),
        Column("debit_account", Label("TK Nợ", "Debit account")),
        Column("credit_account", Label("TK Có", "Credit account")),
        *(
            column
            for name in names
            for column in (
                *money_columns([name], "d", "Nợ", "Debit"),
                *money_columns([name], "c", "Có", "Credit"),
            )
        ),
    )
    whole = sum(one.entry.measures["debit"] for one in pairs)
    totals = ("", "", "", "Cộng", whole, "", "", *(sums[n, s] for n in names for s in (0, 1)))
    title = Label("Nhật ký – Sổ cái", "Journal and ledger in one")
    return Table(columns, tuple(rows), title, range_text(params), totals)


class AccountMonthsParams(BranchPeriodParams):
    """An account with all below it."""

    account: str = Field(default="111", min_length=1, max_length=20)


def ledger_by_months(params: AccountMonthsParams, view: View) -> Table:
    """Sổ Cái of Nhật ký chứng từ (S05-DN): what credited accounts debit this one, month by month."""
    where = {**where_of(params, view), "account": [Prefix(params.account)]}
    months, month = [], month_start(params.from_date)
    while month <= params.to_date:
        months.append(month)
        month = month_after(month)
    debits: dict[str, dict[Any, int]] = {}
    credit_sums = dict.fromkeys(months, 0)
    for one in entries_of(params, where, view):
        debit, credit = moved(one)
        at = month_start(one.entry.posting_date)
        credit_sums[at] += credit
        if debit:
            its = debits.setdefault(one.entry.dimensions["contra_account"], {})
            its[at] = its.get(at, 0) + debit
    rows: list[tuple[Any, ...]] = [
        (f"Có TK {contra}", *(debits[contra].get(at, 0) for at in months))
        for contra in sorted(debits)
    ]
    debit_sums = [sum(its.get(at, 0) for its in debits.values()) for at in months]
    balance = opening_balance(params, where, view)
    opening = balance
    lefts = []
    for debit, credit in zip(debit_sums, credit_sums.values(), strict=True):
        balance += debit - credit
        lefts.append(balance)
    rows += [
        ("Cộng phát sinh Nợ", *debit_sums),
        ("Tổng phát sinh Có", *credit_sums.values()),
        ("Số dư cuối tháng Nợ", *(max(left, 0) for left in lefts)),
        ("Số dư cuối tháng Có", *(max(-left, 0) for left in lefts)),
    ]
    columns = (
        Column("contra", Label("Ghi Có các TK, đối ứng Nợ với TK này", "Credited accounts")),
        *money_columns([month_text(at) for at in months], "m", "Tháng", "Month"),
    )
    title = Label(f"Sổ Cái TK {params.account}", f"Ledger of {params.account}")
    subtitle = f"{range_text(params)}; số dư đầu kỳ: Nợ {max(opening, 0)}, Có {max(-opening, 0)}"
    return Table(columns, tuple(rows), title, subtitle)
