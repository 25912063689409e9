"""Jobs over many vouchers, accepted findings, imports (spec `utilities.md` §2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from lienso import Finding, Key, Label, Record, RecordType
from lienso.fields import Body, CatalogEntry, Text
from lienso.view import View
from lienso_system import openings_import
from pydantic import Field

from . import report_records
from .import_records import IMPORT_BATCH, IMPORT_TEMPLATE, ImportBatch, ImportTemplate

BATCH_JOB = "batch_job"
CHECK_DEFINITION = "check_definition"
CHECK_RESULT = "check_result"
ROWS_MAX = 1_000
"""Failures that a job's record keeps; the answer has all of them."""

Long = Annotated[Text, Field(max_length=4_000)]


class Failure(Body):
    """A voucher that a job could not do, and why, by code."""

    voucher: Text
    code: Text


class BatchJob(Body):
    """A piece of work over many vouchers, done in parts.

    Attributes:
        parameters: canonical JSON. ``total``, ``done``: vouchers. ``seen_at``: UTC instant of its last
            sign of life. ``cancel``: somebody asked it to stop between two parts.
        state: ``interrupted``: the server went down; what was done stays, another run does the rest.
    """

    kind: Text
    parameters: Long = "{}"
    state: Literal["running", "done", "cancelled", "interrupted"] = "running"
    total: int = 0
    done: int = 0
    failed: list[Failure] = Field(default_factory=list, max_length=ROWS_MAX)
    started_at: Text = ""
    seen_at: Text = ""
    by: Text = ""
    cancel: bool = False


class CheckDefinition(CatalogEntry):
    """What the company says of a check of the book check; ``name``: in its own words.

    Attributes:
        check: id, one of those that the modules declare. ``active`` False: it runs only when it is named.
        severity: empty: as the module says.
        least: đồng; a problem whose amounts are all smaller is counted, not listed. 0: all are listed.
    """

    check: Text = Field(min_length=1, max_length=100)
    severity: Literal["", "warning", "error"] = ""
    least: int = Field(default=0, ge=0)


class CheckResult(Body):
    """A finding of the book check that somebody accepted, until its figures change.

    Attributes:
        name: which problem: its check and the fields that name it, as canonical JSON.
        figures: canonical JSON of the whole problem when it was accepted.
    """

    check: Text
    name: Long
    figures: Long
    reason: Text
    accepted_at: Text = ""
    by: Text = ""


def record_types() -> list[RecordType]:
    """Return the record types of this module."""
    return [
        *report_records.record_types(),
        _document(
            BATCH_JOB, "Công việc theo lô", "Batch job", BatchJob, ("kind",), {"kind": "batch_post"}
        ),
        RecordType(
            CHECK_DEFINITION,
            Label("Nội dung kiểm tra", "Check definition"),
            CheckDefinition,
            "catalog",
            keys=(Key("check", ("check",)),),
            unique=("check",),
            offline_create=False,
            defaults={"check": "posting.unposted"},
        ),
        _document(
            CHECK_RESULT,
            "Kết quả kiểm tra",
            "Check result",
            CheckResult,
            ("check",),
            {"check": "posting.unposted", "name": "{}", "figures": "{}", "reason": "…"},
        ),
        RecordType(
            IMPORT_TEMPLATE,
            Label("Tệp mẫu nhập khẩu", "Import template"),
            ImportTemplate,
            "catalog",
            defaults={"sheet": "journal"},
        ),
        RecordType(
            IMPORT_BATCH,
            Label("Lần nhập khẩu", "Import batch"),
            ImportBatch,
            "document",
            keys=(Key("name", ("name",)), Key("hash", ("hash",))),
            accepted=openings_import.take_held,
            held=openings_import.is_held,
            defaults={"sheet": "journal"},
        ),
    ]


def check_record(record: Record[Any], before: Record[Any] | None, view: View) -> Iterator[Finding]:
    """Say what is wrong with a record of this module."""
    if record.type == CHECK_DEFINITION and record.data.check not in view.book_checks:
        known = ", ".join(sorted(view.book_checks))
        values = {"type": CHECK_DEFINITION, "value": record.data.check, "known": known}
        yield Finding("error", "not_found", "check", None, values)
    if record.type == IMPORT_TEMPLATE:
        data = record.data
        if (data.heading_row or 0) >= (data.first_data_row or 1_001):
            values = {"field": "first_data_row", "min": (data.heading_row or 0) + 1}
            yield Finding("error", "value_out_of_range", "first_data_row", None, values)
    yield from report_records.check_record(record, before, view)


def _document(
    id: str, vi: str, en: str, model: Any, key: tuple[str, ...], defaults: dict[str, Any]
) -> RecordType:
    return RecordType(
        id,
        Label(vi, en),
        model,
        "document",
        keys=(Key(key[0], key),),
        offline_create=False,
        defaults=defaults,
    )
