"""The closing table: what a company starts with, and what a row may say.

Defaults by circular: 521 first goes to revenue (TT200 art. 81, TT99; TT133 has no 521), revenue and
costs to 911, then the result to 4212.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lienso import Finding, Record
from lienso.view import View
from lienso_catalog import account, regime_of

from .records import ClosingAccount, Side

CLOSING_ACCOUNT = "closing_account"
RESULT, PROFIT = "911", "4212"
"""Determination of results, and undistributed profit of this year, in all three charts."""

_CREDIT = ("511", "515", "711")
_DEBIT = ("632", "635", "641", "642", "811")
_OWN: Mapping[str, tuple[Sequence[str], Sequence[tuple[str, str]]]] = {
    "TT200": (("8211", "8212"), (("521", "5111"),)),
    "TT99": (("8211", "8212"), (("521", "511"),)),
    "TT133": (("821",), ()),
}
"""By regime: accounts of corporate tax, and deductions with the revenue that they lower."""


def defaults(regime: str) -> list[ClosingAccount]:
    """Return the rows that a company of a regime starts with, in their order."""
    tax, deductions = _OWN[regime]
    debit = [code for code in _DEBIT if not (regime == "TT133" and code == "641")]
    rows: list[tuple[int, str, str, Side]] = [
        *((10, code, to, "debit") for code, to in deductions),
        *((20, code, RESULT, "credit") for code in _CREDIT),
        *((30, code, RESULT, "debit") for code in debit),
        *((40, code, RESULT, "both") for code in tax),
        (50, RESULT, PROFIT, "both"),
    ]
    return [
        ClosingAccount(order=order, from_account=code, to_account=to, side=side)
        for order, code, to, side in rows
    ]


def seeds(regime: str) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the rows as records of a new company."""
    return [
        (CLOSING_ACCOUNT, row.model_dump(mode="json", exclude_defaults=True))
        for row in defaults(regime)
    ]


def rows_of(view: View) -> list[ClosingAccount]:
    """Return the company's table by order and account; an empty one stands for the defaults."""
    rows = [record.data for record in view.all(CLOSING_ACCOUNT)] or defaults(regime_of(view))
    return sorted(rows, key=lambda row: (row.order, row.from_account))


def check_row(record: Record[Any], view: View) -> Iterator[Finding]:
    """Say what is wrong with a row about to be saved: receivers, and a circle with the others."""
    row: ClosingAccount = record.data
    for to in dict.fromkeys((row.to_account, *row.map.values())):
        state = account(view, to)
        if state is None or not state.leaf:
            yield Finding("error", "to_not_postable", "to_account", None, {"account": to})
    others = [other.data for other in view.all(CLOSING_ACCOUNT) if other.id != record.id]
    if _returns(row, [*others, row]):
        values = {"account": row.from_account}
        yield Finding("error", "closing_cycle", "from_account", None, values)


def _returns(row: ClosingAccount, rows: Sequence[ClosingAccount]) -> bool:
    """Tell whether what a row closes comes back to it by the others."""
    seen: set[str] = set()
    todo = [row.to_account, *row.map.values()]
    while todo:
        to = todo.pop()
        if to.startswith(row.from_account):
            return True
        if to in seen:
            continue
        seen.add(to)
        for other in rows:
            if to.startswith(other.from_account):
                todo.append(other.receiver(to))
    return False
