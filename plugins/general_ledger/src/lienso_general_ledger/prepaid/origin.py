"""Tab nguồn gốc hình thành: the vouchers that a prepaid cost came from (spec §5)."""

from __future__ import annotations

from typing import Any

from lienso import Prefix
from lienso.fields import Params
from lienso.model import Ledger
from lienso.storage import PostedEntry
from lienso.view import View

from ..balances import LEDGER_BOOK
from ..openings import OPENING_NUMBER
from .cards import PREPAID_COST, card
from .records import Origin, PrepaidCost

FIGURE = "general_ledger.prepaid_origin_vouchers"


class OriginParams(Params):
    """A prepaid cost by code or id, on a ledger."""

    prepaid: str
    ledger: Ledger = "financial"


def origin_vouchers(params: OriginParams, view: View) -> dict[str, Any]:
    """Return the posted debits of the account that name the cost, or that it names by hand.

    ``used``: this cost's part of the pair, the whole where it names no amount; ``used_elsewhere``: what
    other costs name of it.

    Raises:
        Unknown: ``not_found``.
    """
    record = card(view, params.prepaid)
    data = record.data
    mine: list[Origin] = data.origin if isinstance(data, PrepaidCost) else []
    found: dict[tuple[str, int], PostedEntry] = {}
    book = view.book(LEDGER_BOOK)
    where = {"ledger": params.ledger, "account": [Prefix(data.account)]}
    wanted: list[dict[str, Any]] = [{**where, "prepaid": record.id}]
    wanted += [{**where, "number": origin.voucher} for origin in mine]
    for one in wanted:
        for posted in book.entries(where=one):
            named = _part(mine, posted) is not None or "prepaid" in one
            if posted.entry.side == 0 and posted.number != OPENING_NUMBER and named:
                found[posted.voucher_id, posted.entry.line] = posted
    others = [
        other.data.origin
        for other in view.all(PREPAID_COST)
        if other.id != record.id and other.data.origin
    ]
    rows = []
    for posted in sorted(found.values(), key=_place):
        amount = posted.entry.measures["debit"]
        part = _part(mine, posted)
        rows.append(
            {
                "voucher": posted.number,
                "line": posted.entry.line,
                "posting_date": posted.entry.posting_date.isoformat(),
                "description": posted.description,
                "amount": amount,
                "used": amount if part is None else part,
                "used_elsewhere": sum(_part(origin, posted) or 0 for origin in others),
            }
        )
    return {"rows": rows, "total": sum(row["used"] for row in rows)}


def _place(posted: PostedEntry) -> tuple[Any, ...]:
    return posted.entry.posting_date, posted.number, posted.entry.line


def _part(origin: list[Origin], posted: PostedEntry) -> int | None:
    """Return what a cost names of a pair, đồng; None when it does not name it."""
    parts = [
        row.amount
        for row in origin
        if row.voucher == posted.number and row.line == posted.entry.line
    ]
    return sum(parts) if parts else None
