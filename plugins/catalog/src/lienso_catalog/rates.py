"""Rates and legal profiles of a day; numbers of series."""

from __future__ import annotations

import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from lienso import NumberSeries, Record, RecordType
from lienso.model import Ledger
from lienso.view import View

from .money import ExchangeRate

RATE_AGE_DAYS_MAX = 7
"""A day without a rate takes the last earlier one, so old at most (§8)."""

_SIX_DECIMALS = Decimal("0.000001")


def average_of(rate: ExchangeRate) -> Decimal | None:
    """Return the average rate: as typed, else (buy + sell by transfer) / 2, half away from zero."""
    if rate.average is not None:
        return rate.average
    if rate.buy_transfer is None or rate.sell_transfer is None:
        return None
    mean = (rate.buy_transfer + rate.sell_transfer) / 2
    return mean.quantize(_SIX_DECIMALS, ROUND_HALF_UP)


def rate_on(
    view: View, currency: str, day: datetime.date, bank: str | None = None
) -> ExchangeRate | None:
    """Return the rates of a currency, by code, on a day or the last one before that has any.

    Returns:
        None when the newest is more than `RATE_AGE_DAYS_MAX` days old: ``fx_rate_missing``.
    """
    earliest = day - datetime.timedelta(days=RATE_AGE_DAYS_MAX)
    found = view.find(
        "exchange_rate",
        "day",
        start=(currency, earliest.isoformat()),
        stop=(currency, (day + datetime.timedelta(days=1)).isoformat()),
        descending=True,
    )
    return next((record.data for record in found if record.data.bank == bank), None)


def legal_profile(view: View, subject: str, day: datetime.date) -> list[str]:
    """Return the profiles of a subject that apply on a day."""
    return [
        record.data.profile
        for record in view.find("legal_profile", "subject", equals=(subject,))
        if record.data.valid_from <= day
        and (record.data.valid_to is None or day <= record.data.valid_to)
    ]


def number_series(
    record_type: RecordType, ledger: Ledger, date: datetime.date, view: View
) -> NumberSeries | None:
    """Say how the numbers of a series look, as the company has set it; None: as the type says."""
    key = ("catalog.number_series", record_type.id, ledger)
    return view.kept(key, lambda: _series(record_type, ledger, view))


def _series(record_type: RecordType, ledger: Ledger, view: View) -> NumberSeries | None:
    for group in dict.fromkeys((record_type.id, record_type.group)):
        for record in view.find("number_series", "group", equals=(group, ledger)):
            if record.data.branch is None:
                return _shape(record, record_type)
    return None


def _shape(record: Record[Any], record_type: RecordType) -> NumberSeries:
    data = record.data
    prefix = record_type.number_prefix if data.prefix is None else data.prefix
    return NumberSeries(
        prefix,
        data.digits,
        data.suffix,
        data.next,
        data.reset,
        data.mode or "",
        data.owner_sites,
        data.other_sites,
    )


def derived_rate(record: Record[ExchangeRate], view: View) -> dict[str, Any]:
    """Return the average rate, where it is not typed."""
    average = average_of(record.data)
    return {} if average is None else {"average": format(average, "f")}
