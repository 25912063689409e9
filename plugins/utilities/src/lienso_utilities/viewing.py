"""Reports of every module behind one function (spec `utilities.md` §4.1)."""

from __future__ import annotations

import base64
import datetime
import hashlib
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from lienso import Column, Label, Record, Refused, Report, Table
from lienso.calls import guarded
from lienso.drilling import drill_json
from lienso.fields import Params, Text, parse_body
from lienso.ids import instant_text
from lienso.invocation import table_json
from lienso.rights import Action
from lienso.session import Session
from lienso.view import View
from pydantic import Field

from . import periods, report_files
from .report_records import REPORT_DEFINITION, REPORT_RUN, ReportDefinition

ROWS_OF_PAGE = 1_000
DAYS_MAX = 366 * 10
"""Days of one report: ten years are kept by law (audit.retention_years)."""

FILE_CHARS_MAX = 60 * 1024 * 1024
"""Base64 of a file: it comes in one reply, which has 64 MiB."""

NAMES: Mapping[str, str] = {
    "date": "posting_date",
    "receipt_no": "no",
    "payment_no": "no",
    "contra": "contra_account",
}
"""Columns of printed forms → fields of the books, by which programs read rows (§4.1)."""

PLURALS = {"accounts": "account", "objects": "object", "items": "item", "employees": "employee"}
TITLES: Mapping[str, Label] = {
    "account": Label("Tài khoản", "Account"),
    "object": Label("Đối tượng", "Object"),
    "item": Label("Mã hàng", "Item"),
    "employee": Label("Nhân viên", "Employee"),
}
VALUES_MAX = 100
"""Accounts or objects of one look: more is a report of its own."""

BALANCE = "balance"
LIST = "bang-ke"
"""The form that prints any table."""


class ViewParams(Params):
    """Which report, by id, form code (``S06-DN``) or the company's own code, with its parameters.

    Attributes:
        params: of the report; ``period`` (``2026-05``, ``2026-Q2``, ``2026``) stands for its two days.
            Several ``accounts``, ``objects`` … of a report about one are shown one after the other.
        parameter_set: name of parameters that the company's report keeps.
        columns: those shown, in this order; empty: all. A statutory layout keeps all of its own.
        layout: code of the form that is printed; empty: the usual one. ``bang-ke`` prints any table.
        page: from 1, of `ROWS_OF_PAGE` rows. A file has all rows.
    """

    report: Text
    params: dict[str, Any] = Field(default_factory=dict)
    parameter_set: Text = ""
    columns: list[Text] = Field(default_factory=list, max_length=200)
    layout: Text = ""
    format: Literal["screen", "pdf", "xlsx", "csv"] = "screen"
    page: int = Field(default=1, ge=1)


class ViewResult(Params):
    """A report as rows of named values.

    Attributes:
        rows: of this page. ``totals``: the last line. ``opening``, ``closing``: of a running balance.
        drills: of each row, where it comes from: {type, id} of a voucher, or {report, params}; an
            empty object for a row of which the report does not tell it.
        as_of: position of the feed: two runs on one position are equal.
        file: base64 of the file, where a format was asked for. ``run``: id of this `report_run`.
    """

    title: str
    subtitle: str
    columns: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    drills: list[dict[str, Any]] = []
    totals: dict[str, Any]
    opening: int | None = None
    closing: int | None = None
    as_of: int
    pages: int
    file: Annotated[str, Field(max_length=FILE_CHARS_MAX)] = ""
    file_name: str = ""
    run: str = ""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A report that was found, and its parameters: several times, with one of them changing.

    Attributes:
        about: the parameter that changes; empty: it is asked once.
    """

    report: Report
    definition: Record[ReportDefinition] | None
    params: Sequence[Any]
    about: str


@dataclass(frozen=True, slots=True)
class _Seen:
    """A report as it was run. ``whole``: all its columns are there."""

    table: Table
    layout: str
    whole: bool
    as_of: int
    at: datetime.datetime


def view_report(params: ViewParams, session: Session) -> ViewResult:
    """Run a report on the posted rows, and remember that somebody looked at it.

    Raises:
        Refused: ``report_unknown``; ``params_invalid`` with the fields; ``range_too_wide``: days or
            rows; ``no_permission``: the user may not see, print or export this report;
            ``form_unknown``, ``printing_missing`` and what else printing refuses.
    """
    asked = session.read(lambda view: _asked(params, session, view))
    actions: dict[str, Action] = {"screen": "see", "pdf": "print"}
    for one in asked.params:
        session.require_report(asked.report.id, one)
        session.require_report(asked.report.id, one, actions.get(params.format, "export"))
    seen = session.read(lambda view: _seen(params, asked, view))
    data = _file(params.format, asked, seen, session)
    result = _result(params, seen)
    if data:
        name = f"{asked.report.form_code or asked.report.id}_{seen.as_of}.{params.format}"
        text = base64.b64encode(data).decode()
        if len(text) > FILE_CHARS_MAX:
            sizes = {"what": "bytes", "size": len(text), "max": FILE_CHARS_MAX}
            raise Refused("range_too_wide", sizes)
        result = result.model_copy(update={"file": text, "file_name": name})
    if params.page > 1:
        return result  # a further page of the same look
    run = session.transaction(lambda inner: _note(inner, params, asked, seen, result, data))
    return result.model_copy(update={"run": run})


def position(view: View) -> int:
    """Return the position of the feed, less the records of looks at reports that came last.

    To look changes nothing that a report shows: the next one is on the same position.
    """
    newest = next(view.find(REPORT_RUN, "at", descending=True, limit=1), None)
    head = view.stored.feed_seq
    return newest.data.before if newest is not None and newest.feed_seq == head else head


# -- what is asked ----------------------------------------------------------------------------------------


def _asked(params: ViewParams, session: Session, view: View) -> _Asked:
    report, own = _named(session, view, params.report)
    sets = {} if own is None else {one.name: one.params for one in own.data.parameter_sets}
    if params.parameter_set and params.parameter_set not in sets:
        raise Refused("params_invalid", {"fields": "parameter_set"})
    kept = {} if own is None else own.data.params
    values = {**kept, **sets.get(params.parameter_set, {}), **params.params}
    fields = report.params.model_fields
    if "period" in values and "period" not in fields and "from_date" in fields:
        first, last = periods.days_of(str(values.pop("period")), view)
        values |= {"from_date": first.isoformat(), "to_date": last.isoformat()}
    about, several = _several(values, fields)
    return _Asked(report, own, [_parsed(report, one) for one in several], about)


def _named(
    session: Session, view: View, name: str
) -> tuple[Report, Record[ReportDefinition] | None]:
    """Return a report by id or form code, or the company's own by code, with what it is made of."""
    reports = session.registry.reports
    found = reports.get(name) or next(
        (r for r in reports.values() if name and r.form_code == name), None
    )
    if found is not None:
        return found, None
    own = view.by_code(REPORT_DEFINITION, name) if name else None
    if own is None or not own.data.active or own.data.report not in reports:
        raise Refused("report_unknown", {"report": name})
    return reports[own.data.report], own


