"""From the rows of a sheet to the fields of records: headings, cells, rows that belong together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, get_args, get_origin

from ..keys import fold_code
from .cells import BadCell, NumberStyle, is_blank, number_style, read_cell, shown
from .outcome import ImportFinding, bare_heading

if TYPE_CHECKING:
    from ..model import ImportColumn, ImportSheet, RecordType, Severity
    from .workbook import RawSheet

HEADING_ROWS_MAX = 20
"""Where headings are looked for: title, period and unit stand above them."""


@dataclass(frozen=True, slots=True)
class Place:
    """A column of the file that a sheet declares: ``index`` from 0, heading as printed."""

    index: int
    heading: str
    column: ImportColumn


@dataclass(slots=True)
class Row:
    """A row as it was read: values by the columns' field paths, blanks left out."""

    number: int
    values: dict[str, Any]
    seen: dict[str, str]


@dataclass(slots=True)
class Draft:
    """A record to be, from one row or several.

    Attributes:
        fields: JSON values, before the sheet's ``prepare``; references are codes.
        lines: (list's name, line) → number of the row it comes from.
        spoiled: another row of its own could not be read, so that it would not be whole.
        existing: id of the record that is there already, in trial; None for a new one.
        entries: (catalog, code) of entries that are made with it, where its sheet allows that.
    """

    sheet: ImportSheet
    places: Sequence[Place]
    rows: list[Row]
    fields: dict[str, Any] = field(default_factory=dict)
    lines: dict[tuple[str, int], int] = field(default_factory=dict)
    findings: list[ImportFinding] = field(default_factory=list)
    spoiled: bool = False
    existing: str | None = None
    kept: bool = False
    entries: list[tuple[str, str]] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing stops it."""
        return not self.spoiled and all(found.severity != "error" for found in self.findings)

    def note(
        self,
        row: Row,
        path: str,
        code: str,
        values: Mapping[str, Any] | None = None,
        severity: Severity = "error",
    ) -> None:
        """Add a finding about the column that fills a field of this row; no column: the row."""
        heading = next((p.heading for p in self.places if p.column.field == path), "")
        value = row.seen.get(path, "")
        self.findings.append(
            ImportFinding(
                self.sheet.name, row.number, heading, code, value, severity, dict(values or {})
            )
        )


@dataclass(frozen=True, slots=True)
class SheetRows:
    """A sheet as it was read. ``missing``: what its headings lack; then nothing was read."""

    sheet: ImportSheet
    rows: int
    drafts: tuple[Draft, ...]
    missing: tuple[ImportFinding, ...] = ()


def fold_heading(heading: Any) -> str:
    """Return what two spellings of a heading have in common (no mark, no case, one blank)."""
    return " ".join(fold_code(bare_heading(shown(heading))).split())


def find_headings(sheet: ImportSheet, raw: RawSheet) -> tuple[int, list[Place]]:
    """Return the index of the heading row, and its columns; (-1, []) when there is none.

    The row with most of the declared headings wins, the upper of equals.
    """
    wanted = {fold_heading(column.heading): column for column in sheet.columns}
    best: tuple[int, list[Place]] = (-1, [])
    for at, row in enumerate(raw.rows[:HEADING_ROWS_MAX]):
        places: list[Place] = []
        taken: set[str] = set()
        for index, cell in enumerate(row):
            key = fold_heading(cell)
            if key in wanted and key not in taken:
                taken.add(key)
                places.append(Place(index, shown(cell), wanted[key]))
        if len(places) > len(best[1]):
            best = (at, places)
    return best


def looks_like_data(raw: RawSheet) -> bool:
    """Tell whether a sheet that nobody declares has headings of an import sheet: some with (*)."""
    return any("(*)" in shown(cell) for row in raw.rows[:HEADING_ROWS_MAX] for cell in row)


def style_of(sheets: Iterable[tuple[ImportSheet, RawSheet]]) -> NumberStyle | None:
    """Tell how a file writes the numbers that stand as text in its number columns."""
    texts = []
    for sheet, raw in sheets:
        heading, places = find_headings(sheet, raw)
        numbers = [p.index for p in places if p.column.kind in ("money", "decimal", "int")]
        for row in raw.rows[heading + 1 :]:
            texts += [shown(row[i]) for i in numbers if i < len(row) and isinstance(row[i], str)]
    return number_style(text for text in texts if text)


def read_rows(
    sheet: ImportSheet, record_type: RecordType, raw: RawSheet, style: NumberStyle | None
) -> SheetRows:
    """Read a sheet's rows down to the first empty one, and join those that are one record."""
    heading, places = find_headings(sheet, raw)
    there = {place.column.field for place in places}
    missing = tuple(
        ImportFinding(sheet.name, max(heading + 1, 0), column.heading, "column_missing")
        for column in sheet.columns
        if column.required and column.field not in there
    )
    if missing:
        return SheetRows(sheet, 0, (), missing)
    drafts: dict[tuple[str, ...] | int, Draft] = {}
    count = 0
    for number, cells in enumerate(raw.rows[heading + 1 :], heading + 2):
        if all(is_blank(cell) for cell in cells):
            break
        count += 1
        row = _seen(number, cells, places)
        key = _group(sheet, row)
        draft = drafts.setdefault(number if key is None else key, Draft(sheet, places, []))
        draft.rows.append(row)
        _read(draft, row, cells, style)
    made = tuple(drafts.values())
    for draft in made:
        _join(draft, record_type)
    _spoil(sheet, made)
    return SheetRows(sheet, count, made)


