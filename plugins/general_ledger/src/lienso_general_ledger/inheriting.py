"""Rows that settle a balance item take its attributes, so that one debt is not on two sides (spec §3.0).

A payment typed without tags belongs to what it pays: that of the document which it names, else the only
open item of its account, object and contract as of its day.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lienso import Record
from lienso.model import Ledger
from lienso.view import View

INHERITED = ("activity", "cash_equiv", "of", "loan", "liability")
"""What a row takes over. The term is judged at every report date: `statements.facts`."""

BY_OBJECT = ("131", "136", "138", "141", "244", "331", "334", "335", "336", "338", "344")
"""Debts: their items are those of an object."""

WITHOUT_OBJECT = ("1281", "1288", "2292", "2294")
"""Deposits and allowances, whose items are told apart by their attributes."""

BOOK = "general_ledger"
Dimensions = Mapping[str, str]


def inherited(
    record: Record[Any], ledger: Ledger, view: View, row: Dimensions, amount: int
) -> dict[str, str]:
    """Return the attributes that a row takes from what it lowers; empty where it says its own.

    Args:
        row: its dimensions, account too. ``amount``: debit less credit, đồng.
    """
    account, object = row.get("account", ""), row.get("object", "")
    kept = (account.startswith(BY_OBJECT) and object) or account.startswith(WITHOUT_OBJECT)
    if not kept or view.role != "cloud" or any(row.get(name) for name in INHERITED):
        return {}
    place = {
        "ledger": ledger,
        "branch": record.data.branch or "",
        "account": account,
        "object": object,
        "contract": row.get("contract", ""),
    }
    if named := row.get("settles"):
        return _of_document(view, ledger, place, named)
    opened = _open_items(record, ledger, view, place)
    if len(opened) != 1:
        return {}
    ((item, net),) = opened.items()
    lowers = net > 0 > amount or net < 0 < amount
    return _said(dict(zip(INHERITED, item, strict=True))) if lowers else {}


def _of_document(
    view: View, ledger: Ledger, place: Mapping[str, str], number: str
) -> dict[str, str]:
    record = view.by_number(number, ledger)
    if record is None:
        return {}
    rows = view.book(BOOK).entries(where=place, voucher=record.id)
    return next((_said(posted.entry.dimensions) for posted in rows), {})


def _open_items(
    record: Record[Any], ledger: Ledger, view: View, place: Mapping[str, str]
) -> dict[tuple[str, ...], int]:
    """Return what is open on a place as of the day of a voucher, without its own rows."""
    day, book = record.data.posting_date, view.book(BOOK)
    sums = book.sum(("debit", "credit"), by=INHERITED, where=place, date_to=day)
    nets = {item: debit - credit for item, (debit, credit) in sums.items()}
    if record.posted(ledger):
        for posted in book.entries(where=place, voucher=record.id):
            entry = posted.entry
            item = tuple(entry.dimensions.get(name, "") for name in INHERITED)
            moved = entry.measures.get("debit", 0) - entry.measures.get("credit", 0)
            nets[item] = nets.get(item, 0) - moved
    return {item: net for item, net in nets.items() if net}


def _said(dimensions: Dimensions) -> dict[str, str]:
    return {name: text for name in INHERITED if (text := dimensions.get(name, ""))}
