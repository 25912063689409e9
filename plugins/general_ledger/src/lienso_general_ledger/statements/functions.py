"""The functions that formulas call, over items and turns (`reference/README.md` §2, §3).

All are sums of integers; none looks at a single entry but `DISPOSAL_OFFSET`, which needs the vouchers of
disposals.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lienso import Prefix

from ..balances import LEDGER_BOOK
from .facts import Facts
from .grammar import Call, Filter
from .items import ByAccount, Item, Items, Turn
from .rules import Leg

_ATTRIBUTES = ("term", "cf", "cash_equiv", "of", "loan", "liability")
_BY_ACCOUNT = ("account", *_ATTRIBUTES)
_BY_OBJECT = ("account", "object", "term", "cf", "cash_equiv", "loan")

ITEM_KEYS = (*_ATTRIBUTES, "except")
ALLOWED: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("DR", "CR", "DR_ACC", "CR_ACC", "DR_OBJ", "CR_OBJ"), ITEM_KEYS),
    **dict.fromkeys(("NETDR", "NETCR"), ITEM_KEYS),
    **dict.fromkeys(("DR_DIM", "CR_DIM"), (*ITEM_KEYS, "by")),
    **dict.fromkeys(("TDR", "TCR", "TDR_ALL", "TCR_ALL"), ("op", "contra", "cash_equiv")),
    "TURN": ("op", "cf"),
    "REVAL": ITEM_KEYS,
    "NONOP": (),
}
"""Function → filters it understands."""

DIMENSIONS = ("object", "contract")
"""What DR_DIM and CR_DIM may be told apart by, besides the attributes: the totals know these."""

ASSET_DISPOSAL = "asset_disposal"
INTEREST = "interest_expense"


@dataclass(frozen=True, slots=True)
class Group:
    """Items that a balance function nets with one another, and what it makes of them.

    Attributes:
        net: debit less credit. ``taken``: whether the function counts it on its side.
    """

    items: tuple[Item, ...]
    net: int
    taken: bool


@dataclass(frozen=True)
class Column:
    """The books behind one column of a statement.

    Attributes:
        first, last: days of the period; a balance at the start is that before ``first``.
        interim: the period is a part of a year.
        known: values of functions that were computed: both cash flow statements ask for the same ones.
    """

    facts: Facts
    first: datetime.date
    last: datetime.date
    interim: bool = False
    known: dict[tuple[Call, bool], int] = field(default_factory=dict, init=False, repr=False)

    def items(self, at_open: bool) -> Items:
        """Return the items at the start or at the end."""
        return self.facts.opening(self.first) if at_open else self.facts.closing(self.last)

    @property
    def turns(self) -> ByAccount[Turn]:
        """The turnover of the period."""
        return self.facts.turns(self.first, self.last)


class Part(NamedTuple):
    """What an account adds to a function's value, against one account where it is turnover, đồng."""

    account: str
    contra: str
    amount: int


def call(column: Column, wanted: Call, at_open: bool) -> int:
    """Return the value of a function that has no formula inside.

    Args:
        at_open: balances are taken at the start of the period.
    """
    key = (wanted, at_open)
    if key not in column.known:
        column.known[key] = sum(part.amount for part in parts(column, wanted, at_open))
    return column.known[key]


def parts(column: Column, wanted: Call, at_open: bool) -> Iterator[Part]:
    """Yield what accounts add to a function that has no formula inside; their sum is its value."""
    made = _FLOWS.get(wanted.name)
    if made is not None:
        yield from made(column, wanted)
        return
    side = _side(wanted.name)
    for group in groups(column, wanted, at_open):
        if group.taken:
            for item in group.items:
                yield Part(item.account, "", side * item.amount)


# -- balances -------------------------------------------------------------------------------------

_GROUPED: Mapping[str, tuple[str, ...]] = {
    "DR": (),
    "CR": (),
    "DR_ACC": _BY_ACCOUNT,
    "CR_ACC": _BY_ACCOUNT,
    "DR_OBJ": _BY_OBJECT,
    "CR_OBJ": _BY_OBJECT,
    "DR_DIM": ("account",),
    "CR_DIM": ("account",),
}


def _side(name: str) -> int:
    return -1 if "CR" in name else 1


def groups(column: Column, wanted: Call, at_open: bool) -> list[Group]:
    """Return what a balance function adds up, netted as it nets."""
    regime = column.facts.regime
    at_open = wanted.point == "open" or (at_open and wanted.point != "close")
    names = (*_GROUPED.get(wanted.name, ()), *_by(wanted))
    items = _summed(column.items(at_open), wanted, names).under(regime.accounts(wanted.accounts))
    found: dict[tuple[str, ...], list[Item]] = {}
    for item in items:
        if all(_holds(one, item) for one in wanted.filters):
            key = tuple(getattr(item, name) for name in names)
            found.setdefault(key, []).append(item)
    side, always = _side(wanted.name), wanted.name.startswith("NET")
    made = []
    for its in found.values():
        net = sum(item.amount for item in its)
        made.append(Group(tuple(its), net, always or side * net > 0))
    return made


