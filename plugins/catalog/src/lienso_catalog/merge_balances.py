"""What a merge shows of balances: by account and object, openings, and the balance sheet (§4.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lienso import Prefix, Record
from lienso.view import View

from . import chart
from .moving import OPENING_NUMBER
from .objects import ROLES
from .trees import LEDGER_BOOK

DEBTS = ("131", "331", "136", "138", "141", "244", "334", "336", "338", "344")
"""Accounts whose balances by object a merge shows, besides those that are followed by object."""

STATEMENT_LINES: Mapping[str, tuple[str, str]] = {
    "131": ("B01-DN:131", "B01-DN:312"),
    "331": ("B01-DN:132", "B01-DN:311"),
}
"""Account → the lines of the balance sheet that show its debit and its credit balances by object."""


def balances(view: View, ids: Sequence[str]) -> dict[tuple[str, str], int]:
    """Return (account, object) → debit less credit, of accounts where a debt can stand."""
    sums = view.book(LEDGER_BOOK).sum(
        ("debit", "credit"), by=("account", "object"), where={"object": list(ids)}
    )
    found: dict[tuple[str, str], int] = {}
    for (account, id), (debit, credit) in sums.items():
        state = chart.account(view, account)
        followed = state is not None and any(
            t.rstrip("?") in {*ROLES, "object"} for t in state.tracks
        )
        if followed or account.startswith(DEBTS):
            found[account, id] = debit - credit
    return found


def statement_lines(view: View) -> dict[str, int]:
    """Return the balance sheet's debit and credit sides of debts: no object is netted with another."""
    found: dict[str, int] = {}
    for account, lines in STATEMENT_LINES.items():
        where = {"account": [Prefix(account)], "ledger": "financial"}
        sums = view.book(LEDGER_BOOK).sum(
            ("debit", "credit"), by=("account", "object"), where=where
        )
        nets = [debit - credit for debit, credit in sums.values()]
        found[lines[0]] = sum(net for net in nets if net > 0)
        found[lines[1]] = -sum(net for net in nets if net < 0)
    return found


def openings(view: View, record: Record[Any]) -> list[dict[str, Any]]:
    where = {"object": record.id, "number": OPENING_NUMBER}
    sums = view.book(LEDGER_BOOK).sum(("debit", "credit"), by=("account",), where=where)
    rows = []
    for (account,), (debit, credit) in sorted(sums.items()):
        net = debit - credit
        side = {"debit": net} if net > 0 else {"credit": -net}
        rows.append({"account": account, "object": record.data.code, **side})
    return rows
