"""Books: entries by voucher, sums by month, and the sums that answer from both."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from lienso import limits
from lienso import storage_rules as rules
from lienso.errors import LimitExceeded
from lienso.storage import Entry, PostedEntry, RecordRef, Where

from .later import LaterRows
from .schema import fill_total
from .tables import ENTRY_HEAD, ENTRY_KEY, BookSql, TotalSql, marks
from .undo import Undo

Sums = dict[tuple[str, ...], tuple[int, ...]]
Place = tuple[TotalSql, tuple[Any, ...]]


class Totals:
    """Sums that a transaction has moved, kept in Python: 500 vouchers on one account write one row.

    They are written before anything reads them and at the end.
    """

    def __init__(self, connection: sqlite3.Connection, tenant: int) -> None:
        self._connection, self._tenant = connection, tenant
        self._sums: dict[Place, Sequence[int]] = {}
        self._unwritten: set[Place] = set()

    def add(self, undo: Undo, place: Place, delta: Mapping[int, int], book: str) -> None:
        """Add to one row of sums.

        Args:
            delta: what is added, by the place of the sum in the row.
        Raises:
            LimitExceeded: a sum leaves 64 bits.
        """
        stored = self._sums.get(place)
        if stored is None:
            total, key = place
            found = self._connection.execute(total.select, (self._tenant, *key)).fetchone()
            stored = found or (0,) * len(total.sums)
        moved = [*stored]
        for at, value in delta.items():
            moved[at] = total_value = moved[at] + value
            if not -limits.MEASURE_MAX <= total_value <= limits.MEASURE_MAX:
                rules.check_integer(f"total of {book}", total_value)
        undo.set(self._sums, place, moved)
        self._unwritten.add(place)

    def write(self) -> None:
        """Write what was moved, a table's rows together and in the order of its key."""
        rows: dict[TotalSql, list[tuple[Any, ...]]] = {}
        for place in self._unwritten:
            total, key = place
            rows.setdefault(total, []).append((self._tenant, *key, *self._sums[place]))
        for total, values in rows.items():
            self._connection.executemany(total.upsert, sorted(values))
        self._unwritten.clear()

    def rolled_back(self) -> None:
        """After a savepoint: what was written inside it is no longer there."""
        self._unwritten = set(self._sums)


_HEAD = len(ENTRY_HEAD)
_KEY = len(ENTRY_KEY)


