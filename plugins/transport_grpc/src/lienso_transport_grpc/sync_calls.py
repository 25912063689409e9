"""The calls of sites: each reads a message, asks the cloud, and writes the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from google.protobuf.message import Message
from lienso.errors import Refused
from lienso.model import Actor
from lienso.transport import CloudService

from . import convert, convert_calls, convert_inquiry, convert_recovery, rpcs
from .rpcs import Rpc


def sync_calls(cloud: CloudService) -> dict[Rpc, Callable[..., Any]]:
    """Return the calls of sites by rpc: read, ask the cloud, write."""
    c, i, r = convert, convert_inquiry, convert_recovery
    unary: Mapping[str, tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]] = {
        "Sync.Hello": (c.hello_request_in, cloud.hello, c.hello_reply_out),
        "Sync.Push": (c.push_request_in, cloud.push, c.push_reply_out),
        "Sync.Pull": (c.pull_request_in, cloud.pull, c.pull_reply_out),
        "Sync.Heartbeat": (c.heartbeat_request_in, cloud.heartbeat, c.heartbeat_reply_out),
        "Sync.ReserveNumbers": (c.reserve_request_in, cloud.reserve_numbers, c.reserve_reply_out),
        "Sync.ReOffer": (r.re_offer_request_in, cloud.re_offer, r.re_offer_reply_out),
        "Sync.Compare": (i.compare_request_in, cloud.compare, i.compare_reply_out),
        "Sync.Trace": (i.trace_request_in, cloud.trace, i.trace_reply_out),
        "Sync.Snapshot": (r.snapshot_request_in, cloud.snapshot, r.manifest_out),
        "Sync.SnapshotChunk": (r.chunk_request_in, cloud.snapshot_chunk, r.chunk_reply_out),
        "Sync.Call": (convert_calls.call_request_in, cloud.call, convert_calls.call_reply_out),
        "Sync.GetOperation": (
            convert_calls.operation_request_in,
            cloud.get_operation,
            convert_calls.call_reply_out,
        ),
        "Sync.CancelOperation": (
            convert_calls.operation_request_in,
            cloud.cancel_operation,
            convert_calls.cancel_reply_out,
        ),
        "Sync.Probe": (lambda _message: None, lambda _site, _request: None, _alive),
    }

    def calling(read: Any, ask: Any, write: Any) -> Callable[[Actor, Any], Message]:
        def call(actor: Actor, message: Message) -> Message:
            reply: Message = write(ask(site_of(actor), read(message)))
            return reply

        return call

    return {rpcs.SYNC[name]: calling(*parts) for name, parts in unary.items()}


def _alive(_nothing: None) -> Message:
    return rpcs.SYNC["Sync.Probe"].reply()


def site_of(actor: Actor) -> Actor:
    """Refuse programs that speak as if they were a site. Raises: Refused: ``no_permission``."""
    if not actor.site:
        raise Refused("no_permission", {"service": "Sync"})
    return actor
