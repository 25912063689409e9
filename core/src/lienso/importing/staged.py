"""Saving in trial: a writer that keeps everything beside the database, which it only reads.

The check of a file runs the same code as saving does, over this, so that nothing passes the check
and fails the import; and no lock is held while 50,000 rows are looked at.
"""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from ..canonical import parse
from ..errors import Taken
from ..records import Refs, record_keys
from ..storage import BookView, Draft, Page, RecordRef, StateView, StoredRecord, View, Writer
from ..transaction import Transaction

if TYPE_CHECKING:
    from ..kernel import Kernel
    from ..model import Actor, Record, RecordType

_CURSOR = "staged:"


class StagedWriter:
    """What saving a record asks of a `Writer`; reads see what was staged."""

    def __init__(self, below: View, registry_types: Mapping[str, RecordType]) -> None:
        self._below = below
        self._types = registry_types
        self._records: dict[tuple[str, str], StoredRecord] = {}
        self._keys: defaultdict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        self._claims: dict[tuple[str, str], RecordRef | None] = {}
        self._counters: dict[str, int] = {}

    @property
    def tenant(self) -> str:
        return self._below.tenant

    @property
    def feed_seq(self) -> int:
        return self._below.feed_seq

    def get(self, type: str, id: str, *, deleted: bool = False) -> StoredRecord | None:
        return self._records.get((type, id)) or self._below.get(type, id, deleted=deleted)

    def get_many(self, type: str, ids: Sequence[str]) -> dict[str, StoredRecord]:
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
        limit: int = 100,
    ) -> Page:
        """List records by key; where staged ones are among them, from a list of both."""
        low, high = (equals, equals + "\0") if equals is not None else (start, stop)
        if after is None or not after.startswith(_CURSOR):
            places = self._keys.get((type, key), [])
            first = 0 if low is None else bisect.bisect_left(places, (low, ""))
            last = len(places) if high is None else bisect.bisect_left(places, (high, ""))
            if first >= last:
                return self._below.find(
                    type,
                    key,
                    equals=equals,
                    start=start,
                    stop=stop,
                    descending=descending,
                    after=after,
                    limit=limit,
                )
        merged = self._merged(type, key, low, high)
        if descending:
            merged.reverse()
        begin = int(after.removeprefix(_CURSOR)) if after else 0
        end = begin + limit
        page = tuple(record for _text, record in merged[begin:end])
        return Page(page, f"{_CURSOR}{end}" if end < len(merged) else None)

    def _merged(
        self, type: str, key: str, low: str | None, high: str | None
    ) -> list[tuple[str, StoredRecord]]:
        found = [
            (text, self._records[type, id])
            for text, id in self._keys[type, key]
            if (low is None or text >= low) and (high is None or text < high)
        ]
        after: str | None = None
        while True:
            page = self._below.find(type, key, start=low, stop=high, after=after)
            for record in page.records:
                if (type, record.id) not in self._records:
                    found += [
                        (text, record)
                        for name, text in record_keys(self._types[type], parse(record.body))
                        if name == key
                        and (low is None or text >= low)
                        and (high is None or text < high)
                    ]
            after = page.after
            if after is None:
                return sorted(found, key=lambda item: (item[0], item[1].id))

    def count(self, type: str) -> int:
        new = [id for kind, id in self._records if kind == type and not self._below.get(type, id)]
        return self._below.count(type) + len(new)

    def history(self, type: str, id: str) -> list[StoredRecord]:
        return self._below.history(type, id)

    def claimed(self, space: str, value: str) -> RecordRef | None:
        if (space, value) in self._claims:
            return self._claims[space, value]
        return self._below.claimed(space, value)

    def counter(self, name: str) -> int:
        return max(self._counters.get(name, 0), self._below.counter(name))

    def book(self, id: str) -> BookView:
        return self._below.book(id)

    def state(self, table: str) -> StateView:
        return self._below.state(table)

    # -- what would be written ------------------------------------------------------------------

    def put(self, draft: Draft, *, base: int | None) -> StoredRecord:
        record = StoredRecord(
            draft.type,
            draft.id,
            (base or 0) + 1,
            0,
            False,
            draft.schema_version,
            draft.body,
            draft.digest,
            draft.summary,
            draft.scope,
            draft.posting,
            draft.provenance,
            draft.at,
        )
        self._records[draft.type, draft.id] = record
        for name, text in draft.keys:
            bisect.insort(self._keys[draft.type, name], (text, draft.id))
        return record

    def claim(self, space: str, value: str, owner: RecordRef) -> None:
        holder = self.claimed(space, value)
        if holder is not None and holder != owner:
            raise Taken(space, value, *holder)
        self._claims[space, value] = owner

    def release(self, owner: RecordRef, space: str | None = None) -> None:
        for place, holder in self._claims.items():
            if holder == owner and space in (None, place[0]):
                self._claims[place] = None

    def next_value(self, counter: str, count: int = 1) -> int:
        self._counters[counter] = self.counter(counter) + count
        return self._counters[counter]

    def raise_counter(self, counter: str, to: int) -> None:
        self._counters[counter] = max(self.counter(counter), to)

    def post(self, *_: Any, **__: Any) -> None:
        """Write no entries: what posting would refuse was asked before."""

    def unpost(self, *_: Any, **__: Any) -> int:
        return 0

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Open no savepoint: what a refused record claimed before it was refused stays claimed."""
        yield


class Trial(Transaction):
    """A transaction of a `StagedWriter`: every rule of saving, no outbox, nothing kept.

    Attributes:
        made: (catalog, folded code) of the entries that were made only because a row names them.
    """

    def __init__(self, kernel: Kernel, below: View, by: Actor) -> None:
        staged = StagedWriter(below, kernel.registry.record_types)
        # Of a writer's methods only those are missing that saving never calls: delete, forget, adopt.
        super().__init__(kernel, cast(Writer, staged), by)
        self.made: set[tuple[str, str]] = set()

    def _queue(
        self,
        record_type: RecordType,
        record: Record[Any],
        before: StoredRecord | None,
        stored: StoredRecord,
        refs: Refs,
        post: Sequence[str],
        ignore_warnings: bool,
    ) -> None:
        """Queue nothing."""
