"""The way to a cloud, looked at step by step: what a firewall or an inspecting proxy does to it."""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import urllib.request
from collections.abc import Callable, Iterator, Sequence

from lienso.errors import LiensoError
from lienso.sync.inquiry import WayStep
from lienso.transport import Credentials

from . import profile

PATIENCE_S = 5
"""A step that takes longer is not good."""

H2 = "h2"


def way(
    address: profile.Address, credentials: Credentials, probe: Callable[[], None]
) -> Sequence[WayStep]:
    """Look at name, connection, encryption, HTTP/2 and a sign of life; ends where it is not good."""
    found: list[WayStep] = []
    for step in _steps(address, credentials, probe):
        found.append(step)
        if not step.good:
            break
    return found


def _steps(
    address: profile.Address, credentials: Credentials, probe: Callable[[], None]
) -> Iterator[WayStep]:
    proxy = _proxy(address)
    if proxy:
        yield WayStep("proxy", True, f"goes through {proxy}, as the environment says")
    else:
        yield _name(address)
        yield _connection(address)
    if credentials.ca_file:
        yield _encrypted(address, credentials, proxy)
    yield _alive(probe)


def _proxy(address: profile.Address) -> str:
    """Return HOST:PORT of the proxy that gRPC takes; empty: none."""
    if address.loopback or urllib.request.proxy_bypass(address.host):
        return ""
    names = ("grpc_proxy", "https_proxy", "http_proxy")
    url = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return url.rpartition("//")[2].rpartition("@")[2].rstrip("/")


def _name(address: profile.Address) -> WayStep:
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except OSError as error:
        text = f"{address.host} is not known: {error.strerror or error}"
        return WayStep(
            "name", False, text, "look at the DNS of this office and at the setting cloud"
        )
    return WayStep("name", True, f"{address.host} is {found[0][4][0]}")


def _connection(address: profile.Address) -> WayStep:
    try:
        socket.create_connection((address.host, address.port), timeout=PATIENCE_S).close()
    except OSError as error:
        text = f"{address.target} does not answer: {error.strerror or error}"
        do = "see whether the cloud runs and whether a firewall lets this port out"
        return WayStep("connection", False, text, do)
    return WayStep("connection", True, f"{address.target} answers")


def _encrypted(address: profile.Address, credentials: Credentials, proxy: str) -> WayStep:
    """Shake hands as gRPC does: with the cloud's own authority, and asking for HTTP/2."""
    try:
        context = _context(credentials)
        agreed = _agreed(address, context, proxy)
    except ssl.SSLCertVerificationError as error:
        text = f"another than the cloud answers: {error.verify_message}"
        do = f"something on the way opens the encryption: have it leave {address.target} alone"
        return WayStep("encryption", False, text, do)
    except (OSError, http.client.HTTPException) as error:
        text = f"no encrypted line: {getattr(error, 'strerror', None) or error}"
        return WayStep(
            "encryption", False, text, "look at the proxy, and at this site's certificate"
        )
    if agreed != H2:
        text = f"HTTP/2 was not agreed on (ALPN {agreed or 'nothing'})"
        do = f"a proxy on the way speaks HTTP/1 alone: have it leave {address.target} alone"
        return WayStep("http2", False, text, do)
    return WayStep("http2", True, "encrypted with the cloud itself, HTTP/2 agreed on (ALPN h2)")


def _context(credentials: Credentials) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=credentials.ca_file)
    context.set_alpn_protocols([H2])
    if credentials.identity_file:
        context.load_cert_chain(credentials.identity_file)
    return context


def _agreed(address: profile.Address, context: ssl.SSLContext, proxy: str) -> str | None:
    """Return the protocol that a handshake agrees on, through the proxy if there is one."""
    if proxy:
        line = http.client.HTTPSConnection(proxy, timeout=PATIENCE_S, context=context)
        line.set_tunnel(address.host, address.port)
        line.connect()
        try:
            return str(line.sock.selected_alpn_protocol())
        finally:
            line.close()
    with (
        socket.create_connection((address.host, address.port), timeout=PATIENCE_S) as plain,
        context.wrap_socket(plain, server_hostname=address.host) as line_,
    ):
        return line_.selected_alpn_protocol()


def _alive(probe: Callable[[], None]) -> WayStep:
    try:
        probe()
    except LiensoError as error:
        return WayStep("answer", False, f"{error.code}: {error}", "do what the text says")
    return WayStep("answer", True, "the cloud answers, and knows this site")
