"""Records of one company in the memory of a process: reads, and writes with an undo log."""

from __future__ import annotations

import bisect
import dataclasses
import datetime
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from . import limits
from . import storage_rules as rules
from .errors import KeyNotReady, Taken, Unknown
from .memory_books import MemoryBook
from .memory_state import MemoryState
from .memory_tenants import Rows, Schema, take_out
from .storage import (
    ChangePage,
    Draft,
    Entry,
    Page,
    RecordId,
    RecordRef,
    StoredRecord,
    TenantId,
)

Undo = list[Callable[[], object]]


class MemoryView:
    """One tenant, under the storage's lock."""

    def __init__(self, tenant: TenantId, rows: Rows, schema: Schema) -> None:
        self._tenant, self._rows, self._schema = tenant, rows, schema

    @property
    def tenant(self) -> TenantId:
        return self._tenant

    @property
    def feed_seq(self) -> int:
        return self.counter(rules.FEED)

    def get(self, type: str, id: RecordId, *, deleted: bool = False) -> StoredRecord | None:
        record = self._rows.records.get(RecordRef(type, id))
        return None if record is None or (record.deleted and not deleted) else record

    def get_many(self, type: str, ids: Sequence[RecordId]) -> dict[RecordId, StoredRecord]:
        found = ((id, self.get(type, id)) for id in ids)
        return {id: record for id, record in found if record is not None}

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
        if (type, key) in self._rows.pending_keys:
            raise KeyNotReady(detail={"type": type, "key": key})
        places = self._rows.keys.get((type, key), [])
        low, high = 0, len(places)
        if equals is not None:
            low, high = _first(places, equals), _first(places, equals + "\0")
        if start is not None:
            low = max(low, _first(places, start))
        if stop is not None:
            high = min(high, _first(places, stop))
        if after is not None:
            place = rules.cursor_place(after)
            if descending:
                high = min(high, bisect.bisect_left(places, place))
            else:
                low = max(low, bisect.bisect_right(places, place))
        wanted = places[max(low, high - limit) : high][::-1] if descending else []
        if not descending:
            wanted = places[low : min(high, low + limit)]
        records = tuple(self._rows.records[RecordRef(type, id)] for _, id in wanted)
        more = high - low > limit
        return Page(records, rules.cursor_text(*wanted[-1]) if more else None)

    def count(self, type: str) -> int:
        return self._rows.live.get(type, 0)

    def changes(
        self,
        after: int,
        *,
        not_from: str | None = None,
        scopes: Sequence[str] | None = None,
        limit: int = 500,
        bytes_max: int | None = None,
    ) -> ChangePage:
        return rules.change_page(
            self._feed(after),
            self.feed_seq,
            after,
            not_from=not_from,
            scopes=scopes,
            limit=limit,
            bytes_max=bytes_max,
        )

    def _feed(self, after: int) -> Iterator[StoredRecord]:
        feed = self._rows.feed
        for place in range(bisect.bisect_left(feed, (after + 1, "", "")), len(feed)):
            seq, type, id = feed[place]
            record = self._rows.records.get(RecordRef(type, id))
            if record is not None and record.feed_seq == seq:
                yield record

    def history(self, type: str, id: RecordId) -> list[StoredRecord]:
        ref = RecordRef(type, id)
        current = self._rows.records.get(ref)
        return [*self._rows.history.get(ref, ()), *([] if current is None else [current])]

    def claimed(self, space: str, value: str) -> RecordRef | None:
        return self._rows.claims.get((space, value))

    def counter(self, name: str) -> int:
        return self._rows.counters.get(name, 0)

    def book(self, id: str) -> MemoryBook:
        if id not in self._schema.books:
            raise Unknown("unknown_book", {"book": id})
        return MemoryBook(self._schema.books[id], self._rows.books[id], [])

    def state(self, table: str) -> MemoryState:
        return self._state(table, [])

    def _state(self, table: str, undo: Undo) -> MemoryState:
        if table not in self._schema.state_tables:
            raise Unknown("unknown_state_table", {"table": table})
        return MemoryState(self._schema.state_tables[table], self._rows.state[table], undo)


