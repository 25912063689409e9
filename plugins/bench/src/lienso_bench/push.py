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
from .company import copy_file, synchronization
from .measuring import BenchmarkFailed, Outcome, Result, Run, Target, seconds, take_turns

TARGET = Target(per_s=5_000, share=40)


def run(run: Run) -> Outcome:
    """Measure a push of everything that waits."""
    company, works = run.company, run.of_size(10_000, 300)
    waiting = company.copy("A", run.folder / "waiting.db")
    with company.site(waiting, "A") as kernel:
        company.save_all(kernel, company.vouchers(works))
    cloud, site = run.folder / "cloud.db", run.folder / "site.db"
    bare_cloud, bare_site = run.folder / "cloud-bare.db", run.folder / "site-bare.db"

    def push() -> float:
        company.copy("cloud", cloud)
        copy_file(waiting, site)
        with company.cloud(cloud) as (_cloud, url), company.site(site, "A", url) as kernel:
            sync = synchronization(kernel)
            sync.connect()
            return seconds(lambda: _all_of(sync.push().pushed, works))

    def push_bare() -> float:
        company.copy("cloud", bare_cloud)
        copy_file(waiting, bare_site)
        return _push_bare(bare_cloud, bare_site, works)

    turns = take_turns(run.rounds, {"lienso": push, "bare": push_bare})
    what = f"{works:,} receipts to the cloud"
    result = Result("push", what, works, turns["lienso"], turns["bare"], TARGET)
    in_cloud = contents.compare(cloud, bare_cloud)
    at_site = contents.compare(site, bare_site)
    same = in_cloud | {f"{name} (site)": rows for name, rows in at_site.items()}
    return Outcome([result], same)


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
