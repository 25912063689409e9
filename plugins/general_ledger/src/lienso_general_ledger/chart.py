"""Looks at the chart of accounts; the catalog owns it."""

from __future__ import annotations

from typing import Any

from lienso import Finding
from lienso.view import View
from lienso_catalog import account, parent_of

OBJECT_TOKENS = frozenset({"customer", "supplier", "employee", "object"})
BANK_TOKEN = "bank_account"


def account_finding(code: Any, view: View) -> Finding | None:
    """Say why an account cannot be used on a line: for columns of import sheets.

    Returns:
        ``not_found`` or ``account_is_parent``; None when all is well or no code was given.
    """
    if not code:
        return None
    state = account(view, code)
    if state is None:
        return Finding("error", "not_found", None, None, {"type": "account", "value": code})
    if not state.leaf:
        return Finding("error", "account_is_parent", None, None, {"account": code})
    return None


def tokens(view: View, code: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return what an account demands on a line, and what it only asks for (marked ``?``)."""
    state = account(view, code)
    tracks = () if state is None else state.tracks
    asked = frozenset(token[:-1] for token in tracks if token.endswith("?"))
    return frozenset(tracks) - {f"{token}?" for token in asked}, asked


def default_account(view: View, voucher_type: str, column: str, usual: str) -> str:
    """Return the company's default account of a voucher's column, else the usual one."""
    for record in view.all("account_default"):
        data = record.data
        if data.voucher_type == voucher_type and data.column == column and data.default:
            return str(data.default)
    return usual


def name_of(view: View, code: str) -> str:
    """Return an account's name, empty when it is unknown."""
    state = account(view, code)
    return "" if state is None else state.name


def path_of(view: View, code: str) -> list[str]:
    """Return the codes above an account and its own, from level 1 down."""
    path = [code]
    above = parent_of(view, code)
    while above is not None:
        path.append(above.code)
        above = parent_of(view, above.code)
    return path[::-1]
