"""Dòng tiền theo mục thu/chi: what came in and went out, by receipt and payment item (spec §6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lienso import Column, Label, Prefix, Record, Table
from lienso.view import View
from lienso_general_ledger.money.funds import BANK, CASH, LEDGER_BOOK, branch_id
from lienso_general_ledger.money.running import period_text
from lienso_general_ledger.reports import PeriodParams
from pydantic import Field

ITEM = "budget_item"
IN_TRANSIT = "113"
MONEY = (CASH, BANK, IN_TRANSIT)
DEPTH_MAX = 50
INDENT = "  "
UNSORTED = "(chưa phân loại)"
"""What stands on no item, or on one that has others below it: old data, so that the sums agree."""

Sides = tuple[int, int]


class FlowParams(PeriodParams):
    """Which money: accounts with all below them; by default cash and bank deposits."""

    accounts: list[str] = Field(default=[CASH, BANK], min_length=1, max_length=50)


def flow_by_item(params: FlowParams, view: View) -> Table:
    """List receipts and payments of a period by item, children below their parents, đồng.

    Money that only goes from one account of money to another, or into transit, is no flow. A parent
    shows the sum of its children.
    """
    own = _sums(params, view)
    children: dict[str, list[Record[Any]]] = {}
    for record in view.all(ITEM):
        children.setdefault(record.data.parent or "", []).append(record)
    rows: list[tuple[Any, ...]] = []
    for record in children.get("", []):
        rows += _node(record, children, own, 0)[0]
    if any(own.get("", (0, 0))):
        rows.append(("", UNSORTED, "", *_shown(own[""])))
    total = tuple(sum(sides[at] for sides in own.values()) for at in (0, 1))
    return Table(
        (
            Column("code", Label("Mã", "Code")),
            Column("name", Label("Mục thu/chi", "Item")),
            Column("direction", Label("Loại", "Direction")),
            Column("receipts", Label("Thu", "Receipts"), "money"),
            Column("payments", Label("Chi", "Payments"), "money"),
            Column("net", Label("Chênh lệch", "Net"), "money"),
        ),
        tuple(rows),
        Label("Dòng tiền theo mục thu/chi", "Cash flow by receipt and payment item"),
        period_text(params),
        ("", "Cộng", "", *_shown((total[0], total[1]))),
    )


def _sums(params: FlowParams, view: View) -> dict[str, Sides]:
    """Return (received, paid) by item; red ink takes from the side it is written on."""
    where: dict[str, Any] = {
        "account": [Prefix(account) for account in params.accounts],
        "ledger": params.ledger,
    }
    if branch := branch_id(view, params.branch):
        where["branch"] = branch
    sums = view.book(LEDGER_BOOK).sum(
        ("debit", "credit"),
        by=(ITEM, "contra_account"),
        where=where,
        date_from=params.from_date,
        date_to=params.to_date,
    )
    found: dict[str, Sides] = {}
    inside = (*MONEY, *params.accounts)
    for (item, contra), (debit, credit) in sums.items():
        if contra and not contra.startswith(inside):  # an opening has no contra account
            before = found.get(item, (0, 0))
            found[item] = (before[0] + debit, before[1] + credit)
    return found


def _node(
    record: Record[Any], children: dict[str, list[Record[Any]]], own: dict[str, Sides], level: int
) -> tuple[list[tuple[Any, ...]], Sides]:
    """Return the rows of an item and all below it, and their sum; nothing where nothing moved."""
    mine = own.get(record.id, (0, 0))
    below: list[tuple[Any, ...]] = []
    received, paid = mine
    for child in children.get(record.id, []) if level < DEPTH_MAX else ():
        rows, (more, less) = _node(child, children, own, level + 1)
        below += rows
        received, paid = received + more, paid + less
    if below and any(mine):
        below.append((INDENT * (level + 1), UNSORTED, "", *_shown(mine)))
    if not below and not any(mine):
        return [], (0, 0)
    kind = {"receipt": "Thu", "payment": "Chi"}[record.data.direction]
    head = (INDENT * level + record.data.code, record.data.name, kind, *_shown((received, paid)))
    return [head, *below], (received, paid)


def _shown(sides: Sides) -> Iterator[int]:
    yield from (*sides, sides[0] - sides[1])
