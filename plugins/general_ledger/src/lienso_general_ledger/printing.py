"""Phiếu kế toán as text for 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from lienso import Record
from lienso.view import View

from .lines import total_of
from .money.forms import in_words
from .money.funds import LOCAL
from .pairs import foreign

WIDTH = 80
AMOUNT = 20
ACCOUNT_MIN = 9


def money(amount: int) -> str:
    """Write đồng with a dot between thousands, red ink in brackets."""
    text = f"{abs(amount):,}".replace(",", ".")
    return f"({text})" if amount < 0 else text


def facts(record: Record[Any], view: View) -> Mapping[str, Any]:
    """Return what a voucher comes to, đồng, and the same in words."""
    total = total_of(record.data.lines)
    return {"total": total, "amount_in_words": in_words(view, total, LOCAL)}


def print_journal(record: Record[Any], view: View) -> str:
    """Print a journal voucher as Phiếu kế toán."""
    data = record.data
    day = data.posting_date
    number = data.no or data.no_management
    lines = [
        "PHIẾU KẾ TOÁN".center(WIDTH).rstrip(),
        f"Ngày {day:%d} tháng {day:%m} năm {day:%Y}".center(WIDTH).rstrip(),
        f"Số: {number}".rjust(WIDTH),
        "",
        *_wrapped(f"Diễn giải: {data.description}"),
    ]
    if currency := foreign(getattr(data, "currency", None)):
        typed = getattr(data, "rate", None)
        rate = "" if typed is None else f"   Tỷ giá: {typed:f}"
        lines.append(f"Loại tiền: {currency}{rate}")
    lines += ["", *_table(data, view), ""]
    if data.attached_count:
        lines.append(f"Kèm theo: {data.attached_count} chứng từ gốc")
    signatures = ("Người lập phiếu", "Kế toán trưởng", "Giám đốc")
    lines.append("".join(name.center(WIDTH // 3) for name in signatures).rstrip())
    lines.append("".join("(Ký, họ tên)".center(WIDTH // 3) for _ in signatures).rstrip())
    return "\n".join(lines) + "\n"


def _table(data: Any, view: View) -> list[str]:
    codes = [code for line in data.lines for code in (line.debit, line.credit)]
    account = max(ACCOUNT_MIN, *(len(code) + 1 for code in codes), 0)
    text = WIDTH - 2 * account - AMOUNT
    rule = "-" * WIDTH
    rows = [
        rule,
        f"{'Diễn giải':<{text}}{'TK Nợ':<{account}}{'TK Có':<{account}}{'Số tiền':>20}",
        rule,
    ]
    for line in data.lines:
        shown = line.description or data.description
        objects = _objects(line, view)
        wrapped = textwrap.wrap(f"{shown} {objects}".strip(), text - 1) or [""]
        sides = f"{line.debit:<{account}}{line.credit:<{account}}{money(line.amount):>{AMOUNT}}"
        rows.append(f"{wrapped[0]:<{text}}{sides}")
        rows += wrapped[1:]
    rows += [rule, f"{'Cộng':<{WIDTH - AMOUNT}}{money(total_of(data.lines)):>{AMOUNT}}", rule]
    return rows


def _objects(line: Any, view: View) -> str:
    ids = dict.fromkeys((line.object, line.debit_object, line.credit_object))
    codes = [view.code("object", id) for id in ids if id]
    return f"[{', '.join(codes)}]" if codes else ""


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH) or [""]
