"""The highest numbers that a site gave, in a small file beside its store (sync-design §8).

A store that is set back to an older copy would give numbers again that stand on paper already. This
file is not part of the copy: the store's counters start above it.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from .storage import Storage, Writer

log = logging.getLogger("lienso.numbers")

BYTES_MAX = 64 * 1024
"""A file that is longer is joined: about a thousand numbers."""

SUFFIX = ".numbers"


class HighWater:
    """Counter → highest value, a line for each that rose; a long file is joined to one line.

    Only who gives numbers writes to it: a command that looks at the store meanwhile reads it.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        self._values: dict[str, dict[str, int]] = {}
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
        """Keep what was given, durable when this returns.

        A disk that refuses it does not take back what is saved: it is logged, and with the next number
        tried again.
        """
        with self._lock:
            known = self._values.setdefault(tenant, {})
            risen = {name: value for name, value in given.items() if value > known.get(name, 0)}
            if not risen:
                return
            try:
                with self._path.open("ab") as file:
                    # A line that a crash cut before it must not take this one with it.
                    file.write(b"\n" + orjson.dumps({"tenant": tenant, "given": risen}) + b"\n")
                    file.flush()
                    os.fsync(file.fileno())
                    size = file.tell()
                if size > BYTES_MAX:
                    self._read()
                    self._write_joined()
            except OSError as error:
                log.error("%s cannot be written, mend the disk: %s", self._path, error)
                return
            known.update(risen)

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
