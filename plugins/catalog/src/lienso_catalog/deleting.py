"""Why an entry of a catalog may not be deleted, beyond what references show (§2.0, §8).

Module system says when it has children or a record refers to it; here stands what no reference
shows: the chart of the law, codes of accounts and currencies, and entries of the books.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lienso import Finding, Record
from lienso.view import View

from . import chart, trees
from .moving import Move, is_named
from .types import TYPE_IDS


def check_delete(record: Record[Any], view: View) -> Iterator[Finding]:
    """Say why: statutory, accounts below it, or an entry of the general ledger names it."""
    if record.type not in TYPE_IDS:
        return
    code = getattr(record.data, "code", "")
    values = {"code": code, "type": record.type, "id": record.id}
    if record.type == "account":
        yield from _check_account(record, values, view)
    elif next(view.referenced(record.type, record.id), None) is not None:
        return
    elif _is_built_in(record) or trees.in_ledger(view, record.type, record.id, code):
        yield Finding("error", "in_use", None, None, values)


def _is_built_in(record: Record[Any]) -> bool:
    return record.type == "currency" and record.data.code == "VND"


def _check_account(record: Record[Any], values: dict[str, Any], view: View) -> Iterator[Finding]:
    code = record.data.code
    if record.data.is_statutory:
        yield Finding("error", "statutory", None, None, {**values, "account": code})
    elif next(chart.below(view, code), None) is not None:
        yield Finding("error", "has_children", None, None, values)
    elif trees.in_ledger(view, "account", record.id, code) or is_named(
        view, Move("account", codes={code: code}, keep=frozenset({record.id}))
    ):
        yield Finding("error", "in_use", None, None, values)
