"""Books that set one side of some accounts against their contra accounts (spec §6).

Special journals S03a1–a4, Nhật ký chứng từ S04a1–a10 and Bảng kê S04b1–b11 are the same table over other
accounts: a row a voucher, a column a contra account (Circular 200/2014, annex 4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from lienso import Column, Label, Prefix, Table
from lienso.view import View

from .common import (
    DATE,
    NUMBER,
    TEXT,
    VOUCHER_DATE,
    PeriodParams,
    entries_of,
    head_of,
    money_columns,
    moved,
    range_text,
    where_of,
)

Side = Literal["debit", "credit"]
_TOTAL = {"debit": ("Ghi Nợ", "Debited"), "credit": ("Ghi Có", "Credited")}

CreditForm = Literal[
    "S04a1", "S04a2", "S04a3", "S04a4", "S04a5", "S04a6", "S04a7", "S04a8", "S04a9", "S04a10"
]
DebitForm = Literal[
    "S04b1", "S04b2", "S04b3", "S04b4", "S04b5", "S04b6", "S04b8", "S04b9", "S04b10", "S04b11"
]

CREDIT_FORMS: Mapping[str, Sequence[str]] = {
    "S04a1": ("111",),
    "S04a2": ("112",),
    "S04a3": ("113",),
    "S04a4": ("341", "343"),
    "S04a5": ("331",),
    "S04a6": ("151",),
    "S04a7": (
        "152", "153", "154", "214", "241", "242", "334", "335", "338", "352", "356", "611", "621",
        "622", "623", "627", "631",
    ),
    "S04a8": (
        "155", "156", "157", "158", "131", "511", "515", "521", "632", "635", "641", "642", "711",
        "811", "821", "911",
    ),
    "S04a9": ("211", "212", "213", "217"),
    "S04a10": (
        "121", "128", "133", "136", "138", "141", "161", "171", "221", "222", "228", "229", "243",
        "244", "333", "336", "337", "344", "347", "353", "357", "411", "412", "413", "414", "417",
        "418", "419", "421", "441", "461", "466",
    ),
}  # fmt: skip
"""Nhật ký chứng từ: the accounts whose credits a form lists."""

DEBIT_FORMS: Mapping[str, Sequence[str]] = {
    "S04b1": ("111",),
    "S04b2": ("112",),
    "S04b3": ("152", "153"),
    "S04b4": ("154", "621", "622", "623", "627", "631"),
    "S04b5": ("241", "641", "642"),
    "S04b6": ("242", "335", "352", "356"),
    "S04b8": ("155", "156", "158"),
    "S04b9": ("155", "156", "157", "158"),
    "S04b10": ("157",),
    "S04b11": ("131",),
}
"""Bảng kê: the accounts whose debits a form lists. There is no S04b7."""


class CreditFormParams(PeriodParams):
    """A Nhật ký chứng từ."""

    form: CreditForm = "S04a1"


class DebitFormParams(PeriodParams):
    """A Bảng kê."""

    form: DebitForm = "S04b1"


def receipts(params: PeriodParams, view: View) -> Table:
    """Nhật ký thu tiền (S03a1-DN): money in, by what it came for."""
    title = Label("Nhật ký thu tiền", "Receipts journal")
    return contra_book(params, view, ("111", "112"), "debit", title)


def payments(params: PeriodParams, view: View) -> Table:
    """Nhật ký chi tiền (S03a2-DN): money out, by what it went for."""
    title = Label("Nhật ký chi tiền", "Payments journal")
    return contra_book(params, view, ("111", "112"), "credit", title)


def purchases(params: PeriodParams, view: View) -> Table:
    """Nhật ký mua hàng (S03a3-DN): bought on credit."""
    title = Label("Nhật ký mua hàng", "Purchases journal")
    return contra_book(params, view, ("331",), "credit", title)


def sales(params: PeriodParams, view: View) -> Table:
    """Nhật ký bán hàng (S03a4-DN): sold on credit."""
    return contra_book(params, view, ("131",), "debit", Label("Nhật ký bán hàng", "Sales journal"))


def credit_form(params: CreditFormParams, view: View) -> Table:
    """Nhật ký chứng từ (S04a1-DN … S04a10-DN)."""
    number = params.form.removeprefix("S04a")
    title = Label(f"Nhật ký chứng từ số {number}", f"Journal by document {number}")
    return contra_book(params, view, CREDIT_FORMS[params.form], "credit", title)


def debit_form(params: DebitFormParams, view: View) -> Table:
    """Bảng kê (S04b1-DN … S04b11-DN)."""
    number = params.form.removeprefix("S04b")
    title = Label(f"Bảng kê số {number}", f"List {number}")
    return contra_book(params, view, DEBIT_FORMS[params.form], "debit", title)


def contra_book(
    params: PeriodParams, view: View, accounts: Sequence[str], side: Side, title: Label
) -> Table:
    """List the vouchers that move one side of some accounts; a column for each contra account."""
    where = {**where_of(params, view), "account": [Prefix(code) for code in accounts]}
    index = 0 if side == "debit" else 1
    rows: dict[tuple[Any, ...], dict[str, int]] = {}
    for posted in entries_of(params, where, view):
        amount = moved(posted)[index]
        if not amount:
            continue
        its = rows.setdefault((*head_of(posted), posted.voucher_id), {})
        contra = posted.entry.dimensions["contra_account"]
        its[contra] = its.get(contra, 0) + amount
    names = sorted({contra for its in rows.values() for contra in its})
    body = tuple(
        (*head, sum(its.values()), *(its.get(name, 0) for name in names))
        for (*head, _id), its in rows.items()
    )
    totals = [sum(its.get(name, 0) for its in rows.values()) for name in names]
    vi, en = _TOTAL[side]
    shown = "/".join(accounts) if len(accounts) <= 3 else ""
    other_vi, other_en = _TOTAL["credit" if side == "debit" else "debit"]
    columns = (
        DATE,
        NUMBER,
        VOUCHER_DATE,
        TEXT,
        Column("total", Label(f"{vi} {shown}".strip(), f"{en} {shown}".strip()), "money"),
        *money_columns(names, "a", f"{other_vi} TK", f"{other_en}"),
    )
    return Table(
        columns, body, title, range_text(params), ("", "", "", "Cộng", sum(totals), *totals)
    )
