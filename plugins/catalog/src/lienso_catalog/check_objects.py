"""Rules of customers, suppliers and employees (§2.1b)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lienso import Finding, Record
from lienso.view import View

from . import chart, trees
from .check_accounts import check_default_account
from .objects import ROLES, ObjectEntry

_TAX_CODE = re.compile(r"[0-9]{10}(-[0-9]{3})?|[0-9]{12}")
"""Ten digits; a dependent unit adds three; a person's own is the number of the identity card."""

_ACCOUNT_OF = {
    "receivable_account": "customer",
    "payable_account": "supplier",
    "advance_account": "employee",
}


def check_object(
    record: Record[ObjectEntry], before: Record[ObjectEntry] | None, view: View
) -> Iterator[Finding]:
    """Say what is wrong with an object."""
    yield from _check_roles(record, before, view)
    yield from _check_tax_code(record, view)
    for field, role in _ACCOUNT_OF.items():
        yield from check_default_account(record, before, view, field, (role, "object"))


def roles_of(data: ObjectEntry) -> frozenset[str]:
    """Return the roles of an object: ``customer``, ``supplier``, ``employee``."""
    return frozenset(role for role in ROLES if getattr(data, f"is_{role}"))


def _check_roles(
    record: Record[ObjectEntry], before: Record[ObjectEntry] | None, view: View
) -> Iterator[Finding]:
    data = record.data
    roles = roles_of(data)
    if not roles:
        yield Finding("error", "role_required")
    for role in ("customer", "supplier"):
        if getattr(data, f"{role}_groups") and role not in roles:
            values = {"role": ROLES[role]}
            yield Finding("error", "object_role", f"{role}_groups", None, values)
    if "employee" in roles and not data.org_unit:
        yield Finding("error", "org_unit_required", "org_unit")
    for role in (roles_of(before.data) if before is not None else frozenset()) - roles:
        if role in roles_in_use(view, record.id):
            values = {"role": ROLES[role]}
            yield Finding("error", "role_in_use", f"is_{role}", None, values)


def roles_in_use(view: View, id: str) -> frozenset[str]:
    """Return the roles under which an object has entries: those that the accounts ask for.

    A site has no books: it lets the change go, and the cloud decides.
    """
    if view.role != "cloud":
        return frozenset()
    book = view.book(trees.LEDGER_BOOK)
    used: set[str] = set()
    for (code,) in book.sum(["debit"], by=["account"], where={"object": id}):
        state = chart.account(view, code)
        if state is not None:
            used |= {token.rstrip("?") for token in state.tracks} & ROLES.keys()
    if next(iter(book.entries(where={"employee": id})), None) is not None:
        used.add("employee")
    return frozenset(used)


def _check_tax_code(record: Record[Any], view: View) -> Iterator[Finding]:
    tax_code = record.data.tax_code
    if not tax_code:
        return
    if not _TAX_CODE.fullmatch(tax_code):
        values = {"tax_code": tax_code}
        yield Finding("warning", "tax_code_format", "tax_code", None, values)
    same = [
        other.data.code
        for other in view.find("object", "tax_code", equals=(tax_code,))
        if other.id != record.id and other.data.active
    ]
    if same and record.data.active:
        values = {"code": ", ".join(same), "codes": same}
        yield Finding("warning", "tax_code_duplicate", "tax_code", None, values)
