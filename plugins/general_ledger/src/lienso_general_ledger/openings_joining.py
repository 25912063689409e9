"""Opening balances that become one: of customers that were merged, of accounts that were moved together.

What has no invoice and differs in nothing but its amount is one row, on the side of the sum
(`catalog.md` §4.3); rows of invoices stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from lienso import Join

from .openings import opening_entries

AMOUNTS = frozenset({"line", "debit", "credit", "fc_debit", "fc_credit"})
OF_INVOICES = ("invoice_no", "remaining", "advance", "invoice_date", "due_date")


def joined(stays: Mapping[str, Any], goes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of an opening balance that took another one in; JSON values."""
    rows: list[dict[str, Any]] = [dict(row) for row in stays.get("lines", [])]
    last = max((row["line"] for row in rows), default=0)
    for row in goes.get("lines", []):
        last += 1
        same = next((there for there in rows if _is_plain(row) and _same(there, row)), None)
        if same is None:
            rows.append({**row, "line": last})
        else:
            _add(same, row)
    kept = [row for row in rows if not _is_plain(row) or row.get("debit") or row.get("credit")]
    return {**stays, "lines": kept}


def _is_plain(row: Mapping[str, Any]) -> bool:
    return not any(row.get(name) for name in OF_INVOICES)


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    names = {*one, *other} - AMOUNTS
    return _is_plain(one) and all(one.get(name) == other.get(name) for name in names)


def _add(row: dict[str, Any], more: Mapping[str, Any]) -> None:
    both = (row, more)
    net = sum(one.get("debit", 0) - one.get("credit", 0) for one in both)
    fc = sum(Decimal(one.get("fc_debit") or 0) - Decimal(one.get("fc_credit") or 0) for one in both)
    side, other = ("debit", "credit") if net >= 0 else ("credit", "debit")
    row[side], row[other] = abs(net), 0
    row.pop(f"fc_{other}", None)
    if fc:
        row[f"fc_{side}"] = format(fc if net >= 0 else -fc, "f")
    else:
        row.pop(f"fc_{side}", None)


JOIN = Join(joined, opening_entries)
