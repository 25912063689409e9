"""Reads a workbook in a process of its own: ``python -P reading.py FILE ROWS_MAX CELLS_MAX MEMORY_MAX``.

The reader ends the whole process when a damaged file asks for more memory than there is (one cell at
XFD1048576 is enough); a server must not die of a file. Nothing of lienso is imported here.
"""

from __future__ import annotations

import contextlib
import pickle
import sys
from typing import Any


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
        with CalamineWorkbook.from_path(path) as workbook:
            for name in workbook.sheet_names:
                sheet = workbook.get_sheet_by_name(name)
                rows += sheet.total_height
                cells += sheet.total_height * sheet.total_width
                if rows > rows_max or cells > cells_max:
                    return "file_too_big", {"rows": rows, "cells": cells}
                sheets.append((name, sheet.to_python(skip_empty_area=False)))
    except PasswordError:
        return "protected_file", ""
    except (CalamineError, OSError, ValueError, MemoryError) as error:
        return "bad_file", str(error)
    return "sheets", sheets


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
