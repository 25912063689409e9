"""Importing rows of vouchers and catalogs, and taking an import back (`opening_and_import.md` §4).

One transaction: all rows are saved, or with ``valid_rows_only`` all records without an error.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from lienso import Finding, Record, Refused, Unknown, limits
from lienso.canonical import canonical_text
from lienso.errors import LimitExceeded
from lienso.fields import Params, Text, to_json
from lienso.ids import is_id
from lienso.importing import within
from lienso.records import ledgers_of
from lienso.registry import Registry
from lienso.session import Session
from lienso.view import View
from pydantic import Field, model_validator

from . import import_files
from .import_records import IMPORT_BATCH, IMPORT_TEMPLATE, MADE_MAX, ImportTemplate
from .post_made import post_made

Rows = list[dict[str, Any]]
CONTENT_CHARS_MAX = 90 * 1024 * 1024
"""Base64 of a workbook of the largest size that is read; a line's messages are smaller."""

SHOWN_MAX = 1_000
"""Vouchers and errors of one answer; the counts are of all."""


class ExcelParams(Params):
    """Rows of one sheet of a workbook, {heading: cell, ``row``: number}, or the file itself.

    Attributes:
        template: code of an `import_template`; what is given here besides goes before it.
        sheet: kind, e.g. ``journal``, ``customer``. ``map``: heading of the file → heading of the sheet.
        mode: ``update`` changes what is there by code or number.
        batch: what the user calls this import.
        file: name of the file. ``content``: base64 of it (.xlsx, .xls, .ods, .csv), in place of rows.
        sheet_name, heading_row, first_data_row: where in the file the rows are, as in a template.
        auto_number: the numbers of the file only tell its vouchers apart; each gets the next free one.
        post: post the vouchers made ("Cất và ghi sổ"); in the cloud alone.
    """

    template: Text = ""
    sheet: Text = ""
    rows: Rows = Field(default_factory=list, max_length=within.ROWS_MAX)
    map: dict[str, str] = Field(default_factory=dict)
    mode: Literal["add", "update"] | None = None
    valid_rows_only: bool | None = None
    batch: Text = ""
    file: Text = ""
    content: Annotated[str, Field(max_length=CONTENT_CHARS_MAX)] = ""
    sheet_name: Text = ""
    heading_row: int | None = Field(default=None, ge=1, le=1_000)
    first_data_row: int | None = Field(default=None, ge=2, le=50_000)
    auto_number: bool = False
    post: bool = False
    dry_run: bool = False

    @model_validator(mode="after")
    def _one_source(self) -> ExcelParams:
        if not self.template and not self.sheet:
            raise ValueError("sheet or template")
        if self.content and (self.rows or not self.file):
            raise ValueError("content comes with the name of its file, and without rows")
        if self.auto_number and self.mode == "update":
            raise ValueError("auto_number and update exclude each other: they go by the number")
        return self


class ImportResult(Params):
    """What became of the rows; counts are of rows.

    Attributes:
        errors: {row, column, code, value, message_vi, message_en}. ``vouchers``: the bodies of the records made.
        batch: name or id of the import. ``failed``: {voucher, code} of those not posted.
        checked_file: base64 of a workbook: the file that was read, with what is wrong behind each row;
            where something is wrong, or nothing was to be kept. ``kinds``: of a data file, by type.
        numbers: {old, new}: of vouchers that got others than the file says.
    """

    rows: int
    imported: int
    rejected: int
    errors: list[dict[str, Any]]
    vouchers: list[dict[str, Any]] = []
    batch: str = ""
    posted: list[str] = []
    failed: list[dict[str, Any]] = []
    checked_file: Annotated[str, Field(max_length=CONTENT_CHARS_MAX)] = ""
    kinds: dict[str, KindResult] = {}
    numbers: list[dict[str, str]] = []


class KindResult(Params):
    """What became of the records of one type in a data file.

    Attributes:
        kept: they are here already, by id, or by code in a catalog. ``skipped``: nobody asked for them.
        failed: how many; why stands under ``errors`` of the whole import.
    """

    read: int = 0
    imported: int = 0
    kept: int = 0
    skipped: int = 0
    failed: int = 0


class CancelParams(Params):
    """An import, by name or id."""

    batch: Text


class CancelResult(Params):
    """Numbers and codes of what is gone; ``outbox_removed``: at a site."""

    deleted: list[str]
    outbox_removed: int | None = None


