"""Takes a snapshot in place of a feed that is too long or does not reach back any more."""

from __future__ import annotations

from abc import abstractmethod
from functools import partial

from ..errors import Refused
from ..ids import instant_text
from ..storage import Writer
from . import bootstrapping
from .leases import numbers_seen
from .messages import Session
from .site_escrow import SiteEscrow
from .snapshot_messages import ChunkReply, SnapshotManifest, SnapshotRequest

REST_CHUNKS = 20
"""Chunks of old periods that one turn takes in the background: pushes and news come in between."""


class SiteSnapshot(SiteEscrow):
    """What a site does before it pulls, when it lacks too much."""

    @abstractmethod
    def _need_room(self) -> None:
        """Keep the rest of the disk for what people save. Raises: Refused: ``disk_low``."""

    def _take_snapshot(self) -> tuple[int, int]:
        """Take what people need to work; returns (records applied, records kept aside).

        Raises:
            Refused: ``disk_low``; what the line raises.
        """
        return self._chunks(until_usable=True)

    def _take_rest(self) -> tuple[int, int]:
        """Take the rest of a snapshot; in the background a part of it, and the next one soon."""
        done = self._chunks(until_usable=False)
        if self._read(bootstrapping.progress) is not None:
            self._later("do pull", 0)
        return done

    def _chunks(self, until_usable: bool) -> tuple[int, int]:
        applied = kept = taken = 0
        while (at := self._read(bootstrapping.progress)) is not None:
            if until_usable and at.usable:
                break
            if not until_usable and self._threads and taken >= REST_CHUNKS:
                break
            taken += 1
            if not at.head or at.parts:
                self._need_room()
            if not at.head:
                self._manifest()
            elif at.parts:
                more, aside = self._chunk(at)
                applied, kept = applied + more, kept + aside
            else:
                when = instant_text(self._kernel.clock.now())
                self._write(partial(bootstrapping.sweep, at=at, when=when))
        return applied, kept

    def _manifest(self) -> None:
        def ask(session: Session) -> SnapshotManifest:
            return self._link.snapshot(SnapshotRequest(session))

        manifest = self.in_session(ask)
        self._write(lambda writer: bootstrapping.take_manifest(writer, manifest))
        self.incidents["snapshots"] += 1
        parts = len(manifest.parts)
        self._notice("snapshot", {"parts": parts, "records": manifest.parts[-1].count})

    def _chunk(self, at: bootstrapping.Progress) -> tuple[int, int]:
        def ask(session: Session) -> ChunkReply:
            return self._link.snapshot_chunk(bootstrapping.next_chunk(at, session))

        try:
            reply = self.in_session(ask)
        except Refused as refused:
            if refused.code != "cursor_invalid":
                raise
            # It took so long that the cloud has forgotten deletions since: from the beginning.
            self._write(bootstrapping.begin)
            return 0, 0
        bootstrapping.check_chunk(reply)
        kernel, when = self._kernel, instant_text(self._kernel.clock.now())

        def apply(writer: Writer) -> tuple[int, int]:
            done = bootstrapping.take_chunk(writer, kernel.registry, at, reply, when)
            numbers_seen(kernel, writer, reply.records)
            return done

        return self._write(apply)
