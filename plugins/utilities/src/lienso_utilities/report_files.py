"""A report as a file: CSV for programs, a workbook for people; the same table is the same bytes."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from lienso import Refused, Table
from lienso.invocation import table_json

ROWS_OF_SHEET = 1_048_576 - 10
"""Rows that a sheet of a workbook has, less its head and foot."""

EXACT_DIGITS = 15
"""Digits that a spreadsheet keeps of a number: a longer one is written as text, so none is lost."""

FORMATS = {"money": "#,##0", "quantity": "#,##0.######", "number": "General", "date": "dd/mm/yyyy"}
WIDTHS = {"money": 18, "quantity": 14, "number": 10, "date": 12, "text": 28}
NO_TIME = datetime.datetime(2000, 1, 1)
"""When a workbook says it was made: the clock would make two of one table differ."""


def csv_file(table: Table) -> bytes:
    """Write a table as CSV: the Vietnamese heads, the rows, the totals."""
    shown = table_json(table)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column["title_vi"] for column in shown["columns"]])
    writer.writerows(shown["rows"])
    if shown["totals"]:
        writer.writerow(shown["totals"])
    # With the mark that makes a spreadsheet read it as UTF-8.
    return ("\ufeff" + text.getvalue()).encode()


def xlsx_file(table: Table, as_of: int) -> bytes:
    """Write a table as a workbook of one sheet: title, days, heads, rows, totals, state of the books.

    Amounts are numbers, days are days, everything else is text: nothing is read as a formula.

    Raises:
        Refused: ``range_too_wide``: more rows than a sheet has.
    """
    import xlsxwriter  # takes a third of a start; only who exports pays

    if len(table.rows) > ROWS_OF_SHEET:
        detail = {"what": "rows", "size": len(table.rows), "max": ROWS_OF_SHEET}
        raise Refused("range_too_wide", detail)
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    book.set_properties({"title": table.title.vi, "created": NO_TIME})
    sheet = book.add_worksheet()
    strong = {"bold": True}
    sheet.write_string(0, 0, table.title.vi, book.add_format({**strong, "font_size": 13}))
    sheet.write_string(1, 0, table.subtitle)
    plain = [book.add_format(_format(column.kind)) for column in table.columns]
    bold = [book.add_format({**_format(column.kind), **strong}) for column in table.columns]
    head = book.add_format({**strong, "border": 1, "text_wrap": True, "align": "center"})
    for place, column in enumerate(table.columns):
        sheet.write_string(3, place, column.title.vi, head)
        sheet.set_column(place, place, WIDTHS[column.kind])
    last = 4
    for row in table.rows:
        _write_row(sheet, last, row, plain, table)
        last += 1
    if table.totals:
        _write_row(sheet, last, table.totals, bold, table)
        last += 1
    sheet.write_string(last + 1, 0, f"Phiên bản sổ: {as_of}")
    sheet.set_footer(f"&LPhiên bản sổ: {as_of}&RTrang &P/&N")
    sheet.freeze_panes(4, 0)
    sheet.repeat_rows(3)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    book.close()
    return made.getvalue()


def _format(kind: str) -> dict[str, Any]:
    return {"num_format": FORMATS[kind]} if kind in FORMATS else {}


def _write_row(
    sheet: Any, at: int, row: Sequence[Any], formats: Sequence[Any], table: Table
) -> None:
    for place, (value, column) in enumerate(zip(row, table.columns, strict=True)):
        _write(sheet, at, place, value, column.kind, formats[place])


def _write(sheet: Any, at: int, place: int, value: Any, kind: str, form: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(at, place, value, form)
    elif kind == "date" and (day := _day(value)) is not None:
        sheet.write_datetime(at, place, day, form)
    elif kind in ("money", "quantity", "number") and (number := _number(value)) is not None:
        sheet.write_number(at, place, number, form)
    else:
        sheet.write_string(at, place, str(value), form)


def _day(value: Any) -> datetime.datetime | None:
    try:
        day = datetime.date.fromisoformat(str(value))
    except ValueError:
        return None  # a line of sums has words in the column of days
    return datetime.datetime.combine(day, datetime.time())


def _number(value: Any) -> Decimal | None:
    """Return a value as a number that a spreadsheet keeps whole; None: it is text."""
    if not isinstance(value, (int, Decimal, str)):
        return None
    text = str(value)
    digits = text.removeprefix("-").replace(".", "", 1)
    if not (digits.isascii() and digits.isdigit()) or len(digits) > EXACT_DIGITS:
        return None
    return Decimal(text)
