"""What travels when a site takes a snapshot instead of the whole feed (sync-design §15).

Field names are those of `protos/sync.proto`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..canonical import digest_of
from ..storage import StoredRecord
from .messages import Session


@dataclass(frozen=True, slots=True)
class SnapshotPart:
    """Records that come one after another.

    Attributes:
        rank: 0 settings and catalogs, 1 dated in open periods, newest first, 2 the rest. A site is
            usable when it has 0 and 1.
        type, key: the record type and the key by which it is gone through; empty: by the feed.
        count: about how many records; those that change meanwhile come by the feed.
    """

    rank: int
    type: str = ""
    key: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class SnapshotRequest:
    """A site wants everything that there is."""

    session: Session


@dataclass(frozen=True, slots=True)
class SnapshotManifest:
    """What a snapshot consists of.

    Attributes:
        head: g0: when all parts are there, the feed goes on from here.
        open_from: first day of the open periods, ISO.
    """

    session: Session
    head: int
    open_from: str
    parts: tuple[SnapshotPart, ...]


@dataclass(frozen=True, slots=True)
class ChunkRequest:
    """The next records of a part: ``after`` is where the chunk before it ended; empty: its first."""

    session: Session
    head: int
    open_from: str
    part: SnapshotPart
    after: str = ""


@dataclass(frozen=True, slots=True)
class ChunkReply:
    """A chunk: the site keeps its records and its place in one transaction.

    Attributes:
        digest: SHA-256 over its records, hexadecimal, see `chunk_digest`.
        next_after: where the next chunk begins; empty: the part is whole.
    """

    session: Session
    records: tuple[StoredRecord, ...] = field(default=())
    digest: str = ""
    next_after: str = ""


def chunk_digest(records: Iterable[StoredRecord]) -> str:
    """Return what proves that records came as they were sent: hexadecimal SHA-256 over type, id,
    version and the digest of the body of each."""
    lines = [f"{r.type} {r.id} {r.version} {digest_of(r.body)}" for r in records]
    return digest_of("\n".join(lines))
