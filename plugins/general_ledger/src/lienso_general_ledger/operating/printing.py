"""Bảng phân bổ of operating costs, as text for 80 columns."""

from __future__ import annotations

from typing import Any

from lienso import Record
from lienso.view import View

from ..printing import money
from ..table_forms import signed, table, title
from .records import TARGET_TYPES


def print_allocation(record: Record[Any], view: View) -> str:
    """Print what each target bears."""
    data = record.data
    rows = [
        (
            row.account,
            view.code("cost_item", row.cost_item),
            view.code(TARGET_TYPES[data.target], getattr(row, data.target)),
            money(row.amount),
        )
        for row in data.rows
    ]
    total = ("Cộng", "", "", money(sum(row.amount for row in data.rows)))
    lines = [
        *title(
            "BẢNG PHÂN BỔ CHI PHÍ BÁN HÀNG, QUẢN LÝ DOANH NGHIỆP, KHÁC",
            f"Từ ngày {data.from_date:%d/%m/%Y} đến ngày {data.to_date:%d/%m/%Y}",
        ),
        f"Số: {data.no or data.no_management}",
        "",
        *table(
            ("Tài khoản", "Khoản mục", "Đối tượng", "Số tiền"), (15, 20, 25, 20), [*rows, total]
        ),
        *signed(),
    ]
    return "\n".join(lines) + "\n"
