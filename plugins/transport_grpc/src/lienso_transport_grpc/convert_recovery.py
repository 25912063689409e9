"""Messages of a restore of the cloud and of snapshots: dataclasses of the kernel ↔ protobuf."""

from __future__ import annotations

from lienso.sync.messages import ReOfferReply, ReOfferRequest
from lienso.sync.snapshot_messages import (
    ChunkReply,
    ChunkRequest,
    SnapshotManifest,
    SnapshotPart,
    SnapshotRequest,
)
from lienso_api.v1 import sync_pb2

from .convert import record_in, record_out, session_in, session_out, verdict_in, verdict_out


def re_offer_request_out(request: ReOfferRequest) -> sync_pb2.ReOfferRequest:
    """Write records that are offered again."""
    return sync_pb2.ReOfferRequest(
        session=session_out(request.session), records=map(record_out, request.records)
    )


def re_offer_request_in(message: sync_pb2.ReOfferRequest) -> ReOfferRequest:
    """Read records that are offered again."""
    return ReOfferRequest(session_in(message.session), tuple(map(record_in, message.records)))


def re_offer_reply_out(reply: ReOfferReply) -> sync_pb2.ReOfferReply:
    """Write what became of them."""
    return sync_pb2.ReOfferReply(
        session=session_out(reply.session), verdicts=map(verdict_out, reply.verdicts)
    )


def re_offer_reply_in(message: sync_pb2.ReOfferReply) -> ReOfferReply:
    """Read what became of them."""
    return ReOfferReply(session_in(message.session), tuple(map(verdict_in, message.verdicts)))


def snapshot_request_out(request: SnapshotRequest) -> sync_pb2.SnapshotRequest:
    """Write the wish for a snapshot."""
    return sync_pb2.SnapshotRequest(session=session_out(request.session))


def snapshot_request_in(message: sync_pb2.SnapshotRequest) -> SnapshotRequest:
    """Read the wish for a snapshot."""
    return SnapshotRequest(session_in(message.session))


def _part_out(part: SnapshotPart) -> sync_pb2.SnapshotPart:
    return sync_pb2.SnapshotPart(rank=part.rank, type=part.type, key=part.key, count=part.count)


def _part_in(message: sync_pb2.SnapshotPart) -> SnapshotPart:
    return SnapshotPart(message.rank, message.type, message.key, message.count)


def manifest_out(manifest: SnapshotManifest) -> sync_pb2.SnapshotManifest:
    """Write what a snapshot consists of."""
    return sync_pb2.SnapshotManifest(
        session=session_out(manifest.session),
        head=manifest.head,
        open_from=manifest.open_from,
        parts=map(_part_out, manifest.parts),
    )


def manifest_in(message: sync_pb2.SnapshotManifest) -> SnapshotManifest:
    """Read what a snapshot consists of."""
    return SnapshotManifest(
        session_in(message.session),
        message.head,
        message.open_from,
        tuple(map(_part_in, message.parts)),
    )


def chunk_request_out(request: ChunkRequest) -> sync_pb2.ChunkRequest:
    """Write which chunk is wanted."""
    return sync_pb2.ChunkRequest(
        session=session_out(request.session),
        head=request.head,
        open_from=request.open_from,
        part=_part_out(request.part),
        after=request.after,
    )


def chunk_request_in(message: sync_pb2.ChunkRequest) -> ChunkRequest:
    """Read which chunk is wanted."""
    return ChunkRequest(
        session_in(message.session),
        message.head,
        message.open_from,
        _part_in(message.part),
        message.after,
    )


def chunk_reply_out(reply: ChunkReply) -> sync_pb2.ChunkReply:
    """Write a chunk."""
    return sync_pb2.ChunkReply(
        session=session_out(reply.session),
        records=map(record_out, reply.records),
        digest=reply.digest,
        next_after=reply.next_after,
    )


def chunk_reply_in(message: sync_pb2.ChunkReply) -> ChunkReply:
    """Read a chunk."""
    return ChunkReply(
        session_in(message.session),
        tuple(map(record_in, message.records)),
        message.digest,
        message.next_after,
    )
