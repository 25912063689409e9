"""The storage contract: what a driver's database must do (`docs/architecture.md`, Storage).

A driver knows nothing of sync or accounting: it keeps records, their history, keys and claims,
counters, books with their totals, and typed state tables that core declares. Every method works on
one tenant; nothing spans tenants. `lienso.testing.StorageContract` decides who is a driver.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol, TypeVar

from .values import value

T = TypeVar("T")
TenantId = str
"""A tenant's UUID as text; a driver may map it to a number of its own."""
RecordId = str
"""A UUIDv7 as text, 36 characters."""

ColumnType = Literal["text", "int", "bool", "bytes"]
"""Types of state-table columns; dates and instants are ISO text, UTC."""


class RecordRef(NamedTuple):
    """Which record: type and id."""

    type: str
    id: RecordId


@dataclass(frozen=True, slots=True)
class Draft:
    """A record version to be stored.

    Attributes:
        body: canonical JSON text, kept byte for byte; the database never looks inside.
        digest: SHA-256 of the body, hexadecimal.
        summary: small JSON text {number, date, object, amount, text}: readable without the plugin.
        scope: branch id, empty for all branches.
        posting: JSON text of the posting state by ledger, empty when never posted.
        provenance: JSON text: user, site, workstation, site time, cloud time.
        keys: (key name, key text) pairs, replacing those of the former version.
        at: UTC instant, ISO text, of this version.
    """

    type: str
    id: RecordId
    body: str
    digest: str
    schema_version: int = 1
    summary: str = "{}"
    scope: str = ""
    posting: str = ""
    provenance: str = "{}"
    keys: tuple[tuple[str, str], ...] = ()
    at: str = ""


@value
class StoredRecord:
    """A record version as the database holds it. ``version`` 1, 2, 3…; ``feed_seq`` its place."""

    type: str
    id: RecordId
    version: int
    feed_seq: int
    deleted: bool
    schema_version: int
    body: str
    digest: str
    summary: str
    scope: str
    posting: str
    provenance: str
    at: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a book.

    Attributes:
        line: the voucher's line that it comes from; 0 for none.
        side: tells rows of one line apart: 0, 1, 2 … (a pair uses 0 debit, 1 credit).
        ledger: ``financial`` or ``management``; empty for books without ledgers.
        dimensions: names of the book's dimensions and extras; missing ones are empty text.
        measures: fixed-scale integers by measure name; missing ones are 0.
    """

    line: int
    side: int
    ledger: str
    posting_date: datetime.date
    branch: str = ""
    dimensions: Mapping[str, str] = field(default_factory=dict)
    measures: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PostedEntry:
    """An entry with the voucher it belongs to, as read from a book."""

    voucher_id: RecordId
    record_type: str
    number: str
    voucher_date: datetime.date
    description: str
    entry: Entry


class Prefix(str):
    """In ``where``: the dimension starts with this text (accounts under 111: ``Prefix("111")``)."""


Where = Mapping[str, "str | Prefix | Sequence[str | Prefix]"]
"""Conditions by dimension, also ``ledger``, ``branch``, ``record_type``, ``number``, ``voucher_id``; a
sequence means any of them; missing means all."""


@dataclass(frozen=True, slots=True)
class StateTable:
    """A typed table of the kernel's own (outbox, change log …), declared by core.

    Attributes:
        name: bare; the driver stores it as ``state_<name>``.
        key: names of the columns that make the primary key, in order.
        columns: every column with its type; none may be NULL: '' / 0 / false / b'' are the blanks.
        indexes: further column lists to scan by.
    """

    name: str
    key: tuple[str, ...]
    columns: Mapping[str, ColumnType]
    indexes: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Declared:
    """What `Storage.prepare` must make room for. ``books`` are `lienso.model.Book` objects."""

    books: tuple[Any, ...] = ()
    state_tables: tuple[StateTable, ...] = ()
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # of a record type: names
    kept: frozenset[str] = frozenset()  # record types: see `storage_rules.KEPT`


@dataclass(frozen=True, slots=True)
class Page:
    """A page of records and the cursor of the next one; ``after`` is None at the end."""

    records: tuple[StoredRecord, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class ChangePage:
    """A page of the feed.

    Attributes:
        records: newest version of each record with ``feed_seq`` above the cursor, rising.
        next_after: cursor to ask from next; advances over what was filtered out.
        head: the tenant's last committed feed_seq.
    """

    records: tuple[StoredRecord, ...]
    next_after: int
    head: int


@dataclass(frozen=True, slots=True)
class StorageFeatures:
    """What was found at opening; shown by ``lienso doctor``; modules never read it."""

    engine: str
    version: str
    many_tenants: bool
    durable: bool


@dataclass(frozen=True, slots=True)
class PrepareReport:
    """What `Storage.prepare` did: names of the steps it applied, empty when all was there."""

    applied: tuple[str, ...]


class BookView(Protocol):
    """Reads of one book in one View. Amounts are fixed-scale integers."""

    def sum(
        self,
        measures: Sequence[str],
        *,
        by: Sequence[str] = (),
        where: Where | None = None,
        date_from: datetime.date | None = None,
        date_to: datetime.date | None = None,
    ) -> dict[tuple[str, ...], tuple[int, ...]]:
        """Add measures up by dimensions, bounds inclusive; served from totals where they fit.

        Returns:
            {(values of ``by``): (sums of ``measures``)}; without ``by`` the one key is ``()``, there
            even when nothing matched. Groups without entries are absent.
        """

    def entries(
        self,
        *,
        where: Where | None = None,
        date_from: datetime.date | None = None,
        date_to: datetime.date | None = None,
        voucher: RecordId | None = None,
    ) -> Iterator[PostedEntry]:
        """List entries by (posting_date, number, voucher_id, line, side)."""


class StateView(Protocol):
    """Reads of one state table. Rows are dicts of all columns."""

    def get(self, *key: Any) -> dict[str, Any] | None:
        """Return the row of this full key, or None."""

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
        """List rows in the order of the key, or of ``order`` (columns), from ``start`` (inclusive) to
        ``stop`` (exclusive) compared on the ordering columns; fewer values compare as a prefix."""

    def count(self, *, equals: Mapping[str, Any] | None = None) -> int:
        """Count rows."""


class StateWriter(StateView, Protocol):
    """Writes of one state table."""

    def insert(self, row: Mapping[str, Any]) -> None:
        """Add a row. Raises: Taken: the key is there."""

    def put(self, row: Mapping[str, Any]) -> None:
        """Add or replace a row."""

    def put_many(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add or replace rows, in one go."""

    def delete(self, *key: Any) -> bool:
        """Remove the row of this full key; False when there was none."""

    def delete_where(self, equals: Mapping[str, Any]) -> int:
        """Remove all rows with these column values; the number of them."""


