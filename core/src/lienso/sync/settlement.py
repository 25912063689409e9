"""What the cloud decided, carried out at a site.

Sans I/O: functions over one transaction; instants and ids are passed in.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from ..canonical import canonical_text, digest_of, parse
from ..records import record_keys, summary_of
from ..registry import Registry
from ..skew import upcast
from ..storage import Draft, RecordRef, StoredRecord, View, Writer
from . import archive
from .aliases import rewire
from .messages import Change, Verdict
from .renumbering import note_given
from .retrying import retry
from .scopes import holds, scope_from_text
from .sealing import acknowledge, unacked
from .site_log import (
    NO_LOCAL,
    adopt,
    base_body,
    change_from_text,
    change_text,
    identity,
    intent,
    joined,
    known_ids,
    local_of,
    put_local,
    put_outbox,
    record_from_text,
    record_text,
    withdraw,
)


def take_verdict(
    writer: Writer, registry: Registry, change: Change, verdict: Verdict, at: str
) -> None:
    """Carry out what the cloud decided about one change of the log or of the retry lane."""
    refused = writer.state("failure_push").scan(equals={"record_id": change.record_id})
    row = next((row for row in refused if row["change_id"] == change.change_id), None)
    returned = row is not None and row["returned"]
    if row is not None:
        writer.state("failure_push").delete(change.change_id)
        refused.remove(row)
    pending = writer.state("outbox").get(change.type, change.record_id)
    if verdict.done and returned and other_edit(writer, change):
        return  # The other edit keeps its base, so that the cloud sees the conflict; pull brings this.
    if verdict.done and "stands" in verdict.detail:
        _give_way(writer, registry, change, verdict, pending, at)
        return
    if verdict.done:
        if verdict.record is not None:
            note_given(writer, change, verdict.record, at)
            if verdict.record.version > verdict.version:  # Others have gone on since.
                _keep_theirs(writer, change, verdict)
                verdict = dataclasses.replace(verdict, record=None)
        unsent = pending is not None or any(not row["returned"] for row in refused)
        _settle(writer, registry, change, verdict, pending, unsent)
        if not unsent:
            _leave_outside(writer, change)
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
        group_id=newer.group_id or change.group_id,
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


def other_edit(view: View, change: Change) -> bool:
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
    unsent: bool,
) -> None:
    local = local_of(writer, change.type, change.record_id) or dict(NO_LOCAL)
    if (
        not unsent
        and local["shadow_version"] <= verdict.version
        and _confirmed(writer, change, verdict)
    ):
        writer.state("record_local").delete(change.type, change.record_id)
        return
    accepted = verdict.record or _accepted(writer, change, verdict)
    if unsent:
        # Something newer is unsent: what was accepted is its base now. If the cloud has moved on
        # since, it must see that base, and say that there is a conflict.
        local |= _newer_base(change, verdict, local, accepted)
        put_local(writer, change.type, change.record_id, local)
    if pending is not None:
        newer = change_from_text(pending["content"])
        rebased = dataclasses.replace(
            newer,
            op="UPDATE" if newer.op == "CREATE" else newer.op,
            base_version=local["base_version"],
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


def _leave_outside(writer: Writer, change: Change) -> None:
    """Have the next pull let go of a record that was accepted when the scope was another one."""
    scope = identity(writer, "scope")
    stored = writer.get(change.type, change.record_id) if scope else None
    if stored is not None and not holds(scope_from_text(scope), stored):
        row = {"type": stored.type, "record_id": stored.id, "version": stored.version}
        writer.state("evicted").put(row)


def _confirmed(writer: Writer, change: Change, verdict: Verdict) -> bool:
    """Give the version that stands here its place in the cloud, where it was accepted as it is."""
    return verdict.record is None and writer.confirm(
        RecordRef(change.type, change.record_id),
        verdict.version,
        change.body,
        feed_seq=verdict.feed_seq,
        posting=verdict.posting,
    )


def _newer_base(
    change: Change, verdict: Verdict, local: Mapping[str, Any], accepted: StoredRecord | None
) -> dict[str, Any]:
    """Return what a newer edit of a record is based on, now that the one before it was accepted.

    After a join it is what was sent, at the version that this was based on: the newer edit knows
    nothing of what others changed, and the cloud has to join once more.
    """
    if accepted is None or not verdict.detail.get("taken"):
        text = "" if accepted is None else record_text(accepted)
        based = {"ever_synced": True, "base_version": verdict.version, "base": text}
        passed = local["shadow_version"] <= verdict.version  # It is no newer than this base.
        return based | ({"shadow": "", "shadow_version": 0} if passed else {})
    sent = dataclasses.replace(_as_sent(accepted, change), version=change.base_version)
    facts = {"ever_synced": True, "base_version": sent.version, "base": record_text(sent)}
    if accepted.version > local["shadow_version"]:
        facts |= {"shadow": record_text(accepted), "shadow_version": accepted.version}
    return facts


def _give_way(
    writer: Writer,
    registry: Registry,
    change: Change,
    verdict: Verdict,
    pending: Mapping[str, Any] | None,
    at: str,
) -> None:
    """Let another record stand for this one: what referred to this refers to it, here too."""
    stands: str = verdict.detail["stands"]
    if pending is not None:
        newer = change_from_text(pending["content"])
        archive.keep(writer, newer, newer.body, verdict.record, {"choice": "map"}, at)
        writer.state("outbox").delete(change.type, change.record_id)
        withdraw(writer, newer.supersedes)
    record = verdict.record
    if record is not None and local_of(writer, change.type, stands) is None:
        here = writer.get(change.type, stands, deleted=True)
        if here is None or here.version < record.version:
            adopt(writer, registry, record)
    rewire(writer, registry, change.type, change.record_id, stands)
    writer.state("record_local").delete(change.type, change.record_id)
    writer.forget(change.type, change.record_id)
    blocked = writer.state("failure_push").scan(equals={"code": "BLOCKED_REF"})
    waited = [
        row["change_id"]
        for row in blocked
        if any(ref["id"] == change.record_id for ref in parse(row["detail"]).get("missing", ()))
    ]
    retry(writer, waited)


def _accepted(view: View, change: Change, verdict: Verdict) -> StoredRecord | None:
    """Return the version that the cloud made of a change, from what stands here."""
    mine = view.get(change.type, change.record_id, deleted=True)
    if mine is None:
        return None
    return dataclasses.replace(
        mine if mine.body == change.body else _as_sent(mine, change),
        version=verdict.version,
        feed_seq=verdict.feed_seq,
        posting=verdict.posting,
        deleted=change.op == "DELETE",
    )


def _as_sent(record: StoredRecord, change: Change) -> StoredRecord:
    """Return a record with the body of a change, and all that follows from it; a deletion leaves the
    branch."""
    body = parse(change.body or "{}")
    return dataclasses.replace(
        record,
        body=change.body,
        schema_version=change.schema_version,
        digest=digest_of(change.body),
        summary=summary_of(body),
        scope=body.get("branch") or "" if change.body else record.scope,
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
            show(writer, registry, change, at)
        verdict = Verdict(change.change_id, "RETURNED", detail={"code": "returned_by_cloud"})
        _note_failure(writer, change, verdict, at, returned=beside)
    return len(unknown)


def show(writer: Writer, registry: Registry, change: Change, at: str) -> None:
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
    if record_type is None:
        return ()
    return record_keys(record_type, upcast(record_type, body, change.schema_version))
