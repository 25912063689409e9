"""Nhập khẩu dữ liệu: rows of a program, or another company's data file (`opening_and_import.md` §4.7)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from lienso import LiensoError, Record, Refused, Unknown, limits
from lienso.fields import Params, Text, to_json
from lienso.ids import is_id
from lienso.importing import within
from lienso.messages import text
from lienso.records import references, replace_references
from lienso.session import Session
from pydantic import Field, model_validator

from .data_file import Line, read_lines, takeable
from .importing import (
    CONTENT_CHARS_MAX,
    SHOWN_MAX,
    ImportResult,
    KindResult,
    Rows,
    Wanted,
    import_rows,
    note_batch,
    refuse_again,
)
from .post_made import SETTLEMENTS, post_made


class DataParams(Params):
    """Rows from a program, {field: value, ``row``: number}, or a data file.

    Attributes:
        target: kind of rows. ``map``: key of the rows → field. ``mode``, ``match``: of rows.
        post: post the vouchers made; of a data file those that were posted where they come from.
        content, file: base64 and name of a data file, as report ``utilities.data_file`` gives it.
        kinds: record types to take; empty: all. ``leave_out``: catalogs of which nothing is made: what
            refers to them must find them here by code.
        branches: code of a branch there → code here; without a word the codes correspond.
        settlements: False: vouchers that settle others stay out.
        overwrite: take a file again; what is here by id is changed to what the file says.
    """

    source: Literal["rows", "data_file"]
    target: Text = ""
    rows: Rows = Field(default_factory=list, max_length=within.ROWS_MAX)
    map: dict[str, str] = Field(default_factory=dict)
    mode: Literal["all_or_nothing", "valid_rows_only"] = "all_or_nothing"
    match: Literal["add", "update"] = "add"
    post: bool = False
    batch: Text = ""
    dry_run: bool = False
    content: Annotated[str, Field(max_length=CONTENT_CHARS_MAX)] = ""
    file: Text = ""
    kinds: list[Text] = Field(default_factory=list, max_length=200)
    leave_out: list[Text] = Field(default_factory=list, max_length=200)
    branches: dict[str, str] = Field(default_factory=dict, max_length=1_000)
    settlements: bool = True
    overwrite: bool = False

    @model_validator(mode="after")
    def _of_its_source(self) -> DataParams:
        if self.source == "rows" and not self.target:
            raise ValueError("target")
        if self.source == "data_file" and not (self.content and self.file):
            raise ValueError("content and file")
        return self


def import_data(params: DataParams, session: Session) -> ImportResult:
    """Take in rows of a program, or another company's records, checked against those of all offices.

    Raises:
        Refused: ``column_missing``, ``file_too_big``, ``already_imported``, ``bad_file``,
            ``params_invalid``. Unknown: ``unknown_sheet``; ``not_found``: a branch.
    """
    if params.source == "data_file":
        return _Taking(params, session).take()
    key = [params.source, params.target, params.map, params.rows]
    valid_only = params.mode == "valid_rows_only"
    wanted = Wanted(
        params.target,
        params.rows,
        params.map,
        existing=params.match,
        valid_only=valid_only,
        by_field=True,
        post=params.post,
    )
    result, _checked = import_rows(session, wanted, key, params.batch, "")
    return result


class _Taking:
    """One data file on its way in: each record stands alone, and is tried again when others are there."""

    def __init__(self, params: DataParams, session: Session) -> None:
        self._params, self._session = params, session
        self._types = {type.id: type for type in takeable(session.view)}
        known = self._types.keys()
        if strange := [kind for kind in (*params.kinds, *params.leave_out) if kind not in known]:
            raise Refused("params_invalid", {"fields": f"kinds ({', '.join(strange)})"})
        self._lines = read_lines(params.content, params.file)
        self._kinds: dict[str, KindResult] = {}
        self._names = {line.id: line.name for line in self._lines}
        self._stands: dict[str, str] = {}
        self._made: list[Record[Any]] = []
        self._post: list[tuple[Record[Any], tuple[Any, ...]]] = []
        self._errors: dict[int, dict[str, Any]] = {}

    def take(self) -> ImportResult:
        """Take the file in."""
        params, session = self._params, self._session
        digest = hashlib.sha256(f"data_file {params.content}".encode()).hexdigest()
        refuse_again(session.view, digest, params.batch, params.overwrite)
        session.write_many(
            min(3 * len(self._lines) + limits.RECORDS_PER_WRITE_MAX, limits.REWRITE_RECORDS_MAX)
        )
        self._find_branches()
        waiting = [line for line in self._lines if self._is_wanted(line)]
        while waiting:
            left = [line for line in waiting if not self._take(line)]
            if len(left) == len(waiting):
                break
            waiting = left
        types = {line.row: line.type for line in self._lines}
        for row in self._errors:
            self._count(types[row], "failed")
        made = self._made
        batch = (
            note_batch(
                session, "data_file", params.batch, params.file, digest, len(self._lines), made
            )
            if made
            else ""
        )
        done, failed = post_made(session, self._post) if params.post else ([], [])
        taken = sum(kind.imported for kind in self._kinds.values())
        return ImportResult(
            rows=len(self._lines),
            imported=taken,
            rejected=len(self._errors),
            errors=list(self._errors.values())[:SHOWN_MAX],
            batch=batch,
            posted=done,
            failed=failed,
            kinds=self._kinds,
        )

    def _count(self, type: str, what: str) -> None:
        kind = self._kinds.get(type, KindResult())
        self._kinds[type] = kind.model_copy(update={what: getattr(kind, what) + 1})

    def _find_branches(self) -> None:
        """Let branches there stand for branches here, as the user said. Raises: Unknown: ``not_found``."""
        units = {line.name: line.id for line in self._lines if line.type == "org_unit"}
        for there, here in self._params.branches.items():
            own = self._session.view.require("org_unit", here).id
            self._stands[units.get(there, there)] = own

    def _is_wanted(self, line: Line) -> bool:
        """Tell whether a record is to be taken; what is here already stands for it."""
        params, view = self._params, self._session.view
        self._count(line.type, "read")
        if line.id in self._stands:
            self._count(line.type, "kept")
            return False
        type = self._types.get(line.type)
        if type is None or not is_id(line.id):
            self._note(line, Refused("unknown_record_type", {"type": line.type}))
            return False
        by_id = view.get(line.type, line.id)
        by_code = view.by_code(line.type, line.name) if type.kind == "catalog" else None
        if by_id is None and by_code is not None:
            self._stands[line.id] = by_code.id
        if (by_id is not None and not params.overwrite) or (by_id is None and by_code is not None):
            self._count(line.type, "kept")
            return False
        asked = not params.kinds or line.type in params.kinds
        if line.type in params.leave_out or (line.type in SETTLEMENTS and not params.settlements):
            asked = False
        if not asked:
            self._count(line.type, "skipped")
        return asked

    def _take(self, line: Line) -> bool:
        """Save a record; False: it was refused, perhaps since what it refers to is not there yet."""
        session = self._session
        try:
            with session.attempt():
                record = self._save(line)
        except LiensoError as error:
            holder = error.detail.get("holder", {})
            if error.code == "already_exists" and holder.get("type") == line.type:
                self._stands[line.id] = holder["id"]  # here under another id: its key says so
                self._count(line.type, "kept")
                self._errors.pop(line.row, None)
                return True
            self._note(line, error)
            return False
        self._errors.pop(line.row, None)
        self._count(line.type, "imported")
        if line.posted and not record.posted(line.posted[0]):
            self._post.append((record, line.posted))
        return True

    def _save(self, line: Line) -> Record[Any]:
        session = self._session
        here = session.view.get(line.type, line.id)
        parsed = session.view.record_of(line.stored)
        body = replace_references(
            self._types[line.type].model,
            to_json(parsed.data),
            lambda value, _type, _path: self._stands.get(value, value),
        )
        for id, type in sorted(references(self._types[line.type], body)):
            if session.view.get(type, id) is None:
                raise Unknown("not_found", {"type": type, "value": self._names.get(id, id)})
        record = session.save(line.type, body, id=line.id, replace=True, ignore_warnings=True)
        if here is None:
            self._made.append(record)
        return record

    def _note(self, line: Line, error: LiensoError) -> None:
        found = error.findings[0] if error.findings else None
        code, values = (error.code, error.detail) if found is None else (found.code, found.values)
        shown: Mapping[str, Any] = {"field": getattr(found, "field", "") or "", **values}
        registry = self._session.registry
        self._errors[line.row] = {
            "row": line.row,
            "column": shown["field"],
            "code": code,
            "value": f"{line.type} {line.name}",
            "message_vi": text(registry, code, shown),
            "message_en": text(registry, code, shown, "en"),
        }
