"""A site's outbox, sealed log, settlement and cursor: functions over one transaction.

Sans I/O: no clock, random number, thread or socket; what they need of those is passed in.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ..canonical import canonical_text, digest_of, parse
from ..errors import LiensoError, ModuleUnavailable
from ..records import keys_of, record_keys, summary_of, to_record
from ..registry import Registry
from ..storage import Draft, StoredRecord, View, Writer
from .messages import CHAIN_START, Change, HelloRequest, PullReply, Verdict, chain

SEALED_MAX = 500
"""Unacknowledged changes: a Hello carries a proof of each."""

CURSOR_NAME = "feed"
_NO_LOCAL = {
    "ever_synced": False,
    "base_version": 0,
    "base_body": "",
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


# -- changes as text ------------------------------------------------------------------------------


def change_text(change: Change) -> str:
    """Write a change with its attempt, for a state table."""
    return canonical_text({**parse(change.content()), "attempt": change.attempt})


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


# -- saving ---------------------------------------------------------------------------------------


def note_saved(writer: Writer, change: Change, before: StoredRecord | None, at: str) -> None:
    """Queue a local edit in the transaction of its record, joining it with one that waits.

    Args:
        change: body and intents; its operation and base are set here. ``base_body`` is any text when
            the before-image shall travel.
        before: the version that stood here before the edit; None when it was created.
    """
    local = _local(writer, change.type, change.record_id)
    if local is None:
        local = dict(_NO_LOCAL)
        if before is not None:
            local |= {
                "ever_synced": True,
                "base_version": before.version,
                "base_body": before.body,
            }
    row = writer.state("outbox").get(change.type, change.record_id)
    waiting = None if row is None else change_from_text(row["content"])
    given_up = _take_failures(writer, change.record_id)
    earlier = [*([waiting] if waiting else []), *given_up]
    change = dataclasses.replace(
        change,
        op="UPDATE" if local["base_version"] else "CREATE",
        base_version=local["base_version"],
        base_body=local["base_body"] if change.base_body else "",
        supersedes=_joined(earlier, [failed.change_id for failed in given_up]),
        **_intent(change, earlier),
    )
    _put_local(writer, change.type, change.record_id, local)
    saved = row["saved"] if row is not None else writer.next_value("saved")
    _put_outbox(writer, change, saved, at)


def note_deleted(writer: Writer, change: Change, before: StoredRecord, at: str) -> None:
    """Queue the deletion of a record that the cloud knows."""
    deletion = dataclasses.replace(change, op="DELETE", body="", base_version=before.version)
    local = {**_NO_LOCAL, "ever_synced": True, "base_version": before.version}
    _put_local(writer, change.type, change.record_id, local)
    _put_outbox(writer, deletion, writer.next_value("saved"), at)


def _joined(earlier: Iterable[Change], more: Sequence[str]) -> tuple[str, ...]:
    ids = [id for change in earlier for id in change.supersedes]
    return tuple(dict.fromkeys([*ids, *more]))


def _intent(change: Change, earlier: Sequence[Change]) -> dict[str, Any]:
    """Return the posting that is wished: of the change, else of what it takes the place of."""
    wishing = next((one for one in (change, *earlier) if one.post_on_apply), change)
    return {"post_on_apply": wishing.post_on_apply, "pass_warnings": wishing.pass_warnings}


def _take_failures(writer: Writer, record_id: str) -> list[Change]:
    """Take what the record's present body grew out of; a returned change stands apart."""
    rows = writer.state("failure_push").scan(equals={"record_id": record_id})
    rows = [row for row in rows if not row["returned"]]
    for row in rows:
        writer.state("failure_push").delete(row["change_id"])
    return [change_from_text(row["content"]) for row in rows]


def _put_outbox(writer: Writer, change: Change, saved: int, at: str) -> None:
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


def _local(view: View, type: str, id: str) -> dict[str, Any] | None:
    return view.state("record_local").get(type, id)


def _put_local(writer: Writer, type: str, id: str, local: Mapping[str, Any]) -> None:
    writer.state("record_local").put({**_NO_LOCAL, **local, "type": type, "id": id})


