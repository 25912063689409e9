"""Dataclasses of the line ↔ protobuf: nothing is lost, and both sides use one name for one thing."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, get_args

import pytest
from google.protobuf.message import Message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lienso.errors import Refused
from lienso.storage import StoredRecord
from lienso.sync import messages as m
from lienso_api.v1 import sync_pb2
from lienso_api.v1.reports_pb2 import RunReportReply
from lienso_transport_grpc import convert as c
from lienso_transport_grpc import convert_calls as k
from lienso_transport_grpc.values import to_dict, to_message

WRITTEN: dict[type, tuple[Callable[[Any], Message], Callable[[Any], Any]]] = {
    StoredRecord: (c.record_out, c.record_in),
    m.Change: (c.change_out, c.change_in),
    m.Verdict: (c.verdict_out, c.verdict_in),
    m.Session: (c.session_out, c.session_in),
    m.HelloRequest: (c.hello_request_out, c.hello_request_in),
    m.HelloReply: (c.hello_reply_out, c.hello_reply_in),
    m.PushRequest: (c.push_request_out, c.push_request_in),
    m.PushReply: (c.push_reply_out, c.push_reply_in),
    m.PullRequest: (c.pull_request_out, c.pull_request_in),
    m.PullReply: (c.pull_reply_out, c.pull_reply_in),
    m.Poke: (c.poke_out, c.poke_in),
    m.HeartbeatRequest: (c.heartbeat_request_out, c.heartbeat_request_in),
    m.HeartbeatReply: (c.heartbeat_reply_out, c.heartbeat_reply_in),
    m.ReserveRequest: (c.reserve_request_out, c.reserve_request_in),
    m.ReserveReply: (c.reserve_reply_out, c.reserve_reply_in),
    m.CallRequest: (k.call_request_out, k.call_request_in),
    m.OperationRequest: (k.operation_request_out, k.operation_request_in),
    m.CancelReply: (k.cancel_reply_out, k.cancel_reply_in),
    m.CallReply: (k.call_reply_out, k.call_reply_in),
}

text = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
natural = st.integers(0, 2**31 - 1)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
json_objects = st.dictionaries(text, json_values, max_size=3)
texts = st.dictionaries(text, text, max_size=3)
names = st.lists(text, max_size=3).map(tuple)
chains = st.lists(st.binary(min_size=32, max_size=32), max_size=3).map(tuple)
records = st.builds(StoredRecord, *[text] * 2, *[natural] * 2, st.booleans(), natural, *[text] * 7)
changes = st.builds(
    m.Change,
    change_id=text,
    type=text,
    record_id=text,
    op=st.sampled_from(get_args(m.Op)),
    base_version=natural,
    body=text,
    schema_version=natural,
    base_body=text,
    refs=texts,
    post_on_apply=names,
    supersedes=names,
    override=json_objects,
    group_id=text,
    made_offline=st.booleans(),
    provenance=texts,
    attempt=natural,
)
verdicts = st.builds(
    m.Verdict, text, text, natural, natural, st.none() | records, json_objects, text
)
sessions = st.builds(m.Session, text, natural, text)
findings = st.fixed_dictionaries(
    {"severity": st.sampled_from(["error", "warning"]), "code": text},
    optional={
        "field": text,
        "line": natural,
        "values": st.dictionaries(text, json_values, min_size=1, max_size=2),
    },
)
few_changes = st.lists(changes, max_size=2).map(tuple)
few_verdicts = st.lists(verdicts, max_size=2).map(tuple)
everything = st.one_of(
    records,
    changes,
    verdicts,
    sessions,
    st.builds(
        m.HelloRequest, natural, text, natural, natural, chains, natural, names, text, natural,
        natural, texts, text,
    ),
    st.builds(
        m.HelloReply, st.sampled_from(["OK", "NEW_INCARNATION", "NEW_HISTORY", "CURSOR_INVALID"]),
        text, natural, text, natural, natural, text, few_verdicts, few_changes, natural,
    ),
    st.builds(m.PushRequest, sessions, natural, st.binary(), few_changes, few_changes, names),
    st.builds(m.PushReply, sessions, few_verdicts, natural, natural),
    st.builds(m.PullRequest, sessions, natural, natural, natural),
    st.builds(
        m.PullReply, sessions, st.lists(records, max_size=2).map(tuple), natural, natural,
        st.booleans(),
    ),
    st.builds(m.Poke, natural, text),
    st.builds(m.HeartbeatRequest, sessions, natural, natural, text, natural, text),
    st.builds(m.HeartbeatReply, sessions, natural, text),
    st.builds(m.ReserveRequest, sessions, text, text, text, natural),
    st.builds(m.ReserveReply, sessions, names),
    st.builds(
        m.CallRequest, st.sampled_from(["invoke", "figure", "report"]), text, json_objects, text,
        text, text,
    ),
    st.builds(m.CallReply, json_values, natural, st.lists(findings, max_size=2).map(tuple)),
)  # fmt: skip


@given(everything)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_written_is_read_again(value: Any) -> None:
    write, read = WRITTEN[type(value)]

    data = write(value).SerializeToString()

    assert read(c.decoded(type(write(value)), data)) == value


@pytest.mark.parametrize("kind", WRITTEN, ids=lambda kind: kind.__name__)
def test_dataclasses_and_messages_name_their_fields_alike(kind: type) -> None:
    message = getattr(sync_pb2, kind.__name__)

    ours = [field.name for field in dataclasses.fields(kind)]
    theirs = [field.name.removesuffix("_json") for field in message.DESCRIPTOR.fields]

    assert ours == theirs


def test_a_change_keeps_its_digest_on_the_way() -> None:
    change = m.Change(
        "c", "receipt", "r", "UPDATE", 3, '{"no":"PT1"}', override={"choice": "mine", "seen": 2}
    )

    arrived = c.change_in(c.change_out(change))

    assert arrived.digest() == change.digest()


def test_an_operation_nobody_knows_is_refused() -> None:
    message = sync_pb2.Change(op=sync_pb2.OP_UNSPECIFIED)

    with pytest.raises(Refused) as refused:
        c.change_in(message)

    assert refused.value.code == "bad_message"


def test_an_override_that_is_no_object_is_refused() -> None:
    message = sync_pb2.Change(op=sync_pb2.OP_CREATE, override_json="[1]")

    with pytest.raises(Refused) as refused:
        c.change_in(message)

    assert refused.value.code == "not_json"


def test_a_row_of_a_report_that_leads_nowhere_keeps_its_place() -> None:
    part = {"rows": [[1], [2]], "drills": [{}, {"type": "journal", "id": "1"}]}

    assert to_dict(to_message(RunReportReply, part)) == part
