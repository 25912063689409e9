"""What all books of the ledger have alike: days, columns, and how an entry is shown."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lienso import Column, Drill, Label
from lienso.fields import Params
from lienso.model import Ledger
from lienso.storage import PostedEntry
from lienso.view import View
from pydantic import model_validator

from ..balances import LEDGER_BOOK
from ..openings import OPENING_NUMBER, opening_date
from ..periods import DAY

SIDES = ("debit", "credit")

DATE = Column("posting_date", Label("Ngày, tháng ghi sổ", "Posting date"), "date")
NUMBER = Column("no", Label("Số hiệu chứng từ", "Voucher number"))
VOUCHER_DATE = Column("voucher_date", Label("Ngày, tháng chứng từ", "Voucher date"), "date")
TEXT = Column("description", Label("Diễn giải", "Description"))
DEBIT = Column("debit", Label("Số tiền Nợ", "Debit"), "money")
CREDIT = Column("credit", Label("Số tiền Có", "Credit"), "money")


class PeriodParams(Params):
    """Days from and to, both inclusive, on one ledger, of one branch or of all."""

    from_date: datetime.date
    to_date: datetime.date
    ledger: Ledger = "financial"
    branch: str | None = None

    @model_validator(mode="after")
    def _in_order(self) -> PeriodParams:
        if self.from_date > self.to_date:
            raise ValueError("from_date is after to_date")
        return self


class BranchPeriodParams(PeriodParams):
    """Days of one ledger, of a branch alone, or with the dependent units below it.

    Attributes:
        include_dependents: with the units that keep no books of their own (Đơn vị hạch toán phụ thuộc).
    """

    include_dependents: bool = False


def where_of(params: PeriodParams, view: View) -> dict[str, Any]:
    """Return the condition of a report: its ledger and branches. Raises: Unknown: ``not_found``."""
    where: dict[str, Any] = {"ledger": params.ledger}
    if not params.branch:
        return where
    ids = [view.require("org_unit", params.branch).id]
    if isinstance(params, BranchPeriodParams) and params.include_dependents:
        for id in ids:  # it grows by the units below each
            below = view.children("org_unit", id)
            ids += [one.id for one in below if one.data.accounting == "dependent"]
    return {**where, "branch": ids[0] if len(ids) == 1 else ids}


def range_text(params: PeriodParams) -> str:
    """Write the days of a report, for its subtitle."""
    return f"Từ ngày {params.from_date:%d/%m/%Y} đến ngày {params.to_date:%d/%m/%Y}"


def sides_of(balance: int) -> tuple[int, int]:
    """Return a balance as debit and credit."""
    return max(balance, 0), max(-balance, 0)


def is_opening(posted: PostedEntry) -> bool:
    """Tell whether an entry is an opening balance, which is no turnover."""
    return posted.number == OPENING_NUMBER


def moved(posted: PostedEntry) -> tuple[int, int]:
    """Return debit and credit of an entry, đồng."""
    measures = posted.entry.measures
    return measures.get("debit", 0), measures.get("credit", 0)


def head_of(posted: PostedEntry) -> tuple[str, str, str, str]:
    """Return the cells of DATE, NUMBER, VOUCHER_DATE and TEXT."""
    day = posted.entry.posting_date.isoformat()
    return day, posted.number, posted.voucher_date.isoformat(), posted.description


def drills_of(rows: Sequence[Any], places: Mapping[int, PostedEntry]) -> tuple[Drill | None, ...]:
    """Return where each row comes from: its voucher; None for a line of sums.

    Args:
        places: place of a row → the entry that it shows.
    """
    return tuple(
        Drill(type=posted.record_type, id=posted.voucher_id) if (posted := places.get(n)) else None
        for n in range(len(rows))
    )


def money_columns(names: Sequence[str], prefix: str, vi: str, en: str) -> list[Column]:
    """Return one column of money for each account."""
    return [
        Column(f"{prefix}{name}", Label(f"{vi} {name}", f"{en} {name}"), "money") for name in names
    ]


def opening_balance(params: PeriodParams, where: Mapping[str, Any], view: View) -> int:
    """Return debit less credit before the first day; openings dated in the days count too."""
    book = view.book(LEDGER_BOOK)
    debit, credit = book.sum(SIDES, where=where, date_to=params.from_date - DAY)[()]
    balance = debit - credit
    if params.from_date <= opening_date(view):
        own = {**where, "number": OPENING_NUMBER}
        debit, credit = book.sum(
            SIDES, where=own, date_from=params.from_date, date_to=params.to_date
        )[()]
        balance += debit - credit
    return balance


def entries_of(params: PeriodParams, where: Mapping[str, Any], view: View) -> Iterator[PostedEntry]:
    """Yield the turnover of the days: entries without openings, in their order."""
    for posted in view.book(LEDGER_BOOK).entries(
        where=where, date_from=params.from_date, date_to=params.to_date
    ):
        if not is_opening(posted):
            yield posted
