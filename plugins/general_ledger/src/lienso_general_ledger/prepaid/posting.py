"""What prepaid costs write: the book ``prepaid``, and their allocations the ledger."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from lienso import Entry, Record
from lienso.model import Ledger
from lienso.view import View

from ..generated import post_generated
from ..locks import refuse_locked
from ..openings import opening_date
from .cards import BOOK, card, remaining
from .records import PrepaidAdjustment, PrepaidAllocation, PrepaidCost, PrepaidOpening

Books = Mapping[str, Sequence[Entry]]


def _row(
    data: Any,
    ledger: Ledger,
    day: datetime.date,
    prepaid: tuple[str, str],
    kind: str,
    measures: Mapping[str, int],
    side: int = 0,
) -> Entry:
    id, account = prepaid
    dimensions = {"prepaid": id, "account": account, "kind": kind}
    kept = {name: value for name, value in measures.items() if value}
    return Entry(0, side, ledger, day, data.branch or "", dimensions, kept)


def post_cost(record: Record[Any], ledger: Ledger, _view: View) -> Books:
    """Note the amount of a prepaid cost. The ledger has it by the vouchers that it came from."""
    data: PrepaidCost = record.data
    prepaid = (record.id, data.account)
    return {BOOK: [_row(data, ledger, data.start, prepaid, "cost", {"amount": data.amount})]}


def post_opening(record: Record[Any], ledger: Ledger, view: View) -> Books:
    """Note amount and what was allocated before; what is left stands in the ledger, outside turnover.

    Raises:
        Refused: ``period_locked``: the month before the first accounting day is locked.
    """
    data: PrepaidOpening = record.data
    day, branch = opening_date(view), data.branch or ""
    refuse_locked(view, day, branch, ledger)
    measures = {"amount": data.amount, "allocated": data.allocated}
    books: dict[str, Sequence[Entry]] = {
        BOOK: [_row(data, ledger, day, (record.id, data.account), "opening", measures)]
    }
    if data.remaining:
        dimensions = {
            "account": data.account,
            "prepaid": record.id,
            "term": data.term,
            "opening": "1",
        }
        row = Entry(1, 0, ledger, day, branch, dimensions, {"debit": data.remaining})
        books["general_ledger"] = [row]
    return books


def post_adjustment(record: Record[Any], ledger: Ledger, view: View) -> Books:
    """Note by how much what is left of a cost changes.

    Raises:
        Refused: ``period_locked``. Unknown: ``not_found``: the cost.
    """
    data: PrepaidAdjustment = record.data
    refuse_locked(view, data.posting_date, data.branch or "", ledger, "posting_date")
    its = card(view, data.prepaid)
    change = 0
    if data.remaining_amount is not None:
        change = data.remaining_amount - remaining(view, ledger, its.id, record.id)
    prepaid = (its.id, its.data.account)
    row = _row(data, ledger, data.posting_date, prepaid, "adjustment", {"amount": change})
    return {BOOK: [row]}


def post_allocation(record: Record[Any], ledger: Ledger, view: View) -> Books:
    """Post the pairs, and note by cost what was allocated. Raises: Refused: ``period_locked``."""
    data: PrepaidAllocation = record.data
    books = dict(post_generated(record, ledger, view))
    sums: dict[tuple[str, str], int] = {}
    for line in data.lines:
        if line.prepaid:
            key = (line.prepaid, line.credit)
            sums[key] = sums.get(key, 0) + line.amount
    books[BOOK] = [
        _row(data, ledger, data.posting_date, prepaid, "allocation", {"allocated": amount}, side)
        for side, (prepaid, amount) in enumerate(sorted(sums.items()))
    ]
    return books
