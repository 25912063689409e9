"""What lost in a conflict, and who chose: kept in the cloud and at the site where it was chosen.

Functions over one transaction, sans I/O; a tombstone or a record that is not here has no body.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..canonical import canonical_text, parse
from ..storage import StoredRecord, View, Writer
from .messages import Change
from .site_log import change_from_text

PAGE_MAX = 500
"""Decisions that one listing shows, newest first."""


def overruled(writer: Writer, change: Change, theirs: StoredRecord, at: str) -> None:
    """Keep, in the cloud, both bodies of a conflict that a user decided over a version he looked at."""
    parked = [writer.state("parked_change").get(id) for id in change.supersedes]
    refused = [change_from_text(row["content"]) for row in parked if row is not None]
    mine = next((c.body for c in refused if c.record_id == change.record_id), change.body)
    decided = {
        "user": change.provenance.get("user", ""),
        **{name: change.override[name] for name in ("choice", "fields") if name in change.override},
        **{name: change.override[name] for name in ("user",) if name in change.override},
    }
    keep(writer, change, mine, theirs, decided, at)


def given_up(
    writer: Writer, parked: Mapping[str, Any], decision: Mapping[str, Any], at: str
) -> None:
    """Keep, in the cloud, the body of a refused change that its user gave up."""
    change = change_from_text(parked["content"])
    theirs = writer.get(change.type, change.record_id, deleted=True)
    keep(writer, change, change.body, theirs, decision, at)


def keep(
    writer: Writer,
    change: Change,
    mine: str,
    theirs: StoredRecord | None,
    decision: Mapping[str, Any],
    at: str,
) -> None:
    """Keep a decision.

    Args:
        change: what was refused, or what was sent in its place.
        decision: ``choice``, ``user``; ``fields`` by path where they were chosen one by one.
    """
    writer.state("conflict_archive").put(
        {
            "change_id": change.change_id,
            "type": change.type,
            "record_id": change.record_id,
            "choice": str(decision.get("choice", "")),
            "fields": canonical_text(dict(decision.get("fields", {}))),
            "mine": mine,
            "theirs": "" if theirs is None or theirs.deleted else theirs.body,
            "version": 0 if theirs is None else theirs.version,
            "user": str(decision.get("user", "")),
            "at": at,
        }
    )


def rows(view: View, record_id: str = "") -> list[dict[str, Any]]:
    """List decided conflicts, newest first: of one record or of all, at most `PAGE_MAX`."""
    found = view.state("conflict_archive").scan(
        equals={"record_id": record_id} if record_id else None,
        order=("at",),
        descending=True,
        limit=PAGE_MAX,
    )
    return [
        {
            **{
                name: row[name] for name in ("change_id", "type", "choice", "version", "user", "at")
            },
            "id": row["record_id"],
            "fields": parse(row["fields"]),
            "mine": parse(row["mine"] or "{}"),
            "theirs": parse(row["theirs"] or "{}"),
        }
        for row in found
    ]
