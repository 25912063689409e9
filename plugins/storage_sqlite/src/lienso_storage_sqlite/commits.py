"""Group commit: writers that come together share one transaction and one fsync.

The thread that finds nobody writing leads: it runs its own work and what queued up behind it, each
in a savepoint, and commits once. A lone writer so pays neither a thread switch nor a savepoint. What
comes while the first works run shares their commit too: it waits for no fsync but its own.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from lienso.errors import CommitUnknown, StorageBusy, StorageDown, StorageError

from .connection import LOCK_WAIT_S, connect, meaning

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], Any]

GROUP_MAX = 64
"""Works that share a commit: more would make the first of them wait without sparing much."""

ATTEMPTS_MAX = 5
"""How often the lock is asked for; each time waits its share of `LOCK_WAIT_S`."""


class _Job:
    __slots__ = ("done", "error", "leads", "result", "work")

    def __init__(self, work: Work) -> None:
        self.work = work
        self.done = threading.Event()
        self.leads = False
        self.result: Any = None
        self.error: BaseException | None = None


class Commits:
    """The one writer connection of this process and the queue before it."""

    def __init__(self, path: Path, lock_wait_s: float = LOCK_WAIT_S) -> None:
        self._path = path
        self._connection = connect(path, writable=True, lock_wait_s=lock_wait_s / ATTEMPTS_MAX)
        self._lock = threading.Lock()
        self._waiting: list[_Job] = []
        self._led = False
        self._leader = 0
        self._group: list[_Job] = []
        self._closed = False

    def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``work`` in a transaction; returns when it is on the disk.

        Raises:
            StorageBusy: another process kept the lock. StorageDown: the file cannot be written.
            CommitUnknown: COMMIT itself failed. StorageError: ``nested_write``: called from a work.
        """
        if self._leader == threading.get_ident():
            raise StorageError("nested_write", {"path": str(self._path)})
        job = _Job(work)
        with self._lock:
            if self._closed:
                raise StorageDown(detail={"path": str(self._path), "cause": "closed"})
            self._enqueue(job)
        self._finish(job)
        if job.error is not None:
            raise job.error
        result: T = job.result
        return result

    def others_wait(self) -> bool:
        """Tell, inside a work, whether other works wait for it to end."""
        return len(self._group) > 1 or bool(self._waiting)

    def _enqueue(self, job: _Job) -> None:
        self._waiting.append(job)
        job.leads = not self._led
        self._led = True

    def _finish(self, job: _Job) -> None:
        try:
            if not job.leads:
                job.done.wait()
        except BaseException:
            # An interrupted follower leaves the queue, or leads when it was just made the leader.
            with self._lock:
                if not job.leads and job in self._waiting:
                    self._waiting.remove(job)
            if job.leads:
                self._lead()
            raise
        if job.leads:
            self._lead()

    def _lead(self) -> None:
        self._leader = threading.get_ident()
        group = self._group = self._next(GROUP_MAX)
        try:
            self._run_group(group)
        except BaseException as error:
            # An interrupt between the statements: nobody may take this for a success.
            self._fail(group, CommitUnknown(detail={"path": str(self._path), "cause": repr(error)}))
            self._roll_back()
            raise
        finally:
            self._leader = 0
            with self._lock:
                follower = self._waiting[0] if self._waiting else None
                self._led = follower is not None
                if follower is not None:
                    follower.leads = True
            for job in group:
                job.done.set()
            if follower is not None:
                follower.done.set()

    def _next(self, most: int) -> list[_Job]:
        with self._lock:
            group = self._waiting[:most]
            del self._waiting[:most]
        return group

    def _run_group(self, group: list[_Job]) -> None:
        """Run works in one transaction; those that come meanwhile are added to the group, once."""
        try:
            self._begin()
        except (sqlite3.Error, StorageBusy) as error:
            return self._fail(group, error)
        whole = self._run_alone(group[0]) if len(group) == 1 else self._run_inside(group)
        if whole:
            late = self._next(GROUP_MAX - len(group))
            group += late
            if self._run_inside(late):
                self._commit(group)

    def _begin(self) -> None:
        for attempt in range(ATTEMPTS_MAX):
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                if not busy or attempt == ATTEMPTS_MAX - 1:
                    raise

    def _run_alone(self, job: _Job) -> bool:
        """Run a work without a savepoint; returns whether there is something to commit."""
        try:
            job.result = job.work(self._connection)
        except BaseException as error:
            self._roll_back()
            self._fail([job], error)
            return False
        return True

    def _run_inside(self, jobs: Sequence[_Job]) -> bool:
        """Run works, each in a savepoint; returns whether there is something to commit."""
        execute = self._connection.execute
        for job in jobs:
            execute("SAVEPOINT work")
            try:
                job.result = job.work(self._connection)
            except BaseException as error:
                self._fail([job], error)
                if not self._connection.in_transaction:
                    # SQLite gave the whole transaction up: nothing of the group is stored.
                    self._fail(self._group, error)
                    return False
                execute("ROLLBACK TO work")
            execute("RELEASE work")
        return True

    def _commit(self, group: list[_Job]) -> None:
        try:
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            known = meaning(error, self._path)
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
                return self._fail(group, known)
            detail = {"path": str(self._path), "cause": str(error)}
            self._fail(group, CommitUnknown(detail=detail))

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def _fail(self, group: list[_Job], error: BaseException) -> None:
        if isinstance(error, Exception):
            cause, error = error, meaning(error, self._path)
            if error is not cause:
                error.__cause__ = cause
        for job in group:
            if job.error is None:
                job.error = error

    def close(self) -> None:
        """Close the connection after the writes that wait; later ones are refused."""
        last = _Job(lambda _: None)
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._enqueue(last)
        self._finish(last)
        self._connection.close()
