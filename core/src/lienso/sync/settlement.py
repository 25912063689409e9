"""What the cloud decided, carried out at a site, and what its users decide about refusals.

Sans I/O: functions over one transaction; instants and ids are passed in.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from ..canonical import canonical_text, digest_of, parse
from ..records import record_keys, summary_of
from ..registry import Registry
from ..storage import Draft, StoredRecord, View, Writer
from .messages import WAITING_CODES, Change, Verdict
from .sealing import acknowledge, unacked
from .site_log import (
    NO_LOCAL,
    adopt,
    base_body,
    change_from_text,
    change_text,
    intent,
    joined,
    known_ids,
    local_of,
    put_local,
    put_outbox,
    record_from_text,
    record_text,
)

MACHINE_RETRIES = 3
"""So often a change that met a fault of the cloud is sent again before a person has to look."""


def take_verdict(
    writer: Writer, registry: Registry, change: Change, verdict: Verdict, at: str
) -> None:
    """Carry out what the cloud decided about one change of the log or of the retry lane."""
    row = writer.state("failure_push").get(change.change_id)
    returned = row is not None and row["returned"]
    writer.state("failure_push").delete(change.change_id)
    pending = writer.state("outbox").get(change.type, change.record_id)
    if verdict.done and returned and _other_edit(writer, change):
        return  # The other edit keeps its base, so that the cloud sees the conflict; pull brings this.
    if verdict.done:
        _settle(writer, registry, change, verdict, pending)
        return
    _keep_theirs(writer, change, verdict)
    if pending is None or returned:
        _note_failure(writer, change, verdict, at, returned=returned)
        return
    # A newer edit waits: it takes the refused one's place, and no failure is shown.
    newer = change_from_text(pending["content"])
    newer = dataclasses.replace(
        newer,
        supersedes=joined([newer, change], [change.change_id]),
        **intent(newer, [change]),
    )
    put_outbox(writer, newer, pending["saved"], pending["at"])


def take_known(writer: Writer, registry: Registry, verdicts: Sequence[Verdict], at: str) -> None:
    """Take the verdicts that a Hello brings for the beginning of the open log."""
    by_id = {verdict.change_id: verdict for verdict in verdicts}
    for site_seq, change, _proof in unacked(writer):
        verdict = by_id.get(change.change_id)
        if verdict is None:
            break  # A never passes a change without a verdict.
        take_verdict(writer, registry, change, verdict, at)
        acknowledge(writer, site_seq)


def _refused_here(view: View, change: Change) -> bool:
    """Tell whether the record's present body is one that the cloud refused."""
    rows = view.state("failure_push").scan(equals={"record_id": change.record_id})
    return any(not row["returned"] for row in rows)


def _other_edit(view: View, change: Change) -> bool:
    """Tell whether the record has another edit that is unsent, under way or refused."""
    sealed = view.state("sealed").scan(equals={"record_id": change.record_id}, limit=1)
    waits = view.state("outbox").get(change.type, change.record_id) is not None
    return bool(sealed) or waits or _refused_here(view, change)


def _keep_theirs(writer: Writer, change: Change, verdict: Verdict) -> None:
    if verdict.record is None:
        return
    local = local_of(writer, change.type, change.record_id) or dict(NO_LOCAL)
    if verdict.record.version > local["shadow_version"]:
        theirs = {"shadow": record_text(verdict.record), "shadow_version": verdict.record.version}
        put_local(writer, change.type, change.record_id, {**local, **theirs})


def _note_failure(
    writer: Writer, change: Change, verdict: Verdict, at: str, *, returned: bool = False
) -> None:
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
    local = local_of(writer, change.type, change.record_id) or dict(NO_LOCAL)
    accepted = verdict.record or _accepted(writer, change, verdict)
    unsent = pending is not None or _refused_here(writer, change)
    if unsent:
        # Something newer is unsent: what was accepted is its base now. If the cloud has moved on
        # since, it must see that base, and say that there is a conflict.
        local |= {
            "ever_synced": True,
            "base_version": verdict.version,
            "base": "" if accepted is None else record_text(accepted),
        }
        put_local(writer, change.type, change.record_id, local)
    if pending is not None:
        newer = change_from_text(pending["content"])
        rebased = dataclasses.replace(
            newer,
            op="UPDATE" if newer.op == "CREATE" else newer.op,
            base_version=verdict.version,
            base_body=base_body(local) if newer.base_body else "",
            override={},
        )
        put_outbox(writer, rebased, pending["saved"], pending["at"])
    if unsent:
        return
    writer.state("record_local").delete(change.type, change.record_id)
    if local["shadow_version"] > verdict.version:
        accepted = record_from_text(local["shadow"])
    if accepted is not None:
        adopt(writer, registry, accepted)


