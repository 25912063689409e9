"""What catalogs ask of entries about to be posted, in the order of spec `catalog.md` §3.

Looks are remembered in the transaction: a second voucher with the same codes asks no storage.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lienso import Entry, Finding, Record
from lienso.model import Severity
from lienso.view import View

from .chart import AccountState, account
from .check_accounts import is_vnd
from .check_objects import roles_of
from .objects import ROLES
from .trees import BY_PARENT, DIMENSIONS, EXEMPT, LEDGER_BOOK, is_leaf

ROLE_TOKENS = frozenset({*ROLES, "object"})
"""Tokens that the dimension ``object`` satisfies; all but the last name a role."""

NEVER_REFUSED = frozenset({"term"})
"""Nothing typed means the default, so ``term`` refuses no row (`reference/README.md` §1)."""

OPENING_TOKENS = frozenset({*ROLE_TOKENS, "bank_account"})

TITLES: Mapping[str, str] = {
    "object": "Đối tượng",
    "employee": "Nhân viên",
    "item": "Vật tư hàng hóa",
    "unit": "Đơn vị tính",
    "warehouse": "Kho",
    "org_unit": "Đơn vị",
    "cost_object": "Đối tượng THCP",
    "cost_item": "Khoản mục chi phí",
    "project": "Công trình",
    "budget_item": "Mục thu/chi",
    "statistic_code": "Mã thống kê",
    "bank_account": "TK ngân hàng",
}

FOREIGN_UNIT = 10_000
"""Foreign amounts are kept as integers of four decimals."""


@dataclass(frozen=True, slots=True)
class Node:
    """What rules ask of a catalog's entry. ``roles``: of an object. ``closed_on``: a bank account."""

    code: str
    problem: str
    roles: frozenset[str] = frozenset()
    closed_on: datetime.date | None = None


def check_posting(
    record: Record[Any], entries: Mapping[str, Sequence[Entry]], view: View
) -> Sequence[Finding]:
    """Say what is wrong with the accounts and dimensions of entries; each thing once a line."""
    rows = entries.get(LEDGER_BOOK)
    if not rows:
        return ()
    found: dict[tuple[int, str, str], Finding] = {}
    limits = view.memo(("catalog.limits", record.type), lambda: _limits(record.type, view))
    for entry in rows:
        dimensions = entry.dimensions
        code = dimensions.get("account", "")
        if code:  # the ledger itself asks for an account that is missing
            state = account(view, code)
            if state is None or not state.active or not state.leaf or state.tracks or limits:
                for finding in _check_account(entry, code, state, limits, view):
                    found.setdefault((entry.line, code, finding.code), finding)
        for name, value in dimensions.items():
            if value and name in DIMENSIONS:
                node = _node(view, DIMENSIONS[name], value)
                if node.problem or node.closed_on is not None:
                    for finding in _check_node(entry, name, value, node):
                        found.setdefault((entry.line, value, finding.code), finding)
        if _has_decimals(entry):
            finding = Finding("error", "vnd_has_no_decimals", "fc_amount", entry.line)
            found.setdefault((entry.line, "", finding.code), finding)
    return tuple(found.values())


def _check_account(
    entry: Entry,
    code: str,
    state: AccountState | None,
    limits: Mapping[int, tuple[str, ...]],
    view: View,
) -> Iterator[Finding]:
    side = "credit" if entry.side == 1 else "debit"
    values = {"account": code}
    if state is None:
        yield Finding("error", "account_unknown", side, entry.line, values)
        return
    if not state.active:
        yield Finding("error", "account_inactive", side, entry.line, values)
    if not state.leaf:
        yield Finding("error", "account_is_parent", side, entry.line, values)
    allowed = limits.get(entry.side)
    if allowed and not code.startswith(allowed):
        yield Finding("error", "account_not_allowed", side, entry.line, values)
    if entry.dimensions.get("closing") and state.nature == "none":
        return  # income and expense are closed whatever they are followed by
    yield from missing_tokens(entry, state, view)


