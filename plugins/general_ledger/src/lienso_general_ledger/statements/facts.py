"""What statements add up: balance items at a day and turnover of a period, read from totals.

A *balance item* is the entries of one account with the same object, contract and attributes
(`reference/README.md` §1); a *turn* is what one account moved against another. However many vouchers a
year has, there are only so many of either.
"""

from __future__ import annotations

import datetime
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar

from lienso.view import View

from ..balances import LEDGER_BOOK
from ..books import ATTRIBUTES
from ..openings import OPENING_NUMBER, opening_date
from ..pairs import year_after
from .combining import INTERNAL, Sums, eliminate, without_internal
from .forms import Regime
from .rules import Rules

_SIDES = ("debit", "credit")
_DAY = datetime.timedelta(days=1)
_ITEM = ("account", "object", "contract", "long_due", *ATTRIBUTES)
_TURN = (
    *("account", "contra_account", "op", "closing"),
    *ATTRIBUTES,
    *("contra_activity", "contra_cash_equiv"),
)
_CASH_EQUIV = ("1281", "1288")
_OF = {"TT99": ("2294", "2292")}
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


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose books: a ledger, and branches by id; None takes the whole company.

    Attributes:
        combined: of several units, whose balances and sales among themselves are left out.
    """

    ledger: str = "financial"
    branches: tuple[str, ...] | None = None
    combined: bool = False

    @property
    def where(self) -> dict[str, Any]:
        """The conditions of this scope."""
        found: dict[str, Any] = {"ledger": self.ledger}
        if self.branches is not None:
            found["branch"] = list(self.branches)
        return found


@dataclass(frozen=True, slots=True)
class Attributes:
    """Which accounts carry which attribute; on all others it counts as the default (§1)."""

    regime: Regime
    account_term: Callable[[str], str]

    def defaults(self, account: str) -> tuple[str, ...]:
        """Return the attributes of an item of which nothing was typed."""
        return (self.term(account, "", "", datetime.date.max), "operating", "no", "", "no", "no")

    def term(self, account: str, typed: str, long_due: str, day: datetime.date) -> str:
        """Return ``short`` or ``long`` as of a report date.

        The typed one, else by the due date, else the account's own. 242 of TT200 keeps what it was
        when it was paid.
        """
        if not account.startswith(self.regime.term_accounts):
            return "short"
        if typed:
            return typed
        kept = self.regime.name == "TT200" and account.startswith("242")
        if long_due and (kept or long_due > year_after(day).isoformat()):
            return "long"
        return self.account_term(account)

    def cf(self, account: str, activity: str) -> str:
        """Return the activity of an item: only operating items but VAT, taxes, allowances carry one."""
        if not activity or activity == "operating":
            return "operating"
        operating = tuple(self.regime.sets["operating"]["accounts"])
        fixed = account.startswith(("133", "229", "333", "352"))
        return activity if account.startswith(operating) and not fixed else "operating"

    def cash_equiv(self, account: str, flag: str) -> str:
        """Return ``yes`` or ``no``."""
        return _flag(account.startswith(_CASH_EQUIV), flag)

    def of(self, account: str, typed: str) -> str:
        """Return what an allowance is for."""
        return typed if account.startswith(_OF.get(self.regime.name, ("2294",))) else ""

    def loan(self, account: str, flag: str) -> str:
        """Return ``yes`` or ``no``."""
        allowed = bool(self.regime.sets.get("loan_allowed"))
        return _flag(allowed and account.startswith("1288"), flag)

    def liability(self, account: str, flag: str) -> str:
        """Return ``yes`` or ``no``."""
        return _flag(account.startswith(tuple(self.regime.sets["liability_allowed"])), flag)

    def is_cash(self, account: str, cash_equiv: str) -> bool:
        """Tell whether an item is money or an equivalent of it."""
        cash = self.regime.sets["cash"]
        if account.startswith(tuple(cash["always"])):
            return True
        return cash_equiv == "yes" and account.startswith(tuple(cash["if_cash_equiv"]))


def _flag(allowed: bool, flag: str) -> str:
    return "yes" if allowed and flag in ("1", "yes", "true") else "no"


class Facts:
    """Items and turnover of a scope, as the formulas of a regime see them; each read once."""

    def __init__(self, view: View, regime: Regime, scope: Scope) -> None:
        self.view, self.regime, self.scope = view, regime, scope
        self.rules = Rules(regime)
        self.attributes = Attributes(regime, _account_terms(view))
        self._items: dict[tuple[datetime.date, datetime.date | None], Items] = {}
        self._turns: dict[tuple[datetime.date, datetime.date], ByAccount[Turn]] = {}

    def closing(self, day: datetime.date) -> Items:
        """Return the items at the end of a day."""
        key = (day, None)
        if key not in self._items:
            self._items[key] = self._judged(self._sums(day), day)
        return self._items[key]

    def opening(self, day: datetime.date) -> Items:
        """Return the items before a day; opening balances dated later are opening all the same."""
        before = day - _DAY
        first = opening_date(self.view)
        if day > first:
            return self.closing(before)
        key = (before, first)
        if key not in self._items:
            sums = dict(self._sums(before))
            own = {**self.scope.where, "number": OPENING_NUMBER}
            book = self.view.book(LEDGER_BOOK)
            for found, sides in book.sum(
                _SIDES, by=_ITEM, where=own, date_from=day, date_to=first
            ).items():
                there = sums.get(found, (0, 0))
                sums[found] = (there[0] + sides[0], there[1] + sides[1])
            self._items[key] = self._judged(sums, before)
        return self._items[key]

    def _sums(self, day: datetime.date) -> Mapping[tuple[str, ...], tuple[int, ...]]:
        book = self.view.book(LEDGER_BOOK)
        return book.sum(_SIDES, by=_ITEM, where=self.scope.where, date_to=day)

    def _judged(self, sums: Mapping[tuple[str, ...], tuple[int, ...]], day: datetime.date) -> Items:
        its = self.attributes
        amounts: dict[tuple[str, ...], int] = {}
        untyped: dict[tuple[str, ...], int] = {}
        defaults: dict[str, tuple[str, ...]] = {}
        for key, (debit, credit) in sums.items():
            account, typed = key[0], key[3:]
            if any(typed):
                found = self._attributes(account, typed, day)
            else:
                # Nearly all items: what nothing typed means is found once an account.
                found = defaults.get(account) or defaults.setdefault(account, its.defaults(account))
            item = key[:3] + found
            by_term = not typed[1] and not (typed[0] and found[0] == "long")
            kept = untyped if by_term else amounts
            kept[item] = kept.get(item, 0) + debit - credit
        _settle(amounts, untyped)
        if self.scope.combined:
            eliminate(amounts)
        return Items(Item(*item, amount) for item, amount in amounts.items() if amount)

    def _attributes(
        self, account: str, typed: tuple[str, ...], day: datetime.date
    ) -> tuple[str, ...]:
        its = self.attributes
        long_due, term, activity, equiv, of, loan, liability = typed
        return (
            its.term(account, term, long_due, day),
            its.cf(account, activity),
            its.cash_equiv(account, equiv),
            its.of(account, of),
            its.loan(account, loan),
            its.liability(account, liability),
        )

    def turns(self, first: datetime.date, last: datetime.date) -> ByAccount[Turn]:
        """Return what moved from a day to a day, both inclusive, opening balances left out."""
        key = (first, last)
        if key not in self._turns:
            book = self.view.book(LEDGER_BOOK)
            where, days = self.scope.where, {"date_from": first, "date_to": last}
            sums: Sums = book.sum(_SIDES, by=_TURN, where=where, **days)
            if self.scope.combined:
                own = book.sum(_SIDES, by=_TURN, where={**where, **INTERNAL}, **days)
                sums = without_internal(sums, own)
            self._turns[key] = ByAccount(self._turned(sums, last))
        return self._turns[key]

    def _turned(
        self, sums: Mapping[tuple[str, ...], tuple[int, ...]], day: datetime.date
    ) -> Iterator[Turn]:
        its = self.attributes
        merged: dict[tuple[Any, ...], list[int]] = {}
        for found, (debit, credit) in sums.items():
            account, contra, op, closing, term, activity, equiv, of, loan, liability = found[:10]
            if not contra:
                continue
            contra_activity = found[10] or activity
            cash_equiv = its.cash_equiv(account, equiv)
            contra_equiv = its.cash_equiv(contra, found[11] or equiv)
            cash = its.is_cash(account, cash_equiv)
            contra_cash = its.is_cash(contra, contra_equiv)
            cf, contra_cf = its.cf(account, activity), its.cf(contra, contra_activity)
            part = Turn(
                *(account, contra, op, bool(closing)),
                *(its.term(account, term, "", day), cf, cash_equiv, its.of(account, of)),
                *(its.loan(account, loan), its.liability(account, liability)),
                *(contra_cf, cash, contra_cash, False, debit, credit),
            )
            raw = contra_activity if cash else activity
            for turn in self._with_op(part, raw):
                sides = merged.setdefault(turn[:-2], [0, 0])
                sides[0] += turn.debit
                sides[1] += turn.credit
        return (Turn(*key, *sides) for key, sides in merged.items() if any(sides))

    def _with_op(self, turn: Turn, activity: str) -> Iterator[Turn]:
        """Yield a turn with the op that counts, each side apart where a rule implies one."""
        turn = turn._replace(revaluation=self.rules.is_revaluation(turn))
        if turn.op or turn.cash == turn.contra_cash:
            yield turn
            return
        item, cf = (turn.contra, turn.contra_cf) if turn.cash else (turn.account, turn.cf)
        for side, amount in (("debit", turn.debit), ("credit", turn.credit)):
            if amount:
                # Cash on the debit is an inflow by the item across; an item on the debit an outflow.
                inward = (side == "debit") == turn.cash
                op = self.rules.implied_op("in" if inward else "out", item, cf, activity)
                only = {"debit": 0, "credit": 0} | {side: amount}
                yield turn._replace(op=op, **only)


def _settle(amounts: dict[tuple[str, ...], int], untyped: dict[tuple[str, ...], int]) -> None:
    """Put what was typed without a term into the items, a settlement into the one that it settles.

    A payment without tags must not split one debt into two sides (`reference/README.md` §1): where it
    lowers the only open item of its account and object, it is a part of that, whatever its term.
    """
    for item, amount in untyped.items():
        other = (*item[:3], "long" if item[3] == "short" else "short", *item[4:])
        opened = amounts.get(other, 0)
        if opened and (opened > 0) != (amount > 0) and not amounts.get(item):
            rest = opened + amount
            settled = abs(amount) <= abs(opened)
            amounts[other], amounts[item] = (rest, 0) if settled else (0, rest)
        else:
            amounts[item] = amounts.get(item, 0) + amount


def _account_terms(view: View) -> Callable[[str], str]:
    known: dict[str, str] = {}

    def term(account: str) -> str:
        """Return the term of an account's items, its own or that of the account above it."""
        if account not in known:
            found = view.by_code("account", account)
            own = "auto" if found is None else found.data.term
            above = account[:-1] if own == "auto" and len(account) > 3 else ""
            known[account] = (term(above) if above else "short") if own == "auto" else own
        return known[account]

    return term
