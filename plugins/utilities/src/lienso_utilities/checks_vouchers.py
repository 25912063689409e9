"""Checks of vouchers: posting states, numbers, days; and of money in hand."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from lienso import Prefix, Record
from lienso.numbers import FIELD_OF
from lienso.records import ledgers_of

from .batches import LEDGER_BOOK, postable
from .checking import Check, Problem, Scope

CASH = "111"
OPENING = "OPN"
_NUMBER = re.compile(r"(.*?)(\d+)(\D*)")
GAPS_MAX = 1_000
"""Missing numbers that are named of one series; the rest is counted."""


def _vouchers(scope: Scope) -> Iterator[Record[Any]]:
    start, stop = scope.params.from_date, scope.params.to_date + datetime.timedelta(days=1)
    for record_type in postable(scope.view):
        for record in scope.view.find(record_type.id, "date", start=(start,), stop=(stop,)):
            if scope.holds(record) and scope.params.ledger in ledgers_of(record.data):
                yield record


def _number(scope: Scope, record: Record[Any]) -> str:
    return str(getattr(record.data, FIELD_OF[scope.params.ledger], "")) or record.id


def _named(scope: Scope, record: Record[Any]) -> Problem:
    return {
        "type": record.type,
        "voucher": _number(scope, record),
        "record": record.id,
        "date": record.data.posting_date.isoformat(),
    }


def _sorted(rows: Iterator[Problem]) -> Iterator[Problem]:
    yield from sorted(rows, key=lambda row: (row.get("date", ""), row.get("voucher", "")))


def unposted(scope: Scope) -> Iterator[Problem]:
    """Vouchers that are not posted."""
    ledger = scope.params.ledger
    return _sorted(_named(scope, r) for r in _vouchers(scope) if not r.posted(ledger))


def no_lines(scope: Scope) -> Iterator[Problem]:
    """Vouchers without lines."""
    return _sorted(_named(scope, r) for r in _vouchers(scope) if not getattr(r.data, "lines", True))


def voucher_after_posting(scope: Scope) -> Iterator[Problem]:
    """Vouchers whose own day is after the posting day."""
    return _sorted(
        {**_named(scope, record), "voucher_date": day.isoformat()}
        for record in _vouchers(scope)
        if (day := record.data.voucher_date) is not None and day > record.data.posting_date
    )


def date_outside_year(scope: Scope) -> Iterator[Problem]:
    """Vouchers of days that no fiscal year of the company has."""
    years = [(y.data.from_date, y.data.to_date) for y in scope.view.all("fiscal_year")]
    if not years:
        return iter(())
    return _sorted(
        _named(scope, record)
        for record in _vouchers(scope)
        if not any(start <= record.data.posting_date <= stop for start, stop in years)
    )


Series = dict[tuple[str, str, int, str], dict[int, list[str]]]


def _series(scope: Scope) -> Series:
    """Return numbers by (group, prefix, width, suffix): value → vouchers."""
    types = {one.id: one for one in scope.view.record_types("voucher")}
    found: Series = defaultdict(lambda: defaultdict(list))
    for record in _vouchers(scope):
        parts = _NUMBER.fullmatch(getattr(record.data, FIELD_OF[scope.params.ledger], ""))
        if parts is not None:
            prefix, digits, suffix = parts.groups()
            place = (types[record.type].group, prefix, len(digits), suffix)
            found[place][int(digits)].append(record.id)
    return found


def number_gap(scope: Scope) -> Iterator[Problem]:
    """Numbers missing between the smallest and the largest of a series."""
    for (group, prefix, width, suffix), values in sorted(_series(scope).items()):
        missing = [
            value for value in range(min(values), max(values) + 1) if value not in values
        ] if max(values) - min(values) + 1 != len(values) else []  # fmt: skip
        if missing:
            names = [f"{prefix}{value:0{width}d}{suffix}" for value in missing[:GAPS_MAX]]
            yield {
                "voucher_group": group,
                "series": f"{prefix}…{suffix}",
                "missing": names,
                "count": len(missing),
            }


def number_duplicate(scope: Scope) -> Iterator[Problem]:
    """Numbers that stand twice in one year."""
    for (group, prefix, width, suffix), values in sorted(_series(scope).items()):
        for value, ids in sorted(values.items()):
            if len(ids) > 1:
                number = f"{prefix}{value:0{width}d}{suffix}"
                yield {"voucher_group": group, "voucher": number, "records": sorted(ids)}


def negative_cash(scope: Scope) -> Iterator[Problem]:
    """The first day of each stretch with less than nothing in a fund, and that day's payments."""
    book = scope.view.book(LEDGER_BOOK)
    where = {**scope.where, "account": [Prefix(CASH)]}
    before = scope.params.from_date - datetime.timedelta(days=1)
    balances: dict[tuple[str, str, str], int] = defaultdict(int)
    by = ("account", "currency", "branch")
    for key, (debit, credit) in book.sum(
        ("debit", "credit"), by=by, where=where, date_to=before
    ).items():
        balances[key[0], key[1], key[2]] = debit - credit
    days: dict[datetime.date, dict[tuple[str, str, str], list[Any]]] = defaultdict(dict)
    entries = book.entries(
        where=where, date_from=scope.params.from_date, date_to=scope.params.to_date
    )
    for posted in entries:
        entry = posted.entry
        there = entry.dimensions
        fund = (there["account"], there.get("currency", ""), entry.branch)
        row = days[entry.posting_date].setdefault(fund, [0, []])
        row[0] += entry.measures.get("debit", 0) - entry.measures.get("credit", 0)
        if entry.measures.get("credit", 0) > 0 and posted.number not in row[1]:
            row[1].append(posted.number)
    negative = {fund for fund, amount in balances.items() if amount < 0}
    for day in sorted(days):
        for fund, (change, payments) in sorted(days[day].items()):
            balances[fund] += change
            if balances[fund] >= 0:
                negative.discard(fund)
            elif fund not in negative:
                negative.add(fund)
                account, currency, branch = fund
                yield {
                    "account": account,
                    **({"currency": currency} if currency else {}),
                    **({"branch": scope.view.code("org_unit", branch)} if branch else {}),
                    "date": day.isoformat(),
                    "balance": balances[fund],
                    "vouchers": payments,
                }


