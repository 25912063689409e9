"""Messages after a restore of the cloud: dataclasses of the kernel ↔ protobuf."""

from __future__ import annotations

from lienso.sync.messages import ReOfferReply, ReOfferRequest
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
