"""The books as if income and expenses were closed at the end of every period that is looked at.

For analysis before the closing: nothing is written; the closing of §4.1 is done on sums alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from .facts import Facts
from .items import Item, Items, Turn

_DAY = datetime.timedelta(days=1)
_SUM, _PROFIT = "911", "4212"


class AssumedClosed(Facts):
    """Facts in which every result account is closed to 911 and this to 421."""

    def not_closed(self, day: datetime.date) -> dict[str, int]:
        """Return the balances that results still have at the end of a day, by account, đồng."""
        result = (*self.regime.sets["accounts"]["result"], "821", _SUM)
        found: dict[str, int] = {}
        for item in super().closing(day).by_attributes.under(result):
            found[item.account] = found.get(item.account, 0) + item.amount
        return {account: amount for account, amount in found.items() if amount}

    def closing(self, day: datetime.date) -> Items:
        """Return the items at the end of a day, the result on the profit account."""
        items = super().closing(day)
        left = self.not_closed(day)
        if not left:
            return items
        kept = [item for item in items.all() if item.account not in left]
        return Items([*kept, Item(self._profit, "", "", *self._plain, sum(left.values()))])

    def _between(self, first: datetime.date, last: datetime.date, **more: Any) -> list[Turn]:
        """Return what moved, and the closing of what is left of it."""
        before, after = self.not_closed(first - _DAY), self.not_closed(last)
        left = {
            account: amount
            for account in {*before, *after}
            if (amount := after.get(account, 0) - before.get(account, 0))
        }
        return [*super()._between(first, last, **more), *(() if more else self._closed(left))]

    def _closed(self, left: dict[str, int]) -> Iterator[Turn]:
        """Yield both sides of the closing: deductions to 511, all to 911, this to 421."""
        balances = dict(left)
        for account in [one for one in balances if one.startswith("521")]:
            yield from self._moved(balances, account, self._sales)
        for account in [one for one in balances if one != _SUM and balances[one]]:
            yield from self._moved(balances, account, _SUM)
        yield from self._moved(balances, _SUM, self._profit)

    def _moved(self, balances: dict[str, int], source: str, target: str) -> Iterator[Turn]:
        amount = balances.pop(source, 0)
        balances[target] = balances.get(target, 0) + amount
        debit, credit = (target, source) if amount > 0 else (source, target)
        size = abs(amount)
        if size:
            yield self._turn(debit, credit, size, 0)
            yield self._turn(credit, debit, 0, size)

    def _turn(self, account: str, contra: str, debit: int, credit: int) -> Turn:
        flags = ("operating", False, False, False)
        return Turn(account, contra, "", True, *self._plain, *flags, debit, credit)

    @property
    def _plain(self) -> tuple[str, ...]:
        return ("short", "operating", "no", "", "no", "no")

    @property
    def _sales(self) -> str:
        return "511" if self.regime.name == "TT99" else "5111"

    @property
    def _profit(self) -> str:
        return _PROFIT
