"""Jobs over many vouchers, accepted findings, imports (spec `utilities.md` §2)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from lienso import Key, Label, RecordType
from lienso.fields import Body, Text
from lienso_system import openings_import
from pydantic import Field

from . import report_records
from .import_records import IMPORT_BATCH, ImportBatch

BATCH_JOB = "batch_job"
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
        _document(
            CHECK_RESULT,
            "Kết quả kiểm tra",
            "Check result",
            CheckResult,
            ("check",),
            {"check": "posting.unposted", "name": "{}", "figures": "{}", "reason": "…"},
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
