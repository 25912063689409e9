"""Addresses: what is read, what is loopback, and that nothing leaves this machine in the clear."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lienso.configuration import load
from lienso.errors import Refused
from lienso.transport import Credentials, ServeOptions
from lienso_transport_grpc import profile
from lienso_transport_grpc.plugin import (
    lienso_connect,
    lienso_connect_api,
    lienso_serve,
)


@pytest.mark.parametrize(
    ("url", "host", "port", "loopback"),
    [
        ("grpc:127.0.0.1:7443", "127.0.0.1", 7443, True),
        ("grpc:127.9.9.9:1", "127.9.9.9", 1, True),
        ("grpc:[::1]:0", "::1", 0, True),
        ("grpc:localhost:7443", "localhost", 7443, True),
        ("grpc:192.168.1.10:7443", "192.168.1.10", 7443, False),
        ("grpc:0.0.0.0:7443", "0.0.0.0", 7443, False),
        ("grpc:[::]:7443", "::", 7443, False),
        ("grpc:cloud.example.vn:443", "cloud.example.vn", 443, False),
        ("grpc:127.0.0.1.example.vn:443", "127.0.0.1.example.vn", 443, False),
        ("grpc:localhost.example.vn:443", "localhost.example.vn", 443, False),
    ],
)
def test_an_address_is_read(url: str, host: str, port: int, loopback: bool) -> None:
    address = profile.parse_url(url)

    assert (address.host, address.port, address.loopback) == (host, port, loopback)
    assert address.url == url


@pytest.mark.parametrize(
    "url",
    [
        "grpc:", "grpc:host", "grpc::7443", "grpc:host:", "grpc:host:x", "grpc:host:70000",
        "grpc:host:-1", "grpc:::1:7443", "grpc:unix:/tmp/x:1", "grpc:a/b:1", "grpc:a,b:1",
        "grpc:host:٣", "http:host:1", "grpc:user@127.0.0.1:1",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(Refused) as refused:
        profile.parse_url(url)

    assert refused.value.code == "transport_url_invalid"


@pytest.mark.parametrize("url", ["grpc:0.0.0.0:0", "grpc:[::]:0", "grpc:192.168.1.10:7443"])
def test_a_server_does_not_listen_in_the_clear_off_this_machine(url: str, cloud: Any) -> None:
    with pytest.raises(Refused) as refused:
        lienso_serve(url, cloud.services, ServeOptions())

    assert refused.value.code == "tls_required"


@pytest.mark.parametrize("connect", [lienso_connect, lienso_connect_api])
def test_a_token_is_not_sent_in_the_clear_off_this_machine(connect: Any) -> None:
    with pytest.raises(Refused) as refused:
        connect("grpc:cloud.example.vn:443", Credentials("t.n.s"))

    assert refused.value.code == "tls_required"


def test_half_a_key_pair_is_refused(cloud: Any) -> None:
    with pytest.raises(Refused) as refused:
        lienso_serve("grpc:127.0.0.1:0", cloud.services, ServeOptions(certificate_file="cert.pem"))

    assert refused.value.code == "tls_required"


def test_a_missing_certificate_is_named() -> None:
    with pytest.raises(Refused) as refused:
        lienso_connect("grpc:cloud.example.vn:443", Credentials("t.n.s", "/no/such/ca.pem"))

    assert refused.value.code == "file_unreadable"
    assert refused.value.detail["path"] == "/no/such/ca.pem"


def test_the_plugin_is_imported_without_grpc() -> None:
    import subprocess
    import sys

    code = (
        "import sys, lienso_transport_grpc.plugin;"
        "sys.exit(any(name.split('.')[0] in ('grpc', 'google', 'pydantic') for name in sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", code], check=False)

    assert done.returncode == 0


@pytest.mark.parametrize("said", ["none", "gzip", "auto"])
def test_how_a_sites_line_is_compressed_reaches_its_kernel(tmp_path: Path, said: str) -> None:
    (tmp_path / "site.token").write_text(f"{'0' * 36}.S1.secret")
    lines = ['storage = "memory:"', 'cloud = "grpc:10.0.0.5:7400"', 'token_file = "site.token"']
    text = "\n".join([*lines, f'compression = "{said}"'])
    (tmp_path / "lienso.toml").write_text(text, encoding="utf-8")

    assert load(tmp_path).as_role("site").settings().compression == said
