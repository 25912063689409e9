"""Functions, figures and reports over the line: dataclasses of the kernel ↔ protobuf."""

from __future__ import annotations

from lienso.canonical import parse
from lienso.sync.messages import CallReply, CallRequest, CancelReply, OperationRequest, Underway
from lienso_api.v1 import sync_pb2

from .convert import finding_in, findings_out, json_object, json_text, named

_KIND_NUMBERS = {
    name: sync_pb2.CallKind.Value(f"CALL_KIND_{name.upper()}")
    for name in ("invoke", "figure", "report", "account")
}
_KIND_NAMES = {number: name for name, number in _KIND_NUMBERS.items()}


def call_request_out(request: CallRequest) -> sync_pb2.CallRequest:
    """Write what is to run."""
    return sync_pb2.CallRequest(
        kind=_KIND_NUMBERS[request.kind],
        id=request.id,
        params_json=json_text(dict(request.params)),
        call_id=request.call_id,
        user=request.user,
        workstation=request.workstation,
        pass_warnings=request.pass_warnings,
    )


def call_request_in(message: sync_pb2.CallRequest) -> CallRequest:
    """Read what is to run. Raises: Refused: ``bad_message``, ``not_json``."""
    return CallRequest(
        named(_KIND_NAMES, message.kind, "kind"),
        message.id,
        json_object(message.params_json),
        message.call_id,
        message.user,
        message.workstation,
        message.pass_warnings,
    )


def call_reply_out(reply: CallReply) -> sync_pb2.CallReply:
    """Write an answer."""
    underway = reply.underway
    return sync_pb2.CallReply(
        # An empty object and no value at all are told apart here, since a result may be either.
        result_json="{}" if reply.result == {} else json_text(reply.result),
        head=reply.head,
        findings=findings_out(reply.findings),
        underway=None
        if underway is None
        else sync_pb2.Underway(done=underway.done, total=underway.total, text=underway.text),
    )


def call_reply_in(message: sync_pb2.CallReply) -> CallReply:
    """Read an answer."""
    result = parse(message.result_json) if message.result_json else None
    underway = None
    if message.HasField("underway"):
        told = message.underway
        underway = Underway(told.done, told.total, told.text)
    findings = tuple(map(finding_in, message.findings))
    return CallReply(result, message.head, findings, underway)


def operation_request_out(request: OperationRequest) -> sync_pb2.OperationRequest:
    """Write which function is meant."""
    return sync_pb2.OperationRequest(call_id=request.call_id)


def operation_request_in(message: sync_pb2.OperationRequest) -> OperationRequest:
    """Read which function is meant."""
    return OperationRequest(message.call_id)


def cancel_reply_out(reply: CancelReply) -> sync_pb2.CancelReply:
    """Write what became of the wish to cancel."""
    return sync_pb2.CancelReply(cancelled=reply.cancelled)


def cancel_reply_in(message: sync_pb2.CancelReply) -> CancelReply:
    """Read what became of the wish to cancel."""
    return CancelReply(message.cancelled)
