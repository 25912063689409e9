"""Serving commands as processes that can be killed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

RUN = [sys.executable, "-c", "from lienso.cli import main; main()"]


@dataclass
class Process:
    """A serving command; ``url``: where it listens."""

    url: str
    running: subprocess.Popen[str]

    def kill(self) -> None:
        """End it as a power cut would (kill -9)."""
        self.running.kill()


@contextmanager
def serving(*arguments: str) -> Iterator[Process]:
    """Run a serving command until the block ends; it may be killed inside."""
    with subprocess.Popen([*RUN, *arguments], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            yield Process(running.stdout.readline().strip(), running)
        finally:
            running.terminate()
