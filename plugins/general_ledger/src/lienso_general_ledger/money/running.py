"""Rows of accounts of money with what stood there before them: for books with a running balance."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from lienso.storage import PostedEntry
from lienso.view import View

from ..reports import PeriodParams
from .funds import LEDGER_BOOK, MEASURES, net, shown_currency


@dataclass(slots=True)
class Group:
    """The rows of one fund in a range of days.

    Attributes:
        key: by the dimensions asked for; a currency as it is shown.
        amount, fc_amount: what stood there before, đồng and foreign units.
    """

    key: tuple[str, ...]
    amount: int = 0
    fc_amount: Decimal = Decimal(0)
    entries: list[PostedEntry] = field(default_factory=list)


def groups(
    view: View, params: PeriodParams, where: Mapping[str, Any], by: tuple[str, ...]
) -> list[Group]:
    """Return the funds that had a balance before the range or rows in it, by key."""
    found: dict[tuple[str, ...], Group] = {}
    book = view.book(LEDGER_BOOK)
    before = params.from_date - datetime.timedelta(days=1)
    for stored, values in book.sum(MEASURES, by=by, where=where, date_to=before).items():
        group = _group(found, _shown(by, stored))
        amount, fc_amount = net(values)
        group.amount += amount
        group.fc_amount += fc_amount
    found = {key: group for key, group in found.items() if group.amount or group.fc_amount}
    for posted in book.entries(where=where, date_from=params.from_date, date_to=params.to_date):
        there = posted.entry.dimensions
        _group(found, _shown(by, tuple(there.get(name, "") for name in by))).entries.append(posted)
    return [found[key] for key in sorted(found)]


def _group(found: dict[tuple[str, ...], Group], key: tuple[str, ...]) -> Group:
    return found.setdefault(key, Group(key))


def _shown(by: tuple[str, ...], stored: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        shown_currency(text) if name == "currency" else text
        for name, text in zip(by, stored, strict=True)
    )


def period_text(params: PeriodParams) -> str:
    """Return the range of days as a report's subtitle."""
    return f"Từ ngày {params.from_date:%d/%m/%Y} đến ngày {params.to_date:%d/%m/%Y}"
