"""Checkers of what a site may hold, and of modules of different age."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from lienso.storage import StoredRecord, View
from lienso.sync import bootstrapping, scopes, site_log, site_scope
from lienso.sync.extent import EVERYTHING, Scope

from .invariants import Answered, CloudCommit, Quiet, SiteCommit, invariant
from .looks import body_of
from .module import ITEM, NOTE, PRESENT


@invariant(
    33, "companies never cross, and a site is given, gives and holds nothing outside its scope",
    CloudCommit, Answered, SiteCommit, Quiet,
)  # fmt: skip
def apart(at: CloudCommit | Answered | SiteCommit | Quiet) -> Iterator[str]:
    if isinstance(at, CloudCommit):
        for record in at.made:
            if record.type in (ITEM, NOTE) and not record.deleted:
                body = body_of(record.body)
                mark = body.get("mark") or body.get("name") or ""
                if mark and not mark.startswith(at.company.code):
                    yield f"{record.id} of {at.company.code} says {mark}"
    elif isinstance(at, Answered):
        yield from _crossing(at)
    elif isinstance(at, SiteCommit):
        yield from _let_go(at)
    else:
        there = at.world.cloud.storage.records(at.company.id)
        for office in at.world.alive(at.company):
            scope = scopes.scope_of(at.view, office.site_id) or EVERYTHING
            if office.read(site_scope.scope_here) != scope:
                yield f"{office.name} does not know its scope"
            for record in office.read(_clean):
                # Where it lies is as the cloud says now.
                now: StoredRecord = there.get((record.type, record.id), record)  # type: ignore[call-overload]  # a pair
                if not _lies(scope, now):
                    yield f"{office.name} holds {record.id}, which lies outside its scope"


def _crossing(at: Answered) -> Iterator[str]:
    """What the cloud shows a site, and takes from it."""
    scope = scopes.scope_of(at.view, at.office.site_id)
    if scope is None:
        return
    shown = [*getattr(at.reply, "records", ()), *_of_verdicts(at.reply)]
    for record in shown:
        if not _lies(scope, record):
            yield f"{at.office.name} is shown {record.id} outside its scope by {at.name}"
    if at.name == "push":
        sent = {change.record_id for change in (*at.request.changes, *at.request.retries)}
        for record in at.made:
            if record.id in sent and not _lies(scope, record):
                yield f"{at.office.name} wrote {record.id} outside its scope"


def _of_verdicts(reply: Any) -> Iterator[StoredRecord]:
    yield from (v.record for v in getattr(reply, "verdicts", ()) if v.record is not None)


def _lies(scope: Scope, record: StoredRecord) -> bool:
    """Tell whether a record lies in a scope, without asking the engine."""
    branch = scope.branches is None or not record.scope or record.scope in scope.branches
    return branch and (scope.types is None or record.type in scope.types)


def _let_go(at: SiteCommit) -> Iterator[str]:
    """What a site knows to lie outside is gone when it was let go of and the cursor moves on."""
    office = at.office
    if at.before.evicted - at.now.evicted:
        at.world.hit("record left the scope")
    if at.before.lacking and not at.now.lacking:
        at.world.hit("scope became wider")
    if not at.before.sweep or at.now.sweep or office.read(bootstrapping.progress) is not None:
        return
    scope = office.read(site_scope.scope_here)
    gone = {row["record_id"] for row in office.read(lambda view: view.state("evicted").scan())}
    for record in office.read(_clean):
        if record.id not in gone and not _lies(scope, record):
            yield f"{office.name} keeps {record.id} outside its scope"


def _clean(view: View) -> list[StoredRecord]:
    """Return what a site has of the cloud, but for records of which something is unsent."""
    dirty = {(row["type"], row["id"]) for row in view.state("record_local").scan()}
    found: list[StoredRecord] = []
    after = 0
    while (page := view.changes(after, limit=1_000)).records:
        found, after = found + list(page.records), page.next_after
    for table in ("held", "opaque", "failure_pull"):
        rows = view.state(table).scan()
        found += [site_log.record_from_text(row["raw"]) for row in rows if row["raw"]]
    return [record for record in found if (record.type, record.id) not in dirty]


@invariant(
    31, "what an older or missing module cannot read survives byte for byte", SiteCommit, Answered
)
def newer_stays(at: SiteCommit | Answered) -> Iterator[str]:
    yield from _opaque_kept(at) if isinstance(at, SiteCommit) else _not_overwritten(at)


def _opaque_kept(at: SiteCommit) -> Iterator[str]:
    at_fault = at.office.lacks or at.office.age < PRESENT
    if not at_fault or at.before.cursor == at.now.cursor:
        return
    company = at.office.company
    there = at.world.cloud.storage.records(company.id)
    here = at.office.storage.records(company.id)
    for row in at.office.read(lambda view: view.state("opaque").scan()):
        ref = (row["type"], row["record_id"])
        raw = site_log.record_from_text(row["raw"]) if row["raw"] else None
        mine, theirs = raw or here.get(ref), there.get(ref)  # type: ignore[call-overload]  # a pair
        same = mine is not None and theirs is not None and mine.version == theirs.version
        if same and mine.body != theirs.body:
            yield f"{at.office.name}: {ref} was kept with other bytes"


def _not_overwritten(at: Answered) -> Iterator[str]:
    if at.name != "push":
        return
    for change in (*at.request.changes, *at.request.retries):
        versions = at.view.history(change.type, change.record_id)
        made = {record.version for record in at.made if record.id == change.record_id}
        for before, after in itertools.pairwise(versions):
            fell = after.schema_version < before.schema_version
            if after.version in made and fell and not before.deleted and not change.override:
                yield f"{change.change_id} wrote version {after.version} of {change.record_id} anew"
