"""``push``: vouchers that wait at an office go to the cloud over gRPC on loopback.

The cloud validates, claims the numbers, posts, moves the totals, logs and answers; the office settles
what was accepted. Every turn begins with the same two files, the office's full of waiting receipts.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from . import contents
from .bare import BareCloud, BareSite
from .bare_line import line_to, served
from .company import Company, copy_file, synchronization
from .measuring import BenchmarkFailed, Outcome, Result, Run, Target, seconds, take_turns

TARGET = Target(per_s=5_000, share=40)


def run(run: Run) -> Outcome:
    """Measure a push of everything that waits."""
    company, works = run.company, run.of_size(10_000, 300)
    waiting = office(run, works)
    cloud, site = run.folder / "cloud.db", run.folder / "site.db"
    bare_cloud, bare_site = run.folder / "cloud-bare.db", run.folder / "site-bare.db"

    def push_bare() -> float:
        company.copy("cloud", bare_cloud)
        copy_file(waiting, bare_site)
        return _push_bare(bare_cloud, bare_site, works)

    ways = {"lienso": lambda: push(company, waiting, cloud, site, works), "bare": push_bare}
    turns = take_turns(run.rounds, ways)
    what = f"{works:,} receipts to the cloud"
    result = Result("push", what, works, turns["lienso"], turns["bare"], TARGET)
    in_cloud = contents.compare(cloud, bare_cloud)
    at_site = contents.compare(site, bare_site)
    same = in_cloud | {f"{name} (site)": rows for name, rows in at_site.items()}
    return Outcome([result], same)


def office(run: Run, works: int) -> Path:
    """Make the file of an office where receipts wait."""
    waiting = run.company.copy("A", run.folder / "waiting.db")
    with run.company.site(waiting, "A") as kernel:
        run.company.save_all(kernel, run.company.vouchers(works))
    return waiting


def push(company: Company, waiting: Path, cloud: Path, site: Path, works: int) -> float:
    """Push what waits at a copy of an office to a copy of the cloud; returns its seconds."""
    company.copy("cloud", cloud)
    copy_file(waiting, site)
    with company.cloud(cloud) as (_cloud, url), company.site(site, "A", url) as kernel:
        sync = synchronization(kernel)
        sync.connect()
        return seconds(lambda: _all_of(sync.push().pushed, works))


def _push_bare(cloud: Path, site: Path, works: int) -> float:
    there = BareCloud(cloud)
    with (
        closing(there.connection),
        served({"push": there.push, "pull": there.pull}) as target,
        line_to(target) as ask,
    ):
        here = BareSite(site, "A", ask)
        with closing(here.connection):
            return seconds(lambda: _all_of(here.push(), works))


def _all_of(pushed: int, works: int) -> None:
    if pushed != works:
        raise BenchmarkFailed(f"{pushed} of {works} receipts were accepted")
