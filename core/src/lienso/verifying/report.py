"""The report of a check, and walking through all records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from ..storage import StoredRecord, View

PAGE = 500
"""Records held at a time."""


@dataclass(slots=True)
class Check:
    """What one check found.

    Attributes:
        check: its name.
        looked_at: how many things it looked at.
        wrong: what does not hold: JSON objects, ``what`` says in words what is the matter.
    """

    check: str
    looked_at: int = 0
    wrong: list[dict[str, Any]] = field(default_factory=list)

    def add(self, what: str, **where: Any) -> None:
        """Note something wrong and where it is."""
        self.wrong.append({"what": what, **where})

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return asdict(self)


def live_records(view: View) -> Iterator[StoredRecord]:
    """Go through the live records of the cloud, in the order of the feed."""
    after = 0
    while True:
        page = view.changes(after, limit=PAGE)
        yield from (record for record in page.records if not record.deleted)
        if not page.records or page.next_after >= page.head:
            return
        after = page.next_after
