"""A tenant as a stream of JSON rows: the same from every driver, so the way from one to another.

The first row is the tenant, the last one says how many came before it: a stream that was cut is
refused. Also the backup of one company and its hand-over to a server of its own.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .errors import StorageError
from .model import Book
from .storage import Entry, PostedEntry, RecordRef, StateTable, StoredRecord, Tenant

FORMAT = 1
_TABLES = {"counter", "record", "history", "claim", "pending_key", "entry", "state"}
_RECORD_FIELDS = tuple(field.name for field in dataclasses.fields(StoredRecord))


def ended(rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Pass rows on, then the row that ends the stream."""
    count = 0
    for row in rows:
        count += 1
        yield row
    yield {"table": "end", "rows": count}


def checked(rows: Iterator[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Pass the rows of a stream on, without its end.

    Raises:
        StorageError: ``stream_invalid``: no tenant first, another format, an unknown table;
            ``stream_cut``: the end is missing or counts other rows.
    """
    count = 0
    for row in rows:
        table = row.get("table")
        if table == "end" and row.get("rows") == count:
            return
        if count == 0 and (table != "tenant" or row.get("format") != FORMAT):
            raise StorageError("stream_invalid", {"row": count, "table": table})
        if table == "end":
            break
        if count and table not in _TABLES:
            raise StorageError("stream_invalid", {"row": count, "table": table})
        count += 1
        yield row
    raise StorageError("stream_cut", {"rows": count})


def tenant_row(tenant: Tenant) -> dict[str, Any]:
    """Begin a stream."""
    return {"table": "tenant", "format": FORMAT, **dataclasses.asdict(tenant)}


def read_tenant(row: Mapping[str, Any]) -> Tenant:
    """Return the tenant of a stream's first row."""
    return Tenant(row["id"], row["code"], row["name"], row["state"])


def counter_row(name: str, value: int) -> dict[str, Any]:
    """Write a counter."""
    return {"table": "counter", "name": name, "value": value}


def record_row(record: StoredRecord, keys: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Write a record's newest version and its keys."""
    values = {name: getattr(record, name) for name in _RECORD_FIELDS}
    return {"table": "record", **values, "keys": [list(pair) for pair in sorted(keys)]}


def history_row(record: StoredRecord) -> dict[str, Any]:
    """Write a former version."""
    return {"table": "history", **{name: getattr(record, name) for name in _RECORD_FIELDS}}


def read_record(row: Mapping[str, Any]) -> tuple[StoredRecord, tuple[tuple[str, str], ...]]:
    """Return the version of a record's or a history row, and its keys."""
    record = StoredRecord(*(row[name] for name in _RECORD_FIELDS))
    return record, tuple((name, text) for name, text in row.get("keys", ()))


def claim_row(space: str, value: str, owner: RecordRef) -> dict[str, Any]:
    """Write a claim."""
    return {"table": "claim", "space": space, "value": value, "type": owner.type, "id": owner.id}


def pending_key_row(type: str, key: str) -> dict[str, Any]:
    """Write that a key is still to be filled."""
    return {"table": "pending_key", "type": type, "key": key}


def entry_row(book: Book, posted: PostedEntry) -> dict[str, Any]:
    """Write an entry of a book; blanks are left out."""
    entry = posted.entry
    return {
        "table": "entry",
        "book": book.id,
        "voucher_id": posted.voucher_id,
        "record_type": posted.record_type,
        "number": posted.number,
        "voucher_date": posted.voucher_date.isoformat(),
        "description": posted.description,
        "line": entry.line,
        "side": entry.side,
        "ledger": entry.ledger,
        "posting_date": entry.posting_date.isoformat(),
        "branch": entry.branch,
        "dimensions": {name: text for name, text in entry.dimensions.items() if text},
        "measures": {name: value for name, value in entry.measures.items() if value},
    }


def read_entry(row: Mapping[str, Any]) -> PostedEntry:
    """Return the entry of a row."""
    return PostedEntry(
        row["voucher_id"],
        row["record_type"],
        row["number"],
        datetime.date.fromisoformat(row["voucher_date"]),
        row["description"],
        Entry(
            row["line"],
            row["side"],
            row["ledger"],
            datetime.date.fromisoformat(row["posting_date"]),
            row["branch"],
            row["dimensions"],
            row["measures"],
        ),
    )


def state_row(table: StateTable, row: Mapping[str, Any]) -> dict[str, Any]:
    """Write a row of a state table; bytes as base64."""
    return {
        "table": "state",
        "name": table.name,
        "row": {
            name: base64.b64encode(row[name]).decode() if kind == "bytes" else row[name]
            for name, kind in table.columns.items()
        },
    }


def read_state(table: StateTable, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of a state table."""
    return {
        name: base64.b64decode(value) if table.columns.get(name) == "bytes" else value
        for name, value in row["row"].items()
    }


def sorted_places(entries: Sequence[PostedEntry]) -> list[PostedEntry]:
    """Put entries in the order of `lienso.storage.BookView.entries`."""
    return sorted(entries, key=_place)


def _place(posted: PostedEntry) -> tuple[Any, ...]:
    entry = posted.entry
    return (
        entry.posting_date,
        posted.number,
        posted.voucher_id,
        entry.line,
        entry.side,
        entry.ledger,
        posted.record_type,
    )
