"""Finding which lines of a statement are which vouchers: pure functions (spec §4, auto_match).

Tiers come one after the other, each looks at what is still open, and amounts must be equal to the
last unit, so that in meets in and out meets out. What may be two things is never chosen silently.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

SUBSET_MIN, SUBSET_MAX = 2, 6
SUBSET_STEPS_MAX = 100_000
"""Steps of one search for a subset (a tenth of a second); beyond it the line is proposed instead."""

INSIGNIFICANT = frozenset(
    [
        "cong",
        "ty",
        "tnhh",
        "cty",
        "cp",
        "co",
        "phan",
        "mtv",
        "mot",
        "thanh",
        "vien",
        "tm",
        "dv",
        "sx",
        "xnk",
        "thuong",
        "mai",
        "dich",
        "vu",
        "va",
        "san",
        "xuat",
        "jsc",
        "ltd",
        "llc",
        "corp",
        "group",
        "tap",
        "doan",
        "doanh",
        "nghiep",
        "dntn",
        "ho",
        "kinh",
        "doanh",
        "van",
        "thi",
        "ong",
        "ba",
    ]
)
"""Words that say nothing of whose money it is: legal forms, middle names."""


def words_of(text: str) -> list[str]:
    """Return the words of a text without accents, case and signs."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.findall(r"[a-z0-9]+", plain)


def _within(part: Sequence[str], whole: Sequence[str]) -> bool:
    size = len(part)
    return bool(size) and any(
        list(whole[at : at + size]) == list(part) for at in range(len(whole) - size + 1)
    )


