"""``watching``: a thousand offices watch one cloud and nothing happens; then something does.

The offices are streams of one client on its own event loop in a process of their own: what is looked at
is the cloud. Each shows its own token.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import Connection
from typing import Any

import grpc.aio
from lienso.model import Actor
from lienso.sync import enrolment
from lienso_api.v1 import sync_pb2, sync_pb2_grpc

from . import memory
from .measuring import Fact, Outcome, Run

CHANNELS = 20
"""Connections that the streams share: a process may not open as many files as there are offices."""


def run(run: Run) -> Outcome:
    """Measure memory an office, and how long after a save the first and the last of them know."""
    company, offices, works = run.company, run.of_size(1_000, 20), run.of_size(20, 3)
    path = company.copy("cloud", run.folder / "cloud.db")
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    with (
        company.cloud(path) as (kernel, url),
        ProcessPoolExecutor(1, spawn, initializer=_take_pipe, initargs=(there,)) as elsewhere,
    ):
        names = [f"W{number:04d}" for number in range(offices)]
        tokens = [enrolment.add_site(kernel, company.tenant, name) for name in names]
        elsewhere.submit(abs, 0).result()  # it runs
        before = memory.held()
        watching = elsewhere.submit(watch, url, tokens, works)
        here.recv()
        held = memory.held() - before
        saved = []
        for place in range(works):
            saved.append(time.time())
            body = {"code": f"W{place:04d}", "name": "Khách hàng mới", "is_customer": True}
            kernel.save(Actor(company.tenant), "object", body)
            here.recv()
        told = watching.result()
    firsts = [1000 * (min(times) - at) for at, times in zip(saved, told, strict=True)]
    lasts = [1000 * (max(times) - at) for at, times in zip(saved, told, strict=True)]
    return Outcome(
        [],
        {"pokes": sum(map(len, told))},
        [
            Fact(f"memory of the cloud, each of {offices:,} offices", held / offices / 1024, "KiB"),
            Fact("until the first of them knows of a save", statistics.median(firsts), "ms"),
            Fact("until the last of them knows", statistics.median(lasts), "ms"),
        ],
    )


_pipe: list[Connection] = []


def _take_pipe(pipe: Connection) -> None:
    _pipe.append(pipe)


def watch(url: str, tokens: list[str], works: int) -> list[list[float]]:
    """Watch with every token; runs in the offices' process.

    Returns:
        For each save the instants at which the offices knew of it, seconds since 1970.
    """
    return asyncio.run(_watch(url.removeprefix("grpc:"), tokens, works))


async def _watch(target: str, tokens: list[str], works: int) -> list[list[float]]:
    (pipe,) = _pipe
    channels = [
        grpc.aio.insecure_channel(target, options=[("grpc.use_local_subchannel_pool", 1)])
        for _ in range(CHANNELS)
    ]
    streams = []
    for place, token in enumerate(tokens):
        stub = sync_pb2_grpc.SyncStub(channels[place % CHANNELS])
        metadata = (("authorization", f"Bearer {token}"),)
        streams.append(stub.Watch(sync_pb2.WatchRequest(), metadata=metadata))
    await asyncio.gather(*(stream.read() for stream in streams))
    pipe.send("all watch")
    told = []
    for _ in range(works):

        async def known(stream: Any) -> float:
            await stream.read()
            return time.time()

        told.append(await asyncio.gather(*map(known, streams)))
        # Longer than the pause in which a burst becomes one poke.
        await asyncio.sleep(1.5)
        pipe.send("all know")
    for stream in streams:
        stream.cancel()
    for channel in channels:
        await channel.close()
    return told
