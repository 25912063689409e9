"""Trees of catalogs: which nodes are leaves, and when a leaf may get a child (§2.2, §4.12)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from lienso import Finding, Record, Unknown
from lienso.view import View

from . import chart

EXEMPT = frozenset({"customer_group", "supplier_group", "item_group", "org_unit"})
"""Trees whose inner nodes stay selectable and keep their postings."""

BY_PARENT = frozenset(
    {"project", "cost_object", "cost_item", "budget_item", "statistic_code", "tool_type"}
    | {"asset_type"}
    | EXEMPT
)
"""Trees built by the field ``parent``; that of accounts follows from their codes."""

DIMENSIONS: Mapping[str, str] = {
    "object": "object",
    "employee": "object",
    "item": "item",
    "unit": "unit",
    "warehouse": "warehouse",
    "org_unit": "org_unit",
    "cost_object": "cost_object",
    "cost_item": "cost_item",
    "project": "project",
    "budget_item": "budget_item",
    "statistic_code": "statistic_code",
    "bank_account": "bank_account",
}
"""Dimension of the general ledger → the catalog of this module that it names."""

LEDGER_BOOK = "general_ledger"
DEPTH_MAX = 50
"""Levels of a tree: more is a mistake, and a walk up has to end."""


def is_leaf(view: View, type: str, id: str) -> bool:
    """Tell whether a node has no child."""
    return next(view.children(type, id), None) is None


def ancestors(view: View, type: str, id: str) -> Iterator[str]:
    """Yield the ids above a node, nearest first; ends after `DEPTH_MAX`, or where a circle closes."""
    seen = {id}
    for _ in range(DEPTH_MAX):
        record = view.get(type, id)
        above = None if record is None else record.data.parent
        if not above:
            return
        yield above
        if above in seen:
            return
        seen.add(above)
        id = above


def derived(record: Record[Any], view: View) -> Mapping[str, Any]:
    """Return whether a node is a leaf, and its level."""
    level = 1 + sum(1 for _ in ancestors(view, record.type, record.id))
    return {"is_leaf": is_leaf(view, record.type, record.id), "level": level}


def derived_account(record: Record[Any], view: View) -> Mapping[str, Any]:
    """Return the place of an account in the chart, and what it takes over from the account above."""
    state = chart.account(view, record.data.code)
    if state is None:
        return {}
    return {
        "parent": state.parent,
        "is_leaf": state.leaf,
        "level": chart.level_of(view, state.code),
        "nature": state.nature,
        "tracks": list(state.tracks),
        "monetary": state.monetary,
    }


def check_parent(record: Record[Any], before: Record[Any] | None, view: View) -> Iterator[Finding]:
    """Say what is wrong with the place that a record takes in its tree."""
    parent_id: str | None = record.data.parent
    if not parent_id or (before is not None and before.data.parent == parent_id):
        return
    parent = view.get(record.type, parent_id)
    if parent is None:
        values = {"type": record.type, "value": parent_id, "field": "parent"}
        yield Finding("error", "not_found", "parent", None, values)
        return
    code = {"parent": parent.data.code}
    path = [parent_id, *ancestors(view, record.type, parent_id)]
    if record.id in path or len(path) > DEPTH_MAX:
        yield Finding("error", "parent_cycle", "parent", None, code)
        return
    if not parent.data.active:
        yield Finding("error", "parent_inactive", "parent", None, code)
    if record.type not in EXEMPT:
        others = (c for c in view.children(record.type, parent_id) if c.id != record.id)
        if next(others, None) is None:
            yield from first_child(view, record.type, parent_id, parent.data.code)


def first_child(view: View, type: str, id: str, code: str) -> Iterator[Finding]:
    """Say why a leaf may not get its first child here and now (§4.12).

    Offline a site cannot know the postings of others, unless the leaf never left it. Where somebody
    already refers to the leaf, its postings have to be moved to the child.
    """
    values = {"parent": code, "catalog": type}
    if not view.online and view.sync_state(type, id) != "never_synced":
        yield Finding("error", "offline_refused", "parent", None, values)
    elif id not in _WAIVED.get() and is_used(view, type, id, code):
        yield Finding("error", "parent_has_postings", "parent", None, values)


@contextmanager
def first_child_waived(id: str) -> Iterator[None]:
    """Let a used leaf get its first child in this block, whose caller moves the postings after it."""
    token = _WAIVED.set(_WAIVED.get() | {id})
    try:
        yield
    finally:
        _WAIVED.reset(token)


_WAIVED: ContextVar[frozenset[str]] = ContextVar("first_child_waived", default=frozenset())


def is_used(view: View, type: str, id: str, code: str) -> bool:
    """Tell whether a record refers to a catalog's entry, or in the cloud an entry of the ledger."""
    return next(view.referenced(type, id), None) is not None or in_ledger(view, type, id, code)


def in_ledger(view: View, type: str, id: str, code: str) -> bool:
    """Tell whether the general ledger names an entry of a catalog; a site has no ledger to ask."""
    if view.role != "cloud":
        return False
    if type == "account":
        return _any(view, "account", code)
    if type == "currency":
        return _any(view, "currency", code)
    return any(_any(view, name, id) for name, catalog in DIMENSIONS.items() if catalog == type)


def _any(view: View, dimension: str, value: str) -> bool:
    try:
        entries = view.book(LEDGER_BOOK).entries(where={dimension: value})
        return next(iter(entries), None) is not None
    except Unknown:  # a ledger of another shape that does not keep this dimension
        return False
