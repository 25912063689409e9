"""Checking drafts of records in trial: the sheet's own rules, then all that saving asks."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from ..calls import guarded
from ..errors import LiensoError
from ..keys import fold_code
from ..model import Finding, ImportColumn, ImportSheet
from .rows import Draft, Row, SheetRows
from .staged import Trial
from .workbook import RawSheet

if TYPE_CHECKING:
    from ..kernel import Kernel
    from ..model import Actor, RecordType
    from ..storage import View

Progress = Callable[[int, int, str], None]
"""(done, total, name of the sheet)."""


def in_order(
    sheets: Sequence[tuple[ImportSheet, RawSheet]], types: Mapping[str, RecordType]
) -> list[tuple[ImportSheet, RawSheet]]:
    """Put sheets so that what is referred to comes first; catalogs before all else."""
    from ..fields import refs_of

    ranked = sorted(
        sheets,
        key=lambda item: (types[item[0].record_type].kind != "catalog", item[0].order),
    )
    ordered: list[tuple[ImportSheet, RawSheet]] = []
    begun: set[str] = set()

    def visit(item: tuple[ImportSheet, RawSheet]) -> None:
        if item[0].name in begun:
            return  # done, or a circle: then the declared order decides
        begun.add(item[0].name)
        needed = {type for _path, type in refs_of(types[item[0].record_type].model)}
        for other in ranked:
            # What only adds to records that are there comes after the sheet that makes them.
            adds = other[0].existing == "update" and other[0].record_type == item[0].record_type
            if other[0].record_type in needed and not adds:
                visit(other)
        ordered.append(item)

    for item in ranked:
        visit(item)
    return ordered


def note_duplicates(sheet: SheetRows, record_type: RecordType) -> None:
    """Refuse a record whose key an earlier row of the sheet has."""
    seen: dict[tuple[Any, ...], int] = {}
    for draft in sheet.drafts:
        _note_equal_rows(draft)
        key, path = _key(draft, record_type)
        if not key:
            continue
        if key in seen:
            draft.note(draft.rows[0], path, "duplicate_row", {"row": seen[key]})
        else:
            seen[key] = draft.rows[0].number


def _note_equal_rows(draft: Draft) -> None:
    """Refuse a row about what an earlier row of its record is about."""
    subject = draft.sheet.subject
    if subject is None:
        return
    seen: dict[Hashable, int] = {}
    for row in draft.rows:
        about = guarded(draft.sheet.record_type, "subject", lambda row=row: subject(row.seen))
        if about in seen:
            draft.note(row, draft.sheet.group_by[0], "duplicate_row", {"row": seen[about]})
        else:
            seen[about] = row.number


def _key(draft: Draft, record_type: RecordType) -> tuple[tuple[Any, ...], str]:
    for name in ("code", "no"):
        if isinstance(value := draft.fields.get(name), str):
            # A number may stand with two dates: `rows` reports that under its own code.
            date = draft.rows[0].seen.get("posting_date", "") if name == "no" else ""
            return (value.casefold(), date), name
    named = [name for name in record_type.unique if name in draft.fields]
    if not named:
        return (), ""
    return tuple(str(draft.fields.get(name, "")) for name in record_type.unique), named[0]


def try_all(
    kernel: Kernel, by: Actor, view: View, drafts: Sequence[Draft], progress: Progress | None
) -> None:
    """Check drafts in their order, each with the good ones before it taken as saved."""
    trial = Trial(kernel, view, by)
    for done, draft in enumerate(drafts, 1):
        try:
            _check_rows(trial, draft)
            _find_existing(trial, draft)
            if draft.good and not draft.kept:
                _try(trial, draft)
        except LiensoError as error:
            note_error(draft, error)
        if progress is not None:
            progress(done, len(drafts), draft.sheet.name)


def _check_rows(trial: Trial, draft: Draft) -> None:
    """Ask what the sheet itself knows of its cells and rows."""
    for row in draft.rows:
        wrong = {finding.column for finding in draft.findings if finding.row == row.number}
        for place in draft.places:
            value = row.values.get(place.column.field)
            if value is not None and place.heading not in wrong:
                _check_cell(trial, draft, row, place.column, value)
        for found in () if wrong else _objections(trial, draft.sheet, row):
            draft.note(row, found.field or "", found.code, found.values, found.severity)


def _check_cell(trial: Trial, draft: Draft, row: Row, column: ImportColumn, value: Any) -> None:
    if column.kind == "code" and column.ref:
        key = (column.ref, str(value))
        if trial.view.id_of(*key) is None and not _made(trial, column, key):
            draft.note(row, column.field, "not_found", {"type": column.ref})
        elif (key[0], fold_code(key[1])) in trial.made:
            draft.entries.append(key)
    look = column.check
    if look is None:
        return
    found = guarded(draft.sheet.record_type, "import check", lambda: look(value, trial.view))
    if found is not None:
        draft.note(row, column.field, found.code, found.values, found.severity)


def _objections(trial: Trial, sheet: ImportSheet, row: Row) -> Sequence[Finding]:
    look = sheet.check
    if look is None:
        return ()
    found: Sequence[Finding] = guarded(
        sheet.record_type, "import check", lambda: tuple(look(row.values, trial.view))
    )
    return found


def _made(trial: Trial, column: ImportColumn, key: tuple[str, str]) -> bool:
    """Make the plainest entry of a catalog in trial, where the sheet allows that."""
    if not column.create_missing:
        return False
    try:
        trial.save(key[0], plain_entry(trial.kernel, key))
    except LiensoError:
        return False
    trial.made.add((key[0], fold_code(key[1])))
    return True


def plain_entry(kernel: Kernel, key: tuple[str, str]) -> dict[str, Any]:
    """Return the plainest body of a catalog's entry."""
    type, code = key
    return {**kernel.registry.record_types[type].defaults, "code": code, "name": code}


