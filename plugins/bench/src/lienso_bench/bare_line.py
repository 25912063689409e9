"""The bare way's line: unary gRPC methods that carry bytes, and writers that share a commit."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import grpc

from . import bare_sql as sql
from .bare import BareSite
from .company import Voucher

GROUP_MAX = 64
"""Saves that share a commit, as in lienso's driver."""

CALLS_AT_ONCE = 8
WAIT_S = 60
SERVICE = "bare.Line"


@contextmanager
def served(methods: Mapping[str, Callable[[bytes], bytes]]) -> Iterator[str]:
    """Serve methods on loopback; yields the target to connect to."""
    handlers = {
        name: grpc.unary_unary_rpc_method_handler(_answering(answer))
        for name, answer in methods.items()
    }
    server = grpc.server(ThreadPoolExecutor(CALLS_AT_ONCE))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(grace=None).wait()


def _answering(answer: Callable[[bytes], bytes]) -> Callable[[bytes, object], bytes]:
    return lambda data, _context: answer(data)


@contextmanager
def line_to(target: str) -> Iterator[Callable[[str, bytes], bytes]]:
    """Connect; yields a function that calls a method with bytes."""
    options = [("grpc.enable_http_proxy", 0), ("grpc.use_local_subchannel_pool", 1)]
    with grpc.insecure_channel(target, options) as channel:
        yield lambda method, data: channel.unary_unary(f"/{SERVICE}/{method}")(data, timeout=WAIT_S)


class GroupedSaves:
    """Saves of many threads, committed together: who finds nobody writing writes until none waits."""

    def __init__(self, site: BareSite) -> None:
        self._site = site
        self._writing = threading.Lock()
        self._waiting: deque[tuple[Voucher, Future[str]]] = deque()

    def save(self, voucher: Voucher) -> str:
        """Save a receipt; returns its JSON when it is on the disk.

        Raises:
            TimeoutError: the thread that wrote it broke down; its own exception says why.
        """
        saved: Future[str] = Future()
        self._waiting.append((voucher, saved))
        # Asked again after every release: what queued up just before it would wait for nobody.
        while self._waiting and self._writing.acquire(blocking=False):
            try:
                self._write()
            finally:
                self._writing.release()
        return saved.result(timeout=WAIT_S)

    def _write(self) -> None:
        count = min(len(self._waiting), GROUP_MAX)
        group = [self._waiting.popleft() for _place in range(count)]
        with sql.transaction(self._site.connection):
            texts = [self._site.save_inside(one.id, one.body) for one, _saved in group]
        for (_one, saved), text in zip(group, texts, strict=True):
            saved.set_result(text)
