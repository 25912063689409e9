"""Importing rows inside a function's transaction: all of them are saved, or none is left.

Rows come as {heading: cell}, as a screen read them from a file, or as {field: value}, from a program.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .. import limits
from ..errors import LiensoError, Refused, Unknown
from ..model import Record
from ..numbers import FIELD_OF
from .checking import body_of, id_now, note_duplicates, note_error, plain_entry, try_all
from .outcome import ImportFinding
from .rows import Draft, read_rows, style_of
from .workbook import RawSheet

if TYPE_CHECKING:
    from ..model import ImportColumn, ImportSheet
    from ..registry import Registry
    from ..session import Session

ROWS_MAX = 50_000
"""Rows of one import (`opening_and_import` §4.2, ``file_too_big``)."""

ROW = "row"
"""Key of a row's own number in the file; left out, the first row is 2."""

Row = Mapping[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Checked:
    """Rows that were checked; nothing is saved.

    Attributes:
        rows: how many. ``bad``: numbers of those that have an error.
    """

    sheet: ImportSheet
    drafts: tuple[Draft, ...]
    findings: tuple[ImportFinding, ...]
    rows: int
    bad: frozenset[int]

    @property
    def errors(self) -> tuple[ImportFinding, ...]:
        """The findings that stop a row."""
        return tuple(found for found in self.findings if found.severity == "error")


def sheet_of(registry: Registry, kind: str) -> ImportSheet:
    """Return the sheet of a kind (``journal``, ``customer_opening``) or of a Vietnamese name.

    Raises:
        Unknown: ``unknown_sheet``.
    """
    sheets = registry.import_sheets
    found = sheets.get(kind) or next((s for s in sheets.values() if s.id == kind), None)
    if found is None or found.record_type not in registry.record_types:
        raise Unknown(
            "unknown_sheet", {"sheets": kind, "known": ", ".join(s.id for s in sheets.values())}
        )
    return found


def check(
    session: Session,
    kind: str,
    rows: Sequence[Row],
    *,
    by_field: bool = False,
    headings: Mapping[str, str] | None = None,
    existing: str = "",
    auto_number: bool = False,
) -> Checked:
    """Check rows as a workbook's are checked, each record with the ones before it taken as saved.

    Args:
        by_field: keys are fields of the record and its lines, values are JSON values or plain text.
        headings: key of the rows → heading or field, where they differ.
        existing: ``update`` changes records that are there already; else as the sheet says.
        auto_number: numbers only tell records apart; each gets the next free one when it is saved.
    Raises:
        Unknown: ``unknown_sheet``. Refused: ``file_too_big``; ``column_missing``.
    """
    if len(rows) > ROWS_MAX:
        raise Refused("file_too_big", {"rows": len(rows), "max": ROWS_MAX})
    kernel, by, writer = session.for_import()
    sheet = sheet_of(kernel.registry, kind)
    if existing == "update":
        sheet = dataclasses.replace(sheet, existing="update")
    if by_field:
        sheet = _by_field(sheet)
    raw, numbers = _raw(sheet, rows, headings or {})
    style = "plain" if by_field else style_of([(sheet, raw)])
    record_type = kernel.registry.record_types[sheet.record_type]
    read = read_rows(sheet, record_type, raw, style)
    if read.missing:
        column = read.missing[0].column
        raise Refused(
            "column_missing", {"column": column, "columns": [f.column for f in read.missing]}
        )
    if auto_number:
        for draft in read.drafts:
            draft.fields = {n: v for n, v in draft.fields.items() if n not in FIELD_OF.values()}
    note_duplicates(read, record_type)
    try_all(kernel, by, writer, read.drafts, None)
    found = [_shown(one, numbers, by_field) for draft in read.drafts for one in draft.findings]
    found.sort(key=lambda finding: finding.row)
    bad = frozenset(one.row for one in found if one.severity == "error")
    return Checked(sheet, read.drafts, tuple(found), read.rows, bad)


def save(session: Session, drafts: Sequence[Draft]) -> list[tuple[Draft, Record[Any]]]:
    """Save drafts that were found good.

    Raises:
        LiensoError: what a check did not foresee; the caller's transaction is undone.
    """
    kernel, _by, _writer = session.for_import()
    session.write_many(
        min(2 * len(drafts) + limits.RECORDS_PER_WRITE_MAX, limits.REWRITE_RECORDS_MAX)
    )
    saved = []
    for draft in drafts:
        if draft.kept:
            continue
        for key in draft.entries:
            if session.view.id_of(*key) is None:
                session.save(key[0], plain_entry(kernel, key))
        type = draft.sheet.record_type
        try:
            saved.append((draft, _saved(session, type, draft)))
        except LiensoError as error:
            note_error(draft, error)
            raise
    return saved


def _saved(session: Session, type: str, draft: Draft) -> Record[Any]:
    id = id_now(draft, session.view)
    return session.save(type, body_of(draft), id=id, ignore_warnings=True)


def rows_of(draft: Draft) -> int:
    """Return how many rows a draft is made of."""
    return len(draft.rows)


def _raw(
    sheet: ImportSheet, rows: Sequence[Row], headings: Mapping[str, str]
) -> tuple[RawSheet, dict[int, int]]:
    """Return the rows as a sheet, and the number of each in the file."""
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(name for name in row if name != ROW))
    # A declared heading that no row has: then what is required and missing shows.
    head = [headings.get(name, name) for name in names]
    cells = [[row.get(name, "") for name in names] for row in rows]
    numbers = {
        place: row[ROW] if isinstance(row.get(ROW), int) else place
        for place, row in enumerate(rows, 2)
    }
    return RawSheet(sheet.name, [head, *cells]), numbers


def _shown(found: ImportFinding, numbers: Mapping[int, int], by_field: bool) -> ImportFinding:
    code = found.code
    if by_field and code == "bad_number" and _is_fraction(found.value):
        code = "vnd_has_no_decimals"
    return dataclasses.replace(found, row=numbers.get(found.row, found.row), code=code)


def _is_fraction(text: str) -> bool:
    whole, point, digits = text.partition(".")
    return bool(point) and whole.removeprefix("-").isdigit() and digits.isdigit()


def _by_field(sheet: ImportSheet) -> ImportSheet:
    """Return the sheet with fields for headings; what a record needs is asked when it is saved."""
    columns: dict[str, ImportColumn] = {}
    for column in sorted(sheet.columns, key=lambda one: one.field.count(".")):
        name = column.field.rpartition(".")[2]
        columns.setdefault(name, dataclasses.replace(column, heading=name, required=False))
    return dataclasses.replace(sheet, columns=tuple(columns.values()))


def found_rows(findings: Sequence[ImportFinding]) -> Iterator[dict[str, Any]]:
    """Write findings as {row, column, code, value}."""
    for one in findings:
        yield {
            "row": one.row,
            "column": one.column,
            "code": one.code,
            "value": one.value,
        }
