"""The highest numbers that a site gave, in a small file beside its store (sync-design §8).

A store that is set back to an older copy would give numbers again that stand on paper already. This
file is not part of the copy: the store's counters start above it.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from .storage import Storage, Writer

log = logging.getLogger("lienso.numbers")

BYTES_MAX = 64 * 1024
"""A file that is longer is joined: about a thousand numbers."""

FLUSH_EVERY_S = 1
"""Seconds between two forced writes to the disk. In between a line survives the end of the process, not
a power cut; after a power cut the store, which is whole, knows its own numbers. The file is asked only
when somebody sets the store back, and a second fsync would cost every save a tenth."""

SUFFIX = ".numbers"


class HighWater:
    """Counter → highest value, a line for each that rose; a long file is joined to one line.

    Only who gives numbers writes to it: a command that looks at the store meanwhile reads it.
    """

    def __init__(self, path: Path, steady_s: Callable[[], float] = time.monotonic) -> None:
        self._path, self._lock = path, threading.Lock()
        self._steady_s, self._flushed_at = steady_s, steady_s() - FLUSH_EVERY_S
        self._values: dict[str, dict[str, int]] = {}
        self._file: FileIO | None = None
        if path.exists():
            self._read()

    def start_above(self, storage: Storage, tenant: str) -> None:
        """Raise the counters of a company that are below what was given."""
        given = self._values.get(tenant, {})

        def work(writer: Writer) -> None:
            for counter, value in given.items():
                if writer.counter(counter) < value:
                    writer.raise_counter(counter, value)

        if storage.read(tenant, lambda v: any(v.counter(name) < n for name, n in given.items())):
            log.warning("the store of %s is older than the numbers given: they go on above", tenant)
            storage.write(tenant, work)

    def note(self, tenant: str, given: Mapping[str, int]) -> None:
        """Keep what was given: in the file when this returns, forced to the disk once a second at most.

        A disk that refuses it does not take back what is saved: it is logged, and with the next number
        tried again.
        """
        with self._lock:
            known = self._values.setdefault(tenant, {})
            risen = {name: value for name, value in given.items() if value > known.get(name, 0)}
            if not risen:
                return
            try:
                self._write(tenant, risen)
            except OSError as error:
                log.error("%s cannot be written, mend the disk: %s", self._path, error)
                return
            known.update(risen)

    def _write(self, tenant: str, risen: Mapping[str, int]) -> None:
        if self._file is None:
            self._file = self._path.open("ab", buffering=0)
        # A line that a crash cut before it must not take this one with it.
        self._file.write(b"\n" + orjson.dumps({"tenant": tenant, "given": risen}) + b"\n")
        now = self._steady_s()
        if now - self._flushed_at >= FLUSH_EVERY_S:
            os.fsync(self._file.fileno())
            self._flushed_at = now
        if self._file.tell() > BYTES_MAX:
            self._file.close()
            self._file = None
            self._read()
            self._write_joined()

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    def __del__(self) -> None:
        """A kernel that was dropped without a word leaves no open file."""
        self.close()

    def _read(self) -> None:
        for line in filter(None, self._path.read_bytes().splitlines()):
            try:
                row = orjson.loads(line)
            except orjson.JSONDecodeError:
                log.warning("%s: a line that was cut by a crash is left out", self._path)
                continue
            known = self._values.setdefault(row["tenant"], {})
            for name, value in row["given"].items():
                known[name] = max(value, known.get(name, 0))

    def _write_joined(self) -> None:
        """Write one line a company, whole or not at all."""
        new = self._path.with_name(self._path.name + ".new")
        with new.open("wb") as file:
            for tenant, given in self._values.items():
                file.write(orjson.dumps({"tenant": tenant, "given": given}) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)


def beside(storage: str) -> HighWater | None:
    """Return the file beside a store; None for a store that is not in a file of this machine."""
    path = Path(storage.partition(":")[2] or ".")
    return HighWater(path.with_name(path.name + SUFFIX)) if path.is_file() else None
