"""A file of rows: read by a template, and given back with what is wrong in a column of its own (§4.1)."""

from __future__ import annotations

import base64
import datetime
import io
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lienso import Refused, Unknown
from lienso.importing import RawSheet, read_file
from lienso.importing.cells import is_blank, shown
from lienso.importing.outcome import ImportFinding
from lienso.importing.rows import find_headings
from lienso.importing.within import ROW
from lienso.registry import Registry
from lienso.sheets import ImportSheet

from .import_records import ImportTemplate

SUFFIXES = (".xlsx", ".xls", ".ods", ".csv")
RESULT = "Kết quả kiểm tra"
GOOD = "Hợp lệ"


@dataclass(frozen=True, slots=True)
class FileRows:
    """Rows of a file: {heading: cell, ``row``: number}. ``raw``: the sheet; ``heading``: index of its row.

    Attributes:
        hidden: numbers of those that an .xlsx hides; they are read like the others.
    """

    raw: RawSheet
    heading: int
    rows: list[dict[str, Any]]
    hidden: list[int]


def read_rows(sheet: ImportSheet, content: str, name: str, how: ImportTemplate) -> FileRows:
    """Read the rows of a kind from a file, down to the first empty one.

    Args:
        content: base64 of the file. ``name``: its name; what it ends with says how it is read.
    Raises:
        Refused: ``bad_file``, ``protected_file``, ``file_too_big``. Unknown: ``unknown_sheet``: the
            workbook has no sheet of the template's name.
    """
    raw = _sheet(_read(content, name), sheet, how)
    first = [[how.map.get(shown(cell), cell) for cell in row] for row in raw.rows[:20]]
    found = find_headings(sheet, RawSheet(raw.name, first))[0]
    heading = max(found, 0) if how.heading_row is None else how.heading_row - 1
    if heading >= len(raw.rows):
        raise Refused("bad_file", {"file": name, "reason": f"no row {heading + 1}"})
    heads: dict[str, int] = {}
    for place, cell in enumerate(raw.rows[heading]):
        if not is_blank(cell):
            heads.setdefault(shown(cell), place)
    rows: list[dict[str, Any]] = []
    start = heading + 1 if how.first_data_row is None else how.first_data_row - 1
    for number, cells in enumerate(raw.rows[start:], start + 1):
        if all(is_blank(cell) for cell in cells):
            break
        row = {head: cells[place] for head, place in heads.items() if place < len(cells)}
        rows.append({**row, ROW: number})
    taken = {row[ROW] for row in rows}
    return FileRows(raw, heading, rows, [number for number in raw.hidden if number in taken])


def _read(content: str, name: str) -> list[RawSheet]:
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        reason = f"the name ends in none of {', '.join(SUFFIXES)}"
        raise Refused("bad_file", {"file": name, "reason": reason})
    try:
        data = base64.b64decode(content, validate=True)
    except ValueError as error:
        raise Refused("bad_file", {"file": name, "reason": str(error)}) from error
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"import{suffix}")
        path.write_bytes(data)
        return read_file(path)


def _sheet(sheets: Sequence[RawSheet], sheet: ImportSheet, how: ImportTemplate) -> RawSheet:
    wanted = how.sheet_name or sheet.name
    named = [one for one in sheets if one.name == wanted]
    if named:
        return named[0]
    if how.sheet_name or not sheets:
        known = ", ".join(one.name for one in sheets)
        raise Unknown("unknown_sheet", {"sheets": how.sheet_name, "known": known})
    return sheets[0]


def checked_copy(file: FileRows, findings: Iterable[ImportFinding], registry: Registry) -> bytes:
    """Write the sheet again, with a last column that says of each row whether it is good, or what is not."""
    import xlsxwriter  # takes a third of a start; only who imports pays

    said: dict[int, list[str]] = {}
    for finding in findings:
        said.setdefault(finding.row, []).append(finding.message(registry))
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    sheet = book.add_worksheet()
    days = book.add_format({"num_format": "dd/mm/yyyy"})
    wrong = book.add_format({"font_color": "#C00000"})
    last = max(len(row) for row in file.raw.rows)
    numbers = {row[ROW] for row in file.rows}
    for at, row in enumerate(file.raw.rows):
        for place, cell in enumerate(row):
            _write(sheet, at, place, cell, days)
        if at + 1 in numbers:
            texts = said.get(at + 1)
            sheet.write_string(at, last, "; ".join(texts or [GOOD]), wrong if texts else None)
    sheet.write_string(file.heading, last, RESULT)
    sheet.set_column(last, last, 80)
    book.close()
    return made.getvalue()


def _write(sheet: Any, at: int, place: int, cell: Any, days: Any) -> None:
    if is_blank(cell):
        return
    if isinstance(cell, bool):
        sheet.write_boolean(at, place, cell)
    elif isinstance(cell, (int, float)):
        sheet.write_number(at, place, cell)
    elif isinstance(cell, (datetime.datetime, datetime.date)):
        sheet.write_datetime(at, place, cell, days)
    else:
        sheet.write_string(at, place, str(cell))
