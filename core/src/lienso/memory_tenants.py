"""The companies of a `lienso.memory.MemoryStorage` and what it keeps of each."""

from __future__ import annotations

import bisect
import dataclasses
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from . import storage_stream as stream
from .errors import Taken, TenantUnknown, Unknown
from .memory_books import BookRows, MemoryBook
from .memory_state import MemoryState, StateRows
from .model import Book
from .storage import RecordRef, StateTable, StoredRecord, Tenant, TenantId


class Rows:
    """Everything of one tenant."""

    def __init__(self) -> None:
        self.counters: dict[str, int] = {}
        self.records: dict[RecordRef, StoredRecord] = {}
        self.history: dict[RecordRef, list[StoredRecord]] = {}
        # Places of the feed in order. A record's former places stay and are passed over by readers.
        self.feed: list[tuple[int, str, str]] = []
        self.live: defaultdict[str, int] = defaultdict(int)
        self.keys: defaultdict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        self.keys_of: dict[RecordRef, tuple[tuple[str, str], ...]] = {}
        self.pending_keys: set[tuple[str, str]] = set()
        self.claims: dict[tuple[str, str], RecordRef] = {}
        self.claims_of: defaultdict[RecordRef, set[tuple[str, str]]] = defaultdict(set)
        self.books: defaultdict[str, BookRows] = defaultdict(BookRows)
        self.state: defaultdict[str, StateRows] = defaultdict(StateRows)


@dataclasses.dataclass(slots=True)
class Schema:
    """What was declared so far."""

    books: dict[str, Book] = dataclasses.field(default_factory=dict)
    state_tables: dict[str, StateTable] = dataclasses.field(default_factory=dict)
    keys: set[tuple[str, str]] = dataclasses.field(default_factory=set)
    kept: frozenset[str] = frozenset()


def take_out(places: list[Any], place: tuple[Any, ...]) -> None:
    """Remove a place from a sorted list."""
    del places[bisect.bisect_left(places, place)]


class MemoryTenants:
    """The directory; each tenant's rows are apart, so nothing can cross."""

    def __init__(self, lock: threading.RLock, schema: Schema) -> None:
        self._lock, self._schema = lock, schema
        self._tenants: dict[TenantId, Tenant] = {}
        self._rows: dict[TenantId, Rows] = {}

    def create(self, id: TenantId, code: str, name: str) -> Tenant:
        with self._lock:
            return self._add(Tenant(id, code, name, "active"), Rows())

    def _add(self, tenant: Tenant, rows: Rows) -> Tenant:
        for other in self._tenants.values():
            if other.id == tenant.id:
                raise Taken("tenant_id", tenant.id)
            if other.code == tenant.code:
                raise Taken("tenant_code", tenant.code)
        self._tenants[tenant.id], self._rows[tenant.id] = tenant, rows
        return tenant

    def find(self, code: str) -> Tenant | None:
        with self._lock:
            return next((one for one in self._tenants.values() if one.code == code), None)

    def get(self, id: TenantId) -> Tenant | None:
        with self._lock:
            return self._tenants.get(id)

    def list(self) -> list[Tenant]:
        with self._lock:
            return sorted(self._tenants.values(), key=lambda tenant: tenant.code)

    def freeze(self, id: TenantId) -> None:
        self._set_state(id, "frozen")

    def thaw(self, id: TenantId) -> None:
        self._set_state(id, "active")

    def _set_state(self, id: TenantId, state: str) -> None:
        with self._lock:
            self.rows(id)
            self._tenants[id] = dataclasses.replace(self._tenants[id], state=state)

    def frozen(self, id: TenantId) -> bool:
        """Tell whether writes must wait."""
        return self._tenants[id].state == "frozen"

    def rows(self, id: TenantId) -> Rows:
        """Return a tenant's rows. Raises: TenantUnknown."""
        if id not in self._rows:
            raise TenantUnknown(detail={"tenant": id})
        return self._rows[id]

    def all_rows(self) -> Iterator[Rows]:
        """Go through the rows of every tenant."""
        yield from self._rows.values()

    def drop(self, id: TenantId) -> None:
        with self._lock:
            self.rows(id)
            del self._rows[id], self._tenants[id]

    def export(self, id: TenantId) -> Iterator[Mapping[str, Any]]:
        with self._lock:
            rows = [*self._export(self._tenants[id] if self.rows(id) else None, self._rows[id])]
        return stream.ended(rows)

    def _export(self, tenant: Tenant | None, rows: Rows) -> Iterator[Mapping[str, Any]]:
        assert tenant is not None
        yield stream.tenant_row(tenant)
        for name, value in sorted(rows.counters.items()):
            yield stream.counter_row(name, value)
        for ref, record in sorted(rows.records.items()):
            yield stream.record_row(record, rows.keys_of.get(ref, ()))
        for _, versions in sorted(rows.history.items()):
            yield from map(stream.history_row, versions)
        for (space, claimed), owner in sorted(rows.claims.items()):
            yield stream.claim_row(space, claimed, owner)
        for type, key in sorted(rows.pending_keys):
            yield stream.pending_key_row(type, key)
        for id, book in sorted(self._schema.books.items()):
            for posted in MemoryBook(book, rows.books[id], []).entries():
                yield stream.entry_row(book, posted)
        for name, table in sorted(self._schema.state_tables.items()):
            for row in MemoryState(table, rows.state[name], []).scan():
                yield stream.state_row(table, row)

    def import_(self, rows: Iterator[Mapping[str, Any]]) -> Tenant:
        with self._lock:
            checked = stream.checked(rows)
            tenant = stream.read_tenant(next(checked))
            made = Rows()
            for row in checked:
                self._import(made, row)
            made.feed.sort()
            for places in made.keys.values():
                places.sort()
            return self._add(tenant, made)

    def _import(self, made: Rows, row: Mapping[str, Any]) -> None:
        match row["table"]:
            case "counter":
                made.counters[row["name"]] = row["value"]
            case "record":
                record, keys = stream.read_record(row)
                self._import_record(made, record, keys)
            case "history":
                record, _ = stream.read_record(row)
                made.history.setdefault(RecordRef(record.type, record.id), []).append(record)
            case "claim":
                owner = RecordRef(row["type"], row["id"])
                made.claims[row["space"], row["value"]] = owner
                made.claims_of[owner].add((row["space"], row["value"]))
            case "pending_key":
                made.pending_keys.add((row["type"], row["key"]))
            case "entry":
                book = self._schema.books.get(row["book"])
                if book is None:
                    raise Unknown("unknown_book", {"book": row["book"]})
                MemoryBook(book, made.books[book.id], []).add(stream.read_entry(row))
            case "state":
                table = self._schema.state_tables.get(row["name"])
                if table is None:
                    raise Unknown("unknown_state_table", {"table": row["name"]})
                MemoryState(table, made.state[table.name], []).put(stream.read_state(table, row))

    def _import_record(
        self, made: Rows, record: StoredRecord, keys: tuple[tuple[str, str], ...]
    ) -> None:
        ref = RecordRef(record.type, record.id)
        made.records[ref] = record
        made.feed.append((record.feed_seq, record.type, record.id))
        made.live[record.type] += not record.deleted
        made.keys_of[ref] = keys
        for name, text in keys:
            made.keys[record.type, name].append((text, record.id))
