"""What the stock book says of items: their list, and when they may be followed by lot (spec §2.1b, §6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from lienso import LiensoError
from lienso.testing.kernels import cloud

from .moving import Books
from .test_spec_history import StockPlugin


@pytest.fixture
def head() -> Iterator[Books]:
    with cloud(("system", "catalog"), plugins={"warehouse_test": StockPlugin()}) as kernel:
        books = Books(kernel)
        for code in ("A", "B"):
            books.save("item", code=code, name=code, kind="goods", unit="cái")
        yield books


def receive(head: Books, item: str, qty: str, lot: str = "") -> None:
    line = {"line": 1, "item": item, "qty": qty, "lot": lot, "specs": [{"values": [], "qty": qty}]}
    slip = {"posting_date": "2026-02-01", "lines": [line]}
    head.kernel.save(head.by, "stock_slip", slip, post=("financial",))


def follow(head: Books, item: str, *fields: str) -> list[str]:
    record = head.get("item", item)
    try:
        head.save("item", record.id, **dict.fromkeys(fields, True))
    except LiensoError as error:
        return [found.field for found in error.findings if found.code == "stock_without_lot"]
    return []


def test_the_list_of_items_shows_what_is_in_stock(head: Books) -> None:
    receive(head, "A", "2.5")
    table = head.kernel.report(head.by, "catalog.items")
    names = [column.name for column in table.columns]
    rows: list[dict[str, Any]] = [dict(zip(names, row, strict=True)) for row in table.rows]

    assert [(r["code"], float(r["stock_quantity"]), r["stock_value"]) for r in rows] == [
        ("A", 2.5, 2_000),
        ("B", 0.0, 0),
    ]


def test_stock_without_a_lot_keeps_an_item_from_being_followed_by_lot(head: Books) -> None:
    receive(head, "A", "2")
    receive(head, "B", "2", lot="L1")

    assert follow(head, "A", "lot_tracking", "expiry_tracking") == [
        "lot_tracking",
        "expiry_tracking",
    ]
    assert follow(head, "B", "lot_tracking") == []
    receive(head, "A", "-2")
    assert follow(head, "A", "lot_tracking") == []