def _summed(items: Items, wanted: Call, names: tuple[str, ...]) -> ByAccount[Item]:
    """Return items as far as they may be added up before a function looks at them."""
    if not {"object", "contract"} & set(names):
        return items.by_attributes
    apart = any(one.key in ("of", "liability") for one in wanted.filters)
    return items if apart or names != _BY_OBJECT else items.by_side


def _by(wanted: Call) -> tuple[str, ...]:
    return next((one.values for one in wanted.filters if one.key == "by"), ())


def _holds(one: Filter, item: Any) -> bool:
    """Tell whether an item or a turn meets a filter by its own attributes."""
    if one.key == "by":
        return True
    if one.key == "except":
        return not item.account.startswith(one.values)
    value = getattr(item, one.key)
    if one.key == "of":
        return bool(value.startswith(one.values)) != one.unlike
    return (value in one.values) != one.unlike


# -- turnover -------------------------------------------------------------------------------------


def _turnover(column: Column, wanted: Call) -> Iterator[Part]:
    debit = wanted.name.startswith("TDR")
    with_closing = wanted.name.endswith("_ALL")
    accept = _accepts(column, wanted)
    for turn in column.turns.under(column.facts.regime.accounts(wanted.accounts)):
        if (with_closing or not turn.closing) and accept(turn):
            yield Part(turn.account, turn.contra, turn.debit if debit else turn.credit)


def _turn(column: Column, wanted: Call) -> Iterator[Part]:
    regime = column.facts.regime
    contra, accept = regime.accounts(wanted.contra), _accepts(column, wanted)
    for turn in column.turns.under(regime.accounts(wanted.accounts)):
        if turn.contra.startswith(contra) and accept(turn):
            yield Part(turn.account, turn.contra, turn.debit)


def _accepts(column: Column, wanted: Call) -> Callable[[Turn], bool]:
    """Return the test of a turnover function's filters."""
    ops = column.facts.regime.sets["ops"]
    tests: list[Callable[[Turn], bool]] = []
    for one in wanted.filters:
        values = one.values
        if one.key == "op":
            listed = {op for name in values for op in ops.get(name.removeprefix("@"), (name,))}
            tests.append(lambda turn, s=listed, u=one.unlike: (turn.op in s) != u)
        elif one.key == "contra":
            tests.append(lambda turn, s=values, u=one.unlike: turn.contra.startswith(s) != u)
        elif one.key == "cash_equiv":
            tests.append(lambda turn, s=values, u=one.unlike: (turn.cash_equiv in s) != u)
        elif one.key == "cf":
            tests.append(
                lambda turn, s=values, u=one.unlike: (turn.cf in s or turn.contra_cf in s) != u
            )
    return lambda turn: all(test(turn) for test in tests)


def _cash(column: Column, wanted: Call) -> Iterator[Part]:
    for turn, leg in flows(column):
        if leg.rule is not None and leg.rule.code == wanted.code:
            yield Part(turn.account, turn.contra, _signed(leg))


def _signed(leg: Leg) -> int:
    return leg.amount if leg.direction == "in" else -leg.amount


def flows(column: Column) -> Iterator[tuple[Turn, Leg]]:
    """Yield every flow of money of the period by its item, with its turn."""
    rules = column.facts.rules
    for turn in column.turns.all():
        for leg in rules.legs(turn):
            yield turn, leg


def _reval(column: Column, wanted: Call) -> Iterator[Part]:
    for turn in column.turns.under(column.facts.regime.accounts(wanted.accounts)):
        if turn.revaluation and all(_holds(one, turn) for one in wanted.filters):
            yield Part(turn.account, turn.contra, turn.debit - turn.credit)


# -- what makes both cash-flow methods agree ----------------------------------------------------------


