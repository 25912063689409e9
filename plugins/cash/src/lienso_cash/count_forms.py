"""Bảng kiểm kê quỹ: 08a-TT for đồng, 08b-TT for foreign currency and gold."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from lienso import Record
from lienso.view import View
from lienso_general_ledger import layout
from lienso_general_ledger.money.differences import cash_book_balance
from lienso_general_ledger.money.forms import in_words
from lienso_general_ledger.money.funds import (
    FC_SCALE,
    LOCAL,
    balance,
    cashier_takes_part,
    decimals_of,
    fund_where,
    plain,
)

from .proposal import share
from .records import CashCount

_BLANK = "......................"


def derived(record: Record[Any], view: View) -> Mapping[str, Any]:
    """Return what was counted, and the printed form that fits the currency."""
    data: CashCount = record.data
    return {
        "counted": plain(view, data.counted, data.currency),
        "counted_in_words": in_words(view, data.counted, data.currency),
        "form": "08a-TT" if data.currency == LOCAL else "08b-TT",
    }


def fund_book_balance(view: View, data: CashCount) -> tuple[Decimal, int, Decimal] | None:
    """Return row I of the form and the ledger's balance: (I, đồng, foreign units).

    I is the balance of the cashier's book where he keeps one, else of the accounting book. None at a
    site: books are in the cloud.
    """
    if view.role != "cloud":
        return None
    where = fund_where("financial", data.branch, data.currency)
    amount, fc_amount = balance(view, where, data.date)
    if cashier_takes_part(view):
        book = cash_book_balance(view, data.currency, data.branch, data.date, FC_SCALE)
    else:
        book = Decimal(amount) if data.currency == LOCAL else fc_amount
    return book, amount, fc_amount


def facts(record: Record[Any], view: View) -> Mapping[str, Any]:
    """Return what 08a-TT and 08b-TT show beside the count itself.

    Returns:
        ``book``, ``gap``: row I and row III = I − II, None at a site, whose books are in the cloud;
        ``counted``: row II; ``rows``: by denomination. Of foreign money also đồng (``…_vnd``) and
        ``rate``, by the average of the accounting book, None where it has none.
    """
    data: CashCount = record.data
    books = fund_book_balance(view, data)
    book = None if books is None else books[0]
    gap = None if book is None else book - data.counted
    amount, fc_amount = (0, Decimal(0)) if books is None else books[1:]

    def local(value: Decimal | None) -> int | None:
        return None if value is None or not fc_amount else share(value, amount, fc_amount)

    rows = [
        {
            "value": row.value,
            "sheets": row.sheets,
            "amount": row.value * row.sheets,
            "vnd": local(row.value * row.sheets),
        }
        for row in data.denominations
    ]
    return {
        "book": book,
        "counted": data.counted,
        "gap": gap,
        "rows": rows,
        "rate": round(Decimal(amount) / fc_amount, 2) if fc_amount else None,
        "book_vnd": local(book),
        "counted_vnd": local(data.counted),
        "gap_vnd": local(gap),
    }


def print_count(record: Record[Any], view: View) -> str:
    """Print 08a-TT, or 08b-TT for a currency that is not đồng."""
    data: CashCount = record.data
    local = data.currency == LOCAL
    title = "BẢNG KIỂM KÊ QUỸ"
    kind = "(Dùng cho VND)" if local else "(Dùng cho ngoại tệ, vàng tiền tệ)"
    books = fund_book_balance(view, data)
    body = _local_rows(view, data, books) if local else _foreign_rows(view, data, books)
    hour = f"{data.time[:2]} giờ {data.time[3:]} phút" if data.time else "…… giờ ……"
    lines = [
        *layout.heading(view, data.branch, "08a-TT" if local else "08b-TT"),
        "",
        *layout.centre(title),
        *layout.centre(kind),
        *layout.both("", f"Số: {data.no}"),
        *_sentence(hour, data.date),
        *_members(data),
        *layout.field("Mục đích", data.purpose),
        *layout.centre(f"Cùng tiến hành kiểm kê quỹ {data.currency}, kết quả như sau:"),
        *body,
        *layout.field("- Lý do: + Thừa", data.reason_surplus),
        *layout.field("         + Thiếu", data.reason_shortage),
        *layout.field("- Kết luận sau khi kiểm kê quỹ", data.conclusion),
        "",
        *_signers(view, data),
    ]
    return layout.page(lines)


def _sentence(hour: str, day: datetime.date) -> list[str]:
    text = layout.long_date(day)
    return [f"Hôm nay, vào {hour}, n{text[1:]}. Chúng tôi gồm:"]


def _members(data: CashCount) -> list[str]:
    rows: list[str] = []
    shown = data.members or ()
    for member in shown:
        stands_for = f", đại diện {member.represents}" if member.represents else ""
        title = f" – {member.title}" if member.title else ""
        rows += layout.field("- Ông/Bà", f"{member.name or _BLANK}{title}{stands_for}")
    for represents in ("kế toán", "thủ quỹ", "")[len(shown) :]:
        rows += [f"- Ông/Bà: {_BLANK} đại diện {represents or _BLANK}"]
    return rows


_LOCAL_COLUMNS = (("STT", 5, "^"), ("Diễn giải", 35, "<"), ("Số lượng (tờ)", 15, ">"), ("Số tiền", 22, ">"))  # fmt: skip


def _local_rows(
    view: View, data: CashCount, books: tuple[Decimal, int, Decimal] | None
) -> list[str]:
    rows = [("I", "Số dư theo sổ quỹ", "x", _BLANK if books is None else layout.money(books[0]))]
    rows.append(("II", "Số kiểm kê thực tế", "x", layout.money(data.counted)))
    for number, row in enumerate(data.denominations, 1):
        label = (
            f"Trong đó: - Loại {layout.money(row.value)} đ"
            if number == 1
            else (f"          - Loại {layout.money(row.value)} đ")
        )
        rows.append(
            (str(number), label, layout.money(row.sheets), layout.money(row.value * row.sheets))
        )
    gap = _BLANK if books is None else layout.money(books[0] - data.counted)
    rows.append(("III", "Chênh lệch (III = I - II)", "x", gap))
    return layout.table(_LOCAL_COLUMNS, rows)


_FOREIGN_COLUMNS = (
    ("STT", 4, "^"),
    ("Diễn giải", 19, "<"),
    ("ĐVT", 4, "^"),
    ("Số lượng", 9, ">"),
    ("Đơn giá", 9, ">"),
    ("Tỷ giá", 10, ">"),
    ("Tiền VN", 19, ">"),
)


def _foreign_rows(
    view: View, data: CashCount, books: tuple[Decimal, int, Decimal] | None
) -> list[str]:
    """Rows of 08b: đồng by the average rate of the accounting book, where it has one."""
    places = decimals_of(view, data.currency)
    amount, fc_amount = (0, Decimal(0)) if books is None else books[1:]

    def local(value: Decimal) -> str:
        return layout.money(share(value, amount, fc_amount)) if fc_amount else ""

    rate = layout.money(Decimal(amount) / fc_amount, 2) if fc_amount else ""
    unit = data.currency
    total = layout.money(data.counted, places)
    shown = "......" if books is None else layout.money(books[0], places)
    rows = [
        (
            "I",
            "Số dư theo sổ quỹ",
            unit,
            shown,
            "x",
            rate,
            "" if books is None else local(books[0]),
        ),
        ("II", "Số kiểm kê thực tế", unit, total, "x", rate, local(data.counted)),
    ]
    for number, row in enumerate(data.denominations, 1):
        value = row.value * row.sheets
        price = layout.money(row.value, 0 if row.value == row.value.to_integral_value() else places)
        rows.append(
            (
                str(number),
                f"- Loại {price}",
                "tờ",
                layout.money(row.sheets),
                price,
                rate,
                local(value),
            )
        )
    gap = "......" if books is None else layout.money(books[0] - data.counted, places)
    left = "" if books is None else local(books[0] - data.counted)
    rows.append(("III", "Chênh lệch (III = I - II)", unit, gap, "x", rate, left))
    return layout.table(_FOREIGN_COLUMNS, rows)


def _signers(view: View, data: CashCount) -> list[str]:
    unit = layout.unit_of(view, data.branch)
    chief, cashier = ("", "") if unit is None else (unit.chief_accountant, unit.cashier)
    titles = ("Kế toán trưởng", "Thủ quỹ", "Người chịu trách nhiệm kiểm kê quỹ")
    return layout.signatures(titles, (chief, cashier, ""))
