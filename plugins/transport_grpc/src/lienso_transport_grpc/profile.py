"""How channels and servers are set, and why (measured with grpcio 1.85, asyncio server).

Retries are off: the engine of a site resends by itself, the same bytes, and knows when it may.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any

from lienso.errors import Refused

Options = list[tuple[str, Any]]

REPLY_BYTES_MAX = 64 * 1024 * 1024
"""A reply to our own clients: a report or the refused changes of a restored site come in one."""

REQUEST_BYTES_MAX = 4 * 1024 * 1024
"""A request, after decompression. What is larger is refused by our code, with a text and details."""

RECEIVE_BYTES_MAX = 4 * REQUEST_BYTES_MAX
"""What gRPC itself cuts off, with a bare status: a message that nobody sends by mistake."""

METADATA_BYTES_MAX = 16 * 1024
"""Headers of a call: a token and the details of an error have less than 6 KiB."""

COMPRESS = "lienso-compress"
"""Metadata by which a client asks for compressed replies: a site off this machine, on a WAN. gzip
makes an eighth of a batch and costs more time than a LAN or loopback takes to carry it plain."""

SESSION = "lienso-session"
"""Metadata with the session of the user who works: beside what the line shows, not in its place."""

WORKERS = 8
"""Threads that run kernel calls: SQLite writes one after another, so more would only wait there."""

WATCHERS_MAX = 256
"""Workstations and programs that watch at once: each holds a thread that sleeps."""

SITES_MAX = 4_096
"""Offices that watch at once; they hold no thread."""

CALLS_MAX = 1_024
"""Calls at once that are no watches: each may wait for a worker with a whole message in memory."""

RPCS_MAX = CALLS_MAX + WATCHERS_MAX + SITES_MAX
"""All of them at once; more are refused before they are read."""

PIN_TIMEOUT_S = 10
"""Longest wait for the certificate of a server that is to be pinned."""

POKE_PAUSE_S = 0.25
"""A burst of commits becomes at most four pokes a second."""

POKES_PER_S = 1_000
"""And all offices together are poked no more often: each poke looks whether its office was shut out."""

_KEEPALIVE: Options = [
    # A dead line shows within 30 s, also while nothing is under way (a waiting watch).
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
]

SERVER_OPTIONS: Options = [
    *_KEEPALIVE,
    # This name, not min_recv_ping_interval_…, which is ignored: clients are then cut off with
    # too_many_pings.
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
    ("grpc.max_receive_message_length", RECEIVE_BYTES_MAX),
    ("grpc.max_send_message_length", REPLY_BYTES_MAX),
    ("grpc.absolute_max_metadata_size", METADATA_BYTES_MAX),
    # Old connections are renewed, so that load moves to new servers behind one name.
    ("grpc.max_connection_age_ms", 30 * 60 * 1000),
    ("grpc.max_connection_age_grace_ms", 60 * 1000),
    # A second server on the same port fails instead of sharing it silently.
    ("grpc.so_reuseport", 0),
]


def channel_options(address: Address) -> Options:
    """Return the options of a channel."""
    return [
        *_KEEPALIVE,
        ("grpc.enable_retries", 0),
        # Channels to one target share a connection otherwise; a full one would hold up life signs.
        ("grpc.use_local_subchannel_pool", 1),
        ("grpc.max_receive_message_length", REPLY_BYTES_MAX),
        ("grpc.max_send_message_length", REQUEST_BYTES_MAX),
        # A cut line is tried again within seconds, not after two minutes.
        ("grpc.initial_reconnect_backoff_ms", 500),
        ("grpc.max_reconnect_backoff_ms", 5_000),
        # The proxy of the environment is for the world outside.
        ("grpc.enable_http_proxy", 0 if address.loopback else 1),
    ]


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen or to go. ``loopback``: it cannot leave this machine."""

    host: str
    port: int
    loopback: bool

    @property
    def target(self) -> str:
        """``host:port`` as gRPC writes it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """``grpc:host:port``."""
        return f"grpc:{self.target}"


def parse_url(url: str) -> Address:
    """Read ``grpc:HOST:PORT``; an IPv6 address stands in brackets.

    Raises:
        Refused: ``transport_url_invalid``.
    """
    scheme, _, target = url.partition(":")
    host, _, port = target.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    host = host[1:-1] if bracketed else host
    strange = not host or (":" in host and not bracketed) or any(c in host for c in "/ ,%@")
    if scheme != "grpc" or strange or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise Refused("transport_url_invalid", {"url": url})
    return Address(host, int(port), _is_loopback(host))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name: whatever it resolves to today, it may leave this machine tomorrow
        return False


def require_cleartext_allowed(address: Address) -> None:
    """Refuse to speak in the clear off this machine. Raises: Refused: ``tls_required``."""
    if not address.loopback:
        raise Refused("tls_required", {"url": address.url})


def read_pem(path: str) -> bytes:
    """Read a certificate or key. Raises: Refused: ``file_unreadable``."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise Refused("file_unreadable", {"path": path, "reason": error.strerror}) from error
