"""Comparing what the two ways left in their files: a work that was not done cannot look fast."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from itertools import zip_longest
from pathlib import Path
from typing import Any

from .bare_sql import OBJECT_TOTALS, OTHER_TOTALS
from .measuring import BenchmarkFailed

_OF_RECEIPTS = "WHERE type = 'cash_receipt'"

_ENTRY = (
    "posting_date, voucher_id, record_type, ledger, line, side, branch, number, voucher_date, "
    "description, json(extra), d_account, d_object, d_currency"
)

NUMBERED: Mapping[str, str] = {
    "natural_key": f"SELECT space, value, id FROM natural_key {_OF_RECEIPTS} ORDER BY 1, 2",
    "counter": "SELECT name, value FROM counter ORDER BY 1",
    "record_count": "SELECT type, live FROM record_count ORDER BY 1",
    "state_cursor": "SELECT name, position FROM state_cursor ORDER BY 1",
    "state_change_log": (
        "SELECT record_id, code, version, feed_seq, detail, posting, type FROM state_change_log "
        "ORDER BY 1"
    ),
    "state_chain": "SELECT feed_seq, length(facts), length(hash) FROM state_chain ORDER BY 1",
    "book_general_ledger": (
        f"SELECT {_ENTRY}, d_contra_account, m_debit, m_credit, m_fc_debit, m_fc_credit, m_qty "
        "FROM book_general_ledger ORDER BY 1, 2, 3, 4, 5, 6"
    ),
    "book_open_items": (
        f"SELECT {_ENTRY}, d_role, d_document, m_amount, m_fc_amount FROM book_open_items "
        "ORDER BY 1, 2, 3, 4, 5, 6"
    ),
    OBJECT_TOTALS: f"SELECT * FROM {OBJECT_TOTALS} ORDER BY 1, 2, 3, 4, 13, 14",
    OTHER_TOTALS: f"SELECT * FROM {OTHER_TOTALS} ORDER BY 1, 2, 3, 4, 15, 16",
    "total_general_ledger__account__currency__bank_account": (
        "SELECT * FROM total_general_ledger__account__currency__bank_account "
        "ORDER BY 1, 2, 3, 4, 5, 6, 7"
    ),
    "state_sealed": "SELECT site_seq, record_id FROM state_sealed ORDER BY 1",
    "record": (
        "SELECT id, version, feed_seq, deleted, schema_version, digest, summary, scope, posting, "
        f"provenance, json(keys), body FROM record {_OF_RECEIPTS} ORDER BY 1"
    ),
    "record_key": f"SELECT name, key, id FROM record_key {_OF_RECEIPTS} ORDER BY 1, 2, 3",
    "state_record_local": "SELECT * FROM state_record_local ORDER BY 1, 2, 3",
    "state_outbox": (
        "SELECT record_id, saved, made_offline, "
        "json_remove(content, '$.change_id', '$.provenance.at') FROM state_outbox ORDER BY 1"
    ),
}
"""What a table holds but ids of changes and instants; JSON of the driver's own is compared by value."""

UNNUMBERED: Mapping[str, str] = {
    "counter": NUMBERED["counter"],
    "record_count": NUMBERED["record_count"],
    "record": (
        "SELECT id, version, posting, provenance, json_remove(body, '$.no') "
        f"FROM record {_OF_RECEIPTS} ORDER BY 1"
    ),
    "record number": f"SELECT json_extract(body, '$.no') FROM record {_OF_RECEIPTS} ORDER BY 1",
    "record_key": f"SELECT id, name FROM record_key {_OF_RECEIPTS} ORDER BY 1, 2",
    "state_outbox": "SELECT record_id, length(content) FROM state_outbox ORDER BY 1",
}
"""The same where threads race for numbers: which numbers were given, not to whom."""


def compare(lienso: Path, bare: Path, queries: Mapping[str, str] = NUMBERED) -> dict[str, int]:
    """Return how many rows of each table are the same in both files.

    Raises:
        BenchmarkFailed: a row differs, with the table and the first such row of both.
    """
    found = {}
    with closing(_opened(lienso)) as one, closing(_opened(bare)) as other:
        there = {name for (name,) in one.execute("SELECT name FROM sqlite_master")}
        for table, sql in queries.items():
            if table.partition(" ")[0] in there:
                found[table] = _same_rows(table, one.execute(sql), other.execute(sql))
    return found


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)


def _same_rows(table: str, one: Iterator[Any], other: Iterator[Any]) -> int:
    count = 0
    for mine, theirs in zip_longest(one, other):
        if mine != theirs:
            raise BenchmarkFailed(
                f"{table}: row {count + 1} differs; lienso has {mine}, bare has {theirs}"
            )
        count += 1
    return count