def ledger_vs_detail(scope: Scope) -> Iterator[Problem]:
    """Funds whose foreign amount is gone and whose đồng are not."""
    measures = ("debit", "credit", "fc_debit", "fc_credit")
    where = {**scope.where, "account": [Prefix(CASH), Prefix("112")]}
    sums = scope.view.book(LEDGER_BOOK).sum(
        measures, by=("account", "currency"), where=where, date_to=scope.params.to_date
    )
    for (account, currency), (debit, credit, fc_debit, fc_credit) in sorted(sums.items()):
        if currency and fc_debit == fc_credit and debit != credit:
            yield {"account": account, "currency": currency, "amount": debit - credit}


VOUCHERS, MONEY = "Trạng thái ghi sổ chứng từ", "Tiền mặt, tiền gửi"
VOUCHER_CHECKS: tuple[Check, ...] = (
    Check("posting.unposted", "system", VOUCHERS, "warning", unposted),
    Check("posting.no_lines", "system", VOUCHERS, "error", no_lines),
    Check("posting.number_gap", "system", VOUCHERS, "warning", number_gap),
    Check("posting.number_duplicate", "system", VOUCHERS, "error", number_duplicate),
    Check("posting.voucher_after_posting", "system", VOUCHERS, "warning", voucher_after_posting),
    Check("posting.date_outside_year", "system", VOUCHERS, "warning", date_outside_year),
    Check("cash.negative_day", "cash", MONEY, "error", negative_cash),
    Check("cash.ledger_vs_detail", "cash", MONEY, "error", ledger_vs_detail),
)
