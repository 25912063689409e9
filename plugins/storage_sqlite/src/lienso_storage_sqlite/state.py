"""State tables: typed rows of the kernel's own registers."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from lienso import storage_rules as rules
from lienso.errors import Taken

from .tables import StateSql, marks


class SqliteState:
    """Reads and writes of one state table of one tenant."""

    def __init__(self, connection: sqlite3.Connection, tenant: int, sql: StateSql) -> None:
        self._connection, self._tenant, self._sql = connection, tenant, sql

    def get(self, *key: Any) -> dict[str, Any] | None:
        if len(key) != len(self._sql.table.key):
            return None
        values = self._connection.execute(self._sql.get, (self._tenant, *key)).fetchone()
        return None if values is None else self._sql.row(values)

    def scan(
        self,
        *,
        equals: Mapping[str, Any] | None = None,
        start: Sequence[Any] | None = None,
        stop: Sequence[Any] | None = None,
        order: Sequence[str] | None = None,
        descending: bool = False,
        limit: int | None = None,
    ) -> list[dict[str, Any]]:
        columns = tuple(order or self._sql.table.key)
        rules.check_columns(self._sql.table, columns)
        where, values = self._where(equals)
        for bound, sign in ((start, ">="), (stop, "<")):
            if bound:
                names = ", ".join(f'"{name}"' for name in columns[: len(bound)])
                where += f" AND ({names}) {sign} ({marks(len(bound))})"
                values += bound
        way = " DESC" if descending else ""
        places = ", ".join(
            f'"{name}"{way}' for name in dict.fromkeys((*columns, *self._sql.table.key))
        )
        found = self._connection.execute(
            f"{self._sql.select}{where} ORDER BY {places} LIMIT ?",
            (self._tenant, *values, -1 if limit is None else limit),
        )
        return [self._sql.row(row) for row in found]

    def count(self, *, equals: Mapping[str, Any] | None = None) -> int:
        where, values = self._where(equals)
        sql = f"SELECT count(*) FROM {self._sql.name} WHERE tenant_id = ?{where}"
        count: int = self._connection.execute(sql, (self._tenant, *values)).fetchone()[0]
        return count

    def _where(self, equals: Mapping[str, Any] | None) -> tuple[str, list[Any]]:
        wanted = equals or {}
        rules.check_columns(self._sql.table, wanted)
        return "".join(f' AND "{name}" = ?' for name in wanted), list(wanted.values())

    def insert(self, row: Mapping[str, Any]) -> None:
        values = rules.state_values(self._sql.table, row)
        if not self._connection.execute(self._sql.insert, (self._tenant, *values)).rowcount:
            key = " ".join(str(row[name]) for name in self._sql.table.key)
            raise Taken(self._sql.name, key)

    def put(self, row: Mapping[str, Any]) -> None:
        values = rules.state_values(self._sql.table, row)
        self._connection.execute(self._sql.put, (self._tenant, *values))

    def put_many(self, rows: Sequence[Mapping[str, Any]]) -> None:
        table = self._sql.table
        values = [(self._tenant, *rules.state_values(table, row)) for row in rows]
        self._connection.executemany(self._sql.put, values)

    def delete(self, *key: Any) -> bool:
        if len(key) != len(self._sql.table.key):
            return False
        return self._connection.execute(self._sql.delete, (self._tenant, *key)).rowcount > 0

    def delete_where(self, equals: Mapping[str, Any]) -> int:
        where, values = self._where(equals)
        sql = f"DELETE FROM {self._sql.name} WHERE tenant_id = ?{where}"
        return self._connection.execute(sql, (self._tenant, *values)).rowcount
