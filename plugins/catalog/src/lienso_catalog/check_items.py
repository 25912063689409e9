"""Rules of items, their units, specs and materials, and of warehouses (§2.1b)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lienso import Finding, Record
from lienso.view import View

from . import trees
from .check_accounts import changed, check_named_accounts
from .items import STOCKED, Item, SpecCode, Warehouse
from .types import TYPE_IDS

STOCK_BOOK = "stock"
STOCK_ACCOUNTS = "15"
"""Stock accounts are 151–158 in every regime."""

BOM_ITEMS_MAX = 5_000
"""Items that a look for circles visits: more than any product has parts."""


def check_item(record: Record[Item], before: Record[Item] | None, view: View) -> Iterator[Finding]:
    """Say what is wrong with an item."""
    yield from _check_unit(record)
    yield from _check_changes(record, before, view)
    yield from _check_stock_account(record)
    yield from check_named_accounts(record, before, view)
    yield from _check_vat_rate(record, before, view)
    yield from _check_bom(record, view)


def check_warehouse(
    record: Record[Warehouse], before: Record[Warehouse] | None, view: View
) -> Iterator[Finding]:
    """Say what is wrong with a warehouse."""
    yield from _check_stock_account(record)
    yield from check_named_accounts(record, before, view)


def _check_unit(record: Record[Item]) -> Iterator[Finding]:
    data = record.data
    if data.kind in STOCKED and not data.unit:
        yield Finding("error", "field_required", "unit", None, {"field": "unit"})
    seen = {data.unit}
    for index, conversion in enumerate(data.conversions):
        if conversion.unit in seen:
            yield Finding("error", "unit_duplicate", f"conversions.{index}.unit", index + 1)
        seen.add(conversion.unit)


def _check_changes(
    record: Record[Item], before: Record[Item] | None, view: View
) -> Iterator[Finding]:
    if before is None:
        return
    if record.data.kind != before.data.kind and has_moved(view, record.id):
        yield Finding("error", "kind_in_use", "kind")
    if record.data.unit != before.data.unit and has_moved(view, record.id):
        yield Finding("error", "unit_in_use", "unit")
    for name, dimension in (("lot_tracking", "lot"), ("expiry_tracking", "expiry")):
        switched_on = getattr(record.data, name) and not getattr(before.data, name)
        if switched_on and _stock_without(view, record.id, dimension):
            yield Finding("error", "stock_without_lot", name, None, {"item": record.data.code})
    if changed(record, before, "spec_columns") and _has_specs(view, record.id):
        yield Finding("error", "spec_in_use", "spec_columns")


def has_moved(view: View, id: str) -> bool:
    """Tell whether a voucher or document names the item, or in the cloud an entry of a book."""
    if any(record.type not in TYPE_IDS for record in view.referenced("item", id)):
        return True
    if view.role != "cloud":
        return False
    stock = view.book(STOCK_BOOK).entries(where={"item": id})
    return next(iter(stock), None) is not None or trees.in_ledger(view, "item", id, "")


def _stock_without(view: View, id: str, dimension: str) -> bool:
    """Tell whether there is stock of which lot or expiry is not known; only the cloud has a stock book."""
    if view.role != "cloud" or STOCK_BOOK not in view.books:
        return False
    book = view.books[STOCK_BOOK]
    if not any(one.name == dimension for one in (*book.dimensions, *book.extras)):
        return False
    sums = view.book(STOCK_BOOK).sum(("qty",), by=("warehouse",), where={"item": id, dimension: ""})
    return any(qty for (qty,) in sums.values())


def _has_specs(view: View, id: str) -> bool:
    return any(record.type == "spec_code" for record in view.referenced("item", id))


def _check_stock_account(record: Record[Any]) -> Iterator[Finding]:
    account = record.data.stock_account
    if account and not account.startswith(STOCK_ACCOUNTS):
        yield Finding("error", "account_not_stock", "stock_account", None, {"account": account})


def _check_vat_rate(
    record: Record[Item], before: Record[Item] | None, view: View
) -> Iterator[Finding]:
    rate = record.data.vat_rate
    if not rate or (before is not None and before.data.vat_rate == rate):
        return
    if view.by_code("vat_rate", rate) is None:
        values = {"type": "vat_rate", "value": rate, "field": "vat_rate"}
        yield Finding("error", "not_found", "vat_rate", None, values)


def _check_bom(record: Record[Item], view: View) -> Iterator[Finding]:
    """Look for the item among the parts of its parts."""
    if not record.data.bom:
        return
    waiting = [row.item for row in record.data.bom]
    seen: set[str] = set()
    while waiting and len(seen) < BOM_ITEMS_MAX:
        id = waiting.pop()
        if id == record.id:
            yield Finding("error", "bom_cycle", "bom", None, {"item": record.data.code})
            return
        if id in seen:
            continue
        seen.add(id)
        part = view.get("item", id)
        waiting += [] if part is None else [row.item for row in part.data.bom]


def check_spec_code(
    record: Record[SpecCode], before: Record[SpecCode] | None, view: View
) -> Iterator[Finding]:
    """Say what is wrong with spec values: as many as the item has columns, unique where it says so."""
    item = view.get("item", record.data.item)
    if item is None:
        return
    columns = item.data.spec_columns
    if not columns:
        yield Finding("error", "not_spec_tracked", "item", None, {"item": item.data.code})
        return
    if len(record.data.values) != len(columns):
        yield Finding("error", "spec_columns_differ", "values")
        return
    for other in view.find("spec_code", "item", equals=(record.data.item,)):
        if other.id == record.id:
            continue
        for column, mine, theirs in zip(
            columns, record.data.values, other.data.values, strict=False
        ):
            if column.unique and mine == theirs:
                yield Finding("error", "spec_code_exists", "values", None, {"value": mine})
                return
        if other.data.values == record.data.values:
            values = {"value": " / ".join(record.data.values)}
            yield Finding("error", "spec_code_exists", "values", None, values)
            return
