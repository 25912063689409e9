"""The tables of a file: numbered steps for the driver's own, declarations for all others.

sqlite-utils keeps which steps ran; beside it stands the checksum of each, so that a file made by
other code than this release is noticed. A file that has data is copied before a step changes it.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from lienso.errors import SchemaTampered, SchemaTooNew
from lienso.storage import Declared

from .tables import BookSql, Schema, StateSql, TotalSql

COMPONENT = "storage_sqlite"

_TENANT_ROWS = 100_000
"""Rows of a table that one tenant is taken to have."""

_VERSION_COLUMNS = """
    tenant_id INTEGER NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,
    feed_seq INTEGER NOT NULL, deleted INTEGER NOT NULL, schema_version INTEGER NOT NULL,
    digest TEXT NOT NULL, summary TEXT NOT NULL, scope TEXT NOT NULL, posting TEXT NOT NULL,
    provenance TEXT NOT NULL, at TEXT NOT NULL"""

STEPS: tuple[tuple[str, str], ...] = (
    (
        "0001_initial",
        f"""
CREATE TABLE tenant (
    tenant_id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL, state TEXT NOT NULL) STRICT;
CREATE TABLE counter (
    tenant_id INTEGER NOT NULL, name TEXT NOT NULL, value INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, name)) STRICT, WITHOUT ROWID;
CREATE TABLE record ({_VERSION_COLUMNS}, keys TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (tenant_id, type, id)) STRICT, WITHOUT ROWID;
CREATE INDEX record_feed ON record (tenant_id, feed_seq);
CREATE TABLE record_history ({_VERSION_COLUMNS}, body TEXT NOT NULL,
    PRIMARY KEY (tenant_id, type, id, version)) STRICT, WITHOUT ROWID;
CREATE TABLE record_count (
    tenant_id INTEGER NOT NULL, type TEXT NOT NULL, live INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, type)) STRICT, WITHOUT ROWID;
CREATE TABLE record_key (
    tenant_id INTEGER NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL, key TEXT NOT NULL,
    id TEXT NOT NULL, PRIMARY KEY (tenant_id, type, name, key, id)) STRICT, WITHOUT ROWID;
CREATE TABLE natural_key (
    tenant_id INTEGER NOT NULL, space TEXT NOT NULL, value TEXT NOT NULL, type TEXT NOT NULL,
    id TEXT NOT NULL, PRIMARY KEY (tenant_id, space, value)) STRICT, WITHOUT ROWID;
CREATE INDEX natural_key_owner ON natural_key (tenant_id, id);
CREATE TABLE key_declared (
    type TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (type, name)) STRICT, WITHOUT ROWID;
CREATE TABLE key_pending (
    tenant_id INTEGER NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL,
    PRIMARY KEY (tenant_id, type, name)) STRICT, WITHOUT ROWID;