class SqliteBook:
    """Reads of one book of one tenant."""

    def __init__(self, connection: sqlite3.Connection, tenant: int, sql: BookSql) -> None:
        self._connection, self._tenant, self._sql = connection, tenant, sql

    def sum(
        self,
        measures: Sequence[str],
        *,
        by: Sequence[str] = (),
        where: Where | None = None,
        date_from: datetime.date | None = None,
        date_to: datetime.date | None = None,
    ) -> Sums:
        book = self._sql.book
        rules.check_measures(book, measures)
        for name in by:
            rules.check_dimension(book, name)
        wanted = rules.conditions(book, where)
        span = rules.Span(None, ((date_from, date_to),))
        total = rules.fitting_total(book, [*by, *(one.name for one in wanted)])
        if total is not None:
            span = rules.split_months(date_from, date_to)
        found: dict[tuple[str, ...], list[int]] = {}
        sums = [f"sum(m_{name})" for name in measures]
        if total is not None and span.months:
            table = self._sql.total_of[total.by].name
            condition = (" AND month BETWEEN ? AND ?", list(span.months))
            self._add(found, table, [*sums, "sum(entries)"], by, wanted, condition)
        for start, stop in span.broken:
            self._add(found, self._sql.name, [*sums, "count(*)"], by, wanted, _dates(start, stop))
        groups = {
            key: tuple(rules.check_integer("sum", value) for value in group[:-1])
            for key, group in found.items()
            if group[-1]
        }
        return groups if by or groups else {(): (0,) * len(measures)}

    def _add(
        self,
        found: dict[tuple[str, ...], list[int]],
        table: str,
        sums: Sequence[str],
        by: Sequence[str],
        wanted: Sequence[rules.Condition],
        condition: tuple[str, list[Any]],
    ) -> None:
        """Add one table's sums to the groups."""
        names = [self._sql.column(name) for name in by]
        more, values = _conditions(self._sql, wanted)
        sql = f"SELECT {', '.join([*names, *sums])} FROM {table} WHERE tenant_id = ?"
        sql += condition[0] + more
        if names:
            sql += f" GROUP BY {', '.join(names)}"
        try:
            rows = self._connection.execute(sql, (self._tenant, *condition[1], *values)).fetchall()
        except sqlite3.OperationalError as error:
            if str(error) != "integer overflow":
                raise
            raise LimitExceeded(detail={"what": "sum", "book": self._sql.book.id}) from error
        for row in rows:
            group = found.setdefault(row[: len(by)], [0] * len(sums))
            for place, value in enumerate(row[len(by) :]):
                group[place] += value or 0

    def entries(
        self,
        *,
        where: Where | None = None,
        date_from: datetime.date | None = None,
        date_to: datetime.date | None = None,
        voucher: str | None = None,
    ) -> Iterator[PostedEntry]:
        more, values = _conditions(self._sql, rules.conditions(self._sql.book, where))
        dated, dates = _dates(date_from, date_to)
        if voucher is not None:
            more, values = more + " AND voucher_id = ?", [*values, voucher]
        found = self._connection.execute(
            f"{self._sql.select}{dated}{more} ORDER BY posting_date, number, voucher_id, line, "
            "side, ledger, record_type",
            (self._tenant, *dates, *values),
        )
        return map(self._posted, found)

    def _posted(self, row: tuple[Any, ...]) -> PostedEntry:
        sql = self._sql
        middle = _HEAD + 1 + len(sql.dimensions)
        extra = orjson.loads(row[_HEAD]) if sql.extras else {}
        dimensions = dict(zip(sql.dimensions, row[_HEAD + 1 : middle], strict=True))
        for name in sql.extras:
            dimensions[name] = extra.get(name, "")
        measures = dict(zip(sql.measures, row[middle:], strict=True))
        day, voucher_id, record_type, ledger, line, side, branch, number, made, text = row[1:_HEAD]
        entry = Entry(
            line, side, ledger, datetime.date.fromisoformat(day), branch, dimensions, measures
        )
        made_on = datetime.date.fromisoformat(made)
        return PostedEntry(voucher_id, record_type, number, made_on, text, entry)


