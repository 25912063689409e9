"""The dimensions of a ledger row: one table for the book, the line's model and the posting.

What the company names itself (objects, items, projects …) is a reference to its record. Codes that
the law or a standard fixes (accounts, currencies, VAT rates) stand as they are.
"""

from __future__ import annotations

from collections.abc import Mapping

CATALOGS: Mapping[str, str] = {
    "object": "object",
    "employee": "object",
    "item": "item",
    "warehouse": "warehouse",
    "unit": "unit",
    "org_unit": "org_unit",
    "cost_object": "cost_object",
    "cost_item": "cost_item",
    "project": "project",
    "order": "sales_order",
    "contract": "sales_contract",
    "budget_item": "budget_item",
    "statistic_code": "statistic_code",
    "bank_account": "bank_account",
    "asset": "fixed_asset",
    "tool": "tool",
    "prepaid": "prepaid_cost",
}
"""Dimension → record type whose ids it holds."""

SIDED = (
    "object",
    "employee",
    "item",
    "warehouse",
    "org_unit",
    "cost_object",
    "cost_item",
    "project",
    "order",
    "contract",
    "bank_account",
    "term",
    "activity",
    "settles",
    "cash_equiv",
    "of",
    "loan",
    "liability",
)
"""Dimensions that a line may give to one side only, as ``debit_<name>`` and ``credit_<name>``."""

PLAIN = (
    "invoice_no",
    "due_date",
    "term",
    "op",
    "activity",
    "closing",
    "settles",
    "source",
    "non_deductible",
    "internal",
    "cash_equiv",
    "of",
    "loan",
    "liability",
    "generated_by",
)
"""Dimensions whose values stand as they are: dates in ISO form, true as ``1``, false blank."""

BOTH, DEBIT, CREDIT = 0, 1, 2

PLACES: Mapping[str, tuple[int, str]] = {
    **{name: (BOTH, name) for name in (*CATALOGS, *PLAIN)},
    "purchase_order": (BOTH, "order"),
    "purchase_contract": (BOTH, "contract"),
    **{f"debit_{name}": (DEBIT, name) for name in SIDED},
    **{f"credit_{name}": (CREDIT, name) for name in SIDED},
}
"""Field of a line → which side of the pair it is for, and the dimension."""

NAMES = frozenset(PLACES)
