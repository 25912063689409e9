"""Reading a file into sheets of raw cells, row numbers as the spreadsheet shows them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import Refused

ROWS_MAX = 50_000
"""Rows of a workbook (`opening_and_import` §4.2): more is a job for the data file."""

FILE_BYTES_MAX = 64 * 1024 * 1024
"""A workbook of 50,000 wide rows has about 20 MB; a larger file is none of ours."""


@dataclass(frozen=True, slots=True)
class RawSheet:
    """A sheet as it stands: ``rows[0]`` is row 1. Blank cells are empty text."""

    name: str
    rows: Sequence[Sequence[Any]]


def read_file(path: str | Path) -> list[RawSheet]:
    """Read .xlsx, .xls, .ods or .csv; a .csv is one sheet named like the file.

    Raises:
        Refused: ``bad_file``, ``protected_file``, ``file_too_big``.
    """
    file = Path(path)
    try:
        size = file.stat().st_size
    except OSError as error:
        raise Refused("bad_file", {"file": file.name, "reason": str(error)}) from error
    if size > FILE_BYTES_MAX:
        raise Refused("file_too_big", {"file": file.name, "bytes": size, "max": FILE_BYTES_MAX})
    sheets = _read_csv(file) if file.suffix.lower() == ".csv" else _read_workbook(file)
    rows = sum(len(sheet.rows) for sheet in sheets)
    if rows > ROWS_MAX:
        raise Refused("file_too_big", {"file": file.name, "rows": rows, "max": ROWS_MAX})
    return sheets


def _read_csv(file: Path) -> list[RawSheet]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as source:
            rows = list(csv.reader(source))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Refused("bad_file", {"file": file.name, "reason": str(error)}) from error
    return [RawSheet(file.stem, rows)]


def _read_workbook(file: Path) -> list[RawSheet]:
    # Loaded here: only imports need it, and every start would pay for it.
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        with CalamineWorkbook.from_path(str(file)) as workbook:
            return [
                RawSheet(name, workbook.get_sheet_by_name(name).to_python(skip_empty_area=False))
                for name in workbook.sheet_names
            ]
    except PasswordError as error:
        raise Refused("protected_file", {"file": file.name}) from error
    except (CalamineError, OSError, ValueError) as error:
        raise Refused("bad_file", {"file": file.name, "reason": str(error)}) from error
