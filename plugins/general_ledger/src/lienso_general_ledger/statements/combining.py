"""Combined statements of a company and its dependent branches: what stands between them goes (spec §8).

Balances within the company (136 against 336) are left out as far as both sides agree; what one side has
and the other has not stays, so that the statements balance and the difference is seen. Capital that a
unit keeps on 411 stands for 3361 as far as 1361 has it (TT200 art. 112, lines 213, 334 and 411). Revenue
and costs whose rows are marked ``internal`` are left out of the results (TT200 art. 113: lines 01 and
11), money that units sent each other of the cash flows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from .items import Turn

K = TypeVar("K")
Sums = Mapping[tuple[str, ...], tuple[int, ...]]
Key = tuple[str, ...]

WITHIN = ("136", "336")
CAPITAL = ("1361", "3361")
"""Capital at dependent units and what these owe for it: lines of their own, whatever the term."""

OWN_CAPITAL = "411"
"""Where a unit may keep what it has of the company (TT200 art. 67)."""

RESULTS = ("5", "6", "7", "8")
INTERNAL = {"internal": "1"}
"""The condition of rows between units of the company."""


def eliminate(
    amounts: dict[Key, int], units: Mapping[Key, int], outside: Mapping[Key, int]
) -> None:
    """Take what debits and credits within the company agree on out of both, in the order of accounts.

    Args:
        amounts: balance items, keyed (account, object, contract, term …) → debit less credit, đồng.
        units: the part of ``amounts`` that is capital in the books of units.
        outside: the part of ``amounts`` that is owed to units outside of these.
    """
    groups: dict[str, list[tuple[Key, int]]] = {"capital": list(units.items())}
    for item, amount in amounts.items():
        if item[0].startswith(WITHIN):
            kind = "capital" if item[0].startswith(CAPITAL) else item[3]
            groups.setdefault(kind, []).append((item, amount - outside.get(item, 0)))
    for parts in groups.values():
        debits = [(item, amount) for item, amount in sorted(parts) if amount > 0]
        credits = [(item, -amount) for item, amount in sorted(parts) if amount < 0]
        agreed = min(sum(amount for _item, amount in side) for side in (debits, credits))
        for side, sign in ((debits, 1), (credits, -1)):
            for item, part in _shared(side, agreed):
                amounts[item] -= sign * part


def _shared(parts: Iterable[tuple[K, int]], total: int) -> Iterator[tuple[K, int]]:
    """Yield what each part, in its order, bears of a total."""
    for key, amount in parts:
        part = min(total, max(amount, 0))
        if part:
            yield key, part
        total -= part


def without_internal(turns: Iterable[Turn], internal: Iterable[Turn]) -> list[Turn]:
    """Return turnover without that of results between units, nor the rows across.

    Args:
        internal: the part of ``turns`` that is marked as between units of the company.
    """
    left: dict[tuple[object, ...], Turn] = {}
    for sign, turn in (*((1, turn) for turn in turns), *((-1, turn) for turn in internal)):
        if sign > 0 or turn.account.startswith(RESULTS) or turn.contra.startswith(RESULTS):
            there = left.get(turn[:-2], turn._replace(debit=0, credit=0))
            debit, credit = there.debit + sign * turn.debit, there.credit + sign * turn.credit
            left[turn[:-2]] = there._replace(debit=debit, credit=credit)
    return list(left.values())


def without_closing(turns: list[Turn], internal: Iterable[Turn]) -> list[Turn]:
    """Return turnover in which closing vouchers did not carry on the results between units.

    A closing does not tell them from others, so that they go out of the sum that it moved.
    """
    nets: dict[str, int] = {}
    for turn in internal:
        if turn.account.startswith(RESULTS) and not turn.closing:
            nets[turn.account] = nets.get(turn.account, 0) + turn.debit - turn.credit
    # Deductions are closed to revenue first, and are then a part of what it closes.
    for deductions in (True, False):
        for account in sorted(nets):
            if account.startswith("521") == deductions:
                _carry_less(turns, account, nets)
    return turns


def _carry_less(turns: list[Turn], account: str, nets: dict[str, int]) -> None:
    amount = nets[account]
    side = 1 if amount > 0 else 0
    closed = [
        (n, (turn.debit, turn.credit)[side])
        for n, turn in enumerate(turns)
        if turn.account == account and turn.closing
    ]
    for n, part in _shared(closed, abs(amount)):
        contra = turns[n].contra
        _reduce(turns, n, side, part)
        nets[contra] = nets.get(contra, 0) + (part if side else -part)


def without_transfers(
    turns: Iterable[Turn], units: Iterable[Turn], outside: Iterable[Turn]
) -> list[Turn]:
    """Return turnover without what units of the company gave each other: money, and capital of any kind.

    Both sides have booked it, one as given and one as received; as far as they agree both go, with the
    rows across, so that neither method of the cash flow statement sees them.

    Args:
        units: the part of ``turns`` that is capital in the books of units.
        outside: the part of ``turns`` that is owed to units outside of these.
    """
    left = list(turns)
    own = {turn[:-2]: (turn.debit, turn.credit) for turn in units}
    others = {turn[:-2]: turn for turn in outside}
    groups: dict[tuple[bool, bool], tuple[list[tuple[_Leg, int]], list[tuple[_Leg, int]]]] = {}
    for n in sorted(range(len(left)), key=lambda n: left[n].account):
        turn = left[n]
        within = turn.account.startswith(WITHIN)
        capital = turn.account.startswith(CAPITAL) or turn[:-2] in own
        if turn.closing or turn.revaluation or turn.contra.startswith(WITHIN):
            continue
        if not capital and not (within and turn.contra_cash):
            continue
        both = (turn.debit, turn.credit)
        if turn[:-2] in others:
            both = (both[0] - others[turn[:-2]].debit, both[1] - others[turn[:-2]].credit)
        for side, amount in enumerate(map(min, own.get(turn[:-2], both), both)):
            if amount > 0:
                legs = groups.setdefault((capital, turn.contra_cash), ([], []))
                legs[side].append(((n, side), amount))
    for legs in groups.values():
        agreed = min(sum(amount for _leg, amount in side) for side in legs)
        for given in legs:
            for (n, side), part in _shared(given, agreed):
                _reduce(left, n, side, part)
    return [turn for turn in left if turn.debit or turn.credit]


_Leg = tuple[int, int]
"""Place of a turn, and 0 for its debit, 1 for its credit."""


def _reduce(turns: list[Turn], n: int, side: int, amount: int) -> None:
    """Take an amount out of one side of a turn, and out of the other side of those across."""
    turn = turns[n]
    across = [
        ((m, 1 - side), (other.debit, other.credit)[1 - side])
        for m, other in enumerate(turns)
        if (other.account, other.contra) == (turn.contra, turn.account)
        and (other.contra_cf, other.op) == (turn.cf, turn.op)
    ]
    for (m, its), part in [((n, side), amount), *_shared(across, amount)]:
        one = turns[m]
        turns[m] = one._replace(
            debit=one.debit - (0 if its else part), credit=one.credit - (part if its else 0)
        )
