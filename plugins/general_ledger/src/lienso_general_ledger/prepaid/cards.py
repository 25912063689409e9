"""Prepaid costs as allocation sees them: their schedules, what was done, and what is left."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

from lienso import Record, Unknown
from lienso.ids import is_id
from lienso.records import ledgers_of
from lienso.view import View

from ..openings import start_date
from ..periods import month_start
from .records import PrepaidOpening
from .schedule import Change, FirstMonth, Month, changed, schedule

PREPAID_COST, PREPAID_OPENING = "prepaid_cost", "prepaid_opening"
ADJUSTMENT, ALLOCATION = "prepaid_adjustment", "prepaid_allocation"
CARDS = (PREPAID_COST, PREPAID_OPENING)
BOOK = "prepaid"
RULE_OPTION = "general_ledger.prepaid_first_month_rule"


def find_card(view: View, name: str) -> Record[Any] | None:
    """Return a prepaid cost or opening by code or id."""
    for type in CARDS:
        found = view.get(type, name) if is_id(name) else view.by_code(type, name)
        if found is not None:
            return found
    return None


def card(view: View, name: str) -> Record[Any]:
    """Return a prepaid cost or opening by code or id. Raises: Unknown: ``not_found``."""
    found = find_card(view, name)
    if found is None:
        raise Unknown("not_found", {"type": PREPAID_COST, "value": name})
    return found


def code_of(view: View, id: str) -> str:
    """Return the code of a prepaid cost or opening."""
    return next((code for type in CARDS if (code := view.code(type, id))), id)


def cards(view: View, ledger: str, branch: str) -> list[Record[Any]]:
    """List the prepaid costs of a ledger and branch by code."""
    found = [
        record
        for type in CARDS
        for record in view.all(type)
        if ledger in ledgers_of(record.data) and (record.data.branch or "") == branch
    ]
    return sorted(found, key=lambda record: (record.data.code, record.id))


def plan(view: View, record: Record[Any], adjustments: Sequence[Record[Any]]) -> list[Month]:
    """Return the months of a prepaid cost, also those that a stop leaves out.

    Args:
        adjustments: those of this cost that count, in their order.
    """
    data = record.data
    changes = [
        Change(one.data.posting_date, one.data.remaining_amount, one.data.remaining_periods)
        for one in adjustments
    ]
    if isinstance(data, PrepaidOpening):
        amount = data.remaining
        periods = max(data.periods - data.periods_done, 1)
        rows = schedule(amount, periods, month_start(start_date(view))) if amount else []
    else:
        amount = data.amount
        rule: FirstMonth = view.option(RULE_OPTION)
        rows = schedule(amount, data.periods, data.start, rule)
    return changed(rows, amount, changes)


def is_due(record: Record[Any], row: Month) -> bool:
    """Tell whether a month of a schedule takes anything, and no stop leaves it out."""
    stop = record.data.stopped_from
    return bool(row.amount) and (stop is None or row.month < month_start(stop))


def adjustments_of(view: View, ledger: str) -> dict[str, list[Record[Any]]]:
    """Return the posted adjustments of a ledger by the id of the cost, in the order of days."""
    found: dict[str, list[Record[Any]]] = {}
    for record in view.find(ADJUSTMENT, "date"):
        if record.posted(ledger):
            its = find_card(view, record.data.prepaid)
            if its is not None:
                found.setdefault(its.id, []).append(record)
    return found


def allocations(view: View, ledger: str) -> Iterator[tuple[datetime.date, Record[Any]]]:
    """Yield the posted allocations of a ledger with the first day of their month."""
    for record in view.find(ALLOCATION, "date"):
        if record.posted(ledger):
            yield datetime.date(record.data.year, record.data.month, 1), record


def months_done(view: View, ledger: str) -> dict[str, set[datetime.date]]:
    """Return the months that were allocated by the id of the cost."""
    found: dict[str, set[datetime.date]] = {}
    for month, record in allocations(view, ledger):
        for line in record.data.lines:
            if line.prepaid:
                found.setdefault(line.prepaid, set()).add(month)
    return found


def months_missing(
    view: View, ledger: str, date: datetime.date
) -> tuple[datetime.date, list[str]] | None:
    """Return the first month up to a day that was not allocated, with the codes of its costs."""
    changes, done = adjustments_of(view, ledger), months_done(view, ledger)
    found: dict[datetime.date, list[str]] = {}
    for type in CARDS:
        for record in view.all(type):
            if ledger not in ledgers_of(record.data):
                continue
            for row in plan(view, record, changes.get(record.id, ())):
                late = row.month <= date and row.month not in done.get(record.id, ())
                if late and is_due(record, row):
                    found.setdefault(row.month, []).append(record.data.code)
                    break
    if not found:
        return None
    first = min(found)
    return first, sorted(found[first])


def remaining(view: View, ledger: str, id: str, without: str | None = None) -> int:
    """Return what is left of a cost by the book, đồng, as if a voucher were not there."""
    return remaining_by_card(view, ledger, [id], without).get(id, 0)


def remaining_by_card(
    view: View, ledger: str, ids: Sequence[str] | None = None, without: str | None = None
) -> dict[str, int]:
    """Return what is left of costs by the book, đồng: of some, or of all."""
    where: dict[str, Any] = {"ledger": ledger}
    if ids is not None:
        where["prepaid"] = list(ids)
    book = view.book(BOOK)
    sums = book.sum(("amount", "allocated"), by=("prepaid",), where=where)
    left = {id: amount - allocated for (id,), (amount, allocated) in sums.items()}
    if without is not None:
        own = book.sum(
            ("amount", "allocated"), by=("prepaid",), where={**where, "voucher_id": without}
        )
        for (id,), (amount, allocated) in own.items():
            left[id] -= amount - allocated
    return left
