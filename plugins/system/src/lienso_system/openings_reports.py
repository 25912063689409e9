"""Bảng số dư ban đầu, and Bảng đối chiếu số dư đầu kỳ (spec `opening_and_import.md` §7)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lienso import Column, Label, Table
from lienso.fields import Params
from lienso.model import Ledger
from lienso.view import View

from .openings import OPENING_NUMBER
from .openings_check import on_balance_sheet
from .openings_details import LEDGER_BOOK, compared

DETAILS = ("object", "bank_account", "org_unit")
MEASURES = ("fc_debit", "fc_credit", "debit", "credit")
LOCAL = "VND"
AGREES, DIFFERS = "Khớp", "Lệch"

KINDS = {
    "stock": "Tồn kho",
    "prepaid": "Chi phí trả trước, CCDC",
    "asset_cost": "Nguyên giá TSCĐ",
    "asset_depreciation": "Hao mòn TSCĐ",
    "wip": "Chi phí dở dang",
    "object": "Công nợ theo đối tượng",
    "bank_account": "Tiền gửi theo TK ngân hàng",
}
"""What a detail is called on paper."""


class OpeningParams(Params):
    """Of one ledger; of one branch, by code or id; left out, all."""

    ledger: Ledger = "financial"
    branch: str | None = None


def _where(params: OpeningParams, view: View) -> dict[str, Any]:
    where: dict[str, Any] = {"ledger": params.ledger, "number": OPENING_NUMBER}
    if params.branch is not None:
        where["branch"] = view.require("org_unit", params.branch).id
    return where


def opening_balances(params: OpeningParams, view: View) -> Table:
    """List opening balances: a row an account, below it what it consists of, foreign units and đồng.

    Debit and credit balances of one account stand beside each other: different objects are never netted.
    The sum is of accounts on the balance sheet, in đồng.
    """
    by = ("account", "currency", *DETAILS, "invoice_no")
    where = _where(params, view)
    sums = view.book(LEDGER_BOOK).sum(MEASURES, by=by, where=where)
    accounts: dict[str, list[tuple[tuple[str, ...], tuple[int, ...]]]] = {}
    for (account, *detail), values in sorted(sums.items()):
        accounts.setdefault(account, []).append((tuple(detail), values))
    rows: list[tuple[Any, ...]] = []
    for account, details in accounts.items():
        record = view.by_code("account", account)
        name = "" if record is None else record.data.name
        whole = [sum(values[at] for _key, values in details) for at in (2, 3)]
        rows.append((account, name, "", "", "", "", "", *whole))
        for (currency, *detail), values in details:
            if currency not in ("", LOCAL) or any(detail):
                rows.append(_detail_row(view, currency, detail, values))
    total = [sum(sides[at] for sides in on_balance_sheet(view, where).values()) for at in (0, 1)]
    return Table(
        (
            Column("account", Label("Số tài khoản", "Account")),
            Column("name", Label("Tên", "Name")),
            Column("detail", Label("Chi tiết", "Detail")),
            Column("invoice_no", Label("Số hóa đơn", "Invoice")),
            Column("currency", Label("Loại tiền", "Currency")),
            Column("fc_debit", Label("Dư Nợ", "Debit, currency"), "quantity"),
            Column("fc_credit", Label("Dư Có", "Credit, currency"), "quantity"),
            Column("debit", Label("Dư Nợ quy đổi", "Debit"), "money"),
            Column("credit", Label("Dư Có quy đổi", "Credit"), "money"),
        ),
        tuple(rows),
        Label("Bảng số dư ban đầu", "Opening balances"),
        "",
        ("", "Cộng (không kể tài khoản ngoài bảng)", "", "", "", "", "", *total),
    )


def _detail_row(
    view: View, currency: str, detail: list[str], values: tuple[int, ...]
) -> tuple[Any, ...]:
    *ids, invoice = detail
    found = [
        (view.code(name, id), view.get(name, id))
        for name, id in zip(DETAILS, ids, strict=True)
        if id
    ]
    codes = ", ".join(code for code, _record in found)
    names = ", ".join(str(r.data.name) for _code, r in found if r is not None)
    scale = view.books[LEDGER_BOOK].measure("fc_debit").scale
    foreign = currency not in ("", LOCAL)
    units = (
        format(Decimal(value).scaleb(-scale).normalize(), "f") if foreign and value else ""
        for value in values[:2]
    )
    return ("", names, codes, invoice, currency if foreign else "", *units, *values[2:])


def opening_comparison(params: OpeningParams, view: View) -> Table:
    """Hold every account that stands in detail elsewhere against its detail, and debits against credits."""
    where = _where(params, view)
    on_balance = on_balance_sheet(view, where)
    debit, credit = (sum(sides[at] for sides in on_balance.values()) for at in (0, 1))
    rows = [("Tổng Nợ và tổng Có", "", debit, credit, debit - credit, _state(debit, credit))]
    for found in compared(view, where):
        gap = found.balance - found.detail
        state = _state(found.balance, found.detail)
        kind = KINDS[found.kind]
        rows.append((kind, found.account, found.balance, found.detail, gap, state))
    return Table(
        (
            Column("kind", Label("Nội dung", "What")),
            Column("account", Label("Tài khoản", "Account")),
            Column("balance", Label("Số dư tài khoản", "Balance"), "money"),
            Column("detail", Label("Số chi tiết", "Detail"), "money"),
            Column("difference", Label("Chênh lệch", "Difference"), "money"),
            Column("state", Label("Kết quả", "Result")),
        ),
        tuple(rows),
        Label("Bảng đối chiếu số dư đầu kỳ", "Comparison of opening balances"),
        "Dư Nợ là số dương, dư Có là số âm; dòng đầu: tổng Nợ bên trái, tổng Có bên phải",
    )


def _state(one: int, other: int) -> str:
    return AGREES if one == other else DIFFERS
