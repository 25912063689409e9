"""A line between two processes that fails as lines do: lost answers, silence, and 2,000 bytes a second."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, Literal

Mode = Literal["good", "lost_answers", "half_open", "slow"]

SLOW_BYTES_PER_S = 2_000
"""16 kbit/s, both ways together."""

SLICE = 250
"""Bytes that a slow line carries at once: signs of life pass between those of a batch."""

WAIT_S = 180
"""A push may stand behind an automatic pull whose answer was lost, until that gives up."""


class FaultProxy:
    """Forwards connections to a port of this machine.

    Attributes:
        port: where it listens. ``mode``: how the line is now; may be set from any thread.
        carried: bytes by mode and what became of them: ``up``, ``down`` or ``lost``.
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self.mode: Mode = "good"
        self.carried: Counter[tuple[str, str]] = Counter()
        self._told = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._slots = asyncio.Lock()
        self._lines: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.port: int = self._run(self._listen())

    def set(self, mode: Mode) -> None:
        """Change how the line is, for the connections that are open too."""
        self.mode = mode

    def reset(self) -> None:
        """Break every connection, as a router does that starts anew."""
        self._run(self._break())

    def wait_for(self, mode: Mode, wanted: int, work: Future[Any]) -> None:
        """Wait until the line has carried so many bytes up, from its beginning on, or the work ended."""

        def reached() -> bool:
            return work.done() or self.carried[mode, "up"] >= wanted

        work.add_done_callback(self._tell)
        with self._told:
            assert self._told.wait_for(reached, WAIT_S), "neither bytes nor an end"

    def _tell(self, _done: object = None) -> None:
        with self._told:
            self._told.notify_all()

    def stop(self) -> None:
        """End all of it."""
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, int]) -> int:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(WAIT_S)

    async def _listen(self) -> int:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def _accept(self, reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        self._lines.add(near)
        try:
            back, far = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:  # Nobody listens there now.
            near.transport.abort()
            return
        self._lines.add(far)
        for source, sink, way in ((reader, far, "up"), (back, near, "down")):
            pump = asyncio.create_task(self._pump(source, sink, way))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, way: str
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65_536):
                await self._carry(data, sink, way)
        sink.transport.abort()
        self._lines.discard(sink)

    async def _carry(self, data: bytes, sink: asyncio.StreamWriter, way: str) -> None:
        mode = self.mode
        lost = mode == "half_open" or (mode == "lost_answers" and way == "down")
        if mode == "slow":
            for start in range(0, len(data), SLICE):
                part = data[start : start + SLICE]
                async with self._slots:
                    await asyncio.sleep(len(part) / SLOW_BYTES_PER_S)
                sink.write(part)
        elif not lost:
            sink.write(data)
            await sink.drain()
        self.carried[mode, "lost" if lost else way] += len(data)
        self._tell()

    async def _break(self) -> int:
        for line in list(self._lines):
            line.transport.abort()
        self._lines.clear()
        return 0

    async def _end(self) -> int:
        self._server.close()
        await self._break()
        await asyncio.gather(*self._pumps, return_exceptions=True)
        return 0
