"""By what operating costs are shared: revenue, cost, quantity … of each target."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from lienso import Prefix
from lienso.view import View
from lienso_catalog import regime_of

from ..balances import LEDGER_BOOK
from ..lines import QTY_SCALE
from .records import Target

REVENUE = ("511", "521")
COST_OF_GOODS = ("632",)
DIRECT: Mapping[str, tuple[str, ...]] = {"TT133": ("154",)}
DIRECT_USUAL = ("621", "622", "623", "627")
_SIDES = ("debit", "credit")


class Measured:
    """What a period moved by target, without closing rows.

    Attributes:
        where: ledger and branch. ``dimension``: of the ledger that tells targets apart.
    """

    def __init__(
        self,
        view: View,
        where: Mapping[str, Any],
        span: tuple[datetime.date, datetime.date],
        target: Target,
    ) -> None:
        self._view, self._where, self._span = view, where, span
        self._target = target
        self.dimension = "item" if target == "item_group" else target

    def by(self, criterion: str) -> dict[str, Decimal]:
        """Return the weight of each target (id); targets that moved nothing are left out."""
        if criterion == "quantity":
            return self._grouped(self._quantities())
        if criterion == "gross_profit":
            revenue, cost = self.by("revenue"), self.by("cost_of_goods")
            return {
                id: revenue.get(id, Decimal(0)) - cost.get(id, Decimal(0))
                for id in {**revenue, **cost}
            }
        if criterion == "revenue":
            return self._grouped({id: -amount for id, amount in self._net(REVENUE).items()})
        if criterion == "cost_of_goods":
            return self._grouped(self._net(COST_OF_GOODS))
        codes = DIRECT.get(regime_of(self._view), DIRECT_USUAL)
        return self._grouped({id: debit for id, (debit, _credit) in self._sums(codes).items()})

    def _sums(self, codes: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
        where = {**self._where, "account": [Prefix(code) for code in codes], "closing": ""}
        start, stop = self._span
        sums = self._view.book(LEDGER_BOOK).sum(
            _SIDES, by=(self.dimension,), where=where, date_from=start, date_to=stop
        )
        return {id: row for (id,), row in sums.items() if id}

    def _net(self, codes: tuple[str, ...]) -> dict[str, int]:
        return {id: debit - credit for id, (debit, credit) in self._sums(codes).items()}

    def _quantities(self) -> dict[str, Decimal]:
        """Return what was sold less what came back, in main units."""
        start, stop = self._span
        found: dict[str, Decimal] = {}
        for posted in self._view.book(LEDGER_BOOK).entries(
            where={**self._where, "account": [Prefix(code) for code in REVENUE], "closing": ""},
            date_from=start,
            date_to=stop,
        ):
            id = posted.entry.dimensions[self.dimension]
            qty = Decimal(posted.entry.measures["qty"]).scaleb(-QTY_SCALE)
            if id and qty:
                sign = 1 if posted.entry.side % 2 else -1
                found[id] = found.get(id, Decimal(0)) + sign * qty
        return found

    def _grouped(self, found: Mapping[str, Decimal | int]) -> dict[str, Decimal]:
        """Add items up by their first group; other targets stand as they are."""
        if self._target != "item_group":
            return {id: Decimal(weight) for id, weight in found.items()}
        sums: dict[str, Decimal] = {}
        for id, weight in found.items():
            item = self._view.get("item", id)
            groups = [] if item is None else item.data.groups
            if groups:
                sums[groups[0]] = sums.get(groups[0], Decimal(0)) + weight
        return sums
