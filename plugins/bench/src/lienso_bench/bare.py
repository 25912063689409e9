"""The bare way: the least that a correct pipeline must do, with the engine and nothing between.

What it does as lienso does: validate by a model, number, write the same rows, keep the outbox until
the cloud has answered, claim numbers by the constraint, post, move the totals, log what was decided,
apply a pulled page and its cursor together; one fsync where lienso has one. What it does without:
hooks, plugins' checks, permissions, sessions, proofs, conflicts, merges, retries, failure lists.
"""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
from lienso.ids import SystemClock, SystemIds

from . import bare_sql as sql
from .bare_rows import (
    POSTED,
    TENANT,
    BareReceipt,
    Totals,
    entry_rows,
    item_rows,
    key_rows,
    keys_of,
    record_row,
)
from .measuring import BenchmarkFailed

BATCH = 500
"""Changes of a message, as lienso sends them."""

Ask = Callable[[str, bytes], bytes]
"""Calls a method of the cloud, ``push`` or ``pull``, with bytes."""

Row = tuple[Any, ...]


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _counters(connection: sqlite3.Connection) -> dict[str, int]:
    return dict(connection.execute(sql.COUNTERS, (TENANT,)))


def _write_counters(connection: sqlite3.Connection, counters: Mapping[str, int]) -> None:
    connection.executemany(sql.COUNTER, [(TENANT, *item) for item in counters.items()])


