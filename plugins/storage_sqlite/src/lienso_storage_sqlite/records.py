"""Records of one tenant at one instant: versions, feed, keys, claims, counters."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from typing import Any

from lienso import limits
from lienso import storage_rules as rules
from lienso.errors import KeyNotReady
from lienso.storage import ChangePage, Page, RecordId, RecordRef, StoredRecord, TenantId

from .books import SqliteBook
from .state import SqliteState
from .tables import Schema

VERSION = (
    "type, id, version, feed_seq, deleted, schema_version, body, digest, summary, scope, posting, "
    "provenance, at"
)
"""Columns of a version, in the order of `StoredRecord`."""

_JOINED = ", ".join(f"r.{name}" for name in VERSION.split(", "))

_GET = f"SELECT {VERSION} FROM record WHERE tenant_id = ? AND type = ? AND id = ?"
_GET_MANY = (
    f"SELECT {VERSION} FROM record WHERE tenant_id = ? AND type = ? AND deleted = 0 "
    "AND id IN (SELECT value FROM json_each(?))"
)
_FEED = (
    f"SELECT {VERSION} FROM record INDEXED BY record_feed WHERE tenant_id = ? AND feed_seq > ? "
    "ORDER BY feed_seq, type, id"
)
_HISTORY = (
    f"SELECT {VERSION} FROM record_history WHERE tenant_id = ? AND type = ? AND id = ? "
    "ORDER BY version"
)
_COUNT = "SELECT live FROM record_count WHERE tenant_id = ? AND type = ?"
_PENDING = "SELECT 1 FROM key_pending WHERE tenant_id = ? AND type = ? AND name = ?"
_CLAIMED = "SELECT type, id FROM natural_key WHERE tenant_id = ? AND space = ? AND value = ?"
_COUNTER = "SELECT value FROM counter WHERE tenant_id = ? AND name = ?"


def stored_record(row: tuple[Any, ...]) -> StoredRecord:
    """Make a version out of the columns of `VERSION`."""
    type, id, version, feed_seq, deleted, *others = row
    return StoredRecord(type, id, version, feed_seq, deleted != 0, *others)


class SqliteView:
    """Reads of one tenant inside one transaction."""

    def __init__(
        self, connection: sqlite3.Connection, tenant: TenantId, number: int, schema: Schema
    ) -> None:
        self._connection, self._tenant = connection, tenant
        self._number, self._schema = number, schema

    @property
    def tenant(self) -> TenantId:
        return self._tenant

    @property
    def feed_seq(self) -> int:
        return self.counter(rules.FEED)

    def get(self, type: str, id: RecordId, *, deleted: bool = False) -> StoredRecord | None:
        row = self._connection.execute(_GET, (self._number, type, id)).fetchone()
        return None if row is None or (row[4] and not deleted) else stored_record(row)

    def get_many(self, type: str, ids: Sequence[RecordId]) -> dict[RecordId, StoredRecord]:
        found = self._connection.execute(_GET_MANY, (self._number, type, json.dumps([*ids])))
        records = {row[1]: stored_record(row) for row in found}
        return {id: records[id] for id in ids if id in records}

    def find(
        self,
        type: str,
        key: str,
        *,
        equals: str | None = None,
        start: str | None = None,
        stop: str | None = None,
        descending: bool = False,
        after: str | None = None,
        limit: int = limits.PAGE_DEFAULT,
    ) -> Page:
        rules.check_page(limit)
        if self._connection.execute(_PENDING, (self._number, type, key)).fetchone():
            raise KeyNotReady(detail={"type": type, "key": key})
        sql, values = "", [self._number, type, key]
        for text, sign in ((equals, "="), (start, ">="), (stop, "<")):
            if text is not None:
                sql += f" AND k.key {sign} ?"
                values.append(text)
        if after is not None:
            sql += f" AND (k.key, k.id) {'<' if descending else '>'} (?, ?)"
            values += rules.cursor_place(after)
        way = " DESC" if descending else ""
        rows = self._connection.execute(
            f"SELECT {_JOINED}, k.key FROM record_key k CROSS JOIN record r "
            "ON r.tenant_id = k.tenant_id AND r.type = k.type AND r.id = k.id "
            f"WHERE k.tenant_id = ? AND k.type = ? AND k.name = ?{sql} "
            f"ORDER BY k.key{way}, k.id{way} LIMIT ?",
            (*values, limit + 1),
        ).fetchall()
        records = tuple(stored_record(row[:-1]) for row in rows[:limit])
        if len(rows) <= limit:
            return Page(records, None)
        return Page(records, rules.cursor_text(rows[limit - 1][-1], records[-1].id))

    def count(self, type: str) -> int:
        row = self._connection.execute(_COUNT, (self._number, type)).fetchone()
        return row[0] if row else 0

    def changes(
        self,
        after: int,
        *,
        not_from: str | None = None,
        scopes: Sequence[str] | None = None,
        limit: int = 500,
        bytes_max: int | None = None,
    ) -> ChangePage:
        with closing(self._connection.execute(_FEED, (self._number, after))) as rows:
            return rules.change_page(
                map(stored_record, rows),
                self.feed_seq,
                after,
                not_from=not_from,
                scopes=scopes,
                limit=limit,
                bytes_max=bytes_max,
            )

    def history(self, type: str, id: RecordId) -> list[StoredRecord]:
        older = self._connection.execute(_HISTORY, (self._number, type, id))
        versions = [stored_record(row) for row in older]
        current = self.get(type, id, deleted=True)
        return versions if current is None else [*versions, current]

    def claimed(self, space: str, value: str) -> RecordRef | None:
        row = self._connection.execute(_CLAIMED, (self._number, space, value)).fetchone()
        return RecordRef(*row) if row else None

    def counter(self, name: str) -> int:
        row = self._connection.execute(_COUNTER, (self._number, name)).fetchone()
        return row[0] if row else 0

    def book(self, id: str) -> SqliteBook:
        return SqliteBook(self._connection, self._number, self._schema.book(id))

    def state(self, table: str) -> SqliteState:
        return SqliteState(self._connection, self._number, self._schema.state(table))
