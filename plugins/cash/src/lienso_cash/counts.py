"""Finished counts: which there are, and which comes later."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lienso import Record
from lienso.view import View

from .records import CashCount

COUNT = "cash_count"


def done_counts(view: View, currency: str, branch: str | None) -> Iterator[Record[CashCount]]:
    """List the finished counts of a currency, the latest first.

    Args:
        branch: id; a count without branch is of every branch, and the other way round.
    """
    for record in view.find(COUNT, "date", descending=True):
        data: Any = record.data
        here = not branch or not data.branch or data.branch == branch
        if data.status == "done" and data.currency == currency and here:
            yield record


def later_count(view: View, count: CashCount, own_id: str = "") -> str | None:
    """Return the number of a finished count of the same currency with a later date, if any."""
    for record in done_counts(view, count.currency, count.branch):
        if record.id != own_id and record.data.date > count.date:
            return record.data.no
    return None
