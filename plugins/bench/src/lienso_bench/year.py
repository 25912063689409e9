"""``year``: a year of a million entries is closed, and its statements are drawn up.

The entries are those of ``balance``. Closing is measured as a dry run, which does all of it and is taken
back; then the year is closed in earnest, since an income statement shows what was closed.
"""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from lienso.ids import uuid7_text
from lienso.kernel import Kernel, Settings, start

from . import bare_sql as sql
from .balance import ENTRIES_OF_A_RECEIPT, fill
from .bare_rows import TENANT
from .company import YEAR, Company, YearEnd
from .measuring import BenchmarkFailed, Outcome, Result, Run, Target, seconds, take_turns

CLOSE = "general_ledger.close_profit_and_loss"
STATEMENT = "general_ledger.statement"
STATEMENTS = ("B01a-DNN", "B02-DNN", "B03-DNN/direct")
LAST = datetime.date(YEAR, 12, 31)
PERIOD = {"from_date": f"{YEAR}-01-01", "to_date": str(LAST)}
RESULTS = ("5", "6", "7", "8")
"""What the accounts of income and expense begin with."""


def run(run: Run) -> Outcome:
    """Measure both on one file."""
    count = run.of_size(1_000_000, 6_000)
    path = run.company.copy("cloud", run.folder / "year.db")
    with closing(sql.opened(path)) as connection:
        fill(connection, run.company, -(-count // ENTRIES_OF_A_RECEIPT))
        settings = Settings(storage=f"sqlite:{path}", clock=YearEnd())
        with start(settings) as kernel:
            closed = _closing(run, kernel, connection)
            drawn = _statements(run, kernel, connection)
        accounts = len(bare_closing(connection))
    same = {"accounts closed": accounts, "statements": len(STATEMENTS)}
    return Outcome([closed, drawn], same)


def _closing(run: Run, kernel: Kernel, connection: sqlite3.Connection) -> Result:
    found: dict[str, int] = {}

    def close() -> None:
        found["lienso"] = _closed(kernel, run.company, dry_run=True)["turnover_911"]

    def close_bare() -> None:
        found["bare"] = sum(bare_closing(connection).values())

    ways = {"lienso": lambda: seconds(close), "bare": lambda: seconds(close_bare)}
    turns = take_turns(run.rounds, ways)
    _equal("turnover of 911", found)
    _closed(kernel, run.company, dry_run=False)
    target = Target(ms=2_000)
    return Result("year", "closing", 1, turns["lienso"], turns["bare"], target, by_time=True)


def _closed(kernel: Kernel, company: Company, *, dry_run: bool) -> Mapping[str, Any]:
    # The warning is that the income tax was not worked out before: these companies have none.
    params = {"date": str(LAST), "ignore_warnings": True, "dry_run": dry_run}
    answer: Mapping[str, Any] = kernel.invoke(company.user(), CLOSE, params)
    return answer


def _statements(run: Run, kernel: Kernel, connection: sqlite3.Connection) -> Result:
    by = run.company.user()
    profit: dict[str, int] = {}
    money: dict[str, int] = {}

    def draw_up() -> None:
        shown = {}
        for id in STATEMENTS:
            table = kernel.report(by, STATEMENT, {**PERIOD, "statement": id})
            shown[id] = {row[0]: row[2] for row in table.rows}
        money["lienso"] = shown["B01a-DNN"]["110"]
        profit["lienso"] = shown["B02-DNN"]["60"]

    def draw_up_bare() -> None:
        money["bare"], profit["bare"] = bare_statements(connection)

    ways = {"lienso": lambda: seconds(draw_up), "bare": lambda: seconds(draw_up_bare)}
    turns = take_turns(run.rounds, ways)
    _equal("money", money)
    _equal("profit", profit)
    what, target = "statements B01, B02 and B03", Target(ms=1_000)
    return Result("year", what, 1, turns["lienso"], turns["bare"], target, by_time=True)


def _equal(what: str, found: Mapping[str, int]) -> None:
    if found["lienso"] != found["bare"]:
        raise BenchmarkFailed(f"{what}: lienso {found['lienso']}, bare {found['bare']}")


# -- the bare way ---------------------------------------------------------------------------------

_BALANCES = (
    f"SELECT d_account, d_object, sum(m_debit), sum(m_credit) FROM {sql.OBJECT_TOTALS} "
    "WHERE tenant_id = ? AND ledger = 'financial' AND month <= ? GROUP BY d_account, d_object"
)
_FLOWS = (
    "SELECT d_account, d_contra_account, d_op, d_closing, sum(m_debit), sum(m_credit) "
    f"FROM {sql.OTHER_TOTALS} WHERE tenant_id = ? AND ledger = 'financial' "
    "AND month BETWEEN ? AND ? GROUP BY d_account, d_contra_account, d_op, d_closing"
)
_FIRST_MONTH, _LAST_MONTH = YEAR * 100 + 1, YEAR * 100 + 12


def bare_closing(connection: sqlite3.Connection) -> dict[str, int]:
    """Read what the accounts of results hold, write a voucher's entries, and take them back.

    Returns:
        By account what it was credited more than debited.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        sums: dict[str, int] = {}
        for account, _object, debit, credit in connection.execute(_BALANCES, (TENANT, _LAST_MONTH)):
            if account.startswith(RESULTS):
                sums[account] = sums.get(account, 0) + credit - debit
        id = uuid7_text(LAST.toordinal() * 86_400_000 << 12, 0)
        rows = [
            row
            for line, (account, amount) in enumerate(sorted(sums.items()), 1)
            for row in (
                _entry(id, line, 0, account, "911", amount, 0),
                _entry(id, line, 1, "911", account, 0, amount),
            )
        ]
        connection.executemany(sql.ENTRY, rows)
    finally:
        connection.execute("ROLLBACK")
    return sums


def _entry(
    id: str, line: int, side: int, account: str, contra: str, debit: int, credit: int
) -> tuple[Any, ...]:
    head = (TENANT, str(LAST), id, "general_voucher", "financial", line, side, "", "KC00001")
    return (*head, str(LAST), "Kết chuyển", "{}", account, contra, "", debit, credit)


def bare_statements(connection: sqlite3.Connection) -> tuple[int, int]:
    """Read what the three forms are made of: balances by object at both ends, and flows of the year.

    Returns:
        Money at the end, and the year's profit, đồng.
    """
    money = 0
    for month in (_FIRST_MONTH - 1, _LAST_MONTH):
        balances = connection.execute(_BALANCES, (TENANT, month)).fetchall()
        money = sum(row[2] - row[3] for row in balances if row[0].startswith("11"))
    flows = connection.execute(_FLOWS, (TENANT, _FIRST_MONTH, _LAST_MONTH)).fetchall()
    results = [row for row in flows if row[0].startswith(RESULTS) and row[3] in ("", "0")]
    return money, sum(row[5] - row[4] for row in results)
