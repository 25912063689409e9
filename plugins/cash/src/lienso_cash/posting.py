"""Cash vouchers to entries: the ledger, the VAT register, open items (spec §3)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal

from lienso import Entry, Record
from lienso.model import Ledger
from lienso.view import View
from lienso_general_ledger.money.posting import INPUT_VAT, of_object, paid_by, post_money
from lienso_general_ledger.money.vouchers import MoneyLine, MoneyVoucher

from .records import AdvanceSettlement


def post_cash(
    record: Record[MoneyVoucher | AdvanceSettlement], ledger: Ledger, view: View
) -> Mapping[str, Sequence[Entry]]:
    """Post a receipt, a payment or the settlement of an advance.

    Raises:
        Refused: ``period_locked``.
    """
    data = record.data
    # A settlement is the employee's; in a receipt or payment he is only the one in charge.
    its = data.object if isinstance(data, MoneyVoucher) else data.employee
    lines = [of_object(line, its) for line in data.lines]
    limits = over_threshold(lines, view)
    taxed = [paid_by(line, "cash", deductible=line.line not in limits) for line in lines]
    return post_money(record, ledger, view, lines, taxed)


def over_threshold(lines: Sequence[MoneyLine], view: View) -> dict[int, int]:
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


def invoice_key(line: MoneyLine) -> tuple[str, ...]:
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
