"""``save``: receipts saved at an office, each durable before the next: one after another, and by eight
threads, whose saves share commits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count

from lienso.kernel import Kernel

from . import contents
from .bare import BareSite
from .bare_line import GroupedSaves
from .company import TYPE, Company, Voucher
from .measuring import BenchmarkFailed, Outcome, Result, Run, Target, each, take_turns

THREADS = 8
TARGET = Target(per_s=1_700, share=60)


def run(run: Run) -> Outcome:
    """Measure saves of one thread and of eight, each in files of its own."""
    alone, same_alone = _one_thread(run)
    together, same_together = _eight_threads(run)
    same = same_alone | {f"{name} (8 threads)": rows for name, rows in same_together.items()}
    return Outcome([alone, together], same)


def _one_thread(run: Run) -> tuple[Result, dict[str, int]]:
    company, works = run.company, run.of_size(1_000, 40)
    mine, theirs = run.folder / "one.db", run.folder / "one-bare.db"
    bare = BareSite(company.copy("A", theirs), "A", not_asked)
    with company.site(company.copy("A", mine), "A") as kernel, closing(bare.connection):

        def save(receipts: Sequence[Voucher]) -> None:
            for one in receipts:
                save_one(kernel, company, one)

        def save_bare(receipts: Sequence[Voucher]) -> None:
            for one in receipts:
                bare.save(one.id, one.body)

        ways = {
            "lienso": each(batches(company, works), save),
            "bare": each(batches(company, works), save_bare),
        }
        turns = take_turns(run.rounds, ways)
    what = f"{works:,} receipts, one fsync each"
    result = Result("save", what, works, turns["lienso"], turns["bare"], TARGET)
    return result, contents.compare(mine, theirs)


def _eight_threads(run: Run) -> tuple[Result, dict[str, int]]:
    company, works = run.company, run.of_size(4_000, 80)
    mine, theirs = run.folder / "eight.db", run.folder / "eight-bare.db"
    bare = BareSite(company.copy("A", theirs), "A", not_asked)
    with (
        company.site(company.copy("A", mine), "A") as kernel,
        closing(bare.connection),
        ThreadPoolExecutor(THREADS) as pool,
    ):
        grouped = GroupedSaves(bare)

        def save(receipts: Sequence[Voucher]) -> None:
            list(pool.map(lambda one: save_one(kernel, company, one), receipts))

        def save_bare(receipts: Sequence[Voucher]) -> None:
            list(pool.map(grouped.save, receipts))

        ways = {
            "lienso": each(batches(company, works), save),
            "bare": each(batches(company, works), save_bare),
        }
        turns = take_turns(run.rounds, ways)
    what = f"{works:,} receipts, {THREADS} threads"
    result = Result("save", what, works, turns["lienso"], turns["bare"], Target())
    return result, contents.compare(mine, theirs, contents.UNNUMBERED)


def save_one(kernel: Kernel, company: Company, one: Voucher) -> None:
    """Save a receipt at office A, to be posted when it arrives in the cloud."""
    kernel.save(company.user("A"), TYPE, one.body, id=one.id, post=("financial",))


def batches(company: Company, works: int) -> Iterator[list[Voucher]]:
    """Make batches of receipts without end, the same for both ways."""
    return (company.vouchers(works, first) for first in count(0, works))


def not_asked(method: str, data: bytes) -> bytes:
    """Stand for the cloud where nothing is sent. Raises: BenchmarkFailed."""
    raise BenchmarkFailed(f"{method} of {len(data)} bytes was sent where only saves are measured")
