"""Trial balance, account ledger and journal (spec `general_ledger.md` §6).

Opening balances stand outside turnover whatever the range: they are found by their number.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from lienso import Column, Drill, Label, Prefix, Table
from lienso.storage import PostedEntry
from lienso.view import View
from lienso_catalog import account
from pydantic import Field

from .balances import LEDGER_BOOK
from .bookforms.common import (
    CREDIT,
    DATE,
    DEBIT,
    NUMBER,
    TEXT,
    VOUCHER_DATE,
    BranchPeriodParams,
    PeriodParams,
    drills_of,
    head_of,
    is_opening,
    moved,
    opening_balance,
    range_text,
    sides_of,
    where_of,
)
from .chart import name_of, path_of
from .openings import OPENING_NUMBER, opening_date

_DAY = datetime.timedelta(days=1)
_SIDES = ("debit", "credit")
Amounts = tuple[int, int, int, int, int, int]
"""Opening, turnover and closing, each debit and credit."""


class TrialBalanceParams(BranchPeriodParams):
    """How deep, and how accounts with both sides are shown.

    Attributes:
        level: deepest level of accounts to show, 1 for those of three digits; 0 shows all.
        by_object: accounts of both natures show the sum of the objects in debit and of those in credit.
    """

    level: int = Field(default=0, ge=0, le=10)
    by_object: bool = False


class AccountParams(BranchPeriodParams):
    """An account, with all below it."""

    account: str = Field(min_length=1, max_length=20)


# -- trial balance --------------------------------------------------------------------------------


def trial_balance(params: TrialBalanceParams, view: View) -> Table:
    """Bảng cân đối số phát sinh (S06-DN): opening, turnover and closing of every account.

    An account above others shows the sum of their sides, so that a debit of one and a credit of
    another stay apart. Read from totals.
    """
    leaves = _leaves(params, view)
    rows: dict[str, list[int]] = {}
    totals = [0] * 6
    for code, amounts in leaves.items():
        totals = [a + b for a, b in zip(totals, amounts, strict=True)]
        path = path_of(view, code)
        for above in path[: params.level or len(path)]:
            row = rows.setdefault(above, [0] * 6)
            rows[above] = [a + b for a, b in zip(row, amounts, strict=True)]
    body = tuple((code, name_of(view, code), *rows[code]) for code in sorted(rows))
    asked = params.model_dump(mode="json", include=set(AccountParams.model_fields))
    return Table(
        _TRIAL_COLUMNS,
        body,
        Label("Bảng cân đối số phát sinh", "Trial balance"),
        range_text(params),
        ("", "Tổng cộng", *totals),
        tuple(
            Drill("general_ledger.account_ledger", {**asked, "account": c}) for c in sorted(rows)
        ),
    )


_TRIAL_COLUMNS = (
    Column("account", Label("Số hiệu tài khoản", "Account")),
    Column("name", Label("Tên tài khoản kế toán", "Account name")),
    Column("opening_debit", Label("Số dư đầu kỳ Nợ", "Opening debit"), "money"),
    Column("opening_credit", Label("Số dư đầu kỳ Có", "Opening credit"), "money"),
    Column("debit", Label("Số phát sinh trong kỳ Nợ", "Turnover debit"), "money"),
    Column("credit", Label("Số phát sinh trong kỳ Có", "Turnover credit"), "money"),
    Column("closing_debit", Label("Số dư cuối kỳ Nợ", "Closing debit"), "money"),
    Column("closing_credit", Label("Số dư cuối kỳ Có", "Closing credit"), "money"),
)

Sums = Mapping[tuple[str, ...], tuple[int, ...]]


def _leaves(params: TrialBalanceParams, view: View) -> dict[str, Amounts]:
    """Return the amounts of every account that has entries; those that came to nothing are left out."""
    by = ("account", "object") if params.by_object else ("account",)
    opening, turnover = _opening_and_turnover(params, view, by)
    found: dict[str, list[int]] = {}
    for key, start, move in _netted(params, view, opening, turnover):
        end = start + move[0] - move[1]
        amounts = (*sides_of(start), *move, *sides_of(end))
        row = found.setdefault(key, [0] * 6)
        found[key] = [a + b for a, b in zip(row, amounts, strict=True)]
    return {code: (*amounts,) for code, amounts in found.items() if any(amounts)}  # type: ignore[misc]


def _opening_and_turnover(
    params: PeriodParams, view: View, by: tuple[str, ...]
) -> tuple[dict[tuple[str, ...], int], Sums]:
    book, where = view.book(LEDGER_BOOK), where_of(params, view)
    before = book.sum(_SIDES, by=by, where=where, date_to=params.from_date - _DAY)
    turnover = dict(
        book.sum(_SIDES, by=by, where=where, date_from=params.from_date, date_to=params.to_date)
    )
    opening = {key: debit - credit for key, (debit, credit) in before.items()}
    if params.from_date <= opening_date(view):
        own = {**where, "number": OPENING_NUMBER}
        within = book.sum(
            _SIDES, by=by, where=own, date_from=params.from_date, date_to=params.to_date
        )
        for key, (debit, credit) in within.items():
            opening[key] = opening.get(key, 0) + debit - credit
            moved = turnover[key]
            turnover[key] = (moved[0] - debit, moved[1] - credit)
    return opening, turnover


def _netted(
    params: TrialBalanceParams,
    view: View,
    opening: Mapping[tuple[str, ...], int],
    turnover: Sums,
) -> Iterator[tuple[str, int, tuple[int, ...]]]:
    """Yield (account, opening balance, turnover): one an account, or one an object of it."""
    nothing = (0, 0)
    keys = sorted({*opening, *turnover})
    for code, its in groupby(keys, key=lambda key: key[0]):
        group = list(its)
        state = account(view, code) if params.by_object else None
        if state is not None and state.nature == "both":
            for key in group:
                yield code, opening.get(key, 0), turnover.get(key, nothing)
        else:
            moved = [turnover.get(key, nothing) for key in group]
            start = sum(opening.get(key, 0) for key in group)
            yield code, start, (sum(m[0] for m in moved), sum(m[1] for m in moved))


# -- account ledger -------------------------------------------------------------------------------


def account_ledger(params: AccountParams, view: View) -> Table:
    """Sổ Cái (S03b-DN): the entries of an account with sums by month, and from the quarter's start."""
    where = {**where_of(params, view), "account": Prefix(params.account)}
    book = view.book(LEDGER_BOOK)
    posted = list(book.entries(where=where, date_from=params.from_date, date_to=params.to_date))
    balance = opening_balance(params, where, view)
    places = _journal_rows(params, view)
    rows: list[tuple[Any, ...]] = [_summary("Số dư đầu kỳ", *sides_of(balance))]
    shown: dict[int, PostedEntry] = {}
    quarter = _of_quarter(params, where, view)
    total = (0, 0)
    moves = (one for one in posted if not is_opening(one))
    for month, its in groupby(moves, key=lambda one: one.entry.posting_date.replace(day=1)):
        turnover = (0, 0)
        for one in its:
            debit, credit = moved(one)
            turnover = (turnover[0] + debit, turnover[1] + credit)
            row = places[one.voucher_id, one.entry.line, one.entry.side]
            contra = one.entry.dimensions["contra_account"]
            shown[len(rows)] = one
            rows.append((*head_of(one), row, contra, debit, credit))
        balance += turnover[0] - turnover[1]
        total = (total[0] + turnover[0], total[1] + turnover[1])
        if quarter[0] != _quarter(month):
            quarter = (_quarter(month), 0, 0)
        quarter = (quarter[0], quarter[1] + turnover[0], quarter[2] + turnover[1])
        rows.append(_summary(f"Cộng số phát sinh tháng {month:%m/%Y}", *turnover))
        rows.append(_summary(f"Số dư cuối tháng {month:%m/%Y}", *sides_of(balance)))
        rows.append(_summary("Cộng lũy kế từ đầu quý", *quarter[1:]))
    rows.append(_summary("Số dư cuối kỳ", *sides_of(balance)))
    name = name_of(view, params.account)
    return Table(
        (
            DATE,
            NUMBER,
            VOUCHER_DATE,
            TEXT,
            Column("row", Label("STT dòng nhật ký chung", "Row of the journal"), "number"),
            Column("contra_account", Label("Số hiệu TK đối ứng", "Contra account")),
            DEBIT,
            CREDIT,
        ),
        tuple(rows),
        Label(f"Sổ Cái – {params.account} {name}", f"Ledger of {params.account} {name}"),
        range_text(params),
        _summary("Cộng số phát sinh", *total),
        drills_of(rows, shown),
    )