def import_excel(params: ExcelParams, session: Session) -> ImportResult:
    """Take rows in as typing them would, offline at a site too; vouchers stay unposted but by word.

    Raises:
        Refused: ``only_in_cloud``: to post at an office; ``column_missing``, ``file_too_big``, ``already_imported``, ``bad_file``,
            ``protected_file``. Unknown: ``unknown_sheet``; ``not_found``: the template.
    """
    if params.post and session.role == "site":
        raise Refused("only_in_cloud", {"function": "post"})
    how = _template(params, session.view)
    rows, file = params.rows, None
    source: Any = params.rows
    if params.content:
        sheet = within.sheet_of(session.registry, how.sheet)
        file = import_files.read_rows(sheet, params.content, params.file, how)
        rows, source = file.rows, params.content
        if file.hidden:
            values = {"rows": file.hidden, "count": len(file.hidden), "file": params.file}
            session.warn(Finding("warning", "hidden_rows", None, None, values))
    key = [how.sheet, how.mode, how.map, source]
    wanted = Wanted(
        how.sheet,
        rows,
        how.map,
        existing=how.mode,
        valid_only=how.valid_rows_only,
        auto_number=params.auto_number,
        post=params.post,
    )
    result, checked = import_rows(session, wanted, key, params.batch, params.file)
    if file is None or not (checked.findings or params.dry_run):
        return result
    copy = import_files.checked_copy(file, checked.findings, session.registry)
    return result.model_copy(update={"checked_file": base64.b64encode(copy).decode()})


