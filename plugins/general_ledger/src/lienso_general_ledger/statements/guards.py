"""What keeps a final set as it was filed, whoever saves (spec `general_ledger.md` §4.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lienso import Finding, Record

from .computing import SET


def check_record(record: Record[Any], before: Record[Any] | None) -> Iterator[Finding]:
    """Say why a set may not be saved: a final one is only reopened, with a reason."""
    if record.type != SET or before is None or before.data.status != "final":
        return
    old, new = before.data, record.data
    opened = old.model_copy(update={"status": "draft", "reopened": new.reopened})
    reopened = len(new.reopened) == len(old.reopened) + 1 and bool(new.reopened[-1].reason)
    if not (reopened and new == opened):
        values = {"set": f"{old.from_date.isoformat()}/{old.to_date.isoformat()}"}
        yield Finding("error", "statement_final", "status", None, values)


def check_delete(record: Record[Any]) -> Iterator[Finding]:
    """Say why a set may not be deleted."""
    if record.type == SET and record.data.status == "final":
        yield Finding("error", "statement_final", "status")