class SqliteBookWriter(SqliteBook):
    """Reads and writes of one book inside a transaction."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        tenant: int,
        sql: BookSql,
        undo: Undo,
        totals: Totals,
        later: LaterRows,
    ) -> None:
        super().__init__(connection, tenant, sql)
        self._undo, self._totals, self._later = undo, totals, later

    def sum(self, measures: Sequence[str], **conditions: Any) -> Sums:
        self._later.write()
        self._totals.write()
        return super().sum(measures, **conditions)

    def entries(self, **conditions: Any) -> Iterator[PostedEntry]:
        self._later.write()
        # A list: the transaction may change the book while its reader goes on.
        return iter(list(super().entries(**conditions)))

    def post(
        self,
        voucher: RecordRef,
        entries: Sequence[Entry],
        number: str,
        voucher_date: datetime.date | None,
        description: str,
        *,
        replace: bool,
    ) -> None:
        """Write entries in place of those of the same ledgers, and move the totals.

        Args:
            replace: False where it is known that the voucher has no entries in this book.
        """
        rules.check_entries(self._sql.names, voucher, entries)
        old = self._taken_out(voucher, {entry.ledger for entry in entries}) if replace else []
        new = self._rows(voucher, entries, number, voucher_date, description)
        self._later.add(self._sql.insert, new)
        self._move(old, new)

    def add(self, posted: PostedEntry) -> None:
        """Store one entry of an imported tenant; its totals are made at the end."""
        voucher = RecordRef(posted.record_type, posted.voucher_id)
        rules.check_entries(self._sql.names, voucher, [posted.entry])
        rows = self._rows(
            voucher, [posted.entry], posted.number, posted.voucher_date, posted.description
        )
        self._connection.executemany(self._sql.insert, rows)

    def unpost(self, voucher: RecordRef, ledger: str | None) -> int:
        """Take entries out and move the totals; returns how many."""
        old = self._taken_out(voucher, None if ledger is None else {ledger})
        self._move(old, [])
        return len(old)

    def _taken_out(self, voucher: RecordRef, ledgers: set[str] | None) -> list[tuple[Any, ...]]:
        sql = self._sql
        self._later.write()
        found = self._connection.execute(
            sql.select_voucher, (self._tenant, voucher.id, voucher.type)
        ).fetchall()
        old = [row for row in found if ledgers is None or row[4] in ledgers]
        if old:
            self._connection.executemany(sql.delete, [row[:_KEY] for row in old])
        return old

    def _rows(
        self,
        voucher: RecordRef,
        entries: Sequence[Entry],
        number: str,
        voucher_date: datetime.date | None,
        description: str,
    ) -> list[tuple[Any, ...]]:
        sql, made = self._sql, voucher_date.isoformat() if voucher_date else ""
        rows = []
        for entry in entries:
            day = entry.posting_date.isoformat()
            dimensions, extra = entry.dimensions, "{}"
            if not sql.extras.keys().isdisjoint(dimensions):
                extra = _extra_text(sql, dimensions)
                dimensions = {n: text for n, text in dimensions.items() if n not in sql.extras}
            rows.append(
                (
                    self._tenant,
                    day,
                    voucher.id,
                    voucher.type,
                    entry.ledger,
                    entry.line,
                    entry.side,
                    entry.branch,
                    number,
                    made or day,
                    description,
                    extra,
                    # Names are checked: what is merged into the blanks has their order.
                    *(sql.no_dimensions | dimensions).values(),
                    *(sql.no_measures | entry.measures).values(),
                )
            )
        return rows

    def _move(self, old: Sequence[tuple[Any, ...]], new: Sequence[tuple[Any, ...]]) -> None:
        """Add the difference of two sets of entry rows to the totals of this transaction."""
        first = _HEAD + 1 + len(self._sql.dimensions)
        moves = []
        for rows, sign in ((old, -1), (new, 1)):
            for row in rows:
                parts = [(place, sign * value) for place, value in enumerate(row[first:]) if value]
                moves.append((row, int(row[1][:4] + row[1][5:7]), [*parts, (-1, sign)]))
        for total in self._sql.totals:
            key_of = total.key_of
            deltas: dict[tuple[Any, ...], dict[int, int]] = {}
            for row, month, parts in moves:
                delta = deltas.setdefault((*key_of(row), month), {})
                for place, value in parts:
                    delta[place] = delta.get(place, 0) + value
            for key, delta in deltas.items():
                self._totals.add(self._undo, (total, key), delta, self._sql.book.id)

    def rebuild_totals(self) -> int:
        """Make the totals anew from the entries; returns how many rows differed."""
        self._later.write()
        differed = 0
        for total in self._sql.totals:
            width = len(total.key)
            rows = [
                {
                    row[:width]: row[width:]
                    for row in self._connection.execute(sql, (self._tenant,))
                    if any(row[width:])
                }
                for sql in (total.all, total.from_entries)
            ]
            wrong = {key for key in {*rows[0], *rows[1]} if rows[0].get(key) != rows[1].get(key)}
            if wrong:
                self._connection.execute(
                    f"DELETE FROM {total.name} WHERE tenant_id = ?", (self._tenant,)
                )
                fill_total(self._connection, total, self._tenant)
            differed += len(wrong)
        return differed


def _extra_text(sql: BookSql, dimensions: Mapping[str, str]) -> str:
    found = {name: text for name in sql.extras if (text := dimensions.get(name))}
    return orjson.dumps(found).decode() if found else "{}"


def _dates(start: datetime.date | None, stop: datetime.date | None) -> tuple[str, list[Any]]:
    sql, values = "", []
    if start is not None:
        sql, values = " AND posting_date >= ?", [start.isoformat()]
    if stop is not None:
        sql, values = f"{sql} AND posting_date <= ?", [*values, stop.isoformat()]
    return sql, values


def _conditions(sql: BookSql, wanted: Sequence[rules.Condition]) -> tuple[str, list[Any]]:
    text = ""
    values: list[Any] = []
    for one in wanted:
        column = sql.column(one.name)
        ways = []
        if one.texts:
            ways.append(f"{column} IN ({marks(len(one.texts))})")
            values += one.texts
        for prefix in one.prefixes:
            ways.append(f"({column} >= ? AND {column} < ?)" if prefix else "1")
            values += [prefix, _after(prefix)] if prefix else []
        text += f" AND ({' OR '.join(ways) or '0'})"
    return text, values


def _after(prefix: str) -> str:
    """Return the first text behind all that begin with this one."""
    last = ord(prefix[-1]) + 1
    # Surrogates are no characters and cannot be stored.
    return prefix[:-1] + chr(0xE000 if last == 0xD800 else last)
