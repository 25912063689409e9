"""The bare way's line: unary gRPC methods that carry bytes, and writers that share a commit."""

from __future__ import annotations

import queue
import threading
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
    """Saves of many threads, committed together: one thread writes what has queued up."""

    def __init__(self, site: BareSite) -> None:
        self._site = site
        self._waiting: queue.SimpleQueue[tuple[Voucher, Future[str]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write)
        self._thread.start()

    def save(self, voucher: Voucher) -> str:
        """Save a receipt; returns its JSON when it is on the disk.

        Raises:
            TimeoutError: the writing thread broke down; its traceback says why.
        """
        saved: Future[str] = Future()
        self._waiting.put((voucher, saved))
        return saved.result(timeout=WAIT_S)

    def close(self) -> None:
        """Write what waits and end the thread."""
        self._waiting.put(None)
        self._thread.join()

    def _write(self) -> None:
        while (first := self._waiting.get()) is not None:
            group = [first]
            while len(group) < GROUP_MAX and not self._waiting.empty():
                more = self._waiting.get()
                if more is None:
                    self._waiting.put(None)
                    break
                group.append(more)
            with sql.transaction(self._site.connection):
                texts = [self._site.save_inside(one.id, one.body) for one, _saved in group]
            for (_one, saved), text in zip(group, texts, strict=True):
                saved.set_result(text)
