"""A snapshot as the cloud gives it: everything there is, what is needed first before the rest.

Nothing is stored for it. A snapshot stands for one place in the feed, g0; a record that changes while
it is being fetched has a later place, so it may be missing here: the feed brings it. So chunks are cut
anew whenever they are asked for, and any number of sites costs the cloud no room. Sans I/O: functions
over one transaction; the day is passed in.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from ..canonical import parse
from ..errors import Refused, StorageError
from ..keys import key_text
from ..registry import Registry
from ..storage import StoredRecord, View
from ..view import View as KernelView
from . import scopes
from .cloud_log import site_in_session
from .extent import EVERYTHING
from .retention import gc_floor
from .snapshot_messages import (
    ChunkReply,
    ChunkRequest,
    SnapshotManifest,
    SnapshotPart,
    SnapshotRequest,
    chunk_digest,
)

FIRST, OPEN, REST = 0, 1, 2
"""Ranks of a record: settings and catalogs; open periods; everything else."""

CHUNK_RECORDS = 200
"""Records of a chunk: at a site each may be written twice in one transaction."""

CHUNK_BYTES = 512 * 1024
"""Bodies of a chunk, as of a page of the feed."""

SWEEP_PAGES = 20
"""Pages of the feed that are looked through for a chunk of the rest, most of which came before."""

CLOSING_DAYS = 90
"""So long after its end a fiscal year counts as open: the annual report is due after 90 days (Luật Kế
toán 2015, art. 29)."""


def open_from(view: KernelView) -> datetime.date:
    """Return the first day of the open periods: of the fiscal year that is being closed, or runs."""
    day = (view.today - datetime.timedelta(days=CLOSING_DAYS)).replace(day=1)
    while view.fiscal_year(before := (day - datetime.timedelta(days=1)).replace(day=1)) == (
        view.fiscal_year(day)
    ):
        day = before
    return day


def manifest(
    view: View, registry: Registry, site_id: str, request: SnapshotRequest, open_from: datetime.date
) -> SnapshotManifest:
    """Say what a snapshot of now consists of. Raises: Fenced: the session is over."""
    site_in_session(view, site_id, request.session)
    scope = scopes.scope_of(view, site_id) or EVERYTHING
    types = [
        type
        for type in registry.record_types.values()
        if scope.types is None or type.id in scope.types
    ]
    counts = {type.id: view.count(type.id) for type in types}
    parts = [
        SnapshotPart(FIRST, type.id, key, counts[type.id])
        for type in types
        for key in (("code", "no", "all") if type.kind == "catalog" else ("all",))
        if counts[type.id]
    ]
    parts += [
        SnapshotPart(OPEN, type.id, "date", counts[type.id])
        for type in types
        if type.kind != "catalog" and counts[type.id]
    ]
    rest = SnapshotPart(REST, count=sum(counts.values()))
    return SnapshotManifest(request.session, view.feed_seq, open_from.isoformat(), (*parts, rest))


def chunk(view: View, registry: Registry, site_id: str, request: ChunkRequest) -> ChunkReply:
    """Return the next records of a part.

    Raises:
        Fenced: the session is over. Refused: ``cursor_invalid``: deletions since g0 are not known any
            more, a new snapshot is needed; ``bad_choice``: no such part.
    """
    site_in_session(view, site_id, request.session)
    if not gc_floor(view) <= request.head <= view.feed_seq:
        raise _lost(view, request.head)
    if request.part.rank == REST:
        found, after = _rest(view, registry, request)
    elif request.part.rank in (FIRST, OPEN) and request.part.type in registry.record_types:
        found, after = _by_key(view, registry, request)
    else:
        raise Refused("bad_choice", {"field": "part", "value": request.part.rank})
    scope = scopes.scope_of(view, site_id)
    records = tuple(found if scope is None else (r for r in found if scopes.holds(scope, r)))
    return ChunkReply(request.session, records, chunk_digest(records), after)


def _by_key(
    view: View, registry: Registry, request: ChunkRequest
) -> tuple[list[StoredRecord], str]:
    part, limit = request.part, CHUNK_RECORDS
    opened = part.rank == OPEN
    start = key_text((request.open_from,)) if opened else None
    while True:
        try:
            page = view.find(
                part.type,
                part.key,
                start=start,
                descending=opened,
                after=request.after or None,
                limit=limit,
            )
        except StorageError as error:
            if error.code != "cursor_invalid":
                raise
            raise _lost(view, request.after) from error
        if limit == 1 or sum(len(record.body) for record in page.records) <= CHUNK_BYTES:
            break
        limit //= 2
    return list(_wanted(registry, request, page.records)), page.after or ""


def _lost(view: View, cursor: str | int) -> Refused:
    return Refused("cursor_invalid", {"cursor": cursor, "head": view.feed_seq})


def _rest(view: View, registry: Registry, request: ChunkRequest) -> tuple[list[StoredRecord], str]:
    if not (request.after or "0").isdecimal():
        raise _lost(view, request.after)
    after = int(request.after or 0)
    for _ in range(SWEEP_PAGES):
        page = view.changes(after, limit=CHUNK_RECORDS, bytes_max=CHUNK_BYTES)
        after = page.next_after
        found = list(_wanted(registry, request, page.records))
        if not page.records or after >= request.head:
            return found, ""
        if found:
            break
    return found, str(after)


def _wanted(
    registry: Registry, request: ChunkRequest, records: tuple[StoredRecord, ...]
) -> Iterator[StoredRecord]:
    """Yield the records that belong to a part: live, as they were at g0, and in no part before."""
    for record in records:
        if record.deleted or record.feed_seq > request.head:
            continue
        if rank_of(registry, record, request.open_from) == request.part.rank:
            yield record


def rank_of(registry: Registry, record: StoredRecord, open_from: str) -> int:
    """Return when a site needs a record."""
    record_type = registry.record_types.get(record.type)
    if record_type is None:
        return REST
    if record_type.kind == "catalog":
        return FIRST
    summary = parse(record.summary)
    if summary.get("date"):
        return OPEN if summary["date"] >= open_from else REST
    return REST if summary.get("number") else FIRST
