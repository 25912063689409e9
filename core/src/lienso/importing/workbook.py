"""Reading a file into sheets of raw cells, row numbers as the spreadsheet shows them."""

from __future__ import annotations

import csv
import pickle
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import Refused

ROWS_MAX = 50_000
"""Rows of a workbook (`opening_and_import` §4.2): more is a job for the data file."""

CELLS_MAX = 10_000_000
"""Cells of a workbook, blank ones between others too: 50,000 rows of 200 columns."""

FILE_BYTES_MAX = 64 * 1024 * 1024
"""A workbook of 50,000 wide rows has about 20 MB; a larger file is none of ours."""

UNPACKED_BYTES_MAX = 512 * 1024 * 1024
"""The same workbook has some 200 MB of XML; a file that unpacks to more is made to do harm."""

READER_MEMORY_MAX = 2 * 1024 * 1024 * 1024
"""Memory of the process that reads: cells of 50,000 rows and 200 columns take a quarter of it."""

READ_S = 120
"""How long a file may be read: the largest allowed one takes some 20 s on an old machine."""


@dataclass(frozen=True, slots=True)
class RawSheet:
    """A sheet as it stands: ``rows[0]`` is row 1. Blank cells are empty text.

    Attributes:
        hidden: numbers of the rows that an .xlsx hides; they are read like the others.
    """

    name: str
    rows: Sequence[Sequence[Any]]
    hidden: tuple[int, ...] = ()


def read_file(path: str | Path) -> list[RawSheet]:
    """Read .xlsx, .xls, .ods or .csv; a .csv is one sheet named like the file.

    Raises:
        Refused: ``bad_file``, ``protected_file``, ``file_too_big``.
    """
    file = Path(path)
    try:
        size = file.stat().st_size
    except OSError as error:
        raise _bad(file, str(error)) from error
    if size > FILE_BYTES_MAX:
        raise _too_big(file, bytes=size, max=FILE_BYTES_MAX)
    return _read_csv(file) if file.suffix.lower() == ".csv" else _read_workbook(file)


def _read_csv(file: Path) -> list[RawSheet]:
    rows: list[Sequence[Any]] = []
    try:
        with file.open(encoding="utf-8-sig", newline="") as source:
            for row in csv.reader(source):
                if len(rows) == ROWS_MAX:
                    raise _too_big(file, rows=len(rows) + 1, max=ROWS_MAX)
                rows.append(row)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _bad(file, str(error)) from error
    return [RawSheet(file.stem, rows)]


def _read_workbook(file: Path) -> list[RawSheet]:
    _refuse_bomb(file)
    command = [
        sys.executable,
        "-P",
        str(Path(__file__).with_name("reading.py")),
        str(file),
        str(ROWS_MAX),
        str(CELLS_MAX),
        str(READER_MEMORY_MAX),
    ]
    try:
        reader = subprocess.run(command, capture_output=True, timeout=READ_S, check=True)
    except subprocess.TimeoutExpired as error:
        raise _too_big(file, seconds=READ_S, max=ROWS_MAX) from error
    except subprocess.CalledProcessError as error:
        last = error.stderr.decode(errors="replace").strip().splitlines()[:1]
        raise _bad(file, "the reader ended: " + "".join(last)) from error
    code, value = pickle.loads(reader.stdout)
    if code == "sheets":
        return [RawSheet(name, rows, hidden) for name, rows, hidden in value]
    if code == "file_too_big":
        raise _too_big(file, **value, max=ROWS_MAX)
    if code == "protected_file":
        raise Refused("protected_file", {"file": file.name})
    raise _bad(file, value)


def _refuse_bomb(file: Path) -> None:
    """Refuse a container (.xlsx, .ods) that says it unpacks to more than a workbook can be."""
    if not zipfile.is_zipfile(file):
        return
    try:
        with zipfile.ZipFile(file) as container:
            unpacked = sum(part.file_size for part in container.infolist())
    except (OSError, zipfile.BadZipFile) as error:
        raise _bad(file, str(error)) from error
    if unpacked > UNPACKED_BYTES_MAX:
        raise _too_big(file, unpacked=unpacked, max=UNPACKED_BYTES_MAX)


def _bad(file: Path, reason: str) -> Refused:
    return Refused("bad_file", {"file": file.name, "reason": reason[:200]})


def _too_big(file: Path, **sizes: int) -> Refused:
    return Refused("file_too_big", {"file": file.name, **sizes})
