"""Lines of a voucher as pairs of the ledger and rows of the VAT register."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from lienso import Entry, Record
from lienso.model import Ledger
from lienso.view import View

from .dimensions import NAMES, PLACES
from .inheriting import inherited
from .lines import FC_SCALE, QTY_SCALE, Line, TaxBlock, TaxedLine
from .locks import refuse_locked

OF_CONTRA = {"activity": "operating", "cash_equiv": "no"}
"""What a row says of the account across where it differs, and the value that nothing typed means."""

LOCAL_CURRENCY = "VND"
"""The accounting currency; its rows carry no currency and no foreign amount."""

VAT_IN, VAT_OUT = "133", "3331"
"""Accounts of input and output VAT, in all three charts."""


def foreign(currency: str | None) -> str:
    """Return a currency as the ledger keeps it: blank for đồng."""
    return "" if not currency or currency == LOCAL_CURRENCY else currency


def dimension_text(value: Any) -> str:
    """Write a value as a dimension: days in ISO form, true as ``1``, false and None blank."""
    if isinstance(value, str):
        return value
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def fixed(value: Decimal | None, scale: int) -> int:
    """Return the stored integer of a decimal with at most ``scale`` decimals; 0 for None."""
    return 0 if value is None else int(value.scaleb(scale))


def pairs(record: Record[Any], ledger: Ledger, lines: Sequence[Line], view: View) -> list[Entry]:
    """Return two entries a line: side 0 the debit, side 1 the credit, equal amounts.

    Both carry the line's dimensions, and each names the other's account as its contra account.
    Currency and rate come from the line, else from the voucher; attributes of a balance item, where none
    are typed, from the item that the row settles. A line that lacks an account gives
    an entry without account, which the checks refuse: a draft shows all that is wrong at once.

    Args:
        record: its ``posting_date`` and ``branch`` date and place the entries.
    Raises:
        Refused: ``period_locked``. Not a finding, so that a voucher pushed into a locked period is
            not accepted with a failed posting but refused: its date must be moved first.
    """
    data = record.data
    branch = data.branch or ""
    refuse_locked(view, data.posting_date, branch, ledger, "posting_date")
    currency = getattr(data, "currency", None)
    rate = getattr(data, "rate", None)
    entries: list[Entry] = []
    for line in lines:
        shared, debit, credit = line_dimensions(line, data.posting_date)
        debit["account"], debit["contra_account"] = line.debit, line.credit
        credit["account"], credit["contra_account"] = line.credit, line.debit
        _inherit(record, ledger, view, line.amount, (shared, debit, credit))
        debit_measures, credit_measures = {"debit": line.amount}, {"credit": line.amount}
        if kept := foreign(line.currency or currency):
            its_rate = line.rate or rate
            fc_amount = fixed(line.fc_amount, FC_SCALE)
            for side in (debit, credit):
                side["currency"] = kept
                if its_rate and fc_amount:
                    side["rate"] = format(its_rate, "f")
            if fc_amount:
                debit_measures["fc_debit"] = credit_measures["fc_credit"] = fc_amount
        if line.qty:
            debit_measures["qty"] = credit_measures["qty"] = fixed(line.qty, QTY_SCALE)
        date, number = data.posting_date, line.line
        entries.append(Entry(number, 0, ledger, date, branch, {**shared, **debit}, debit_measures))
        entries.append(
            Entry(number, 1, ledger, date, branch, {**shared, **credit}, credit_measures)
        )
    return entries


def _inherit(
    record: Record[Any],
    ledger: Ledger,
    view: View,
    amount: int,
    found: tuple[dict[str, str], dict[str, str], dict[str, str]],
) -> None:
    """Give each side what it takes from the item that it settles, and tell the side across."""
    shared, debit, credit = found
    for own, across, moved in ((debit, credit, amount), (credit, debit, -amount)):
        taken = inherited(record, ledger, view, {**shared, **own}, moved)
        own.update(taken)
        for name, plain in OF_CONTRA.items():
            if name in taken:
                across[f"contra_{name}"] = taken[name]
                own.setdefault(f"contra_{name}", across.get(name) or plain)


def line_dimensions(
    line: Any, posting_date: datetime.date
) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Return a line's dimensions: of both sides, of the debit, of the credit.

    Where the sides differ in what statements ask of the other account, each names the other's. A due
    date more than twelve months away is named once more: only such a one can make an item long.
    """
    found: tuple[dict[str, str], dict[str, str], dict[str, str]] = ({}, {}, {})
    # Sorted, so that one line always gives the same text of seldom-used dimensions.
    for name in sorted(line.model_fields_set & NAMES):
        text = dimension_text(getattr(line, name))
        if text:
            side, dimension = PLACES[name]
            found[side][dimension] = text
    shared, debit, credit = found
    if debit or credit:
        for name, plain in OF_CONTRA.items():
            own, other = debit.get(name), credit.get(name)
            if own != other:
                common = shared.get(name) or plain
                debit[f"contra_{name}"], credit[f"contra_{name}"] = other or common, own or common
    due = shared.get("due_date", "")
    if due and due > year_after(posting_date).isoformat():
        shared["long_due"] = due
    return found


