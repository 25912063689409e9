"""Bảng đối trừ and Biên bản bù trừ công nợ, as text for 80 columns."""

from __future__ import annotations

from typing import Any

from lienso import Record
from lienso.view import View

from ..printing import money
from ..table_forms import signed, table, title

_DOTS = "." * 12


def print_settlement(record: Record[Any], view: View) -> str:
    """Print which payment settles which debt."""
    data = record.data
    rows = [
        (pair.debt, pair.payment, money(pair.debt_amount), money(pair.payment_amount))
        for pair in data.lines
    ]
    lines = [
        *title("BẢNG ĐỐI TRỪ CHỨNG TỪ", f"Ngày {data.posting_date:%d/%m/%Y}"),
        f"Số: {data.no or data.no_management}   Tài khoản: {data.account}",
        f"Đối tượng: {view.code('object', data.object)}",
        "",
        *table(
            ("Chứng từ công nợ", "Chứng từ thanh toán", "Trừ công nợ", "Trừ thanh toán"),
            (20, 20, 20, 20),
            rows,
        ),
        *signed(("Người lập", "Kế toán trưởng")),
    ]
    return "\n".join(lines) + "\n"


def print_netting(record: Record[Any], view: View) -> str:
    """Print the minutes of a netting."""
    data = record.data
    day = data.minutes_date or data.posting_date
    ids = dict.fromkeys(
        id
        for line in data.lines
        for id in (data.object, line.object, line.debit_object, line.credit_object)
        if id
    )
    rows = [(line.description, line.debit, line.credit, money(line.amount)) for line in data.lines]
    total = ("Cộng", "", "", money(sum(line.amount for line in data.lines)))
    lines = [
        *title("BIÊN BẢN BÙ TRỪ CÔNG NỢ", f"Ngày {day:%d} tháng {day:%m} năm {day:%Y}"),
        f"Biên bản số: {data.minutes_no or _DOTS}   Chứng từ: {data.no or data.no_management}",
        f"Giữa công ty và: {', '.join(view.code('object', id) for id in ids) or _DOTS}",
        "",
        *table(("Nội dung", "TK Nợ", "TK Có", "Số tiền"), (36, 12, 12, 20), [*rows, total]),
        *signed(("Đại diện bên A", "Đại diện bên B")),
    ]
    return "\n".join(lines) + "\n"
