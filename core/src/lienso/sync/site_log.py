"""A site's outbox and sealed log: functions over one transaction.

Sans I/O: no clock, random number, thread or socket; what they need of those is passed in.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .. import limits, rights
from ..canonical import canonical_text, parse, spelled
from ..errors import Refused
from ..records import keys_of
from ..registry import Registry
from ..skew import is_newer
from ..storage import StoredRecord, View, Writer
from .codes import WAITING_CODES
from .messages import CHAIN_START, Change

CURSOR_NAME = "feed"
NO_LOCAL: Mapping[str, Any] = {
    "ever_synced": False,
    "base_version": 0,
    "base": "",
    "shadow": "",
    "shadow_version": 0,
}


@dataclasses.dataclass(frozen=True, slots=True)
class LogPosition:
    """Where a site's log stands.

    Attributes:
        sealed: N, the last position given. ``acked``: A, the last one whose verdict is in hand.
        chain_acked: proof at A. ``chain_sealed``: proof at N.
    """

    incarnation: int
    sealed: int
    acked: int
    chain_acked: bytes
    chain_sealed: bytes
    history_id: str


# -- changes and records as text ------------------------------------------------------------------------------


def change_text(change: Change) -> str:
    """Write a change with its attempt, for a state table."""
    return spelled({**change.fields(), "attempt": change.attempt}).decode()


def change_from_text(text: str) -> Change:
    """Read a change from a state table."""
    found = parse(text)
    for name in ("post_on_apply", "supersedes"):
        found[name] = tuple(found[name])
    return Change(**found)


def record_text(record: StoredRecord) -> str:
    """Write a stored record as JSON text."""
    return canonical_text(dataclasses.asdict(record))


def record_from_text(text: str) -> StoredRecord:
    """Read a stored record from JSON text."""
    return StoredRecord(**parse(text))


def adopt(writer: Writer, registry: Registry, record: StoredRecord) -> None:
    """Store a version of the cloud as it is, with the keys its type gives it; one that a newer module
    wrote is put aside unread."""
    if is_newer(registry, record.type, record.schema_version) and not record.deleted:
        writer.forget(record.type, record.id)
        keep_unread(writer, record, record_text(record))
        return
    writer.adopt(record, keys_of(registry, record))
    rights.note_change(writer, record.type, lambda: str(record.feed_seq))


def keep_unread(writer: Writer, record: StoredRecord, raw: str) -> None:
    """Keep a version that no module here can read; ``raw`` as in `lienso.sync.tables.OPAQUE`."""
    writer.state("opaque").put(
        {
            "type": record.type,
            "record_id": record.id,
            "feed_seq": record.feed_seq,
            "schema_version": record.schema_version,
            "raw": raw,
        }
    )


# -- identity and position ------------------------------------------------------------------------


def identity(view: View, name: str, default: str = "") -> str:
    """Return a fact about this store."""
    row = view.state("identity").get(name)
    return default if row is None else str(row["value"])


def set_identity(writer: Writer, **facts: Any) -> None:
    """Keep facts about this store."""
    rows = [{"name": name, "value": str(value)} for name, value in facts.items()]
    writer.state("identity").put_many(rows)


def position(view: View) -> LogPosition:
    """Return where the log stands."""
    facts = {row["name"]: row["value"] for row in view.state("identity").scan()}
    acked = bytes.fromhex(facts.get("chain_acked", "")) or CHAIN_START
    sealed = bytes.fromhex(facts.get("chain_sealed", "")) or acked
    return LogPosition(
        int(facts.get("incarnation", 0)),
        int(facts.get("sealed", 0)),
        int(facts.get("acked", 0)),
        acked,
        sealed,
        facts.get("history_id", ""),
    )


def cursor(view: View) -> int:
    """Return how far the feed was applied."""
    row = view.state("cursor").get(CURSOR_NAME)
    return 0 if row is None else int(row["position"])


def known_ids(view: View) -> tuple[str, ...]:
    """List the changes that the cloud judged or may judge and this site knows of, and what they and
    the waiting ones took the place of."""
    known = {row["change_id"] for row in view.state("withdrawn").scan()}
    for table in ("sealed", "failure_push"):
        known |= {row["change_id"] for row in view.state(table).scan()}
    for table in ("outbox", "sealed", "failure_push"):
        for row in view.state(table).scan():
            known.update(change_from_text(row["content"]).supersedes)
    return tuple(sorted(known))


# -- saving ---------------------------------------------------------------------------------------


def note_new(writer: Writer, change: Change, at: str) -> None:
    """Queue a record that was made here just now, in its transaction."""
    put_local(writer, change.type, change.record_id, NO_LOCAL)
    put_outbox(writer, change, writer.next_value("saved"), at)


def note_saved(
    writer: Writer, change: Change, before: StoredRecord | None, at: str, *, joins: bool
) -> None:
    """Queue a local edit in the transaction of its record, joining it with one that waits.

    Args:
        change: body and intents; its operation and base are set here.
        before: the version that stood here before the edit; None when it was created.
        joins: the before-image travels, so that the cloud can join the edit by field.
    """
    local = local_of(writer, change.type, change.record_id)
    if local is None:
        local = dict(NO_LOCAL)
        if before is not None:
            local |= {
                "ever_synced": True,
                "base_version": before.version,
                "base": record_text(before),
            }
    row = writer.state("outbox").get(change.type, change.record_id)
    waits = None if row is None else change_from_text(row["content"])
    given_up = take_failures(writer, change.record_id)
    earlier = [*([waits] if waits else []), *given_up]
    change = dataclasses.replace(
        change,
        op="UPDATE" if local["base_version"] else "CREATE",
        base_version=local["base_version"],
        base_body=base_body(local) if joins else "",
        supersedes=joined(earlier, [failed.change_id for failed in given_up]),
        group_id=_group_of(writer, change, earlier),
        **intent(change, earlier),
    )
    put_local(writer, change.type, change.record_id, local)
    saved = row["saved"] if row is not None else writer.next_value("saved")
    put_outbox(writer, change, saved, at)


def _group_of(writer: Writer, change: Change, earlier: Iterable[Change]) -> str:
    """Return the group of a change that takes the place of earlier ones: two groups become one.

    Raises:
        Refused: ``other_group_waits``: the earlier one was sent already, and cannot grow any more.
    """
    groups = list(dict.fromkeys(c.group_id for c in (change, *earlier) if c.group_id))
    sealed = writer.state("sealed").scan(equals={"record_id": change.record_id}) if groups else ()
    under_way = {change_from_text(row["content"]).group_id for row in sealed}
    if under_way - {"", *groups}:
        # Were it refused, its group would wait for a member that is gone.
        raise Refused("other_group_waits", {"type": change.type, "id": change.record_id})
    if len(groups) < 2:
        return "".join(groups)
    kept, *others = groups
    if any(group_rows(writer, table, id) for id in others for table in ("sealed", "failure_push")):
        raise Refused("other_group_waits", {"type": change.type, "id": change.record_id})
    for id in others:
        for row in group_rows(writer, "outbox", id):
            moved = dataclasses.replace(change_from_text(row["content"]), group_id=kept)
            put_outbox(writer, moved, row["saved"], row["at"])
    return kept


def group_of(row: Mapping[str, Any]) -> str:
    """Return the group of a row of a table of changes; empty for a change that stands alone.

    It is cut out of the canonical text: of its keys only these of text and numbers come before.
    """
    text: str = row["content"]
    return text.partition('"group_id":"')[2].partition('"')[0]


def groups_in(view: View, *tables: str) -> set[str]:
    """Return the groups of which something stands in tables of changes, in one pass over each."""
    return {group_of(row) for table in tables for row in view.state(table).scan()} - {""}


def rows_of_groups(
    view: View, table: str, groups: Iterable[str]
) -> dict[str, list[dict[str, Any]]]:
    """List the rows of a table of changes that belong to groups, by group, in one pass for all."""
    found: dict[str, list[dict[str, Any]]] = {group: [] for group in groups if group}
    if found:
        for row in view.state(table).scan():
            if (group := group_of(row)) in found:
                found[group].append(row)
    return found


def group_rows(view: View, table: str, group_id: str) -> list[dict[str, Any]]:
    """List the rows of a table of changes that belong to a group."""
    return rows_of_groups(view, table, (group_id,))[group_id]


def send_along(writer: Writer, groups: Iterable[str]) -> None:
    """Have the refused members of groups judged again, with those that are sealed now or without one
    that is gone; also one that is marked already: it may have been judged, and its answer lost."""
    for rows in rows_of_groups(writer, "failure_push", groups).values():
        for row in rows:
            again = {**row, "retrying": True, "attempt": row["attempt"] + 1}
            writer.state("failure_push").put(again)


def base_body(local: Mapping[str, Any]) -> str:
    """Return the body of the last accepted version; empty when there is none."""
    return record_from_text(local["base"]).body if local["base"] else ""


def joined(earlier: Iterable[Change], more: Sequence[str]) -> tuple[str, ...]:
    """Return what a change supersedes that takes the place of earlier ones."""
    ids = [id for change in earlier for id in change.supersedes]
    return tuple(dict.fromkeys([*ids, *more]))


def intent(change: Change, earlier: Iterable[Change]) -> dict[str, Any]:
    """Return what the user wished and decided, where it was said last: the posting, whether warnings
    are passed, and over which version of the cloud this is to be sent. Who edits a record does not
    want another one to stand for it any more."""
    said = [change, *earlier]
    wishing = next((c for c in said if c.post_on_apply), change)
    decided = next((c for c in said if c.override and c.override.get("choice") != "map"), change)
    return {
        "post_on_apply": wishing.post_on_apply,
        "pass_warnings": wishing.pass_warnings,
        "override": decided.override,
    }


def take_failures(writer: Writer, record_id: str) -> list[Change]:
    """Take what a record's present body grew out of from the list; a returned change stands apart, and
    what goes along with a sealed part of its group stays: that would be judged without it."""
    rows = writer.state("failure_push").scan(equals={"record_id": record_id})
    rows = [row for row in rows if not row["returned"]]
    under_way = groups_in(writer, "sealed") if any(row["retrying"] for row in rows) else set()
    for row in rows:
        if not (row["retrying"] and group_of(row) in under_way):
            writer.state("failure_push").delete(row["change_id"])
    return [change_from_text(row["content"]) for row in rows]


def put_outbox(writer: Writer, change: Change, saved: int, at: str) -> None:
    """Let a change wait; ``saved`` is its place in the order of saving."""
    writer.state("outbox").put(
        {
            "type": change.type,
            "record_id": change.record_id,
            "change_id": change.change_id,
            "content": change_text(change),
            "saved": saved,
            "made_offline": change.made_offline,
            "at": at,
        }
    )


def local_of(view: View, type: str, id: str) -> dict[str, Any] | None:
    """Return what is known of a record with something unsent; None when it is as in the cloud."""
    return view.state("record_local").get(type, id)


def put_local(writer: Writer, type: str, id: str, local: Mapping[str, Any]) -> None:
    """Keep what is known of a record with something unsent."""
    writer.state("record_local").put({**NO_LOCAL, **local, "type": type, "id": id})


def local_refusal(view: View, type: str, id: str) -> str | None:
    """Say why a record may not be deleted here without the cloud: ``was_synced``,
    ``push_under_way``, or None when it never left this site."""
    local = local_of(view, type, id)
    if local is None or local["ever_synced"] or local["shadow"]:
        return "was_synced"
    if view.state("sealed").scan(equals={"record_id": id}, limit=1):
        return "push_under_way"
    rows = view.state("failure_push").scan(equals={"record_id": id})
    known = any(row["retrying"] or row["returned"] for row in rows)
    return "push_under_way" if known else None


def forget_local(writer: Writer, type: str, id: str) -> int:
    """Remove a record that never left this site with all that waits of it.

    Returns:
        How many changes left the outbox.
    """
    assert local_refusal(writer, type, id) is None, "what the cloud may know is not forgotten"
    row = writer.state("outbox").get(type, id)
    gone = take_failures(writer, id)
    withdraw(writer, [change.change_id for change in gone])
    if row is not None:
        writer.state("outbox").delete(type, id)
        gone.append(change_from_text(row["content"]))
        withdraw(writer, gone[-1].supersedes)
    # The others waited for this one.
    send_along(writer, {change.group_id for change in gone} - {""})
    writer.state("record_local").delete(type, id)
    writer.forget(type, id)
    return len(gone)


def withdraw(writer: Writer, change_ids: Iterable[str]) -> None:
    """Have the cloud told that these refused changes are given up: it keeps their bodies until then."""
    for id in change_ids:
        writer.state("withdrawn").put({"change_id": id})


def state_of(view: View, type: str, id: str) -> str:
    """Return the state of a record: ``failed``, ``syncing`` (on its way, or it clears by itself),
    ``never_synced``, ``pending`` (a synced record with an unsent edit) or ``synced``."""
    failed = view.state("failure_push").scan(equals={"record_id": id})
    if any(not row["retrying"] and row["code"] not in WAITING_CODES for row in failed):
        return "failed"
    if failed or view.state("sealed").scan(equals={"record_id": id}, limit=1):
        return "syncing"
    local = local_of(view, type, id)
    if local is None:
        return "synced"
    return "pending" if local["ever_synced"] else "never_synced"


# -- what waits ----------------------------------------------------------------------------------


def waiting(view: View) -> list[Change]:
    """List pending changes in the order they were saved."""
    rows = view.state("outbox").scan(order=("saved",))
    return [change_from_text(row["content"]) for row in rows]


def each_waiting(view: View) -> Iterator[Change]:
    """Yield pending changes in the order they were saved, a page of them in memory at a time."""
    start: tuple[int, ...] | None = None
    seen: set[str] = set()
    while True:
        rows = view.state("outbox").scan(order=("saved",), start=start, limit=limits.PAGE_MAX)
        new = [row for row in rows if row["change_id"] not in seen]
        yield from (change_from_text(row["content"]) for row in new)
        if not new:
            return
        start, seen = (rows[-1]["saved"],), {row["change_id"] for row in rows}


def waiting_count(view: View, types: Sequence[str] = ()) -> int:
    """Count what is not accepted yet: pending, sealed and refused, of these types or of all."""
    tables = ("outbox", "sealed", "failure_push")
    if not types:
        return sum(view.state(table).count() for table in tables)
    return sum(view.state(table).count(equals={"type": type}) for table in tables for type in types)
