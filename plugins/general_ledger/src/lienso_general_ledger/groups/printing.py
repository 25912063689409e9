"""S02a-DN Chứng từ ghi sổ, as text for 80 columns (Circular 200, annex 4)."""

from __future__ import annotations

from typing import Any

from lienso import Record
from lienso.view import View

from ..printing import money
from ..table_forms import WIDTH, signed, table, title


def print_group(record: Record[Any], _view: View) -> str:
    """Print a group: summary, debit, credit, amount."""
    data = record.data
    rows = [(data.summary, row.debit, row.credit, money(row.amount)) for row in data.rows]
    total = ("Cộng", "", "", money(data.total))
    names = tuple(data.signers) or ("Người lập", "Kế toán trưởng")
    lines = [
        "Mẫu số S02a-DN".rjust(WIDTH),
        *title("CHỨNG TỪ GHI SỔ"),
        f"Số: {data.no}   Ngày {data.date:%d} tháng {data.date:%m} năm {data.date:%Y}",
        "",
        *table(("Trích yếu", "TK Nợ", "TK Có", "Số tiền"), (36, 12, 12, 20), [*rows, total]),
        f"Kèm theo {data.attached_count} chứng từ gốc",
        *signed(names[:4]),
    ]
    return "\n".join(lines) + "\n"
