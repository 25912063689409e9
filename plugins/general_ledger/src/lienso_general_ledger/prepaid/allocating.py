"""Phân bổ chi phí trả trước of one month (spec §4.8)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from lienso import Finding, Record, Refused
from lienso.fields import Params
from lienso.session import Session
from lienso.view import View
from pydantic import Field

from ..allocation import AllocationRow, check_shares, shares
from ..generated import RunParams, branch_id, keep, number_of
from ..locks import refuse_locked
from ..periods import month_end, month_text
from .cards import (
    ALLOCATION,
    adjustments_of,
    allocations,
    card,
    cards,
    code_of,
    is_due,
    months_done,
    plan,
    remaining_by_card,
)
from .schedule import Month

FUNCTION = "general_ledger.allocate_prepaid_costs"


class AllocateParams(RunParams):
    """The month.

    Attributes:
        date: of the voucher; left out: the last day of the month.
        codes: of the costs to allocate; none takes all. Named ones may follow in a voucher of their
            own when the month was allocated without them.
        row_override: by code, other rows for this month alone; their shares add up to 100.
    """

    year: int = Field(ge=1_990, le=2_200)
    month: int = Field(ge=1, le=12)
    date: datetime.date | None = None
    codes: list[str] = Field(default_factory=list, max_length=5_000)
    row_override: dict[str, list[dict[str, Any]]] = Field(default_factory=dict, max_length=5_000)


class ScheduledMonth(Params):
    """A month of a cost's schedule, đồng."""

    prepaid: str
    month: str
    amount: int
    remaining: int


class AllocateResult(Params):
    """The voucher, its total, and the schedules of the costs in it; None: nothing was left."""

    voucher: str | None
    total: int
    schedule: list[ScheduledMonth]


def allocate_prepaid_costs(params: AllocateParams, session: Session) -> AllocateResult:
    """Make and post the voucher of a month; what is left in drafts of the month is replaced.

    Raises:
        Refused: ``period_locked``, ``allocation_exists``, ``allocation_gap``, ``percent_sum_not_100``,
            or what stops the posting. Unknown: ``not_found``: a code, the branch.
    """
    view, ledger = session.view, params.ledger
    branch = branch_id(view, params.branch)
    month = datetime.date(params.year, params.month, 1)
    date = params.date or month_end(month)
    refuse_locked(view, date, branch, ledger)
    chosen = [card(view, code) for code in dict.fromkeys(params.codes)] or cards(
        view, ledger, branch
    )
    _refuse_done(view, params, branch, month, {record.id for record in chosen})
    planned = _planned(view, params, chosen, month)
    lines, total = _lines(session, params, planned, month)
    schedule = [
        ScheduledMonth(
            prepaid=record.data.code,
            month=month_text(row.month),
            amount=row.amount,
            remaining=row.remaining,
        )
        for record, rows in planned
        for row in rows
    ]
    if not lines:
        return AllocateResult(voucher=None, total=0, schedule=schedule)
    fields = {
        "description": f"Phân bổ chi phí trả trước tháng {month:%m/%Y}",
        "generated_by": FUNCTION,
        "year": params.year,
        "month": params.month,
        "lines": lines,
    }
    old = _draft(view, params, branch)
    made = keep(session, ALLOCATION, fields, date, params, branch=branch, old=old)
    return AllocateResult(voucher=number_of(made, ledger), total=total, schedule=schedule)


def _of_month(view: View, params: AllocateParams, branch: str) -> list[Record[Any]]:
    return [
        record
        for record in view.find(ALLOCATION, "date")
        if (record.data.year, record.data.month) == (params.year, params.month)
        and (record.data.branch or "") == branch
        and record.data.display_on_book == params.ledger
    ]


def _draft(view: View, params: AllocateParams, branch: str) -> Record[Any] | None:
    there = _of_month(view, params, branch)
    return next((record for record in there if not record.posted(params.ledger)), None)


def _refuse_done(
    view: View, params: AllocateParams, branch: str, month: datetime.date, ids: set[str]
) -> None:
    """Refuse a month that was allocated; of named costs only these count."""
    for its_month, record in allocations(view, params.ledger):
        if its_month != month or (record.data.branch or "") != branch:
            continue
        again = ids & {str(line.prepaid) for line in record.data.lines}
        if again or not params.codes:
            values = {
                "month": month_text(month),
                "voucher": number_of(record, params.ledger),
                "prepaid": sorted(code_of(view, id) for id in again),
            }
            raise Refused("allocation_exists", values)


def _planned(
    view: View, params: AllocateParams, chosen: Sequence[Record[Any]], month: datetime.date
) -> list[tuple[Record[Any], list[Month]]]:
    """Return the costs that the month takes something of, with their schedules.

    Raises:
        Refused: ``allocation_gap``: an earlier month of one was left out.
    """
    changes = adjustments_of(view, params.ledger)
    done = months_done(view, params.ledger)
    found = []
    for record in chosen:
        rows = plan(view, record, changes.get(record.id, ()))
        for row in rows:
            if (
                row.month < month
                and is_due(record, row)
                and row.month not in done.get(record.id, ())
            ):
                values = {"month": month_text(row.month), "prepaid": record.data.code}
                raise Refused("allocation_gap", values)
        if any(row.month == month and is_due(record, row) for row in rows):
            found.append((record, rows))
    return found


def _lines(
    session: Session,
    params: AllocateParams,
    planned: Sequence[tuple[Record[Any], list[Month]]],
    month: datetime.date,
) -> tuple[list[Mapping[str, Any]], int]:
    view = session.view
    left = remaining_by_card(view, params.ledger, [record.id for record, _rows in planned])
    lines: list[Mapping[str, Any]] = []
    total = 0
    for done, (record, rows) in enumerate(planned, 1):
        row = next(row for row in rows if row.month == month)
        last = row.month == rows[-1].month
        # The last month empties the book, whatever was typed into vouchers of earlier ones.
        amount = left.get(record.id, 0) if last else min(row.amount, left.get(record.id, 0))
        total += amount
        for fields, part in shares(amount, _rows(view, params, record)):
            if part:
                line = {
                    "line": len(lines) + 1,
                    "credit": record.data.account,
                    "amount": part,
                    "prepaid": record.id,
                    "credit_term": record.data.term,
                    "description": f"Phân bổ {record.data.name}",
                    **fields,
                }
                lines.append(line)
        session.progress(done, len(planned), record.data.code)
    return lines, total


def _rows(view: View, params: AllocateParams, record: Record[Any]) -> Sequence[AllocationRow]:
    """Return the rows of a cost for this month. Raises: Refused: ``percent_sum_not_100``."""
    typed = params.row_override.get(record.data.code)
    if typed is None:
        rows: Sequence[AllocationRow] = record.data.allocation_rows
        return rows
    found = [override_row(view, row) for row in typed]
    wrong: list[Finding] = list(check_shares(found, "row_override"))
    if wrong:
        raise Refused(wrong[0].code, wrong[0].values, wrong)
    return found


def override_row(view: View, row: Mapping[str, Any]) -> AllocationRow:
    """Read a row whose targets are named by code.

    Raises:
        Refused: ``invalid``: it is no row. Unknown: ``not_found``: a target.
    """
    from lienso.fields import parse_body, refs_of

    types = {path[0]: type for path, type in refs_of(AllocationRow)}
    named = {
        name: view.require(types[name], value).id if name in types and value else value
        for name, value in row.items()
    }
    data, findings = parse_body(AllocationRow, named)
    if data is None:
        raise Refused("invalid", {"errors": len(findings), "field": "row_override"}, findings)
    return data