def year_after(day: datetime.date) -> datetime.date:
    """Return the same day twelve months on; 28 February for the 29th."""
    if day.year == datetime.MAXYEAR:
        return day
    leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 1, day=28 if leap_day else day.day)


def vat_entries(
    record: Record[Any], ledger: Ledger, lines: Sequence[TaxedLine], view: View
) -> list[Entry]:
    """Return the rows of the VAT register for the lines that have a tax block.

    Value and tax stand with the sign of what they do to the register: a VAT account on the side
    opposite to its own (3331 debited, 133 credited) takes back what an earlier invoice put there.
    """
    data = record.data
    entries = []
    for line in lines:
        tax = line.tax
        if tax is None or not (tax.taxable or tax.amount):
            continue
        direction, sign = _direction(line, tax)
        partner = None if tax.partner is None else view.get("object", tax.partner)
        day = tax.invoice_date or data.posting_date
        dimensions = {
            "direction": direction,
            "period": tax.period or day.isoformat()[:7],
            "invoice_form": tax.invoice_form,
            "invoice_series": tax.invoice_series,
            "invoice_no": tax.invoice_no,
            "invoice_date": dimension_text(tax.invoice_date),
            "invoice_total": dimension_text(tax.invoice_total),
            "partner": tax.partner_name or ("" if partner is None else partner.data.name),
            "tax_code": tax.tax_code or getattr(getattr(partner, "data", None), "tax_code", ""),
            "goods": tax.description or line.description,
            "vat_rate": tax.vat_rate,
            "vat_group": tax.vat_group,
            "deductible": tax.deductible or ("direct" if direction == "in" else ""),
            "payment": tax.payment or "",
            "relation": tax.relation or "",
            "org_unit": line.org_unit or "",
        }
        entries.append(
            Entry(
                line.line,
                0,
                ledger,
                data.posting_date,
                data.branch or "",
                {name: text[:200] for name, text in dimensions.items() if text},
                {"taxable": sign * tax.taxable, "tax": sign * tax.amount},
            )
        )
    return entries


def _direction(line: Line, tax: TaxBlock) -> tuple[str, int]:
    account = tax.account or next(
        (code for code in (line.debit, line.credit) if code.startswith((VAT_IN, VAT_OUT))), ""
    )
    direction = tax.direction or ("out" if account.startswith(VAT_OUT) else "in")
    own, other = (line.debit, line.credit) if direction == "in" else (line.credit, line.debit)
    prefix = VAT_IN if direction == "in" else VAT_OUT
    reversed_ = other.startswith(prefix) and not own.startswith(prefix)
    return direction, -1 if reversed_ else 1