@dataclass(frozen=True, slots=True)
class Line:
    """An open line of a statement.

    Attributes:
        amount: in positive, out negative. ``order``: place among lines of a day.
    """

    key: Hashable
    date: datetime.date
    amount: Decimal
    reference: str = ""
    text: str = ""
    order: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A voucher's movement on the account.

    Attributes:
        codes: whole codes and account numbers that name whom it is with. ``names``: his names.
    """

    key: Hashable
    no: str
    date: datetime.date
    amount: Decimal
    reference: str = ""
    codes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """Lines and items that are the same money."""

    lines: tuple[Line, ...]
    items: tuple[Item, ...]
    tier: str


@dataclass(slots=True)
class Answer:
    """What was matched, and what a person must choose from: (line, candidates)."""

    matched: list[Found] = field(default_factory=list)
    proposed: list[tuple[Line, tuple[Item, ...]]] = field(default_factory=list)


def is_named(item: Item, text: str) -> bool:
    """Tell whether a text names whom a voucher is with: a whole code or number, or two words in a row
    of his name that say something."""
    words = words_of(text)
    if any(_within(words_of(code), words) for code in item.codes):
        return True
    significant = [word for word in words if word not in INSIGNIFICANT]
    for name in item.names:
        own = [word for word in words_of(name) if word not in INSIGNIFICANT]
        if any(_within(own[at : at + 2], significant) for at in range(len(own) - 1)):
            return True
    return False


def auto_match(lines: Sequence[Line], items: Sequence[Item], days: int) -> Answer:
    """Match lines with vouchers by the tiers of the specification.

    Args:
        days: how far apart the days of a line and its voucher may be (``bank.match_days``).
    Returns:
        The same for the same sets, whatever their order.
    """
    return _Matching(lines, items, days).run()


class _Matching:
    """The open sets while tiers take from them."""

    def __init__(self, lines: Sequence[Line], items: Sequence[Item], days: int) -> None:
        self.lines = sorted(lines, key=lambda line: (line.date, line.order, str(line.key)))
        self.items = sorted(items, key=lambda item: (item.date, item.no, str(item.key)))
        self.days = days
        self.answer = Answer()
        self.held: set[Hashable] = set()
        """Keys of lines and items that a person must choose between."""

    def run(self) -> Answer:
        self._unique("reference", _by_reference)
        self._unique("same_day", lambda line, item: line.date == item.date)
        self._named()
        self._hold_ambiguous()
        self._near()
        self._subsets()
        self._subsets_reverse()
        return self.answer

    def _take(self, lines: Sequence[Line], items: Sequence[Item], tier: str) -> None:
        self.answer.matched.append(Found(tuple(lines), tuple(items), tier))
        gone = {("l", line.key) for line in lines} | {("i", item.key) for item in items}
        self.lines = [line for line in self.lines if ("l", line.key) not in gone]
        self.items = [item for item in self.items if ("i", item.key) not in gone]

    def _open(self) -> tuple[list[Line], list[Item]]:
        return (
            [line for line in self.lines if ("l", line.key) not in self.held],
            [item for item in self.items if ("i", item.key) not in self.held],
        )

    def _candidates(
        self, fits: Callable[[Line, Item], bool]
    ) -> tuple[list[tuple[Line, list[Item]]], dict[Hashable, list[Line]]]:
        """Return the items that fit each line, and the lines that fit each item."""
        by_amount: dict[Decimal, list[Item]] = defaultdict(list)
        for item in self.items:
            by_amount[item.amount].append(item)
        of_lines = [
            (line, [item for item in by_amount.get(line.amount, ()) if fits(line, item)])
            for line in self.lines
        ]
        of_items: dict[Hashable, list[Line]] = defaultdict(list)
        for line, its in of_lines:
            for item in its:
                of_items[item.key].append(line)
        return of_lines, of_items

    def _unique(self, tier: str, fits: Callable[[Line, Item], bool]) -> None:
        of_lines, of_items = self._candidates(fits)
        for line, its in of_lines:
            if len(its) == 1 and len(of_items[its[0].key]) == 1:
                self._take([line], its, tier)

    def _named(self) -> None:
        """Tier 2b: among several of one day, the one whose name stands in the text."""
        of_lines, _of_items = self._candidates(lambda line, item: line.date == item.date)
        named = [(line, [i for i in its if is_named(i, line.text)]) for line, its in of_lines]
        claims: dict[Hashable, int] = defaultdict(int)
        for _line, its in named:
            if len(its) == 1:
                claims[its[0].key] += 1
        for line, its in named:
            if len(its) == 1 and claims[its[0].key] == 1:
                self._take([line], its, "same_day_named")

    def _hold_ambiguous(self) -> None:
        """Several equal candidates on both sides: nobody may choose but a person."""
        of_lines, of_items = self._candidates(lambda line, item: line.date == item.date)
        for line, its in of_lines:
            if len(its) > 1 and any(len(of_items[item.key]) > 1 for item in its):
                self.answer.proposed.append((line, tuple(its)))
                self.held |= {("l", line.key), *(("i", item.key) for item in its)}

    def _near(self) -> None:
        """Tier 3: the nearest day, where line and voucher are each other's nearest."""
        while True:
            lines, items = self._open()
            by_amount: dict[Decimal, tuple[list[Line], list[Item]]] = {}
            for line in lines:
                by_amount.setdefault(line.amount, ([], []))[0].append(line)
            for item in items:
                by_amount.setdefault(item.amount, ([], []))[1].append(item)
            found = [
                pair
                for its_lines, its_items in by_amount.values()
                for pair in self._nearest(its_lines, its_items)
            ]
            if not found:
                return
            for line, item in sorted(found, key=lambda pair: (pair[0].date, pair[0].order)):
                self._take([line], [item], "near_day")

    def _nearest(self, lines: list[Line], items: list[Item]) -> Iterator[tuple[Line, Item]]:
        for line in lines:
            item = _best(items, lambda i, ln=line: self._rank(ln, i), lambda i, ln=line: is_named(i, ln.text))  # type: ignore[misc]  # fmt: skip
            if item is None:
                continue
            back = _best(lines, lambda ln, i=item: self._rank(ln, i), lambda ln, i=item: is_named(i, ln.text))  # type: ignore[misc]  # fmt: skip
            if back is line:
                yield line, item

    def _rank(self, line: Line, item: Item) -> tuple[int, int] | None:
        """Return how near two days are; a bank that books after the voucher is the usual way."""
        apart = (line.date - item.date).days
        return None if abs(apart) > self.days else (abs(apart), int(apart < 0))

    def _subsets(self) -> None:
        """Tier 4: one line is the sum of vouchers of its day (a batch)."""
        lines, _items = self._open()
        equal: dict[tuple[Any, ...], int] = defaultdict(int)
        for line in lines:
            equal[line.date, line.amount] += 1
        for line in lines:
            if equal[line.date, line.amount] > 1:
                continue  # Which of the two would have the batch?
            left = self._open()[1]
            its = [i for i in left if i.date == line.date and i.amount * line.amount > 0]
            subset, is_cut = one_subset([abs(i.amount) for i in its], abs(line.amount))
            if is_cut:
                self.answer.proposed.append((line, tuple(its)))
            elif subset:
                self._take([line], [its[at] for at in subset], "subset")

    def _subsets_reverse(self) -> None:
        """Tier 5: one voucher is the sum of lines near its day (instalments by the bank)."""
        _lines, items = self._open()
        equal: dict[tuple[Any, ...], int] = defaultdict(int)
        for item in items:
            equal[item.date, item.amount] += 1
        for item in items:
            if equal[item.date, item.amount] > 1:
                continue
            its = [
                line
                for line in self._open()[0]
                if line.amount * item.amount > 0 and self._rank(line, item) is not None
            ]
            subset, is_cut = one_subset([abs(ln.amount) for ln in its], abs(item.amount))
            if is_cut:
                self.answer.proposed += [(line, (item,)) for line in its]
            elif subset:
                self._take([its[at] for at in subset], [item], "subset_reverse")


