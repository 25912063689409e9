"""``million``: a company with a million records. An office takes them by the feed, another by a snapshot
that is cut and goes on, and one receipt then costs what it costs in a small company.

The records are customers, copies of one that lienso saved, put into the cloud's file by SQL: only to be
quick. Everything else is done by lienso.
"""

from __future__ import annotations

import hashlib
import statistics
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, closing, contextmanager
from itertools import count
from pathlib import Path

from lienso.errors import LinkError
from lienso.kernel import Kernel, Settings, start
from lienso.sync import bootstrapping, enrolment

from . import bare_sql as sql
from . import memory
from .company import Company, YearEnd, synchronization
from .measuring import BenchmarkFailed, Fact, Outcome, Run, seconds, take_turns
from .save import save_one

CHANGES = 20
GROWTH_MOST = 2
MEMORY_MOST = 64
"""MiB: a few pages of the feed, and the page caches of two files."""

CUT_AFTER = 0.3
"""Share of a snapshot's records after which the line is cut."""

LOOK_EVERY_S = 0.02
"""A chunk takes longer, so that the cut comes where it is meant."""

FILL = """
INSERT INTO record SELECT tenant_id, type, stamped(id, n), 1, head + n, 0, schema_version,
  digest(renamed(body, n)), renamed(summary, n), scope, posting, provenance, at, renamed(keys, n),
  renamed(body, n) FROM template, numbers
"""
KEYS = """
INSERT INTO record_key SELECT k.tenant_id, k.type, k.name, renamed(k.key, n), stamped(k.id, n)
  FROM record_key AS k JOIN template AS t USING (tenant_id, type, id), numbers
"""
TEMPLATE = (
    "SELECT r.*, (SELECT value FROM counter WHERE tenant_id = r.tenant_id AND name = 'feed_seq')"
)


def run(run: Run) -> Outcome:
    """Measure a large company and a small one."""
    large, small = run.of_size(1_000_000, 3_000), run.of_size(1_000, 100)
    facts: list[Fact] = []
    folders = {size: run.folder / str(size) for size in (small, large)}
    for size, folder in folders.items():
        folder.mkdir()
        grow(run.company.copy("cloud", folder / "cloud.db"), size)
        facts = _moved(run.company, folder, size)  # of the large one, which comes last
    return Outcome([], {"records": large}, [*facts, *one_change(run.company, folders)])


def grow(path: Path, size: int) -> None:
    """Put so many customers into a cloud's file, as if offices had sent them."""
    with closing(sql.opened(path)) as connection, sql.transaction(connection):
        connection.create_function("digest", 1, _digest, deterministic=True)
        connection.create_function("renamed", 2, _renamed, deterministic=True)
        connection.create_function("stamped", 2, _stamped, deterministic=True)
        connection.execute(
            f"CREATE TEMP TABLE template AS {TEMPLATE} AS head FROM record AS r "
            "WHERE type = 'object' AND body LIKE '%KH0001%'"
        )
        connection.execute(
            "CREATE TEMP TABLE numbers AS WITH RECURSIVE n (n) AS "
            "(VALUES (1) UNION ALL SELECT n + 1 FROM n WHERE n < ?) SELECT n FROM n",
            (size,),
        )
        for statement in (FILL, KEYS):
            connection.execute(statement)
        connection.execute("UPDATE counter SET value = value + ? WHERE name = 'feed_seq'", (size,))
        connection.execute("UPDATE record_count SET live = live + ? WHERE type = 'object'", (size,))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _renamed(text: str, number: int) -> str:
    code = f"K{number:07d}"
    return text.replace("KH0001", code).replace("kh0001", code.lower())


def _stamped(id: str, number: int) -> str:
    return f"{id[:24]}{number:012x}"


# -- how they come ----------------------------------------------------------------------------------


def _moved(company: Company, folder: Path, size: int) -> list[Fact]:
    """Take everything by the feed at B and by a snapshot at C."""
    with company.cloud(folder / "cloud.db") as (cloud, url):
        there = company.copy("B", folder / "B.db")
        with company.site(there, "B", url) as site, memory.sampled() as seen:
            took = seconds(synchronization(site).connect)
            _require(site, company, size)
        token = enrolment.add_site(cloud, company.tenant, "C")
    facts = [
        Fact(f"pull {size:,} by the feed", size / took, "/s"),
        Fact(
            "memory that grew meanwhile, office and cloud", memory.grown(seen), "MiB", MEMORY_MOST
        ),
    ]
    with memory.sampled() as seen:
        taken = _snapshot(company, folder, token, size)
    grown = memory.grown(seen)
    return [*facts, *taken, Fact("memory that grew for it", grown, "MiB", MEMORY_MOST)]


