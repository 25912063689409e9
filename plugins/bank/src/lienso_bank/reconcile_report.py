"""Bảng đối chiếu với ngân hàng: both sides of a period, and the bridge between them (spec §6)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from lienso import Column, Label, Record, Table
from lienso.view import View
from lienso_general_ledger.money.running import period_text
from lienso_general_ledger.reports import PeriodParams

from .account import Sides, find_account
from .bridge import LABELS, bridge
from .records import BankMatch

TIERS = {
    "reference": "Số tham chiếu",
    "same_day": "Cùng ngày",
    "same_day_named": "Cùng ngày, đúng tên",
    "near_day": "Gần ngày",
    "subset": "Gộp chứng từ",
    "subset_reverse": "Gộp dòng sổ phụ",
    "manual": "Tự chọn",
    "created": "Lập chứng từ",
}
"""What the tiers are called on paper."""


COLUMNS = (
    Column("statement_date", Label("Ngày sổ phụ", "Statement date"), "date"),
    Column("statement_line", Label("Dòng sổ phụ", "Line")),
    Column("statement_text", Label("Nội dung", "Text")),
    Column("statement_amount", Label("Số tiền sổ phụ", "Statement amount"), "quantity"),
    Column("date", Label("Ngày hạch toán", "Posting date"), "date"),
    Column("no", Label("Số chứng từ", "Voucher")),
    Column("description", Label("Diễn giải", "Description")),
    Column("amount", Label("Số tiền sổ kế toán", "Book amount"), "quantity"),
    Column("tier", Label("Cách đối chiếu", "Tier")),
    Column("bridge", Label("Cầu nối số dư", "Bridge"), "quantity"),
)


class ReconcileReportParams(PeriodParams):
    """A bank account, by code, id or number."""

    bank_account: str


def reconcile_table(params: ReconcileReportParams, view: View) -> Table:
    """List what is matched, what only one side has, and the steps from one balance to the other.

    Raises:
        Refused: ``bank_account_unknown``, ``statement_missing``.
    """
    account = find_account(view, params.bank_account, params.ledger)
    sides = Sides(view, account, params.from_date, params.to_date)
    found = bridge(sides)

    def shown(amount: Any) -> Any:
        return account.shown(view, amount)

    rows: list[tuple[Any, ...]] = []
    period = [line for line in sides.lines if line.in_period]
    keys = {line.key for line in period}
    for match in sides.matches:
        touched = keys & {*match.data.statement} or not match.data.statement
        if sides.joined(match) and touched and match.data.date >= params.from_date:
            rows += _match_rows(sides, match, shown)
    for line in found.lines:
        data = line.data
        label = "Bỏ qua" if data.state == "ignored" else "Chưa ghi sổ"
        rows.append(
            (
                data.date.isoformat(),
                str(line.label),
                data.text,
                shown(line.amount),
                "",
                "",
                "",
                "",
                label,
                "",
            )
        )
    for move in found.movements:
        day = move.date.isoformat()
        rows.append(
            (
                "",
                "",
                "",
                "",
                day,
                move.no,
                move.description,
                shown(move.amount),
                "Chưa có trên sổ phụ",
                "",
            )
        )
    for row in found.rows:
        rows.append(("", "", "", "", "", "", LABELS[row.label], "", "", shown(row.amount)))
    return Table(
        COLUMNS,
        tuple(rows),
        Label("Bảng đối chiếu với ngân hàng", "Reconciliation with the bank"),
        f"TK {account.record.data.code} ({account.currency}). {period_text(params)}",
    )  # fmt: skip


def _match_rows(sides: Sides, match: Record[BankMatch], shown: Any) -> Iterator[tuple[Any, ...]]:
    """Yield a match's lines and vouchers side by side, the longer side on rows of its own."""
    lines = [line for line in sides.lines if line.key in match.data.statement]
    moves = {move.key: move for move in sides.movements}
    vouchers = match.data.vouchers
    for at in range(max(len(lines), len(vouchers))):
        left: tuple[Any, ...] = ("", "", "", "")
        right: tuple[Any, ...] = ("", "", "", "")
        if at < len(lines):
            data = lines[at].data
            left = (data.date.isoformat(), str(lines[at].label), data.text, shown(data.signed))
        if at < len(vouchers):
            one = vouchers[at]
            move = moves.get((one.type, one.id, one.side, one.line))
            day: datetime.date | None = None if move is None else move.date
            text = "" if move is None else move.description
            right = ("" if day is None else day.isoformat(), one.no, text, shown(one.amount))
        yield (*left, *right, TIERS[match.data.tier] if at == 0 else "", "")
