"""Bảng theo dõi and Bảng phân bổ of prepaid costs, as text for 80 columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lienso import Record
from lienso.view import View

from ..periods import month_text
from ..printing import money
from ..table_forms import signed, table, title
from .cards import ADJUSTMENT, code_of, is_due, plan

_HEADS = ("Tháng", "Số phân bổ", "Còn lại")


def facts_of_cost(record: Record[Any], view: View) -> Mapping[str, Any]:
    """Return what is due each month, and what is left after it, đồng."""
    rows = [
        {"month": month_text(row.month), "amount": row.amount, "remaining": row.remaining}
        for row in _due(record, view)
    ]
    return {"rows": rows}


def facts_of_allocation(record: Record[Any], view: View) -> Mapping[str, Any]:
    """Return which cost takes what, by its code."""
    rows = [
        {
            "code": code_of(view, line.prepaid or ""),
            "debit": line.debit,
            "credit": line.credit,
            "amount": line.amount,
        }
        for line in record.data.lines
    ]
    return {"rows": rows}


def _due(record: Record[Any], view: View) -> list[Any]:
    data = record.data
    changes = [
        one
        for one in view.find(ADJUSTMENT, "date")
        if one.data.prepaid in (record.id, data.code) and one.posted(data_ledger(data))
    ]
    return [row for row in plan(view, record, changes) if is_due(record, row)]


def print_cost(record: Record[Any], view: View) -> str:
    """Print what a prepaid cost takes each month; adjustments too, where they are posted."""
    data = record.data
    rows = [
        (month_text(row.month), money(row.amount), money(row.remaining))
        for row in _due(record, view)
    ]
    lines = [
        *title("BẢNG THEO DÕI CHI PHÍ TRẢ TRƯỚC"),
        f"Mã: {data.code}",
        f"Tên: {data.name}",
        f"Ngày ghi nhận: {data.start:%d/%m/%Y}   Số kỳ: {data.periods}   TK: {data.account}",
        f"Số tiền: {money(data.amount)}",
        "",
        *table(_HEADS, (20, 30, 30), rows),
        *signed(),
    ]
    return "\n".join(lines) + "\n"


def data_ledger(data: Any) -> str:
    """Return the ledger whose adjustments a print shows."""
    return "management" if data.display_on_book == "management" else "financial"


def print_allocation(record: Record[Any], view: View) -> str:
    """Print which costs a month takes, and on which accounts."""
    data = record.data
    rows: Sequence[Sequence[str]] = [
        (code_of(view, line.prepaid or ""), line.debit, line.credit, money(line.amount))
        for line in data.lines
    ]
    total = ("Cộng", "", "", money(sum(line.amount for line in data.lines)))
    lines = [
        *title("BẢNG PHÂN BỔ CHI PHÍ TRẢ TRƯỚC", f"Tháng {data.month:02d} năm {data.year}"),
        f"Số: {data.no or data.no_management}",
        "",
        *table(("Mã CPTT", "TK Nợ", "TK Có", "Số tiền"), (30, 15, 15, 20), [*rows, total]),
        *signed(),
    ]
    return "\n".join(lines) + "\n"
