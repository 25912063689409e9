"""Balance items and turns, and looking them up by beginnings of their accounts (`reference/README.md` §1)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar

F = TypeVar("F", "Item", "Turn")


class Item(NamedTuple):
    """A balance item; ``amount`` is debit less credit, đồng."""

    account: str
    object: str
    contract: str
    term: str
    cf: str
    cash_equiv: str
    of: str
    loan: str
    liability: str
    amount: int


class Turn(NamedTuple):
    """What an account moved against another one in a period, đồng.

    Attributes:
        op: as it counts: the one typed, or what a rule or a tag of its activity implies.
        term: of the account's own item, like what follows it up to ``liability``.
        contra_cf: activity of the item across. ``cash``, ``contra_cash``: money or an equivalent.
    """

    account: str
    contra: str
    op: str
    closing: bool
    term: str
    cf: str
    cash_equiv: str
    of: str
    loan: str
    liability: str
    contra_cf: str
    cash: bool
    contra_cash: bool
    revaluation: bool
    debit: int
    credit: int


class ByAccount(Generic[F]):
    """Facts that can be had by beginnings of their accounts, each once, in the order of accounts."""

    def __init__(self, facts: Iterable[F]) -> None:
        self._of: dict[str, list[F]] = {}
        for fact in facts:
            self._of.setdefault(fact.account, []).append(fact)
        self.accounts = sorted(self._of)

    def under(self, prefixes: Sequence[str]) -> Iterator[F]:
        """Yield the facts of all accounts under any of these codes."""
        found: dict[str, None] = {}
        for prefix in prefixes:
            place = bisect_left(self.accounts, prefix)
            while place < len(self.accounts) and self.accounts[place].startswith(prefix):
                found[self.accounts[place]] = None
                place += 1
        for account in found:
            yield from self._of[account]

    def all(self) -> Iterator[F]:
        """Yield all facts."""
        for account in self.accounts:
            yield from self._of[account]


class Items(ByAccount[Item]):
    """Balance items, also added up as far as functions add them: a company has many objects."""

    @cached_property
    def by_attributes(self) -> ByAccount[Item]:
        """The items of an account with the same attributes as one, whatever their object."""
        return ByAccount(_collapsed(self.all(), lambda _item: ""))

    @cached_property
    def by_side(self) -> ByAccount[Item]:
        """The same, but objects in debit apart from those in credit: ``debit`` and ``credit`` are the
        objects of what comes out."""
        nets: dict[tuple[Any, ...], list[Any]] = {}
        for item in self.all():
            found = nets.setdefault(item[:2] + item[3:-1], [item, 0])
            found[1] += item.amount
        of_objects = (item._replace(amount=amount) for item, amount in nets.values())
        return ByAccount(
            _collapsed(of_objects, lambda item: "debit" if item.amount > 0 else "credit")
        )


def _collapsed(items: Iterable[Item], object_of: Callable[[Item], str]) -> Iterator[Item]:
    sums: dict[tuple[Any, ...], int] = {}
    for item in items:
        if item.amount:
            key = (item.account, object_of(item), "", *item[3:-1])
            sums[key] = sums.get(key, 0) + item.amount
    return (Item(*key, amount) for key, amount in sums.items() if amount)
