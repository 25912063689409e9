"""Deliberate breakages of messages, scopes, snapshots, and modules of different age."""

from __future__ import annotations

import dataclasses
from typing import Any

from lienso.sync import (
    batches,
    cloud_log,
    pacing,
    pulling,
    scopes,
    site_log,
    site_scope,
    site_threads,
    snapshotting,
)
from lienso.sync.snapshot_messages import chunk_digest
from lienso_transport_bundle import sealed_file

from .mutants import Patch, mutant
from .mutants_more import MUTANTS, broken

__all__ = ["MUTANTS", "broken"]


@mutant
def batches_stay_large() -> list[Patch]:
    """A message that had no answer is sent again as large (27)."""
    return [(pacing.Pace, "failed", lambda _self, _sent=0: None)]


@mutant
def batches_half_empty() -> list[Patch]:
    """A push carries half of what it may (27)."""
    real = batches.next_batch

    def next_batch(view: Any, count_max: int, *bytes_max: int) -> Any:
        return real(view, max(count_max // 2, 1), *bytes_max)

    return [(batches, "next_batch", next_batch)]


@mutant
def beats_wait() -> list[Patch]:
    """A heartbeat waits until a push or pull is over (27)."""
    real = site_threads.SiteThreads.beat

    def beat(self: Any) -> None:
        with self._working:
            real(self)

    return [(site_threads.SiteThreads, "beat", beat)]


@mutant
def pages_too_large() -> list[Patch]:
    """The cloud does not look at what a page may carry (27)."""
    real = cloud_log.pull

    def pull(view: Any, site_id: str, request: Any) -> Any:
        return real(view, site_id, dataclasses.replace(request, bytes_max=2**20))

    return [(cloud_log, "pull", pull)]


@mutant
def newer_read_by_older() -> list[Patch]:
    """An older module is given what a newer one wrote, cut to what it knows (31)."""

    def keep_unread(writer: Any, record: Any, raw: str) -> None:
        _kept(writer, record, raw.replace('\\"name\\"', '\\"nam\\"'))

    _kept = site_log.keep_unread
    return [(place, "keep_unread", keep_unread) for place in (site_log, pulling)]


@mutant
def files_unsealed() -> list[Patch]:
    """Files are neither encrypted nor vouched for (34)."""

    class Paper:
        def encrypt(self, _nonce: bytes, plain: bytes, _bound: bytes) -> bytes:
            return plain + bytes(sealed_file.TAG_BYTES)

        def decrypt(self, _nonce: bytes, sealed: bytes, _bound: bytes) -> bytes:
            return sealed[: -sealed_file.TAG_BYTES]

    return [(sealed_file, "_cipher", lambda _key, _salt: Paper())]


@mutant
def outside_kept() -> list[Patch]:
    """A site keeps what has left its scope (33)."""
    return [(site_scope, "evict", lambda _writer, _record: None)]


@mutant
def wider_fetches_nothing() -> list[Patch]:
    """A site whose scope was widened does not ask for what it lacks (35)."""
    return [(site_scope, "lacking", lambda _view: None)]


@mutant
def outside_taken() -> list[Patch]:
    """The cloud takes from a site what lies outside its scope (33)."""
    return [(scopes, "check", lambda _view, _scope, _change: None)]


@mutant
def outside_shown() -> list[Patch]:
    """The cloud shows a site the records of all branches (33)."""
    return [
        (scopes, "holds", lambda scope, record: scope.types is None or record.type in scope.types)
    ]


@mutant
def snapshot_with_holes() -> list[Patch]:
    """A snapshot leaves out records (38)."""
    real = snapshotting.chunk

    def chunk(view: Any, registry: Any, site_id: str, request: Any) -> Any:
        reply = real(view, registry, site_id, request)
        kept = tuple(record for record in reply.records if record.version % 3)
        return dataclasses.replace(reply, records=kept, digest=chunk_digest(kept))

    return [(snapshotting, "chunk", chunk)]
