"""Bộ nhớ: storage in the memory of one process, for tests, trials and worked cases.

Simplest correct thing: one lock around every read and write, an undo log instead of copies. Nothing
outlives the process; every opening of ``memory:`` is empty.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from . import storage_rules as rules
from .errors import StorageError, TenantFrozen
from .hookspecs import hookimpl
from .memory_records import MemoryView, MemoryWriter
from .memory_tenants import MemoryTenants, Schema
from .model import Book, Manifest
from .storage import (
    Declared,
    PrepareReport,
    StateTable,
    Storage,
    StorageFeatures,
    StoredRecord,
    TenantId,
)

T = TypeVar("T")

MANIFEST = Manifest(name="memory", title="Bộ nhớ", api="1.0")


@hookimpl
def lienso_open_storage(url: str, role: str) -> Storage | None:
    """Open an empty store for ``memory:``; leave other URLs to other drivers."""
    return MemoryStorage() if url.partition(":")[0] == "memory" else None


class MemoryStorage:
    """A database in memory; safe from many threads, one at a time."""

    features = StorageFeatures("memory", "1", many_tenants=True, durable=False)

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.schema = Schema()
        self.directory = MemoryTenants(self.lock, self.schema)
        self._writing = False

    def prepare(self, declared: Declared) -> PrepareReport:
        with self.lock:
            applied = [f"book_{book.id}" for book in declared.books if self._declare_book(book)]
            self.schema.kept |= declared.kept
            for table in declared.state_tables:
                if table.name not in self.schema.state_tables:
                    applied.append(f"state_{table.name}")
                self._declare_state(table)
            for type, names in declared.keys.items():
                applied += [f"key {type}.{name}" for name in names if self._declare_key(type, name)]
            return PrepareReport(tuple(applied))

    def _declare_book(self, book: Book) -> bool:
        known = self.schema.books.get(book.id)
        self.schema.books[book.id] = book
        if known is not None and known != book:
            for tenant in self.directory.list():
                self.rebuild_totals(tenant.id, book.id)
        return known != book

    def _declare_state(self, table: StateTable) -> None:
        known = self.schema.state_tables.get(table.name)
        self.schema.state_tables[table.name] = table
        if known is not None and known != table:
            for rows in self.directory.all_rows():
                rows.state[table.name].fill_blanks(table)

    def _declare_key(self, type: str, name: str) -> bool:
        if (type, name) in self.schema.keys:
            return False
        self.schema.keys.add((type, name))
        for rows in self.directory.all_rows():
            if rows.live.get(type):
                rows.pending_keys.add((type, name))
        return True

    def pending_keys(self, tenant: TenantId) -> list[tuple[str, str]]:
        """List the (type, key) that `fill_key` must still fill for this tenant."""
        with self.lock:
            return sorted(self.directory.rows(tenant).pending_keys)

    def fill_key(
        self,
        tenant: TenantId,
        type: str,
        key: str,
        texts: Callable[[StoredRecord], Sequence[str]],
    ) -> None:
        """Fill a key of the records that were there before it was declared.

        Args:
            texts: makes a record's key texts.
        """
        with self.lock:
            rows = self.directory.rows(tenant)
            for ref, record in rows.records.items():
                if ref.type != type or record.deleted:
                    continue
                made = [(key, text) for text in texts(record)]
                rules.check_keys(made)
                others = (pair for pair in rows.keys_of.get(ref, ()) if pair[0] != key)
                writer = MemoryWriter(tenant, rows, self.schema)
                writer._set_keys(ref, (*others, *made))
            rows.pending_keys.discard((type, key))

    def read(self, tenant: TenantId, work: Callable[[MemoryView], T]) -> T:
        with self.lock:
            return work(MemoryView(tenant, self.directory.rows(tenant), self.schema))

    def write(self, tenant: TenantId, work: Callable[[MemoryWriter], T]) -> T:
        with self.lock:
            rows = self.directory.rows(tenant)
            if self.directory.frozen(tenant):
                raise TenantFrozen(detail={"tenant": tenant})
            if self._writing:
                raise StorageError("nested_write", {"tenant": tenant})
            writer = MemoryWriter(tenant, rows, self.schema)
            self._writing = True
            try:
                return work(writer)
            except BaseException:
                writer.undo_to(0)
                raise
            finally:
                self._writing = False

    def head(self, tenant: TenantId) -> int:
        with self.lock:
            return self.directory.rows(tenant).counters.get(rules.FEED, 0)

    def rebuild_totals(self, tenant: TenantId, book: str) -> int:
        with self.lock:
            rows = self.directory.rows(tenant)
            return MemoryView(tenant, rows, self.schema).book(book).rebuild_totals()

    def tenants(self) -> MemoryTenants:
        return self.directory

    def close(self) -> None:
        """Nothing is open."""