def _template(params: ExcelParams, view: View) -> ImportTemplate:
    """Return how rows are read: as the call says, else the template, else as usual."""
    given = params.model_dump(include=set(ImportTemplate.model_fields), exclude_defaults=True)
    if not params.template:
        return ImportTemplate(code="-", **given)
    kept: ImportTemplate = view.require(IMPORT_TEMPLATE, params.template).data
    return kept.model_copy(update={**given, "map": {**kept.map, **params.map}})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is imported, and how."""

    kind: str
    rows: Rows
    headings: Mapping[str, str]
    existing: str = "add"
    valid_only: bool = False
    by_field: bool = False
    auto_number: bool = False
    post: bool = False

    def check(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> within.Checked:
        """Check rows."""
        return within.check(
            session,
            self.kind,
            rows,
            by_field=self.by_field,
            headings=self.headings,
            existing=self.existing,
            auto_number=self.auto_number,
        )


def import_rows(
    session: Session, wanted: Wanted, key: Any, name: str, file: str
) -> tuple[ImportResult, within.Checked]:
    digest = hashlib.sha256(canonical_text(key).encode()).hexdigest()
    refuse_again(session.view, digest, name)
    checked = wanted.check(session, wanted.rows)
    errors = _told(checked, session.registry)
    good = [draft for draft in checked.drafts if draft.good and not draft.kept]
    if checked.errors and not wanted.valid_only:
        rejected = len(checked.bad)
        return ImportResult(
            rows=checked.rows, imported=0, rejected=rejected, errors=errors
        ), checked
    saved = within.save(session, good)
    made = [record for _draft, record in saved]
    batch = note_batch(session, wanted.kind, name, file, digest, checked.rows, made) if made else ""
    to_post = [(one, ledgers_of(one.data)) for one in made] if wanted.post else []
    numbers, failed = post_made(session, to_post)
    taken = sum(within.rows_of(draft) for draft, _record in saved)
    kept = sum(within.rows_of(draft) for draft in checked.drafts if draft.kept)
    result = ImportResult(
        rows=checked.rows,
        imported=taken,
        rejected=checked.rows - taken - kept,
        errors=errors,
        vouchers=[{"id": record.id, **to_json(record.data)} for record in made[:SHOWN_MAX]],
        batch=batch,
        numbers=_numbers(saved) if wanted.auto_number else [],
        posted=numbers,
        failed=failed,
    )
    return result, checked


def _numbers(saved: Sequence[tuple[Any, Record[Any]]]) -> list[dict[str, str]]:
    """Return the number of each voucher in the file, and the one that it got."""
    return [
        {"old": draft.rows[0].seen.get("no", ""), "new": getattr(record.data, "no", "")}
        for draft, record in saved[:SHOWN_MAX]
    ]


def refuse_again(view: View, digest: str, name: str, overwrite: bool = False) -> None:
    """Refuse what was imported already, and a name that another import has.

    Raises:
        Refused: ``already_imported``, ``code_exists``.
    """
    done = _of_hash(view, digest)
    if done is not None and not overwrite:
        raise Refused("already_imported", {"batch": done.data.name or done.id})
    if name and find_batch(view, name) is not None:
        raise Refused("code_exists", {"code": name})


def _told(checked: within.Checked, registry: Registry) -> list[dict[str, Any]]:
    shown = checked.errors[:SHOWN_MAX]
    return [
        {
            **row,
            "message_vi": finding.message(registry),
            "message_en": finding.message(registry, "en"),
        }
        for finding, row in zip(shown, within.found_rows(shown), strict=True)
    ]


def note_batch(
    session: Session,
    kind: str,
    name: str,
    file: str,
    digest: str,
    rows: int,
    made: Sequence[Record[Any]],
) -> str:
    """Keep what an import made, so that it can be taken back; returns how it is called.

    Raises:
        LimitExceeded: more records than one import keeps.
    """
    if len(made) > MADE_MAX:
        raise LimitExceeded(detail={"what": "import", "size": len(made), "max": MADE_MAX})
    fields = {
        "sheet": kind,
        "name": "" if is_id(name) else name,
        "file": file,
        "hash": digest,
        "user": session.actor.user,
        "site": session.actor.site,
        "rows": rows,
        "valid": len(made),
        "state": "imported",
        "made": [{"type": one.type, "id": one.id, "version": one.version} for one in made],
    }
    batch = session.save(IMPORT_BATCH, fields, id=name if is_id(name) else None)
    return name or batch.id


def find_batch(view: View, name: str) -> Record[Any] | None:
    """Return an import by id, or by what the user called it."""
    if is_id(name):
        return view.get(IMPORT_BATCH, name)
    return next(view.find(IMPORT_BATCH, "name", equals=(name,), limit=1), None)


def _of_hash(view: View, digest: str) -> Record[Any] | None:
    found = view.find(IMPORT_BATCH, "hash", equals=(digest,))
    return next((record for record in found if record.data.state != "cancelled"), None)


# -- taking it back -----------------------------------------------------------------------------------------


def refusal_offline(params: CancelParams, view: View) -> Mapping[str, Any] | None:
    """Say why an import may not be taken back here; None when nothing of it ever left this site."""
    from lienso.sync.site_log import local_refusal

    batch = find_batch(view, params.batch)
    if batch is None:
        return None  # the function says that there is no such import
    refused = [
        {"type": type, "id": id, "reason": reason}
        for type, id in [(IMPORT_BATCH, batch.id), *((m.type, m.id) for m in batch.data.made)]
        if (reason := local_refusal(view.stored, type, id)) is not None
    ]
    return {"records": refused[: limits.FINDINGS_MAX]} if refused else None


def cancel_import(params: CancelParams, session: Session) -> CancelResult:
    """Delete what an import made, while nothing of it is posted, changed or used; all or nothing.

    Raises:
        Unknown: ``not_found``. Refused: ``is_posted`` with the vouchers, ``changed_since``, ``in_use``;
            ``nothing_to_process``: it was taken back already.
    """
    view = session.view
    batch = find_batch(view, params.batch)
    if batch is None:
        raise Unknown("not_found", {"type": IMPORT_BATCH, "value": params.batch})
    if batch.data.state == "cancelled":
        raise Refused("nothing_to_process", {"batch": params.batch})
    records = [view.get(one.type, one.id) for one in batch.data.made]
    there = [record for record in records if record is not None]
    _refuse_used(view, batch, there)
    session.write_many(limits.REWRITE_RECORDS_MAX)
    names = [_name(record) for record in there]
    removed = 0
    for record in reversed(there):
        session.require("delete", record)
        if session.role == "site":
            removed += session.forget(record.type, record.id)
        else:
            session.delete(record.type, record.id)
    if session.role == "site":
        removed += session.forget(IMPORT_BATCH, batch.id)
        return CancelResult(deleted=names, outbox_removed=removed)
    session.save(IMPORT_BATCH, {"state": "cancelled"}, id=batch.id)
    return CancelResult(deleted=names)


def _refuse_used(view: View, batch: Record[Any], there: Sequence[Record[Any]]) -> None:
    types = {type.id: type for type in view.record_types()}
    posted = [
        _name(record)
        for record in there
        if not types[record.type].posts_when_accepted
        and any(record.posted(ledger) for ledger in record.posting)
    ]
    if posted:
        raise Refused("is_posted", {"vouchers": posted, "batch": batch.id})
    versions = {one.id: one.version for one in batch.data.made}
    changed = [_name(r) for r in there if _edited(view, r, versions[r.id])]
    if changed or len(there) < len(batch.data.made):
        raise Refused("changed_since", {"records": changed, "batch": batch.id})
    mine = {record.id for record in there} | {batch.id}
    used = _used(view, there, mine)
    if used:
        raise Refused("in_use", {"records": used, "batch": batch.id})


def _edited(view: View, record: Record[Any], made: int) -> bool:
    """Tell whether a body changed since the import; posting and unposting leave it as it was."""
    versions = [v for v in view.stored.history(record.type, record.id) if v.version >= made]
    return len({version.body for version in versions}) > 1


def _used(view: View, there: Iterable[Record[Any]], mine: set[str]) -> list[str]:
    return [
        _name(record)
        for record in there
        if any(user.id not in mine for user in view.referenced(record.type, record.id))
    ]


def _name(record: Record[Any]) -> str:
    return str(getattr(record.data, "no", "") or getattr(record.data, "code", "") or record.id)