def local_refusal(view: View, type: str, id: str) -> str | None:
    """Say why a record may not be deleted here without the cloud: ``was_synced``,
    ``push_under_way``, or None when it never left this site."""
    local = _local(view, type, id)
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
    removed = int(writer.state("outbox").delete(type, id))
    for change in _take_failures(writer, id):
        writer.state("withdrawn").put({"change_id": change.change_id})
        removed += 1
    writer.state("record_local").delete(type, id)
    writer.forget(type, id)
    return removed


def state_of(view: View, type: str, id: str) -> str:
    """Return the state of a record: ``failed``, ``syncing``, ``never_synced``, ``pending`` (a synced
    record with an unsent edit) or ``synced``."""
    failed = view.state("failure_push").scan(equals={"record_id": id})
    if any(not row["retrying"] for row in failed):
        return "failed"
    if failed or view.state("sealed").scan(equals={"record_id": id}, limit=1):
        return "syncing"
    local = _local(view, type, id)
    if local is None:
        return "synced"
    return "pending" if local["ever_synced"] else "never_synced"


# -- sealing --------------------------------------------------------------------------------------


def waiting(view: View) -> list[Change]:
    """List pending changes in the order they were saved."""
    rows = view.state("outbox").scan(order=("saved",))
    return [change_from_text(row["content"]) for row in rows]


def waiting_count(view: View, types: Sequence[str] = ()) -> int:
    """Count what is not accepted yet: pending, sealed and refused, of these types or of all."""
    tables = ("outbox", "sealed", "failure_push")
    if not types:
        return sum(view.state(table).count() for table in tables)
    return sum(view.state(table).count(equals={"type": type}) for table in tables for type in types)


def seal(
    writer: Writer,
    chosen: Callable[[Change], bool],
    is_catalog: Callable[[str], bool],
    limit: int = SEALED_MAX,
) -> list[tuple[int, Change]]:
    """Give the chosen changes, and what they refer to, the next positions of the log.

    Catalogs come before vouchers, what is referred to before what refers, then the order of saving.

    Returns:
        (position, change) in order; durable only when this transaction commits: send after that.
    """
    pending = {change.record_id: change for change in waiting(writer)}
    wanted = _closure(pending, [c.record_id for c in pending.values() if chosen(c)])
    order = _ordered(pending, wanted, is_catalog)
    at = position(writer)
    room = min(limit, SEALED_MAX - (at.sealed - at.acked))
    result: list[tuple[int, Change]] = []
    number, proof = at.sealed, at.chain_sealed
    rows = []
    for id in order[: max(room, 0)]:
        change = pending[id]
        number += 1
        proof = chain(proof, number, change)
        rows.append(
            {
                "site_seq": number,
                "change_id": change.change_id,
                "type": change.type,
                "record_id": change.record_id,
                "content": change_text(change),
                "chain": proof,
            }
        )
        writer.state("outbox").delete(change.type, change.record_id)
        result.append((number, change))
    if rows:
        writer.state("sealed").put_many(rows)
        set_identity(writer, sealed=number, chain_sealed=proof.hex())
    return result


def _closure(pending: Mapping[str, Change], chosen: Sequence[str]) -> set[str]:
    wanted: set[str] = set()
    todo = list(chosen)
    while todo:
        id = todo.pop()
        if id not in wanted:
            wanted.add(id)
            todo += [ref for ref in pending[id].refs if ref in pending]
    return wanted


def _ordered(
    pending: Mapping[str, Change], wanted: set[str], is_catalog: Callable[[str], bool]
) -> list[str]:
    saved = [id for id in pending if id in wanted]
    saved.sort(key=lambda id: not is_catalog(pending[id].type))
    order: list[str] = []
    seen: set[str] = set()

    for first in saved:
        stack = [(first, False)]
        while stack:
            id, visited = stack.pop()
            if visited:
                order.append(id)
            elif id not in seen:
                seen.add(id)
                stack.append((id, True))
                refs = sorted(ref for ref in pending[id].refs if ref in wanted)
                stack += [(ref, False) for ref in reversed(refs)]
    return order


