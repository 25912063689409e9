"""Connections that are opened and left: others are served meanwhile, and everything is given back.

``LIENSO_CONNECTIONS`` says how many.
"""

from __future__ import annotations

import os
import resource
import socket
import sys
import threading
from collections.abc import Callable

import grpc
import pytest
from lienso_api.v1 import sync_pb2

from .conftest import Victim, raw, serves

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it reads /proc")

# Taken out: lienso refuses variables that it does not know.
CONNECTIONS = int(os.environ.pop("LIENSO_CONNECTIONS", "1000"))
SPARE = 500
"""Files that a process has open beside them."""

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
BEGUN = (
    b"",
    PREFACE,
    PREFACE + b"\0\0\0\4\0\0\0\0\0",
    PREFACE + b"\0\0\0\4\0\0\0\0\0" + b"\0\x10\0\0\0\0\0\0\1half of a frame",
    b"GET / HTTP/1.1\r\nHost: x\r\n",
)
"""How far each of five connections gets before it is left."""

CROWDS_MAX = 8
"""One after another; if the memory has not come to rest by then, something is kept."""

AT_REST_KB = 2_000 + CONNECTIONS
"""A crowd that takes less than this leaves nothing behind: 1 KB a connection would be a leak."""

LOOKS = 300


def until(true: Callable[[], bool]) -> bool:
    """Look every tenth of a second whether something holds, for half a minute."""
    pause = threading.Event()
    for _look in range(LOOKS):
        if true():
            return True
        pause.wait(0.1)
    return true()


def more_files() -> None:
    """Let this process, and those it starts, have as many connections as the test needs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + SPARE
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    assert most == wanted, f"{wanted} files are needed, {hard} allowed"
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


def crowd(victim: Victim) -> int:
    """Open connections, see that others are served meanwhile, and leave; returns the memory then."""
    files = victim.files()
    lines: list[socket.socket] = []
    try:
        for number in range(CONNECTIONS):
            line = socket.create_connection(victim.address, timeout=30)
            line.sendall(BEGUN[number % len(BEGUN)])
            lines.append(line)
        # Who speaks HTTP/1 is hung up on; the others hold their place.
        assert until(lambda: victim.files() >= files + CONNECTIONS // 2)
        serves(victim)
    finally:
        for line in lines:
            line.close()
    assert until(lambda: victim.files() < files + 50)
    return victim.memory_kb()


def test_connections_that_are_opened_and_left_are_borne_and_given_back(victim: Victim) -> None:
    more_files()
    resource.prlimit(
        victim.process.pid, resource.RLIMIT_NOFILE, resource.getrlimit(resource.RLIMIT_NOFILE)
    )
    serves(victim)
    before = victim.memory_kb()

    memory = [before]
    for _crowd in range(CROWDS_MAX):
        memory.append(crowd(victim))
        if memory[-1] - memory[-2] < AT_REST_KB:
            break

    # What is freed the allocator keeps for the next crowd, which then takes nothing more.
    assert memory[-1] - memory[-2] < AT_REST_KB, memory
    assert memory[-1] < before + 50_000 + 30 * CONNECTIONS, memory


def test_callers_that_leave_in_the_middle_of_a_call_give_everything_back(victim: Victim) -> None:
    serves(victim)
    files, memory = victim.files(), victim.memory_kb()
    metadata = (("authorization", f"Bearer {victim.tokens['A']}"),)
    data = sync_pb2.PushRequest().SerializeToString()
    for _caller in range(CONNECTIONS // 20):
        with victim.channel() as channel:
            pending = [
                channel.unary_unary("/lienso.v1.Sync/Push").future(data, metadata=metadata)
                for _call in range(20)
            ]
            pending[0].exception()  # The connection is there; the others are left as they are.

    assert until(lambda: victim.files() < files + 50)
    assert until(lambda: victim.memory_kb() < memory * 1.5 + 50_000)


def test_watchers_that_vanish_give_their_places_to_others(victim: Victim) -> None:
    metadata = (("authorization", f"Bearer {victim.tokens['A']}"),)
    data = sync_pb2.WatchRequest().SerializeToString()
    for _round in range(3):
        channels = [victim.channel() for _watcher in range(100)]
        for channel in channels:
            next(channel.unary_stream("/lienso.v1.Sync/Watch")(data, metadata=metadata))
        for channel in channels:
            channel.close()

    free = victim.channel().unary_stream("/lienso.v1.Sync/Watch")

    def watches() -> bool:
        try:
            return bool(next(free(data, metadata=metadata)))
        except grpc.RpcError:
            return False

    assert until(watches)


def test_tokens_that_are_guessed_cost_others_nothing(victim: Victim) -> None:
    tenant, name, _secret = victim.tokens["A"].split(".")
    channel = victim.channel()

    said = {
        raw(channel, "/lienso.v1.Sync/Probe", b"", f"{tenant}.{name}.{number:032x}")
        for number in range(200)
    }

    assert said == {grpc.StatusCode.UNAUTHENTICATED}
