"""A SQLite file as a `lienso.storage.Storage`."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from lienso import limits
from lienso.errors import StorageError, TenantFrozen
from lienso.storage import (
    Declared,
    PrepareReport,
    StorageFeatures,
    StoredRecord,
    TenantId,
)

from . import schema as schemas
from .commits import Commits
from .connection import LOCK_WAIT_S, Readers, translated
from .records import SqliteView
from .tables import Schema
from .tenants import SqliteTenants, tenant_number
from .writer import SqliteWriter

T = TypeVar("T")


def path_of(url: str) -> Path:
    """Return the file that ``sqlite:PATH`` names.

    Raises:
        StorageError: ``storage_url_invalid``: no path, or a database in memory (``memory:`` is that).
    """
    path = url.partition(":")[2]
    if not path or path == ":memory:" or path.startswith("//"):
        raise StorageError("storage_url_invalid", {"url": url, "expected": "sqlite:PATH"})
    return Path(path)


class SqliteStorage:
    """One file: one writer connection with group commit, a pool of readers."""

    features = StorageFeatures("sqlite", sqlite3.sqlite_version, many_tenants=True, durable=True)

    def __init__(self, path: Path, *, lock_wait_s: float = LOCK_WAIT_S) -> None:
        """Open the file, made when it is missing.

        Args:
            lock_wait_s: how long a write waits for another process before `StorageBusy`.
        """
        self.path = path
        self.schema = Schema({}, {})
        self.commits = Commits(path, lock_wait_s)
        self._readers = Readers(path)

    def prepare(self, declared: Declared) -> PrepareReport:
        applied = self.commits.run(lambda conn: schemas.prepare(conn, self.path, declared))
        self.schema = schemas.merged(self.schema, declared)
        return PrepareReport(applied)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection that sees one instant."""
        with translated(self.path), self._readers.snapshot() as connection:
            yield connection

    def read(self, tenant: TenantId, work: Callable[[SqliteView], T]) -> T:
        with self.reading() as connection:
            number, _ = tenant_number(connection, tenant)
            return work(SqliteView(connection, tenant, number, self.schema))

    def write(self, tenant: TenantId, work: Callable[[SqliteWriter], T]) -> T:
        def run(connection: sqlite3.Connection) -> T:
            number, state = tenant_number(connection, tenant)
            if state == "frozen":
                raise TenantFrozen(detail={"tenant": tenant})
            waiting = self.commits.others_wait
            writer = SqliteWriter(connection, tenant, number, self.schema, waiting)
            result = work(writer)
            writer.finish()
            return result

        return self.commits.run(run)

    def head(self, tenant: TenantId) -> int:
        return self.read(tenant, lambda view: view.feed_seq)

    def rebuild_totals(self, tenant: TenantId, book: str) -> int:
        # Totals follow from the entries: making them anew is no change, also of a frozen tenant.
        def work(connection: sqlite3.Connection) -> int:
            number, _ = tenant_number(connection, tenant)
            writer = SqliteWriter(connection, tenant, number, self.schema)
            return writer.book(book).rebuild_totals()

        return self.commits.run(work)

    def pending_keys(self, tenant: TenantId) -> list[tuple[str, str]]:
        """List the (type, key) that `fill_key` must still fill for this tenant."""
        with self.reading() as connection:
            number, _ = tenant_number(connection, tenant)
            sql = "SELECT type, name FROM key_pending WHERE tenant_id = ? ORDER BY type, name"
            return connection.execute(sql, (number,)).fetchall()

    def fill_key(
        self,
        tenant: TenantId,
        type: str,
        key: str,
        texts: Callable[[StoredRecord], Sequence[str]],
    ) -> None:
        """Fill a key of the records that were there before it was declared.

        Page by page, each its own transaction, so that saves go on between them.

        Args:
            texts: makes a record's key texts.
        """
        after = ""
        while ids := self._ids_after(tenant, type, after):
            self.write(tenant, _refill(type, ids, key, texts))
            after = ids[-1]
        sql = "DELETE FROM key_pending WHERE tenant_id = ? AND type = ? AND name = ?"

        def end(connection: sqlite3.Connection) -> None:
            connection.execute(sql, (tenant_number(connection, tenant)[0], type, key))

        self.commits.run(end)

    def _ids_after(self, tenant: TenantId, type: str, after: str) -> list[str]:
        with self.reading() as connection:
            sql = (
                "SELECT id FROM record WHERE tenant_id = ? AND type = ? AND id > ? "
                "ORDER BY id LIMIT ?"
            )
            values = (tenant_number(connection, tenant)[0], type, after)
            found = connection.execute(sql, (*values, limits.RECORDS_PER_WRITE_MAX))
            return [id for (id,) in found]

    def tenants(self) -> SqliteTenants:
        return SqliteTenants(self)

    def close(self) -> None:
        self._readers.close()
        self.commits.close()


def _refill(
    type: str, ids: Sequence[str], key: str, texts: Callable[[StoredRecord], Sequence[str]]
) -> Callable[[SqliteWriter], None]:
    def work(writer: SqliteWriter) -> None:
        for record in writer.get_many(type, ids).values():
            writer.refill_key(record, key, texts(record))

    return work
