"""Debts and payments by document, from the rows of the ledger (spec `purchase.md` §4.0)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lienso import Entry, Record
from lienso.model import Ledger

RECEIVABLE, PAYABLE = "131", "331"
RECEIVABLE_PAYABLE = (RECEIVABLE, PAYABLE)
"""Accounts whose debts are followed document by document."""


def item_role(account: str, *, debit: bool) -> str:
    """Return what a row of a receivable or payable is: the debt, or a payment of it."""
    return "payment" if debit == account.startswith(PAYABLE) else "debt"


def open_items(
    record: Record[Any], entries: Sequence[Entry], ledger: Ledger, origin: str
) -> list[Entry]:
    """Return what a voucher leaves open: one row an account, object, currency, invoice and role.

    Amounts are positive, of a debt and of a payment alike; red ink takes away from its side.
    """
    sums: dict[tuple[str, ...], list[int]] = {}
    shown: dict[tuple[str, ...], dict[str, str]] = {}
    for entry in entries:
        there = entry.dimensions
        account, who = there.get("account", ""), there.get("object", "")
        if not who or not account.startswith(RECEIVABLE_PAYABLE):
            continue
        role = item_role(account, debit=entry.side % 2 == 0)
        key = (account, who, there.get("currency", ""), there.get("invoice_no", ""), role)
        row = sums.setdefault(key, [0, 0])
        measures = entry.measures
        row[0] += measures.get("debit", 0) + measures.get("credit", 0)
        row[1] += measures.get("fc_debit", 0) + measures.get("fc_credit", 0)
        its = shown.setdefault(key, {})
        for name in ("rate", "due_date", "order", "contract"):
            if there.get(name):
                its.setdefault(name, there[name])
    data = record.data
    document = data.no if ledger == "financial" else data.no_management
    due = getattr(data, "due_date", None)
    items = []
    for side, (key, (amount, fc_amount)) in enumerate(sorted(sums.items())):
        named = dict(zip(("account", "object", "currency", "invoice_no", "role"), key, strict=True))
        dimensions = {
            **({"due_date": due.isoformat()} if due and named["role"] == "debt" else {}),
            **named,
            **shown[key],
            "origin": origin,
            "document": document,
        }
        dimensions = {name: text for name, text in dimensions.items() if text}
        measures = {"amount": amount, "fc_amount": fc_amount}
        items.append(
            Entry(0, side, ledger, data.posting_date, data.branch or "", dimensions, measures)
        )
    return [item for item in items if any(item.measures.values())]