def _find_existing(trial: Trial, draft: Draft) -> None:
    if draft.sheet.existing == "refuse":
        return
    draft.existing = existing_id(draft, trial.view)
    draft.kept = draft.existing is not None and draft.sheet.existing == "keep"


def existing_id(draft: Draft, view: Any) -> str | None:
    """Return the id of the record that has a draft's code or number, None when there is none."""
    key = draft.fields.get("code") or draft.fields.get("no")
    found: str | None = view.id_of(draft.sheet.record_type, key) if key else None
    return found


def id_now(draft: Draft, view: Any) -> str | None:
    """Return the id to save a draft under: another sheet of the file may have made the record since."""
    return None if draft.existing is None else existing_id(draft, view)


def _try(trial: Trial, draft: Draft) -> None:
    saved = trial.save(
        draft.sheet.record_type,
        body_of(draft),
        id=draft.existing,
        merge=draft.existing is not None,
    )
    for finding in saved.findings:
        _note(draft, finding)


def body_of(draft: Draft) -> dict[str, Any]:
    """Return the body of a draft in the shape that its sheet gives it."""
    fields = deepcopy(draft.fields)  # `prepare` may change lines, and is asked again when saving
    prepare = draft.sheet.prepare
    if prepare is None:
        return fields
    made: dict[str, Any] = guarded(draft.sheet.record_type, "prepare", lambda: prepare(fields))
    return made


def note_error(draft: Draft, error: LiensoError) -> None:
    """Add what an error says, each of its findings at its row and column."""
    if not error.findings:
        field = str(error.detail.get("field", "")) or _field_of_code(error.code, draft)
        _note(draft, Finding("error", error.code, field, values=error.detail))
    for finding in error.findings:
        _note(draft, finding)


def _field_of_code(code: str, draft: Draft) -> str:
    """Name the field that a claim refused: the code or number of the record."""
    if code in ("code_exists", "voucher_no_duplicate"):
        return "code" if "code" in draft.fields else "no"
    return ""


def _note(draft: Draft, finding: Finding) -> None:
    """Find row and column of a finding about the record."""
    parts = (finding.field or "").split(".")
    names = [part for part in parts if not part.isdigit()]
    row = _row_of(draft, names[0], finding.line)
    for path in _paths(names, finding.line is not None):
        if any(place.column.field == path for place in draft.places):
            draft.note(row, path, finding.code, finding.values, finding.severity)
            return
    draft.note(row, "", finding.code, finding.values, finding.severity)


def _row_of(draft: Draft, name: str, line: int | None) -> Row:
    if line is None:
        return draft.rows[0]
    number = draft.lines.get((name, line)) or draft.lines.get(("lines", line))
    return next((row for row in draft.rows if row.number == number), draft.rows[0])


def _paths(names: Sequence[str], of_line: bool) -> Iterator[str]:
    path = ".".join(names)
    yield path
    if of_line:
        yield f"lines.{path}"