def _of_quarter(
    params: PeriodParams, where: Mapping[str, Any], view: View
) -> tuple[tuple[int, int], int, int]:
    """Return what moved in the first quarter before the range begins."""
    year, quarter = _quarter(params.from_date)
    start = datetime.date(year, quarter * 3 - 2, 1)
    if start == params.from_date:
        return (year, quarter), 0, 0
    book = view.book(LEDGER_BOOK)
    span = {"date_from": start, "date_to": params.from_date - _DAY}
    debit, credit = book.sum(_SIDES, where=where, **span)[()]
    if start <= opening_date(view):
        own = book.sum(_SIDES, where={**where, "number": OPENING_NUMBER}, **span)[()]
        debit, credit = debit - own[0], credit - own[1]
    return (year, quarter), debit, credit


def _quarter(day: datetime.date) -> tuple[int, int]:
    return day.year, (day.month + 2) // 3


def _summary(text: str, debit: int, credit: int) -> tuple[Any, ...]:
    return ("", "", "", text, "", "", debit, credit)


def _journal_rows(params: PeriodParams, view: View) -> dict[tuple[str, int, int], int]:
    """Return the row of each entry in the journal of the same days."""
    entries = view.book(LEDGER_BOOK).entries(
        where=where_of(params, view), date_from=params.from_date, date_to=params.to_date
    )
    shown = (one for one in entries if not is_opening(one))
    return {
        (one.voucher_id, one.entry.line, one.entry.side): row for row, one in enumerate(shown, 1)
    }


