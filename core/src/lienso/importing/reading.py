"""Reads a workbook in a process of its own: ``python -P reading.py FILE ROWS_MAX CELLS_MAX MEMORY_MAX``.

The reader ends the whole process when a damaged file asks for more memory than there is (one cell at
XFD1048576 is enough); a server must not die of a file. Nothing of lienso is imported here.
"""

from __future__ import annotations

import contextlib
import io
import pickle
import re
import sys
import zipfile
import zlib
from typing import Any
from xml.etree import ElementTree

_SHEETS = "xl/worksheets/"
_BOOK, _LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_HIDDEN = re.compile(rb"""<(?:\w+:)?row\b[^>]*?\shidden=["'](?:1|true)["'][^>]*>""")
_NUMBER = re.compile(rb"""\sr=["'](\d+)["']""")
_FAILED = re.compile(rb"""(<(?:\w+:)?c\b[^>]*?\s)t=(?:"e"|'e')""")
"""A cell whose formula failed (#DIV/0!): the reader would give it as a blank one."""


def main(path: str, rows_max: int, cells_max: int, memory_max: int) -> None:
    """Write (code, value) to standard output: ``sheets`` with them, or what is wrong."""
    _limit_memory(memory_max)
    sys.stdout.buffer.write(pickle.dumps(_read(path, rows_max, cells_max)))


def _limit_memory(memory_max: int) -> None:
    with contextlib.suppress(ImportError):  # Windows has no such limits
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory_max, memory_max))


def _read(path: str, rows_max: int, cells_max: int) -> tuple[str, Any]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    sheets, rows, cells = [], 0, 0
    try:
        hidden = _hidden_rows(path)
        with CalamineWorkbook.from_object(_with_failures(path) or path) as workbook:
            for name in workbook.sheet_names:
                sheet = workbook.get_sheet_by_name(name)
                rows += sheet.total_height
                cells += sheet.total_height * sheet.total_width
                if rows > rows_max or cells > cells_max:
                    return "file_too_big", {"rows": rows, "cells": cells}
                found = sheet.to_python(skip_empty_area=False)
                sheets.append((name, found, hidden.get(name, ())))
    except PasswordError:
        return "protected_file", ""
    except (
        CalamineError,
        OSError,
        ValueError,
        MemoryError,
        ElementTree.ParseError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        return "bad_file", str(error)
    return "sheets", sheets


def _hidden_rows(path: str) -> dict[str, tuple[int, ...]]:
    """Return the numbers of the rows that an .xlsx hides, by sheet; the reader does not tell them."""
    if not zipfile.is_zipfile(path):
        return {}
    found = {}
    with zipfile.ZipFile(path) as container:
        names = {*container.namelist()}
        if not {_BOOK, _LINKS} <= names:
            return {}
        links = {
            link.get("Id"): link.get("Target", "")
            for link in ElementTree.fromstring(container.read(_LINKS))
        }
        for sheet in ElementTree.fromstring(container.read(_BOOK)).iter():
            target = next((links.get(v) for k, v in sheet.items() if k.endswith("}id")), None)
            part = "" if not target else f"xl/{target.removeprefix('/xl/')}"
            if sheet.tag.endswith("}sheet") and part in names:
                rows = _HIDDEN.findall(container.read(part))
                numbers = (_NUMBER.search(row) for row in rows)
                found[sheet.get("name", "")] = tuple(int(n[1]) for n in numbers if n is not None)
    return found


def _with_failures(path: str) -> io.BytesIO | None:
    """Return an .xlsx whose failed formulas are texts (#DIV/0!), None when it has none."""
    if not zipfile.is_zipfile(path):
        return None
    with zipfile.ZipFile(path) as container:
        names = container.namelist()
        sheets = {name: container.read(name) for name in names if name.startswith(_SHEETS)}
        failed = {name: _FAILED.subn(rb'\1t="str"', text) for name, text in sheets.items()}
        if not any(count for _text, count in failed.values()):
            return None
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as copy:
            for name in names:
                copy.writestr(name, failed[name][0] if name in failed else container.read(name))
    made.seek(0)
    return made


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
