"""Pieces of printed forms: text of 80 columns, counted as they are shown."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from lienso.printing import Align, columns, pad, wrap
from lienso.view import View

WIDTH = 80
_FORM_LAW = {
    "TT99": "(Kèm theo TT 99/2025/TT-BTC)",
    "TT200": "(Ban hành theo TT 200/2014/TT-BTC)",
    "TT133": "(Ban hành theo TT 133/2016/TT-BTC)",
}


def money(amount: int | Decimal, decimals: int = 0) -> str:
    """Write an amount as it is written in Vietnam: 1.234.567,89."""
    text = f"{Decimal(amount):,.{decimals}f}"
    return text.translate(str.maketrans(",.", ".,"))


def long_date(day: datetime.date) -> str:
    """Write a day in words of a form."""
    return f"Ngày {day:%d} tháng {day:%m} năm {day:%Y}"


def short_date(day: datetime.date | None) -> str:
    """Write a day as dd/mm/yyyy; dots for none."""
    return "…/…/……" if day is None else f"{day:%d/%m/%Y}"


def centre(text: str) -> list[str]:
    """Put a text in the middle of the page."""
    return [pad(part, WIDTH, "^").rstrip() for part in wrap(text, WIDTH)]


def both(left: str, right: str) -> list[str]:
    """Put two texts at the ends of a row; of two rows when they do not fit."""
    room = WIDTH - columns(left)
    if columns(right) < room:
        return [left + pad(right, room, ">")]
    return [*wrap(left, WIDTH), *(pad(part, WIDTH, ">") for part in wrap(right, WIDTH))]


def field(label: str, value: str, indent: str = "") -> list[str]:
    """Write a box of a form: its label, then the value, or dots to write on."""
    if not value:
        row = f"{indent}{label}: "
        return [row + "." * max(WIDTH - columns(row), 3)]
    return wrap(f"{indent}{label}: {value}", WIDTH, f"{indent}   ")


def heading(view: View, branch: str | None, form: str) -> list[str]:
    """Write the head of a form: unit and address at the left, form number at the right.

    Args:
        branch: id of the branch whose name stands there; None takes the company's own unit.
    """
    from .money.funds import option

    unit = unit_of(view, branch)
    name = "" if unit is None else unit.name
    address = "" if unit is None else unit.address
    law = _FORM_LAW.get(option(view, "accounting_regime", ""), "")
    left = [
        *_cell(f"Đơn vị: {name or '.' * 30}", 46),
        *_cell(f"Địa chỉ: {address or '.' * 29}", 46),
    ]
    right = [f"Mẫu số {form}", law]
    rows = max(len(left), len(right))
    left += [""] * (rows - len(left))
    right += [""] * (rows - len(right))
    pairs = zip(left, right, strict=True)
    return [(pad(one, 46) + pad(two, 34, "^")).rstrip() for one, two in pairs]


def unit_of(view: View, branch: str | None) -> Any:
    """Return the org unit that a form speaks for: the branch, else the company's; None without one."""
    if branch:
        found = view.get("org_unit", branch)
        return None if found is None else found.data
    for record in view.all("org_unit"):
        if record.data.kind == "company":
            return record.data
    return None


def _cell(text: str, width: int) -> list[str]:
    return wrap(text, width - 1) or [""]


def table(heads: Sequence[tuple[str, int, Align]], rows: Sequence[Sequence[str]]) -> list[str]:
    """Write a table: columns as (title, width, alignment); long cells take more rows."""
    rule = "+".join("-" * width for _title, width, _align in heads)
    lines = [rule, *_row(heads, [title for title, _w, _a in heads], "^"), rule]
    for row in rows:
        lines += _row(heads, row)
    return [*lines, rule]


def _row(
    heads: Sequence[tuple[str, int, Align]], cells: Sequence[str], align: Align | None = None
) -> list[str]:
    wrapped = [
        wrap(cell, width) for cell, (_title, width, _align) in zip(cells, heads, strict=True)
    ]
    lines = []
    for at in range(max(1, *map(len, wrapped))):
        parts = [
            pad(cell[at] if at < len(cell) else "", width, align or its)
            for cell, (_title, width, its) in zip(wrapped, heads, strict=True)
        ]
        lines.append("|".join(parts).rstrip())
    return lines


def signatures(titles: Sequence[str], names: Sequence[str] = (), note: str = "") -> list[str]:
    """Write who signs, side by side: title, what to do, room, name."""
    width = WIDTH // len(titles)
    do = note or ("(Ký, họ tên)" if width >= 12 else "(Ký)")
    lines = _side_by_side(titles, width)
    lines.append("".join(pad(do, width, "^") for _ in titles))
    lines += ["", ""]
    if any(names):
        lines += _side_by_side(names, width)
    return [line.rstrip() for line in lines]


def _side_by_side(texts: Sequence[str], width: int) -> list[str]:
    cells = [wrap(text, width - 1) for text in texts]
    return [
        "".join(pad(cell[at] if at < len(cell) else "", width, "^") for cell in cells)
        for at in range(max(map(len, cells)))
    ]


def page(lines: Sequence[str]) -> str:
    """Join the lines of a form."""
    return "\n".join(line.rstrip() for line in lines) + "\n"