def _check_token(entry: Entry, code: str, token: str, view: View) -> Iterator[Finding]:
    """Ask for one thing that an account is followed by.

    Of an opening balance only objects and bank accounts are asked: stock, assets and prepaid costs have
    openings of their own, which the modules that keep them compare with the account.
    ``fc?`` never asks: such an account takes đồng and foreign money, and a row in đồng lacks nothing.
    """
    name = token.rstrip("?")
    severity: Severity = "warning" if token.endswith("?") else "error"
    dimensions, values = entry.dimensions, {"account": code}
    if name in NEVER_REFUSED:
        return
    if dimensions.get("opening") and name not in OPENING_TOKENS:
        return
    if name == "fc":
        if severity == "error" and is_vnd(dimensions.get("currency", "")):
            yield Finding("error", "currency_required", "currency", entry.line, values)
        return
    if name not in ROLE_TOKENS:
        if not dimensions.get(name):
            yield Finding(severity, f"{name}_required", name, entry.line, values)
        return
    id = dimensions.get("object") or (dimensions.get("employee") if name == "employee" else "")
    if not id:
        yield Finding(severity, "object_required", "object", entry.line, values)
    elif name in ROLES:
        node = _node(view, "object", id)
        if not node.problem.startswith("dimension_unknown") and name not in node.roles:
            lenient = severity == "warning" or view.option("lenient_object_role")
            values = {**values, "role": ROLES[name], "object": node.code}
            role: Severity = "warning" if lenient else "error"
            yield Finding(role, "object_role", "object", entry.line, values)


def missing_tokens(entry: Entry, state: AccountState, view: View) -> Iterator[Finding]:
    """Say what an account would miss on an entry that is moved to it."""
    for token in state.tracks:
        yield from _check_token(entry, state.code, token, view)


def _check_node(entry: Entry, name: str, value: str, node: Node) -> Iterator[Finding]:
    if node.problem:
        values = {"dimension": TITLES[name], "name": name, "value": node.code or value}
        yield Finding("error", node.problem, name, entry.line, values)
    if node.closed_on is not None and entry.posting_date > node.closed_on:
        values = {"date": node.closed_on.isoformat(), "value": node.code}
        yield Finding("error", "bank_account_closed", name, entry.line, values)


def _has_decimals(entry: Entry) -> bool:
    measures = entry.measures
    foreign = measures.get("fc_debit", 0) or measures.get("fc_credit", 0)
    return bool(foreign % FOREIGN_UNIT) and is_vnd(entry.dimensions.get("currency", ""))


def _node(view: View, type: str, id: str) -> Node:
    known: dict[tuple[str, str], Node] = view.memo("catalog.nodes", dict)
    node = known.get((type, id))
    if node is None:
        node = known[type, id] = _look(view, type, id)
    return node


def _look(view: View, type: str, id: str) -> Node:
    record = view.get(type, id)
    if record is None:
        return Node("", "dimension_unknown")
    data = record.data
    problem = ""
    if not data.active:
        problem = "dimension_inactive"
    elif type in BY_PARENT and type not in EXEMPT and not is_leaf(view, type, id):
        problem = "dimension_not_leaf"
    roles = roles_of(data) if type == "object" else frozenset[str]()
    closed_on = data.closed_on if type == "bank_account" else None
    return Node(data.code, problem, roles, closed_on)


def _limits(voucher_type: str, view: View) -> Mapping[int, tuple[str, ...]]:
    """Return by side (0 debit, 1 credit) what accounts a voucher type's lines may name (§2.1)."""
    sides = {"debit": 0, "credit": 1}
    found = {
        sides[record.data.column]: tuple(record.data.filter)
        for record in view.find("account_default", "voucher_type", equals=(voucher_type,))
        if record.data.column in sides and record.data.filter
    }
    return found if found and view.option("restrict_accounts") else {}
