"""The bare way's statements, prepared once a connection, and how its file is opened.

Journal, fsync, page cache and statement cache are those of lienso's driver (`storage_sqlite`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RECORD = (
    "INSERT INTO record (tenant_id, type, id, version, feed_seq, deleted, schema_version, digest, "
    "summary, scope, posting, provenance, at, keys, body) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
KEY = "INSERT INTO record_key (tenant_id, type, name, key, id) VALUES (?, ?, ?, ?, ?)"
CLAIM = (
    "INSERT INTO natural_key (tenant_id, space, value, type, id) "
    "VALUES (?, ?, ?, 'cash_receipt', ?) ON CONFLICT DO NOTHING"
)
COUNTERS = "SELECT name, value FROM counter WHERE tenant_id = ?"
COUNTER = (
    "INSERT INTO counter (tenant_id, name, value) VALUES (?, ?, ?) "
    "ON CONFLICT (tenant_id, name) DO UPDATE SET value = excluded.value"
)
COUNT = (
    "INSERT INTO record_count (tenant_id, type, live) VALUES (?, 'cash_receipt', ?) "
    "ON CONFLICT (tenant_id, type) DO UPDATE SET live = live + excluded.live"
)
LOCAL = (
    "INSERT INTO state_record_local (tenant_id, type, id, ever_synced, base_version, base, "
    "shadow, shadow_version) VALUES (?, 'cash_receipt', ?, 0, 0, '', '', 0)"
)
OUTBOX = (
    "INSERT INTO state_outbox (tenant_id, type, record_id, change_id, content, saved, made_offline, "
    "at) VALUES (?, 'cash_receipt', ?, ?, ?, ?, ?, ?)"
)
WAITING = (
    "SELECT record_id, change_id, content FROM state_outbox WHERE tenant_id = ? "
    "ORDER BY saved LIMIT ?"
)
UNQUEUE = "DELETE FROM state_outbox WHERE tenant_id = ? AND type = 'cash_receipt' AND record_id = ?"
SEAL = (
    "INSERT INTO state_sealed (tenant_id, site_seq, change_id, type, record_id, content, chain) "
    "VALUES (?, ?, ?, 'cash_receipt', ?, ?, x'')"
)
SETTLE = (
    "UPDATE record SET version = ?, feed_seq = ?, posting = ? "
    "WHERE tenant_id = ? AND type = 'cash_receipt' AND id = ?"
)
UNLOCAL = "DELETE FROM state_record_local WHERE tenant_id = ? AND type = 'cash_receipt' AND id = ?"
UNSEAL = "DELETE FROM state_sealed WHERE tenant_id = ? AND site_seq = ?"
IDENTITY = (
    "INSERT INTO state_identity (tenant_id, name, value) VALUES (?, ?, ?) "
    "ON CONFLICT (tenant_id, name) DO UPDATE SET value = excluded.value"
)
IDENTIFIED = "SELECT value FROM state_identity WHERE tenant_id = ? AND name = ?"
CURSOR = "UPDATE state_cursor SET position = ? WHERE tenant_id = ?"
CURSOR_AT = "SELECT position FROM state_cursor WHERE tenant_id = ?"
LOG = (
    "INSERT INTO state_change_log (tenant_id, change_id, code, version, feed_seq, detail, posting, "
    "type, record_id, rewritten, attempt, site_id, incarnation, site_seq, at) "
    "VALUES (?, ?, 'APPLIED', 1, ?, '{}', ?, 'cash_receipt', ?, 0, 1, ?, 1, ?, ?)"
)
LINK = (
    "INSERT INTO state_chain (tenant_id, feed_seq, change_id, facts, hash) "
    "VALUES (?, ?, ?, zeroblob(32), zeroblob(32))"
)
FEED = (
    "SELECT id, feed_seq, posting, provenance, at, body FROM record INDEXED BY record_feed "
    "WHERE tenant_id = ? AND feed_seq > ? AND type = 'cash_receipt' ORDER BY feed_seq LIMIT ?"
)
ENTRY = (
    "INSERT INTO book_general_ledger (tenant_id, posting_date, voucher_id, record_type, ledger, "
    "line, side, branch, number, voucher_date, description, extra, d_account, d_contra_account, "
    "d_object, m_debit, m_credit) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
ITEM = (
    "INSERT INTO book_open_items (tenant_id, posting_date, voucher_id, record_type, ledger, line, "
    "side, branch, number, voucher_date, description, extra, d_account, d_object, d_role, "
    "d_document, m_amount) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_ADD = (
    "DO UPDATE SET m_debit = m_debit + excluded.m_debit, m_credit = m_credit + excluded.m_credit, "
    "entries = entries + excluded.entries"
)
_ATTRIBUTES = ("term", "activity", "cash_equiv", "of", "loan", "liability")
_BY_OBJECT = ("account", "object", "contract", "long_due", *_ATTRIBUTES)
_BY_OTHER = (
    *("account", "contra_account", "op", "closing", *_ATTRIBUTES),
    *("contra_activity", "contra_cash_equiv"),
)
OBJECT_TOTALS = f"total_general_ledger__{'__'.join(_BY_OBJECT)}"
OTHER_TOTALS = f"total_general_ledger__{'__'.join(_BY_OTHER)}"


def _total(table: str, by: tuple[str, ...]) -> str:
    """Add to a row of sums by two dimensions; the others are blank."""
    columns = [f"d_{name}" for name in by]
    key = ", ".join(["tenant_id", "ledger", *columns, "branch", "month"])
    blanks = ", ''" * (len(by) - 2)
    return (
        f"INSERT INTO {table} ({key}, m_debit, m_credit, entries) "
        f"VALUES (?, 'financial', ?, ?{blanks}, '', ?, ?, ?, ?) ON CONFLICT ({key}) {_ADD}"
    )


TOTAL_BY_OBJECT = _total(OBJECT_TOTALS, _BY_OBJECT)
TOTAL_BY_OTHER = _total(OTHER_TOTALS, _BY_OTHER)
TOTAL_BY_CURRENCY = (
    "INSERT INTO total_general_ledger__account__currency__bank_account (tenant_id, ledger, "
    "d_account, d_currency, d_bank_account, branch, month, m_debit, m_credit, entries) "
    "VALUES (?, 'financial', ?, '', '', '', ?, ?, ?, ?) "
    "ON CONFLICT (tenant_id, ledger, d_account, d_currency, d_bank_account, branch, month) "
    f"{_ADD}"
)


def opened(path: Path) -> sqlite3.Connection:
    """Open a file for writing; every commit waits for the disk."""
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=512
    )
    connection.execute("PRAGMA cache_size = -32768")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit what happens inside with one fsync; an exception takes it back."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