class View(Protocol):
    """One tenant at one instant: two reads in one View never disagree."""

    @property
    def tenant(self) -> TenantId: ...

    @property
    def feed_seq(self) -> int:
        """Position of the feed that this View sees."""

    def get(self, type: str, id: RecordId, *, deleted: bool = False) -> StoredRecord | None:
        """Return the newest version; a tombstone only when ``deleted``."""

    def get_many(self, type: str, ids: Sequence[RecordId]) -> dict[RecordId, StoredRecord]: ...

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
        """List live records by key text: equal, or from ``start`` (inclusive) to ``stop``
        (exclusive), bytewise, ties by id; ``after`` is the cursor of the page before.

        Raises:
            KeyNotReady: the key is still being filled.
            LimitExceeded: limit above `limits.PAGE_MAX`.
        """

    def count(self, type: str) -> int:
        """Count live records of a type."""

    def changes(
        self,
        after: int,
        *,
        not_from: str | None = None,
        scopes: Sequence[str] | None = None,
        limit: int = 500,
        bytes_max: int | None = None,
    ) -> ChangePage:
        """Page the feed: newest version of every record changed after ``after``, tombstones too.

        ``bytes_max`` ends a page early (at least one record is given). ``scopes``: only records of
        these branches and those without one.
        """

    def history(self, type: str, id: RecordId) -> list[StoredRecord]:
        """All versions, oldest first."""

    def claimed(self, space: str, value: str) -> RecordRef | None:
        """Who holds this value."""

    def counter(self, name: str) -> int:
        """Last value given, 0 for none."""

    def book(self, id: str) -> BookView: ...

    def state(self, table: str) -> StateView: ...


