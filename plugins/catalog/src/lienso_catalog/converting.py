"""Quantities of merged items in the main unit of the item that stays (spec `catalog.md` §4.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from lienso import Entry, Record, RecordType
from lienso.view import View

STOCK_BOOK = "stock"
QUANTITY = "qty"
PRICES = ("unit_price", "price", "unit_cost")
VALUES = ("amount", "value", "cost_amount")
"""Fields of a line that hold its price, and its value, which stays."""


class Converter:
    """What a merge does to lines and entries of the items that go.

    Attributes:
        converted: {voucher, line, old_qty, old_unit, qty, unit} of every line in another unit.
    """

    def __init__(
        self,
        view: View,
        target: Record[Any],
        sources: Sequence[Record[Any]],
        factors: Mapping[str, Decimal],
    ) -> None:
        self._view, self._target = view, target
        self._sources = {source.id: source for source in sources}
        self._factors = factors
        self._places = int(view.option("decimals.quantity"))
        self.converted: list[dict[str, Any]] = []

    def _rounded(self, value: Decimal) -> Decimal:
        return value.quantize(Decimal(1).scaleb(-self._places), ROUND_HALF_UP)

    # -- bodies -------------------------------------------------------------------------------------

    def body(
        self, record_type: RecordType, old: Mapping[str, Any], new: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Change the quantities of lines whose item goes."""
        made = dict(new)
        for name, rows in old.items():
            if isinstance(rows, list):
                made[name] = [
                    self._line(old, before, after)
                    if isinstance(before, Mapping) and before.get("item") in self._factors
                    else after
                    for before, after in zip(rows, made[name], strict=True)
                ]
        if old.get("item") in self._factors:
            made = self._line(old, old, made)
        return made

    def _line(
        self, body: Mapping[str, Any], old: Mapping[str, Any], new: Mapping[str, Any]
    ) -> dict[str, Any]:
        source = self._sources[old["item"]]
        factor, made = self._factors[source.id], dict(new)
        unit = old.get("unit") or source.data.unit
        if factor == 1 or old.get(QUANTITY) is None or unit != source.data.unit:
            return made
        qty = self._rounded(Decimal(old[QUANTITY]) * factor)
        made[QUANTITY] = format(qty, "f")
        if "unit" in old:
            made["unit"] = self._target.data.unit
        value = next((Decimal(old[name]) for name in VALUES if old.get(name) is not None), None)
        for name in PRICES:
            if old.get(name) is not None and value is not None and qty:
                made[name] = format((value / qty).quantize(Decimal("0.000001"), ROUND_HALF_UP), "f")
        for spec in made.get("specs") or ():
            if spec.get(QUANTITY) is not None:
                spec[QUANTITY] = format(self._rounded(Decimal(spec[QUANTITY]) * factor), "f")
        self.converted.append(
            {
                "voucher": body.get("no") or body.get("no_management") or "",
                "line": old.get("line", 0),
                "old_qty": old[QUANTITY],
                "old_unit": self._view.code("unit", unit),
                "qty": made[QUANTITY],
                "unit": self._view.code("unit", self._target.data.unit),
            }
        )
        return made

    def with_unit(self, body: Mapping[str, Any], source: Record[Any]) -> dict[str, Any]:
        """Add the source's main unit to the conversions of the target, where it is another one."""
        unit, own = source.data.unit, body.get("unit")
        there = list(body.get("conversions", []))
        if not unit or unit == own or any(row["unit"] == unit for row in there):
            return dict(body)
        factor = format(self._factors[source.id], "f")
        return {**body, "conversions": [*there, {"unit": unit, "factor": factor, "op": "multiply"}]}

    # -- entries --------------------------------------------------------------------------------------

    def entry(self, book: str, old: Entry, new: Entry) -> Entry:
        """Change the quantity of an entry; its value stays."""
        source = old.dimensions.get("item", "")
        qty = old.measures.get(QUANTITY)
        if source not in self._factors or qty is None:
            return new
        scale = self._view.books[book].measure(QUANTITY).scale
        exact = self._rounded(Decimal(qty).scaleb(-scale) * self._factors[source])
        measures = {**new.measures, QUANTITY: int(exact.scaleb(scale))}
        return replace(new, measures=measures)

    # -- the answer -----------------------------------------------------------------------------------

    def stock(self) -> list[dict[str, Any]]:
        """Return {item, warehouse, qty, value} of the target now."""
        return self._stock({"item": self._target.id})

    def opening_rows(self) -> list[dict[str, Any]]:
        """Return {item, warehouse, qty, value} of the target's openings now."""
        return self._stock({"item": self._target.id, "number": "OPN"})

    def _stock(self, where: Mapping[str, str]) -> list[dict[str, Any]]:
        if STOCK_BOOK not in self._view.books:
            return []
        measures = (QUANTITY, "value")
        scales = [self._view.books[STOCK_BOOK].measure(name) for name in measures]
        sums = self._view.book(STOCK_BOOK).sum(measures, by=("warehouse",), where=where)
        return [
            {
                "item": self._target.data.code,
                "warehouse": self._view.code("warehouse", warehouse),
                "qty": format(Decimal(qty).scaleb(-scales[0].scale).normalize(), "f"),
                "value": int(Decimal(value).scaleb(-scales[1].scale)),
            }
            for (warehouse,), (qty, value) in sorted(sums.items())
        ]