def unacked(view: View) -> list[tuple[int, Change, bytes]]:
    """List sealed changes whose verdict is not in hand: (position, change, proof)."""
    rows = view.state("sealed").scan()
    return [
        (row["site_seq"], change_from_text(row["content"]), bytes(row["chain"])) for row in rows
    ]


def retries(view: View) -> list[Change]:
    """List refused changes that are to be judged again."""
    rows = view.state("failure_push").scan()
    return [
        dataclasses.replace(change_from_text(row["content"]), attempt=row["attempt"])
        for row in rows
        if row["retrying"]
    ]


# -- verdicts -------------------------------------------------------------------------------------


def take_verdict(
    writer: Writer, registry: Registry, change: Change, verdict: Verdict, at: str
) -> None:
    """Carry out what the cloud decided about one change of the log or of the retry lane."""
    pending = writer.state("outbox").get(change.type, change.record_id)
    row = writer.state("failure_push").get(change.change_id)
    returned = row is not None and row["returned"]
    writer.state("failure_push").delete(change.change_id)
    if returned and not verdict.done:
        _note_failure(writer, change, verdict, at, returned=True)
    elif returned and pending is not None:
        return  # The other edit keeps its base, so that the cloud sees the conflict; pull brings this.
    elif verdict.done:
        _settle(writer, registry, change, verdict, pending)
    elif pending is not None:
        newer = change_from_text(pending["content"])
        newer = dataclasses.replace(
            newer,
            supersedes=_joined([newer, change], [change.change_id]),
            **_intent(newer, [change]),
        )
        _put_outbox(writer, newer, pending["saved"], pending["at"])
    else:
        _note_failure(writer, change, verdict, at)


def _note_failure(
    writer: Writer, change: Change, verdict: Verdict, at: str, *, returned: bool = False
) -> None:
    if verdict.record is not None:
        local = _local(writer, change.type, change.record_id) or dict(_NO_LOCAL)
        if verdict.record.version > local["shadow_version"]:
            local |= {
                "shadow": record_text(verdict.record),
                "shadow_version": verdict.record.version,
            }
            _put_local(writer, change.type, change.record_id, local)
    writer.state("failure_push").put(
        {
            "change_id": change.change_id,
            "type": change.type,
            "record_id": change.record_id,
            "content": change_text(change),
            "code": verdict.code,
            "detail": canonical_text(dict(verdict.detail)),
            "attempt": change.attempt,
            "retrying": False,
            "returned": returned,
            "at": at,
        }
    )


def _settle(
    writer: Writer,
    registry: Registry,
    change: Change,
    verdict: Verdict,
    pending: Mapping[str, Any] | None,
) -> None:
    local = _local(writer, change.type, change.record_id) or dict(_NO_LOCAL)
    if pending is not None:
        # A newer edit waits: what was accepted becomes its base, unless something newer is known,
        # which the cloud must then see as a conflict.
        newer = change_from_text(pending["content"])
        base = max(verdict.version, newer.base_version)
        rebased = dataclasses.replace(
            newer,
            op="UPDATE" if newer.op == "CREATE" else newer.op,
            base_version=base,
            base_body=change.body if newer.base_body else "",
        )
        _put_outbox(writer, rebased, pending["saved"], pending["at"])
        local |= {"ever_synced": True, "base_version": base, "base_body": change.body}
        _put_local(writer, change.type, change.record_id, local)
        return
    writer.state("record_local").delete(change.type, change.record_id)
    if local["shadow_version"] >= verdict.version and local["shadow"]:
        adopt(writer, registry, record_from_text(local["shadow"]))
    elif verdict.record is not None:
        adopt(writer, registry, verdict.record)
    else:
        mine = writer.get(change.type, change.record_id, deleted=True)
        # A body that is not the accepted one stays at its version until pull brings the accepted.
        if mine is not None and (change.op == "DELETE" or mine.body == change.body):
            accepted = dataclasses.replace(
                mine,
                version=verdict.version,
                feed_seq=verdict.feed_seq,
                posting=verdict.posting,
                deleted=change.op == "DELETE",
            )
            adopt(writer, registry, accepted)


