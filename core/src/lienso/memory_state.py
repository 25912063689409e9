"""State tables in memory."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from . import storage_rules as rules
from .errors import Taken
from .storage import StateTable


class StateRows:
    """The rows of one table of one tenant, and their keys in order."""

    def __init__(self) -> None:
        self.rows: dict[tuple[Any, ...], dict[str, Any]] = {}
        self.keys: list[tuple[Any, ...]] = []

    def fill_blanks(self, table: StateTable) -> None:
        """Give every row the columns that were added to the declaration."""
        for row in self.rows.values():
            for name, kind in table.columns.items():
                row.setdefault(name, rules.BLANKS[kind])


class MemoryState:
    """Reads and writes of one table; rows are handed out as copies."""

    def __init__(
        self, table: StateTable, rows: StateRows, undo: list[Callable[[], object]]
    ) -> None:
        self._table, self._rows, self._undo = table, rows, undo

    def get(self, *key: Any) -> dict[str, Any] | None:
        row = self._rows.rows.get(key)
        return None if row is None else dict(row)

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
        columns = tuple(order or self._table.key)
        rows = self._matching(equals)
        rules.check_columns(self._table, columns)
        if start is not None:
            rows = [row for row in rows if _values(row, columns[: len(start)]) >= tuple(start)]
        if stop is not None:
            rows = [row for row in rows if _values(row, columns[: len(stop)]) < tuple(stop)]
        if order:
            rows.sort(key=lambda row: _values(row, (*columns, *self._table.key)))
        if descending:
            rows.reverse()
        return [dict(row) for row in rows[:limit]]

    def count(self, *, equals: Mapping[str, Any] | None = None) -> int:
        return len(self._matching(equals))

    def _matching(self, equals: Mapping[str, Any] | None) -> list[dict[str, Any]]:
        wanted = dict(equals or {})
        rules.check_columns(self._table, wanted)
        rows = (self._rows.rows[key] for key in self._rows.keys)
        return [row for row in rows if all(row[name] == wanted[name] for name in wanted)]

    def insert(self, row: Mapping[str, Any]) -> None:
        made = self._made(row)
        key = _values(made, self._table.key)
        if key in self._rows.rows:
            raise Taken(f"state_{self._table.name}", " ".join(map(str, key)))
        self._set(key, made)

    def put(self, row: Mapping[str, Any]) -> None:
        made = self._made(row)
        self._set(_values(made, self._table.key), made)

    def put_many(self, rows: Sequence[Mapping[str, Any]]) -> None:
        for row in rows:
            self.put(row)

    def delete(self, *key: Any) -> bool:
        found = key in self._rows.rows
        if found:
            self._set(key, None)
        return found

    def delete_where(self, equals: Mapping[str, Any]) -> int:
        rows = self._matching(equals)
        for row in rows:
            self._set(_values(row, self._table.key), None)
        return len(rows)

    def _made(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return dict(zip(self._table.columns, rules.state_values(self._table, row), strict=True))

    def _set(self, key: tuple[Any, ...], row: dict[str, Any] | None) -> None:
        former = self._rows.rows.get(key)
        self._place(key, row)
        self._undo.append(lambda: self._place(key, former))

    def _place(self, key: tuple[Any, ...], row: dict[str, Any] | None) -> None:
        if row is None:
            del self._rows.rows[key]
            del self._rows.keys[bisect.bisect_left(self._rows.keys, key)]
            return
        if key not in self._rows.rows:
            bisect.insort(self._rows.keys, key)
        self._rows.rows[key] = row


def _values(row: Mapping[str, Any], names: Sequence[str]) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)
