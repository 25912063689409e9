"""Entries and the vouchers behind them: halves of pairs, owners, and what the voucher would post now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from lienso import CheckScope, Entry, Record, RecordType, Refused
from lienso.book_checks import Problem, openable
from lienso.storage import PostedEntry

from ..balances import LEDGER_BOOK

PART = 500
"""Vouchers that are looked up together."""

NUMBERS = {"financial": "no", "management": "no_management"}


@dataclass(slots=True)
class _Posted:
    """What stands in the ledger of a voucher."""

    type: str
    id: str
    number: str
    date: str
    sums: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    pairs: dict[tuple[int, int], int] = field(default_factory=lambda: defaultdict(int))
    turnover: int = 0

    def add(self, entry: Entry) -> None:
        """Take an entry in."""
        amount = entry.measures.get("debit", 0) - entry.measures.get("credit", 0)
        self.sums[entry.dimensions["account"]] += amount
        self.turnover += entry.measures.get("debit", 0)
        if entry.dimensions.get("contra_account"):
            self.pairs[entry.line, entry.side // 2] += amount


def integrity(scope: CheckScope) -> Iterator[Problem]:
    """Pairs whose halves differ; entries of what is gone or not posted, or other than it would post."""
    entries = scope.view.book(LEDGER_BOOK).entries(
        where=scope.where, date_from=scope.from_date, date_to=scope.to_date
    )
    part: list[_Posted] = []
    for rows in _by_voucher(entries):
        part.append(rows)
        if len(part) == PART:
            yield from _judged(scope, part)
            part = []
    yield from _judged(scope, part)


def _by_voucher(entries: Iterator[PostedEntry]) -> Iterator[_Posted]:
    """Yield the vouchers of entries, which come together by day and number."""
    for (type, id, day), rows in groupby(
        entries, key=lambda row: (row.record_type, row.voucher_id, row.entry.posting_date)
    ):
        found: _Posted | None = None
        for row in rows:
            found = found or _Posted(type, id, row.number, day.isoformat())
            found.add(row.entry)
        if found is not None:
            yield found


def _judged(scope: CheckScope, part: Sequence[_Posted]) -> Iterator[Problem]:
    types = {type.id: type for type in scope.view.record_types()}
    records: dict[str, Any] = {}
    for type in dict.fromkeys(posted.type for posted in part):
        ids = [posted.id for posted in part if posted.type == type]
        records |= scope.view.stored.get_many(type, ids)
    for posted in part:
        stored = records.get(posted.id)
        for (line, _pair), amount in sorted(posted.pairs.items()):
            if amount:
                yield _named(scope, posted, "pair_unequal", 0, amount, line=line)
        if stored is None:
            found = _named(scope, posted, "no_voucher", 0, posted.turnover)
            params = {"records": [{"type": posted.type, "id": posted.id}]}
            yield {**found, "repair": {"id": "system.restore_records", "params": params}}
            continue
        try:
            record = scope.view.record_of(stored)
        except Refused:  # its body does not fit the model that is installed
            yield _named(scope, posted, "unreadable", posted.number, "")
            continue
        if not record.posted(scope.ledger):
            yield _named(scope, posted, "not_posted", 0, posted.turnover)
            continue
        yield from _compared(scope, posted, record, types)


def _compared(
    scope: CheckScope, posted: _Posted, record: Record[Any], types: Mapping[str, RecordType]
) -> Iterator[Problem]:
    """Compare the entries with what this version of the voucher posts, account by account.

    What a locked period keeps from being posted again cannot be asked; there its number and day are compared.
    """
    data = record.data
    number = getattr(data, NUMBERS[scope.ledger], "") or posted.number
    day = getattr(data, "posting_date", None)
    record_type = types[record.type]
    if not record_type.entry_number:
        if number != posted.number:
            yield _named(scope, posted, "version_differs", number, posted.number)
            return
        if day is not None and day.isoformat() != posted.date:
            yield _named(scope, posted, "version_differs", day.isoformat(), posted.date)
            return
    try:
        books = record_type.post(record, scope.ledger, scope.view) if record_type.post else {}
    except Refused:
        return
    wanted: dict[str, int] = defaultdict(int)
    for entry in books.get(LEDGER_BOOK, ()):
        if entry.posting_date.isoformat() == posted.date:
            wanted[entry.dimensions.get("account", "")] += entry.measures.get(
                "debit", 0
            ) - entry.measures.get("credit", 0)
    for code in sorted({*wanted, *posted.sums}):
        expected, found = wanted.get(code, 0), posted.sums.get(code, 0)
        if expected != found:
            yield _named(scope, posted, "version_differs", expected, found, account=code)


def _named(
    scope: CheckScope, posted: _Posted, code: str, expected: Any, found: Any, **more: Any
) -> Problem:
    days = {"from_date": posted.date, "to_date": posted.date, "ledger": scope.ledger}
    return {
        "code": code,
        "voucher": posted.number,
        "date": posted.date,
        **more,
        "expected": expected,
        "found": found,
        **openable([(posted.type, posted.id)]),
        "repair": {"id": "utilities.maintain_data", "params": days},
    }
