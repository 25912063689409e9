"""Whether a site has what the cloud has: digests by type over ranges of the feed.

A record stands at one place of the feed on both sides, so a range of places is a range of records.
Sans I/O: functions over one transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .. import chaining
from ..errors import Refused
from ..storage import StoredRecord, View
from . import scopes, site_log
from .cloud_log import site_in_session
from .extent import EVERYTHING
from .inquiry import CompareReply, CompareRequest, Mark

RANGE = 500
"""Records of a range: its marks are some 60 KiB."""

WITNESS = "chain_witness"
"""Under this name a site keeps the head of the cloud's chain that it saw last."""

Key = tuple[str, str]


def mark(record: StoredRecord) -> Mark:
    """Return what tells a version apart."""
    return Mark(record.type, record.id, record.version, record.feed_seq, record.digest)


def digests(marks: Iterable[Mark]) -> dict[str, str]:
    """Return a digest for every type: SHA-256 over (place, id, version, digest), by place."""
    hashes: dict[str, Any] = {}
    for one in sorted(marks, key=lambda mark: mark.feed_seq):
        hash = hashes.setdefault(one.type, hashlib.sha256())
        hash.update(f"{one.feed_seq}\0{one.id}\0{one.version}\0{one.digest}\n".encode())
    return {type: hash.hexdigest() for type, hash in sorted(hashes.items())}


# -- the cloud --------------------------------------------------------------------------------------


def compare(view: View, site_id: str, request: CompareRequest) -> CompareReply:
    """Return the next range of the feed. Raises: Fenced. Refused: ``cursor_invalid``."""
    site_in_session(view, site_id, request.session)
    if request.until > view.feed_seq:
        raise Refused("cursor_invalid", {"cursor": request.until, "head": view.feed_seq})
    page = view.changes(max(request.after, 0), limit=RANGE)
    scope = scopes.scope_of(view, site_id) or EVERYTHING
    marks = tuple(
        mark(record)
        for record in page.records
        if record.feed_seq <= request.until and scopes.holds(scope, record)
    )
    return CompareReply(
        request.session,
        digests(marks),
        marks if request.marks else (),
        min(page.next_after, request.until),
        view.feed_seq,
        chaining.head(view).text(),
        chaining.has(view, request.witness),
    )


# -- a site -----------------------------------------------------------------------------------------


def beside(view: View) -> dict[Key, Mark | None]:
    """Return the accepted versions of records that do not stand here as the cloud has them: those
    with an unsent edit, and what could not be applied. None: the cloud does not know the record,
    or does not show it here."""
    found: dict[Key, Mark | None] = {}
    for row in view.state("record_local").scan():
        text = row["shadow"] or row["base"]
        found[row["type"], row["id"]] = mark(site_log.record_from_text(text)) if text else None
    for table in ("held", "opaque", "failure_pull"):
        for row in view.state(table).scan():
            if row["raw"]:
                came = mark(site_log.record_from_text(row["raw"]))
                known = found.get((came.type, came.id))
                if known is None or known.version < came.version:
                    found[came.type, came.id] = came
    for row in view.state("evicted").scan():
        found[row["type"], row["record_id"]] = None
    return found


def marks_here(
    view: View, aside: Mapping[Key, Mark | None], after: int, until: int
) -> Iterator[Mark]:
    """Go through the accepted versions that this site has of a range."""
    for one in aside.values():
        if one is not None and after < one.feed_seq <= until:
            yield one
    seen: set[Key] = set()
    while after < until:
        records = view.changes(after, limit=RANGE).records
        for record in records:
            key = (record.type, record.id)
            if record.feed_seq <= until and key not in aside and key not in seen:
                yield mark(record)
        if len(records) < RANGE:
            return
        # An unsent edit stands at a place of this site's own, which may also be one of the feed.
        seen = {(record.type, record.id) for record in records}
        after = records[-1].feed_seq - 1


def differences(here: Iterable[Mark], there: Iterable[Mark]) -> Iterator[dict[str, Any]]:
    """Yield what one side has and the other has not, or not so: rows for people and programs.

    A tombstone against nothing is no difference: a snapshot brings none, and they are cleared away.
    """
    mine = {(one.type, one.id): one for one in here}
    theirs = {(one.type, one.id): one for one in there}
    for key in sorted({*mine, *theirs}):
        one, other = mine.get(key), theirs.get(key)
        alone = other if one is None else one if other is None else None
        if alone is not None and not alone.digest:
            continue
        if one is None or other is None or one != other:
            what = "missing_here" if one is None else "only_here" if other is None else "differs"
            yield {
                "what": what,
                "type": key[0],
                "id": key[1],
                "version": 0 if one is None else one.version,
                "digest": "" if one is None else one.digest,
                "cloud_version": 0 if other is None else other.version,
                "cloud_digest": "" if other is None else other.digest,
            }
