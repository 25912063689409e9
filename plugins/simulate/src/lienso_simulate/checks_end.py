"""Checkers of a quiet world: nothing lost, all copies equal, all lists complete."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lienso.canonical import parse
from lienso.sync import scopes
from lienso.sync.codes import WAITING_CODES
from lienso.sync.extent import EVERYTHING
from lienso.verifying import verify

from .invariants import Quiet, UserDid, invariant
from .looks import body_of
from .module import ITEM, NOTE


@invariant(25, "every failure has a code, a reason and something to do", Quiet, UserDid)
def told(at: Quiet | UserDid) -> Iterator[str]:
    if isinstance(at, UserDid):
        rows = at.facts.get("failures", ())
    else:
        rows = [row for o in at.world.alive(at.company) for row in o.sync.failures()]
    for row in rows:
        if not row["code"] or not row["actions"]:
            yield f"{row['id']}: code {row['code']!r}, actions {row['actions']}"
        if row["tab"] == "push_failed" and not row["reason_vi"]:
            yield f"{row['id']} has no reason ({row['code']})"


@invariant(26, "what clears by itself has cleared when its cause is gone", Quiet)
def cleared(at: Quiet) -> Iterator[str]:
    there = at.world.cloud.storage.records(at.company.id)
    for office in at.world.alive(at.company):
        rows = office.look.refused.values()
        scope = scopes.scope_of(at.view, office.site_id) or EVERYTHING
        blocked = {row["record_id"] for row in rows}
        for row in rows:
            if row["code"] not in (*WAITING_CODES, "SCHEMA_TOO_OLD"):
                continue
            if row["code"] == "BLOCKED_REF":
                refs = [ref["id"] for ref in parse(row["detail"])["missing"]]
                gone = [
                    id for id in refs
                    if id not in blocked and (found := there.get((ITEM, id))) and not found.deleted
                    and scopes.holds(scope, found)
                ]  # fmt: skip
                if len(gone) == len(refs):
                    yield f"{office.name}: {row['record_id']} waits for {refs}, which are there"
            elif row["code"] == "GROUP_FAILED":
                member = parse(row["detail"])["member"]["change_id"]
                if member not in office.look.refused:
                    yield f"{office.name}: {row['record_id']} waits for {member}, which is gone"
            else:
                yield f"{office.name}: {row['record_id']} still waits: {row['code']}"


@invariant(28, "no change of a surviving store is lost, and none is mistaken for another", Quiet)
def nothing_lost(at: Quiet) -> Iterator[str]:
    looks = [office.look for office in at.world.offices_of(at.company)]
    for id in at.truth.missing(at.view, looks):
        saved = at.truth.saved[id]
        yield f"{id} of {saved.change.record_id}, saved at {saved.office}, is nowhere"
    known = {id for look in looks for id in look.open().keys() | look.named() | look.withdrawn}
    for row in at.view.state("parked_change").scan():
        if row["change_id"] not in known:
            yield f"{row['change_id']} of {row['site_id']} is kept by the cloud and listed nowhere"


@invariant(29, "what sites held when the cloud was set back is there again, or listed", Quiet)
def given_back(at: Quiet) -> Iterator[str]:
    there = at.world.cloud.storage.records(at.company.id)
    listed = {
        change.record_id
        for office in at.world.offices_of(at.company)
        for change in office.look.open().values()
    }
    aliases = {row["old_id"] for row in at.view.state("alias").scan()}
    by_word = {s.change.record_id for s in at.truth.saved.values() if s.fate == "by a user's word"}
    for (type, id), version in at.truth.owed.items():
        record = there.get((type, id))
        if record is not None and record.version >= version:
            continue
        if id not in listed | aliases | by_word:
            now = 0 if record is None else record.version
            yield f"{id} was held at version {version}, the cloud has {now}"


@invariant(32, "a module that is installed later reads all that came before", Quiet)
def materialised(at: Quiet) -> Iterator[str]:
    for office in at.world.alive(at.company):
        left = office.read(lambda view: view.state("opaque").count())
        if left:
            yield f"{office.name}: {left} records stay opaque with all modules there"


@invariant(35, "when faults end all is decided, and all copies equal the cloud's", Quiet)
def converged(at: Quiet) -> Iterator[str]:
    everything = at.world.cloud.storage.records(at.company.id)
    for office in at.world.alive(at.company):
        scope = scopes.scope_of(at.view, office.site_id) or EVERYTHING
        there = {ref: r for ref, r in everything.items() if scopes.holds(scope, r)}
        look = office.look
        for table in ("outbox", "sealed"):
            for change in look.waits[table].values():
                yield f"{office.name}: {change.change_id} of {change.record_id} stays in {table}"
        dirty = {row["id"] for row in office.read(lambda view: view.state("record_local").scan())}
        open_ids = {change.record_id for change in look.open().values()}
        aside = {
            row["record_id"]
            for table in ("held", "opaque", "failure_pull")
            for row in office.read(lambda view, table=table: view.state(table).scan())
        }
        yield from (f"{office.name}: {id} is dirty for nothing" for id in sorted(dirty - open_ids))
        here = office.storage.records(at.company.id)
        for ref in sorted({*here, *there}):
            mine, theirs = here.get(ref), there.get(ref)
            if ref[1] in dirty | aside or (mine is None and theirs.deleted):
                continue
            if mine is None or theirs is None or _differ(mine, theirs):
                yield f"{office.name}: {ref} is {_named(mine)}, in the cloud {_named(theirs)}"


def _differ(mine: Any, theirs: Any) -> bool:
    if mine.deleted or theirs.deleted:
        return bool(mine.deleted != theirs.deleted)
    same = (mine.version, mine.digest, mine.posting) == (
        theirs.version,
        theirs.digest,
        theirs.posting,
    )
    return not same


def _named(record: Any) -> str:
    if record is None:
        return "missing"
    return f"version {record.version} {record.digest[:8]} {'deleted' if record.deleted else ''}"


@invariant(36, "every site is online again, and nothing is held", Quiet)
def reachable(at: Quiet) -> Iterator[str]:
    for office in at.world.alive(at.company):
        machine = office.sync.machine
        if not machine.online_capable:
            yield f"{office.name} is {machine.state}, gate {machine.gate!r}"
        for row in office.read(lambda view: view.state("held").scan()):
            yield f"{office.name}: {row['record_id']} is still held"


@invariant(37, "verify finds nothing wrong anywhere", Quiet)
def verified(at: Quiet) -> Iterator[str]:
    sides = [("cloud", at.world.cloud.kernel)]
    sides += [(office.name, office.kernel) for office in at.world.alive(at.company)]
    for name, kernel in sides:
        for check in verify(kernel, at.company.id):
            yield from (f"{name} {check.check}: {wrong}" for wrong in check.wrong)
    numbers: dict[str, str] = {}
    for record in at.world.cloud.storage.records(at.company.id).values():
        if record.type == NOTE and not record.deleted:
            number = body_of(record.body)["no"]
            if numbers.setdefault(number, record.id) != record.id:
                yield f"{number} is of {numbers[number]} and {record.id}"
