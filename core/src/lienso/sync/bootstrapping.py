"""A snapshot as a site takes it: where the feed is too long, or does not reach back any more.

It is taken into the tables that are there, so people go on working: what is unsent stays, and what the
cloud does not have any more is put aside at the end (``local_trash``). Sans I/O: functions over one
transaction; instants are passed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from ..canonical import canonical_text, digest_of, parse
from ..errors import LinkError
from ..registry import Registry
from ..storage import StoredRecord, View, Writer
from . import pulling
from .messages import PullReply
from .scopes import holds, scope_from_text
from .site_log import (
    CURSOR_NAME,
    cursor,
    identity,
    local_of,
    put_local,
    record_from_text,
    record_text,
    set_identity,
)
from .snapshot_messages import (
    ChunkReply,
    ChunkRequest,
    SnapshotManifest,
    SnapshotPart,
    chunk_digest,
)
from .snapshotting import REST

SNAPSHOT_ABOVE = 20_000
"""A new site takes a shorter feed as it is: that is forty pages, two seconds on a fast line."""

SWEPT = 2**62
"""Behind every place of a feed: all of the store was looked at."""

TRASH_PART = 200
"""Records of the store that one transaction looks at when it is swept."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a snapshot is.

    Attributes:
        head: g0; 0: the manifest is still to be asked for.
        parts: those still to come, the first of them from ``after`` on.
        chunks: that are here.
        sweep: the store had records before: what the snapshot lacks is put aside.
        swept: up to where, by the store's own feed; -1: not begun.
    """

    head: int = 0
    open_from: str = ""
    parts: tuple[SnapshotPart, ...] = field(default=())
    after: str = ""
    chunks: int = 0
    sweep: bool = False
    swept: int = -1

    @property
    def usable(self) -> bool:
        """Whether settings, catalogs and open periods are here."""
        return self.head > 0 and all(part.rank == REST for part in self.parts)


def progress(view: View) -> Progress | None:
    """Return how far a snapshot is; None when none is being taken."""
    text = identity(view, "snapshot")
    if not text:
        return None
    found = parse(text)
    parts = tuple(SnapshotPart(**part) for part in found["parts"])
    return Progress(**{**found, "parts": parts})


def begin(writer: Writer) -> None:
    """Have a snapshot taken, from its beginning."""
    writer.state("snapshot_seen").delete_where({})
    set_identity(writer, backfill="")  # All of the scope comes with it.
    some = bool(writer.changes(0, limit=1).records)
    _put(writer, Progress(sweep=some))


def begin_if_long(writer: Writer, head: int) -> None:
    """Have a snapshot taken by a site that has nothing yet, where the feed is long."""
    if cursor(writer) == 0 and head > SNAPSHOT_ABOVE and progress(writer) is None:
        begin(writer)


def forget(writer: Writer) -> None:
    """Give a snapshot up: the history that it belongs to is over."""
    writer.state("snapshot_seen").delete_where({})
    set_identity(writer, snapshot="")


def _put(writer: Writer, at: Progress) -> None:
    set_identity(writer, snapshot=canonical_text(asdict(at)))


def take_manifest(writer: Writer, manifest: SnapshotManifest) -> None:
    """Keep what is to come."""
    at = progress(writer)
    assert at is not None, "a manifest is asked for when a snapshot was begun"
    further = replace(at, head=manifest.head, open_from=manifest.open_from, parts=manifest.parts)
    _move(writer, at, further, manifest.session.history_id)


def _move(writer: Writer, at: Progress, further: Progress, history: str) -> None:
    """Keep how far a snapshot is; when people can work with it, the feed goes on from g0."""
    if further.usable and not at.usable:
        writer.state("cursor").put(
            {"name": CURSOR_NAME, "history_id": history, "position": further.head}
        )
        set_identity(writer, snapshot_from=further.head)
    _put(writer, further)


def next_chunk(at: Progress, session: Any) -> ChunkRequest:
    """Return the request for the next chunk."""
    return ChunkRequest(session, at.head, at.open_from, at.parts[0], at.after)


def check_chunk(reply: ChunkReply) -> None:
    """Make sure that a chunk came as it was sent.

    Raises:
        LinkError: it did not: it is asked for again.
    """
    whole = all(digest_of(record.body) == record.digest for record in reply.records)
    if not whole or chunk_digest(reply.records) != reply.digest:
        raise LinkError(detail={"cause": "a chunk of the snapshot is damaged"})


def take_chunk(
    writer: Writer, registry: Registry, at: Progress, reply: ChunkReply, when: str
) -> tuple[int, int]:
    """Apply a chunk and move on, together; one of a snapshot that was begun anew meanwhile is dropped.

    When all but the rest is here, the feed goes on from g0: news do not wait for old years.

    Returns:
        (records applied, records kept aside with a reason).
    """
    if progress(writer) != at:
        return 0, 0
    for record in reply.records:
        _make_way(writer, record)
    here = cursor(writer)
    page = PullReply(reply.session, reply.records, here, here, True)
    done = pulling.apply_page(writer, registry, page, when)
    if at.sweep:
        writer.state("snapshot_seen").put_many(
            [{"type": record.type, "record_id": record.id} for record in reply.records]
        )
    parts = at.parts if reply.next_after else at.parts[1:]
    further = replace(at, parts=parts, after=reply.next_after, chunks=at.chunks + 1)
    _move(writer, at, further, reply.session.history_id)
    if not parts and not at.sweep:
        forget(writer)
    return done


def _make_way(writer: Writer, record: StoredRecord) -> None:
    """Drop what would stand in the way of a record: what stood aside of it is tried again, and a clean
    version may be of a life of the record that the cloud does not know any more.

    A record that was deleted, forgotten with its tombstone and made anew counts its versions from 1.
    """
    for name in ("held", "failure_pull"):
        row = writer.state(name).get(record.type, record.id)
        if row is not None and row["feed_seq"] <= record.feed_seq:
            writer.state(name).delete(record.type, record.id)
    writer.state("evicted").delete(record.type, record.id)  # What comes lies in the scope.
    stored = writer.get(record.type, record.id, deleted=True)
    if stored is None or local_of(writer, record.type, record.id) is not None:
        return
    if stored.feed_seq < record.feed_seq and stored.version >= record.version:
        writer.forget(record.type, record.id)


def sweep(writer: Writer, at: Progress, when: str) -> bool:
    """Put aside, part by part, what is clean here and the cloud has no more; False when all is done.

    Args:
        at: of a snapshot of which all chunks are here.
    """
    page = writer.changes(max(at.swept, 0), limit=TRASH_PART)
    seen = writer.state("snapshot_seen")
    scope = scope_from_text(identity(writer, "scope"))
    for record in page.records:
        known = seen.get(record.type, record.id) is not None
        local = local_of(writer, record.type, record.id) is not None
        # A snapshot tells of no deletions; a cloud that is set back later must hear of them.
        if known or local or record.deleted or record.feed_seq > at.head:
            continue
        writer.forget(record.type, record.id)
        if holds(scope, record):
            _throw_away(writer, record, when)
    if page.records:
        _put(writer, replace(at, swept=page.next_after))
        return True
    if at.swept < SWEPT:
        _sweep_aside(writer, at)
        _sweep_under_edits(writer, at, when)
        _put(writer, replace(at, swept=SWEPT))
        return True
    return _tidied(writer)


def _sweep_aside(writer: Writer, at: Progress) -> None:
    """Drop what stands aside of records that the cloud has no more: nothing will ever settle it."""
    seen = writer.state("snapshot_seen")
    for name in pulling.ASIDE:
        table = writer.state(name)
        for row in table.scan():
            if row["feed_seq"] <= at.head and seen.get(row["type"], row["record_id"]) is None:
                table.delete(row["type"], row["record_id"])


def _sweep_under_edits(writer: Writer, at: Progress, when: str) -> None:
    """Let go of versions under unsent edits that the cloud has no more: an edit that is given up must
    not leave one behind, of which nothing will ever be heard again."""
    seen = writer.state("snapshot_seen")
    scope = scope_from_text(identity(writer, "scope"))
    for row in writer.state("record_local").scan():
        text = row["shadow"] or row["base"]
        if not text or seen.get(row["type"], row["id"]) is not None:
            continue
        record = record_from_text(text)
        if record.deleted or record.feed_seq > at.head or not holds(scope, record):
            continue
        gone = {"base": "", "shadow": "", "shadow_version": 0}
        put_local(writer, record.type, record.id, {**row, **gone})
        _throw_away(writer, record, when)


def _throw_away(writer: Writer, record: StoredRecord, when: str) -> None:
    writer.state("local_trash").put(
        {
            "type": record.type,
            "record_id": record.id,
            "version": record.version,
            "raw": record_text(record),
            "at": when,
        }
    )


def _tidied(writer: Writer) -> bool:
    """Drop part of the marks; False when none is left, and the snapshot is over."""
    seen = writer.state("snapshot_seen")
    rows: Sequence[dict[str, Any]] = seen.scan(limit=TRASH_PART)
    for row in rows:
        seen.delete(row["type"], row["record_id"])
    if rows:
        return True
    forget(writer)
    return False