def _several(
    values: Mapping[str, Any], fields: Container[str]
) -> tuple[str, list[Mapping[str, Any]]]:
    """Return the parameters for each of several values of one that the report takes once."""
    found = [p for p, one in PLURALS.items() if p in values and p not in fields and one in fields]
    if not found:
        return "", [values]
    plural, named = found[0], values[found[0]]
    if len(found) > 1 or not isinstance(named, list) or not 0 < len(named) <= VALUES_MAX:
        raise Refused("params_invalid", {"fields": ", ".join(found)})
    rest = {name: value for name, value in values.items() if name != plural}
    one = PLURALS[plural]
    return (one if len(named) > 1 else ""), [{**rest, one: value} for value in named]


def _parsed(report: Report, values: Mapping[str, Any]) -> Any:
    data, findings = parse_body(report.params, values)
    if data is None:
        named = [finding.field or "from_date, to_date" for finding in findings]
        raise Refused("params_invalid", {"fields": ", ".join(dict.fromkeys(named))}, findings)
    start, stop = getattr(data, "from_date", None), getattr(data, "to_date", None)
    if start is not None and stop is not None:
        if start > stop:
            raise Refused("params_invalid", {"fields": "from_date, to_date"})
        if (stop - start).days > DAYS_MAX:
            days = {"what": "days", "size": (stop - start).days, "max": DAYS_MAX}
            raise Refused("range_too_wide", days)
    return data


# -- what is shown ----------------------------------------------------------------------------------------


def _seen(params: ViewParams, asked: _Asked, view: View) -> _Seen:
    report, own = asked.report, None if asked.definition is None else asked.definition.data
    tables = [
        guarded(report.id, "report", lambda one=one: report.run(one, view)) for one in asked.params
    ]
    table = _joined(tables, asked)
    limit = None if own is None else own.rows_limit
    if limit is not None and len(table.rows) > limit:
        raise Refused("range_too_wide", {"what": "rows", "size": len(table.rows), "max": limit})
    layout = params.layout or (own.layout if own else "") or (LIST if asked.about else "")
    names = params.columns or (own.columns if own else [])
    shown = _chosen(table, names)
    whole = len({column.name for column in shown.columns}) >= len(table.columns)
    if not whole and report.form_code and layout != LIST:
        missing = [c.name for c in table.columns if c not in shown.columns]
        fields = f"columns ({report.form_code}: {', '.join(missing)}; layout {LIST})"
        raise Refused("params_invalid", {"fields": fields})
    return _Seen(shown, layout, whole and not asked.about, position(view), view.now)


