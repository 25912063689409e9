"""What holds for sets and templates whoever saves them (spec `general_ledger.md` §4.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lienso import Finding, Record, Unknown
from lienso.view import View

from .computing import SET, TEMPLATE
from .formulas import check_template


def check_record(record: Record[Any], before: Record[Any] | None, view: View) -> Iterator[Finding]:
    """Say why it may not be saved: a final set is only reopened, with a reason; formulas are whole."""
    if record.type == TEMPLATE:
        try:
            yield from check_template(view, record.data)
        except Unknown as error:
            yield Finding("error", error.code, "statement", None, error.detail)
    if record.type == SET and before is not None and before.data.status == "final":
        yield from _check_reopening(record.data, before.data)


def _check_reopening(new: Any, old: Any) -> Iterator[Finding]:
    opened = old.model_copy(update={"status": "draft", "reopened": new.reopened})
    reopened = len(new.reopened) == len(old.reopened) + 1 and bool(new.reopened[-1].reason)
    if not (reopened and new == opened):
        values = {"set": f"{old.from_date.isoformat()}/{old.to_date.isoformat()}"}
        yield Finding("error", "statement_final", "status", None, values)


def check_delete(record: Record[Any]) -> Iterator[Finding]:
    """Say why a set may not be deleted."""
    if record.type == SET and record.data.status == "final":
        yield Finding("error", "statement_final", "status")
