"""Scopes of sites, and marks of versions, in protobuf form."""

from __future__ import annotations

from lienso.sync.extent import Mark, Scope
from lienso_api.v1 import sync_pb2


def scope_out(scope: Scope) -> sync_pb2.Scope:
    """Write a scope."""
    return sync_pb2.Scope(
        branches=scope.branches or (),
        every_branch=scope.branches is None,
        types=scope.types or (),
        every_type=scope.types is None,
    )


def scope_in(message: sync_pb2.Scope) -> Scope:
    """Read a scope."""
    return Scope(
        None if message.every_branch else tuple(sorted(message.branches)),
        None if message.every_type else tuple(sorted(message.types)),
    )


def mark_out(mark: Mark) -> sync_pb2.Mark:
    """Write a mark."""
    return sync_pb2.Mark(
        type=mark.type,
        id=mark.id,
        version=mark.version,
        feed_seq=mark.feed_seq,
        digest=mark.digest,
    )


def mark_in(message: sync_pb2.Mark) -> Mark:
    """Read a mark."""
    return Mark(message.type, message.id, message.version, message.feed_seq, message.digest)
