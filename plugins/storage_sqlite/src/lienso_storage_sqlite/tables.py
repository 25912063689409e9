"""Tables made from declarations: their names, columns and the statements on the hot path.

Dimensions are columns ``d_<name>`` and measures ``m_<name>``: a book may call one of them "order" or
"number" without meeting a word of SQL or a column that every entry has.
"""

from __future__ import annotations

import operator
import re
from typing import Any

from lienso.errors import StorageError, Unknown
from lienso.model import Book, Total
from lienso.storage import StateTable
from lienso.storage_rules import book_names

ENTRY_KEY = ("tenant_id", "posting_date", "voucher_id", "record_type", "ledger", "line", "side")
ENTRY_HEAD = (*ENTRY_KEY, "branch", "number", "voucher_date", "description")
"""Columns of an entry before its extras, dimensions and measures."""

MONTH = "CAST(substr(posting_date, 1, 4) || substr(posting_date, 6, 2) AS INTEGER)"

_STATE_TYPES = {"text": "TEXT", "int": "INTEGER", "bool": "INTEGER", "bytes": "BLOB"}
_STATE_BLANKS = {"text": "''", "int": "0", "bool": "0", "bytes": "x''"}


def identifier(name: str) -> str:
    """Return a declared name that is safe inside SQL. Raises: StorageError: it is not."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        raise StorageError("identifier_invalid", {"name": name})
    return name


def marks(count: int) -> str:
    """Return ``?, ?, …``."""
    return ", ".join("?" * count)


class TotalSql:
    """A table of sums by month of one book."""

    def __init__(self, book: Book, total: Total) -> None:
        names = [f"d_{identifier(name)}" for name in total.by]
        measures = [f"m_{measure.name}" for measure in book.measures]
        self.by = total.by
        self.name = f"total_{book.id}__{'__'.join(total.by)}"
        self.key = ["ledger", *names, "branch", "month"]
        self.sums = [*measures, "entries"]
        order = [*ENTRY_HEAD, "extra", *(dimension.name for dimension in book.dimensions)]
        # Of an entry's row: the key of its total, but the month.
        self.key_of = operator.itemgetter(
            order.index("ledger"),
            *(order.index(name, len(ENTRY_HEAD)) for name in total.by),
            order.index("branch"),
        )
        self.columns = [
            ("tenant_id", "INTEGER NOT NULL"),
            ("ledger", "TEXT NOT NULL"),
            *((name, "TEXT NOT NULL") for name in names),
            ("branch", "TEXT NOT NULL"),
            ("month", "INTEGER NOT NULL"),
            *((name, "INTEGER NOT NULL DEFAULT 0") for name in self.sums),
        ]
        self.primary = ["tenant_id", *self.key]
        key, sums = ", ".join(self.key), ", ".join(self.sums)
        found = " AND ".join(f"{name} = ?" for name in self.key)
        self.select = f"SELECT {sums} FROM {self.name} WHERE tenant_id = ? AND {found}"
        # Whole sums are written, not differences: they were added up and checked in Python, where
        # integers have no end, so nothing can wrap.
        self.upsert = (
            f"INSERT INTO {self.name} (tenant_id, {key}, {sums}) "
            f"VALUES ({marks(1 + len(self.key) + len(self.sums))}) "
            f"ON CONFLICT (tenant_id, {key}) DO UPDATE SET "
            + ", ".join(f"{name} = excluded.{name}" for name in self.sums)
        )
        self.all = f"SELECT {key}, {sums} FROM {self.name} WHERE tenant_id = ?"
        expressions = [MONTH if name == "month" else name for name in self.key]
        adding = ", ".join([*(f"sum({name})" for name in measures), "count(*)"])
        self.from_entries = (
            f"SELECT {', '.join(expressions)}, {adding} FROM book_{book.id} "
            f"WHERE tenant_id = ? GROUP BY {', '.join(expressions)}"
        )


class BookSql:
    """The table of one book."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.name = f"book_{identifier(book.id)}"
        self.dimensions = [identifier(dimension.name) for dimension in book.dimensions]
        self.extras = {identifier(extra.name): "" for extra in book.extras}
        self.measures = [identifier(measure.name) for measure in book.measures]
        self.names = book_names(book)
        self.no_dimensions = dict.fromkeys(self.dimensions, "")
        self.no_measures = dict.fromkeys(self.measures, 0)
        dimensions = [f"d_{name}" for name in self.dimensions]
        measures = [f"m_{name}" for name in self.measures]
        self.columns = [
            ("tenant_id", "INTEGER NOT NULL"),
            *((name, "TEXT NOT NULL") for name in ("posting_date", "voucher_id", "record_type")),
            ("ledger", "TEXT NOT NULL"),
            ("line", "INTEGER NOT NULL"),
            ("side", "INTEGER NOT NULL"),
            *((name, "TEXT NOT NULL") for name in ("branch", "number", "voucher_date")),
            ("description", "TEXT NOT NULL"),
            ("extra", "TEXT NOT NULL DEFAULT '{}'"),
            *((name, "TEXT NOT NULL DEFAULT ''") for name in dimensions),
            *((name, "INTEGER NOT NULL DEFAULT 0") for name in measures),
        ]
        self.primary = [*ENTRY_KEY]
        # The table itself lies in the order of dates: reports read it by date, an unpost by voucher.
        self.indexes = {
            f"{self.name}__voucher": ["tenant_id", "voucher_id", "record_type"],
            **{
                "__".join([self.name, *names]): ["tenant_id", *map(_column, names), "posting_date"]
                for names in book.indexes
            },
        }
        values = ", ".join([*ENTRY_HEAD, "extra", *dimensions, *measures])
        count = len(ENTRY_HEAD) + 1 + len(dimensions) + len(measures)
        self.insert = f"INSERT INTO {self.name} ({values}) VALUES ({marks(count)})"
        self.select = f"SELECT {values} FROM {self.name} WHERE tenant_id = ?"
        self.select_voucher = f"{self.select} AND voucher_id = ? AND record_type = ?"
        key = " AND ".join(f"{name} = ?" for name in self.primary[1:])
        self.delete = f"DELETE FROM {self.name} WHERE tenant_id = ? AND {key}"
        self.totals = [TotalSql(book, total) for total in book.totals]
        self.total_of = {total.by: total for total in self.totals}

    def column(self, name: str) -> str:
        """Return the expression of a dimension, an extra or a voucher's column."""
        if name in self.extras:
            return f"coalesce(json_extract(extra, '$.{name}'), '')"
        return f"d_{name}" if name in self.dimensions else name