""",
    ),
)

TENANT_TABLES = (
    "counter",
    "record",
    "record_history",
    "record_count",
    "record_key",
    "natural_key",
    "key_pending",
)
"""The driver's own tables of a tenant's rows; those of books and state come on top."""


def prepare(connection: sqlite3.Connection, path: Path, declared: Declared) -> tuple[str, ...]:
    """Create and upgrade all tables inside the transaction that is open; returns what was done.

    Raises:
        SchemaTooNew, SchemaTampered: the file is not one of this release's.
    """
    applied = _run_steps(connection, path)
    for book in map(BookSql, declared.books):
        done = _create(connection, book)
        _take_from_extras(connection, book, done)
        applied += done
        applied += _create_totals(connection, book)
    for table in map(StateSql, declared.state_tables):
        applied += _create(connection, table)
    for type, names in declared.keys.items():
        applied += _declare_keys(connection, type, names)
    if applied:
        _assume_sizes(connection)
    return tuple(applied)


def merged(former: Schema, declared: Declared) -> Schema:
    """Return what is declared now, on top of what was before."""
    books = {book.id: BookSql(book) for book in declared.books}
    states = {table.name: StateSql(table) for table in declared.state_tables}
    kept = former.kept | declared.kept
    return Schema({**former.books, **books}, {**former.states, **states}, kept)


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _has_table(connection: sqlite3.Connection, name: str) -> bool:
    sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
    return connection.execute(sql, (name,)).fetchone() is not None


def _run_steps(connection: sqlite3.Connection, path: Path) -> list[str]:
    found: dict[str, str] = {}
    if _has_table(connection, "schema_checksum"):
        sql = "SELECT name, checksum FROM schema_checksum WHERE component = ?"
        found = dict(connection.execute(sql, (COMPONENT,)))
    steps = dict(STEPS)
    newer = sorted(found.keys() - steps.keys())
    if newer:
        raise SchemaTooNew(detail={"path": str(path), "steps": newer})
    for name, checksum in found.items():
        if checksum != _checksum(steps[name]):
            raise SchemaTampered(detail={"path": str(path), "step": name})
    pending = [(name, sql) for name, sql in STEPS if name not in found]
    if not pending:
        return []
    if found:
        _copy_file(path, path.with_name(f"{path.name}.before-{len(found) + 1}"))
    _apply(connection, pending)
    return [name for name, _ in pending]


def _apply(connection: sqlite3.Connection, pending: Sequence[tuple[str, str]]) -> None:
    from sqlite_utils import Database  # heavy, and a file that is up to date does without
    from sqlite_utils.migrations import Migrations

    migrations = Migrations(COMPONENT)
    for name, sql in pending:

        def step(db: Database, name: str = name, sql: str = sql) -> None:
            for statement in filter(str.strip, sql.split(";")):
                db.execute(statement)
            insert = "INSERT INTO schema_checksum (component, name, checksum) VALUES (?, ?, ?)"
            db.execute(insert, (COMPONENT, name, _checksum(sql)))

        migrations(name=name)(step)
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_checksum (component TEXT NOT NULL, name TEXT NOT NULL, "
        "checksum TEXT NOT NULL, PRIMARY KEY (component, name)) STRICT, WITHOUT ROWID"
    )
    migrations.apply(Database(connection, recursive_triggers=False, execute_plugins=False))


def _copy_file(path: Path, copy: Path) -> None:
    # A reader of its own sees the file as it was before this transaction.
    with (
        contextlib.closing(sqlite3.connect(path)) as source,
        contextlib.closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)


def _create(connection: sqlite3.Connection, table: BookSql | TotalSql | StateSql) -> list[str]:
    """Create a table, or add the columns and indexes that it lacks."""
    found = list(connection.execute(f"PRAGMA table_info({table.name})"))
    applied = []
    if not found:
        columns = ", ".join(f"{name} {kind}" for name, kind in table.columns)
        connection.execute(
            f"CREATE TABLE {table.name} ({columns}, PRIMARY KEY ({', '.join(table.primary)})) "
            "STRICT, WITHOUT ROWID"
        )
        applied.append(table.name)
    else:
        _check_key(table, found)
        known = {row[1] for row in found}
        for name, kind in table.columns:
            if name.strip('"') not in known:
                connection.execute(f"ALTER TABLE {table.name} ADD COLUMN {name} {kind}")
                plain = name.strip('"')
                applied.append(f"{table.name}.{plain}")
    for name, columns_of_index in getattr(table, "indexes", {}).items():
        sql = "SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = ?"
        if connection.execute(sql, (name,)).fetchone() is None:
            listed = ", ".join(columns_of_index)
            connection.execute(f"CREATE INDEX {name} ON {table.name} ({listed})")
            applied.append(name)
    return applied


def _take_from_extras(connection: sqlite3.Connection, book: BookSql, added: Sequence[str]) -> None:
    """Put into new columns what entries had as extras of the same names, before totals are made of it."""
    tenants = _tenants(connection)
    for name in book.dimensions:
        if f"{book.name}.d_{name}" not in added:
            continue
        for tenant in tenants:
            connection.execute(
                f"UPDATE {book.name} SET d_{name} = json_extract(extra, '$.{name}'), "
                f"extra = json_remove(extra, '$.{name}') "
                f"WHERE tenant_id = ? AND json_type(extra, '$.{name}') IS NOT NULL",
                (tenant,),
            )


def _tenants(connection: sqlite3.Connection) -> list[int]:
    return [number for (number,) in connection.execute("SELECT tenant_id FROM tenant")]


def _assume_sizes(connection: sqlite3.Connection) -> None:
    """Tell SQLite's planner that a tenant has many rows, whatever there is today.

    Without figures it takes ten rows a tenant for granted and walks through all entries of a company
    to find those of one voucher. `ANALYZE` would count an empty file as empty for ever.
    """
    connection.execute("ANALYZE sqlite_schema")
    connection.execute("DELETE FROM sqlite_stat1")
    sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%WITHOUT ROWID%'"
    for (table,) in connection.execute(sql).fetchall():
        for _, index, _, origin, _ in connection.execute(f"PRAGMA index_list({table})").fetchall():
            columns = len(connection.execute(f"PRAGMA index_info({index})").fetchall())
            name = table if origin == "pk" else index
            insert = "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)"
            connection.execute(insert, (table, name, _sizes(columns)))
    connection.execute("ANALYZE sqlite_schema")  # reads the figures in


def _sizes(columns: int) -> str:
    """Return rows of a table, of a tenant, and of each longer beginning of an index's key."""
    steps = max(columns - 1, 1)
    parts = [round(_TENANT_ROWS ** (1 - place / steps)) for place in range(columns)]
    return " ".join(map(str, [10 * _TENANT_ROWS, *parts]))


