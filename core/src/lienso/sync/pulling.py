"""Pages of the feed applied at a site (sync-design §7): functions over one transaction, sans I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import LiensoError, ModuleUnavailable
from ..records import to_record
from ..registry import Registry
from ..storage import StoredRecord, View, Writer
from .messages import PullReply
from .site_log import CURSOR_NAME, adopt, local_of, put_local, record_from_text, record_text


def apply_page(writer: Writer, registry: Registry, page: PullReply, at: str) -> tuple[int, int]:
    """Apply a page of the feed and move the cursor, together.

    Returns:
        (records applied, records kept aside with a reason).
    """
    applied = kept = 0
    some_local = writer.state("record_local").count() > 0
    some_failed = writer.state("failure_pull").count() > 0
    stored = _stored_of(writer, page.records)
    for record in page.records:
        if some_failed:
            _drop_outdated(writer, record)
        local = local_of(writer, record.type, record.id) if some_local else None
        if local is not None:
            _shadow(writer, record, local)
            continue
        code = _problem(registry, record, stored.get((record.type, record.id)))
        if code == "known":
            continue
        if code:
            _keep_aside(writer, record, code, at)
            kept += 1
        else:
            adopt(writer, registry, record)
            applied += 1
    writer.state("cursor").put(
        {
            "name": CURSOR_NAME,
            "history_id": page.session.history_id,
            "position": page.next_cursor,
        }
    )
    return applied, kept


def retry_pull(writer: Writer, registry: Registry, record_id: str) -> bool:
    """Try a record that was kept aside again, from what came; False when it stays there."""
    rows = writer.state("failure_pull").scan(equals={"record_id": record_id})
    for row in rows:
        record = record_from_text(row["raw"])
        local = local_of(writer, record.type, record.id)
        stored = writer.get(record.type, record.id, deleted=True)
        code = "" if local is not None else _problem(registry, record, stored)
        if code not in ("", "known"):
            return False
        writer.state("failure_pull").delete(record.type, record.id)
        if local is not None:
            _shadow(writer, record, local)
        elif not code:
            adopt(writer, registry, record)
    return bool(rows)


def _stored_of(view: View, records: Sequence[StoredRecord]) -> dict[tuple[str, str], StoredRecord]:
    found: dict[tuple[str, str], StoredRecord] = {}
    by_type: dict[str, list[str]] = {}
    for record in records:
        by_type.setdefault(record.type, []).append(record.id)
    for type, ids in by_type.items():
        for id, stored in view.get_many(type, ids).items():
            found[type, id] = stored
    return found


def _shadow(writer: Writer, record: StoredRecord, local: Mapping[str, Any]) -> None:
    """A local edit waits: mine stays, theirs is kept beside it until the cloud has decided."""
    based_on = local["base_version"] if local["base"] else 0
    if record.version > max(based_on, local["shadow_version"]):
        shadowed = {**local, "shadow": record_text(record), "shadow_version": record.version}
        put_local(writer, record.type, record.id, shadowed)


def _problem(registry: Registry, record: StoredRecord, stored: StoredRecord | None) -> str:
    if stored is not None and stored.version > record.version:
        return "known"
    if stored is not None and stored.version == record.version:
        same = stored.digest == record.digest or record.deleted
        return "known" if same else "INTEGRITY"
    if record.deleted:
        return ""
    try:
        to_record(registry, record)
    except ModuleUnavailable:
        return ""  # Opaque: kept as it is, shown by its summary, until the module is installed.
    except LiensoError:
        return "DECODE"
    return ""


def _keep_aside(writer: Writer, record: StoredRecord, code: str, at: str) -> None:
    writer.state("failure_pull").put(
        {
            "type": record.type,
            "record_id": record.id,
            "feed_seq": record.feed_seq,
            "code": code,
            "detail": record.summary,
            "raw": record_text(record),
            "at": at,
        }
    )


def _drop_outdated(writer: Writer, record: StoredRecord) -> None:
    table = writer.state("failure_pull")
    row = table.get(record.type, record.id)
    if row is not None and row["feed_seq"] < record.feed_seq:
        table.delete(record.type, record.id)
