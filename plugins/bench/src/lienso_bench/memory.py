"""How much memory this process holds while something goes on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EVERY_S = 0.2
MIB = 1024 * 1024


def held() -> int:
    """Return the bytes that this process holds in memory (Linux)."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise LookupError("/proc/self/status names no VmRSS")


@contextmanager
def sampled() -> Iterator[list[int]]:
    """Look at the memory again and again; yields what was seen so far."""
    seen, over = [held()], threading.Event()

    def look() -> None:
        while not over.wait(EVERY_S):
            seen.append(held())

    looker = threading.Thread(target=look, name="memory")
    looker.start()
    try:
        yield seen
    finally:
        over.set()
        looker.join()
        seen.append(held())


def grown(seen: list[int]) -> float:
    """Return by how many MiB the memory grew after the first tenth of the time."""
    first = max(1, len(seen) // 10)
    return (max(seen[first:]) - max(seen[:first])) / MIB
