"""Cash vouchers to entries: the ledger, the VAT register, open items (spec §3)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from lienso import Entry, Record
from lienso.model import Ledger
from lienso.view import View
from lienso_general_ledger import open_items, pairs, vat_entries

from .funds import LEDGER_BOOK, LOCAL
from .records import AdvanceSettlement, CashLine, CashVoucher

OPEN_ITEMS = "open_items"
VAT = "vat"

ORIGIN = "money"
"""What open items of cash vouchers come from."""

INPUT_VAT = "133"

VND_MONEY, FOREIGN_MONEY = ("1111", "1121"), ("1112", "1122")
"""Money in đồng and in foreign currency in the charts of TT200 and TT133; TT99 has no such accounts."""


def post_cash(record: Record[Any], ledger: Ledger, view: View) -> Mapping[str, Sequence[Entry]]:
    """Post a receipt, a payment or the settlement of an advance.

    Raises:
        Refused: ``period_locked``.
    """
    lines = [_of_its_object(line, record.data) for line in record.data.lines]
    entries = [_own_currency(entry) for entry in pairs(record, ledger, lines, view)]
    books: dict[str, Sequence[Entry]] = {LEDGER_BOOK: entries}
    limits = over_threshold(lines, view)
    if vat := vat_entries(record, ledger, [_paid_in_cash(line, limits) for line in lines], view):
        books[VAT] = vat
    if items := open_items(record, entries, ledger, ORIGIN):
        books[OPEN_ITEMS] = items
    return books


def _of_its_object(line: CashLine, data: CashVoucher | AdvanceSettlement) -> CashLine:
    """Give a line that names no object the one of the voucher: who pays, or is paid."""
    own = line.object or line.debit_object or line.credit_object
    # A settlement is the employee's; in a receipt or payment he is only the one in charge.
    its = data.object if isinstance(data, CashVoucher) else data.employee
    return line if own or not its else line.model_copy(update={"object": its})


def _own_currency(entry: Entry) -> Entry:
    """Take the foreign currency off the đồng side of an exchange of money (Dr 1112 / Cr 1111)."""
    account = entry.dimensions.get("account", "")
    contra = entry.dimensions.get("contra_account", "")
    if not (account.startswith(VND_MONEY) and contra.startswith(FOREIGN_MONEY)):
        return entry
    kept = {
        name: value for name, value in entry.dimensions.items() if name not in ("currency", "rate")
    }
    measures = {name: value for name, value in entry.measures.items() if not name.startswith("fc_")}
    return replace(entry, dimensions=kept, measures=measures)


def _paid_in_cash(line: CashLine, limits: Mapping[int, int]) -> CashLine:
    """Say in the VAT register how the invoice was paid, and that tax from the limit on is not deducted."""
    tax = line.tax
    if tax is None:
        return line
    changes: dict[str, Any] = {}
    if tax.payment is None:
        changes["payment"] = "cash"
    if tax.deductible is None and line.line in limits:
        changes["deductible"] = "none"
    return line.model_copy(update={"tax": tax.model_copy(update=changes)}) if changes else line


def over_threshold(lines: Sequence[CashLine], view: View) -> dict[int, int]:
    """Return the lines whose invoice reaches the limit of cash, with that limit, đồng.

    The limit is the tax parameter ``cash_threshold`` of the invoice's day, tax included (spec
    `tax.md` §2); without such a parameter there is none. Rows of one invoice count together.
    """
    totals: dict[tuple[str, ...], int] = {}
    for line in lines:
        if (tax := line.tax) is not None and line.debit.startswith(INPUT_VAT):
            own = tax.taxable + tax.amount
            key = invoice_key(line)
            totals[key] = tax.invoice_total or totals.get(key, 0) + own
    found: dict[int, int] = {}
    for line in lines:
        total = totals.get(invoice_key(line)) if line.tax is not None else None
        if total is None or line.tax is None:
            continue
        limit = tax_parameter(view, "cash_threshold", line.tax.invoice_date or view.today)
        if limit is not None and total >= limit:
            found[line.line] = int(limit)
    return found


def invoice_key(line: CashLine) -> tuple[str, ...]:
    """Return what makes two tax blocks one invoice: seller, form, series, number."""
    tax = line.tax
    assert tax is not None, "asked of lines with a tax block only"
    seller = tax.tax_code or tax.partner or tax.partner_name
    number = tax.invoice_no or f"line {line.line}"
    return seller, tax.invoice_form, tax.invoice_series, number


def tax_parameter(view: View, key: str, day: datetime.date) -> Decimal | None:
    """Return the value that a tax parameter has on a day, None when it has none."""
    rules = view.memo("cash.vat_rules", lambda: [record.data for record in view.all("vat_rule")])
    for rule in rules:
        begun = rule.valid_from is None or rule.valid_from <= day
        if rule.key == key and begun and (rule.valid_to is None or day <= rule.valid_to):
            return Decimal(rule.value)
    return None


def line_currency(line: CashLine, voucher: Any) -> str:
    """Return the currency of a line: its own, else the voucher's, else đồng."""
    return line.currency or voucher.currency or LOCAL
