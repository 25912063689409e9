"""A data file: records of one company, to be taken in by another (`opening_and_import.md` §4.7).

It is the CSV of report ``utilities.data_file``: one record a row, catalogs before what refers to them.
"""

from __future__ import annotations

import base64
import csv
import datetime
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lienso import Column, Label, Record, RecordType, Refused, Table, limits
from lienso.fields import Params, Text
from lienso.records import posting_date_of
from lienso.storage import StoredRecord
from lienso.view import View
from pydantic import Field, model_validator

from .import_records import MADE_MAX

NOT_TAKEN = frozenset({"alias", "legal_profile", "report_definition", "check_definition"})
"""Catalogs that say something of their own company alone; what is `cloud_only` is not taken either."""

COLUMNS = (
    Column("type", Label("Loại dữ liệu", "Type")),
    Column("id", Label("Mã định danh", "Id")),
    Column("name", Label("Mã/Số", "Code/number")),
    Column("posted", Label("Đã ghi sổ", "Posted in")),
    Column("schema", Label("Phiên bản cấu trúc", "Schema version"), "number"),
    Column("body", Label("Nội dung", "Body")),
)
HEADS = [column.title.vi for column in COLUMNS]


class DataFileParams(Params):
    """What is written: record types, left out all; vouchers of days, bounds included, and of a branch."""

    kinds: list[Text] = Field(default_factory=list, max_length=200)
    from_date: datetime.date | None = None
    to_date: datetime.date | None = None
    branch: Text | None = None

    @model_validator(mode="after")
    def _in_order(self) -> DataFileParams:
        if self.from_date and self.to_date and self.from_date > self.to_date:
            raise ValueError("from_date is after to_date")
        return self


@dataclass(frozen=True, slots=True)
class Line:
    """A record of a data file. ``row``: its row, the heading is 1."""

    row: int
    type: str
    id: str
    name: str
    posted: tuple[str, ...]
    stored: StoredRecord


def takeable(view: View) -> list[RecordType]:
    """Return the types that a data file has: catalogs, openings and vouchers, catalogs first."""
    types = [
        type
        for type in view.record_types()
        if type.kind in ("catalog", "voucher") and not type.cloud_only and type.id not in NOT_TAKEN
    ]
    return sorted(types, key=lambda type: type.kind == "voucher")


def data_file(params: DataFileParams, view: View) -> Table:
    """List records with all their fields; deleted ones are not there.

    Raises:
        Refused: ``params_invalid``: a type that a data file does not have. Unknown: ``not_found``.
    """
    types = takeable(view)
    known = {type.id for type in types}
    if strange := [kind for kind in params.kinds if kind not in known]:
        raise Refused("params_invalid", {"fields": f"kinds ({', '.join(strange)})"})
    branch = view.require("org_unit", params.branch).id if params.branch else None
    rows = tuple(
        (record.type, record.id, view.code(record.type, record.id), " ".join(_posted(record)),
         stored.schema_version, stored.body)
        for type in types
        if not params.kinds or type.id in params.kinds
        for stored in view.bodies(type.id)
        if _wanted(record := view.record_of(stored), type, params, branch)
    )  # fmt: skip
    title = Label("Dữ liệu xuất khẩu", "Exported data")
    return Table(COLUMNS, rows, title)


def _wanted(record: Record, type: RecordType, params: DataFileParams, branch: str | None) -> bool:
    if type.kind == "catalog":
        return True
    if branch is not None and (record.data.branch or "") != branch:
        return False
    day = posting_date_of(record.data)
    return (params.from_date is None or day is None or day >= params.from_date) and (
        params.to_date is None or day is None or day <= params.to_date
    )


def _posted(record: Record) -> list[str]:
    return [ledger for ledger in sorted(record.posting) if record.posted(ledger)]


def read_lines(content: str, name: str) -> list[Line]:
    """Read a data file.

    Args:
        content: base64 of it.
    Raises:
        Refused: ``bad_file``: it is none; ``file_too_big``: more records than one import takes.
    """
    try:
        text = base64.b64decode(content, validate=True).decode("utf-8-sig")
        lines = list(_lines(text))
    except (ValueError, csv.Error) as error:
        raise Refused("bad_file", {"file": name, "reason": str(error)[:200]}) from error
    if len(lines) > MADE_MAX:
        raise Refused("file_too_big", {"file": name, "rows": len(lines), "max": MADE_MAX})
    return lines


def _lines(text: str) -> Iterator[Line]:
    # A body may be larger than what the reader takes of one cell by itself.
    csv.field_size_limit(limits.BODY_BYTES_MAX)
    rows = csv.reader(io.StringIO(text))
    if next(rows, None) != HEADS:
        raise ValueError(f"the first row is not {', '.join(HEADS)}")
    for number, row in enumerate(rows, 2):
        yield _line(number, row)


def _line(number: int, row: Sequence[str]) -> Line:
    if len(row) != len(COLUMNS):
        raise ValueError(f"row {number} has {len(row)} cells, not {len(COLUMNS)}")
    type, id, name, posted, schema, body = row
    stored = StoredRecord(
        type=type, id=id, version=1, feed_seq=0, deleted=False, schema_version=int(schema), body=body,
        digest="", summary="", scope="", posting="", provenance="", at="",
    )  # fmt: skip
    return Line(number, type, id, name, tuple(posted.split()), stored)