def _first(places: list[tuple[str, str]], text: str) -> int:
    return bisect.bisect_left(places, (text, ""))


class MemoryWriter(MemoryView):
    """A transaction: every change notes how it is taken back."""

    def __init__(self, tenant: TenantId, rows: Rows, schema: Schema) -> None:
        super().__init__(tenant, rows, schema)
        self._undo: Undo = []
        self._written = 0
        self._most = limits.RECORDS_PER_WRITE_MAX

    def others_wait(self) -> bool:
        return False  # whoever waits, waits for a lock that does not tell

    def allow(self, records: int) -> None:
        rules.check_size("records of a write", records, limits.REWRITE_RECORDS_MAX)
        self._most = max(self._most, records)

    def put(self, draft: Draft, *, base: int | None) -> StoredRecord:
        rules.check_draft(draft)
        ref = RecordRef(draft.type, draft.id)
        former = self._rows.records.get(ref)
        stored = None if former is None else (former.version, former.deleted)
        record = rules.next_version(draft, base, stored, self.feed_seq + 1)
        self.next_value(rules.FEED)
        self._store(record, former)
        self._set_keys(ref, draft.keys)
        return record

    def delete(
        self, type: str, id: RecordId, *, base: int, at: str = "", provenance: str = "{}"
    ) -> StoredRecord:
        ref = RecordRef(type, id)
        former = self._rows.records.get(ref)
        record = rules.tombstone(
            RecordRef(type, id), base, former, self.feed_seq + 1, at=at, provenance=provenance
        )
        self.next_value(rules.FEED)
        self._store(record, former)
        self._set_keys(ref, ())
        self.release(ref)
        return record

    def forget(self, type: str, id: RecordId) -> None:
        ref = RecordRef(type, id)
        former = self._rows.records.pop(ref, None)
        if former is None:
            return
        self._note_written(type)
        self._undo.append(lambda: self._rows.records.__setitem__(ref, former))
        history = self._rows.history.pop(ref, None)
        if history is not None:
            self._undo.append(lambda: self._rows.history.__setitem__(ref, history))
        self._count_live(type, -int(not former.deleted))
        self._set_keys(ref, ())
        self.release(ref)

    def adopt(self, record: StoredRecord, keys: Sequence[tuple[str, str]] = ()) -> None:
        rules.check_keys(keys)
        ref = RecordRef(record.type, record.id)
        # Versions that the other side does not know make way: history only rises.
        older = [version for version in self.history(*ref) if version.version < record.version]
        former = self._rows.records.get(ref)
        self._store(record, former)
        replaced = self._rows.history.get(ref, [])
        self._rows.history[ref] = older
        self._undo.append(lambda: self._rows.history.__setitem__(ref, replaced))
        self._set_keys(ref, () if record.deleted else tuple(keys))
        if record.deleted:
            self.release(ref)

    def confirm(
        self, ref: RecordRef, version: int, body: str, *, feed_seq: int, posting: str
    ) -> bool:
        there = self.get(*ref)
        if there is None or (there.version, there.body) != (version, body):
            return False
        confirmed = dataclasses.replace(there, feed_seq=feed_seq, posting=posting)
        self.adopt(confirmed, self._rows.keys_of.get(ref, ()))
        return True

    def _store(self, record: StoredRecord, former: StoredRecord | None) -> None:
        self._note_written(record.type)
        ref = RecordRef(record.type, record.id)
        self._rows.records[ref] = record
        if former is None:
            self._undo.append(lambda: self._rows.records.pop(ref))
        else:
            self._undo.append(lambda: self._rows.records.__setitem__(ref, former))
            versions = self._rows.history.setdefault(ref, [])
            versions.append(former)
            self._undo.append(versions.pop)
        place = (record.feed_seq, record.type, record.id)
        at = bisect.bisect_left(self._rows.feed, place)
        if self._rows.feed[at : at + 1] != [place]:
            self._rows.feed.insert(at, place)
            self._undo.append(lambda: take_out(self._rows.feed, place))
        lived = former is not None and not former.deleted
        self._count_live(record.type, int(not record.deleted) - int(lived))

    def _note_written(self, type: str) -> None:
        rules.check_size("records of a write", self._written + 1, self._most)
        self._written += 1
        if type in self._schema.kept:
            self._set_counter(rules.KEPT, rules.kept_value())

    def _count_live(self, type: str, by: int) -> None:
        if by:
            former = self._rows.live[type]
            self._rows.live[type] = former + by
            self._undo.append(lambda: self._rows.live.__setitem__(type, former))

    def _set_keys(self, ref: RecordRef, keys: tuple[tuple[str, str], ...]) -> None:
        former = self._rows.keys_of.get(ref, ())
        wanted = tuple(dict.fromkeys(keys))
        if former == wanted:
            return
        self._move_keys(ref, former, wanted)
        self._undo.append(lambda: self._move_keys(ref, wanted, former))

    def _move_keys(
        self, ref: RecordRef, old: tuple[tuple[str, str], ...], new: tuple[tuple[str, str], ...]
    ) -> None:
        for name, text in old:
            take_out(self._rows.keys[ref.type, name], (text, ref.id))
        for name, text in new:
            bisect.insort(self._rows.keys[ref.type, name], (text, ref.id))
        self._rows.keys_of[ref] = new

    def claim(self, space: str, value: str, owner: RecordRef) -> None:
        holder = self._rows.claims.get((space, value))
        if holder == owner:
            return
        if holder is not None:
            raise Taken(space, value, *holder)
        self._rows.claims[space, value] = owner
        self._rows.claims_of[owner].add((space, value))
        self._undo.append(lambda: self._unclaim(owner, (space, value)))

    def _unclaim(self, owner: RecordRef, place: tuple[str, str]) -> None:
        del self._rows.claims[place]
        self._rows.claims_of[owner].discard(place)

    def release(self, owner: RecordRef, space: str | None = None) -> None:
        for place in sorted(self._rows.claims_of.get(owner, ())):
            if space is None or place[0] == space:
                self._unclaim(owner, place)
                self._undo.append(lambda place=place: self._reclaim(owner, place))  # type: ignore[misc]

    def _reclaim(self, owner: RecordRef, place: tuple[str, str]) -> None:
        self._rows.claims[place] = owner
        self._rows.claims_of[owner].add(place)

    def next_value(self, counter: str, count: int = 1) -> int:
        value = rules.check_integer(counter, self.counter(counter) + count)
        self._set_counter(counter, value)
        return value

    def raise_counter(self, counter: str, to: int) -> None:
        if to > self.counter(counter):
            self._set_counter(counter, rules.check_integer(counter, to))

    def _set_counter(self, name: str, value: int) -> None:
        former = self._rows.counters.get(name)
        self._rows.counters[name] = value
        if former is None:
            self._undo.append(lambda: self._rows.counters.pop(name))
        else:
            self._undo.append(lambda: self._rows.counters.__setitem__(name, former))

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
        self.book(book).post(voucher, entries, number, voucher_date, description)

    def unpost(self, book: str, voucher: RecordRef, ledger: str | None = None) -> int:
        return self.book(book).unpost(voucher, None if ledger is None else {ledger})

    def book(self, id: str) -> MemoryBook:
        book = super().book(id)
        book.undo = self._undo
        return book

    def state(self, table: str) -> MemoryState:
        return self._state(table, self._undo)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        mark, written = len(self._undo), self._written
        try:
            yield
        except BaseException:
            self.undo_to(mark)
            self._written = written
            raise

    def undo_to(self, mark: int) -> None:
        """Take back everything since the undo log had this length, the newest first."""
        while len(self._undo) > mark:
            self._undo.pop()()
