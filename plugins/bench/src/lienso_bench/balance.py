"""``balance``: the trial balance of a company with a million entries, of whole months and of any days.

The entries stand in the ledger's own tables: they are inserted there with their totals directly, 500
vouchers a transaction, since a million of them through the kernel would take minutes. No records are
made of them: the report reads none.
"""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
from lienso.kernel import Settings, start

from . import bare_sql as sql
from .bare_rows import TENANT, BareReceipt, Totals, entry_rows
from .company import YEAR, Company, YearEnd
from .measuring import BenchmarkFailed, Outcome, Result, Run, Target, seconds, take_turns

ENTRIES_OF_A_RECEIPT = 6
VOUCHERS_PER_WRITE = 500
REPORT = "general_ledger.trial_balance"
Amounts = dict[str, tuple[int, ...]]
"""Account → opening, turnover and closing, each debit and credit."""

MONTHS = (datetime.date(YEAR, 4, 1), datetime.date(YEAR, 9, 30))
ANY_DAYS = (datetime.date(YEAR, 3, 11), datetime.date(YEAR, 10, 19))


def run(run: Run) -> Outcome:
    """Measure both reports on one file, which nobody changes meanwhile."""
    count = run.of_size(1_000_000, 6_000)
    path = run.company.copy("cloud", run.folder / "cloud.db")
    with closing(sql.opened(path)) as connection:
        fill(connection, run.company, -(-count // ENTRIES_OF_A_RECEIPT))
        (entries,) = connection.execute("SELECT count(*) FROM book_general_ledger").fetchone()
    months, accounts = _measured(run, path, MONTHS, bare_months, Target(ms=50))
    days, more = _measured(run, path, ANY_DAYS, bare_days, Target(ms=200))
    same = {"entries": entries, "accounts": accounts, "accounts of any days": more}
    return Outcome([months, days], same)


def _measured(
    run: Run,
    path: Path,
    days: tuple[datetime.date, datetime.date],
    bare: Callable[[sqlite3.Connection, datetime.date, datetime.date], Amounts],
    target: Target,
) -> tuple[Result, int]:
    by, params = run.company.user(), {"from_date": str(days[0]), "to_date": str(days[1])}
    found: dict[str, Amounts] = {}
    settings = Settings(storage=f"sqlite:{path}", clock=YearEnd())
    with start(settings) as kernel, closing(sql.opened(path)) as connection:

        def report() -> None:
            table = kernel.report(by, REPORT, params)
            found["lienso"] = {str(row[0]): tuple(row[2:]) for row in table.rows}

        def report_bare() -> None:
            found["bare"] = bare(connection, *days)

        ways = {"lienso": lambda: seconds(report), "bare": lambda: seconds(report_bare)}
        turns = take_turns(run.rounds, ways)
    for account, amounts in found["bare"].items():
        if found["lienso"].get(account) != amounts:
            shown = found["lienso"].get(account)
            raise BenchmarkFailed(f"account {account}: lienso {shown}, bare {amounts}")
    what = f"trial balance, {'months' if target.ms == 50 else 'any days'}"
    result = Result("balance", what, 1, turns["lienso"], turns["bare"], target, by_time=True)
    return result, len(found["bare"])


def fill(connection: sqlite3.Connection, company: Company, vouchers: int) -> None:
    """Put receipts into the ledger with their totals, and nothing else of them."""
    for first in range(0, vouchers, VOUCHERS_PER_WRITE):
        count = min(VOUCHERS_PER_WRITE, vouchers - first)
        totals = Totals()
        with sql.transaction(connection):
            connection.executemany(sql.ENTRY, _entries(company, count, first, totals))
            connection.executemany(sql.TOTAL_BY_OBJECT, totals.object_rows())
            connection.executemany(sql.TOTAL_BY_OTHER, totals.other_rows())
            connection.executemany(sql.TOTAL_BY_CURRENCY, totals.currency_rows())


def _entries(company: Company, count: int, first: int, totals: Totals) -> Iterator[tuple[Any, ...]]:
    for one in company.vouchers(count, first, "HQ"):
        receipt = BareReceipt.model_validate_json(orjson.dumps(one.body))
        totals.add(receipt)
        yield from entry_rows(one.id, receipt)


# -- the bare way ---------------------------------------------------------------------------------

_MONTHS_SQL = (
    f"SELECT d_account, sum(m_debit), sum(m_credit) FROM {sql.OBJECT_TOTALS} "
    "WHERE tenant_id = ? AND ledger = 'financial' AND month BETWEEN ? AND ? GROUP BY d_account"
)
_DAYS_SQL = (
    "SELECT d_account, sum(m_debit), sum(m_credit) FROM book_general_ledger WHERE tenant_id = ? "
    "AND ledger = 'financial' AND posting_date BETWEEN ? AND ? GROUP BY d_account"
)
Sums = dict[str, list[int]]


def bare_months(
    connection: sqlite3.Connection, first: datetime.date, last: datetime.date
) -> Amounts:
    """Return the trial balance of whole months from the totals."""
    opening: Sums = {}
    turnover: Sums = {}
    _add(opening, connection, _MONTHS_SQL, 0, _month(first) - 1)
    _add(turnover, connection, _MONTHS_SQL, _month(first), _month(last))
    return _amounts(opening, turnover)


def bare_days(connection: sqlite3.Connection, first: datetime.date, last: datetime.date) -> Amounts:
    """Return the trial balance between any days: totals for whole months, entries for the rest."""
    day = datetime.timedelta(days=1)
    opening: Sums = {}
    turnover: Sums = {}
    month = _month(first)
    _add(opening, connection, _MONTHS_SQL, 0, month - 1)
    _add(opening, connection, _DAYS_SQL, str(first.replace(day=1)), str(first - day))
    _add(turnover, connection, _DAYS_SQL, str(first), f"{first:%Y-%m}-31")
    _add(turnover, connection, _MONTHS_SQL, month + 1, _month(last) - 1)
    _add(turnover, connection, _DAYS_SQL, str(last.replace(day=1)), str(last))
    return _amounts(opening, turnover)


def _month(day: datetime.date) -> int:
    return day.year * 100 + day.month


def _add(sums: Sums, connection: sqlite3.Connection, statement: str, *bounds: str | int) -> None:
    for account, debit, credit in connection.execute(statement, (TENANT, *bounds)):
        row = sums.setdefault(account, [0, 0])
        row[0] += debit
        row[1] += credit


def _amounts(opening: Sums, turnover: Sums) -> Amounts:
    found = {}
    for account in {*opening, *turnover}:
        debit, credit = opening.get(account, (0, 0))
        moved = turnover.get(account, [0, 0])
        start, end = debit - credit, debit - credit + moved[0] - moved[1]
        found[account] = (*_sides(start), *moved, *_sides(end))
    return found


def _sides(balance: int) -> tuple[int, int]:
    return max(balance, 0), max(-balance, 0)
