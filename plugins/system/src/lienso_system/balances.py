"""The balance of an account, seen from a voucher (spec `system.md` §4.8)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Literal

from lienso import Prefix, Record, Refused, Unknown
from lienso.fields import Params
from lienso.model import Ledger
from lienso.records import posting_date_of
from lienso.session import Session
from lienso.view import View

from .posting import LEDGER_BOOK, ledger_of, voucher_named

OBJECT_TOKENS = frozenset({"object", "customer", "supplier", "employee"})
"""Tokens of an account's ``tracks`` that follow it by object (spec `catalog.md` §2.3)."""


class BalanceParams(Params):
    """A line and side of a voucher, or an account with dimensions by code.

    Attributes:
        as_of: left out: the voucher's posting date, else today.
        ledger, branch: left out: the voucher's own; without a voucher financial, all branches.
    """

    voucher: str | None = None
    line: int | None = None
    side: Literal["debit", "credit"] | None = None
    account: str | None = None
    as_of: datetime.date | None = None
    ledger: Ledger | None = None
    branch: str | None = None
    object: str | None = None
    bank_account: str | None = None
    currency: str | None = None


class BalanceResult(Params):
    """The balance on its side: one of debit and credit is 0, đồng.

    Attributes:
        object, bank_account: codes of what the balance is narrowed to.
        fc_amount: foreign balance, debit positive, when it is narrowed to a currency.
        account_total: {debit, credit} of the whole account.
    """

    account: str
    as_of: datetime.date
    debit: int
    credit: int
    account_total: dict[str, int]
    object: str | None = None
    bank_account: str | None = None
    currency: str | None = None
    fc_amount: str | None = None


def view_account_balance(params: BalanceParams, session: Session) -> BalanceResult:
    """Add up posted entries of an account up to a day, without the voucher's own.

    Raises:
        Unknown: ``not_found``: the voucher, its line, the account or another code. Refused:
            ``field_required``: the line names no account on that side.
    """
    view = session.view
    voucher = None if params.voucher is None else voucher_named(view, params.voucher)
    line = None if voucher is None or params.line is None else _line(voucher, params.line)
    account = params.account or _account(line, params.side)
    if not account:
        raise Refused("field_required", {"field": "account"})
    if view.has_module("catalog") and view.by_code("account", account) is None:
        raise Unknown("not_found", {"type": "account", "value": account})
    as_of = params.as_of or _day(voucher) or view.today
    whole = _where(view, account, voucher, params)
    narrow = _narrowed(view, account, line, voucher, params)
    own = None if voucher is None else voucher.id
    balance, fc_balance = _sum(view, {**whole, **narrow}, as_of, own)
    total, _ = _sum(view, whole, as_of, own)
    return BalanceResult(
        account=account,
        as_of=as_of,
        **_sides(balance),
        account_total=_sides(total),
        object=view.code("object", narrow.get("object")) or None,
        bank_account=view.code("bank_account", narrow.get("bank_account")) or None,
        currency=narrow.get("currency"),
        fc_amount=_foreign(session, fc_balance) if "currency" in narrow else None,
    )


def _line(voucher: Record[Any], number: int) -> Any:
    for line in getattr(voucher.data, "lines", ()):
        if getattr(line, "line", None) == number:
            return line
    raise Unknown("not_found", {"type": "line", "value": number})


def _day(voucher: Record[Any] | None) -> datetime.date | None:
    return None if voucher is None else posting_date_of(voucher.data)


def _account(line: Any, side: str | None) -> str:
    return str(getattr(line, side or "debit", "") or "")


def _where(
    view: View, account: str, voucher: Record[Any] | None, params: BalanceParams
) -> dict[str, Any]:
    """Conditions of the whole account: its subtree, the voucher's ledger and branch."""
    where: dict[str, Any] = {"account": Prefix(account), "ledger": params.ledger or "financial"}
    if voucher is not None:
        where["ledger"] = ledger_of(voucher, params.ledger)
        where["branch"] = getattr(voucher.data, "branch", None) or ""
    if params.branch is not None:
        where["branch"] = view.require("org_unit", params.branch).id
    return where


def _narrowed(
    view: View, account: str, line: Any, voucher: Record[Any] | None, params: BalanceParams
) -> dict[str, str]:
    """Return by what the account is followed, with the values given, the line's or the header's.

    The chart's ``tracks`` say it. An account whose entries carry objects or bank accounts is followed
    by them even where the chart is silent: companies switch tracking on late.
    """
    entry = view.by_code("account", account)
    tracks = {token.rstrip("?") for token in getattr(getattr(entry, "data", None), "tracks", ())}
    side = params.side or "debit"
    header = None if line is None or voucher is None else voucher.data
    narrowed: dict[str, str] = {}
    for name, tokens in (("object", OBJECT_TOKENS), ("bank_account", {"bank_account"})):
        given = getattr(params, name)
        value = getattr(line, f"{side}_{name}", None) or _value(name, line, header)
        if given is not None:
            narrowed[name] = view.require(name, given).id
        elif value and (tracks & tokens or _carries(view, account, name)):
            narrowed[name] = value
    currency = params.currency or (_value("currency", line, header) if "fc" in tracks else None)
    return {**narrowed, "currency": currency} if currency else narrowed


def _value(name: str, line: Any, header: Any) -> str | None:
    return getattr(line, name, None) or getattr(header, name, None)


def _carries(view: View, account: str, dimension: str) -> bool:
    where = {"account": Prefix(account)}
    sums = view.book(LEDGER_BOOK).sum(("debit",), by=(dimension,), where=where)
    return any(values != ("",) for values in sums)


def _sum(
    view: View, where: Mapping[str, Any], as_of: datetime.date, own: str | None
) -> tuple[int, int]:
    book = view.book(LEDGER_BOOK)
    measures = ("debit", "credit", "fc_debit", "fc_credit")
    none: tuple[int, ...] = (0, 0, 0, 0)
    every = book.sum(measures, where=where, date_to=as_of).get((), none)
    debit, credit, fc_debit, fc_credit = every
    if own is not None:
        mine = book.sum(measures, where={**where, "voucher_id": own}, date_to=as_of).get((), none)
        debit, credit = debit - mine[0], credit - mine[1]
        fc_debit, fc_credit = fc_debit - mine[2], fc_credit - mine[3]
    return debit - credit, fc_debit - fc_credit


def _sides(balance: int) -> dict[str, int]:
    return {"debit": max(balance, 0), "credit": max(-balance, 0)}


def _foreign(session: Session, fixed: int) -> str:
    book = session.registry.books.get(LEDGER_BOOK)
    return "0" if book is None else format(book.measure("fc_debit").value(fixed), "f")
