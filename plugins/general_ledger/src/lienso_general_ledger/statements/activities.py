"""Chọn hoạt động: the operation and activity of ledger pairs, by hand or by rule (spec §4.3).

Amounts, accounts and days stay, so that locked periods are no hindrance. An activity is of a balance item:
all entries of the item take it, whatever their day.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lienso import Prefix, Refused
from lienso.fields import Params
from lienso.model import Ledger
from lienso.session import Session
from lienso.storage import PostedEntry, RecordRef
from lienso.view import View
from lienso_catalog import regime_of
from pydantic import Field, model_validator

from ..balances import LEDGER_BOOK
from ..books import ATTRIBUTES
from ..lines import Activity
from . import computing, functions
from .facts import Facts
from .forms import GUESS

_Places = dict[RecordRef, dict[tuple[int, int], dict[str, str]]]


class Tag(Params):
    """What a pair is.

    Attributes:
        op: operation (table of ops, spec §4.3). ``activity``: of both sides where neither is named.
    """

    op: str | None = Field(default=None, max_length=100)
    activity: Activity | None = None
    debit_activity: Activity | None = None
    credit_activity: Activity | None = None


class TagItem(Tag):
    """One pair: ``pair`` (or ``pair_id``) is voucher/line, the voucher by number or id."""

    pair: str = ""
    pair_id: str = ""

    @property
    def named(self) -> str:
        """The pair as it was named."""
        return self.pair or self.pair_id


class TagRule(Tag):
    """All pairs between accounts, of an object; those tagged by hand stay as they are."""

    debit: str = ""
    credit: str = ""
    object: str | None = None

    @model_validator(mode="after")
    def _says_which(self) -> TagRule:
        if not (self.debit or self.credit):
            raise ValueError("a rule names the debit or the credit account")
        return self


class ActivityParams(Params):
    """The days the pairs are of, both inclusive, and what they are."""

    from_date: datetime.date
    to_date: datetime.date
    ledger: Ledger = "financial"
    items: list[TagItem] = Field(default_factory=list, max_length=5_000)
    rules: list[TagRule] = Field(default_factory=list, max_length=200)

    @model_validator(mode="after")
    def _in_order(self) -> ActivityParams:
        if self.from_date > self.to_date:
            raise ValueError("from_date is after to_date")
        return self


class ActivityResult(Params):
    """How many pairs were tagged, and what of the period is classed by a rule that is a guess.

    Attributes:
        guessed: cash pairs by account: ``debit``, ``credit``, ``op``, ``activity``, ``code`` (None:
            nothing classes it), ``amount``.
        offered: pairs without money or operation that credit a loan for a supplier, an asset, stock or a
            cost: ``debit``, ``credit``, ``op``, ``amount``. ``direct_payment`` is right where the lender
            paid, not for a finance lease or a transfer, so that nothing is tagged unasked.
    """

    tagged: int
    guessed: list[dict[str, Any]]
    offered: list[dict[str, Any]]


def choose_activities(params: ActivityParams, session: Session) -> ActivityResult:
    """Tag pairs, and their items with the activity chosen.

    Raises:
        Refused: ``pair_not_found``, ``nothing_tagged``.
    """
    view = session.view
    tagged = 0
    wanted: _Places = {}
    for item in params.items:
        pairs = list(_pairs_named(view, params, item))
        if not pairs:
            raise Refused("pair_not_found", {"pair": item.named})
        _check_says(item, item.named)
        tagged += len(pairs)
        _want(view, wanted, pairs, item, session.actor.user)
    for rule in params.rules:
        _check_says(rule, f"{rule.debit}/{rule.credit}")
        pairs = [pair for pair in _pairs_between(view, params, rule) if not _by_hand(pair)]
        tagged += len(pairs)
        _want(view, wanted, pairs, rule, "")
    for ref, marks in wanted.items():
        session.mark(LEDGER_BOOK, ref, marks, params.ledger)
    column = _column(view, params)
    return ActivityResult(tagged=tagged, guessed=_guessed(column), offered=_offered(column))


def _check_says(tag: Tag, pair: str) -> None:
    if not (tag.op or tag.activity or tag.debit_activity or tag.credit_activity):
        raise Refused("nothing_tagged", {"pair": pair})


# -- which pairs ----------------------------------------------------------------------------------

Pair = Sequence[PostedEntry]
"""Debit and credit entry."""


def _pairs_named(view: View, params: ActivityParams, item: TagItem) -> Iterator[Pair]:
    number, _, line = item.named.rpartition("/")
    record = view.by_number(number, params.ledger) if number and line.isdigit() else None
    if record is None:
        return
    posted = view.book(LEDGER_BOOK).entries(
        where={"ledger": params.ledger},
        date_from=params.from_date,
        date_to=params.to_date,
        voucher=record.id,
    )
    yield from _paired(one for one in posted if one.entry.line == int(line))


def _pairs_between(view: View, params: ActivityParams, rule: TagRule) -> Iterator[Pair]:
    """Yield the pairs of a rule; they are found by the account that it names, debit first."""
    own, other = (rule.debit, rule.credit) if rule.debit else (rule.credit, "")
    where: dict[str, Any] = {"ledger": params.ledger, "account": [Prefix(own)]}
    if other:
        where["contra_account"] = [Prefix(other)]
    if rule.object is not None:
        where["object"] = view.require("object", rule.object).id
    side = 0 if rule.debit else 1
    days = {"date_from": params.from_date, "date_to": params.to_date}
    vouchers: dict[str, set[tuple[str, int, int]]] = {}
    for one in view.book(LEDGER_BOOK).entries(where=where, **days):
        if one.entry.side % 2 == side and one.entry.dimensions.get("contra_account"):
            key = (one.record_type, one.entry.line, one.entry.side // 2)
            vouchers.setdefault(one.voucher_id, set()).add(key)
    for voucher, keys in vouchers.items():
        posted = view.book(LEDGER_BOOK).entries(
            where={"ledger": params.ledger}, voucher=voucher, **days
        )
        yield from _paired(
            one for one in posted if (one.record_type, one.entry.line, one.entry.side // 2) in keys
        )


def _paired(posted: Iterator[PostedEntry]) -> Iterator[Pair]:
    halves: dict[tuple[str, int, int], list[PostedEntry]] = {}
    for one in posted:
        halves.setdefault((one.record_type, one.entry.line, one.entry.side // 2), []).append(one)
    for both in halves.values():
        if len(both) == 2:
            yield sorted(both, key=lambda one: one.entry.side)


def _by_hand(pair: Pair) -> bool:
    return any(one.entry.dimensions.get("tagged_by") for one in pair)


# -- what is said of them ---------------------------------------------------------------------------


def _want(view: View, wanted: _Places, pairs: Sequence[Pair], tag: Tag, by: str) -> None:
    """Note what a tag says of pairs, and of the items that they belong to."""
    chosen = (tag.debit_activity or tag.activity, tag.credit_activity or tag.activity)
    attributes = Facts(view, computing.regime_of_company(view, regime_of(view)), _SCOPE).attributes
    items: dict[tuple[str, ...], str] = {}
    for pair in pairs:
        for one, activity in zip(pair, chosen, strict=True):
            values = {"tagged_by": by} if by else {}
            if tag.op is not None:
                values["op"] = tag.op
            _note(wanted, one, values)
            if activity is not None:
                _note_activity(wanted, one, activity)
                account = one.entry.dimensions["account"]
                if attributes.cf(account, "investing") == "investing":
                    items[_item(one)] = activity
    for item, activity in items.items():
        for one in _entries_of(view, item, pairs[0][0].entry.ledger):
            _note_activity(wanted, one, activity)


_SCOPE = computing.Scope()
_ITEM = ("account", "object", "contract", *ATTRIBUTES)


def _item(one: PostedEntry) -> tuple[str, ...]:
    return tuple(one.entry.dimensions.get(name, "") for name in _ITEM)


def _entries_of(view: View, item: tuple[str, ...], ledger: str) -> Iterator[PostedEntry]:
    """Yield the entries of an item, opening balances too."""
    where: Mapping[str, Any] = {"ledger": ledger, **dict(zip(_ITEM, item, strict=True))}
    return view.book(LEDGER_BOOK).entries(where=where)


def _note(wanted: _Places, one: PostedEntry, values: Mapping[str, str]) -> None:
    marks = wanted.setdefault(RecordRef(one.record_type, one.voucher_id), {})
    marks.setdefault((one.entry.line, one.entry.side), {}).update(values)


def _note_activity(wanted: _Places, one: PostedEntry, activity: str) -> None:
    """Note an activity of an entry, and beside the entry across that this is its contra's."""
    _note(wanted, one, {"activity": activity})
    if not one.entry.dimensions.get("contra_account"):
        return
    # The other side keeps its own activity; each says what stands across.
    marks = wanted[RecordRef(one.record_type, one.voucher_id)]
    line, side = one.entry.line, one.entry.side
    across = marks.setdefault((line, side ^ 1), {})
    across["contra_activity"] = activity
    own = marks[line, side]
    theirs = one.entry.dimensions
    own.setdefault(
        "contra_activity",
        across.get("activity")
        or theirs.get("contra_activity")
        or theirs.get("activity")
        or "operating",
    )


