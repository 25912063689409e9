"""Messages by which a site looks whether all is well: dataclasses of the kernel ↔ protobuf."""

from __future__ import annotations

from lienso.canonical import parse
from lienso.sync.inquiry import (
    CompareReply,
    CompareRequest,
    Step,
    TraceReply,
    TraceRequest,
)
from lienso_api.v1 import sync_pb2

from .convert import json_text, session_in, session_out
from .convert_scope import mark_in, mark_out


def compare_request_out(request: CompareRequest) -> sync_pb2.CompareRequest:
    """Write which range is compared."""
    return sync_pb2.CompareRequest(
        session=session_out(request.session),
        after=request.after,
        until=request.until,
        marks=request.marks,
        witness=request.witness,
    )


def compare_request_in(message: sync_pb2.CompareRequest) -> CompareRequest:
    """Read which range is compared."""
    return CompareRequest(
        session_in(message.session), message.after, message.until, message.marks, message.witness
    )


def compare_reply_out(reply: CompareReply) -> sync_pb2.CompareReply:
    """Write a range."""
    return sync_pb2.CompareReply(
        session=session_out(reply.session),
        digests=reply.digests,
        marks=map(mark_out, reply.marks),
        until=reply.until,
        head=reply.head,
        chain=reply.chain,
        witnessed=reply.witnessed,
    )


def compare_reply_in(message: sync_pb2.CompareReply) -> CompareReply:
    """Read a range."""
    return CompareReply(
        session_in(message.session),
        dict(message.digests),
        tuple(map(mark_in, message.marks)),
        message.until,
        message.head,
        message.chain,
        message.witnessed,
    )


def trace_request_out(request: TraceRequest) -> sync_pb2.TraceRequest:
    """Write which record is traced."""
    return sync_pb2.TraceRequest(
        session=session_out(request.session),
        type=request.type,
        record_id=request.record_id,
        change_ids=request.change_ids,
    )


def trace_request_in(message: sync_pb2.TraceRequest) -> TraceRequest:
    """Read which record is traced."""
    session = session_in(message.session)
    return TraceRequest(session, message.type, message.record_id, tuple(message.change_ids))


def trace_reply_out(reply: TraceReply) -> sync_pb2.TraceReply:
    """Write the way of a record through the cloud."""
    return sync_pb2.TraceReply(
        session=session_out(reply.session),
        steps=[
            sync_pb2.TraceStep(
                what=step.what,
                at=step.at,
                change_id=step.change_id,
                version=step.version,
                feed_seq=step.feed_seq,
                code=step.code,
                user=step.user,
                site=step.site,
                detail_json=json_text(step.detail) if step.detail else "",
            )
            for step in reply.steps
        ],
        earlier=reply.earlier,
    )


def trace_reply_in(message: sync_pb2.TraceReply) -> TraceReply:
    """Read the way of a record through the cloud."""
    steps = tuple(
        Step(
            "cloud",
            step.what,
            step.at,
            step.change_id,
            step.version,
            step.feed_seq,
            step.code,
            step.user,
            step.site,
            parse(step.detail_json) if step.detail_json else {},
        )
        for step in message.steps
    )
    return TraceReply(session_in(message.session), steps, message.earlier)
