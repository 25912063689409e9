"""Checking a workbook as a whole, then saving it (`opening_and_import` §4.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import limits
from ..errors import LiensoError, Refused
from ..records import ledgers_of
from .checking import (
    Progress,
    body_of,
    id_now,
    in_order,
    note_duplicates,
    note_error,
    plain_entry,
    try_all,
)
from .outcome import ImportFinding, ImportPlan, ImportResult, SheetResult
from .rows import Draft, SheetRows, find_headings, looks_like_data, read_rows, style_of
from .workbook import RawSheet, read_file

if TYPE_CHECKING:
    from ..kernel import Kernel
    from ..model import Actor, ImportSheet, Record


def check_workbook(
    kernel: Kernel, by: Actor, path: str | Path, *, progress: Progress | None = None
) -> ImportPlan:
    """Read a file and check every row of every sheet; nothing is saved.

    Each record goes through all that saving asks, with the records before it taken as saved.

    Raises:
        Refused: ``bad_file``, ``protected_file``, ``file_too_big``; ``unknown_sheet``: no module
            declares any of its sheets.
    """
    sheets = read_file(path)
    known = _declared(kernel)
    if not any(raw.name in known for raw in sheets):
        names = {"sheets": ", ".join(raw.name for raw in sheets), "known": ", ".join(known)}
        raise Refused("unknown_sheet", names)
    return check_sheets(kernel, by, sheets, progress=progress)


def _declared(kernel: Kernel) -> dict[str, ImportSheet]:
    """Return the sheets whose records this kernel knows, by name."""
    types = kernel.registry.record_types
    return {
        name: sheet
        for name, sheet in kernel.registry.import_sheets.items()
        if sheet.record_type in types
    }


def check_sheets(
    kernel: Kernel,
    by: Actor,
    sheets: Sequence[RawSheet],
    *,
    progress: Progress | None = None,
) -> ImportPlan:
    """Check sheets that were read already, as `check_workbook` does."""
    types = kernel.registry.record_types
    declared = _declared(kernel)
    known = [(declared[raw.name], raw) for raw in sheets if raw.name in declared]
    unavailable = tuple(
        raw.name for raw in sheets if raw.name not in declared and looks_like_data(raw)
    )
    style = style_of(known)
    read = [
        read_rows(sheet, types[sheet.record_type], raw, style)
        for sheet, raw in in_order(known, types)
    ]
    drafts = [draft for sheet in read for draft in sheet.drafts]
    for sheet in read:
        note_duplicates(sheet, types[sheet.sheet.record_type])
    kernel.storage.read(by.tenant, lambda view: try_all(kernel, by, view, drafts, progress))
    order = {raw.name: at for at, raw in enumerate(sheets)}
    findings = [finding for sheet in read for finding in sheet.missing]
    findings += [finding for draft in drafts for finding in draft.findings]
    findings += [found for sheet, raw in known for found in _of_hidden(sheet, raw)]
    findings.sort(key=lambda finding: (order[finding.sheet], finding.row))
    return ImportPlan(
        tuple(drafts),
        tuple(_counted(sheet) for sheet in sorted(read, key=lambda s: order[s.sheet.name])),
        tuple(findings),
        unavailable,
    )


def _of_hidden(sheet: ImportSheet, raw: RawSheet) -> Iterator[ImportFinding]:
    """Warn of hidden rows below the headings: they are imported like the others (§9)."""
    heading, _places = find_headings(sheet, raw)
    rows = [number for number in raw.hidden if heading + 1 < number <= len(raw.rows)]
    if rows:
        values = {"rows": rows[: limits.FINDINGS_MAX], "count": len(rows)}
        yield ImportFinding(raw.name, rows[0], "", "hidden_rows", "", "warning", values)


def import_workbook(
    kernel: Kernel,
    by: Actor,
    path: str | Path,
    *,
    valid_rows_only: bool = False,
    post: bool = False,
    progress: Progress | None = None,
) -> ImportResult:
    """Check a file, then save its records as typing them would, offline at a site too.

    Args:
        valid_rows_only: save the good records although others have errors; by default one error
            stops everything.
        post: post the vouchers, in the order of their dates, once all are saved; at a site each is
            posted when it arrives in the cloud.
    Raises:
        Refused: as `check_workbook`.
    """
    plan = check_workbook(kernel, by, path, progress=progress)
    return import_plan(
        kernel, by, plan, valid_rows_only=valid_rows_only, post=post, progress=progress
    )


def import_plan(
    kernel: Kernel,
    by: Actor,
    plan: ImportPlan,
    *,
    valid_rows_only: bool = False,
    post: bool = False,
    progress: Progress | None = None,
) -> ImportResult:
    """Save what a check found good, as `import_workbook` does."""
    rejected = [draft for draft in plan.drafts if not draft.good]
    if plan.errors and not valid_rows_only:
        return _result(plan, [], [], len(plan.drafts) - len([d for d in plan.drafts if d.kept]))
    findings = list(plan.findings)
    saved: list[tuple[Draft, Record[Any]]] = []
    good = [draft for draft in plan.drafts if draft.good and not draft.kept]
    for done, draft in enumerate(good, 1):
        try:
            saved.append((draft, _save(kernel, by, draft, post)))
        except LiensoError as error:  # somebody changed the data since the check
            before = len(draft.findings)
            note_error(draft, error)
            findings += draft.findings[before:]
            rejected.append(draft)
        if progress is not None:
            progress(done, len(good), draft.sheet.name)
    result = _result(plan, saved, findings, len(rejected))
    return _posted(kernel, by, saved, result) if post and kernel.role == "cloud" else result


# -- saving ---------------------------------------------------------------------------------------


def _save(kernel: Kernel, by: Actor, draft: Draft, post: bool) -> Record[Any]:
    record_type = kernel.registry.record_types[draft.sheet.record_type]
    for key in draft.entries:
        if kernel.read(by, lambda view, key=key: view.id_of(*key)) is None:  # type: ignore[misc]
            kernel.save(by, key[0], plain_entry(kernel, key))
    # In the cloud vouchers are posted after all are saved; a site's are posted on arrival.
    later = post and kernel.role == "site" and record_type.post is not None
    id = kernel.read(by, lambda view: id_now(draft, view))
    return kernel.save(
        by,
        record_type.id,
        body_of(draft),
        id=id,
        merge=id is not None,
        post=_ledgers(draft) if later else (),
        ignore_warnings=True,
    ).record


def _ledgers(draft: Draft) -> tuple[str, ...]:
    shown = draft.fields.get("display_on_book", "financial")
    return ("financial", "management") if shown == "both" else (shown,)


def _posted(
    kernel: Kernel, by: Actor, saved: Sequence[tuple[Draft, Record[Any]]], result: ImportResult
) -> ImportResult:
    posted: list[str] = []
    failed: list[Mapping[str, Any]] = []
    types = kernel.registry.record_types
    vouchers = [
        record
        for _draft, record in saved
        if types[record.type].post is not None and not types[record.type].posts_when_accepted
    ]
    for record in sorted(vouchers, key=lambda record: record.data.posting_date):
        number = record.data.no or record.data.no_management
        try:
            for ledger in ledgers_of(record.data):
                kernel.post(by, record.id, ledger, ignore_warnings=True)
        except LiensoError as error:
            codes = sorted({f.code for f in error.findings if f.severity == "error"})
            failed.append({"voucher": number, "code": error.code, "codes": codes})
        else:
            posted.append(number)
    return replace(result, posted=tuple(posted), failed_posts=tuple(failed))


# -- counting -------------------------------------------------------------------------------------


def _counted(sheet: SheetRows) -> SheetResult:
    kept = sum(draft.kept for draft in sheet.drafts)
    return SheetResult(
        sheet.sheet.name, sheet.sheet.record_type, sheet.rows, len(sheet.drafts), kept
    )


def _result(
    plan: ImportPlan,
    saved: Sequence[tuple[Draft, Record[Any]]],
    findings: Sequence[ImportFinding],
    rejected: int,
) -> ImportResult:
    by_sheet: dict[str, int] = {}
    for draft, _record in saved:
        by_sheet[draft.sheet.name] = by_sheet.get(draft.sheet.name, 0) + 1
    sheets = tuple(replace(sheet, imported=by_sheet.get(sheet.sheet, 0)) for sheet in plan.sheets)
    numbers = (getattr(record.data, "no", "") for _draft, record in saved)
    return ImportResult(
        plan.rows,
        len(saved),
        rejected,
        sum(sheet.kept for sheet in plan.sheets),
        sheets,
        tuple(findings) or plan.findings,
        plan.unavailable,
        tuple(number for number in numbers if number),
    )