def _column(name: str) -> str:
    fixed = {"ledger", "branch", "record_type", "number", "voucher_id"}
    return name if name in fixed else f"d_{identifier(name)}"


class StateSql:
    """A state table."""

    def __init__(self, table: StateTable) -> None:
        self.table = table
        self.name = f"state_{identifier(table.name)}"
        names = [identifier(name) for name in table.columns]
        if "tenant_id" in names:
            raise StorageError("identifier_invalid", {"name": "tenant_id"})
        self.columns: list[tuple[str, str]] = [
            ("tenant_id", "INTEGER NOT NULL"),
            *(
                (f'"{name}"', f"{_STATE_TYPES[kind]} NOT NULL DEFAULT {_STATE_BLANKS[kind]}")
                for name, kind in table.columns.items()
            ),
        ]
        self.primary = ["tenant_id", *(f'"{name}"' for name in table.key)]
        self.indexes = {
            "__".join([self.name, *columns]): ["tenant_id", *(f'"{name}"' for name in columns)]
            for columns in table.indexes
        }
        self.names = tuple(names)
        self.bools = tuple(name for name, kind in table.columns.items() if kind == "bool")
        listed = ", ".join(f'"{name}"' for name in names)
        key = ", ".join(self.primary)
        found = " AND ".join(f'"{name}" = ?' for name in table.key)
        others = [name for name in names if name not in table.key]
        update = ", ".join(f'"{name}" = excluded."{name}"' for name in others)
        self.select = f"SELECT {listed} FROM {self.name} WHERE tenant_id = ?"
        self.get = f"{self.select} AND {found}"
        self.insert = (
            f"INSERT INTO {self.name} (tenant_id, {listed}) VALUES ({marks(1 + len(names))}) "
            f"ON CONFLICT ({key}) DO NOTHING"
        )
        changed = f"DO UPDATE SET {update}" if others else "DO NOTHING"
        self.put = self.insert.removesuffix("DO NOTHING") + changed
        self.delete = f"DELETE FROM {self.name} WHERE tenant_id = ? AND {found}"

    def row(self, values: tuple[Any, ...]) -> dict[str, Any]:
        """Make a row out of what SQLite gave, which knows no truth values."""
        row = dict(zip(self.names, values, strict=True))
        for name in self.bools:
            row[name] = row[name] != 0
        return row


class Schema:
    """What was declared, ready for use. Never changed: `prepare` makes a new one."""

    def __init__(
        self,
        books: dict[str, BookSql],
        states: dict[str, StateSql],
        kept: frozenset[str] = frozenset(),
    ) -> None:
        self.books, self.states, self.kept = books, states, kept

    def book(self, id: str) -> BookSql:
        """Return a declared book. Raises: Unknown."""
        if id not in self.books:
            raise Unknown("unknown_book", {"book": id})
        return self.books[id]

    def state(self, name: str) -> StateSql:
        """Return a declared state table. Raises: Unknown."""
        if name not in self.states:
            raise Unknown("unknown_state_table", {"table": name})
        return self.states[name]
