"""What the storage contract's tests share: two companies, a book, state tables, drafts."""

from __future__ import annotations

import datetime
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from lienso.model import Book, Dimension, Label, Measure, Total
from lienso.storage import (
    ChangePage,
    Declared,
    Draft,
    Entry,
    RecordRef,
    StateTable,
    Storage,
    StoredRecord,
    Writer,
)

ALPHA = "0193a5c0-0000-7000-8000-00000000000a"
BETA = "0193a5c0-0000-7000-8000-00000000000b"

LEDGER = Book(
    id="general_ledger",
    title=Label("Sổ cái", "General ledger"),
    dimensions=(Dimension("account"), Dimension("object"), Dimension("order")),
    measures=(Measure("debit"), Measure("credit"), Measure("quantity", 4)),
    extras=(Dimension("note"),),
    totals=(Total(("account",)), Total(("account", "object"))),
    indexes=(("account",),),
)
"""Its dimension "order" is a word of SQL: a driver must not trip over names."""

STOCK = Book(
    id="stock",
    title=Label("Kho", "Stock"),
    dimensions=(Dimension("item"),),
    measures=(Measure("quantity", 4),),
    ledgers=False,
)
"""A book without totals."""

OUTBOX = StateTable(
    "outbox",
    ("site", "seq"),
    {"site": "text", "seq": "int", "sent": "bool", "payload": "bytes", "kind": "text"},
    indexes=(("kind", "seq"),),
)
NAMES = StateTable("names", ("name",), {"name": "text"})

DECLARED = Declared(
    books=(LEDGER, STOCK),
    state_tables=(OUTBOX, NAMES),
    keys={"voucher": ("no", "date"), "item": ("code",)},
    kept=frozenset({"setting"}),
)


def record_id(number: int) -> str:
    """Return a record id that sorts by its number."""
    return f"0193a5c0-1111-7000-8000-{number:012d}"


def draft(number: int = 1, body: str = "{}", **others: Any) -> Draft:
    """Return a voucher's draft; ``no`` makes its key."""
    no = others.pop("no", f"PT{number:05d}")
    others = {"type": "voucher", "keys": (("no", no),), "at": "2026-03-01T00:00:00Z"} | others
    digest = hashlib.sha256(body.encode()).hexdigest()
    return Draft(id=record_id(number), body=body, digest=digest, **others)


def voucher(number: int = 1) -> RecordRef:
    """Return the reference of a voucher."""
    return RecordRef("voucher", record_id(number))


def entry(
    account: str,
    debit: int = 0,
    *,
    credit: int = 0,
    day: str = "2026-03-15",
    line: int = 1,
    side: int = 0,
    ledger: str = "financial",
    branch: str = "",
    **dimensions: str,
) -> Entry:
    """Return an entry of `LEDGER`."""
    measures = {"debit": debit, "credit": credit}
    named = {"account": account, **dimensions}
    date = datetime.date.fromisoformat(day)
    return Entry(line, side, ledger, date, branch, named, measures)


def pair(debit: str, credit: str, amount: int, day: str = "2026-03-15") -> list[Entry]:
    """Return two entries of one line."""
    return [entry(debit, amount, day=day), entry(credit, credit=amount, day=day, side=1)]


def put(storage: Storage, number: int = 1, base: int | None = None, **others: Any) -> StoredRecord:
    """Store a voucher of `ALPHA` in a transaction of its own."""
    return storage.write(ALPHA, lambda writer: writer.put(draft(number, **others), base=base))


def post(storage: Storage, number: int, *entries: Entry) -> None:
    """Post a voucher of `ALPHA` to the ledger in a transaction of its own."""
    no = f"PT{number:05d}"
    storage.write(
        ALPHA, lambda writer: writer.post("general_ledger", voucher(number), entries, number=no)
    )


def exported(storage: Storage, tenant: str) -> list[dict[str, Any]]:
    """Return a tenant's stream as a list."""
    return [dict(row) for row in storage.tenants().export(tenant)]


def numbers(page: ChangePage) -> list[int]:
    """Return the numbers that `record_id` made the ids of a page's records of."""
    return [int(record.id[-12:]) for record in page.records]


class _Undone(Exception):
    pass


@contextmanager
def undone(writer: Writer) -> Iterator[None]:
    """Do the block in an attempt that fails at its end."""
    with suppress(_Undone), writer.attempt():
        yield
        raise _Undone


class StorageTests(ABC):
    """What a subclass says about its driver.

    Attributes:
        durable: what was written is there after `reopen`.
    """

    durable = False

    @abstractmethod
    def open_storage(self, tmp_path: Path) -> Storage:
        """Open the driver's database that belongs to this folder; the same again on a second call."""

    @pytest.fixture
    def storage(self, tmp_path: Path) -> Iterator[Storage]:
        """A prepared database with two companies."""
        storage = self.open_storage(tmp_path)
        storage.prepare(DECLARED)
        storage.tenants().create(ALPHA, "ALPHA", "Công ty Anh Đào")
        storage.tenants().create(BETA, "BETA", "Công ty Bình Minh")
        yield storage
        storage.close()
