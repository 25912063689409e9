"""A cloud that is served by a process of its own: it shares no interpreter with the office that is measured."""

from __future__ import annotations

import itertools
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

from .company import Company, YearEnd


@contextmanager
def cloud_elsewhere(company: Company, path: Path) -> Iterator[str]:
    """Serve a cloud file in another process; yields its URL."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    ahead = next(YearEnd.started)
    server = spawn.Process(target=_serve, args=(company, path, ahead, there))
    server.start()
    there.close()
    try:
        yield here.recv()
    finally:
        here.close()
        server.join()


def _serve(company: Company, path: Path, ahead: int, pipe: Connection) -> None:
    """Serve until the other end is closed."""
    YearEnd.started = itertools.count(ahead)
    with company.cloud(path) as (_kernel, url), pipe:
        pipe.send(url)
        pipe.poll(None)
