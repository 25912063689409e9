"""A journal voucher as entries: the ledger as typed, the VAT register, open items (spec §3.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lienso import Entry, Record
from lienso.model import Ledger
from lienso.view import View

from .open_items import open_items
from .pairs import pairs, vat_entries


def post_journal(record: Record[Any], ledger: Ledger, view: View) -> Mapping[str, Sequence[Entry]]:
    """Post a journal voucher.

    Raises:
        Refused: ``period_locked``.
    """
    lines = record.data.lines
    entries = pairs(record, ledger, lines, view)
    books: dict[str, Sequence[Entry]] = {"general_ledger": entries}
    if vat := vat_entries(record, ledger, lines, view):
        books["vat"] = vat
    if items := open_items(record, entries, ledger, "other"):
        books["open_items"] = items
    return books
