"""The process that sets type, apart from ours: it may hang, crash or grow, and is replaced.

typst keeps what it has laid out and grows past a gigabyte within some hundred jobs (ui-design §12), and
a form of a company's own may never come to an end.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass

JOBS_MAX = 20
"""Jobs of one process, then a new one takes its place."""

TIMEOUT_S = 30.0
"""Seconds for one job, as a user waits for it."""

ARCHIVE = ["a-2a"]
"""What is kept for years: fonts and structure within, nothing that changes (ISO 19005-2)."""

TRIES = 2
"""A process that died is replaced once, in case it was out of memory by what came before."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is set in type.

    Attributes:
        files: name → contents; ``main.typ`` is where it begins. ``data``: JSON text.
        fonts: folders with fonts besides those of typst. ``tags``: whether the PDF tells its structure.
        archive: as PDF/A-2a, which asks for tags.
    """

    files: Mapping[str, bytes]
    data: str
    fonts: tuple[str, ...] = ()
    tags: bool = True
    archive: bool = False
    timestamp_s: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """What typst says is wrong: a sentence, and the places, with lines, that led to it."""

    message: str
    places: str


class TooSlow(Exception):
    """A job took longer than `TIMEOUT_S`."""


class Press:
    """One process at a time, started when the first job comes; safe to use from many threads."""

    def __init__(self, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._jobs = 0

    def print(self, job: Job) -> bytes | Fault:
        """Set a job in type.

        Raises:
            TooSlow: it took too long. ChildProcessError: the process died, and its successor too.
        """
        with self._lock:
            for _try in range(TRIES):
                try:
                    return self._printed(job)
                except (EOFError, OSError, pickle.UnpicklingError):
                    self._end()
            raise ChildProcessError("the process that sets type died twice")

    @property
    def process_id(self) -> int | None:
        """The process that works now; None before the first job."""
        return None if self._process is None else self._process.pid

    def kill(self) -> None:
        """Kill the process, as a machine out of memory does; the next job is done all the same."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def close(self) -> None:
        """End the process; the next job starts another."""
        with self._lock:
            self._end()

    def _printed(self, job: Job) -> bytes | Fault:
        if self._jobs >= JOBS_MAX:
            self._end()
        process = self._process or self._start()
        assert process.stdin is not None, "it is a pipe"
        assert process.stdout is not None, "it is a pipe"
        self._jobs += 1
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self._timeout_s, stop)
        timer.start()
        try:
            pickle.dump(job, process.stdin)
            process.stdin.flush()
            answer: bytes | Fault = pickle.load(process.stdout)
        except (EOFError, OSError, pickle.UnpicklingError):
            self._end()
            if late.is_set():
                raise TooSlow from None
            raise
        finally:
            timer.cancel()
        return answer

    def _start(self) -> subprocess.Popen[bytes]:
        # Not by multiprocessing: it would import the program that prints once more, in every process.
        command = [sys.executable, "-c", "from lienso_printing.press import work; work()"]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, env=_environment())
        self._jobs = 0
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        self._jobs = 0
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            # What was not sent to it is of no use any more.
            with contextlib.suppress(BrokenPipeError):
                if pipe is not None:
                    pipe.close()


def _environment() -> dict[str, str]:
    """Return our environment, in which nothing can be fetched: no form may depend on a network."""
    nowhere = "http://127.0.0.1:9"
    names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    return {**os.environ, **{one: nowhere for name in names for one in (name, name.lower())}}


def work() -> None:
    """Set jobs in type until there are no more; runs in the process of its own."""
    import typst

    while True:
        try:
            job: Job = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        answer: bytes | Fault
        try:
            answer = typst.compile(
                dict(job.files),
                font_paths=list(job.fonts),
                ignore_system_fonts=True,
                sys_inputs={"data": job.data},
                timestamp=job.timestamp_s,
                pdf_tags=job.tags or job.archive,
                pdf_standards=ARCHIVE if job.archive else [],
            )
        except typst.TypstError as error:
            answer = Fault(error.message, "\n".join([error.diagnostic, *error.trace]))
        pickle.dump(answer, sys.stdout.buffer)
        sys.stdout.buffer.flush()
