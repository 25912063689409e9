"""Messages of the line between site and cloud: dataclasses of the kernel ↔ protobuf.

Flat on purpose: a push or a pull moves hundreds of records, and every helper call of a record costs
as much as reading three of its fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from google.protobuf.message import DecodeError, Message
from lienso.canonical import parse
from lienso.errors import Refused
from lienso.storage import StoredRecord
from lienso.sync.extent import EVERYTHING
from lienso.sync.messages import (
    Change,
    HeartbeatReply,
    HeartbeatRequest,
    HelloReply,
    HelloRequest,
    Op,
    Poke,
    PullReply,
    PullRequest,
    PushReply,
    PushRequest,
    ReserveReply,
    ReserveRequest,
    Session,
    Verdict,
)
from lienso_api.v1 import common_pb2, sync_pb2

from .convert_scope import mark_in, mark_out, scope_in, scope_out

_OP_NUMBERS = {name: sync_pb2.Op.Value(f"OP_{name}") for name in ("CREATE", "UPDATE", "DELETE")}
_OP_NAMES = {number: cast(Op, name) for name, number in _OP_NUMBERS.items()}


def decoded(kind: type[Message], data: bytes) -> Any:
    """Read a message.

    Raises:
        Refused: ``bad_message``: these bytes are none of this kind.
    """
    message = kind()
    try:
        message.ParseFromString(data)
    except DecodeError as error:
        raise Refused("bad_message", {"message": kind.DESCRIPTOR.name}) from error
    return message


def json_text(value: Any) -> str:
    """Write a JSON value; nothing at all for an empty object."""
    import orjson

    if value == {}:
        return ""
    try:
        return orjson.dumps(value).decode()
    except TypeError as error:  # an integer beyond 64 bits
        raise Refused("not_json", {"reason": str(error)}) from error


def json_object(text: str) -> dict[str, Any]:
    """Read a JSON object; empty text is an empty one. Raises: Refused: ``not_json``."""
    if not text:
        return {}
    value = parse(text)
    if not isinstance(value, dict):
        raise Refused("not_json", {"reason": "not an object"})
    return value


def named(numbers: Mapping[int, Any], number: int, field: str) -> Any:
    name = numbers.get(number)
    if name is None:
        raise Refused("bad_message", {"field": field, "value": number})
    return name


# -- records and changes --------------------------------------------------------------------------


def record_out(record: StoredRecord) -> sync_pb2.StoredRecord:
    """Write a record version."""
    return sync_pb2.StoredRecord(
        type=record.type,
        id=record.id,
        version=record.version,
        feed_seq=record.feed_seq,
        deleted=record.deleted,
        schema_version=record.schema_version,
        body=record.body,
        digest=record.digest,
        summary=record.summary,
        scope=record.scope,
        posting=record.posting,
        provenance=record.provenance,
        at=record.at,
    )


def record_in(message: sync_pb2.StoredRecord) -> StoredRecord:
    """Read a record version."""
    return StoredRecord(
        message.type,
        message.id,
        message.version,
        message.feed_seq,
        message.deleted,
        message.schema_version,
        message.body,
        message.digest,
        message.summary,
        message.scope,
        message.posting,
        message.provenance,
        message.at,
    )


def change_out(change: Change) -> sync_pb2.Change:
    """Write a change."""
    return sync_pb2.Change(
        change_id=change.change_id,
        type=change.type,
        record_id=change.record_id,
        op=_OP_NUMBERS[change.op],
        base_version=change.base_version,
        body=change.body,
        schema_version=change.schema_version,
        base_body=change.base_body,
        refs=change.refs,
        post_on_apply=change.post_on_apply,
        supersedes=change.supersedes,
        override_json=json_text(change.override) if change.override else "",
        group_id=change.group_id,
        made_offline=change.made_offline,
        provenance=change.provenance,
        attempt=change.attempt,
        pass_warnings=change.pass_warnings,
    )


def change_in(message: sync_pb2.Change) -> Change:
    """Read a change. Raises: Refused: ``bad_message``, ``not_json``."""
    return Change(
        change_id=message.change_id,
        type=message.type,
        record_id=message.record_id,
        op=named(_OP_NAMES, message.op, "op"),
        base_version=message.base_version,
        body=message.body,
        schema_version=message.schema_version,
        base_body=message.base_body,
        refs=dict(message.refs),
        post_on_apply=tuple(message.post_on_apply),
        supersedes=tuple(message.supersedes),
        override=json_object(message.override_json),
        group_id=message.group_id,
        made_offline=message.made_offline,
        provenance=dict(message.provenance),
        attempt=message.attempt,
        pass_warnings=message.pass_warnings,
    )


def verdict_out(verdict: Verdict) -> sync_pb2.Verdict:
    """Write a verdict."""
    return sync_pb2.Verdict(
        change_id=verdict.change_id,
        code=verdict.code,
        version=verdict.version,
        feed_seq=verdict.feed_seq,
        record=None if verdict.record is None else record_out(verdict.record),
        detail_json=json_text(verdict.detail) if verdict.detail else "",
        posting=verdict.posting,
    )


def verdict_in(message: sync_pb2.Verdict) -> Verdict:
    """Read a verdict."""
    return Verdict(
        message.change_id,
        message.code,
        message.version,
        message.feed_seq,
        record_in(message.record) if message.HasField("record") else None,
        json_object(message.detail_json) if message.detail_json else {},
        message.posting,
    )


def session_out(session: Session) -> sync_pb2.Session:
    """Write a session."""
    return sync_pb2.Session(
        session_id=session.session_id,
        incarnation=session.incarnation,
        history_id=session.history_id,
    )


def session_in(message: sync_pb2.Session) -> Session:
    """Read a session."""
    return Session(message.session_id, message.incarnation, message.history_id)


# -- requests and replies -------------------------------------------------------------------------


def hello_request_out(request: HelloRequest) -> sync_pb2.HelloRequest:
    """Write a Hello."""
    return sync_pb2.HelloRequest(
        incarnation=request.incarnation,
        history_id=request.history_id,
        sealed=request.sealed,
        acked=request.acked,
        chains=request.chains,
        cursor=request.cursor,
        unacked_change_ids=request.unacked_change_ids,
        host=request.host,
        protocol_min=request.protocol_min,
        protocol_max=request.protocol_max,
        manifest=request.manifest,
        clock=request.clock,
        takes_over=request.takes_over,
        types=request.types,
        feed_proof=request.feed_proof,
    )


def hello_request_in(message: sync_pb2.HelloRequest) -> HelloRequest:
    """Read a Hello."""
    return HelloRequest(
        message.incarnation,
        message.history_id,
        message.sealed,
        message.acked,
        tuple(message.chains),
        message.cursor,
        tuple(message.unacked_change_ids),
        message.host,
        message.protocol_min,
        message.protocol_max,
        dict(message.manifest),
        message.clock,
        message.takes_over,
        dict(message.types),
        message.feed_proof,
    )


def hello_reply_out(reply: HelloReply) -> sync_pb2.HelloReply:
    """Write the decision."""
    return sync_pb2.HelloReply(
        decision=sync_pb2.Decision.Value(f"DECISION_{reply.decision}"),
        session_id=reply.session_id,
        incarnation=reply.incarnation,
        history_id=reply.history_id,
        processed=reply.processed,
        head=reply.head,
        server_time=reply.server_time,
        verdicts=map(verdict_out, reply.verdicts),
        parked=map(change_out, reply.parked),
        restore_point=reply.restore_point,
        scope=None if reply.scope == EVERYTHING else scope_out(reply.scope),
        modes=reply.modes,
    )


def hello_reply_in(message: sync_pb2.HelloReply) -> HelloReply:
    """Read the decision."""
    return HelloReply(
        sync_pb2.Decision.Name(message.decision).removeprefix("DECISION_"),
        message.session_id,
        message.incarnation,
        message.history_id,
        message.processed,
        message.head,
        message.server_time,
        tuple(map(verdict_in, message.verdicts)),
        tuple(map(change_in, message.parked)),
        message.restore_point,
        scope_in(message.scope) if message.HasField("scope") else EVERYTHING,
        dict(message.modes),
    )


def push_request_out(request: PushRequest) -> sync_pb2.PushRequest:
    """Write a push."""
    return sync_pb2.PushRequest(
        session=session_out(request.session),
        first_seq=request.first_seq,
        previous_chain=request.previous_chain,
        changes=map(change_out, request.changes),
        retries=map(change_out, request.retries),
        withdraws=request.withdraws,
        decisions={id: sync_pb2.Withdrawal(**said) for id, said in request.decisions.items()},
    )


def push_request_in(message: sync_pb2.PushRequest) -> PushRequest:
    """Read a push. Raises: Refused: ``bad_message``, ``not_json``."""
    return PushRequest(
        session_in(message.session),
        message.first_seq,
        message.previous_chain,
        tuple(map(change_in, message.changes)),
        tuple(map(change_in, message.retries)),
        tuple(message.withdraws),
        {id: {"choice": said.choice, "user": said.user} for id, said in message.decisions.items()},
    )


def push_reply_out(reply: PushReply) -> sync_pb2.PushReply:
    """Write the verdicts."""
    return sync_pb2.PushReply(
        session=session_out(reply.session),
        verdicts=map(verdict_out, reply.verdicts),
        processed=reply.processed,
        head=reply.head,
    )


def push_reply_in(message: sync_pb2.PushReply) -> PushReply:
    """Read the verdicts."""
    verdicts = tuple(map(verdict_in, message.verdicts))
    return PushReply(session_in(message.session), verdicts, message.processed, message.head)


def pull_request_out(request: PullRequest) -> sync_pb2.PullRequest:
    """Write a pull."""
    return sync_pb2.PullRequest(
        session=session_out(request.session),
        cursor=request.cursor,
        records_max=request.records_max,
        bytes_max=request.bytes_max,
        had=None if request.had is None else scope_out(request.had),
        until=request.until,
    )


def pull_request_in(message: sync_pb2.PullRequest) -> PullRequest:
    """Read a pull."""
    return PullRequest(
        session_in(message.session),
        message.cursor,
        message.records_max,
        message.bytes_max,
        scope_in(message.had) if message.HasField("had") else None,
        message.until,
    )


def pull_reply_out(reply: PullReply) -> sync_pb2.PullReply:
    """Write a page."""
    return sync_pb2.PullReply(
        session=session_out(reply.session),
        records=map(record_out, reply.records),
        next_cursor=reply.next_cursor,
        head=reply.head,
        done=reply.done,
        evicted=map(mark_out, reply.evicted),
        chain=reply.chain,
    )


def pull_reply_in(message: sync_pb2.PullReply) -> PullReply:
    """Read a page."""
    return PullReply(
        session_in(message.session),
        tuple(map(record_in, message.records)),
        message.next_cursor,
        message.head,
        message.done,
        tuple(map(mark_in, message.evicted)),
        message.chain,
    )


def poke_out(poke: Poke) -> sync_pb2.Poke:
    """Write a poke."""
    return sync_pb2.Poke(head=poke.head, why=poke.why)


def poke_in(message: sync_pb2.Poke) -> Poke:
    """Read a poke."""
    return Poke(message.head, message.why)


def heartbeat_request_out(request: HeartbeatRequest) -> sync_pb2.HeartbeatRequest:
    """Write a heartbeat."""
    return sync_pb2.HeartbeatRequest(
        session=session_out(request.session),
        pending=request.pending,
        failed=request.failed,
        oldest_pending=request.oldest_pending,
        cursor=request.cursor,
        clock=request.clock,
    )


def heartbeat_request_in(message: sync_pb2.HeartbeatRequest) -> HeartbeatRequest:
    """Read a heartbeat."""
    return HeartbeatRequest(
        session_in(message.session),
        message.pending,
        message.failed,
        message.oldest_pending,
        message.cursor,
        message.clock,
    )


def heartbeat_reply_out(reply: HeartbeatReply) -> sync_pb2.HeartbeatReply:
    """Write the cloud's sign of life."""
    return sync_pb2.HeartbeatReply(
        session=session_out(reply.session), head=reply.head, server_time=reply.server_time
    )