def acknowledge(writer: Writer, site_seq: int) -> None:
    """Move A over positions whose verdicts are in hand, and drop them from the log."""
    table = writer.state("sealed")
    row = table.get(site_seq)
    if row is None:
        return
    for earlier in table.scan(stop=(site_seq + 1,)):
        table.delete(earlier["site_seq"])
    set_identity(writer, acked=site_seq, chain_acked=bytes(row["chain"]).hex())


def adopt(writer: Writer, registry: Registry, record: StoredRecord) -> None:
    """Store a version of the cloud as it is, with the keys its type gives it."""
    writer.adopt(record, keys_of(registry, record))


# -- pulling --------------------------------------------------------------------------------------


def apply_page(writer: Writer, registry: Registry, page: PullReply, at: str) -> tuple[int, int]:
    """Apply a page of the feed and move the cursor, together.

    Returns:
        (records applied, records kept aside with a reason).
    """
    applied = kept = 0
    local_rows = writer.state("record_local").count() > 0
    stored = _stored_of(writer, page.records)
    for record in page.records:
        local = _local(writer, record.type, record.id) if local_rows else None
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
    if kept or writer.state("failure_pull").count():
        _drop_outdated(writer, page.records)
    writer.state("cursor").put(
        {
            "name": CURSOR_NAME,
            "history_id": page.session.history_id,
            "position": page.next_cursor,
        }
    )
    return applied, kept


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
    if record.version > max(local["base_version"], local["shadow_version"]):
        shadowed = {**local, "shadow": record_text(record), "shadow_version": record.version}
        _put_local(writer, record.type, record.id, shadowed)


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


def _drop_outdated(writer: Writer, records: Sequence[StoredRecord]) -> None:
    table = writer.state("failure_pull")
    for record in records:
        row = table.get(record.type, record.id)
        if row is not None and row["feed_seq"] < record.feed_seq:
            table.delete(record.type, record.id)


# -- decisions of the user --------------------------------------------------------------------------


def retry(writer: Writer, change_id: str) -> bool:
    """Mark a refused change to be judged again (Đồng bộ lại); False when it is not in the list."""
    row = writer.state("failure_push").get(change_id)
    if row is None:
        return False
    if not row["retrying"]:
        writer.state("failure_push").put({**row, "retrying": True, "attempt": row["attempt"] + 1})
    return True


def keep_mine(writer: Writer, change_id: str, new_change_id: str, at: str) -> bool:
    """Send a conflicting change again over the version of the cloud that the user looked at."""
    row = writer.state("failure_push").get(change_id)
    if row is None or _other_edit(writer, row):
        return False
    change = change_from_text(row["content"])
    local = _local(writer, change.type, change.record_id) or dict(_NO_LOCAL)
    seen = local["shadow_version"] or parse(row["detail"]).get("stored", 0)
    writer.state("failure_push").delete(change_id)
    again = dataclasses.replace(
        change,
        change_id=new_change_id,
        supersedes=_joined([change], [change_id]),
        override={"seen_version": seen, "choice": "mine"},
        attempt=1,
    )
    _put_outbox(writer, again, writer.next_value("saved"), at)
    return True


def _other_edit(view: View, row: Mapping[str, Any]) -> bool:
    """Tell whether another edit of a returned change's record waits or is under way."""
    sealed = view.state("sealed").scan(equals={"record_id": row["record_id"]}, limit=1)
    return bool(sealed) or view.state("outbox").get(row["type"], row["record_id"]) is not None


def take_theirs(writer: Writer, registry: Registry, change_id: str) -> bool:
    """Give a refused change up and take the cloud's version, where there is one."""
    row = writer.state("failure_push").get(change_id)
    if row is None or row["returned"]:
        return False
    local = _local(writer, row["type"], row["record_id"])
    if local is None or not local["shadow"]:
        return False
    writer.state("failure_push").delete(change_id)
    writer.state("withdrawn").put({"change_id": change_id})
    writer.state("record_local").delete(row["type"], row["record_id"])
    adopt(writer, registry, record_from_text(local["shadow"]))
    return True