def _snapshot(company: Company, folder: Path, token: str, size: int) -> list[Fact]:
    """Take a snapshot at C: a part of it, and after a cut the rest."""
    target = folder / "C.db"
    with ExitStack() as line:
        _cloud, url = line.enter_context(company.cloud(folder / "cloud.db"))
        with at_c(company, target, token, url) as c:
            c.join_tenant(company.tenant, "BENCH", "Công ty Đo lường")
            # A short feed would be taken as it is.
            c.storage.write(company.tenant, bootstrapping.begin)
            first = seconds(lambda: _until(c, company, size * CUT_AFTER, line.close))
            kept = _chunks(c, company)
    if not kept:
        raise BenchmarkFailed("the snapshot was over before the line was cut")
    with (
        company.cloud(folder / "cloud.db") as (_cloud, url),
        at_c(company, target, token, url) as c,
    ):
        if _chunks(c, company) < kept:
            raise BenchmarkFailed(f"{_chunks(c, company)} chunks of {kept} were kept over the cut")
        rest = seconds(synchronization(c).connect)
        _require(c, company, size)
    return [
        Fact(f"snapshot of {size:,}, cut once", first + rest, "s"),
        Fact("its chunks that were kept over the cut", kept, ""),
        Fact("the office's file", target.stat().st_size / memory.MIB, "MiB"),
    ]


@contextmanager
def at_c(company: Company, path: Path, token: str, url: str) -> Iterator[Kernel]:
    """Start the new office."""
    settings = Settings(
        role="site",
        storage=f"sqlite:{path}",
        cloud=url,
        token=token,
        tenant_id=company.tenant,
        site_id="C",
        clock=YearEnd(),
    )
    with start(settings) as kernel:
        yield kernel


def _until(site: Kernel, company: Company, records: float, cut: Callable[[], None]) -> None:
    """Take a snapshot in a thread until so many records are here, then cut the line."""
    with ThreadPoolExecutor(1) as elsewhere:
        taking = elsewhere.submit(synchronization(site).connect)
        while not wait([taking], LOOK_EVERY_S).done and _here(site, company) < records:
            pass
        cut()
        error = taking.exception()
    if error is not None and not isinstance(error, LinkError):
        raise error


def _here(site: Kernel, company: Company) -> int:
    return site.storage.read(company.tenant, lambda view: view.count("object"))


def _chunks(site: Kernel, company: Company) -> int:
    at = site.storage.read(company.tenant, bootstrapping.progress)
    return 0 if at is None else at.chunks


def _require(site: Kernel, company: Company, size: int) -> None:
    if (found := _here(site, company)) < size:
        raise BenchmarkFailed(f"{found:,} of {size:,} records came")


# -- one more ---------------------------------------------------------------------------------------


def one_change(company: Company, folders: Mapping[int, Path]) -> list[Fact]:
    """Measure one change in a small and a large company, turn by turn; ``folders`` by size, rising."""
    with ExitStack() as stack:
        ways = {
            str(size): stack.enter_context(_changing(company, folder))
            for size, folder in folders.items()
        }
        turns = take_turns(CHANGES, ways)
    small, large = folders
    facts = []
    for place, name in enumerate(("push", "pull")):
        few, many = (
            statistics.median(steps[place] for steps in turns[str(size)]) for size in folders
        )
        facts.append(Fact(f"{name} one, {large:,} are there", many * 1000, "ms"))
        facts.append(Fact(f"{name} one, times that of {small:,}", many / few, "", GROWTH_MOST))
    return facts


@contextmanager
def _changing(company: Company, folder: Path) -> Iterator[Callable[[], tuple[float, float]]]:
    """Yield a way that returns the seconds of a push at B, and of a pull at C."""
    following = count()
    with (
        company.cloud(folder / "cloud.db") as (cloud, url),
        company.site(folder / "B.db", "B", url) as b,
        at_c(company, folder / "C.db", enrolment.add_site(cloud, company.tenant, "C"), url) as c,
    ):
        one, other = synchronization(b), synchronization(c)
        one.connect()
        other.connect()

        def change() -> tuple[float, float]:
            (receipt,) = company.vouchers(1, next(following))
            save_one(b, company, receipt)
            return seconds(one.push), seconds(other.pull)

        yield change