def _seen(number: int, cells: Sequence[Any], places: Sequence[Place]) -> Row:
    seen = {
        place.column.field: shown(cells[place.index])
        for place in places
        if place.index < len(cells)
    }
    return Row(number, {}, seen)


def _group(sheet: ImportSheet, row: Row) -> tuple[str, ...] | None:
    """Return what makes rows one record: the cells as they are seen, so that bad ones count too."""
    key = tuple(row.seen.get(name, "") for name in sheet.group_by)
    return key if any(key) else None


def _read(draft: Draft, row: Row, cells: Sequence[Any], style: NumberStyle | None) -> None:
    for place in draft.places:
        column = place.column
        cell = cells[place.index] if place.index < len(cells) else None
        try:
            value = read_cell(column, cell, style)
        except BadCell as bad:
            draft.note(row, column.field, bad.code)
            continue
        if value is not None:
            row.values[column.field] = value
        elif column.required:
            draft.note(row, column.field, "field_required", {"field": column.heading})


def _join(draft: Draft, record_type: RecordType) -> None:
    """Fill the fields: header cells from the first row, a line from each."""
    lists = {name: element for name, element in _lists(record_type)}
    first = draft.rows[0]
    for row in draft.rows:
        made: dict[str, dict[str, Any]] = {}
        for path, value in row.values.items():
            name, _, rest = path.partition(".")
            if rest and name in lists:
                _put(made.setdefault(name, {}), rest, value)
            elif row is first:
                _put(draft.fields, path, value)
            elif first.values.get(path) != value:
                draft.note(row, path, "header_differs", {"no": first.seen.get("no", "")})
        for name, line in made.items():
            items = draft.fields.setdefault(name, [])
            number = len(items) + 1
            numbered = "line" in getattr(lists[name], "model_fields", {})
            items.append({"line": number, **line} if numbered else line)
            draft.lines[name, number] = row.number


def _lists(record_type: RecordType) -> Iterator[tuple[str, Any]]:
    for name, info in record_type.model.model_fields.items():
        for part in (info.annotation, *get_args(info.annotation)):
            if get_origin(part) in (list, tuple):
                yield name, get_args(part)[0]
                break


def _put(fields: dict[str, Any], path: str, value: Any) -> None:
    *above, name = path.split(".")
    for part in above:
        fields = fields.setdefault(part, {})
    fields[name] = value


def _spoil(sheet: ImportSheet, drafts: Sequence[Draft]) -> None:
    """Stop what would be half a voucher: rows of its number that stand apart.

    A row whose date cannot be read belongs to the voucher of its number; a number that has two good
    dates is an error of the later one (``voucher_no_other_date``).
    """
    if len(sheet.group_by) < 2 or "no" not in sheet.group_by:
        return
    by_number: dict[str, list[Draft]] = {}
    for draft in drafts:
        if number := draft.rows[0].seen.get("no", ""):
            by_number.setdefault(number, []).append(draft)
    others = [name for name in sheet.group_by if name != "no"]
    for same in by_number.values():
        readable = [d for d in same if all(name in d.rows[0].values for name in others)]
        for draft in same:
            draft.spoiled = len(readable) < len(same) and draft in readable
        for draft in readable[1:]:
            draft.note(
                draft.rows[0],
                others[0],
                "voucher_no_other_date",
                {"row": same[0].rows[0].number},
            )
