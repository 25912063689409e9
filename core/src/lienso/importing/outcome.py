"""What an import found and did: plain values for screens, commands and functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..messages import text
from .messages import MESSAGES

if TYPE_CHECKING:
    from ..model import Severity
    from ..registry import Registry
    from .rows import Draft


@dataclass(frozen=True, slots=True)
class ImportFinding:
    """What is wrong with a cell, a row or a sheet.

    Attributes:
        row: number in the sheet, as the spreadsheet shows it; 0 for the sheet as a whole.
        column: heading as printed in the file, with its mark; empty when the whole row is meant.
        value: the cell as the user sees it.
    """

    sheet: str
    row: int
    column: str
    code: str
    value: str = ""
    severity: Severity = "error"
    values: Mapping[str, Any] = field(default_factory=dict)

    def message(self, registry: Registry, language: str = "vi") -> str:
        """Return the text that the accountant reads, with row and column in front."""
        column = bare_heading(self.column)
        values = {"column": column, "value": self.value, **self.values, "field": column}
        # Of a file other words are right than of a field of the API that has the same code.
        if (message := MESSAGES.get(self.code)) is None:
            said = text(registry, self.code, values, language)
        else:
            said = (message.en if language == "en" else message.vi).format_map(values)
        english = language == "en"
        at = f"{'Row' if english else 'Dòng'} {self.row}: " if self.row else ""
        if column and column not in said:
            at += f"{'column' if english else 'cột'} <{column}>: "
        return at + said

    def as_json(self) -> dict[str, Any]:
        """Return the finding as JSON values."""
        return {
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "code": self.code,
            "value": self.value,
            "severity": self.severity,
        }


def bare_heading(heading: str) -> str:
    """Return a heading without the mark of required columns."""
    return heading.replace("(*)", "").strip()


@dataclass(frozen=True, slots=True)
class SheetResult:
    """One sheet: its rows, and how many of its records were good, kept as they are, or saved."""

    sheet: str
    record_type: str
    rows: int
    records: int
    kept: int = 0
    imported: int = 0


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """A workbook that was read and checked as a whole; nothing of it is saved.

    Attributes:
        drafts: records to be saved, in the order of saving, those with errors too.
        findings: everything that is wrong, in the order of sheets and rows.
        unavailable: sheets whose kind no installed module declares (``module_unavailable``).
    """

    drafts: tuple[Draft, ...]
    sheets: tuple[SheetResult, ...]
    findings: tuple[ImportFinding, ...]
    unavailable: tuple[str, ...] = ()

    @property
    def errors(self) -> tuple[ImportFinding, ...]:
        """The findings that stop a row."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def rows(self) -> int:
        """Rows read in all sheets of installed modules."""
        return sum(sheet.rows for sheet in self.sheets)


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did.

    Attributes:
        imported: records saved; ``rejected``: records left out because of errors.
        vouchers: numbers of the vouchers saved, in order.
        posted: numbers of those that were posted as well; ``failed_posts``: number and code of the
            others, which are saved all the same.
    """

    rows: int
    imported: int
    rejected: int
    kept: int
    sheets: tuple[SheetResult, ...]
    findings: tuple[ImportFinding, ...]
    unavailable: tuple[str, ...] = ()
    vouchers: tuple[str, ...] = ()
    posted: tuple[str, ...] = ()
    failed_posts: tuple[Mapping[str, Any], ...] = ()

    @property
    def errors(self) -> tuple[ImportFinding, ...]:
        """The findings that stopped rows."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    def as_json(self) -> dict[str, Any]:
        """Return the result as JSON values."""
        return {
            "rows": self.rows,
            "imported": self.imported,
            "rejected": self.rejected,
            "kept": self.kept,
            "sheets": [
                {
                    "sheet": sheet.sheet,
                    "record_type": sheet.record_type,
                    "rows": sheet.rows,
                    "imported": sheet.imported,
                    "kept": sheet.kept,
                }
                for sheet in self.sheets
            ],
            "errors": [finding.as_json() for finding in self.errors],
            "warnings": [
                finding.as_json() for finding in self.findings if finding.severity == "warning"
            ],
            "module_unavailable": list(self.unavailable),
            "vouchers": list(self.vouchers),
            "posted": list(self.posted),
            "failed_posts": [dict(item) for item in self.failed_posts],
        }


def lines_of(
    registry: Registry, findings: Sequence[ImportFinding], language: str = "vi"
) -> list[str]:
    """Return findings as lines of text under the names of their sheets; a warning is marked as one."""
    lines: list[str] = []
    warning = "warning: " if language == "en" else "lưu ý: "
    sheet = ""
    for finding in findings:
        if finding.sheet != sheet:
            sheet = finding.sheet
            lines.append(sheet)
        mark = warning if finding.severity == "warning" else ""
        lines.append(f"  {mark}{finding.message(registry, language)} [{finding.code}]")
    return lines
