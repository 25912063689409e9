"""A company's own reports, and who looked at which (spec `utilities.md` §2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from lienso import Finding, Key, Label, Record, RecordType
from lienso.fields import Body, CatalogEntry, Ref, Text
from lienso.view import View
from pydantic import Field

REPORT_DEFINITION = "report_definition"
REPORT_RUN = "report_run"

SPOKEN = ("period", "accounts", "objects", "items", "employees")
"""Parameters that `utilities.view_report` understands for every report that has what they stand for."""

Given = dict[str, str | int | bool | list[str] | None]
"""Parameters by name, as JSON values."""


class ParameterSet(Body):
    """Parameters that a user keeps under a name, e.g. the accounts that he looks at each month."""

    name: Text = Field(min_length=1, max_length=100)
    params: Given = Field(default_factory=dict, max_length=100)


class ReportDefinition(CatalogEntry):
    """A report as the company wants it: one that a module declares, with parameters, columns, layout.

    Attributes:
        report: id of the declared report; ``utilities.book_sums`` adds up any book (its source query).
        params: that hold wherever nobody says otherwise. ``parameter_sets``: more of them, by name.
        columns: names of those shown, in this order; empty: all. None of a statutory layout is left out.
        layout: code of the form that it is printed on; empty: the usual one.
        rows_limit: a report with more rows is refused, never cut.
    """

    report: Text = Field(min_length=1, max_length=100)
    params: Given = Field(default_factory=dict, max_length=100)
    parameter_sets: list[ParameterSet] = Field(default_factory=list, max_length=100)
    columns: list[Text] = Field(default_factory=list, max_length=200)
    layout: Text = Field(default="", max_length=60)
    rows_limit: int | None = Field(default=None, ge=1)


class ReportRun(Body):
    """One look at a report.

    Attributes:
        at, took_ms: when it began (UTC), and how long it took. ``rows``: of the whole report.
        as_of: position of the feed that was looked at; two runs on one position are equal.
        before: the position that was the last one before this record was written.
        file, file_bytes, file_sha256: of what was exported; empty, 0 for a look at the screen.
    """

    report: Text
    definition: Annotated[str | None, Ref(REPORT_DEFINITION)] = None
    params: dict[str, Any] = Field(default_factory=dict)
    by: Text = ""
    at: Text
    as_of: int = 0
    before: int = 0
    took_ms: int = 0
    rows: int = 0
    format: Text = "screen"
    file: Text = ""
    file_bytes: int = 0
    file_sha256: Text = ""


def record_types() -> list[RecordType]:
    """Return the record types of reports."""
    return [
        RecordType(
            REPORT_DEFINITION,
            Label("Mẫu báo cáo", "Report definition"),
            ReportDefinition,
            "catalog",
            offline_create=False,
            derived=described,
            defaults={"report": "utilities.report_list"},
        ),
        RecordType(
            REPORT_RUN,
            Label("Lần xem báo cáo", "Report run"),
            ReportRun,
            "document",
            keys=(Key("at", ("at",)),),
            offline_create=False,
            cloud_only=True,
            defaults={"report": "utilities.report_list", "at": "2026-01-01T00:00:00.000000Z"},
        ),
    ]


def described(record: Record[ReportDefinition], view: View) -> Mapping[str, Any]:
    """Return what the declared report says: its module, statutory code, source and parameters."""
    report = next((one for one in view.reports if one.id == record.data.report), None)
    if report is None:
        return {"module": "", "form_code": "", "source": "", "parameters": {}}
    return {
        "module": view.owners[report.id],
        "form_code": report.form_code,
        "source": "books" if report.reads_books else "records",
        "parameters": report.params.model_json_schema(),
    }


def check_record(record: Record[Any], before: Record[Any] | None, view: View) -> Iterator[Finding]:
    """Say what is wrong with a company's own report; a look at one is never changed."""
    if record.type == REPORT_RUN and before is not None:
        yield Finding("error", "no_permission", None, None, {"type": record.type})
    if record.type == REPORT_DEFINITION:
        yield from _check_definition(record.data, view)


def _check_definition(data: ReportDefinition, view: View) -> Iterator[Finding]:
    taken = {report.id for report in view.reports} | {r.form_code for r in view.reports}
    if data.code in taken:
        yield Finding("error", "code_exists", "code", None, {"code": data.code})
    report = next((one for one in view.reports if one.id == data.report), None)
    if report is None:
        yield Finding("error", "report_unknown", "report", None, {"report": data.report})
        return
    sets = [("params", data.params), *((one.name, one.params) for one in data.parameter_sets)]
    for where, params in sets:
        known = {*report.params.model_fields, *SPOKEN}
        strange = [name for name in params if name not in known]
        if strange:
            values = {"fields": f"{where}: {', '.join(strange)}"}
            yield Finding("error", "params_invalid", "params", None, values)
    names = [one.name for one in data.parameter_sets]
    if len(names) > len(set(names)):
        yield Finding("error", "params_invalid", "parameter_sets", None, {"fields": "name"})
