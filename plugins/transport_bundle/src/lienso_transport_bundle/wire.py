"""The messages of a line as JSON objects: {"kind": …, "message": …}, and back, checked."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from lienso.sync.messages import (
    HelloReply,
    HelloRequest,
    PullReply,
    PullRequest,
    PushReply,
    PushRequest,
    ReOfferReply,
    ReOfferRequest,
    Session,
)
from lienso.sync.snapshot_messages import (
    ChunkReply,
    ChunkRequest,
    SnapshotManifest,
    SnapshotRequest,
)

if TYPE_CHECKING:
    from pydantic import TypeAdapter

M = TypeVar("M")

NO_SESSION = Session("", 0, "")
"""A file is written before there is a session; the cloud puts its own in."""

KINDS: Mapping[str, type[Any]] = {
    "hello": HelloRequest,
    "push": PushRequest,
    "pull": PullRequest,
    "re_offer": ReOfferRequest,
    "snapshot": SnapshotRequest,
    "snapshot_chunk": ChunkRequest,
    "hello_reply": HelloReply,
    "push_reply": PushReply,
    "pull_reply": PullReply,
    "re_offer_reply": ReOfferReply,
    "snapshot_manifest": SnapshotManifest,
    "chunk_reply": ChunkReply,
}
_KIND_OF = {type: kind for kind, type in KINDS.items()}


def packed(message: Any, **more: Any) -> dict[str, Any]:
    """Return a message as JSON values, with more beside it."""
    fields = dataclasses.asdict(message)
    if isinstance(message, HelloRequest):
        fields["chains"] = [proof.hex() for proof in message.chains]
    elif isinstance(message, PushRequest):
        fields["previous_chain"] = message.previous_chain.hex()
    return {"kind": _KIND_OF[type(message)], "message": fields, **more}


def unpacked(wanted: type[M], frame: Mapping[str, Any]) -> M:
    """Return the message of a frame.

    Raises:
        ValueError: it is another message, or none.
    """
    if frame.get("kind") != _KIND_OF[wanted]:
        raise ValueError(f"{frame.get('kind')} stands where {_KIND_OF[wanted]} is expected")
    fields = frame.get("message")
    if not isinstance(fields, dict):
        raise ValueError("a message without fields")
    try:
        if wanted is HelloRequest:
            fields = {**fields, "chains": [bytes.fromhex(proof) for proof in fields["chains"]]}
        elif wanted is PushRequest:
            fields = {**fields, "previous_chain": bytes.fromhex(fields["previous_chain"])}
    except (KeyError, TypeError) as error:
        raise ValueError("a proof is missing") from error
    message: M = _adapter(_KIND_OF[wanted]).validate_python(fields)  # its error is a ValueError
    return message


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter  # heavy, and listing plugins must not load it

    return TypeAdapter(KINDS[kind])
