"""A server that meets nonsense and malice answers by the book, and lives."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from lienso.client import Client
from lienso.errors import Fenced, LiensoError, LimitExceeded, Refused, Unknown
from lienso.sync.messages import PullRequest, Session
from lienso_api.v1 import records_pb2, sync_pb2
from lienso_transport_grpc import profile

NOBODY = Session("nobody", 1, "h")


@pytest.fixture
def channel(cloud: Any) -> Iterator[grpc.Channel]:
    """A bare channel, with nothing of ours in it."""
    with grpc.insecure_channel(
        cloud.target, [("grpc.max_send_message_length", 64 * 1024 * 1024)]
    ) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _still_alive(cloud: Any) -> Iterator[None]:
    yield
    client = cloud.connect(cloud.client_token("survivor"))
    assert [found["id"] for found in client.types()] == ["partner", "receipt"]


def raw(
    channel: grpc.Channel, path: str, data: bytes, metadata: Any = (), timeout: int = 20
) -> bytes:
    answer: bytes = channel.unary_unary(path)(data, metadata=metadata, timeout=timeout)
    return answer


def bearer(cloud: Any) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {cloud.client_token()}"),)


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
        bytes(range(256)) * 64,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 4_096,
        b"",
    ],
    ids=["http", "tls", "bytes", "http2", "silence"],
)
def test_garbage_on_the_port_harms_nobody(
    cloud: Any, channel: grpc.Channel, garbage: bytes
) -> None:
    host, port = cloud.target.split(":")

    with socket.create_connection((host, int(port)), timeout=5) as line:
        line.sendall(garbage)

    assert raw(channel, "/lienso.v1.Records/ListTypes", b"", bearer(cloud))


@pytest.mark.parametrize("data", [b"\xff\xff\xff", b"\x0a\xff\x01", b"\x0f" * 99], ids=repr)
@pytest.mark.parametrize("path", ["/lienso.v1.Records/Save", "/lienso.v1.Records/List"])
def test_a_message_that_is_none_is_an_invalid_argument(
    cloud: Any, channel: grpc.Channel, path: str, data: bytes
) -> None:
    with pytest.raises(grpc.RpcError) as failed:
        raw(channel, path, data, bearer(cloud))

    assert failed.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert failed.value.details() == "bad_message"


def test_a_push_that_is_none_is_an_invalid_argument(cloud: Any, channel: grpc.Channel) -> None:
    metadata = (("authorization", f"Bearer {cloud.site_token()}"),)
    unknown_op = sync_pb2.PushRequest(changes=[sync_pb2.Change(change_id="c")])

    for data in (b"\xff\xff", unknown_op.SerializeToString()):
        with pytest.raises(grpc.RpcError) as failed:
            raw(channel, "/lienso.v1.Sync/Push", data, metadata)
        assert failed.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_json_that_is_none_is_an_invalid_argument(cloud: Any, channel: grpc.Channel) -> None:
    for text in ("{", "[1]", "1e400", '{"code": NaN}', "[" * 100_000, '{"a":' * 10_000):
        request = records_pb2.SaveRequest(type="partner", body_json=text)
        with pytest.raises(grpc.RpcError) as failed:
            raw(channel, "/lienso.v1.Records/Save", request.SerializeToString(), bearer(cloud))
        assert failed.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_unknown_rpcs_and_services_are_unimplemented(cloud: Any, channel: grpc.Channel) -> None:
    for path in ("/lienso.v1.Records/Destroy", "/lienso.v1.Nothing/Get", "/x/y"):
        with pytest.raises(grpc.RpcError) as failed:
            raw(channel, path, b"", bearer(cloud))
        assert failed.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_a_body_of_ten_megabytes_is_refused_before_it_is_read(client: Client) -> None:
    with pytest.raises(LimitExceeded):
        client.save({"code": "X", "name": "ộ" * 4_000_000}, type="partner")


def test_a_body_over_the_limit_of_the_kernel_is_refused_by_code(client: Client) -> None:
    with pytest.raises(LimitExceeded) as refused:
        client.save({"code": "X", "name": "o" * 2_000_000}, type="partner")

    assert refused.value.code == "limit_exceeded"
    assert refused.value.detail["what"] == "body"


def test_a_small_message_that_unpacks_to_a_large_one_is_refused(
    cloud: Any, channel: grpc.Channel
) -> None:
    body = '{"code":"X","name":"' + "o" * 20_000_000 + '"}'
    request = records_pb2.SaveRequest(type="partner", body_json=body)

    with pytest.raises(grpc.RpcError) as failed:
        channel.unary_unary("/lienso.v1.Records/Save")(
            request.SerializeToString(),
            metadata=bearer(cloud),
            compression=grpc.Compression.Gzip,
            timeout=20,
        )

    assert failed.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


@pytest.mark.parametrize(
    "metadata",
    [
        (),
        (("authorization", ""),),
        (("authorization", "Bearer "),),
        (("authorization", "Bearer x"),),
        (("authorization", "Bearer a.b.c"),),
        (("authorization", "Basic dTpw"),),
        (("authorization", f"Bearer {'.' * 500}"),),
        (("authorization", "Bearer ../../etc.passwd.x"),),
    ],
)
def test_whoever_shows_no_good_token_gets_nothing(channel: grpc.Channel, metadata: Any) -> None:
    for path in ("/lienso.v1.Records/ListTypes", "/lienso.v1.Sync/Hello", "/lienso.v1.Site/Status"):
        with pytest.raises(grpc.RpcError) as failed:
            raw(channel, path, b"", metadata)
        assert failed.value.code() is grpc.StatusCode.UNAUTHENTICATED


def test_a_token_of_another_company_opens_only_that_one(cloud: Any) -> None:
    tenant, name, secret = cloud.client_token().split(".")
    other = cloud.kernel.add_tenant("OTHER", "Công ty khác")

    with pytest.raises(Refused) as refused:
        cloud.connect(f"{other.id}.{name}.{secret}").types()

    assert tenant != other.id
    assert refused.value.code == "unauthenticated"


def test_huge_metadata_is_refused(cloud: Any, channel: grpc.Channel) -> None:
    metadata = (*bearer(cloud), ("x-large", "x" * 100_000))

    with pytest.raises(grpc.RpcError) as failed:
        raw(channel, "/lienso.v1.Records/ListTypes", b"", metadata)

    assert failed.value.code() in (
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.INTERNAL,
    )


def test_a_caller_that_hangs_up_disturbs_nobody(cloud: Any, channel: grpc.Channel) -> None:
    for _ in range(20):
        call = channel.unary_unary("/lienso.v1.Records/ListTypes").future(
            b"", metadata=bearer(cloud)
        )
        call.cancel()

    assert raw(channel, "/lienso.v1.Records/ListTypes", b"", bearer(cloud))


def test_calls_are_refused_beyond_their_number_while_offices_watch(
    cloud: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    links = [cloud.link(cloud.site_token(f"S{number}")) for number in range(3)]
    watches = [link.watch() for link in links]
    for watch in watches:
        next(watch)

    monkeypatch.setattr(profile, "CALLS_MAX", 0)
    with pytest.raises(LiensoError) as refused:
        links[0].pull(PullRequest(NOBODY, 0, 1, 1_000))
    assert (refused.value.code, refused.value.detail["what"]) == ("server_busy", "calls")

    monkeypatch.setattr(profile, "CALLS_MAX", 1)
    for _again in range(2):  # the place was given back
        with pytest.raises(Fenced):
            links[0].pull(PullRequest(NOBODY, 0, 1, 1_000))


def test_watchers_that_hang_up_give_their_place_back(
    cloud: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profile, "SITES_MAX", 2)
    links = [cloud.link(cloud.site_token(f"S{number}")) for number in range(3)]
    watches = [link.watch() for link in links]
    next(watches[0])
    next(watches[1])

    with pytest.raises(LiensoError) as refused:
        next(watches[2])
    links[0].close()
    again = _eventually_watching(links[2])

    assert refused.value.code == "server_busy"
    assert again.why == "start"


def _eventually_watching(link: Any) -> Any:
    """Watch as soon as the place of the one who hung up is free."""
    waiting = threading.Event()
    for _ in range(100):
        try:
            return next(link.watch())
        except Refused:
            waiting.wait(0.1)
    raise AssertionError("the place never became free")


def test_the_python_client_keeps_what_the_server_said_of_an_error(cloud: Any) -> None:
    client = cloud.connect(cloud.client_token("reader"))

    with pytest.raises(Unknown) as missing:
        client.get("partner", "KH9")

    assert missing.value.text.startswith("Không tìm thấy partner <KH9>")


def test_an_error_is_told_in_the_callers_language(cloud: Any, channel: grpc.Channel) -> None:
    from google.rpc import error_details_pb2
    from grpc_status import rpc_status

    said = {}
    for language in ("vi", "en-US,en;q=0.9", ""):
        metadata = (*bearer(cloud), ("accept-language", language))
        request = records_pb2.GetRequest(type="partner", id="KH9").SerializeToString()
        with pytest.raises(grpc.RpcError) as failed:
            raw(channel, "/lienso.v1.Records/Get", request, metadata)
        for packed in rpc_status.from_call(failed.value).details:
            text = error_details_pb2.LocalizedMessage()
            if packed.Is(text.DESCRIPTOR):
                packed.Unpack(text)
                said[language] = text.message

    assert said["vi"] == said[""]
    assert said["vi"].startswith("Không tìm thấy partner <KH9>")
    assert said["en-US,en;q=0.9"].startswith("partner <KH9> was not found")
