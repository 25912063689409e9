"""A transaction of one tenant."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Any

import orjson
from lienso import limits
from lienso import storage_rules as rules
from lienso.errors import Taken
from lienso.storage import Draft, Entry, Page, RecordId, RecordRef, StoredRecord, TenantId

from .books import SqliteBookWriter, Totals
from .later import LaterRows
from .records import VERSION, SqliteView
from .tables import Schema, marks
from .undo import Undo

Keys = Iterable[tuple[str, str]]

_COLUMNS = [name for name in VERSION.split(", ") if name not in ("type", "id", "body")]
_ROW = ", ".join(["tenant_id", "type", "id", *_COLUMNS, "keys", "body"])

INSERT = f"INSERT INTO record ({_ROW}) VALUES ({marks(len(_COLUMNS) + 5)}) ON CONFLICT DO NOTHING"
_UPDATE = (
    f"UPDATE record SET {', '.join(f'{name} = ?' for name in [*_COLUMNS, 'keys', 'body'])} "
    "WHERE tenant_id = ? AND type = ? AND id = ?"
)
_CONFIRM = (
    "UPDATE record SET feed_seq = ?, posting = ? "
    "WHERE tenant_id = ? AND type = ? AND id = ? AND version = ? AND deleted = 0 AND body = ?"
)
_STORED = "SELECT version, deleted, keys FROM record WHERE tenant_id = ? AND type = ? AND id = ?"
INSERT_HISTORY = (
    f"INSERT INTO record_history (tenant_id, {VERSION}) VALUES ({marks(len(_COLUMNS) + 4)})"
)
_KEEP = (
    f"INSERT INTO record_history (tenant_id, {VERSION}) SELECT tenant_id, {VERSION} FROM record "
    "WHERE tenant_id = ? AND type = ? AND id = ?"
)
_FORGET = "DELETE FROM record WHERE tenant_id = ? AND type = ? AND id = ?"
_FORGET_HISTORY = (
    "DELETE FROM record_history WHERE tenant_id = ? AND type = ? AND id = ? AND version >= ?"
)
INSERT_KEY = (
    "INSERT INTO record_key (tenant_id, type, name, key, id) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT DO NOTHING"
)
_DELETE_KEY = (
    "DELETE FROM record_key WHERE tenant_id = ? AND type = ? AND name = ? AND key = ? AND id = ?"
)
_SET_KEYS = "UPDATE record SET keys = ? WHERE tenant_id = ? AND type = ? AND id = ?"
INSERT_CLAIM = (
    "INSERT INTO natural_key (tenant_id, space, value, type, id) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT DO NOTHING"
)
_RELEASE = "DELETE FROM natural_key WHERE tenant_id = ? AND id = ? AND type = ?"
WRITE_COUNTER = (
    "INSERT INTO counter (tenant_id, name, value) VALUES (?, ?, ?) "
    "ON CONFLICT (tenant_id, name) DO UPDATE SET value = excluded.value"
)
ADD_COUNT = (
    "INSERT INTO record_count (tenant_id, type, live) VALUES (?, ?, ?) "
    "ON CONFLICT (tenant_id, type) DO UPDATE SET live = live + excluded.live"
)


class SqliteWriter(SqliteView):
    """Reads and writes of one tenant inside a transaction.

    Counters, the numbers of records and totals are kept in Python and written by `finish`.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        tenant: TenantId,
        number: int,
        schema: Schema,
        others_wait: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__(connection, tenant, number, schema)
        self._others_wait = others_wait
        self._undo = Undo()
        self._totals = Totals(connection, number)
        self._later = LaterRows(connection)
        self._counters: dict[str, int] = {}
        self._raised: dict[str, int] = {}
        self._live: dict[str, int] = {}
        self._bookless: dict[RecordRef, frozenset[str]] = {}
        self._written = 0
        self._most = limits.RECORDS_PER_WRITE_MAX

    def finish(self) -> None:
        """Write what was kept until the end."""
        self._later.write()
        self._totals.write()
        number, execute = self._number, self._connection.executemany
        execute(WRITE_COUNTER, [(number, *pair) for pair in self._raised.items()])
        execute(ADD_COUNT, [(number, *pair) for pair in self._live.items() if pair[1]])

    def find(self, type: str, key: str, **asked: Any) -> Page:
        self._later.write()
        return super().find(type, key, **asked)

    def others_wait(self) -> bool:
        return self._others_wait()

    def allow(self, records: int) -> None:
        rules.check_size("records of a write", records, limits.REWRITE_RECORDS_MAX)
        self._most = max(self._most, records)

    def put(self, draft: Draft, *, base: int | None) -> StoredRecord:
        rules.check_draft(draft)
        self._note_written(draft.type)
        seq = self.counter(rules.FEED) + 1
        if base is None:
            record = rules.next_version(draft, None, None, seq)
            if self._insert(record, draft.keys):
                self._set_counter(rules.FEED, seq)
                self._undo.set(
                    self._bookless, RecordRef(draft.type, draft.id), frozenset(self._schema.books)
                )
                return record
        ref = RecordRef(draft.type, draft.id)
        found = self._connection.execute(_STORED, (self._number, *ref)).fetchone()
        record = rules.next_version(draft, base, found and (found[0], found[1] != 0), seq)
        self._connection.execute(_KEEP, (self._number, *ref))
        self._update(record, found[2], draft.keys)
        self._count_live(ref.type, found[1])
        self._set_counter(rules.FEED, seq)
        return record

    def delete(
        self, type: str, id: RecordId, *, base: int, at: str = "", provenance: str = "{}"
    ) -> StoredRecord:
        ref, seq = RecordRef(type, id), self.counter(rules.FEED) + 1
        record = rules.tombstone(
            ref, base, self.get(type, id, deleted=True), seq, at=at, provenance=provenance
        )
        self._note_written(type)
        keys = self._connection.execute(_STORED, (self._number, *ref)).fetchone()[2]
        self._connection.execute(_KEEP, (self._number, *ref))
        self._update(record, keys, ())
        self._count_live(type, -1)
        self.release(ref)
        self._set_counter(rules.FEED, seq)
        return record

    def forget(self, type: str, id: RecordId) -> None:
        ref = RecordRef(type, id)
        found = self._connection.execute(_STORED, (self._number, *ref)).fetchone()
        if found is None:
            return
        self._note_written(type)
        self._delete_keys(ref, _pairs(found[2]))
        self._connection.execute(_FORGET, (self._number, *ref))
        self._connection.execute(_FORGET_HISTORY, (self._number, *ref, 0))
        self._count_live(type, found[1] - 1)
        self.release(ref)

    def adopt(self, record: StoredRecord, keys: Sequence[tuple[str, str]] = ()) -> None:
        rules.check_keys(keys)
        self._note_written(record.type)
        keys = () if record.deleted else tuple(keys)
        if not self._insert(record, keys):
            self._replace(record, keys)
        if record.deleted:
            self.release(RecordRef(record.type, record.id))

    def confirm(
        self, ref: RecordRef, version: int, body: str, *, feed_seq: int, posting: str
    ) -> bool:
        row = (feed_seq, posting, self._number, *ref, version, body)
        if not self._connection.execute(_CONFIRM, row).rowcount:
            return False
        self._note_written(ref.type)
        return True

    def _replace(self, record: StoredRecord, keys: Keys) -> None:
        place = (self._number, record.type, record.id)
        version, deleted, old = self._connection.execute(_STORED, place).fetchone()
        # Versions that the other side does not know make way: history only rises.
        self._connection.execute(_FORGET_HISTORY, (*place, record.version))
        if version < record.version:
            self._connection.execute(_KEEP, place)
        self._update(record, old, keys)
        self._count_live(record.type, deleted - record.deleted)

    def _insert(self, record: StoredRecord, keys: Keys) -> bool:
        pairs = dict.fromkeys(keys)
        row = (
            self._number,
            record.type,
            record.id,
            record.version,
            record.feed_seq,
            record.deleted,
            record.schema_version,
            record.digest,
            record.summary,
            record.scope,
            record.posting,
            record.provenance,
            record.at,
            _text(pairs),
            record.body,
        )
        if not self._connection.execute(INSERT, row).rowcount:
            return False
        if pairs:
            self._insert_keys(RecordRef(record.type, record.id), pairs)
        self._count_live(record.type, 1 - record.deleted)
        return True

    def _update(self, record: StoredRecord, old: str, keys: Keys) -> None:
        pairs = dict.fromkeys(keys)
        row = (
            record.version,
            record.feed_seq,
            record.deleted,
            record.schema_version,
            record.digest,
            record.summary,
            record.scope,
            record.posting,
            record.provenance,
            record.at,
            _text(pairs),
            record.body,
            self._number,
            record.type,
            record.id,
        )
        self._connection.execute(_UPDATE, row)
        self._move_keys(RecordRef(record.type, record.id), old, pairs)

    def _move_keys(self, ref: RecordRef, old: str, pairs: dict[tuple[str, str], None]) -> None:
        former = dict.fromkeys(_pairs(old))
        self._delete_keys(ref, [pair for pair in former if pair not in pairs])
        self._insert_keys(ref, [pair for pair in pairs if pair not in former])

    def _insert_keys(self, ref: RecordRef, pairs: Keys) -> None:
        rows = [(self._number, ref.type, name, text, ref.id) for name, text in pairs]
        self._later.add(INSERT_KEY, rows)

    def _delete_keys(self, ref: RecordRef, pairs: Keys) -> None:
        rows = [(self._number, ref.type, name, text, ref.id) for name, text in pairs]
        if rows:
            self._later.write()
            self._connection.executemany(_DELETE_KEY, rows)

    def refill_key(self, record: StoredRecord, key: str, texts: Sequence[str]) -> None:
        """Replace one key of a record that is there, leaving version and feed as they are."""
        ref = RecordRef(record.type, record.id)
        old = self._connection.execute(_STORED, (self._number, *ref)).fetchone()[2]
        made = [(key, text) for text in texts]
        rules.check_keys(made)
        pairs = dict.fromkeys([*(pair for pair in _pairs(old) if pair[0] != key), *made])
        self._connection.execute(_SET_KEYS, (_text(pairs), self._number, *ref))
        self._move_keys(ref, old, pairs)

    def _note_written(self, type: str) -> None:
        if self._written >= self._most:
            rules.check_size("records of a write", self._written + 1, self._most)
        self._written += 1
        if type in self._schema.kept:
            self._set_counter(rules.KEPT, rules.kept_value())

    def _count_live(self, type: str, by: int) -> None:
        if by:
            self._undo.set(self._live, type, self._live.get(type, 0) + by)

    def count(self, type: str) -> int:
        return super().count(type) + self._live.get(type, 0)

    def claim(self, space: str, value: str, owner: RecordRef) -> None:
        row = (self._number, space, value, *owner)
        if self._connection.execute(INSERT_CLAIM, row).rowcount:
            return
        holder = self.claimed(space, value)
        if holder is not None and holder != owner:
            raise Taken(space, value, *holder)

    def release(self, owner: RecordRef, space: str | None = None) -> None:
        values = (self._number, owner.id, owner.type)
        if space is None:
            self._connection.execute(_RELEASE, values)
        else:
            self._connection.execute(f"{_RELEASE} AND space = ?", (*values, space))

    def counter(self, name: str) -> int:
        value = self._counters.get(name)
        if value is None:
            value = self._counters[name] = super().counter(name)
        return value

    def next_value(self, counter: str, count: int = 1) -> int:
        value = rules.check_integer(counter, self.counter(counter) + count)
        self._set_counter(counter, value)
        return value

    def raise_counter(self, counter: str, to: int) -> None:
        if to > self.counter(counter):
            self._set_counter(counter, rules.check_integer(counter, to))

    def _set_counter(self, name: str, value: int) -> None:
        self._undo.set(self._counters, name, value)
        self._undo.set(self._raised, name, value)

    def post(
        self,
        book: str,
        voucher: RecordRef,
        entries: Sequence[Entry],
        *,
        number: str = "",
        voucher_date: datetime.date | None = None,
        description: str = "",
    ) -> None:
        # A record that was made in this transaction has no entries that could stand in the way.
        bookless = self._bookless.get(voucher, frozenset())
        self.book(book).post(
            voucher, entries, number, voucher_date, description, replace=book not in bookless
        )
        if book in bookless:
            self._undo.set(self._bookless, voucher, bookless - {book})

    def unpost(self, book: str, voucher: RecordRef, ledger: str | None = None) -> int:
        return self.book(book).unpost(voucher, ledger)

    def book(self, id: str) -> SqliteBookWriter:
        sql = self._schema.book(id)
        return SqliteBookWriter(
            self._connection, self._number, sql, self._undo, self._totals, self._later
        )

    def attempt(self) -> Attempt:
        return Attempt(self)


class Attempt:
    """A savepoint of the database and of what the writer keeps in Python."""

    __slots__ = ("_mark", "_writer", "_written")

    def __init__(self, writer: SqliteWriter) -> None:
        self._writer = writer

    def __enter__(self) -> None:
        writer = self._writer
        self._mark, self._written = writer._undo.mark(), writer._written
        writer._later.write()
        writer._connection.execute("SAVEPOINT attempt")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        writer = self._writer
        if kind is not None:
            if not writer._connection.in_transaction:
                return  # a full disk took the whole transaction with it
            writer._connection.execute("ROLLBACK TO attempt")
            writer._undo.back_to(self._mark)
            writer._written = self._written
            writer._totals.rolled_back()
            writer._later.drop()
        writer._connection.execute("RELEASE attempt")


def _text(pairs: Keys) -> str:
    listed = [*pairs]
    return orjson.dumps(listed).decode() if listed else ""


def _pairs(text: str) -> list[tuple[str, str]]:
    return [(name, key) for name, key in orjson.loads(text)] if text else []
