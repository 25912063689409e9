"""``beside``: saves at an office while its synchronisation pulls or pushes, beside the same saves alone.

The cloud is a process of its own, as in life. An office's people do not save without a pause: here one
receipt is begun every few hundredths of a second, which is more than fifty of them enter together.
"""

from __future__ import annotations

import statistics
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count, islice

from lienso.kernel import Kernel

from .company import TYPE, Company, Voucher, copy_file, synchronization
from .measuring import BenchmarkFailed, Fact, Outcome, Run, seconds
from .push import office
from .remote import cloud_elsewhere
from .save import save_one

EVERY_S = 0.02
RATIO_MOST = 1.3
NEW_FROM = 1_000_000
"""Place of the first receipt that is saved here, behind all that wait or come."""


def run(run: Run) -> Outcome:
    """Measure saves beside a pull and beside a push, turn by turn after the same saves alone."""
    company, saves = run.company, run.of_size(150, 20)
    many, few = run.of_size(10_000, 300), run.of_size(2_000, 300)
    full, empty = company.copy("cloud", run.folder / "full.db"), run.folder / "empty.db"
    with company.cloud(full) as (kernel, _url):
        company.save_all(kernel, company.vouchers(many))
    pulling = (company.copy("A", run.folder / "new.db"), full, many)
    pushing = (office(run, few), company.copy("cloud", empty), few)
    facts: list[Fact] = []
    made = {}
    for what, work, (here, there, works) in (("pull", pull, pulling), ("push", push, pushing)):
        alone, beside = [], []
        for turn in range(run.rounds + 1):
            site, cloud = run.folder / "site.db", run.folder / "cloud.db"
            copy_file(here, site)
            copy_file(there, cloud)
            with cloud_elsewhere(company, cloud) as url, company.site(site, "A", url) as kernel:
                found = _turn(kernel, company, partial(work, kernel, works), saves)
            if turn:
                alone += found[0]
                beside += found[1]
        facts += _told(f"a {what} of {works:,}", alone, beside)
        made[f"saves beside a {what}"] = len(beside)
    return Outcome([], made, facts)


def pull(kernel: Kernel, works: int) -> None:
    """Take what the cloud has. Raises: BenchmarkFailed: not everything came."""
    synchronization(kernel).connect()
    there = kernel.storage.read(kernel.settings.tenant_id, lambda view: view.count(TYPE))
    if there < works:
        raise BenchmarkFailed(f"{there} of {works} receipts came")


def push(kernel: Kernel, works: int) -> None:
    """Send what waits; what is saved meanwhile goes along. Raises: BenchmarkFailed."""
    sync = synchronization(kernel)
    sync.connect()
    if (pushed := sync.push().pushed) < works:
        raise BenchmarkFailed(f"{pushed} of {works} receipts were accepted")


def _turn(
    kernel: Kernel, company: Company, work: Callable[[], None], saves: int
) -> tuple[list[float], list[float]]:
    """Return the milliseconds of each save alone, and of each while the work goes on."""
    receipts = (one for place in count(NEW_FROM) for one in company.vouchers(1, place))
    alone = _saved(kernel, company, islice(receipts, saves), lambda: False)
    with ThreadPoolExecutor(1) as elsewhere:
        working = elsewhere.submit(work)
        beside = _saved(kernel, company, islice(receipts, saves), working.done)
        working.result()
    return alone, beside


def _saved(
    kernel: Kernel, company: Company, receipts: Iterable[Voucher], over: Callable[[], bool]
) -> list[float]:
    """Save at the pace of an office until it is over."""
    took: list[float] = []
    pace = threading.Event()
    for one in receipts:
        if over():
            break
        took.append(seconds(partial(save_one, kernel, company, one)))
        pace.wait(max(0.0, EVERY_S - took[-1]))
    return [1000 * time for time in took]


def _told(beside_what: str, alone: Sequence[float], beside: Sequence[float]) -> list[Fact]:
    facts = []
    for name, figure in (("median", statistics.median), ("p95", _p95)):
        least, most = figure(alone), figure(beside)
        facts += [
            Fact(f"a save alone, {name}", least, "ms"),
            Fact(f"beside {beside_what}, {name}", most, "ms"),
        ]
    return [*facts, Fact(f"beside {beside_what}, times p95 alone", most / least, "", RATIO_MOST)]


def _p95(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=20, method="inclusive")[-1]
