"""The way to a cloud is looked at, also with something on it that does not carry gRPC."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from lienso.errors import LinkError
from lienso.security import own_identity
from lienso.security.cloud import CloudSecurity
from lienso.transport import Credentials, Tls
from lienso_transport_grpc import profile
from lienso_transport_grpc.way import way

WAIT_S = 10
ALL_GOOD = ["name", "connection", "http2", "answer"]


def alive() -> None:
    """Answer, as a cloud does."""


def seen(address: profile.Address, credentials: Credentials, probe: Any = alive) -> dict[str, Any]:
    """Look at a way; {about: step}."""
    return {step.about: step for step in way(address, credentials, probe)}


def address_of(url: str, *, loopback: bool = True) -> profile.Address:
    """Return where a URL leads."""
    found = profile.parse_url(url)
    return profile.Address(found.host, found.port, loopback)


@pytest.fixture
def credentials(guarded: Any) -> Credentials:
    """What an enrolled site shows."""
    return own_identity.credentials(guarded.enrol("S1"))


@contextmanager
def listening(handle: Callable[[socket.socket], None]) -> Iterator[int]:
    """Take connections on loopback, one after another, until the block ends; yields the port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    line, _from = server.accept()
                except OSError:
                    return
                line.settimeout(WAIT_S)
                with line, contextlib.suppress(OSError):
                    handle(line)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def speaking(tls: Tls, protocols: list[str], folder: Path) -> Callable[[socket.socket], None]:
    """Return what shakes hands with a certificate and speaks only these protocols."""
    certificate, key = folder / "server.pem", folder / "server.key"
    certificate.write_bytes(tls.certificate)
    key.write_bytes(tls.key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    if protocols:
        context.set_alpn_protocols(protocols)

    def handle(line: socket.socket) -> None:
        with context.wrap_socket(line, server_side=True) as encrypted:
            encrypted.recv(1)

    return handle


def tls_of(security: CloudSecurity) -> Tls:
    """Return what a cloud shows in a handshake."""
    tls = security.options(["127.0.0.1"]).tls
    assert tls is not None
    return tls()


def test_the_way_to_a_cloud_behind_certificates_is_good(
    guarded: Any, credentials: Credentials
) -> None:
    steps = guarded.link(credentials).examine()

    assert [(step.about, step.good) for step in steps] == [(name, True) for name in ALL_GOOD]


@pytest.mark.parametrize("protocols", [["http/1.1"], []])
def test_what_speaks_no_http2_is_found(
    guarded: Any, credentials: Credentials, tmp_path: Path, protocols: list[str]
) -> None:
    with listening(speaking(tls_of(guarded.security), protocols, tmp_path)) as port:
        found = seen(profile.Address("127.0.0.1", port, True), credentials)

    assert list(found) == ["name", "connection", "http2"]
    assert not found["http2"].good
    assert "HTTP/1" in found["http2"].next


def test_what_opens_the_encryption_is_found(
    guarded: Any, credentials: Credentials, tmp_path: Path
) -> None:
    other = CloudSecurity(guarded.kernel, tmp_path / "others")
    with listening(speaking(tls_of(other), ["h2"], tmp_path)) as port:
        found = seen(profile.Address("127.0.0.1", port, True), credentials)

    assert not found["encryption"].good
    assert "another than the cloud answers" in found["encryption"].text
    assert "opens the encryption" in found["encryption"].next


def test_what_hangs_up_in_the_handshake_is_found(credentials: Credentials) -> None:
    with listening(lambda line: None) as port:
        found = seen(profile.Address("127.0.0.1", port, True), credentials)

    assert not found["encryption"].good


def test_a_port_where_nobody_listens_and_a_name_that_nobody_knows_end_the_way() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    nobody = seen(profile.Address("127.0.0.1", port, True), Credentials(""))
    unknown = seen(profile.Address("no.such.host.invalid", 1, False), Credentials(""))

    assert list(nobody) == ["name", "connection"]
    assert not nobody["connection"].good
    assert list(unknown) == ["name"]
    assert not unknown["name"].good


def test_a_cloud_that_does_not_answer_is_told_with_its_code(guarded: Any, credentials: Any) -> None:
    def silent() -> None:
        raise LinkError(detail={"url": "x", "cause": "silent"})

    found = seen(address_of(guarded.url), credentials, silent)

    assert not found["answer"].good
    assert found["answer"].text.startswith("link_down: ")


def test_the_proxy_of_the_environment_is_gone_through(
    guarded: Any, credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    target = profile.parse_url(guarded.url)

    def carry(line: socket.socket) -> None:
        asked.append(line.recv(4096).decode().partition("\r\n")[0])
        line.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with socket.create_connection((target.host, target.port), timeout=WAIT_S) as further:
            back = threading.Thread(target=_copy, args=(further, line))
            back.start()
            _copy(line, further)
            back.join()

    with listening(carry) as port:
        for name in ("no_proxy", "NO_PROXY", "grpc_proxy"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
        found = seen(address_of(guarded.url, loopback=False), credentials)

    assert [about for about, step in found.items() if step.good] == ["proxy", "http2", "answer"]
    assert asked[0].startswith(f"CONNECT {target.host}:{target.port} ")


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