# -- what is a guess --------------------------------------------------------------------------------


def _column(view: View, params: ActivityParams) -> functions.Column:
    regime = computing.regime_of_company(view, regime_of(view))
    facts = Facts(view, regime, computing.Scope(params.ledger))
    return functions.Column(facts, params.from_date, params.to_date)


LOANS = ("341", "343")
PAID_BY_LENDERS = ("331", "15", "21", "241", "242", "62", "63", "64")
"""Suppliers, stock, assets, costs: what a lender may pay for at once (spec §2)."""


def _offered(column: functions.Column) -> list[dict[str, Any]]:
    """Return the pairs that may be payments by a lender."""
    sums: dict[tuple[str, str], int] = {}
    for turn in column.turns.under(LOANS):
        if not turn.op and turn.credit and turn.contra.startswith(PAID_BY_LENDERS):
            key = (turn.contra, turn.account)
            sums[key] = sums.get(key, 0) + turn.credit
    return [
        {"debit": debit, "credit": credit, "op": "direct_payment", "amount": amount}
        for (debit, credit), amount in sorted(sums.items())
    ]


def _guessed(column: functions.Column) -> list[dict[str, Any]]:
    """Return the cash pairs of the days whose rule is a guess, or that no rule classes."""
    found: dict[tuple[Any, ...], int] = {}
    for turn, leg in functions.flows(column):
        if leg.rule is None or leg.rule.basis == GUESS:
            into = leg.direction == "in"
            pair = (turn.contra, turn.account) if into else (turn.account, turn.contra)
            key = (*pair, turn.op, turn.cf, None if leg.rule is None else leg.rule.code)
            found[key] = found.get(key, 0) + leg.amount
    names = ("debit", "credit", "op", "activity", "code")
    rows = sorted(found.items(), key=lambda row: tuple(str(part) for part in row[0]))
    return [{**dict(zip(names, key, strict=True)), "amount": amount} for key, amount in rows]