# -- journal --------------------------------------------------------------------------------------


def journal_book(params: PeriodParams, view: View) -> Table:
    """Sổ Nhật ký chung (S03a-DN): every entry in the order of days and numbers, debit before credit."""
    rows: list[tuple[Any, ...]] = []
    shown: dict[int, PostedEntry] = {}
    total = (0, 0)
    entries = view.book(LEDGER_BOOK).entries(
        where=where_of(params, view), date_from=params.from_date, date_to=params.to_date
    )
    for posted in entries:
        if is_opening(posted):
            continue
        debit, credit = moved(posted)
        total = (total[0] + debit, total[1] + credit)
        account_code = posted.entry.dimensions["account"]
        shown[len(rows)] = posted
        rows.append((*head_of(posted), "x", len(rows) + 1, account_code, debit, credit))
    return Table(
        (
            DATE,
            NUMBER,
            VOUCHER_DATE,
            TEXT,
            Column("in_ledger", Label("Đã ghi Sổ Cái", "In the ledger")),
            Column("row", Label("STT dòng", "Row"), "number"),
            Column("account", Label("Số hiệu TK đối ứng", "Account")),
            Column("debit", Label("Số phát sinh Nợ", "Debit"), "money"),
            Column("credit", Label("Số phát sinh Có", "Credit"), "money"),
        ),
        tuple(rows),
        Label("Sổ Nhật ký chung", "General journal"),
        range_text(params),
        ("", "", "", "Cộng chuyển sang trang sau", "", "", "", *total),
        drills_of(rows, shown),
    )