def _accepted(view: View, change: Change, verdict: Verdict) -> StoredRecord | None:
    """Return the version that the cloud made of a change, from what stands here."""
    mine = view.get(change.type, change.record_id, deleted=True)
    if mine is None:
        return None
    same = mine.body == change.body
    return dataclasses.replace(
        mine,
        version=verdict.version,
        feed_seq=verdict.feed_seq,
        posting=verdict.posting,
        deleted=change.op == "DELETE",
        body=change.body,
        digest=mine.digest if same else digest_of(change.body),
        summary=mine.summary if same else summary_of(parse(change.body or "{}")),
    )


def return_parked(writer: Writer, registry: Registry, parked: Sequence[Change], at: str) -> int:
    """Put refused changes that only the cloud still had back into the failure list (tab 1).

    This store may be an older copy that never knew of them. Each comes as the record's present body
    where nothing else of it waits here, else beside that other edit: neither takes the other's place
    unasked.

    Returns:
        How many came back; what still waits in the outbox is judged when it is sent.
    """
    known = set(known_ids(writer))
    known |= {row["change_id"] for row in writer.state("outbox").scan()}
    unknown = [change for change in parked if change.change_id not in known]
    for change in unknown:
        beside = not change.body or local_of(writer, change.type, change.record_id) is not None
        if not beside:
            _show(writer, registry, change, at)
        verdict = Verdict(change.change_id, "RETURNED", detail={"code": "returned_by_cloud"})
        _note_failure(writer, change, verdict, at, returned=beside)
    return len(unknown)


def _show(writer: Writer, registry: Registry, change: Change, at: str) -> None:
    """Make a change the present, unsent body of its record, over what stands here."""
    stored = writer.get(change.type, change.record_id, deleted=True)
    local = local_of(writer, change.type, change.record_id)
    if local is None:
        local = {
            "ever_synced": stored is not None or change.base_version > 0,
            "base_version": change.base_version,
        }
        if stored is not None:
            local["base"] = record_text(stored)
            if stored.version > change.base_version:
                local |= {"shadow": record_text(stored), "shadow_version": stored.version}
    body = parse(change.body)
    draft = Draft(
        change.type,
        change.record_id,
        change.body,
        digest_of(change.body),
        change.schema_version,
        summary_of(body),
        body.get("branch") or "",
        "" if stored is None else stored.posting,
        canonical_text(dict(change.provenance)),
        _keys(registry, change, body),
        at,
    )
    writer.put(draft, base=None if stored is None or stored.deleted else stored.version)
    put_local(writer, change.type, change.record_id, local)


def _keys(
    registry: Registry, change: Change, body: Mapping[str, Any]
) -> tuple[tuple[str, str], ...]:
    record_type = registry.record_types.get(change.type)
    return () if record_type is None else record_keys(record_type, body)


# -- decisions of the user, and of the machine ------------------------------------------------------


def retries(view: View, limit: int) -> list[Change]:
    """List refused changes that are to be judged again, at most so many."""
    rows = view.state("failure_push").scan(equals={"retrying": True}, limit=limit)
    return [
        dataclasses.replace(change_from_text(row["content"]), attempt=row["attempt"])
        for row in rows
    ]


def retry(writer: Writer, change_id: str) -> bool:
    """Mark a refused change to be judged again (Đồng bộ lại); False when it is not in the list."""
    row = writer.state("failure_push").get(change_id)
    if row is None:
        return False
    if not row["retrying"]:
        writer.state("failure_push").put({**row, "retrying": True, "attempt": row["attempt"] + 1})
    return True


