"""A site's line to the cloud: implements `lienso.transport.Link` over two connections.

Data has its own connection, so that a full one does not hold up signs of life.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import grpc
from google.protobuf.message import Message
from lienso.errors import LinkError
from lienso.sync.inquiry import CompareReply, CompareRequest, TraceReply, TraceRequest, WayStep
from lienso.sync.messages import (
    CallReply,
    CallRequest,
    CancelReply,
    HeartbeatReply,
    HeartbeatRequest,
    HelloReply,
    HelloRequest,
    OperationRequest,
    Poke,
    PullReply,
    PullRequest,
    PushReply,
    PushRequest,
    ReOfferReply,
    ReOfferRequest,
    ReserveReply,
    ReserveRequest,
)
from lienso.sync.snapshot_messages import (
    ChunkReply,
    ChunkRequest,
    SnapshotManifest,
    SnapshotRequest,
)
from lienso.sync.snapshotting import CHUNK_BYTES
from lienso.transport import Credentials
from lienso_api.v1 import sync_pb2, sync_pb2_grpc

from . import convert, convert_calls, convert_inquiry, convert_recovery, profile
from .channel import Line, called, closed, metadata_of
from .rpcs import SYNC

T = TypeVar("T")

SLOWEST_BYTES_PER_S = 8 * 1024
"""A line of 64 kbit/s is still waited for."""

TRANSFER_DEADLINE_S = 120
"""Longest wait for a push or a pull; what takes longer is sent again in smaller batches."""


class GrpcLink:
    """The line; safe from many threads."""

    def __init__(self, url: str, credentials: Credentials) -> None:
        self._address, self._credentials = profile.parse_url(url), credentials
        self._metadata = metadata_of(credentials)
        self._data = Line(self._address, credentials, sync_pb2_grpc.SyncStub)
        self._life = Line(self._address, credentials, sync_pb2_grpc.SyncStub)
        self._closed = threading.Event()
        # Off this machine the cloud is across a WAN, unless somebody says that it is not.
        asked = credentials.compression
        plain = asked == "none" or (asked == "auto" and self._address.loopback)
        self._compression = None if plain else grpc.Compression.Gzip
        if self._compression is not None:
            self._metadata = (*self._metadata, (profile.COMPRESS, "gzip"))

    def hello(self, request: HelloRequest) -> HelloReply:
        """Open a session."""
        message = convert.hello_request_out(request)
        return self._ask(self._data.get().Hello, message, "Hello", convert.hello_reply_in)

    def push(self, request: PushRequest) -> PushReply:
        """Send changes."""
        message = convert.push_request_out(request)
        deadline_s = _transfer_s("Push", message.ByteSize())
        return self._ask(self._data.get().Push, message, "Push", convert.push_reply_in, deadline_s)

    def pull(self, request: PullRequest) -> PullReply:
        """Take a page of the feed."""
        message = convert.pull_request_out(request)
        deadline_s = _transfer_s("Pull", request.bytes_max)
        return self._ask(self._data.get().Pull, message, "Pull", convert.pull_reply_in, deadline_s)

    def heartbeat(self, request: HeartbeatRequest) -> HeartbeatReply:
        """Exchange signs of life."""
        message = convert.heartbeat_request_out(request)
        return self._ask(
            self._life.get().Heartbeat, message, "Heartbeat", convert.heartbeat_reply_in
        )

    def reserve_numbers(self, request: ReserveRequest) -> ReserveReply:
        """Take the next free numbers."""
        message = convert.reserve_request_out(request)
        read = convert.reserve_reply_in
        return self._ask(self._data.get().ReserveNumbers, message, "ReserveNumbers", read)

    def re_offer(self, request: ReOfferRequest) -> ReOfferReply:
        """Offer again what a restored cloud lost."""
        message = convert_recovery.re_offer_request_out(request)
        deadline_s, read = (
            _transfer_s("ReOffer", message.ByteSize()),
            convert_recovery.re_offer_reply_in,
        )
        return self._ask(self._data.get().ReOffer, message, "ReOffer", read, deadline_s)

    def compare(self, request: CompareRequest) -> CompareReply:
        """Ask for a range of the feed."""
        message = convert_inquiry.compare_request_out(request)
        read = convert_inquiry.compare_reply_in
        return self._ask(self._data.get().Compare, message, "Compare", read)

    def trace(self, request: TraceRequest) -> TraceReply:
        """Ask for the way of a record."""
        message = convert_inquiry.trace_request_out(request)
        return self._ask(self._data.get().Trace, message, "Trace", convert_inquiry.trace_reply_in)

    def snapshot(self, request: SnapshotRequest) -> SnapshotManifest:
        """Ask what a snapshot consists of."""
        message = convert_recovery.snapshot_request_out(request)
        read = convert_recovery.manifest_in
        return self._ask(self._data.get().Snapshot, message, "Snapshot", read)

    def snapshot_chunk(self, request: ChunkRequest) -> ChunkReply:
        """Take a chunk of a snapshot."""
        message = convert_recovery.chunk_request_out(request)
        deadline_s, read = (
            _transfer_s("SnapshotChunk", CHUNK_BYTES),
            convert_recovery.chunk_reply_in,
        )
        return self._ask(self._data.get().SnapshotChunk, message, "SnapshotChunk", read, deadline_s)

    def call(self, request: CallRequest) -> CallReply:
        """Run something in the cloud."""
        message = convert_calls.call_request_out(request)
        return self._ask(self._data.get().Call, message, "Call", convert_calls.call_reply_in)

    def get_operation(self, request: OperationRequest) -> CallReply:
        """Ask after a function that takes long."""
        message = convert_calls.operation_request_out(request)
        read = convert_calls.call_reply_in
        return self._ask(self._data.get().GetOperation, message, "GetOperation", read)

    def cancel_operation(self, request: OperationRequest) -> CancelReply:
        """Cancel a function that takes long."""
        message = convert_calls.operation_request_out(request)
        read = convert_calls.cancel_reply_in
        return self._ask(self._data.get().CancelOperation, message, "CancelOperation", read)

    def probe(self) -> None:
        """Ask for a sign of life. Raises: LinkError."""
        message = sync_pb2.ProbeRequest()
        self._ask(self._life.get().Probe, message, "Probe", lambda _reply: None)

    def examine(self) -> Sequence[WayStep]:
        """Look at the way to the cloud: name, connection, encryption, HTTP/2, and a sign of life."""
        from .way import way  # Only for people who ask.

        return way(self._address, self._credentials, self.probe)

    def watch(self) -> Iterator[Poke]:
        """Yield pokes until the line breaks (LinkError) or `close` ends it."""
        if self._closed.is_set():
            return
        try:
            pokes = self._call(
                lambda: self._life.get().Watch(sync_pb2.WatchRequest(), metadata=self._metadata)
            )
            while True:
                poke = self._call(lambda: next(pokes, None))
                if poke is None:
                    break
                yield convert.poke_in(poke)
        except LinkError:
            if not self._closed.is_set():
                raise
            return
        raise LinkError(detail={"url": self._address.url, "cause": "the server ended the watch"})

    def hang_up(self) -> None:
        """End the calls under way and the watch, and close the connections until the next call."""
        self._life.hang_up()
        self._data.hang_up()

    def close(self) -> None:
        """End the watch and refuse further calls."""
        self._closed.set()
        self._life.close()
        self._data.close()

    def _ask(
        self,
        rpc: Any,
        message: Message,
        name: str,
        read: Callable[[Any], T],
        deadline_s: int | None = None,
    ) -> T:
        if self._closed.is_set():
            raise closed(self._address)
        reply = self._call(
            lambda: rpc(
                message,
                timeout=deadline_s or SYNC[f"Sync.{name}"].deadline_s,
                metadata=self._metadata,
                compression=self._compression,
            )
        )
        return read(reply)

    def _call(self, call: Callable[[], T]) -> T:
        return called(self._address, call)


def _transfer_s(name: str, size: int) -> int:
    least = SYNC[f"Sync.{name}"].deadline_s or 0
    return min(TRANSFER_DEADLINE_S, least + size // SLOWEST_BYTES_PER_S)
