"""The books that the ledger owns (spec `books.csv`).

What is often asked for is a column of its own; the rest stands together as extras.
"""

from __future__ import annotations

from lienso import Balance, Book, Dimension, Label, Measure, Total

from .dimensions import CATALOGS
from .lines import FC_SCALE, QTY_SCALE


def _dimensions(names: str) -> tuple[Dimension, ...]:
    return tuple(Dimension(name, CATALOGS.get(name, "")) for name in names.split())


ATTRIBUTES = ("term", "activity", "cash_equiv", "of", "loan", "liability")
"""What tells the balance items of one account, object and contract apart (spec §3.0)."""

GENERAL_LEDGER = Book(
    "general_ledger",
    Label("Sổ cái", "General ledger"),
    dimensions=_dimensions(
        "account contra_account currency object employee item warehouse org_unit bank_account project"
        " contract cost_item term op long_due activity contra_activity cash_equiv contra_cash_equiv of"
        " loan liability closing"
    ),
    measures=(
        Measure("debit"),
        Measure("credit"),
        Measure("fc_debit", FC_SCALE),
        Measure("fc_credit", FC_SCALE),
        Measure("qty", QTY_SCALE),
    ),
    extras=_dimensions(
        "rate unit cost_object order budget_item statistic_code asset tool prepaid invoice_no due_date"
        " settles source non_deductible internal generated_by tagged_by opening"
    ),
    totals=(
        Total(("account", "object", "contract", "long_due", *ATTRIBUTES)),
        Total(("account", "currency", "bank_account")),
        Total(
            (
                *("account", "contra_account", "op", "closing", *ATTRIBUTES),
                *("contra_activity", "contra_cash_equiv"),
            )
        ),
    ),
    indexes=(("account",), ("object",)),
    balance=Balance("debit", "credit", within="contra_account"),
    marks=("op", "activity", "contra_activity", "tagged_by"),
)
"""Two entries a pair: side 0 debit, side 1 credit; account and contra account change places.

``opening`` marks rows of opening balances: one-sided, number OPN, outside turnover. Of one account the
totals by object and attributes serve debts, the trial balance and the balance items of statements,
those by currency and bank account serve funds, those by the other account the turnover of statements.
``contra_activity`` and ``contra_cash_equiv`` are written where the other side's differ, ``long_due`` is
a due date more than a year away, ``tagged_by`` who chose op and activity by hand.
"""

OPEN_ITEMS = Book(
    "open_items",
    Label("Công nợ theo chứng từ", "Open items"),
    dimensions=_dimensions("account object currency role document order contract"),
    measures=(Measure("fc_amount", FC_SCALE), Measure("amount")),
    extras=_dimensions("rate origin counterpart invoice_no invoice_date due_date debt_state"),
    indexes=(("object", "account"), ("document",)),
)
"""Debts and payments by document; what is left of a document is the sum of its entries."""

VAT = Book(
    "vat",
    Label("Bảng kê thuế GTGT", "VAT register"),
    dimensions=_dimensions(
        "direction period cell vat_rate vat_group deductible tax_code org_unit declared_in"
    ),
    measures=(Measure("taxable"), Measure("tax")),
    extras=_dimensions(
        "invoice_form invoice_series invoice_no invoice_date invoice_total partner goods import payment"
        " due_date minutes relation"
    ),
    indexes=(("direction", "period"), ("tax_code",)),
)
"""Input and output VAT by invoice and rate."""

PREPAID = Book(
    "prepaid",
    Label("Sổ chi phí trả trước", "Prepaid costs"),
    dimensions=_dimensions("prepaid account kind"),
    measures=(Measure("amount"), Measure("allocated")),
    indexes=(("prepaid",),),
)
"""What is left of a cost = amount less allocated; periods left are not additive: see `prepaid.cards`."""

OPERATING_COSTS = Book(
    "operating_costs",
    Label("Chi phí đã phân bổ (quản trị)", "Allocated operating costs"),
    dimensions=(
        *_dimensions("account cost_item org_unit project order contract"),
        Dimension("item_group", "item_group"),
        Dimension("criterion"),
    ),
    measures=(Measure("amount"),),
)
"""Costs as the management sees them, never in the general ledger."""

BOOKS = (GENERAL_LEDGER, OPEN_ITEMS, VAT, PREPAID, OPERATING_COSTS)
