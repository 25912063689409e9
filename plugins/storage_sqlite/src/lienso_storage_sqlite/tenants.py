"""The companies of one file: directory, export, import, removal."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from lienso import storage_stream as stream
from lienso.errors import StorageError, Taken, TenantUnknown
from lienso.storage import RecordRef, StoredRecord, Tenant, TenantId

from .records import VERSION, SqliteView, stored_record
from .schema import TENANT_TABLES, fill_total
from .tables import Schema
from .writer import (
    ADD_COUNT,
    INSERT,
    INSERT_CLAIM,
    INSERT_HISTORY,
    INSERT_KEY,
    WRITE_COUNTER,
    SqliteWriter,
)

if TYPE_CHECKING:
    from .database import SqliteStorage

_SELECT = "SELECT uuid, code, name, state FROM tenant"
_DECLARED_TABLES = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND "
    "(name GLOB 'book_*' OR name GLOB 'total_*' OR name GLOB 'state_*')"
)


class SqliteTenants:
    """The directory of a file."""

    def __init__(self, storage: SqliteStorage) -> None:
        self._storage = storage

    def create(self, id: TenantId, code: str, name: str) -> Tenant:
        tenant = Tenant(id, code, name, "active")
        self._storage.commits.run(lambda connection: _add(connection, tenant))
        return tenant

    def find(self, code: str) -> Tenant | None:
        return self._one("WHERE code = ?", code)

    def get(self, id: TenantId) -> Tenant | None:
        return self._one("WHERE uuid = ?", id)

    def _one(self, where: str, value: str) -> Tenant | None:
        with self._storage.reading() as connection:
            row = connection.execute(f"{_SELECT} {where}", (value,)).fetchone()
        return Tenant(*row) if row else None

    def list(self) -> list[Tenant]:
        with self._storage.reading() as connection:
            rows = connection.execute(f"{_SELECT} ORDER BY code").fetchall()
        return [Tenant(*row) for row in rows]

    def freeze(self, id: TenantId) -> None:
        self._set_state(id, "frozen")

    def thaw(self, id: TenantId) -> None:
        self._set_state(id, "active")

    def _set_state(self, id: TenantId, state: str) -> None:
        def work(connection: sqlite3.Connection) -> None:
            sql = "UPDATE tenant SET state = ? WHERE uuid = ?"
            if not connection.execute(sql, (state, id)).rowcount:
                raise TenantUnknown(detail={"tenant": id})

        self._storage.commits.run(work)

    def drop(self, id: TenantId) -> None:
        def work(connection: sqlite3.Connection) -> None:
            number, _ = tenant_number(connection, id)
            declared = [name for (name,) in connection.execute(_DECLARED_TABLES).fetchall()]
            for table in (*TENANT_TABLES, *declared, "tenant"):
                connection.execute(f"DELETE FROM {table} WHERE tenant_id = ?", (number,))

        self._storage.commits.run(work)

    def export(self, id: TenantId) -> Iterator[Mapping[str, Any]]:
        # The tenant is looked up at once, not when the first row is asked for.
        with self._storage.reading() as connection:
            tenant_number(connection, id)
        return stream.ended(self._export(id))

    def _export(self, id: TenantId) -> Iterator[Mapping[str, Any]]:
        with self._storage.reading() as connection:
            number, _ = tenant_number(connection, id)
            schema = self._storage.schema
            _check_complete(connection, number, schema)
            row = connection.execute(f"{_SELECT} WHERE tenant_id = ?", (number,)).fetchone()
            yield stream.tenant_row(Tenant(*row))
            yield from _export_own(connection, number)
            view = SqliteView(connection, id, number, schema)
            for book_id, book in sorted(schema.books.items()):
                for posted in view.book(book_id).entries():
                    yield stream.entry_row(book.book, posted)
            for name, state in sorted(schema.states.items()):
                for found in view.state(name).scan():
                    yield stream.state_row(state.table, found)

    def import_(self, rows: Iterator[Mapping[str, Any]]) -> Tenant:
        def work(connection: sqlite3.Connection) -> Tenant:
            checked = stream.checked(rows)
            tenant = stream.read_tenant(next(checked))
            number = _add(connection, tenant)
            importing = _Import(connection, tenant, number, self._storage.schema)
            for row in checked:
                importing.add(row)
            importing.finish()
            return tenant

        return self._storage.commits.run(work)


def tenant_number(connection: sqlite3.Connection, id: TenantId) -> tuple[int, str]:
    """Return a tenant's number in this file and its state. Raises: TenantUnknown."""
    sql = "SELECT tenant_id, state FROM tenant WHERE uuid = ?"
    row = connection.execute(sql, (id,)).fetchone()
    if row is None:
        raise TenantUnknown(detail={"tenant": id})
    return row[0], row[1]