def withdraw(writer: Writer, registry: Registry, change_id: str) -> bool:
    """Give a refused change up: the cloud's version, or the last accepted one, takes its place."""
    row = writer.state("failure_push").get(change_id)
    if row is None:
        return False
    if row["returned"]:
        writer.state("failure_push").delete(change_id)
        writer.state("withdrawn").put({"change_id": change_id})
        return True
    if take_theirs(writer, registry, change_id):
        return True
    local = _local(writer, row["type"], row["record_id"]) or dict(_NO_LOCAL)
    writer.state("failure_push").delete(change_id)
    writer.state("withdrawn").put({"change_id": change_id})
    writer.state("record_local").delete(row["type"], row["record_id"])
    if not local["ever_synced"]:
        writer.forget(row["type"], row["record_id"])
        return True
    versions = writer.history(row["type"], row["record_id"])
    accepted = [v for v in versions if v.body == local["base_body"]]
    mine = writer.get(row["type"], row["record_id"], deleted=True)
    if mine is not None and (accepted or local["base_body"]):
        source = accepted[-1] if accepted else dataclasses.replace(mine, body=local["base_body"])
        adopt(writer, registry, dataclasses.replace(source, version=local["base_version"]))
    return True


# -- sessions ---------------------------------------------------------------------------------------


def hello_request(view: View, manifest: Mapping[str, str], clock: str) -> HelloRequest:
    """Return what a site says of itself when it opens a session."""
    at = position(view)
    waiting_rows = unacked(view)
    return HelloRequest(
        at.incarnation,
        at.history_id,
        at.sealed,
        at.acked,
        (at.chain_acked, *(proof for _seq, _change, proof in waiting_rows)),
        cursor(view),
        tuple(change.change_id for _seq, change, _proof in waiting_rows),
        identity(view, "host"),
        manifest=manifest,
        clock=clock,
    )


def reseal(
    writer: Writer,
    registry: Registry,
    incarnation: int,
    history_id: str,
    parked: Sequence[Change],
) -> None:
    """Begin a new incarnation: unacknowledged changes go back to the outbox with their own ids.

    What the cloud had parked for this site and the site does not know any more returns to tab 1: as
    the record's present body where nothing else of it waits here, else beside that other edit.
    """
    known = {row["change_id"] for row in writer.state("failure_push").scan()}
    for row in writer.state("sealed").scan():
        change = change_from_text(row["content"])
        known.add(change.change_id)
        if writer.state("outbox").get(change.type, change.record_id) is None:
            _put_outbox(writer, change, writer.next_value("saved"), "")
        writer.state("sealed").delete(row["site_seq"])
    for waits in waiting(writer):
        known |= {waits.change_id, *waits.supersedes}
    for change in parked:
        if change.change_id not in known:
            _take_back(writer, registry, change)
    set_identity(
        writer,
        incarnation=incarnation,
        history_id=history_id,
        sealed=0,
        acked=0,
        chain_acked="",
        chain_sealed="",
    )


def _take_back(writer: Writer, registry: Registry, change: Change) -> None:
    """Put a change that the cloud kept into tab 1 again."""
    verdict = Verdict(change.change_id, "RETURNED", detail={"code": "returned_by_cloud"})
    beside = _local(writer, change.type, change.record_id) is not None or not change.body
    if not beside:
        _write_back(writer, registry, change)
    _note_failure(writer, change, verdict, "", returned=beside)


def _write_back(writer: Writer, registry: Registry, change: Change) -> None:
    """Make a returned change the present, unsent body of its record."""
    before = writer.get(change.type, change.record_id)
    body = parse(change.body)
    record_type = registry.record_types.get(change.type)
    draft = Draft(
        change.type,
        change.record_id,
        change.body,
        digest_of(change.body),
        change.schema_version,
        summary_of(body),
        body.get("branch") or "",
        "",
        canonical_text(dict(change.provenance)),
        () if record_type is None else record_keys(record_type, body),
        change.provenance.get("at", ""),
    )
    writer.put(draft, base=None if before is None else before.version)
    local: dict[str, Any] = {"ever_synced": change.base_version > 0}
    if before is not None:
        local = {"ever_synced": True, "base_version": before.version, "base_body": before.body}
    _put_local(writer, change.type, change.record_id, local)
