"""What the cloud forgets, and when (sync-design §15). Sans I/O: functions over one transaction; instants
are passed in.

A tombstone stays until every site that may come back has taken it, and half a year. Then it leaves the
feed; what the record was, all its versions, stays in ``bygone_record``: the law wants documents kept
ten years (Luật Kế toán 2015, art. 41).
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ..canonical import canonical_text, parse
from ..ids import instant_text
from ..storage import StoredRecord, View, Writer
from . import leases
from .site_log import identity, set_identity

TOMBSTONE_DAYS = 180
"""A tombstone is kept at least so long."""

SILENT_DAYS = 180
"""A site that was not seen for so long is retired: it would hold every tombstone back."""

CALL_DAYS = 30
"""So long a function that is called again by its id, or a click that is repeated, has one effect."""

PART = 200
"""Records or rows that one transaction looks at."""

FLOOR, LOOKED_AT = "gc_floor", "tidied_to"


def gc_floor(view: View) -> int:
    """Return the place in the feed of the last tombstone that was cleared away; 0: none was.

    A cursor below it has missed a deletion for good: its site needs a snapshot.
    """
    return int(identity(view, FLOOR, "0"))


def retire_silent(writer: Writer, now: datetime.datetime) -> list[str]:
    """Retire the sites that were not seen for half a year; returns their names.

    A site that was enrolled and never came has taken nothing: it may come whenever it likes.
    """
    before = _before(now, SILENT_DAYS)
    silent = [row for row in _living(writer) if row["seen_at"] < before]
    for row in silent:
        retire(writer, row)
    return [row["site_id"] for row in silent]


def retire(writer: Writer, row: Mapping[str, Any]) -> None:
    """Let a site in no more until it is enrolled again; its numbers are not its own any more."""
    leases.close(writer, row["site_id"])
    # Enrolled again, it begins a new incarnation, which drops the leases that it knows of.
    again = {"retired": True, "incarnation": row["incarnation"] + 1}
    writer.state("site").put({**row, **again})


def _living(view: View) -> list[dict[str, Any]]:
    rows = view.state("site").scan(equals={"retired": False})
    return [row for row in rows if row["seen_at"]]


def _before(now: datetime.datetime, days: int) -> str:
    return instant_text(now - datetime.timedelta(days=days))


def clear_tombstones(writer: Writer, now: datetime.datetime) -> tuple[int, bool]:
    """Clear tombstones that nobody waits for out of part of the feed.

    Returns:
        (how many, whether there may be more).
    """
    until = min((row["cursor"] for row in _living(writer)), default=writer.feed_seq)
    before = _before(now, TOMBSTONE_DAYS)
    looked_at = int(identity(writer, LOOKED_AT, "0"))
    page = writer.changes(looked_at, limit=PART)
    cleared = 0
    for record in page.records:
        if record.feed_seq > until or record.at >= before:
            break
        looked_at = record.feed_seq
        if record.deleted:
            _clear(writer, record, now)
            cleared += 1
    set_identity(writer, **{LOOKED_AT: looked_at})
    return cleared, bool(page.records) and looked_at == page.records[-1].feed_seq


def _clear(writer: Writer, tombstone: StoredRecord, now: datetime.datetime) -> None:
    versions = {one.version: one for one in writer.history(tombstone.type, tombstone.id)}
    versions[tombstone.version] = tombstone
    kept = [asdict(versions[number]) for number in sorted(versions)]
    writer.state("bygone_record").put(
        {
            "type": tombstone.type,
            "record_id": tombstone.id,
            "version": tombstone.version,
            "versions": canonical_text(kept),
            "at": instant_text(now),
        }
    )
    writer.forget(tombstone.type, tombstone.id)
    set_identity(writer, **{FLOOR: tombstone.feed_seq})


def newest(view: View, type: str, id: str) -> StoredRecord | None:
    """Return the newest version of a record, a tombstone too, also one that has left the feed."""
    found = view.get(type, id, deleted=True)
    if found is None and (bygone := view.state("bygone_record").get(type, id)) is not None:
        return StoredRecord(**parse(bygone["versions"])[-1])
    return found


def forget_calls(writer: Writer, now: datetime.datetime) -> tuple[int, bool]:
    """Forget part of the calls and requests that nobody will repeat any more.

    Returns:
        (how many, whether there may be more).
    """
    stop = (_before(now, CALL_DAYS),)
    forgotten = 0
    for table, key in (("call_log", "call_id"), ("request", "request_id")):
        rows = writer.state(table).scan(order=("at",), stop=stop, limit=PART)
        for row in rows:
            writer.state(table).delete(row[key])
        forgotten += len(rows)
    return forgotten, forgotten > 0
