"""``save_grpc``: receipts saved at an office by eight workstations through the client API.

The workstations are threads of a process of their own, so that they do not share the interpreter of
the server that is measured. The clock runs there, from the first request to the last answer.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from itertools import repeat

import grpc
import orjson
from lienso import client
from lienso.api import Api
from lienso.errors import LiensoError
from lienso.sync import enrolment
from lienso.transport import ServeOptions, Services

from . import contents
from .bare import BareSite
from .bare_line import GroupedSaves, line_to, served
from .company import LISTEN, TYPE, Voucher
from .measuring import BenchmarkFailed, Outcome, Result, Run, Target, seconds, take_turns
from .save import batches, not_asked

CLIENTS = 8
TARGET = Target(per_s=1_000)


def run(run: Run) -> Outcome:
    """Measure saves over the line, both servers in this process, the clients in another."""
    company, works = run.company, run.of_size(2_000, 40)
    mine, theirs = run.folder / "site.db", run.folder / "site-bare.db"
    bare = BareSite(company.copy("A", theirs), "A", not_asked)
    with (
        company.site(company.copy("A", mine), "A") as kernel,
        closing(bare.connection),
        ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as elsewhere,
    ):
        grouped = GroupedSaves(bare)
        services = Services(Api(kernel), lambda _token: enrolment.local_actor(kernel))
        server = kernel.serve(LISTEN, services, ServeOptions())

        def save_bare(data: bytes) -> bytes:
            found = orjson.loads(data)
            return grouped.save(Voucher(found["id"], found["body"])).encode()

        with served({"save": save_bare}) as target:

            def in_turn(work: Callable[..., float], target: str) -> Callable[[], float]:
                following = batches(company, works)
                return lambda: elsewhere.submit(work, target, next(following)).result()

            ways = {
                "lienso": in_turn(save_by_client, server.url),
                "bare": in_turn(save_by_bytes, target),
            }
            turns = take_turns(run.rounds, ways)
        server.stop()
    what = f"{works:,} receipts, {CLIENTS} clients"
    result = Result("save_grpc", what, works, turns["lienso"], turns["bare"], TARGET)
    same = contents.compare(mine, theirs, SAME)
    return Outcome([result], same)


SAME = {
    **contents.UNNUMBERED,
    # Who saved: over the line that is the site's local user, and the bare way names its own.
    "record": contents.UNNUMBERED["record"].replace(" provenance,", ""),
}
SAME.pop("state_outbox")


def save_by_client(url: str, receipts: Sequence[Voucher]) -> float:
    """Save receipts by lienso's client; runs in the clients' process and returns its seconds."""
    with client.connect(url) as line, ThreadPoolExecutor(CLIENTS) as pool:

        def save(one: Voucher) -> object:
            return line.save(one.body, type=TYPE, id=one.id, post=("financial",))

        def work() -> float:
            line.site.status()  # connects
            return seconds(lambda: list(pool.map(save, receipts)))

        return _told(work)


def save_by_bytes(target: str, receipts: Sequence[Voucher]) -> float:
    """Save receipts by the bare line; runs in the clients' process and returns its seconds."""
    with line_to(target) as ask, ThreadPoolExecutor(CLIENTS) as pool:
        messages = [orjson.dumps({"id": one.id, "body": one.body}) for one in receipts]
        return _told(lambda: seconds(lambda: list(pool.map(ask, repeat("save"), messages))))


def _told(work: Callable[[], float]) -> float:
    """Say in words what went wrong: errors of gRPC do not travel between processes."""
    try:
        return work()
    except (LiensoError, grpc.RpcError) as error:
        raise BenchmarkFailed(f"a client's save failed: {error}") from None
