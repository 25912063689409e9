"""Where a row of a report comes from: another report, or a record with its history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Drill:
    """One step down from a row.

    Attributes:
        report: id of the report that shows what the row is made of. ``params``: JSON values for it.
        type, id: the record that the row comes from; of a drill that leads to no report.
    """

    report: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    type: str = ""
    id: str = ""


def drill_json(drill: Drill | None) -> dict[str, Any]:
    """Write a drill as JSON values; an empty object for none."""
    if drill is None:
        return {}
    if drill.report:
        return {"report": drill.report, "params": dict(drill.params)}
    return {"type": drill.type, "id": drill.id}


def drill_from_json(found: Mapping[str, Any]) -> Drill | None:
    """Read a drill; None for an empty object."""
    return Drill(**found) if found else None
