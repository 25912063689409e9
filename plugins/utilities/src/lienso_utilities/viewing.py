"""Reports of every module behind one function (spec `utilities.md` §4.1)."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from lienso import Refused, Report, Table
from lienso.calls import guarded
from lienso.fields import Params, Text, parse_body
from lienso.invocation import table_json
from lienso.session import Session
from pydantic import Field

ROWS_OF_PAGE = 1_000
DAYS_MAX = 366 * 10
"""Days of one report: ten years are kept by law (audit.retention_years)."""

NAMES: Mapping[str, str] = {
    "date": "posting_date",
    "receipt_no": "no",
    "payment_no": "no",
    "contra": "contra_account",
}
"""Columns of printed forms → fields of the books, by which programs read rows (§4.1)."""

PLURALS = {"accounts": "account", "objects": "object", "items": "item", "employees": "employee"}
BALANCE = "balance"


class ViewParams(Params):
    """Which report, by id or form code (``S06-DN``), with its parameters.

    Attributes:
        page: from 1, of `ROWS_OF_PAGE` rows. ``format``: ``csv`` comes with all rows, as a file.
    """

    report: Text
    params: dict[str, Any] = Field(default_factory=dict)
    format: Literal["screen", "csv"] = "screen"
    page: int = Field(default=1, ge=1)


class ViewResult(Params):
    """A report as rows of named values.

    Attributes:
        rows: of this page. ``totals``: the last line. ``opening``, ``closing``: of a running balance.
        as_of: position of the feed: two runs on one position are equal.
        file: base64 of the file, where a format was asked for.
    """

    title: str
    subtitle: str
    columns: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    totals: dict[str, Any]
    opening: int | None = None
    closing: int | None = None
    as_of: int
    pages: int
    file: str = ""


def view_report(params: ViewParams, session: Session) -> ViewResult:
    """Run a report on the posted rows.

    Raises:
        Refused: ``report_unknown``; ``params_invalid`` with the fields; ``range_too_wide``;
            ``no_permission``: the user may not see this report.
    """
    report = _named(session, params.report)
    data = _params(report, params.params)
    session.require_report(report.id, data)
    table = guarded(report.id, "report", lambda: report.run(data, session.view))
    shown = table_json(table)
    rows = [_named_row(table, row) for row in shown["rows"]]
    opening = closing = None
    if any(column.name == BALANCE for column in table.columns):
        rows, opening, closing = _running(rows)
    pages = max(1, -(-len(rows) // ROWS_OF_PAGE))
    start = (params.page - 1) * ROWS_OF_PAGE
    columns = [
        {**column, "name": NAMES.get(column["name"], column["name"])} for column in shown["columns"]
    ]
    return ViewResult(
        title=shown["title_vi"],
        subtitle=shown["subtitle"],
        columns=columns,
        rows=rows[start : start + ROWS_OF_PAGE],
        totals=_named_row(table, shown["totals"]) if shown["totals"] else {},
        opening=opening,
        closing=closing,
        as_of=session.view.stored.feed_seq,
        pages=pages,
        file=_csv(shown) if params.format == "csv" else "",
    )


def _named(session: Session, name: str) -> Report:
    reports = session.registry.reports
    found = reports.get(name) or next(
        (r for r in reports.values() if name and r.form_code == name), None
    )
    if found is None:
        raise Refused("report_unknown", {"report": name})
    return found


def _params(report: Report, given: Mapping[str, Any]) -> Any:
    """Read the parameters; a list of one stands for the one value that the report takes."""
    fields = report.params.model_fields
    values = dict(given)
    for plural, one in PLURALS.items():
        if plural in values and plural not in fields and one in fields:
            several = values.pop(plural)
            if isinstance(several, list) and len(several) == 1:
                values[one] = several[0]
            elif several:
                raise Refused("params_invalid", {"fields": plural})
    data, findings = parse_body(report.params, values)
    if data is None:
        named = [finding.field or "from_date, to_date" for finding in findings]
        raise Refused("params_invalid", {"fields": ", ".join(dict.fromkeys(named))}, findings)
    start, stop = getattr(data, "from_date", None), getattr(data, "to_date", None)
    if start is not None and stop is not None:
        if start > stop:
            raise Refused("params_invalid", {"fields": "from_date, to_date"})
        if (stop - start).days > DAYS_MAX:
            raise Refused("range_too_wide", {"days": (stop - start).days, "max": DAYS_MAX})
    return data


def _named_row(table: Table, row: Sequence[Any]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for column, value in zip(table.columns, row, strict=True):
        name = NAMES.get(column.name, column.name)
        if name not in named or not named[name]:  # of receipt and payment number one is empty
            named[name] = value
    return named


def _running(
    rows: list[dict[str, Any]],
) -> tuple[list[dict[str, Any]], int | None, int | None]:
    """Take the lines of opening and closing balances out of a book that runs.

    They are the first and the last line without a day, of each account and currency.
    """
    groups: dict[tuple[Any, ...], list[int]] = {}
    dated = []
    for row in rows:
        if row.get("posting_date"):
            dated.append(row)
        elif isinstance(row.get(BALANCE), int):
            groups.setdefault((row.get("account"), row.get("currency")), []).append(row[BALANCE])
    if not groups:
        return dated, None, None
    ends = list(groups.values())
    return dated, sum(one[0] for one in ends), sum(one[-1] for one in ends)


def _csv(shown: Mapping[str, Any]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column["title_vi"] for column in shown["columns"]])
    writer.writerows(shown["rows"])
    if shown["totals"]:
        writer.writerow(shown["totals"])
    # With the mark that makes a spreadsheet read it as UTF-8.
    return base64.b64encode(("\ufeff" + text.getvalue()).encode()).decode()
