"""What statements add up: balance items at a day and turnover of a period, read from totals.

A *balance item* is the entries of one account with the same object, contract and attributes
(`reference/README.md` §1); a *turn* is what one account moved against another. However many vouchers a
year has, there are only so many of either.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lienso import Prefix
from lienso.view import View

from ..balances import LEDGER_BOOK
from ..books import ATTRIBUTES
from ..openings import OPENING_NUMBER, opening_date
from ..pairs import year_after
from .combining import (
    CAPITAL,
    INTERNAL,
    OWN_CAPITAL,
    Sums,
    eliminate,
    without_closing,
    without_internal,
    without_transfers,
)
from .forms import Regime
from .items import ByAccount, Item, Items, Turn
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


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose books: a ledger, and branches by id; None takes the whole company.

    Attributes:
        combined: of several units, whose balances and sales among themselves are left out.
        units: those among them that have their capital from the company. ``head``: the branch above
            them, whose own capital is not of this scope; empty for the whole company.
    """

    ledger: str = "financial"
    branches: tuple[str, ...] | None = None
    combined: bool = False
    units: tuple[str, ...] = ()
    head: str = ""

    @property
    def where(self) -> dict[str, Any]:
        """The conditions of this scope."""
        found: dict[str, Any] = {"ledger": self.ledger}
        if self.branches is not None:
            found["branch"] = list(self.branches)
        return found

    @property
    def capital(self) -> dict[str, Any]:
        """The conditions of capital in the books of units."""
        return {"branch": list(self.units), "account": Prefix(OWN_CAPITAL)}

    @property
    def owed(self) -> dict[str, Any]:
        """The conditions of capital that the head owes outside of this scope; empty: there is none."""
        return {"branch": self.head, "account": Prefix(CAPITAL[1])} if self.head else {}


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
        return self._at(day, None)

    def opening(self, day: datetime.date) -> Items:
        """Return the items before a day; opening balances dated later are opening all the same."""
        first = opening_date(self.view)
        return self._at(day - _DAY, None if day > first else first)

    def _at(self, day: datetime.date, openings: datetime.date | None) -> Items:
        key = (day, openings)
        if key not in self._items:
            scope = self.scope
            amounts = self._amounts(*key)
            if scope.combined:
                own = self._amounts(*key, **scope.capital) if scope.units else {}
                outside = self._amounts(*key, **scope.owed) if scope.owed else {}
                eliminate(amounts, own, outside)
            self._items[key] = Items(
                Item(*its, amount) for its, amount in amounts.items() if amount
            )
        return self._items[key]

    def _sums(
        self, day: datetime.date, openings: datetime.date | None, where: Mapping[str, Any]
    ) -> Sums:
        """Return the sums up to a day, and of opening balances that are dated up to another."""
        book = self.view.book(LEDGER_BOOK)
        sums = dict(book.sum(_SIDES, by=_ITEM, where=where, date_to=day))
        if openings is not None:
            own = {**where, "number": OPENING_NUMBER}
            days = {"date_from": day + _DAY, "date_to": openings}
            for found, sides in book.sum(_SIDES, by=_ITEM, where=own, **days).items():
                there = sums.get(found, (0, 0))
                sums[found] = (there[0] + sides[0], there[1] + sides[1])
        return sums

    def _amounts(
        self, day: datetime.date, openings: datetime.date | None, **more: Any
    ) -> dict[tuple[str, ...], int]:
        """Return the balance of every item of the scope, or that meets more conditions, as of a day."""
        sums = self._sums(day, openings, {**self.scope.where, **more})
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
        return amounts

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
            moved = self._between(first, last)
            self._turns[key] = ByAccount(
                self._combined(moved, first, last) if self.scope.combined else moved
            )
        return self._turns[key]

    def _between(self, first: datetime.date, last: datetime.date, **more: Any) -> list[Turn]:
        """Return all turns of the scope, or those that meet more conditions."""
        where = {**self.scope.where, **more}
        days = {"date_from": first, "date_to": last}
        sums = self.view.book(LEDGER_BOOK).sum(_SIDES, by=_TURN, where=where, **days)
        return list(self._turned(sums, last))

    def _combined(self, moved: list[Turn], first: datetime.date, last: datetime.date) -> list[Turn]:
        """Return turns without what units sold and gave each other."""
        internal = self._between(first, last, **INTERNAL)
        left = without_closing(without_internal(moved, internal), internal)
        own = self._between(first, last, **self.scope.capital) if self.scope.units else []
        outside = self._between(first, last, **self.scope.owed) if self.scope.owed else []
        return without_transfers(left, own, outside)

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
