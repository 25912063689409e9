"""What prepaid costs object to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lienso import Finding, Record
from lienso.model import Ledger
from lienso.records import ledgers_of
from lienso.view import View

from ..allocation import check_shares
from ..periods import month_start, month_text
from .cards import (
    ADJUSTMENT,
    ALLOCATION,
    CARDS,
    adjustments_of,
    allocations,
    find_card,
    is_due,
    months_done,
    plan,
)
from .records import PrepaidCost, PrepaidOpening

_FIXED = ("amount", "periods", "start", "account", "periods_done", "allocated")
"""What the schedule of a cost follows from; it stays once a month was allocated."""


def check_record(record: Record[Any], before: Record[Any] | None, view: View) -> Iterator[Finding]:
    """Say what is wrong with a cost or an adjustment about to be saved."""
    data = record.data
    if record.type == ADJUSTMENT:
        if data.remaining_periods is None and data.remaining_amount is None:
            yield Finding("error", "field_required", "remaining_periods")
        if find_card(view, data.prepaid) is None:
            values = {"type": "prepaid_cost", "value": data.prepaid}
            yield Finding("error", "not_found", "prepaid", None, values)
    if record.type not in CARDS:
        return
    other = find_card(view, data.code)
    if other is not None and other.id != record.id:
        yield Finding("error", "code_exists", "code", None, {"code": data.code})
    yield from check_shares(data.allocation_rows)
    if isinstance(data, PrepaidCost) and data.origin:
        total = sum(row.amount for row in data.origin)
        if total != data.amount:
            values = {"origin": total, "amount": data.amount}
            yield Finding("warning", "origin_differs", "origin", None, values)
    if isinstance(data, PrepaidOpening) and data.allocated > data.amount:
        values = {"field": "allocated"}
        yield Finding("error", "value_out_of_range", "allocated", None, values)
    if before is not None and any(
        getattr(before.data, name, None) != getattr(data, name, None) for name in _FIXED
    ):
        yield from _check_moved(record, view)


def _check_moved(record: Record[Any], view: View) -> Iterator[Finding]:
    """A site has the vouchers of allocation, if not the book, so it knows too."""
    for ledger in ledgers_of(record.data):
        if months_done(view, ledger).get(record.id) or adjustments_of(view, ledger).get(record.id):
            yield Finding("error", "has_later_movements", "amount")
            return


def check_posting(record: Record[Any], ledger: Ledger, view: View) -> Iterator[Finding]:
    """Say why an allocation or adjustment may not be posted: months go in order, each once."""
    if record.type == ALLOCATION:
        mine = {line.prepaid for line in record.data.lines}
        for month, other in allocations(view, ledger):
            same = (month.year, month.month) == (record.data.year, record.data.month)
            if same and other.id != record.id and mine & {x.prepaid for x in other.data.lines}:
                values = {"month": month_text(month), "voucher": other.data.no}
                yield Finding("error", "allocation_exists", "month", None, values)
    if record.type == ADJUSTMENT:
        yield from _check_adjustment(record, ledger, view)


def _check_adjustment(record: Record[Any], ledger: Ledger, view: View) -> Iterator[Finding]:
    its = find_card(view, record.data.prepaid)
    if its is None:
        return  # posting says so
    first = month_start(record.data.posting_date)
    done = months_done(view, ledger).get(its.id, set())
    earlier = [one for one in adjustments_of(view, ledger).get(its.id, ()) if one.id != record.id]
    if any(month >= first for month in done) or any(
        one.data.posting_date > record.data.posting_date for one in earlier
    ):
        yield Finding("error", "has_later_movements", "posting_date")
    rows = plan(view, its, earlier)
    for row in rows:
        if row.month < first and is_due(its, row) and row.month not in done:
            values = {"month": month_text(row.month), "prepaid": its.data.code}
            yield Finding("error", "allocation_gap", "posting_date", None, values)
            break
    if record.data.remaining_periods is None and not any(row.month >= first for row in rows):
        yield Finding("error", "field_required", "remaining_periods")


def check_taking_out(record: Record[Any], ledger: Ledger, view: View) -> Iterator[Finding]:
    """Say why something may not leave the books: later months build on it."""
    if record.type in CARDS:
        yield from _check_moved(record, view)
        return
    if record.type == ALLOCATION:
        first = month_start(record.data.posting_date).replace(
            year=record.data.year, month=record.data.month
        )
        mine = {line.prepaid for line in record.data.lines}
    elif record.type == ADJUSTMENT:
        its = find_card(view, record.data.prepaid)
        first = month_start(record.data.posting_date)
        mine = set() if its is None else {its.id}
    else:
        return
    for month, other in allocations(view, ledger):
        later = month > first or (record.type == ADJUSTMENT and month == first)
        if later and mine & {line.prepaid for line in other.data.lines}:
            values = {"voucher": other.data.no, "month": month_text(month)}
            yield Finding("error", "has_later_movements", None, None, values)
            return
    if record.type == ALLOCATION:
        for id in sorted(str(id) for id in mine):
            for one in adjustments_of(view, ledger).get(id, ()):
                if month_start(one.data.posting_date) > first:
                    yield Finding(
                        "error", "has_later_movements", None, None, {"voucher": one.data.no}
                    )
                    return