def retry_cleared(writer: Writer, new_session: bool) -> int:
    """Mark what clears by itself to be judged again, where its cause may have cleared.

    What waited for records goes again when they are in the cloud, what met a fault a few times, and
    what needs a module there whenever a session was opened.

    Returns:
        How many were marked.
    """
    marked = 0
    for row in writer.state("failure_push").scan(equals={"retrying": False}):
        if row["code"] == "BLOCKED_REF":
            clear = _references_there(writer, parse(row["detail"]).get("missing", ()))
        elif row["code"] == "INTERNAL":
            clear = new_session and row["attempt"] <= MACHINE_RETRIES
        else:
            clear = new_session and row["code"] in WAITING_CODES
        if clear:
            marked += retry(writer, row["change_id"])
    return marked


def _references_there(view: View, missing: Sequence[Mapping[str, str]]) -> bool:
    """Tell whether the cloud has the records by now, as far as this site knows."""
    return all(
        view.get(ref["type"], ref["id"]) is not None
        and ((local := local_of(view, ref["type"], ref["id"])) is None or local["ever_synced"])
        for ref in missing
    )


def keep_mine(
    writer: Writer, registry: Registry, change_id: str, new_change_id: str, at: str
) -> bool:
    """Send a conflicting change again over the version of the cloud that the user looked at.

    Returns:
        False when it is not in the list, or another edit of this record waits, which must not be lost.
    """
    row = writer.state("failure_push").get(change_id)
    if row is None:
        return False
    writer.state("failure_push").delete(change_id)
    change = change_from_text(row["content"])
    if _other_edit(writer, change):
        writer.state("failure_push").put(row)
        return False
    if row["returned"] and change.body:
        _show(writer, registry, change, at)
    local = local_of(writer, change.type, change.record_id) or NO_LOCAL
    seen = local["shadow_version"] or parse(row["detail"]).get("stored", 0)
    again = dataclasses.replace(
        change,
        change_id=new_change_id,
        supersedes=joined([change], [change_id]),
        override={"seen_version": seen, "choice": "mine"},
        attempt=1,
    )
    put_outbox(writer, again, writer.next_value("saved"), at)
    return True


def take_theirs(writer: Writer, registry: Registry, change_id: str) -> bool:
    """Give a refused change up and take the cloud's version, where there is one."""
    row = writer.state("failure_push").get(change_id)
    local = None if row is None else local_of(writer, row["type"], row["record_id"])
    if row is None or local is None or not local["shadow"]:
        return False
    _give_up(writer, registry, row)
    return True


def withdraw(writer: Writer, registry: Registry, change_id: str) -> bool:
    """Give a refused change up: the cloud's version, or the last accepted one, takes its place."""
    row = writer.state("failure_push").get(change_id)
    if row is None:
        return False
    _give_up(writer, registry, row)
    return True


def _give_up(writer: Writer, registry: Registry, row: Mapping[str, Any]) -> None:
    """Take a refused change out of the list; a record with nothing else unsent is as in the cloud."""
    change = change_from_text(row["content"])
    writer.state("failure_push").delete(row["change_id"])
    writer.state("withdrawn").put({"change_id": row["change_id"]})
    local = local_of(writer, change.type, change.record_id)
    if local is None or _other_edit(writer, change):
        return
    writer.state("record_local").delete(change.type, change.record_id)
    if local["shadow"]:
        adopt(writer, registry, record_from_text(local["shadow"]))
    elif local["base"]:
        adopt(writer, registry, record_from_text(local["base"]))
    else:  # Never accepted, or this store does not have the accepted version: a pull brings it.
        writer.forget(change.type, change.record_id)
    _show_last(writer, registry, change)


def _show_last(writer: Writer, registry: Registry, given_up: Change) -> None:
    """Make a returned change the present body of its record once all that stood beside it is gone."""
    rows = writer.state("failure_push").scan(equals={"record_id": given_up.record_id})
    if len(rows) == 1:
        change = change_from_text(rows[0]["content"])
        if change.body:
            _show(writer, registry, change, rows[0]["at"])
            writer.state("failure_push").put({**rows[0], "returned": False})
