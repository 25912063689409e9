"""Checkers of a site: nothing it was told to keep is lost, changed or sent before its time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lienso.sync import bootstrapping, scopes, site_log, site_scope

from .invariants import LineChanged, Sent, SiteCommit, UserDid, invariant

LATE_MS = 5_000
"""Beside the 2 s of the design: a probe that is on its way when the time has come ends first."""


@invariant(9, "an offline delete takes only what never left, and sends nothing", UserDid)
def offline_delete(at: UserDid) -> Iterator[str]:
    if at.kind == "delete" and at.facts.get("here") and at.facts["done"]:
        if at.facts["known_to_cloud"]:
            yield f"{at.office.name} deleted {at.facts['id']}, which the cloud has"
        if at.facts["left"]:
            yield f"{at.office.name} deleted {at.facts['id']} and still sends {at.facts['left']}"


@invariant(10, "a saved change is always in exactly one place", SiteCommit, UserDid)
def one_place(at: SiteCommit | UserDid) -> Iterator[str]:
    if isinstance(at, UserDid):
        if at.kind == "save" and at.facts["done"] and not at.facts["waits"]:
            yield f"{at.office.name} saved {at.facts['id']} and nothing waits"
        return
    counts = sum(len(table) for table in at.now.waits.values())
    if counts != len(at.now.open()):
        yield f"{at.office.name}: a change stands in two tables"
    view = at.world.cloud_view(at.office.company)
    kind = at.task.kind if at.task is not None else "event"
    yield from at.truth.committed(at.office, at.before, at.now, kind, view)


@invariant(11, "the bytes of a sealed position never change", SiteCommit)
def same_bytes(at: SiteCommit) -> Iterator[str]:
    if at.before.incarnation != at.now.incarnation:
        return
    for place, sealed in at.now.sealed.items():
        if at.before.sealed.get(place, sealed) != sealed:
            yield f"{at.office.name}: position {place} has other bytes"


@invariant(12, "nothing is sent before its seal is durable", Sent)
def sealed_first(at: Sent) -> Iterator[str]:
    if at.name != "push":
        return
    if at.office.storage.writing:
        yield f"{at.office.name} sends inside a transaction"
    for place, change in enumerate(at.request.changes, at.request.first_seq):
        sealed = at.office.look.sealed.get(place)
        if sealed is None or sealed[0] != change.change_id:
            yield f"{at.office.name} sends {change.change_id}, which is not sealed at {place}"


@invariant(13, "the cursor passes only what is applied, held, opaque or listed", SiteCommit)
def nothing_passed(at: SiteCommit) -> Iterator[str]:
    low, high = at.before.cursor, at.now.cursor
    if high <= low or at.before.history != at.now.history:
        return
    if at.truth.cloud_set_back and at.task is not None and at.task.kind == "file":
        return  # An answer of before the restore tells of records that are not there any more.
    there = at.world.cloud.storage.records(at.office.company.id)
    here = at.office.storage.records(at.office.company.id)
    scope = at.office.read(site_scope.scope_here)
    wanted = [r for r in there.values() if low < r.feed_seq <= high and scopes.holds(scope, r)]

    def passed(view: Any) -> list[str]:
        return [r.id for r in wanted if not _is_here(view, here, r)]

    for id in at.office.read(passed):
        yield f"{at.office.name}: the cursor is at {high}, past {id}"


def _is_here(view: Any, here: Mapping[Any, Any], record: Any) -> bool:
    stored = here.get((record.type, record.id))
    if stored is not None and stored.version >= record.version:
        return True
    if record.deleted and (stored is None or bootstrapping.progress(view) is not None):
        return (
            True  # A snapshot tells of no deletions: what it lacks is put aside when it is whole.
        )
    local = site_log.local_of(view, record.type, record.id)
    if local is not None and max(local["shadow_version"], local["base_version"]) >= record.version:
        return True
    tables = ("held", "opaque", "failure_pull")
    return any(view.state(table).get(record.type, record.id) for table in tables)


@invariant(14, "a local edit's body is never altered by a pull", SiteCommit)
def mine_stays(at: SiteCommit) -> Iterator[str]:
    here = at.office.storage.records(at.office.company.id)
    for change in at.now.waits["outbox"].values():
        record = here.get((change.type, change.record_id))
        if record is None or (record.body != change.body and change.op != "DELETE"):
            yield f"{at.office.name}: {change.record_id} is not what its user saved"


@invariant(15, "a reply of another session, incarnation or history changes nothing", SiteCommit)
def stale_replies(at: SiteCommit) -> Iterator[str]:
    if at.task is None or not at.task.stale:
        return
    for name in ("acked", "cursor", "refused"):
        if getattr(at.before, name) != getattr(at.now, name):
            yield f"{at.office.name} {at.task.kind}: a late reply moved {name}"


@invariant(16, "A never passes a change without a verdict", SiteCommit)
def acknowledged(at: SiteCommit) -> Iterator[str]:
    same = at.before.incarnation == at.now.incarnation
    if not same or at.now.acked <= at.before.acked:
        return
    view = at.world.cloud_view(at.office.company)
    era = at.truth.era
    for place in range(at.before.acked + 1, at.now.acked + 1):
        sealed = at.before.sealed.get(place)
        if sealed is None or at.truth.cloud_set_back:
            continue
        known = view.state("change_log").get(sealed[0]) is not None
        if not known and sealed[0] not in era.done:
            yield f"{at.office.name}: A passed {sealed[0]} at {place}, which nobody judged"


@invariant(17, "a posted record is not edited offline", UserDid)
def posted_stays(at: UserDid) -> Iterator[str]:
    if at.kind == "save" and at.facts["done"] and at.facts.get("was_posted"):
        yield f"{at.office.name} saved {at.facts['id']}, which is posted"


@invariant(19, "manual offline mode sends no byte and never ends by itself", Sent, LineChanged)
def silent(at: Sent | LineChanged) -> Iterator[str]:
    state = at.office.sync.machine.state
    if isinstance(at, Sent):
        if state == "offline_manual":
            yield f"{at.office.name} sends {at.name} in manual mode"
    elif at.before == "offline_manual" != state and at.event.kind != "user_online":
        yield f"{at.office.name} left manual mode by {at.event.kind}"


@invariant(
    20, "after the network is back a pull starts when it has settled, not before", LineChanged, Sent
)
def settled(at: LineChanged | Sent) -> Iterator[str]:
    office, machine, now = at.office, at.office.sync.machine, at.world.hub.now
    if isinstance(at, Sent):
        if at.name == "pull" and office.due_pull is not None:
            if now > office.due_pull:
                yield f"{office.name}: the pull after settling came {now - office.due_pull} ms late"
            office.due_pull = None
        return
    if at.event.kind in ("hello_ok", "hello_refused"):
        office.session_at = (
            now  # Of an answer: before one it is not known whether a gate is closed.
        )
    if at.event.kind == "started":
        office.settling = (
            min(2_000, machine.settle) if at.event.text == "online" else machine.settle
        )
    if at.before == "reconnecting" and machine.state == "online":
        due = (now if office.heard_at is None else office.heard_at) + office.settling
        if now < due:
            yield f"{office.name} went online {due - now} ms too early"
        late = now - max(due, office.session_at)
        if at.world.healed and late > LATE_MS:
            yield f"{office.name} went online {late} ms too late"
        prompt = at.world.healed and machine.online_capable and office.sync.session is not None
        office.due_pull = now + LATE_MS if prompt else None
    elif machine.state != "reconnecting":
        office.heard_at = office.due_pull = None
    elif at.before != "reconnecting":
        office.settling = machine.settle
        office.heard_at = now if at.before == "offline_auto" else None
    elif office.heard_at is None and at.event.kind in ("probe_ok", "life"):
        office.heard_at = now


@invariant(21, "an online-only function has no effect offline, and one effect a call", UserDid)
def one_effect(at: UserDid) -> Iterator[str]:
    if at.kind == "invoke":
        if at.facts["offline"] and (at.facts["sent"] or at.facts["done"]):
            yield f"{at.office.name} asked for {at.facts['call']} offline"
        if at.facts["done"] and at.facts["effects"] != 1 and at.facts["counts"]:
            yield f"{at.facts['call']} has {at.facts['effects']} effects"


@invariant(22, "saving never waits for the line", UserDid)
def saves_at_once(at: UserDid) -> Iterator[str]:
    if at.kind == "save" and (at.facts["took_ms"] or at.facts["sent"]):
        yield f"{at.office.name}: a save took {at.facts['took_ms']} ms, {at.facts['sent']} calls"


@invariant(23, "a blank figure is blank offline, and a kept one does not change", UserDid)
def figures(at: UserDid) -> Iterator[str]:
    if at.kind != "figure" or not at.facts["offline"]:
        return
    if at.facts["blank"] is not None:
        yield f"{at.office.name} shows {at.facts['blank']} offline"
    if at.facts["kept"] != at.facts["kept_again"]:
        yield f"{at.office.name}: a kept figure changed offline"


@invariant(24, "a refused change never delays an independent one", UserDid)
def nobody_waits(at: UserDid) -> Iterator[str]:
    if at.kind == "push" and at.facts["done"] and at.facts["undecided"]:
        yield f"{at.office.name}: a push ended and {at.facts['undecided']} were not decided"
