"""Reading one cell: what the user typed, or what the spreadsheet made of it, as a JSON value."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from ..model import ImportColumn

NumberStyle = Literal["vietnamese", "plain"]
"""``1.234.567,89`` or ``1,234,567.89``."""

_WHOLE = re.compile(r"-?\d+")
_VIETNAMESE = re.compile(
    r"-?(?:[1-9]\d{0,2}(?:\.\d{3}){2,}(?:,\d+)?|[1-9]\d{0,2}(?:\.\d{3})+,\d+|\d+,\d+)"
)
_PLAIN = re.compile(
    r"-?(?:[1-9]\d{0,2}(?:,\d{3}){2,}(?:\.\d+)?|[1-9]\d{0,2}(?:,\d{3})+\.\d+|\d+\.\d+)"
)
_EITHER = re.compile(r"-?[1-9]\d{0,2}[.,]\d{3}")
"""One mark and three digits behind it: a thousand in one style, a fraction in the other."""

_DAY_MONTH_YEAR = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})")
_TRUE = ("1", "có", "x", "true")
_FALSE = ("0", "không", "false")


class BadCell(ValueError):
    """A cell that cannot be read; ``code`` says what is wrong with it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def is_blank(cell: Any) -> bool:
    """Tell whether a cell is empty."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def shown(cell: Any) -> str:
    """Return a cell as the user sees it: whole numbers without a fraction, days as dd/mm/yyyy."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else format(Decimal(repr(cell)), "f")
    if isinstance(cell, datetime.date):
        return f"{cell:%d/%m/%Y}"
    return unicodedata.normalize("NFC", str(cell).strip())


def number_style(texts: Iterable[str]) -> NumberStyle | None:
    """Tell in which style a file writes numbers, from those that can be read in one way only.

    Returns:
        None when no number tells, or some tell one style and some the other: then a number that
        can be read in two ways is refused rather than guessed.
    """
    styles: set[NumberStyle] = set()
    for text in texts:
        if (style := _own_style(text)) is not None:
            styles.add(style)
    return styles.pop() if len(styles) == 1 else None


def _own_style(text: str) -> NumberStyle | None:
    if _WHOLE.fullmatch(text) or _EITHER.fullmatch(text):
        return None
    if _VIETNAMESE.fullmatch(text):
        return "vietnamese"
    return "plain" if _PLAIN.fullmatch(text) else None


def read_cell(column: ImportColumn, cell: Any, style: NumberStyle | None) -> Any:
    """Return a cell's JSON value: day as ISO text, money as int, decimal as text; None for a blank.

    Args:
        style: how the file writes numbers, None when it does not tell.
    Raises:
        BadCell: ``bad_date``, ``bad_number``, ``bad_choice``.
    """
    if is_blank(cell):
        return None
    if column.kind == "date":
        return _day(cell).isoformat()
    if column.kind in ("money", "int"):
        return _whole(_number(cell, style))
    if column.kind == "decimal":
        return format(_number(cell, style), "f")
    return _word(column, cell)


def _word(column: ImportColumn, cell: Any) -> Any:
    if column.kind == "bool":
        return _truth(cell)
    return _choice(column, cell) if column.kind == "choice" else shown(cell)


def _day(cell: Any) -> datetime.date:
    if isinstance(cell, datetime.datetime):
        return cell.date()
    if isinstance(cell, datetime.date):
        return cell
    text = shown(cell)
    try:
        if found := _DAY_MONTH_YEAR.fullmatch(text):
            day, month, year = (int(part) for part in found.groups())
            return datetime.date(year if year > 99 else 2000 + year, month, day)
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise BadCell("bad_date") from error


def _number(cell: Any, style: NumberStyle | None) -> Decimal:
    if isinstance(cell, (datetime.date, datetime.time, datetime.timedelta, bool)):
        raise BadCell("bad_number")
    if isinstance(cell, (int, float)):
        # A spreadsheet stores every number as a float: its shortest text is what was typed.
        number = Decimal(repr(cell))
        return number.to_integral_value() if number == number.to_integral_value() else number
    text = shown(cell)
    style = _own_style(text) or style
    if not _WHOLE.fullmatch(text) and style is None:
        raise BadCell("bad_number")
    thousands, point = (".", ",") if style == "vietnamese" else (",", ".")
    try:
        number = Decimal(text.replace(thousands, "").replace(point, "."))
    except InvalidOperation as error:
        raise BadCell("bad_number") from error
    if not number.is_finite():
        raise BadCell("bad_number")
    return number


def _whole(number: Decimal) -> int:
    if number != number.to_integral_value():
        raise BadCell("bad_number")
    return int(number)


def _truth(cell: Any) -> bool:
    text = shown(cell).casefold()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise BadCell("bad_choice")


def _choice(column: ImportColumn, cell: Any) -> Any:
    text = shown(cell)
    folded = {label.casefold(): value for label, value in column.choices.items()}
    if text.casefold() in folded:
        return folded[text.casefold()]
    values = list(column.choices.values())
    by_text = {str(value): value for value in values}
    if text in by_text:
        return by_text[text]
    if text.isascii() and text.isdigit() and int(text) < len(values):
        return values[int(text)]
    raise BadCell("bad_choice")
