"""What names a voucher by its number follows when it gets another: debts and what settles them.

Open items stand under the number of their document (spec ``books.csv``), and settlements name both sides
by it. A number that is left behind would open the debt a second time when its voucher is posted anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from lienso import Record
from lienso.fields import to_json
from lienso.model import Ledger
from lienso.numbers import FIELD_OF
from lienso.session import Session
from lienso.storage import PostedEntry, RecordRef
from lienso.view import View

OPEN_ITEMS, LEDGER_BOOK = "open_items", "general_ledger"
SETTLEMENT = "settlement"
DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    OPEN_ITEMS: ("document", "counterpart"),
    LEDGER_BOOK: ("settles",),
}
"""Dimensions that hold the number of a voucher, by book."""

FIELDS = ("debt", "payment", "settles", "debit_settles", "credit_settles")
"""Fields of lines that hold it; of a settlement also ``fx_voucher``."""

Names = dict[str, str]
"""Old number → new number."""


class Links:
    """Who names vouchers by the numbers that they are about to lose.

    Args:
        changes: records as they are, each with its new number.
    """

    def __init__(
        self, view: View, ledger: Ledger, changes: Sequence[tuple[Record[Any], str]]
    ) -> None:
        self._ledger = ledger
        self._names: dict[RecordRef, Names] = {}
        for record, new in changes:
            old = str(getattr(record.data, FIELD_OF[ledger]))
            if old:
                self._note(view, record, old, new)

    def _note(self, view: View, record: Record[Any], old: str, new: str) -> None:
        book = view.book(OPEN_ITEMS)
        own = book.entries(voucher=record.id, where={"ledger": self._ledger, "document": old})
        debts = {(one.entry.dimensions["account"], one.entry.dimensions["object"]) for one in own}
        for account, who in sorted(debts):
            where = {"ledger": self._ledger, "account": account, "object": who}
            for posted in book.entries(where=where):
                named = (posted.entry.dimensions.get(n) for n in DIMENSIONS[OPEN_ITEMS])
                if old in named and self._may_mean(posted, record):
                    ref = RecordRef(posted.record_type, posted.voucher_id)
                    self._names.setdefault(ref, {})[old] = new
        for settlement in self._unposted(view, record):
            ref = RecordRef(settlement.type, settlement.id)
            self._names.setdefault(ref, {})[old] = new

    @staticmethod
    def _may_mean(posted: PostedEntry, record: Record[Any]) -> bool:
        """Tell whether an entry is the voucher's own, or one that settles: not another's debt."""
        return posted.voucher_id == record.id or posted.entry.dimensions.get("origin") == SETTLEMENT

    def _unposted(self, view: View, record: Record[Any]) -> list[Record[Any]]:
        """Return settlements that name the voucher as that of their differences."""
        if record.type != "fx_difference":
            return []
        old = getattr(record.data, FIELD_OF[self._ledger])
        return [one for one in view.all(SETTLEMENT) if one.data.fx_voucher == old]

    def follow(self, session: Session) -> None:
        """Let bodies and entries name the new numbers; call it when the vouchers have them."""
        for ref, names in self._names.items():
            record = session.view.require(ref.type, ref.id)
            body = to_json(record.data)
            followed = _body(body, names)
            if followed != body:
                session.rewrite(ref.type, followed, ref.id)
            for book, dimensions in DIMENSIONS.items():
                if book in session.view.books:
                    session.rewrite_entries(book, ref, _Change(self._ledger, names, dimensions))


class _Change:
    """An entry with other numbers in its dimensions."""

    def __init__(self, ledger: Ledger, names: Names, dimensions: Sequence[str]) -> None:
        self._ledger, self._names, self._dimensions = ledger, names, dimensions

    def __call__(self, posted: PostedEntry) -> PostedEntry:
        there = posted.entry.dimensions
        new = {
            name: self._names[there[name]]
            for name in self._dimensions
            if there.get(name) in self._names
        }
        if posted.entry.ledger != self._ledger or not new:
            return posted
        return replace(posted, entry=replace(posted.entry, dimensions={**there, **new}))


def _body(body: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """Return a body whose links name the new numbers."""
    followed = dict(body)
    if followed.get("fx_voucher") in names:
        followed["fx_voucher"] = names[followed["fx_voucher"]]
    if isinstance(lines := followed.get("lines"), list):
        followed["lines"] = [
            {
                **line,
                **{n: names[line[n]] for n in FIELDS if line.get(n) in names},
            }
            for line in lines
        ]
    return followed
