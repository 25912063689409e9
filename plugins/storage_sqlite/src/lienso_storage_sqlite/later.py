"""Rows that are inserted later: those of one table together, in the order of its key.

What a record adds to indexes and books is read seldom in its own transaction. Written together, 500
vouchers walk through each tree once and not each through all of them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any


class LaterRows:
    """Rows by the statement that inserts them; their columns begin with the table's key."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._rows: dict[str, list[tuple[Any, ...]]] = {}

    def add(self, insert: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Let rows wait that stand in no table yet."""
        self._rows.setdefault(insert, []).extend(rows)

    def write(self) -> None:
        """Insert what waits: before anything reads the tables, before a savepoint, and at the end."""
        if self._rows:
            for insert, rows in self._rows.items():
                rows.sort()
                self._connection.executemany(insert, rows)
            self._rows.clear()

    def drop(self) -> None:
        """After a savepoint was taken back: all that waits was added inside it."""
        self._rows.clear()
