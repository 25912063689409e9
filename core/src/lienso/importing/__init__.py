"""Import of workbooks: sheets that modules declare become records, checked as a whole first."""

from .engine import check_sheets, check_workbook, import_plan, import_workbook
from .messages import MESSAGES
from .outcome import ImportFinding, ImportPlan, ImportResult, SheetResult, lines_of
from .workbook import ROWS_MAX, RawSheet, read_file

__all__ = [
    "MESSAGES",
    "ROWS_MAX",
    "ImportFinding",
    "ImportPlan",
    "ImportResult",
    "RawSheet",
    "SheetResult",
    "check_sheets",
    "check_workbook",
    "import_plan",
    "import_workbook",
    "lines_of",
    "read_file",
]
