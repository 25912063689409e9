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
    in_currency,
    moved,
    shown_currency,
)

FUNDS_BY_ACCOUNT = "cashier.funds_by_account"


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


def typed_moves(record: Record[Any]) -> tuple[Decimal, Decimal]:
    """Return (received, paid) in đồng as a voucher's lines say it: a site has no books to ask."""
    received = paid = Decimal(0)
    for line in getattr(record.data, "lines", ()):
        amount = Decimal(getattr(line, "amount", 0))
        if getattr(line, "debit", "").startswith(CASH):
            received += amount
        if getattr(line, "credit", "").startswith(CASH):
            paid += amount
    return received, paid


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
