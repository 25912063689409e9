"""Wakes the offices that watch: they wait on the event loop, so that a thousand hold no thread."""

from __future__ import annotations

import asyncio
import threading

from . import loop


class Pokes:
    """How far the feeds have come, for those who wait on the event loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._moved: dict[str, int] = {}
        self._heads: dict[str, int] = {}
        self._events: dict[str, asyncio.Event] = {}
        self._ended = False

    def moved(self, tenant: str, head: int) -> None:
        """Take note of a commit, in its thread. A burst costs the loop one call."""
        with self._lock:
            asked = bool(self._moved)
            self._moved[tenant] = max(head, self._moved.get(tenant, 0))
        if not asked:
            loop.soon(self._wake)

    def _wake(self) -> None:
        with self._lock:
            moved, self._moved = self._moved, {}
        for tenant, head in moved.items():
            self._heads[tenant] = max(head, self._heads.get(tenant, 0))
            if event := self._events.pop(tenant, None):
                event.set()

    async def after(self, tenant: str, seen: int) -> int:
        """Wait until a feed has come further; returns how far, or ``seen`` when all is over."""
        while (head := self._heads.get(tenant, 0)) <= seen and not self._ended:
            await self._events.setdefault(tenant, asyncio.Event()).wait()
        return max(head, seen)

    def end(self) -> None:
        """Send all away who wait, on the loop."""
        self._ended = True
        for event in self._events.values():
            event.set()
