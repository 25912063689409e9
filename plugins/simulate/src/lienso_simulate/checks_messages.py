"""Checkers of messages: their bounds, and that a snapshot brings what the feed brings."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from lienso import limits
from lienso.storage import StoredRecord
from lienso.sync import batches, cloud_log, site_exchange, snapshotting
from lienso.sync.messages import Change, PullRequest, PushRequest, Session
from lienso.sync.snapshot_messages import ChunkRequest, SnapshotRequest

from .invariants import Answered, Quiet, Sent, UserDid, invariant
from .looks import change_of
from .office import Office

OPENED = datetime.date(2026, 1, 1)
"""Of the notes' period, so that a snapshot has all its parts."""


@invariant(
    27, "messages are bounded, smaller when the line fails, few, and no heartbeat waits for them",
    Sent, Answered,
)  # fmt: skip
def bounded(at: Sent | Answered) -> Iterator[str]:
    """Bounds are counts and bytes: what a line of 16 kbit/s makes of them is halved until it passes."""
    name, request = at.office.name, at.request
    if isinstance(at, Answered):
        if at.name == "pull" and len(at.reply.records) > 1:
            size = sum(len(record.body.encode()) for record in at.reply.records)
            if size > request.bytes_max or len(at.reply.records) > request.records_max:
                yield f"{name} got {len(at.reply.records)} records, {size} bytes: more than it asked for"
        return
    last = at.office.unanswered.get(at.name)
    if at.name == "pull" and request.had is None:
        most = site_exchange.PAGE_BYTES_MAX
        if last is not None and last.had is None:
            most = max(last.bytes_max // 2, site_exchange.PAGE_BYTES_MIN)
        if request.bytes_max > most:
            yield f"{name} asks for {request.bytes_max} bytes, {most} at most"
    elif at.name == "push":
        yield from _push_bounded(at.office, request, last)
    elif at.name == "heartbeat" and at.task.kind == "beat":
        yield from _prompt(at)


def _prompt(at: Sent) -> Iterator[str]:
    """Look whether a heartbeat went when it was due; one that has to open a session waits for that."""
    due, session = at.office.beat_began
    process = at.office.process
    stood_still = process is not None and process.paused_until > due
    waited = at.world.hub.now - due
    if at.request.session == session and waited and not stood_still:
        yield f"{at.office.name}: a heartbeat waited {waited} ms"


def _push_bounded(office: Office, request: PushRequest, last: PushRequest | None) -> Iterator[str]:
    log, count = list(request.changes), len(request.changes)
    most, bytes_most = office.sync.room
    if not _one_group(log):
        if count > most or count > limits.BATCH_CHANGES_MAX:
            yield f"{office.name} sends {count} changes, {most} at most"
        if _size(log) > bytes_most:
            yield f"{office.name} sends {_size(log)} bytes, {bytes_most} at most"
        tried = 0 if last is None else len(last.changes) + len(last.retries)
        if tried and count > max(tried // 2, 1):
            yield f"{office.name} sends {count} changes after {tried} had no answer"
    unit = _next_unit(office, request.first_seq + count)
    if unit and log and count + len(unit) <= most and _size([*log, *unit]) <= bytes_most:
        yield f"{office.name} sends {count} changes and leaves {len(unit)} that fit"


def _one_group(changes: list[Change]) -> bool:
    """Tell whether there is nothing to part."""
    return (
        len(changes) == 1 or len({change.group_id or change.change_id for change in changes}) == 1
    )


def _size(changes: list[Change]) -> int:
    bodies = sum(len(c.body.encode()) + len(c.base_body.encode()) for c in changes)
    return bodies + batches.OVERHEAD_BYTES * len(changes)


def _next_unit(office: Office, place: int) -> list[Change]:
    """Return the change of the log that follows a push, with its group."""
    found: list[Change] = []
    while (sealed := office.look.sealed.get(place + len(found))) is not None:
        change = change_of(sealed[1])
        if found and (not change.group_id or change.group_id != found[0].group_id):
            break
        found.append(change)
    return found


@invariant(34, "a file counts once; one that was altered or refused has no effect", UserDid)
def carried(at: UserDid) -> Iterator[str]:
    if at.kind != "file":
        return
    facts, name = at.facts, at.office.name
    if facts["altered"] and not facts["refused"]:
        yield f"{name}: a file with a bit turned was taken"
    if facts["refused"] and facts["changed"]:
        yield f"{name}: a file was refused ({facts['refused']}) and changed something"
    if facts["again"] and facts["changed"]:
        yield f"{name}: a file that was taken twice did something twice"


@invariant(38, "a snapshot and the feed from it on are the feed from its beginning", Quiet)
def as_the_feed(at: Quiet) -> Iterator[str]:
    feed = at.world.cloud.storage.records(at.company.id).values()
    places = sorted(record.feed_seq for record in feed)
    head = places[len(places) // 2] if places else 0
    for office in at.world.alive(at.company):
        reader = _Reader(at, office)
        whole, taken = reader.pulled(0, {}), reader.pulled(head, reader.snapshot(head))
        for ref in sorted(whole.keys() | taken.keys()):
            if whole.get(ref) != taken.get(ref):
                found = f"{taken.get(ref)} by a snapshot at {head}, {whole.get(ref)} by the feed"
                yield f"{office.name}: {ref} is {found}"


Versions = dict[tuple[str, str], tuple[int, str]]


class _Reader:
    """A site that begins, in its session, and keeps nothing but versions and digests."""

    def __init__(self, at: Quiet, office: Office) -> None:
        self._view, self._site = at.view, office.site_id
        row = cloud_log.site_row(at.view, office.site_id)
        history = cloud_log.history_id(at.view)
        self._session = Session(row["session_id"], row["incarnation"], history)
        self._registry = at.world.cloud.kernel.registry

    def pulled(self, cursor: int, found: Versions) -> Versions:
        """Take the feed from a place to its end."""
        done = False
        while not done:
            page = cloud_log.pull(self._view, self._site, PullRequest(self._session, cursor))
            for gone in page.evicted:
                found.pop((gone.type, gone.id), None)
            self._take(page.records, found)
            cursor, done = page.next_cursor, page.done
        return found

    def snapshot(self, head: int) -> Versions:
        """Take all parts of a snapshot."""
        found: Versions = {}
        ask: Any = SnapshotRequest(self._session)
        manifest = snapshotting.manifest(self._view, self._registry, self._site, ask, OPENED)
        for part in manifest.parts:
            after, more = "", True
            while more:
                ask = ChunkRequest(self._session, head, OPENED.isoformat(), part, after)
                chunk = snapshotting.chunk(self._view, self._registry, self._site, ask)
                self._take(chunk.records, found)
                after, more = chunk.next_after, bool(chunk.next_after)
        return found

    def _take(self, records: tuple[StoredRecord, ...], found: Versions) -> None:
        for record in records:
            found.pop((record.type, record.id), None)
            if not record.deleted:
                found[record.type, record.id] = (record.version, record.digest)