class BareSite:
    """An office's file."""

    def __init__(self, path: Path, name: str, ask: Ask) -> None:
        self.connection = sql.opened(path)
        self._name, self._ask = name, ask
        self._ids = SystemIds(SystemClock())
        by = {"site": name, "user": "ketoan", "workstation": "may1"}
        self._by, self._provenance = by, orjson.dumps(by).decode()

    def save(self, id: str, body: Mapping[str, Any], *, made_offline: bool = True) -> str:
        """Save a receipt durably; returns its canonical JSON, with its number."""
        with sql.transaction(self.connection):
            return self.save_inside(id, body, made_offline=made_offline)

    def save_inside(self, id: str, body: Mapping[str, Any], *, made_offline: bool = True) -> str:
        """Save a receipt in the transaction that is open."""
        execute = self.connection.execute
        receipt = BareReceipt.model_validate_json(orjson.dumps(body))
        counters = _counters(self.connection)
        series = f"no/cash_receipt/financial/PT//{receipt.posting_date.year}"
        number, saved = counters.get(series, 0) + 1, counters.get("saved", 0) + 1
        feed_seq = counters.get("feed_seq", 0) + 1
        changes = {"no": f"PT{number:05d}", "voucher_date": receipt.posting_date}
        receipt = receipt.model_copy(update=changes)
        text, keys, at = receipt.text(), keys_of(receipt), _now()
        row = record_row(id, receipt, text, keys, feed_seq, "", self._provenance, at)
        execute(sql.RECORD, row)
        self.connection.executemany(sql.KEY, key_rows(id, keys))
        change_id = self._ids.new()
        change = self._change(change_id, id, receipt, text, at, made_offline)
        execute(sql.LOCAL, (TENANT, id))
        execute(sql.OUTBOX, (TENANT, id, change_id, change, saved, made_offline, at))
        execute(sql.COUNT, (TENANT, 1))
        moved = {series: number, "saved": saved, "feed_seq": feed_seq}
        _write_counters(self.connection, moved)
        return text

    def _change(
        self, change_id: str, id: str, receipt: BareReceipt, text: str, at: str, made_offline: bool
    ) -> str:
        change = {
            "attempt": 1,
            "base_body": "",
            "base_version": 0,
            "body": text,
            "change_id": change_id,
            "group_id": "",
            "made_offline": made_offline,
            "op": "CREATE",
            "override": {},
            "pass_warnings": False,
            "post_on_apply": ["financial"],
            "provenance": {"at": at, **self._by},
            "record_id": id,
            "refs": dict.fromkeys(sorted({line.object for line in receipt.lines}), "object"),
            "schema_version": 1,
            "supersedes": [],
            "type": "cash_receipt",
        }
        return orjson.dumps(change).decode()

    def push(self) -> int:
        """Send what waits in messages of 500; returns how many were accepted."""
        done = 0
        found = self.connection.execute(sql.IDENTIFIED, (TENANT, "sealed")).fetchone()
        position = int(found[0]) if found else 0
        while rows := self.connection.execute(sql.WAITING, (TENANT, BATCH)).fetchall():
            first, position = position + 1, position + len(rows)
            places = range(first, position + 1)
            sealed = [
                (TENANT, place, row[1], row[0], row[2])
                for place, row in zip(places, rows, strict=True)
            ]
            with sql.transaction(self.connection):
                self.connection.executemany(sql.SEAL, sealed)
                self.connection.executemany(sql.UNQUEUE, [(TENANT, row[0]) for row in rows])
                self.connection.execute(sql.IDENTITY, (TENANT, "sealed", str(position)))
            message = {"site": self._name, "first": first, "changes": [row[2] for row in rows]}
            verdicts = orjson.loads(self._ask("push", orjson.dumps(message)))
            self._settle(verdicts, places)
            done += len(rows)
        return done

    def _settle(self, verdicts: Sequence[Sequence[Any]], places: range) -> None:
        with sql.transaction(self.connection):
            many = self.connection.executemany
            many(sql.SETTLE, [(1, seq, POSTED, TENANT, id) for id, seq in verdicts])
            many(sql.UNLOCAL, [(TENANT, id) for id, _seq in verdicts])
            many(sql.UNSEAL, [(TENANT, place) for place in places])
            self.connection.execute(sql.IDENTITY, (TENANT, "acked", str(places[-1])))

    def pull(self) -> int:
        """Take what is new, a page of 500 a transaction; returns how many receipts came."""
        done = 0
        (cursor,) = self.connection.execute(sql.CURSOR_AT, (TENANT,)).fetchone()
        while True:
            answer = self._ask("pull", orjson.dumps({"cursor": cursor}))
            page, cursor, head = orjson.loads(answer)
            with sql.transaction(self.connection):
                if page:
                    self._apply(page)
                self.connection.execute(sql.CURSOR, (cursor, TENANT))
            done += len(page)
            if cursor >= head:
                return done

    def _apply(self, page: Sequence[Sequence[Any]]) -> None:
        records: list[Row] = []
        places: list[Row] = []
        counters = _counters(self.connection)
        for id, feed_seq, posting, provenance, at, text in page:
            receipt = BareReceipt.model_validate_json(text)
            _follow(counters, receipt)
            keys = keys_of(receipt)
            row = record_row(id, receipt, text, keys, feed_seq, posting, provenance, at)
            records.append(row)
            places += key_rows(id, keys)
        self.connection.executemany(sql.RECORD, records)
        self.connection.executemany(sql.KEY, places)
        self.connection.execute(sql.COUNT, (TENANT, len(records)))
        _write_counters(self.connection, counters)