def _check_key(
    table: BookSql | TotalSql | StateSql, found: Sequence[tuple[int, str, str, int, str, int]]
) -> None:
    stored = [row[1] for row in sorted(found, key=lambda row: row[5]) if row[5]]
    wanted = [name.strip('"') for name in table.primary]
    if stored != wanted:
        detail = {"table": table.name, "stored": stored, "declared": wanted}
        raise SchemaTampered(detail=detail)


def _create_totals(connection: sqlite3.Connection, book: BookSql) -> list[str]:
    """Create the totals that are declared, filled from the entries; drop what no longer is.

    A total that is left behind would not move with the entries and be wrong when it came back.
    """
    sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, ?) = ?"
    prefix = f"total_{book.book.id}__"
    wanted = {total.name for total in book.totals}
    for (name,) in connection.execute(sql, (len(prefix), prefix)).fetchall():
        if name not in wanted:
            connection.execute(f"DROP TABLE {name}")
    applied = []
    for total in book.totals:
        done = _create(connection, total)
        if total.name in done:
            for tenant in _tenants(connection):
                fill_total(connection, total, tenant)
        applied += done
    return applied


def fill_total(connection: sqlite3.Connection, total: TotalSql, tenant: int) -> None:
    """Make a tenant's rows of an empty total from the entries."""
    for row in connection.execute(total.from_entries, (tenant,)).fetchall():
        connection.execute(total.upsert, (tenant, *row))


def _declare_keys(connection: sqlite3.Connection, type: str, names: Sequence[str]) -> list[str]:
    applied = []
    for name in names:
        sql = "INSERT INTO key_declared (type, name) VALUES (?, ?) ON CONFLICT DO NOTHING"
        if connection.execute(sql, (type, name)).rowcount:
            connection.execute(
                "INSERT INTO key_pending (tenant_id, type, name) "
                "SELECT tenant_id, type, ? FROM record_count WHERE type = ? AND live > 0",
                (name, type),
            )
            applied.append(f"key {type}.{name}")
    return applied
