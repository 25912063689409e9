"""Cash vouchers of any module as the cashier sees them: what they move in which fund (spec §2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lienso import Entry, Record
from lienso.model import LEDGERS
from lienso.view import View
from lienso_general_ledger.money.funds import (
    CASH,
    LEDGER_BOOK,
    LOCAL,
    in_currency,
    moved,
    shown_currency,
)
from lienso_general_ledger.money.posting import FOREIGN_MONEY, VND_MONEY

FUNDS_BY_ACCOUNT = "cashier.funds_by_account"

Sums = dict[str, list[Decimal]]
"""Currency → [received, paid], in units of it."""


@dataclass(frozen=True, slots=True)
class Move:
    """What a voucher brings into a fund or takes out of it, in the fund's currency."""

    fund: str
    currency: str
    branch: str
    side: str
    amount: Decimal


def is_posted(record: Record[Any]) -> bool:
    """Tell whether accounting has posted a voucher, in whichever ledger."""
    return any(record.posted(ledger) for ledger in LEDGERS)


def moves_of(view: View, record: Record[Any]) -> list[Move]:
    """Return what a voucher moves: by the ledger when it is posted, else as it would be posted.

    Red ink turns the way round: a negative debit of cash is a payment (spec §8). Rows of exchange
    differences move no notes.

    Raises:
        Refused: a draft that cannot be posted: ``period_locked``.
    """
    return moves_in(view, _entries(view, record))


def moves_in(view: View, entries: Sequence[Entry]) -> list[Move]:
    """Return what rows of the ledger move in cash, one sum a fund and way."""
    by_account = bool(view.option(FUNDS_BY_ACCOUNT))
    sums: dict[tuple[str, str, str, str], Decimal] = {}
    for entry in entries:
        account = entry.dimensions.get("account", "")
        if not account.startswith(CASH):
            continue
        currency = shown_currency(entry.dimensions.get("currency", ""))
        amount = in_currency(moved(entry), currency)
        if amount:
            side = "receipt" if amount > 0 else "payment"
            key = (account if by_account else "", currency, entry.branch, side)
            sums[key] = sums.get(key, Decimal(0)) + abs(amount)
    found = [Move(*key, amount) for key, amount in sums.items()]
    return sorted(found, key=lambda move: (move.side == "payment", move.fund, move.currency))


def _entries(view: View, record: Record[Any]) -> Sequence[Entry]:
    for ledger in LEDGERS:
        if record.posted(ledger):
            rows = view.book(LEDGER_BOOK).entries(where={"ledger": ledger}, voucher=record.id)
            return [row.entry for row in rows]
    types = {one.id: one for one in view.record_types("voucher")}
    post = types[record.type].post if record.type in types else None
    if post is None:
        return ()
    shown = getattr(record.data, "display_on_book", "financial")
    ledger = LEDGERS[1] if shown == "management" else LEDGERS[0]
    return post(record, ledger, view).get(LEDGER_BOOK, ())


def typed_moves(record: Record[Any]) -> Sums:
    """Return what a voucher's lines say by currency: a site has no books to ask.

    In an exchange of money the đồng side carries no foreign units (`cash.md` §3).
    """
    found: Sums = {}
    for line in getattr(record.data, "lines", ()):
        sides = (getattr(line, "debit", ""), getattr(line, "credit", ""))
        named = getattr(line, "currency", "") or getattr(record.data, "currency", "") or LOCAL
        for at, account in enumerate(sides):
            if not account.startswith(CASH):
                continue
            exchanged = account.startswith(VND_MONEY) and sides[1 - at].startswith(FOREIGN_MONEY)
            currency = LOCAL if exchanged else named
            its = getattr(line, "amount", 0) if currency == LOCAL else line.fc_amount
            amount = Decimal(its or 0)
            if amount:
                _add(found, currency, at if amount > 0 else 1 - at, abs(amount))
    return found


def moves_by_currency(view: View, record: Record[Any]) -> Sums:
    """Return what a voucher moves by currency, as it is posted or would be. Raises: as `moves_of`."""
    found: Sums = {}
    for move in moves_of(view, record):
        _add(found, move.currency, int(move.side == "payment"), move.amount)
    return found


def _add(sums: Sums, currency: str, side: int, amount: Decimal) -> None:
    sums.setdefault(currency, [Decimal(0), Decimal(0)])[side] += amount


def who_and_why(view: View, record: Record[Any]) -> tuple[str, str]:
    """Return whom a voucher is with, and what for."""
    data = record.data
    who = str(getattr(data, "payer_receiver", ""))
    if not who and getattr(data, "object", None):
        found: Any = view.get("object", data.object)
        who = "" if found is None else str(found.data.name)
    return who, str(getattr(data, "reason", "") or getattr(data, "description", ""))


def number_of(record: Record[Any]) -> str:
    """Return a voucher's number of today."""
    return str(record.data.no or getattr(record.data, "no_management", ""))
