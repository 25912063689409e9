"""Connections to the file: how they are set up, the readers' pool, what SQLite's errors mean."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lienso.errors import LimitExceeded, PluginCrashed, StorageBusy, StorageDown, StorageError

LOCK_WAIT_S = 5.0
"""How long a statement waits for another process's transaction (storage-design §2)."""

CACHED_STATEMENTS = 512
"""Prepared statements a connection keeps: all shapes of a running system fit."""

PAGE_BYTES = 8192
"""Of a new file: the rows of a voucher stay on their page, without overflow pages."""

CACHE_KIB = 32 * 1024
READER_CACHE_KIB = 8 * 1024
IDLE_READERS_MAX = 8
WAL_BYTES_MAX = 64 * 1024 * 1024
"""What the write-ahead log is cut back to after a long reader let it grow."""

_DOWN = {
    sqlite3.SQLITE_FULL: "free disk space where the file is, then repeat",
    sqlite3.SQLITE_IOERR: "check the disk and its connection; see the system log",
    sqlite3.SQLITE_READONLY: "give the service the right to write the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "check that the folder exists and the service may write there",
    sqlite3.SQLITE_PERM: "give the service the right to write the file and its folder",
    sqlite3.SQLITE_CORRUPT: "stop, keep a copy of the file, restore the last backup",
    sqlite3.SQLITE_NOTADB: "the path names a file that is no database; check the setting",
}


def connect(path: Path, *, writable: bool, lock_wait_s: float = LOCK_WAIT_S) -> sqlite3.Connection:
    """Open the file; transactions are begun and ended by hand.

    Raises:
        StorageDown: the file cannot be opened or is no database.
    """
    mode = "rwc" if writable else "ro"
    with translated(path):
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=lock_wait_s,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=CACHED_STATEMENTS,
        )
        try:
            _set_up(connection, writable)
        except BaseException:
            connection.close()
            raise
    return connection


def _set_up(connection: sqlite3.Connection, writable: bool) -> None:
    cache = CACHE_KIB if writable else READER_CACHE_KIB
    connection.execute(f"PRAGMA cache_size = -{cache}")
    connection.execute("PRAGMA temp_store = MEMORY")
    if writable:
        connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        connection.execute("PRAGMA journal_mode = WAL")
        # NORMAL would be faster and may lose the last vouchers when the power fails.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA journal_size_limit = {WAL_BYTES_MAX}")
    else:
        connection.execute("PRAGMA query_only = ON")


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into those of the contract."""
    try:
        yield
    except (sqlite3.Error, PluginCrashed) as error:
        known = meaning(error, path)
        if known is error:
            raise
        raise known from error


def meaning(error: Exception, path: Path) -> Exception:
    """Return the error of the contract that an error of SQLite stands for, or itself.

    A plugin in whose hands the database failed has not crashed: the error is the database's.
    """
    if isinstance(error, PluginCrashed):
        cause = error.__cause__
        known = _meaning(cause, path) if isinstance(cause, sqlite3.Error) else cause
        return error if known is None or known is cause else known
    return _meaning(error, path) if isinstance(error, sqlite3.Error) else error


def _meaning(error: sqlite3.Error, path: Path) -> Exception:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    cause = str(error)
    if code in _DOWN:
        return StorageDown(detail={"path": str(path), "cause": cause, "advice": _DOWN[code]})
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StorageBusy(detail={"path": str(path), "cause": cause})
    if cause == "integer overflow":
        return LimitExceeded(detail={"what": "sum", "cause": cause})
    if cause.startswith("no such table"):
        return StorageError("storage_not_prepared", {"path": str(path), "cause": cause})
    return error


class Readers:
    """Read-only connections, each used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._closed = False

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection inside a read transaction."""
        connection = self._take()
        try:
            connection.execute("BEGIN DEFERRED")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")
        except sqlite3.Error:
            connection.close()  # the file may be gone or replaced: the next reader opens it anew
            raise
        except BaseException:
            self._give(connection)
            raise
        self._give(connection)

    def _take(self) -> sqlite3.Connection:
        with self._lock:
            if self._closed:
                raise StorageDown(detail={"path": str(self._path), "cause": "closed"})
            if self._idle:
                return self._idle.pop()
        return connect(self._path, writable=False)

    def _give(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            if not self._closed and len(self._idle) < IDLE_READERS_MAX:
                self._idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        """Close what is idle; what is lent is closed when it comes back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
