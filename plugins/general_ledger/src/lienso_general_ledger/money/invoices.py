"""Invoices that a voucher of money pays: the same one must not be booked twice."""

from __future__ import annotations

from typing import Any

from lienso import Record
from lienso.model import Ledger
from lienso.view import View

from .posting import INPUT_VAT
from .vouchers import MoneyLine


def booked_before(record: Record[Any], line: MoneyLine, ledger: Ledger, view: View) -> str | None:
    """Return the number of another voucher that has this invoice in the VAT register."""
    tax = line.tax
    if tax is None or not tax.invoice_no or not line.debit.startswith(INPUT_VAT):
        return None
    code = tax.tax_code
    if not code and tax.partner is not None:
        partner = view.get("object", tax.partner)
        code = "" if partner is None else getattr(partner.data, "tax_code", "")
    if not code:
        return None  # Without the seller nothing says that two numbers are one invoice.
    where = {"direction": "in", "tax_code": code, "ledger": ledger}
    for posted in view.book("vat").entries(where=where):
        there = posted.entry.dimensions
        same = (
            there.get("invoice_no") == tax.invoice_no
            and there.get("invoice_series", "") == tax.invoice_series
            and there.get("invoice_form", "") == tax.invoice_form
        )
        if same and posted.voucher_id != record.id:
            return posted.number
    return None
