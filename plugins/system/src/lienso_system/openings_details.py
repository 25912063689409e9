"""What the openings of an account stand for elsewhere: cards, stock, objects, bank accounts (§3.2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from lienso import Prefix
from lienso.view import View

from .posting import LEDGER_BOOK


class Part(NamedTuple):
    """What a book adds to a detail: a measure by the dimension that names the account."""

    book: str
    account: str
    measure: str
    sign: int = 1
    where: Mapping[str, str] = {}


class Detail(NamedTuple):
    """A detail that is kept elsewhere.

    Attributes:
        kind: how the book check calls it. ``codes``: of a difference, by the book that has the detail.
        accounts: beginnings of the accounts that are kept so; they are asked even where their detail is
            empty, if all modules that keep it are installed.
    """

    kind: str
    codes: Mapping[str, str]
    parts: tuple[Part, ...]
    accounts: tuple[str, ...]


class Difference(NamedTuple):
    """An account's opening and its detail, both debit less credit, đồng; ``code``: when they differ."""

    kind: str
    code: str
    account: str
    balance: int
    detail: int


DETAILS = (
    Detail(
        "stock",
        {"stock": "stock_detail_differs"},
        (Part("stock", "account", "value"),),
        ("152", "153", "155", "156", "158"),
    ),
    Detail(
        "prepaid",
        {"prepaid": "prepaid_differ", "tools": "tools_differ"},
        (  # prepaid costs and tools stand together on an account (spec §3.2)
            Part("prepaid", "account", "amount"),
            Part("prepaid", "account", "allocated", -1),
            Part("tools", "pending_account", "value"),
            Part("tools", "pending_account", "allocated", -1),
        ),
        ("242",),
    ),
    Detail(
        "asset_cost",
        {"fixed_assets": "fa_cost_differs"},
        (Part("fixed_assets", "cost_account", "original_cost"),),
        ("211", "212", "213", "217"),
    ),
    Detail(
        "asset_depreciation",
        {"fixed_assets": "fa_accumulated_differs"},
        (Part("fixed_assets", "depreciation_account", "accumulated", -1),),
        ("214",),
    ),
    Detail(
        "wip",
        {"cost": "wip_differs"},
        (
            Part("cost", "account", "amount", 1, {"kind": "opening"}),
            Part("cost", "account", "amount", -1, {"kind": "opening_accepted"}),
        ),
        ("154",),
    ),
)

FOLLOWED = {"object": "object_detail_differs", "bank_account": "bank_detail_differs"}
"""Dimensions by which an account is kept: then every row of its opening names one."""


def differences(view: View, where: Mapping[str, Any]) -> Iterator[Difference]:
    """Yield the accounts whose openings are not those of their details; see `compared`."""
    return (found for found in compared(view, where) if found.balance != found.detail)


def compared(view: View, where: Mapping[str, Any]) -> Iterator[Difference]:
    """Yield the accounts whose openings stand in detail elsewhere, with both sums.

    Args:
        where: conditions of the openings: ledger, number, branches.
    """
    for detail in DETAILS:
        yield from _kept_elsewhere(view, where, detail)
    for dimension, code in FOLLOWED.items():
        yield from _followed(view, where, dimension, code)


def _kept_elsewhere(view: View, where: Mapping[str, Any], detail: Detail) -> Iterator[Difference]:
    found: dict[str, int] = defaultdict(int)
    book_of: dict[str, str] = {}
    for part in detail.parts:
        if part.book not in view.books:
            continue
        sums = view.book(part.book).sum(
            (part.measure,), by=(part.account,), where={**where, **part.where}
        )
        for (account,), (amount,) in sums.items():
            found[account] += part.sign * amount
            book_of.setdefault(account, part.book)
    first = detail.parts[0].book
    ledger = view.book(LEDGER_BOOK)
    if all(part.book in view.books for part in detail.parts):
        its = {**where, "account": [Prefix(account) for account in detail.accounts]}
        for (account,) in ledger.sum(("debit",), by=("account",), where=its):
            if not any(account.startswith(known) for known in found):
                found[account] = 0
    for account, amount in sorted(found.items()):
        whole = {**where, "account": [Prefix(account)]}
        debit, credit = ledger.sum(("debit", "credit"), where=whole)[()]
        code = detail.codes[book_of.get(account, first)]
        yield Difference(detail.kind, code, account, debit - credit, amount)


def _followed(
    view: View, where: Mapping[str, Any], dimension: str, code: str
) -> Iterator[Difference]:
    """Yield accounts whose opening names objects or bank accounts: all of it, or a part."""
    sums = view.book(LEDGER_BOOK).sum(("debit", "credit"), by=("account", dimension), where=where)
    whole: dict[str, int] = defaultdict(int)
    named: dict[str, int] = {}
    for (account, who), (debit, credit) in sums.items():
        whole[account] += debit - credit
        if who:
            named[account] = named.get(account, 0) + debit - credit
    for account, amount in sorted(named.items()):
        yield Difference(dimension, code, account, whole[account], amount)