def heartbeat_reply_in(message: sync_pb2.HeartbeatReply) -> HeartbeatReply:
    """Read the cloud's sign of life."""
    return HeartbeatReply(session_in(message.session), message.head, message.server_time)


def reserve_request_out(request: ReserveRequest) -> sync_pb2.ReserveRequest:
    """Write the wish for numbers."""
    return sync_pb2.ReserveRequest(
        session=session_out(request.session),
        record_type=request.record_type,
        ledger=request.ledger,
        date=request.date,
        count=request.count,
        lease_id=request.lease_id,
        prefix=request.prefix,
    )


def reserve_request_in(message: sync_pb2.ReserveRequest) -> ReserveRequest:
    """Read the wish for numbers."""
    return ReserveRequest(
        session_in(message.session),
        message.record_type,
        message.ledger,
        message.date,
        message.count,
        message.lease_id,
        message.prefix,
    )


def reserve_reply_out(reply: ReserveReply) -> sync_pb2.ReserveReply:
    """Write the numbers."""
    return sync_pb2.ReserveReply(session=session_out(reply.session), numbers=reply.numbers)


def reserve_reply_in(message: sync_pb2.ReserveReply) -> ReserveReply:
    """Read the numbers."""
    return ReserveReply(session_in(message.session), tuple(message.numbers))


def findings_out(findings: Iterable[Mapping[str, Any]]) -> list[common_pb2.Finding]:
    """Write findings in the form of `lienso.records.finding_json`."""
    return [
        common_pb2.Finding(
            severity=found["severity"],
            code=found["code"],
            field=found.get("field"),
            line=found.get("line"),
            values_json=json_text(found.get("values", {})),
        )
        for found in findings
    ]


def finding_in(message: common_pb2.Finding) -> dict[str, Any]:
    """Read a finding into the form of `lienso.records.finding_json`."""
    found: dict[str, Any] = {"severity": message.severity, "code": message.code}
    if message.HasField("field"):
        found["field"] = message.field
    if message.HasField("line"):
        found["line"] = message.line
    if message.values_json:
        found["values"] = json_object(message.values_json)
    return found
