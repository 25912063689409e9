"""Bytes that are no messages, and messages that are cut, changed or too large."""

from __future__ import annotations

import contextlib
import random
import socket
import sys
from collections import Counter
from typing import Any

import grpc
import pytest
from lienso.sync.inquiry import CompareRequest, TraceRequest
from lienso.sync.messages import (
    CallRequest,
    HeartbeatRequest,
    HelloRequest,
    OperationRequest,
    PullRequest,
    PushRequest,
    ReserveRequest,
)
from lienso_transport_grpc import convert, convert_calls, convert_inquiry, profile

from .conftest import Speaker, Victim, codes, partner, raw

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
BLOBS = 150
FLIPS = 60
"""Changed messages of each kind."""

ANSWERS = {
    grpc.StatusCode.OK,
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.OUT_OF_RANGE,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.PERMISSION_DENIED,
}
"""What a server may say to nonsense. Not INTERNAL or UNKNOWN: that would be a mistake of ours."""


def messages(speaker: Speaker) -> dict[str, bytes]:
    """Return one good message of every kind that a site sends."""
    session = speaker.session
    push = PushRequest(session, 1, bytes(32), (partner("CUT"), partner("CUT2")))
    found: dict[str, Any] = {
        "Hello": convert.hello_request_out(HelloRequest(1, "h", 3, 2, (bytes(32),), 5)),
        "Push": convert.push_request_out(push),
        "Pull": convert.pull_request_out(PullRequest(session, 0)),
        "Heartbeat": convert.heartbeat_request_out(HeartbeatRequest(session, 1, 2, "", 3, "")),
        "ReserveNumbers": convert.reserve_request_out(
            ReserveRequest(session, "partner", "financial", "2026-03-02")
        ),
        "Call": convert_calls.call_request_out(CallRequest("figure", "a.b", {"x": 1}, "c")),
        "GetOperation": convert_calls.operation_request_out(OperationRequest("c")),
        "Compare": convert_inquiry.compare_request_out(CompareRequest(session, 0, 9, True, "1:aa")),
        "Trace": convert_inquiry.trace_request_out(TraceRequest(session, "partner", "x", ("c",))),
    }
    return {name: message.SerializeToString() for name, message in found.items()}


def blob(chance: random.Random) -> bytes:
    """Return nonsense: bare, behind the preface of HTTP/2, or in frames of it."""
    bytes_ = chance.randbytes(chance.choice((1, 9, 100, 5_000, 70_000)))
    kind = chance.randrange(4)
    if kind == 0:
        return bytes_
    if kind == 1:
        return PREFACE + bytes_
    frame = len(bytes_).to_bytes(3, "big") + chance.randbytes(6) + bytes_
    if kind == 2:
        return PREFACE + b"\0\0\0\4\0\0\0\0\0" + frame
    return PREFACE + b"\0\0\0\4\0\0\0\0\0" + frame[: chance.randint(1, len(frame))]


def test_random_bytes_on_the_port_harm_nobody(victim: Victim) -> None:
    chance = random.Random(20260305)
    lines = []
    for _blob in range(BLOBS):
        line = socket.create_connection(victim.address, timeout=10)
        lines.append(line)
        with contextlib.suppress(OSError):  # The server may have had enough of it.
            line.sendall(blob(chance))
    for line in lines:
        line.close()

    assert victim.process.poll() is None
    assert codes(victim) == []


@pytest.mark.parametrize(
    "name",
    sorted(
        [
            "Hello",
            "Push",
            "Pull",
            "Heartbeat",
            "ReserveNumbers",
            "Call",
            "GetOperation",
            "Compare",
            "Trace",
        ]
    ),
)
def test_a_message_that_is_cut_anywhere_is_answered_by_the_book(victim: Victim, name: str) -> None:
    speaker = victim.speaker("A")
    whole, channel = messages(speaker)[name], victim.channel()
    places = range(len(whole)) if len(whole) < 150 else range(0, len(whole), len(whole) // 150 + 1)

    said = Counter(
        raw(channel, f"/lienso.v1.Sync/{name}", whole[:place], victim.tokens["A"])
        for place in places
    )

    assert set(said) <= ANSWERS
    # A cut Hello opens a session of its own, and a push without a proof is fenced: nothing came in.
    assert codes(victim) == []


@pytest.mark.parametrize("name", ["Hello", "Push", "Pull", "Call", "Compare", "Trace"])
def test_a_message_with_changed_bits_is_answered_by_the_book(victim: Victim, name: str) -> None:
    chance = random.Random(name)
    speaker = victim.speaker("A")
    whole, channel = messages(speaker)[name], victim.channel()

    said: Counter[grpc.StatusCode] = Counter()
    for _flip in range(FLIPS):
        changed = bytearray(whole)
        for _bit in range(chance.randint(1, 6)):
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        path = f"/lienso.v1.Sync/{name}"
        said[raw(channel, path, bytes(changed), victim.tokens["A"])] += 1

    assert set(said) <= ANSWERS
    assert victim.process.poll() is None


@pytest.mark.parametrize(
    ("size", "answer"),
    [
        # Our own limit, with a text and details; beyond it gRPC cuts off.
        (profile.REQUEST_BYTES_MAX + 1, grpc.StatusCode.INVALID_ARGUMENT),
        (profile.RECEIVE_BYTES_MAX + 1, grpc.StatusCode.RESOURCE_EXHAUSTED),
    ],
)
@pytest.mark.parametrize("rpc", ["Sync/Push", "Sync/Hello", "Records/Save"])
def test_what_is_too_large_is_refused(
    victim: Victim, rpc: str, size: int, answer: grpc.StatusCode
) -> None:
    token = victim.tokens["A" if rpc.startswith("Sync") else "program"]

    assert raw(victim.channel(), f"/lienso.v1.{rpc}", b"\x0a" * size, token) is answer


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it reads /proc")
def test_large_messages_one_after_another_leave_no_memory_behind(victim: Victim) -> None:
    channel, data = victim.channel(), b"\x0a" * profile.REQUEST_BYTES_MAX
    # The process keeps what it once needed; what counts is that it does not need more and more.
    for _warm in range(60):
        raw(channel, "/lienso.v1.Sync/Push", data, victim.tokens["A"])
    before = victim.memory_kb()

    said = {raw(channel, "/lienso.v1.Sync/Push", data, victim.tokens["A"]) for _ in range(60)}

    assert said == {grpc.StatusCode.INVALID_ARGUMENT}
    assert victim.memory_kb() < before * 1.5 + 20_000
