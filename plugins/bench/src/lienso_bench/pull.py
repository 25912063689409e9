"""``pull``: an office takes what others have entered, over gRPC on loopback, and keeps it durably.

Every turn begins with the same file of an office that has the catalogs and none of the receipts.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from . import contents
from .bare import BareCloud, BareSite
from .bare_line import line_to, served
from .company import copy_file, synchronization
from .measuring import BenchmarkFailed, Outcome, Result, Run, Target, seconds, take_turns

TARGET = Target(per_s=12_000, share=40)


def run(run: Run) -> Outcome:
    """Measure a pull of everything that is new; lienso's time holds its Hello, one message."""
    company, works = run.company, run.of_size(10_000, 300)
    full = company.copy("cloud", run.folder / "full.db")
    with company.cloud(full) as (kernel, _url):
        company.save_all(kernel, company.vouchers(works))
    cloud, bare_cloud = copy_file(full, run.folder / "c.db"), copy_file(full, run.folder / "cb.db")
    site, bare_site = run.folder / "site.db", run.folder / "site-bare.db"
    there = BareCloud(bare_cloud)
    with (
        company.cloud(cloud) as (_kernel, url),
        closing(there.connection),
        served({"pull": there.pull}) as target,
    ):

        def pull() -> float:
            with company.site(company.copy("B", site), "B", url) as kernel:
                return seconds(synchronization(kernel).connect)

        def pull_bare() -> float:
            return _pull_bare(company.copy("B", bare_site), target)

        turns = take_turns(run.rounds, {"lienso": pull, "bare": pull_bare})
    result = Result(
        "pull", f"{works:,} receipts from the cloud", works, turns["lienso"], turns["bare"], TARGET
    )
    same = contents.compare(site, bare_site)
    if same["record"] != works:
        raise BenchmarkFailed(f"{same['record']} of {works} receipts came")
    return Outcome([result], same)


def _pull_bare(site: Path, target: str) -> float:
    with line_to(target) as ask:
        here = BareSite(site, "B", ask)
        with closing(here.connection):
            return seconds(here.pull)
