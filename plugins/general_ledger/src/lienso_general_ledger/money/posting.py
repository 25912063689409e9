"""Vouchers of money to entries: the ledger, the VAT register, open items (spec `cash.md` §3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from lienso import Entry, Record
from lienso.model import Ledger
from lienso.view import View

from ..open_items import open_items
from ..pairs import pairs, vat_entries
from .funds import BANK, LEDGER_BOOK, LOCAL
from .vouchers import MoneyLine

OPEN_ITEMS = "open_items"
VAT = "vat"

ORIGIN = "money"
"""What open items of vouchers of money come from."""

INPUT_VAT = "133"

MONEY = ("111", "112")
"""Cash and bank deposits, in all three charts."""

VND_MONEY, FOREIGN_MONEY = ("1111", "1121"), ("1112", "1122")
"""Money in đồng and in foreign currency in the charts of TT200 and TT133; TT99 has no such accounts."""


def post_money(
    record: Record[Any],
    ledger: Ledger,
    view: View,
    lines: Sequence[MoneyLine],
    taxed: Sequence[MoneyLine],
) -> Mapping[str, Sequence[Entry]]:
    """Return the entries of a voucher by book.

    Args:
        lines: with the object that each is about. ``taxed``: the same as the VAT register sees them.
    Raises:
        Refused: ``period_locked``.
    """
    entries = [own_currency(entry, view) for entry in pairs(record, ledger, lines, view)]
    books: dict[str, Sequence[Entry]] = {LEDGER_BOOK: entries}
    if vat := vat_entries(record, ledger, taxed, view):
        books[VAT] = vat
    if items := open_items(record, entries, ledger, ORIGIN):
        books[OPEN_ITEMS] = items
    return books


def of_object(line: MoneyLine, its: str | None) -> MoneyLine:
    """Give a line that names no object the one of the voucher: who pays, or is paid."""
    own = line.object or line.debit_object or line.credit_object
    return line if own or not its else line.model_copy(update={"object": its})


def own_currency(entry: Entry, view: View) -> Entry:
    """Take the foreign currency off the đồng side of an exchange of money (Dr 1112 / Cr 1111).

    A bank account says itself what it is kept in: under TT99 its number is all there is.
    """
    account = entry.dimensions.get("account", "")
    contra = entry.dimensions.get("contra_account", "")
    if not (account.startswith(MONEY) and contra.startswith(MONEY)):
        return entry
    by_number = account.startswith(VND_MONEY) and contra.startswith(FOREIGN_MONEY)
    by_account = account.startswith(BANK) and bank_currency(view, entry) == LOCAL
    if not (by_number or by_account):
        return entry
    kept = {
        name: value for name, value in entry.dimensions.items() if name not in ("currency", "rate")
    }
    measures = {name: value for name, value in entry.measures.items() if not name.startswith("fc_")}
    return replace(entry, dimensions=kept, measures=measures)


def bank_currency(view: View, entry: Entry) -> str:
    """Return the currency that an entry's bank account is kept in; empty without one."""
    id = entry.dimensions.get("bank_account", "")
    if not id:
        return ""

    def look() -> str:
        record = view.get("bank_account", id)
        return "" if record is None else str(record.data.currency)

    found: str = view.memo(("bank currency", id), look)
    return found


def paid_by(line: MoneyLine, how: str, *, deductible: bool = True) -> MoneyLine:
    """Say in the VAT register how the invoice was paid, and that its tax is not deducted."""
    tax = line.tax
    if tax is None:
        return line
    changes: dict[str, Any] = {}
    if tax.payment is None:
        changes["payment"] = how
    if tax.deductible is None and not deductible:
        changes["deductible"] = "none"
    return line.model_copy(update={"tax": tax.model_copy(update=changes)}) if changes else line


def line_currency(line: MoneyLine, voucher: Any) -> str:
    """Return the currency of a line: its own, else the voucher's, else đồng."""
    return line.currency or voucher.currency or LOCAL
