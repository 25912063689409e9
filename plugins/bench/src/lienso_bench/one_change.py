"""``one_change``: one receipt goes from office A to the cloud and on to office B, where many are
already, and where few are. What it costs must not depend on what exists.

The receipts that are there are put into the files by the bare way, which makes the same rows (``push``
and ``pull`` compare them).
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from . import contents
from .bare import BareCloud, BareSite, fill
from .bare_line import line_to, served
from .company import Company, Voucher, copy_file, synchronization
from .measuring import BenchmarkFailed, Outcome, Result, Run, Target, seconds, take_turns
from .save import save_one

CHANGES = 10
"""Changes of a turn, one after another; the turn's time is their median."""

TARGET = Target(ms=10, growth=2)
NEW_FROM = 1_000_000
"""Place of the first new receipt, behind all that are there."""

Steps = tuple[float, float]
"""Seconds of a push and of a pull."""


@dataclass(frozen=True, slots=True)
class Offices:
    """Three programs in step: each function does its part with one more receipt."""

    save: Callable[[Voucher], object]
    push: Callable[[], int]
    pull: Callable[[], int]


def run(run: Run) -> Outcome:
    """Measure both steps in a large and in a small company."""
    large, small = run.of_size(100_000, 1_000), run.of_size(1_000, 100)
    with ExitStack() as stack:
        ways = {}
        for size in (large, small):
            folder = run.folder / str(size)
            prepare(run.company, folder, size)
            offices = stack.enter_context(lienso_offices(run.company, folder))
            bare = stack.enter_context(bare_offices(folder))
            ways[f"lienso {size}"] = _turn(run.company, offices)
            ways[f"bare {size}"] = _turn(run.company, bare)
        turns = take_turns(run.rounds, ways)
    results = []
    for place, what in enumerate(("push", "pull")):
        took = {way: [steps[place] for steps in found] for way, found in turns.items()}
        mine, theirs = took[f"lienso {large}"], took[f"bare {large}"]
        few = took[f"lienso {small}"]
        said = f"{what} one, {large:,} are there"
        results.append(Result("one_change", said, 1, mine, theirs, TARGET, by_time=True, small=few))
    return Outcome(results, _compared(run.folder / str(large)))


def prepare(company: Company, folder: Path, size: int) -> None:
    """Make the files of a cloud and two offices that have so many receipts, twice."""
    folder.mkdir()
    files = {name: company.copy(name, folder / f"{name}.db") for name in ("cloud", "A", "B")}
    cloud = BareCloud(files["cloud"])
    with closing(cloud.connection):
        fill(cloud, "HQ", ((one.id, one.body) for one in company.vouchers(size, prefix="HQ")))
        for name in ("A", "B"):
            site = BareSite(files[name], name, cloud.ask)
            with closing(site.connection):
                site.pull()
    for path in files.values():
        copy_file(path, path.with_name(f"bare-{path.name}"))


def _turn(company: Company, offices: Offices) -> Callable[[], Steps]:
    following = count(NEW_FROM)

    def turn() -> Steps:
        steps = []
        for _change in range(CHANGES):
            (receipt,) = company.vouchers(1, next(following))
            offices.save(receipt)
            steps.append(
                (seconds(lambda: _one(offices.push())), seconds(lambda: _one(offices.pull())))
            )
        pushes, pulls = zip(*steps, strict=True)
        return statistics.median(pushes), statistics.median(pulls)

    return turn


def _one(done: int) -> None:
    if done != 1:
        raise BenchmarkFailed(f"{done} receipts went over the line instead of one")


@contextmanager
def lienso_offices(company: Company, folder: Path) -> Iterator[Offices]:
    """Start lienso's three programs on their files."""
    with (
        company.cloud(folder / "cloud.db") as (_cloud, url),
        company.site(folder / "A.db", "A", url) as a,
        company.site(folder / "B.db", "B", url) as b,
    ):
        one, other = synchronization(a), synchronization(b)
        one.connect()
        other.connect()
        yield Offices(
            lambda receipt: save_one(a, company, receipt),
            lambda: one.push().pushed,
            lambda: other.pull().pulled,
        )


@contextmanager
def bare_offices(folder: Path) -> Iterator[Offices]:
    """Start the bare three on theirs."""
    cloud = BareCloud(folder / "bare-cloud.db")
    with (
        closing(cloud.connection),
        served({"push": cloud.push, "pull": cloud.pull}) as target,
        line_to(target) as ask,
    ):
        a = BareSite(folder / "bare-A.db", "A", ask)
        b = BareSite(folder / "bare-B.db", "B", ask)
        with closing(a.connection), closing(b.connection):
            yield Offices(
                lambda receipt: a.save(receipt.id, receipt.body, made_offline=False),
                a.push,
                b.pull,
            )


def _compared(folder: Path) -> dict[str, int]:
    found: dict[str, int] = {}
    for name in ("cloud", "A", "B"):
        rows = contents.compare(folder / f"{name}.db", folder / f"bare-{name}.db")
        found |= {f"{table} ({name})": number for table, number in rows.items()}
    return found
