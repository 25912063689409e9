"""Listening: ports, health, reflection, TLS, stopping."""

from __future__ import annotations

import contextlib
import dataclasses
import selectors
import shutil
import socket
import subprocess
import threading
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from lienso.client import connect
from lienso.errors import LinkError, Refused
from lienso.transport import Credentials, ServeOptions
from lienso_api.v1 import records_pb2
from lienso_transport_grpc import profile
from lienso_transport_grpc.client_link import GrpcLink
from lienso_transport_grpc.plugin import lienso_serve


def test_a_server_is_stopped_twice_without_harm(cloud: Any) -> None:
    cloud.server.stop(grace_s=0)
    cloud.server.stop(grace_s=0)

    with pytest.raises(OSError):
        socket.create_connection(tuple(cloud.target.split(":")), timeout=5)


def test_a_call_under_way_is_answered_before_the_server_is_gone(cloud: Any, serve: Any) -> None:
    began, go_on = threading.Event(), threading.Event()

    def authenticate(token: str) -> Any:
        began.set()
        assert go_on.wait(10)
        return cloud.services.authenticate(token)

    slow = serve(cloud.kernel, dataclasses.replace(cloud.services, authenticate=authenticate))
    client = slow.connect(cloud.client_token())
    answers: list[Any] = []
    asking = threading.Thread(target=lambda: answers.append(client.types()))
    asking.start()
    assert began.wait(10)
    stopping = threading.Thread(target=lambda: slow.server.stop(grace_s=10))
    stopping.start()
    go_on.set()
    stopping.join(20)
    asking.join(20)

    assert [len(answer) for answer in answers] == [2]


def test_the_health_service_tells_that_it_serves(cloud: Any) -> None:
    with grpc.insecure_channel(cloud.target) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        for service in ("", "lienso.v1.Records", "lienso.v1.Sync"):
            reply = health.Check(health_pb2.HealthCheckRequest(service=service), timeout=10)
            assert reply.status == health_pb2.HealthCheckResponse.SERVING


def services_listed(target: str) -> list[str]:
    with grpc.insecure_channel(target) as channel:
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        asked = reflection_pb2.ServerReflectionRequest(list_services="")
        [reply] = stub.ServerReflectionInfo(iter([asked]), timeout=10)
        return [service.name for service in reply.list_services_response.service]


def test_reflection_is_off_unless_asked_for(cloud: Any, serve: Any) -> None:
    open_book = serve(cloud.kernel, cloud.services, ServeOptions(reflection=True))

    with pytest.raises(grpc.RpcError) as failed:
        services_listed(cloud.target)

    assert failed.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert {"lienso.v1.Records", "lienso.v1.Sync"} <= set(services_listed(open_book.target))


# -- gzip -------------------------------------------------------------------------------------------


class Relay:
    """A line through which bytes from the server are counted; carries one connection."""

    def __init__(self, target: str) -> None:
        host, port = target.split(":")
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._far = socket.create_connection((host, int(port)))
        self.target = f"127.0.0.1:{self._listening.getsockname()[1]}"
        self.answered_bytes = 0
        self._thread = threading.Thread(target=self._carry)
        self._thread.start()

    def _carry(self) -> None:
        near, _ = self._listening.accept()
        # Either side may hang up with a reset when the call is over.
        with near, selectors.DefaultSelector() as ready, contextlib.suppress(OSError):
            ready.register(near, selectors.EVENT_READ, self._far)
            ready.register(self._far, selectors.EVENT_READ, near)
            while True:
                for key, _events in ready.select():
                    data = key.fileobj.recv(65_536)  # type: ignore[union-attr]
                    if not data:
                        return
                    self.answered_bytes += len(data) if key.fileobj is self._far else 0
                    key.data.sendall(data)

    def close(self) -> None:
        self._thread.join(10)
        self._far.close()
        self._listening.close()


@pytest.mark.parametrize(
    ("metadata", "least", "most"),
    [((), 100_000, 400_000), (((profile.COMPRESS, "gzip"),), 500, 20_000)],
    ids=["plain", "gzip"],
)
def test_an_answer_is_compressed_for_whoever_asks(
    cloud: Any, metadata: Any, least: int, most: int
) -> None:
    token = cloud.client_token()
    lines = [{"line": line, "amount": 1_000} for line in range(1, 4_000)]
    voucher = {"posting_date": "2026-03-02", "lines": lines}
    no = cloud.connect(token).save(voucher, type="receipt").record.data["no"]
    asked = records_pb2.GetRequest(type="receipt", id=no).SerializeToString()
    relay = Relay(cloud.target)

    with grpc.insecure_channel(relay.target) as channel:
        answer = channel.unary_unary("/lienso.v1.Records/Get")(
            asked, metadata=(("authorization", f"Bearer {token}"), *metadata), timeout=20
        )
    relay.close()

    assert len(answer) > 100_000
    assert least < relay.answered_bytes < most


# -- TLS --------------------------------------------------------------------------------------------


@pytest.fixture
def pair(tmp_path: Path) -> tuple[str, str]:
    """A certificate of this machine, signed by itself, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate")
    certificate, key = str(tmp_path / "cert.pem"), str(tmp_path / "key.pem")
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
            "-nodes", "-days", "2", "-subj", "/CN=lienso-test", "-addext",
            "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return certificate, key


def test_a_line_is_encrypted_with_a_certificate(
    cloud: Any, serve: Any, pair: tuple[str, str]
) -> None:
    certificate, key = pair
    secure = serve(cloud.kernel, cloud.services, ServeOptions(certificate, key))

    with connect(secure.url, cloud.client_token(), certificate) as client:
        assert len(client.types()) == 2


def test_a_client_in_the_clear_reaches_nothing_behind_tls(
    cloud: Any, serve: Any, pair: tuple[str, str]
) -> None:
    secure = serve(cloud.kernel, cloud.services, ServeOptions(*pair))

    with connect(secure.url, cloud.client_token()) as client, pytest.raises(LinkError):
        client.types()


def test_a_certificate_of_somebody_else_is_not_trusted(
    cloud: Any, serve: Any, pair: tuple[str, str], tmp_path: Path
) -> None:
    secure = serve(cloud.kernel, cloud.services, ServeOptions(*pair))
    other = tmp_path / "other.pem"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
            "-nodes", "-days", "2", "-subj", "/CN=somebody", "-addext",
            "subjectAltName=IP:127.0.0.1", "-keyout", str(tmp_path / "o.key"), "-out", str(other),
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    link = GrpcLink(secure.url, Credentials(cloud.site_token(), str(other)))

    with pytest.raises(LinkError):
        link.probe()
    link.close()


def test_a_certificate_of_the_server_alone_opens_no_address_off_this_machine(
    cloud: Any, pair: tuple[str, str]
) -> None:
    with pytest.raises(Refused) as refused:
        lienso_serve("grpc:0.0.0.0:0", cloud.services, ServeOptions(*pair))

    assert refused.value.code == "tls_required"
