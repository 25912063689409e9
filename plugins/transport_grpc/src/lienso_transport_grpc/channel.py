"""Channels of clients: where they go, what they show, and what their failures mean."""

from __future__ import annotations

import os
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import grpc
from lienso.errors import LiensoError, LinkError
from lienso.transport import Credentials
from lienso_api.v1 import enrolment_pb2, enrolment_pb2_grpc

from . import profile
from .errors import error_of

S = TypeVar("S")
T = TypeVar("T")
Metadata = tuple[tuple[str, str], ...]


class Line(Generic[S]):
    """A channel, opened again when the caller's certificate was renewed; safe from many threads.

    Calls under way end on the channel they began on, so that a renewal interrupts nothing.
    """

    def __init__(
        self,
        address: profile.Address,
        credentials: Credentials,
        stub: Callable[[grpc.Channel], S],
    ) -> None:
        """Open it; nothing is connected before the first call, unless the server must be pinned.

        Raises:
            Refused: ``tls_required``: off this machine a certificate authority must be named;
                ``file_unreadable``, ``key_file_open``, ``server_not_pinned``.
        """
        self._address, self._credentials, self._stub = address, credentials, stub
        self._lock = threading.Lock()
        self._closed = False
        self._opened: list[grpc.Channel] = []
        self._renew(self._seen())

    def get(self) -> S:
        """Return what to call. Raises: as `Line`; LinkError: it was closed."""
        with self._lock:
            if self._closed:
                raise closed(self._address)
            seen = self._seen()
            if not self._opened or seen != self._identity:
                self._renew(seen)
            return self._current

    def hang_up(self) -> None:
        """End the calls under way; the next call connects anew."""
        with self._lock:
            used, self._opened = self._opened, []
        for channel in used:
            channel.close()

    def close(self) -> None:
        """Hang up for good."""
        self._closed = True
        self.hang_up()

    def _renew(self, seen: tuple[int, int]) -> None:
        channel = open_channel(self._address, self._credentials)
        self._opened.append(channel)
        self._current, self._identity = self._stub(channel), seen

    def _seen(self) -> tuple[int, int]:
        path = self._credentials.identity_file
        if not path:
            return (0, 0)
        try:
            stat = os.stat(path)
        except OSError:
            # Gone: the channel that is open goes on; opening another one says what is wrong.
            return self._identity if self._opened else (0, 0)
        return (stat.st_mtime_ns, stat.st_ino)


def open_channel(address: profile.Address, credentials: Credentials) -> grpc.Channel:
    """Make a channel. Raises: as `Line`."""
    options = profile.channel_options(address)
    if credentials.pin:
        return _pinned_channel(address, credentials.pin, options)
    if not credentials.ca_file:
        profile.require_cleartext_allowed(address)
        return grpc.insecure_channel(address.target, options)
    key = certificate = None
    if credentials.identity_file:
        # Only here: cryptography takes 40 ms to load.
        from lienso.security.own_identity import split_identity
        from lienso.security.sealing import read_secret

        key, certificate = split_identity(read_secret(Path(credentials.identity_file)))
    authority = profile.read_pem(credentials.ca_file)
    trusted = grpc.ssl_channel_credentials(authority, key, certificate)
    return grpc.secure_channel(address.target, trusted, options)


def _pinned_channel(address: profile.Address, pin: str, options: profile.Options) -> grpc.Channel:
    """Open a line to the server whose authority has this fingerprint, and to no other.

    gRPC connects to nobody unknown. So the server's certificate is fetched first, a channel trusts
    that one alone, and before anything is said on it the server shows its authority: which must have
    the fingerprint, and must have signed the certificate that the channel trusts.
    """
    from lienso.security.certificates import require_pinned

    try:
        shown = ssl.get_server_certificate(
            (address.host, address.port), timeout=profile.PIN_TIMEOUT_S
        )
    except OSError as error:
        raise LinkError(detail={"url": address.url, "cause": str(error)}) from error
    trusted = grpc.ssl_channel_credentials(shown.encode())
    channel = grpc.secure_channel(address.target, trusted, options)
    try:
        ask = enrolment_pb2_grpc.EnrolmentStub(channel).Describe
        request = enrolment_pb2.DescribeRequest()
        reply = called(address, lambda: ask(request, timeout=profile.PIN_TIMEOUT_S))
        require_pinned(shown, reply.authority, pin)
    except LiensoError:
        channel.close()
        raise
    return channel


def metadata_of(credentials: Credentials) -> Metadata:
    """Return the headers that say who is calling."""
    return (("authorization", f"Bearer {credentials.token}"),) if credentials.token else ()


def called(address: profile.Address, call: Callable[[], T]) -> T:
    """Make a call. Raises: LinkError, or the error that the server answered."""
    try:
        return call()
    except grpc.RpcError as error:
        raise error_of(error, address.url) from error
    except ValueError as error:  # gRPC's word for a channel that was closed meanwhile
        raise closed(address) from error


def closed(address: profile.Address) -> LinkError:
    """Return what a call on a closed line raises."""
    return LinkError(detail={"url": address.url, "cause": "closed"})
