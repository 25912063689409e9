"""The one event loop of this process that all gRPC servers share, in a thread of its own.

grpc.aio keeps one completion queue a process; servers on several loops steal each other's events.
"""

from __future__ import annotations

import asyncio
import atexit
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Loop:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def get(self) -> asyncio.AbstractEventLoop:
        """Return the loop, running; it goes on until the process ends."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                thread = threading.Thread(
                    target=self._loop.run_forever, name="grpc-loop", daemon=True
                )
                thread.start()
                atexit.register(self._end, self._loop, thread)
            return self._loop

    @staticmethod
    def _end(loop: asyncio.AbstractEventLoop, thread: threading.Thread) -> None:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=5)
        if not thread.is_alive():
            loop.close()


_LOOP = _Loop()


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on the loop and wait for it; never from the loop itself."""
    return asyncio.run_coroutine_threadsafe(work, _LOOP.get()).result()


def soon(work: Callable[[], None]) -> None:
    """Have a function called on the loop, from any thread."""
    _LOOP.get().call_soon_threadsafe(work)