class Writer(View, Protocol):
    """Reads see this transaction's own writes. Nothing is visible outside before commit."""

    def others_wait(self) -> bool:
        """Tell whether others wait for this to end: long work does the rest later. No where unknown."""

    def allow(self, records: int) -> None:
        """Let it write so many records. Raises: LimitExceeded: above `limits.REWRITE_RECORDS_MAX`."""

    def put(self, draft: Draft, *, base: int | None) -> StoredRecord:
        """Store a version: ``base`` None = must not exist (a tombstone may), else the stored version.

        Gives version + 1 (re-creation continues the tombstone's count) and the next feed_seq, in the
        order of the puts. Writes history and keys.

        Raises:
            VersionConflict: base differs. LimitExceeded: body, key or number of records.
        """

    def delete(
        self, type: str, id: RecordId, *, base: int, at: str = "", provenance: str = "{}"
    ) -> StoredRecord:
        """Store a tombstone (body kept in history, empty in the record); keys and claims go."""

    def forget(self, type: str, id: RecordId) -> None:
        """Remove a record and its history without a trace: site only, never-synced records."""

    def adopt(self, record: StoredRecord, keys: Sequence[tuple[str, str]] = ()) -> None:
        """Store a version exactly as given, whatever is there: site only, what was pulled."""

    def confirm(
        self, ref: RecordRef, version: int, body: str, *, feed_seq: int, posting: str
    ) -> bool:
        """Give the live version its place and posting in the cloud: site only, what was accepted as sent.

        Returns: False where number or body of what stands here differ; nothing is done then.
        """

    def claim(self, space: str, value: str, owner: RecordRef) -> None:
        """Hold a value; again by its owner is no change. Raises: Taken: another record holds it."""

    def release(self, owner: RecordRef, space: str | None = None) -> None:
        """Give up the owner's claims, all or those of one space."""

    def next_value(self, counter: str, count: int = 1) -> int:
        """Take ``count`` values, gap-free; returns the last of the block."""

    def raise_counter(self, counter: str, to: int) -> None:
        """Move a counter up; never down. The feed's counter is named ``feed_seq``."""

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
        """Write a voucher's entries of the ledgers that occur in ``entries``, replacing those it had
        there, and move the totals. Raises: LimitExceeded: a measure or total leaves 64 bits."""

    def unpost(self, book: str, voucher: RecordRef, ledger: str | None = None) -> int:
        """Take a voucher's entries out (of one ledger or all); returns how many."""

    def state(self, table: str) -> StateWriter: ...

    def attempt(self) -> AbstractContextManager[None]:
        """A savepoint: when the block raises, all it did is undone, counters too; it raises on."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """A company in the directory. ``state``: ``active`` or ``frozen``."""

    id: TenantId
    code: str
    name: str
    state: str


class TenantDirectory(Protocol):
    """The companies of one database."""

    def create(self, id: TenantId, code: str, name: str) -> Tenant:
        """Add a company. Raises: Taken: the code or id is there."""

    def find(self, code: str) -> Tenant | None: ...

    def get(self, id: TenantId) -> Tenant | None: ...

    def list(self) -> list[Tenant]: ...

    def freeze(self, id: TenantId) -> None:
        """From now on writes raise TenantFrozen; reads go on."""

    def thaw(self, id: TenantId) -> None: ...

    def export(self, id: TenantId) -> Iterator[Mapping[str, Any]]:
        """Stream all of a tenant at one instant, as JSON rows {"table": …, …}, the same on every driver."""

    def import_(self, rows: Iterator[Mapping[str, Any]]) -> Tenant:
        """Restore a stream under its own id. Raises: Taken: the tenant is there."""

    def drop(self, id: TenantId) -> None:
        """Remove a company and everything of it."""


class Storage(Protocol):
    """A database, open. Safe from many threads."""

    @property
    def features(self) -> StorageFeatures: ...

    def prepare(self, declared: Declared) -> PrepareReport:
        """Create or upgrade tables; idempotent. Raises: SchemaTooNew, SchemaTampered."""

    def read(self, tenant: TenantId, work: Callable[[View], T]) -> T:
        """Run ``work`` on one instant. Raises: TenantUnknown."""

    def write(self, tenant: TenantId, work: Callable[[Writer], T]) -> T:
        """Run ``work`` in a transaction, durable when this returns; writers of a tenant run one after
        another. ``work`` may run again after a lock conflict, so it touches nothing but its Writer.

        Raises: TenantUnknown, TenantFrozen, StorageBusy, StorageDown, CommitUnknown, LimitExceeded.
        """

    def head(self, tenant: TenantId) -> int:
        """Last committed feed_seq."""

    def rebuild_totals(self, tenant: TenantId, book: str) -> int:
        """Compare totals with entries and repair; returns how many rows differed."""

    def pending_keys(self, tenant: TenantId) -> list[tuple[str, str]]:
        """List (type, key) that were declared after records of the type existed and are not filled."""

    def fill_key(
        self,
        tenant: TenantId,
        type: str,
        key: str,
        texts: Callable[[StoredRecord], Sequence[str]],
    ) -> None:
        """Fill a pending key from the stored records; from then on `View.find` answers."""

    def tenants(self) -> TenantDirectory: ...

    def close(self) -> None: ...
