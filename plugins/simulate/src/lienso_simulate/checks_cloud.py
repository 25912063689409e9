"""Checkers of the cloud: what is accepted, once, over the right base, under one number."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from lienso.keys import fold_code
from lienso.sync import scopes
from lienso.sync.codes import DONE_CODES
from lienso.sync.extent import EVERYTHING

from .invariants import Answered, CloudCommit, Quiet, invariant
from .looks import body_of
from .module import NOTE


@invariant(1, "a change takes effect at most once", Answered)
def once(at: Answered) -> Iterator[str]:
    if at.name != "push":
        return
    done = at.truth.era.done
    made = {record.id for record in at.made}
    sent = [*at.request.changes, *at.request.retries]
    fresh = {c.record_id for c in sent if c.change_id not in done}
    for change in sent:
        if change.change_id in done and change.record_id in made - fresh:
            yield f"{change.change_id} of {change.record_id} made another version"
    for change, verdict in zip(sent, at.reply.verdicts, strict=True):
        if verdict.done:
            before = done.setdefault(change.change_id, verdict.version)
            if verdict.code in ("APPLIED", "MERGED") and before > verdict.version:
                yield f"{change.change_id}: version {before}, now {verdict.version}"


@invariant(
    2, "versions rise by 1, places in commit order, and no reader misses one", CloudCommit, Answered
)
def in_order(at: CloudCommit | Answered) -> Iterator[str]:
    if isinstance(at, Answered):
        if at.name == "pull":
            reply, cursor, had = at.reply, at.request.cursor, at.request.had
            scope = scopes.scope_of(at.view, at.office.site_id) or EVERYTHING
            there = {
                record.feed_seq
                for record in at.world.cloud.storage.records(at.office.company.id).values()
                if cursor < record.feed_seq <= reply.next_cursor
                and scopes.holds(scope, record)
                and (had is None or not scopes.holds(had, record))
            }
            missing = there - {record.feed_seq for record in reply.records}
            if missing:
                yield f"a reader of {cursor}..{reply.next_cursor} did not see {sorted(missing)}"
        return
    last = at.head_before
    for record in at.made:
        if record.feed_seq <= last:
            yield f"{record.id} got place {record.feed_seq} after {last}"
        last = record.feed_seq
        known = at.truth.era.versions.get((record.type, record.id), 0)
        if at.doing == "re_offer" or at.truth.cloud_set_back:
            wrong = record.version <= known
        else:
            wrong = record.version != known + 1
        if wrong:
            yield f"{record.id} went from version {known} to {record.version}"
        at.truth.era.versions[record.type, record.id] = record.version


@invariant(3, "every version was made over the one before it, or is a join or a decision", Answered)
def based(at: Answered) -> Iterator[str]:
    if at.name != "push":
        return
    log = at.view.state("change_log")
    sent = [*at.request.changes, *at.request.retries]
    made = {(record.id, record.version) for record in at.made}
    for change, verdict in zip(sent, at.reply.verdicts, strict=True):
        if verdict.code != "APPLIED" or (change.record_id, verdict.version) not in made:
            continue
        rows = [log.get(id) for id in change.supersedes]
        bases = {row["version"] for row in rows if row is not None and row["code"] in DONE_CODES}
        bases |= {change.base_version, change.override.get("seen_version", -1)}
        if verdict.version - 1 not in bases:
            yield f"{change.change_id} made version {verdict.version} over {sorted(bases)}"


def _held(record: Any) -> Mapping[str, str]:
    if record.deleted:
        return {}
    body = body_of(record.body)
    if record.type == NOTE:
        return {f"no/{body['posting_date'][:4]}": body["no"]}
    return {f"code/{record.type}": fold_code(body["code"])} if body.get("code") else {}


@invariant(4, "a number or code belongs to one live record", CloudCommit)
def one_holder(at: CloudCommit) -> Iterator[str]:
    era = at.truth.era
    for record in at.made:
        if (before := era.held_by.pop(record.id, None)) and era.held.get(before) == record.id:
            del era.held[before]
    for record in at.made:
        for space, value in _held(record).items():
            other = era.held.get((space, value))
            if other not in (None, record.id):
                yield f"{space} {value} is held by {other} and {record.id}"
            era.held[space, value] = record.id
            era.held_by[record.id] = (space, value)


@invariant(5, "effects, decision, W and its proof commit together", Answered, CloudCommit)
def together(at: Answered | CloudCommit) -> Iterator[str]:
    if isinstance(at, CloudCommit):
        if at.doing != "push":
            return
        rows = at.view.state("change_log").scan()
        there = {(row["record_id"], row["version"]) for row in rows if row["code"] in DONE_CODES}
        for record in at.made:
            if (record.id, record.version) not in there:
                yield f"version {record.version} of {record.id} has no decision"
        return
    if at.name != "push":
        return
    site = at.view.state("site").get(at.office.site_id)
    assert site is not None, "who pushes is enrolled"
    if site["processed"] != at.reply.processed:
        yield f"W is {site['processed']}, the answer said {at.reply.processed}"
    log = at.view.state("change_log")
    for change, verdict in zip(at.request.changes, at.reply.verdicts, strict=False):
        if log.get(change.change_id) is None and verdict.code != "ALREADY_PROCESSED":
            yield f"{change.change_id} was answered and not noted"


@invariant(6, "what was processed is applied, parked, superseded or withdrawn", Answered, Quiet)
def one_of_four(at: Answered | Quiet) -> Iterator[str]:
    era = at.truth.era
    if isinstance(at, Answered):
        if at.name == "re_offer":
            era.settled |= {v.change_id for v in at.reply.verdicts if v.done}
        return
    parked = {row["change_id"] for row in at.view.state("parked_change").scan()}
    for row in at.view.state("change_log").scan():
        done = row["code"] in DONE_CODES
        other = row["change_id"] in era.superseded | era.withdrawn
        settled = row["record_id"] in era.settled
        if done and row["change_id"] in parked:
            yield f"{row['change_id']} is applied and parked"
        explained = done or other or settled or at.truth.cloud_set_back
        if not explained and row["change_id"] not in parked:
            yield f"{row['change_id']} ({row['code']}) is nowhere in the cloud"


LIVE = datetime.timedelta(seconds=60)
"""A session is live for so long after the cloud heard of it (sync-design §5)."""


def _two_hosts(at: Answered) -> Iterator[str]:
    """Look whether a site is let in on one machine while it runs on another."""
    hosts, now = at.truth.era.hosts, at.world.cloud.clock.now()
    host, seen = hosts.get(at.office.site_id, ("", now))
    if at.name == "hello":
        if host not in ("", at.request.host) and seen <= now < seen + LIVE:
            yield f"{at.office.name} is let in on {at.request.host}, and runs on {host}"
        host = at.request.host
    if at.name in ("hello", "push", "heartbeat"):
        hosts[at.office.site_id] = (host, now)


@invariant(
    7, "W never falls, a fenced incarnation changes nothing, and a site runs on one machine",
    CloudCommit, Answered,
)  # fmt: skip
def fenced(at: CloudCommit | Answered) -> Iterator[str]:
    places = at.truth.era.places
    if isinstance(at, Answered):
        yield from _two_hosts(at)
        if at.name in ("push", "pull", "heartbeat", "re_offer", "reserve_numbers"):
            now = at.view.state("site").get(at.office.site_id)
            assert now is not None, "who is answered is enrolled"
            if at.request.session.incarnation != now["incarnation"]:
                yield f"{at.office.name}: a call of incarnation {at.request.session.incarnation}"
            if at.request.session.session_id != now["session_id"]:
                yield f"{at.office.name}: a call of a session that is over"
        return
    for row in at.view.state("site").scan():
        place = (row["incarnation"], row["processed"])
        if place < places.get(row["site_id"], (0, 0)):
            yield f"{row['site_id']} went from {places[row['site_id']]} back to {place}"
        places[row["site_id"]] = place


@invariant(8, "no version of a voucher mixes two edits", CloudCommit)
def unmixed(at: CloudCommit) -> Iterator[str]:
    for record in at.made:
        if record.type == NOTE and not record.deleted:
            body = body_of(record.body)
            if body["mark"] != body["mark_again"]:
                yield f"{record.id}: {body['mark']} and {body['mark_again']}"


@invariant(18, "no float, clock or id decides anything", CloudCommit)
def no_float(at: CloudCommit) -> Iterator[str]:
    """The engine's imports are grepped by a test; clocks are wrong and ids unordered in every run."""
    for record in at.made:
        if any(isinstance(value, float) for value in _values(body_of(record.body))):
            yield f"{record.id} has a float"


def _values(found: Any) -> Iterator[Any]:
    if isinstance(found, Mapping):
        for value in found.values():
            yield from _values(value)
    elif isinstance(found, list):
        for value in found:
            yield from _values(value)
    else:
        yield found


@invariant(30, "leases of different sites or incarnations never overlap", CloudCommit)
def leases_apart(at: CloudCommit) -> Iterator[str]:
    if at.doing != "reserve_numbers":
        return
    owners: dict[tuple[str, str], str] = {}
    for row in at.view.state("granted_lease").scan():
        if row["state"] != "free":
            for number in body_of(f'{{"n":{row["numbers"]}}}')["n"]:
                other = owners.setdefault((row["counter"], number), row["lease_id"])
                if other != row["lease_id"]:
                    yield f"{number} is in the leases {other} and {row['lease_id']}"
