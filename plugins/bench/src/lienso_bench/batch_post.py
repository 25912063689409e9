"""``batch_post``: vouchers that wait unposted in the cloud are posted by one call.

What stands beside it is no bare way but a push of the same receipts, which posts them, too: a batch that
only posts may take no more than twice as long as one that brings them over a line.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from lienso.kernel import Kernel, Settings, start
from lienso.transaction import Transaction

from .company import RECORDS_PER_WRITE, TYPE, YEAR, Company, Voucher, YearEnd, copy_file
from .measuring import BenchmarkFailed, Outcome, Result, Run, Target, seconds, take_turns
from .push import office, push

POST = "utilities.batch_post"
DAYS = {"from_date": f"{YEAR}-01-01", "to_date": f"{YEAR}-12-31"}


def run(run: Run) -> Outcome:
    """Measure a call that posts all, and a push of as many."""
    company, works = run.company, run.of_size(10_000, 300)
    waiting, drafts = office(run, works), _drafts(run, works)
    posted, pushed, site = (run.folder / f"{name}.db" for name in ("posted", "pushed", "site"))

    def post() -> float:
        copy_file(drafts, posted)
        with start(Settings(storage=f"sqlite:{posted}", clock=YearEnd())) as kernel:
            return seconds(lambda: _post(kernel, company, works))

    ways = {"lienso": post, "bare": lambda: push(company, waiting, pushed, site, works)}
    turns = take_turns(run.rounds, ways)
    in_books, by_push = _entries(posted), _entries(pushed)
    if in_books != by_push:
        raise BenchmarkFailed(f"entries and sums: posted {in_books}, pushed {by_push}")
    what, target = f"{works:,} drafts posted; bare is their push", Target(share=50)
    result = Result("batch_post", what, works, turns["lienso"], turns["bare"], target)
    return Outcome([result], {"entries": in_books[0]})


def _drafts(run: Run, works: int) -> Path:
    path = run.company.copy("cloud", run.folder / "drafts.db")
    receipts = run.company.vouchers(works)
    with start(Settings(storage=f"sqlite:{path}", clock=YearEnd())) as kernel:
        for first in range(0, works, RECORDS_PER_WRITE):
            part = receipts[first : first + RECORDS_PER_WRITE]
            kernel.transact(run.company.user(), _drafting(part))
    return path


def _drafting(receipts: Sequence[Voucher]) -> Callable[[Transaction], None]:
    def work(transaction: Transaction) -> None:
        for one in receipts:
            transaction.save(TYPE, one.body, id=one.id)

    return work


def _post(kernel: Kernel, company: Company, works: int) -> None:
    answer = kernel.invoke(company.user(), POST, DAYS)
    if len(answer["posted"]) != works:
        raise BenchmarkFailed(f"{len(answer['posted'])} of {works} receipts were posted: {answer}")


def _entries(path: Path) -> tuple[int, int, int]:
    with closing(sqlite3.connect(path)) as connection:
        found: tuple[int, int, int] = connection.execute(
            "SELECT count(*), sum(m_debit), sum(m_credit) FROM book_general_ledger"
        ).fetchone()
    return found