def _add(connection: sqlite3.Connection, tenant: Tenant) -> int:
    row = (tenant.id, tenant.code, tenant.name, tenant.state)
    sql = "INSERT INTO tenant (uuid, code, name, state) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
    if connection.execute(sql, row).rowcount:
        return tenant_number(connection, tenant.id)[0]
    same = connection.execute("SELECT 1 FROM tenant WHERE uuid = ?", (tenant.id,)).fetchone()
    space, value = ("tenant_id", tenant.id) if same else ("tenant_code", tenant.code)
    raise Taken(space, value)


def _check_complete(connection: sqlite3.Connection, number: int, schema: Schema) -> None:
    """Refuse to leave out rows of a module that is not installed here now."""
    known = {book.name for book in schema.books.values()}
    known |= {state.name for state in schema.states.values()}
    missing = []
    for (name,) in connection.execute(_DECLARED_TABLES).fetchall():
        if name in known or name.startswith("total_"):
            continue
        sql = f"SELECT 1 FROM {name} WHERE tenant_id = ? LIMIT 1"
        if connection.execute(sql, (number,)).fetchone():
            missing.append(name)
    if missing:
        raise StorageError("export_incomplete", {"tables": missing})


def _export_own(connection: sqlite3.Connection, number: int) -> Iterator[Mapping[str, Any]]:
    def rows(sql: str) -> Iterator[tuple[Any, ...]]:
        return iter(connection.execute(sql, (number,)))

    for name, value in rows("SELECT name, value FROM counter WHERE tenant_id = ? ORDER BY name"):
        yield stream.counter_row(name, value)
    sql = f"SELECT {VERSION}, keys FROM record WHERE tenant_id = ? ORDER BY type, id"
    for *version, keys in rows(sql):
        pairs = [(name, key) for name, key in json.loads(keys)] if keys else []
        yield stream.record_row(stored_record(tuple(version)), pairs)
    sql = f"SELECT {VERSION} FROM record_history WHERE tenant_id = ? ORDER BY type, id, version"
    for row in rows(sql):
        yield stream.history_row(stored_record(row))
    sql = "SELECT space, value, type, id FROM natural_key WHERE tenant_id = ? ORDER BY space, value"
    for space, claimed, type, id in rows(sql):
        yield stream.claim_row(space, claimed, RecordRef(type, id))
    sql = "SELECT type, name FROM key_pending WHERE tenant_id = ? ORDER BY type, name"
    for type, name in rows(sql):
        yield stream.pending_key_row(type, name)


class _Import:
    """A tenant's rows on their way into the tables."""

    def __init__(
        self, connection: sqlite3.Connection, tenant: Tenant, number: int, schema: Schema
    ) -> None:
        self._connection, self._number, self._schema = connection, number, schema
        self._writer = SqliteWriter(connection, tenant.id, number, schema)

    def add(self, row: Mapping[str, Any]) -> None:
        """Store one row of the stream."""
        number, execute = self._number, self._connection.execute
        match row["table"]:
            case "counter":
                execute(WRITE_COUNTER, (number, row["name"], row["value"]))
            case "record":
                self._add_record(*stream.read_record(row))
            case "history":
                record, _ = stream.read_record(row)
                execute(INSERT_HISTORY, (number, *_values(record)))
            case "claim":
                values = (row["space"], row["value"], row["type"], row["id"])
                execute(INSERT_CLAIM, (number, *values))
            case "pending_key":
                sql = "INSERT INTO key_pending (tenant_id, type, name) VALUES (?, ?, ?)"
                execute(sql, (number, row["type"], row["key"]))
            case "entry":
                self._writer.book(row["book"]).add(stream.read_entry(row))
            case "state":
                table = self._schema.state(row["name"]).table
                self._writer.state(table.name).put(stream.read_state(table, row))

    def _add_record(self, record: StoredRecord, keys: tuple[tuple[str, str], ...]) -> None:
        number, type, id = self._number, record.type, record.id
        text = json.dumps(keys, ensure_ascii=False) if keys else ""
        version = [*_values(record)]
        body = version.pop(6)
        self._connection.execute(INSERT, (number, *version, text, body))
        rows = [(number, type, name, key, id) for name, key in keys]
        self._connection.executemany(INSERT_KEY, rows)
        if not record.deleted:
            self._connection.execute(ADD_COUNT, (number, type, 1))

    def finish(self) -> None:
        """Make the totals, which do not travel: they follow from the entries."""
        for book in self._schema.books.values():
            for total in book.totals:
                fill_total(self._connection, total, self._number)


def _values(record: StoredRecord) -> Iterator[Any]:
    return (getattr(record, name) for name in VERSION.split(", "))
