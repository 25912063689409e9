"""The way of one record: what a site knows of it, and what the cloud does.

Sans I/O: functions over one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator

from .. import chaining
from ..canonical import parse
from ..storage import StoredRecord, View
from . import scopes, site_log
from .cloud_log import site_in_session
from .extent import EVERYTHING
from .inquiry import Step, TraceReply, TraceRequest
from .messages import Change

VERSIONS_MAX = 200
"""Versions of a reply, the newest; how many there are before is said."""

CHANGES_MAX = 500
"""Changes that a request may name."""


# -- the cloud --------------------------------------------------------------------------------------


def trace(view: View, site_id: str, request: TraceRequest) -> TraceReply:
    """Return what the cloud knows of a record. Raises: Fenced."""
    site_in_session(view, site_id, request.session)
    scope = scopes.scope_of(view, site_id) or EVERYTHING
    versions = [
        version
        for version in view.history(request.type, request.record_id)
        if scopes.holds(scope, version)
    ]
    shown = versions[-VERSIONS_MAX:]
    steps: list[Step] = []
    changes = dict.fromkeys(request.change_ids[:CHANGES_MAX])
    for version in shown:
        link = view.state(chaining.TABLE).get(version.feed_seq)
        change_id = "" if link is None else str(link["change_id"])
        steps.append(_version(version, "cloud", "version", change_id))
        if change_id:
            changes.setdefault(change_id)
    steps += _decided(view, request, [*changes])
    steps.sort(key=lambda step: step.at)
    return TraceReply(request.session, tuple(steps), len(versions) - len(shown))


def _version(version: StoredRecord, where: str, what: str, change_id: str = "") -> Step:
    made = parse(version.provenance)
    detail = {"digest": version.digest, "deleted": version.deleted}
    if version.posting:
        detail["posting"] = {
            ledger: state["status"] for ledger, state in parse(version.posting).items()
        }
    return Step(
        "cloud" if where == "cloud" else "site",
        what,
        version.at,
        change_id,
        version.version,
        version.feed_seq,
        user=made.get("user", ""),
        site=made.get("site", ""),
        detail=detail,
    )


def _decided(view: View, request: TraceRequest, changes: list[str]) -> Iterator[Step]:
    for change_id in changes:
        row = view.state("change_log").get(change_id)
        if row is None or row["record_id"] != request.record_id:
            continue
        place = {name: row[name] for name in ("incarnation", "site_seq", "attempt")}
        yield Step(
            "cloud",
            "verdict",
            row["at"],
            change_id,
            row["version"],
            row["feed_seq"],
            row["code"],
            site=row["site_id"],
            detail={**place, **parse(row["detail"])},
        )
    for row in view.state("parked_change").scan():
        change = site_log.change_from_text(row["content"])
        if change.record_id == request.record_id:
            yield _change(
                change, "cloud", "parked", row["at"], code=row["code"], site=row["site_id"]
            )
    alias = view.state("alias").get(request.type, request.record_id)
    if alias is not None:
        detail = {"stands": alias["new_id"]}
        who = {name: alias[name] for name in ("at", "user", "site")}
        yield Step("cloud", "alias", detail=detail, **who)


def _change(
    change: Change, where: str, what: str, at: str, *, code: str = "", site: str = ""
) -> Step:
    return Step(
        "cloud" if where == "cloud" else "site",
        what,
        at,
        change.change_id,
        code=code,
        user=change.provenance.get("user", ""),
        site=site or change.provenance.get("site", ""),
        detail={"op": change.op, "base_version": change.base_version, "attempt": change.attempt},
    )


# -- a site -----------------------------------------------------------------------------------------


def trace_here(view: View, type: str, id: str) -> list[Step]:
    """Return what this site knows of a record, in the order of its way."""
    steps = []
    stored = view.get(type, id, deleted=True)
    if stored is not None:
        steps.append(_version(stored, "site", "saved"))
    steps += _waiting(view, type, id)
    steps += _aside(view, type, id)
    for row in view.state("conflict_archive").scan(equals={"record_id": id}):
        detail = {"choice": row["choice"]}
        steps.append(
            Step("site", "decided", row["at"], row["change_id"], user=row["user"], detail=detail)
        )
    for row in view.state("number_history").scan(equals={"record_id": id}):
        detail = {"old": row["old"], "new": row["new"]}
        steps.append(Step("site", "renumbered", row["at"], detail=detail))
    return steps


def _waiting(view: View, type: str, id: str) -> Iterator[Step]:
    row = view.state("outbox").get(type, id)
    if row is not None:
        yield _change(site_log.change_from_text(row["content"]), "site", "outbox", row["at"])
    for row in view.state("sealed").scan(equals={"record_id": id}):
        step = _change(site_log.change_from_text(row["content"]), "site", "sealed", "")
        yield Step(
            "site",
            "sealed",
            change_id=step.change_id,
            user=step.user,
            site=step.site,
            detail={**step.detail, "site_seq": row["site_seq"]},
        )
    for row in view.state("failure_push").scan(equals={"record_id": id}):
        change = site_log.change_from_text(row["content"])
        yield _change(change, "site", "failed", row["at"], code=row["code"])


def _aside(view: View, type: str, id: str) -> Iterator[Step]:
    local = site_log.local_of(view, type, id)
    if local is not None and local["shadow"]:
        yield _version(site_log.record_from_text(local["shadow"]), "site", "shadow")
    for table, what in (("held", "held"), ("opaque", "opaque"), ("failure_pull", "failed_pull")):
        row = view.state(table).get(type, id)
        if row is not None:
            why = {"waits_for": row["waits_for"]} if table == "held" else {}
            code = row.get("code", "")
            yield Step("site", what, row.get("at", ""), "", 0, row["feed_seq"], code, detail=why)


def changes_known(steps: list[Step]) -> tuple[str, ...]:
    """Return the changes that a site's steps name, for the cloud to be asked about."""
    return tuple(dict.fromkeys(step.change_id for step in steps if step.change_id))