def _by_reference(line: Line, item: Item) -> bool:
    if line.reference and item.reference and line.reference == item.reference:
        return True
    return _within(words_of(item.no), words_of(line.text))


def _best(
    found: Sequence[Any], rank: Callable[[Any], Any], named: Callable[[Any], bool]
) -> Any | None:
    """Return the one of the best rank; of several the one that is named, None when that leaves it open."""
    ranked = [(its, one) for one in found if (its := rank(one)) is not None]
    if not ranked:
        return None
    least = min(its for its, _one in ranked)
    best = [one for its, one in ranked if its == least]
    if len(best) > 1:
        best = [one for one in best if named(one)]
    return best[0] if len(best) == 1 else None


def one_subset(
    amounts: Sequence[Decimal], target: Decimal, steps_max: int = SUBSET_STEPS_MAX
) -> tuple[list[int], bool]:
    """Return the places of the only 2 to 6 amounts that add up to a target; empty: none, or several.

    Args:
        amounts: positive.
    Returns:
        The places, and whether the search was given up because there is too much to try.
    """
    order = sorted(
        (at for at in range(len(amounts)) if amounts[at] < target), key=lambda at: -amounts[at]
    )
    values = [amounts[at] for at in order]
    rest = [Decimal(0)] * (len(values) + 1)
    for at in range(len(values) - 1, -1, -1):
        rest[at] = rest[at + 1] + values[at]
    found: list[tuple[int, ...]] = []
    steps = 0
    stack: list[tuple[int, Decimal, tuple[int, ...]]] = [(0, target, ())]
    while stack:
        steps += 1
        if steps > steps_max:
            return [], True
        at, left, chosen = stack.pop()
        if not left:
            if len(chosen) >= SUBSET_MIN:
                found.append(chosen)
                if len(found) > 1:
                    return [], False
            continue
        room = SUBSET_MAX - len(chosen)
        if at == len(values) or not room or min(rest[at], values[at] * room) < left:
            continue
        stack.append((at + 1, left, chosen))
        if values[at] <= left:
            stack.append((at + 1, left - values[at], (*chosen, order[at])))
    return (sorted(found[0]) if found else []), False