class _Lists:
    """The lists of §3, with the tests that use them."""

    def __init__(self, facts: Facts) -> None:
        sets = facts.regime.sets
        accounts = sets["accounts"]
        self.rules = facts.rules
        self.operating = tuple(sets["operating"]["accounts"])
        self.not_operating = tuple(sets["operating"]["except"])
        self.result = tuple(accounts["result"])
        self.wear = tuple(accounts["wear"])
        self.wear_in_stock = tuple(accounts["wear_in_stock"])
        self.wear_if_investing = tuple(accounts.get("wear_if_investing", ()))
        self.investing_result = frozenset((*sets["ops"]["investing_result"], INTEREST))
        self.bypass = frozenset(sets["bypass_ops"])

    def is_operating(self, account: str, cf: str, cash: bool) -> bool:
        return (
            not cash
            and cf == "operating"
            and account.startswith(self.operating)
            and not account.startswith(self.not_operating)
        )

    def is_wear(self, turn: Turn) -> bool:
        """Tell whether what stands across is wear of an asset."""
        if turn.contra.startswith(self.wear):
            return True
        investing = turn.contra_cf == "investing"
        return investing and turn.contra.startswith(self.wear_if_investing)


def _nonop(column: Column, wanted: Call) -> Iterator[Part]:
    lists = _Lists(column.facts)
    for turn in column.turns.under(column.facts.regime.accounts(wanted.accounts)):
        if turn.closing or not lists.is_operating(turn.account, turn.cf, turn.cash):
            continue
        if not turn.revaluation and (lists.rules.bypasses(turn) or turn.contra_cash):
            yield Part(turn.account, turn.contra, _not_plain(lists, turn))
        elif _is_nonop(lists, turn):
            yield Part(turn.account, turn.contra, turn.debit - turn.credit)


def _not_plain(lists: _Lists, turn: Turn) -> int:
    """Return debit less credit of the legs whose code is none of the plain operating ones."""
    return -sum(
        _signed(leg) for leg in lists.rules.legs(turn) if not lists.rules.is_plain(leg.rule)
    )


def _is_nonop(lists: _Lists, turn: Turn) -> bool:
    if turn.revaluation:
        return True
    if turn.contra.startswith(lists.result):
        return turn.op in lists.investing_result
    if lists.is_operating(turn.contra, turn.contra_cf, turn.contra_cash):
        return False
    worn = turn.contra.startswith(lists.wear) and turn.account.startswith(lists.wear_in_stock)
    return not worn


def _other_noncash(column: Column, _wanted: Call) -> Iterator[Part]:
    lists = _Lists(column.facts)
    for turn in column.turns.under(lists.result):
        if turn.closing or turn.revaluation or turn.contra_cash:
            continue
        if turn.contra.startswith((*lists.result, "911", "413")):
            continue
        if lists.is_operating(turn.contra, turn.contra_cf, turn.contra_cash):
            continue
        if lists.is_wear(turn) or turn.op in lists.investing_result or turn.op in lists.bypass:
            continue
        yield Part(turn.account, turn.contra, turn.credit - turn.debit)


# -- offsets --------------------------------------------------------------------------------------


def _disposal_offset(column: Column, _wanted: Call) -> Iterator[Part]:
    """Σ over disposals of the smaller of income (711) and cost (811); read only where there are any."""
    marked = column.turns.under(("711", "811"))
    if not any(turn.op == ASSET_DISPOSAL and not turn.closing for turn in marked):
        return
    facts = column.facts
    found: dict[str, list[int]] = {}
    for posted in facts.view.book(LEDGER_BOOK).entries(
        where={
            **facts.scope.where,
            "op": ASSET_DISPOSAL,
            "account": [Prefix("711"), Prefix("811")],
        },
        date_from=column.first,
        date_to=column.last,
    ):
        entry = posted.entry
        if entry.dimensions.get("closing"):
            continue
        key = entry.dimensions.get("asset") or posted.voucher_id
        income_and_cost = found.setdefault(key, [0, 0])
        moved = entry.measures.get("credit", 0) - entry.measures.get("debit", 0)
        if entry.dimensions["account"].startswith("711"):
            income_and_cost[0] += moved
        else:
            income_and_cost[1] -= moved
    for both in found.values():
        yield Part("711", "811", max(0, min(both)))


def _fx_offset(column: Column, _wanted: Call) -> Iterator[Part]:
    def moved(account: str) -> int:
        found: Iterable[Turn] = column.turns.under((account,))
        return sum(turn.credit - turn.debit for turn in found if turn.revaluation)

    yield Part("515", "635", max(0, min(moved("515"), -moved("635"))))


def _manual(_column: Column, _wanted: Call) -> Iterator[Part]:
    """Nothing is computed: the user types the value."""
    yield from ()


_FLOWS: Mapping[str, Callable[[Column, Call], Iterator[Part]]] = {
    **dict.fromkeys(("TDR", "TCR", "TDR_ALL", "TCR_ALL"), _turnover),
    "TURN": _turn,
    "CASH": _cash,
    "REVAL": _reval,
    "NONOP": _nonop,
    "OTHER_NONCASH": _other_noncash,
    "DISPOSAL_OFFSET": _disposal_offset,
    "FX_OFFSET": _fx_offset,
    "MANUAL": _manual,
}
