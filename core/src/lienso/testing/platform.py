"""An application outside, in memory: for tests, and for worked cases (`simulate platform`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..connector.port import LinkStatus, Page, PlatformAddress, PlatformError, PushAnswer, PushRow

UNREACHABLE = "unreachable"
LOST = "answer_lost"


@dataclass(slots=True)
class _Resource:
    """Attributes: ``changed``: platform ids in the order of their last change. ``cursors``: name → place."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    changed: list[tuple[int, str]] = field(default_factory=list)
    cursors: dict[str, int] = field(default_factory=dict)
    at: int = 0

    def note(self, id: str) -> None:
        self.at += 1
        self.changed = [(at, one) for at, one in self.changed if one != id] + [(self.at, id)]


class MemoryPlatform:
    """Rows by resource, with versions, cursors and keys, and the faults a test asks for.

    Attributes:
        fault: ``unreachable``: nothing is answered; ``answer_lost``: the next push is done, and its
            answer lost. ``pushed``: rows that were written, without those of a repeated key.
        links: the addresses it was asked by.
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Begin anew."""
        self.fault = ""
        self.pushed: list[tuple[str, PushRow]] = []
        self.links: list[PlatformAddress] = []
        self._resources: dict[str, _Resource] = {}
        self._answers: dict[str, PushAnswer] = {}

    def put(
        self, resource: str, rows: Iterable[Mapping[str, Any]], next_cursor: str | None = None
    ) -> None:
        """Merge rows by ``platform_id``; ``next_cursor`` names the place after them."""
        its = self._of(resource)
        for row in rows:
            id = str(row["platform_id"])
            its.rows[id] = {**its.rows.get(id, {}), **row}
            its.note(id)
        if next_cursor is not None:
            its.cursors[next_cursor] = its.at

    def row(self, resource: str, id: str) -> Mapping[str, Any]:
        """Return a row as it is there."""
        return self._of(resource).rows[id]

    def capabilities(self) -> frozenset[str]:
        """Everything that it is asked for."""
        names = ("org_units", "employees", "customers", "orders", "invoice_requests", "contracts")
        return frozenset(f"{verb}:{name}" for verb in ("fetch", "push") for name in names)

    def check(self, link: PlatformAddress) -> LinkStatus:
        """Say whether it is there."""
        return LinkStatus(self.fault != UNREACHABLE, True)

    def fetch(
        self,
        link: PlatformAddress,
        resource: str,
        cursor: str | None,
        limit: int,
        ids: Sequence[str] | None = None,
    ) -> Page:
        """Return rows that changed after a cursor, or those named."""
        self._ask(link)
        its = self._of(resource)
        if ids is not None:
            return Page([dict(its.rows[id]) for id in ids if id in its.rows])
        if cursor is not None and cursor not in its.cursors:
            raise PlatformError("platform_rejected", {"message": f"no cursor {cursor}"})
        after = 0 if cursor is None else its.cursors[cursor]
        found = [(at, id) for at, id in its.changed if at > after][:limit]
        if not found:
            return Page([])
        last = found[-1][0]
        name = next((name for name, at in its.cursors.items() if at == last), f"{resource}-{last}")
        its.cursors[name] = last
        return Page([dict(its.rows[id]) for _at, id in found], name)

    def push(
        self, link: PlatformAddress, resource: str, rows: Sequence[PushRow]
    ) -> Sequence[PushAnswer]:
        """Write rows: a repeated key is answered as the first time, another version is a conflict."""
        self._ask(link)
        answers = [self._write(resource, row) for row in rows]
        if self.fault == LOST:
            self.fault = ""
            raise PlatformError("platform_unreachable")
        return answers

    def _write(self, resource: str, row: PushRow) -> PushAnswer:
        if row.key in self._answers:
            return self._answers[row.key]
        its = self._of(resource)
        id = row.platform_id or f"new-{len(its.rows) + 1}"
        there = its.rows.get(id, {})
        if row.platform_id is not None and not there:
            return PushAnswer(False, id, code="platform_not_found")
        version = int(there.get("version") or 0)
        if row.version is not None and row.version != version:
            return PushAnswer(False, id, version, "platform_conflict", retryable=True)
        code = row.payload.get("code")
        if code and any(one.get("code") == code for key, one in its.rows.items() if key != id):
            return PushAnswer(False, None, code="code_taken")
        its.rows[id] = {**there, **row.payload, "platform_id": id, "version": version + 1}
        its.note(id)
        self.pushed.append((resource, row))
        self._answers[row.key] = PushAnswer(True, id, version + 1)
        return self._answers[row.key]

    def _of(self, resource: str) -> _Resource:
        return self._resources.setdefault(resource, _Resource())

    def _ask(self, link: PlatformAddress) -> None:
        self.links.append(link)
        if self.fault == UNREACHABLE:
            raise PlatformError("platform_unreachable")