def _joined(tables: Sequence[Table], asked: _Asked) -> Table:
    """Return several tables of one report as one, each row with what its table is about."""
    first = tables[0]
    if len(tables) == 1:
        return first
    about = asked.about
    added = all(column.name != about for column in first.columns)
    columns = (Column(about, TITLES[about]), *first.columns) if added else first.columns
    rows = []
    for table, params in zip(tables, asked.params, strict=True):
        head = (str(getattr(params, about)),) if added else ()
        ends = (table.totals,) if table.totals else ()  # of each: sums of balances say nothing
        rows += [(*head, *row) for row in (*table.rows, *ends)]
    drills: list[Any] = []
    for table in tables:
        drills += [*(table.drills or (None,) * len(table.rows)), *((None,) if table.totals else ())]
    return replace(first, columns=columns, rows=tuple(rows), totals=(), drills=tuple(drills))


def _chosen(table: Table, names: Sequence[str]) -> Table:
    """Return a table with the columns that are named, in that order; without names as it is.

    Raises:
        Refused: ``params_invalid``: there is no such column.
    """
    if not names:
        return table
    places: list[int] = []
    for name in names:
        there = [
            place
            for place, column in enumerate(table.columns)
            if name in (column.name, NAMES.get(column.name))
        ]
        if not there:
            raise Refused("params_invalid", {"fields": f"columns ({name})"})
        places += [place for place in there if place not in places]
    return replace(
        table,
        columns=tuple(table.columns[place] for place in places),
        rows=tuple(tuple(row[place] for place in places) for row in table.rows),
        totals=tuple(table.totals[place] for place in places) if table.totals else (),
    )


def _file(format: str, asked: _Asked, seen: _Seen, session: Session) -> bytes:
    if format == "csv":
        return report_files.csv_file(seen.table)
    if format == "xlsx":
        return report_files.xlsx_file(seen.table, seen.as_of)
    if format == "pdf":
        return session.print_table(
            asked.report.id,
            seen.table,
            asked.params[0].model_dump(mode="json"),
            form=seen.layout,
            as_of=seen.as_of,
            statutory=seen.whole,
        )
    return b""


def _result(params: ViewParams, seen: _Seen) -> ViewResult:
    shown = table_json(seen.table)
    drills = [drill_json(one) for one in seen.table.drills]
    pairs = [
        (_named_row(seen.table, row), drill)
        for row, drill in zip(shown["rows"], drills or [{}] * len(shown["rows"]), strict=True)
    ]
    opening = closing = None
    if any(column.name == BALANCE for column in seen.table.columns):
        pairs, opening, closing = _running(pairs)
    start = (params.page - 1) * ROWS_OF_PAGE
    page = pairs[start : start + ROWS_OF_PAGE]
    return ViewResult(
        title=shown["title_vi"],
        subtitle=shown["subtitle"],
        columns=[{**one, "name": NAMES.get(one["name"], one["name"])} for one in shown["columns"]],
        rows=[row for row, _drill in page],
        drills=[drill for _row, drill in page],
        totals=_named_row(seen.table, shown["totals"]) if shown["totals"] else {},
        opening=opening,
        closing=closing,
        as_of=seen.as_of,
        pages=max(1, -(-len(pairs) // ROWS_OF_PAGE)),
    )


def _named_row(table: Table, row: Sequence[Any]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for column, value in zip(table.columns, row, strict=True):
        name = NAMES.get(column.name, column.name)
        if name not in named or not named[name]:  # of receipt and payment number one is empty
            named[name] = value
    return named


Pair = tuple[dict[str, Any], dict[str, Any]]


def _running(pairs: list[Pair]) -> tuple[list[Pair], int | None, int | None]:
    """Take the lines of opening and closing balances out of a book that runs.

    They are the first and the last line without a day, of each account and currency.
    """
    groups: dict[tuple[Any, ...], list[int]] = {}
    dated = []
    for row, drill in pairs:
        if row.get("posting_date"):
            dated.append((row, drill))
        elif isinstance(row.get(BALANCE), int):
            groups.setdefault((row.get("account"), row.get("currency")), []).append(row[BALANCE])
    if not groups:
        return dated, None, None
    ends = list(groups.values())
    return dated, sum(one[0] for one in ends), sum(one[-1] for one in ends)


def _note(
    session: Session,
    params: ViewParams,
    asked: _Asked,
    seen: _Seen,
    result: ViewResult,
    data: bytes,
) -> str:
    """Remember a look at a report; returns its id."""
    view = session.view
    fields = {
        "report": asked.report.id,
        "definition": None if asked.definition is None else asked.definition.id,
        "params": asked.params[0].model_dump(mode="json", exclude_none=True),
        "by": session.actor.user,
        "at": instant_text(seen.at),
        "as_of": seen.as_of,
        "before": position(view),
        "took_ms": max(0, int((view.now - seen.at).total_seconds() * 1000)),
        "rows": len(seen.table.rows),
        "format": params.format,
        "file": result.file_name,
        "file_bytes": len(data),
        "file_sha256": hashlib.sha256(data).hexdigest() if data else "",
    }
    return session.save(REPORT_RUN, fields).id
