"""What the checkers see of a site's store and of the cloud's, read at one instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from lienso.canonical import parse
from lienso.storage import View
from lienso.sync import site_log
from lienso.sync.messages import Change

TABLES = ("outbox", "sealed", "failure_push")


@lru_cache(maxsize=20_000)
def change_of(text: str) -> Change:
    """Read a change; the same text is read once."""
    return site_log.change_from_text(text)


@lru_cache(maxsize=20_000)
def body_of(text: str) -> Mapping[str, Any]:
    """Read a body; the same text is read once."""
    found: Mapping[str, Any] = parse(text) if text else {}
    return found


@dataclass(frozen=True)
class SiteLook:
    """What a site has that the cloud may not have.

    Attributes:
        waits: table → change id → change. ``sealed``: position → (change id, text, proof).
        sweep, lacking: what is still to be let go, and fetched, for its scope. ``evicted``: records
            outside it that wait for something unsent.
        withdrawn: changes that were given up and not told yet. ``refused``: rows of tab 1.
    """

    waits: Mapping[str, Mapping[str, Change]] = field(
        default_factory=lambda: {table: {} for table in TABLES}
    )
    sealed: Mapping[int, tuple[str, str, bytes]] = field(default_factory=dict)
    refused: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    withdrawn: frozenset[str] = frozenset()
    incarnation: int = 0
    acked: int = 0
    cursor: int = 0
    history: str = ""
    sweep: str = ""
    lacking: str = ""
    evicted: frozenset[str] = frozenset()

    def open(self) -> dict[str, Change]:
        """Return all changes that are not settled, by id."""
        return {id: change for table in self.waits.values() for id, change in table.items()}

    def named(self) -> set[str]:
        """Return the ids of changes that later ones took the place of."""
        return {id for change in self.open().values() for id in change.supersedes}


def look_at_site(view: View) -> SiteLook:
    """Look at a site's store."""
    rows = {table: view.state(table).scan() for table in TABLES}
    facts = {row["name"]: row["value"] for row in view.state("identity").scan()}
    return SiteLook(
        {
            table: {row["change_id"]: change_of(row["content"]) for row in found}
            for table, found in rows.items()
        },
        {
            row["site_seq"]: (row["change_id"], row["content"], bytes(row["chain"]))
            for row in rows["sealed"]
        },
        {row["change_id"]: row for row in rows["failure_push"]},
        frozenset(row["change_id"] for row in view.state("withdrawn").scan()),
        int(facts.get("incarnation", 0)),
        int(facts.get("acked", 0)),
        site_log.cursor(view),
        facts.get("history_id", ""),
        facts.get("scope_sweep", ""),
        facts.get("backfill", ""),
        frozenset(row["record_id"] for row in view.state("evicted").scan()),
    )
