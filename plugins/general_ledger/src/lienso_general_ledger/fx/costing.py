"""What foreign money that goes out has cost: the average of a period, or the running one.

Quotients are exact; each cost is rounded once. Who empties a holding takes all its đồng. Circulars
200/2014 art. 69, 133/2016 art. 52 and 99/2025 let the company choose between the two averages.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from lienso import Refused

from ..rounding import round_half_away

Key = tuple[str, str, str]
"""Account, bank account (id), currency."""


@dataclass(eq=False, slots=True)
class Outflow:
    """Foreign money that goes out, as typed.

    Attributes:
        to: the own account that it comes to, of a transfer; what comes in there has cost as much.
        cost: đồng, once it is known.
    """

    key: Key
    day: datetime.date
    fc: Decimal
    amount: int
    voucher: str
    line: int
    to: Key | None = None
    cost: int | None = None

    @property
    def difference(self) -> int:
        """Typed đồng less cost."""
        assert self.cost is not None, "it was costed"
        return self.amount - self.cost


@dataclass(eq=False, slots=True)
class Inflow:
    """Foreign money that comes in, or đồng alone (a revaluation).

    Attributes:
        source: the outflow that it is the other side of.
    """

    key: Key
    day: datetime.date
    fc: Decimal
    amount: int
    source: Outflow | None = None


@dataclass(slots=True)
class Holding:
    """What there is under a key: foreign units and đồng."""

    fc: Decimal = Decimal(0)
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Costed:
    """What is left under each key, and the average: of the period, or the last running one."""

    closing: Mapping[Key, Holding]
    rates: Mapping[Key, Fraction]


def period_average(
    opening: Mapping[Key, Holding], inflows: Sequence[Inflow], outflows: Sequence[Outflow]
) -> Costed:
    """Cost outflows by (opening + all that came in) / (its units).

    Money sent between own accounts comes in at cost, so that the averages of accounts depend on each
    other, even in a circle: they are found together.

    Raises:
        Refused: ``rate_undefined``, ``fc_negative``.
    """
    keys = _keys(opening, inflows, outflows)
    units = {key: _opening(opening, key).fc for key in keys}
    for inflow in inflows:
        units[inflow.key] += inflow.fc
    sending = {outflow.key for outflow in outflows}
    for key in keys:
        if key in sending and not units[key]:
            raise Refused("rate_undefined", {"account": key[0], "currency": key[2]})
    _refuse_negative(opening, inflows, outflows)
    known = _averages([key for key in keys if units[key]], units, opening, inflows)
    closing: dict[Key, Holding] = {}
    rates: dict[Key, Fraction] = {}
    for key in _sources_first(keys, inflows):
        whole = _opening(opening, key).amount
        for inflow in inflows:
            if inflow.key == key:
                whole += _worth(inflow, known)
        left = Holding(units[key], whole)
        if units[key]:
            rates[key] = Fraction(whole) / Fraction(units[key])
        for outflow in outflows:
            if outflow.key == key:
                _take(outflow, left, rates[key])
        closing[key] = left
    return Costed(closing, rates)


def moving_average(
    opening: Mapping[Key, Holding], inflows: Sequence[Inflow], outflows: Sequence[Outflow]
) -> Costed:
    """Cost each outflow by what is there before it; of a day what comes in comes first.

    Of a day's outflows, transfers between own accounts go first, in the order of entry.

    Raises:
        Refused: ``rate_undefined``, ``fc_negative``.
    """
    keys = {*opening, *(move.key for move in (*inflows, *outflows))}
    there = {key: Holding(_opening(opening, key).fc, _opening(opening, key).amount) for key in keys}
    arriving = {inflow.source: inflow for inflow in inflows if inflow.source is not None}
    for day in sorted({*(move.day for move in inflows), *(move.day for move in outflows)}):
        for inflow in inflows:
            if inflow.day == day and inflow.source is None:
                _add(there[inflow.key], inflow.fc, inflow.amount)
        todays = [outflow for outflow in outflows if outflow.day == day]
        for outflow in sorted(todays, key=lambda one: one.to is None):
            left = there[outflow.key]
            if not left.fc:
                raise Refused("rate_undefined", _place(outflow))
            if left.fc < outflow.fc:
                raise Refused("fc_negative", _place(outflow))
            _take(outflow, left, Fraction(left.amount) / Fraction(left.fc))
            if outflow in arriving:
                arrived = arriving[outflow]
                assert outflow.cost is not None, "it was just costed"
                _add(there[arrived.key], arrived.fc, outflow.cost)
    rates = {key: Fraction(one.amount) / Fraction(one.fc) for key, one in there.items() if one.fc}
    return Costed(there, rates)


def _keys(
    opening: Mapping[Key, Holding], inflows: Sequence[Inflow], outflows: Sequence[Outflow]
) -> list[Key]:
    """List the accounts that hold or move anything."""
    return sorted({*opening, *(move.key for move in inflows), *(move.key for move in outflows)})


def _opening(opening: Mapping[Key, Holding], key: Key) -> Holding:
    return opening.get(key) or Holding()


def _add(holding: Holding, fc: Decimal, amount: int) -> None:
    holding.fc += fc
    holding.amount += amount


def _take(outflow: Outflow, left: Holding, rate: Fraction) -> None:
    """Cost an outflow, unless its other side was costed already, and take it from what is left."""
    if outflow.cost is None:
        empties = left.fc == outflow.fc
        outflow.cost = left.amount if empties else round_half_away(Fraction(outflow.fc) * rate)
    left.fc -= outflow.fc
    left.amount -= outflow.cost


def _worth(inflow: Inflow, known: Mapping[Key, Fraction]) -> int:
    """Return the đồng of an inflow: typed, or the cost of what was sent.

    In a circle of accounts the sender may not be costed yet: its share is fixed by the averages here.
    """
    source = inflow.source
    if source is None:
        return inflow.amount
    if source.cost is None:
        source.cost = round_half_away(Fraction(source.fc) * known[source.key])
    return source.cost


def _sources_first(keys: Sequence[Key], inflows: Iterable[Inflow]) -> list[Key]:
    """Order accounts so that the sender of a transfer comes first; in a circle, by key."""
    waits: dict[Key, set[Key]] = {key: set() for key in keys}
    for inflow in inflows:
        if inflow.source is not None:
            waits[inflow.key].add(inflow.source.key)
    order: list[Key] = []
    todo = list(keys)
    while todo:
        free = next((key for key in todo if not waits[key] & set(todo) - {key}), todo[0])
        todo.remove(free)
        order.append(free)
    return order


def _averages(
    keys: Sequence[Key],
    units: Mapping[Key, Decimal],
    opening: Mapping[Key, Holding],
    inflows: Iterable[Inflow],
) -> dict[Key, Fraction]:
    """Solve units × rate − Σ units received × rate of the sender = đồng from outside, exactly."""
    place = {key: index for index, key in enumerate(keys)}
    size = len(keys)
    rows = [[Fraction(0)] * (size + 1) for _ in keys]
    for key, at in place.items():
        rows[at][at] = Fraction(units[key])
        rows[at][size] = Fraction(_opening(opening, key).amount)
    for inflow in inflows:
        index = place.get(inflow.key)
        if index is None:
            continue
        if inflow.source is None:
            rows[index][size] += inflow.amount
        else:
            rows[index][place[inflow.source.key]] -= Fraction(inflow.fc)
    for pivot in range(size):
        best = next((row for row in range(pivot, size) if rows[row][pivot]), None)
        if best is None:
            raise Refused("rate_undefined", {"account": keys[pivot][0], "currency": keys[pivot][2]})
        rows[pivot], rows[best] = rows[best], rows[pivot]
        for row in range(size):
            if row != pivot and rows[row][pivot]:
                factor = rows[row][pivot] / rows[pivot][pivot]
                rows[row] = [a - factor * b for a, b in zip(rows[row], rows[pivot], strict=True)]
    return {key: rows[at][size] / rows[at][at] for key, at in place.items()}


def _refuse_negative(
    opening: Mapping[Key, Holding], inflows: Sequence[Inflow], outflows: Sequence[Outflow]
) -> None:
    """Refuse when more goes out than is there; of a day what comes in comes first."""
    left = {key: holding.fc for key, holding in opening.items()}
    moves: list[tuple[datetime.date, int, Key, Decimal, Outflow | None]] = [
        *((move.day, 0, move.key, move.fc, None) for move in inflows),
        *((move.day, 1, move.key, -move.fc, move) for move in outflows),
    ]
    for _day, _last, key, fc, outflow in sorted(moves, key=lambda move: move[:2]):
        left[key] = left.get(key, Decimal(0)) + fc
        if outflow is not None and left[key] < 0:
            raise Refused("fc_negative", _place(outflow))


def _place(outflow: Outflow) -> dict[str, Any]:
    account, _bank, currency = outflow.key
    return {
        "date": outflow.day.isoformat(),
        "voucher": outflow.voucher,
        "account": account,
        "currency": currency,
    }