class BareCloud:
    """The cloud's file."""

    def __init__(self, path: Path) -> None:
        self.connection = sql.opened(path)

    def ask(self, method: str, data: bytes) -> bytes:
        """Answer ``push`` or ``pull``."""
        return self.push(data) if method == "push" else self.pull(data)

    def push(self, data: bytes) -> bytes:
        """Accept a batch in one transaction; answers (id, feed position) of each receipt."""
        message = orjson.loads(data)
        changes = [orjson.loads(text) for text in message["changes"]]
        with sql.transaction(self.connection):
            verdicts = self._accept(changes, message["site"], message["first"])
        return orjson.dumps(verdicts)

    def _accept(
        self, changes: Sequence[Mapping[str, Any]], site: str, first: int
    ) -> list[tuple[str, int]]:
        many, counters, totals = self.connection.executemany, _counters(self.connection), Totals()
        feed_seq, at = counters["feed_seq"], _now()
        records: list[Row] = []
        keys: list[Row] = []
        claims: list[Row] = []
        entries: list[Row] = []
        items: list[Row] = []
        log: list[Row] = []
        links: list[Row] = []  # The row of each, without a proof in it.
        for place, change in enumerate(changes, first):
            id, text = change["record_id"], change["body"]
            receipt, feed_seq = BareReceipt.model_validate_json(text), feed_seq + 1
            by = {name: change["provenance"][name] for name in ("site", "user", "workstation")}
            provenance, its_keys = orjson.dumps(by).decode(), keys_of(receipt)
            row = record_row(id, receipt, text, its_keys, feed_seq, POSTED, provenance, at)
            records.append(row)
            keys += key_rows(id, its_keys)
            year = receipt.posting_date.year
            claims.append((TENANT, f"no/cash_receipt/financial/{year}", receipt.no, id))
            _note_number(counters, receipt)
            entries += entry_rows(id, receipt)
            items += item_rows(id, receipt)
            totals.add(receipt)
            log.append((TENANT, change["change_id"], feed_seq, POSTED, id, site, place, at))
            links.append((TENANT, feed_seq, change["change_id"]))
        if many(sql.CLAIM, claims).rowcount != len(claims):
            raise BenchmarkFailed("a number is taken twice; the bare way settles no conflicts")
        for statement, rows in (
            (sql.RECORD, records),
            (sql.KEY, keys),
            (sql.ENTRY, entries),
            (sql.ITEM, items),
            (sql.TOTAL_BY_OBJECT, totals.object_rows()),
            (sql.TOTAL_BY_OTHER, totals.other_rows()),
            (sql.TOTAL_BY_CURRENCY, totals.currency_rows()),
            (sql.LOG, log),
            (sql.LINK, links),
            (sql.COUNT, [(TENANT, len(records))]),
        ):
            many(statement, rows)
        _write_counters(self.connection, {**counters, "feed_seq": feed_seq})
        return [(row[2], row[4]) for row in records]

    def pull(self, data: bytes) -> bytes:
        """Answer a page of the feed, the cursor behind it and the head of the feed."""
        cursor = orjson.loads(data)["cursor"]
        page = self.connection.execute(sql.FEED, (TENANT, cursor, BATCH)).fetchall()
        head = _counters(self.connection)["feed_seq"]
        return orjson.dumps((page, page[-1][1] if len(page) == BATCH else head, head))


def _note_number(counters: dict[str, int], receipt: BareReceipt) -> None:
    """Move the series past a number of its shape."""
    digits = receipt.no.removeprefix("PT")
    if len(digits) == 5 and digits.isdigit():
        series = f"no/cash_receipt/financial/PT//{receipt.posting_date.year}"
        counters[series] = max(counters.get(series, 0), int(digits))


def _follow(counters: dict[str, int], receipt: BareReceipt) -> None:
    """Move the series over the number that comes next; the receipts of the benchmark come in order."""
    series = f"no/cash_receipt/financial/PT//{receipt.posting_date.year}"
    next = counters.get(series, 0) + 1
    if receipt.no == f"PT{next:05d}":
        counters[series] = next


def fill(
    cloud: BareCloud, site_name: str, receipts: Iterable[tuple[str, Mapping[str, Any]]]
) -> int:
    """Put receipts that carry numbers into a cloud as if a site had sent them: preparation.

    Returns:
        How many there were.
    """
    ids, place = SystemIds(SystemClock()), 0
    by = {"site": site_name, "user": "ketoan", "workstation": "may1"}
    batch: list[str] = []

    def send() -> None:
        message = {"site": site_name, "first": place - len(batch) + 1, "changes": batch}
        cloud.push(orjson.dumps(message))
        batch.clear()

    for id, body in receipts:
        place += 1
        text = BareReceipt.model_validate_json(
            orjson.dumps({**body, "voucher_date": body["posting_date"]})
        ).text()
        change = {"record_id": id, "body": text, "change_id": ids.new(), "provenance": by}
        batch.append(orjson.dumps(change).decode())
        if len(batch) == BATCH:
            send()
    if batch:
        send()
    return place
