"""What a server asks of its callers' lines, and what it learns from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import grpc
from lienso.errors import Refused
from lienso.transport import ServeOptions, Tls

from . import profile

TLS_VERSION = "TLSv1.3"


@dataclass(frozen=True, slots=True)
class Caller:
    """What a call shows.

    Attributes:
        token: as it came, not checked. ``session``: of a user, likewise.
        certificate: PEM; gRPC has checked that the caller holds its key and that an authority which
            the server trusts has signed it. Empty for none.
        tls_version: empty for a line in the clear.
    """

    token: str = field(repr=False)
    certificate: bytes = b""
    tls_version: str = ""
    session: str = field(default="", repr=False)

    def require_good_line(self) -> None:
        """Refuse lines that are encrypted the old way. Raises: Refused: ``tls_too_old``."""
        if self.tls_version not in ("", TLS_VERSION):
            raise Refused("tls_too_old", {"version": self.tls_version, "needed": TLS_VERSION})


def credentials_of(
    address: profile.Address, options: ServeOptions
) -> grpc.ServerCredentials | None:
    """Return how to listen; None in the clear.

    Raises:
        Refused: ``tls_required``: off this machine without certificates of both sides.
    """
    if options.tls is not None:
        source = _Source(options.tls)
        return grpc.dynamic_ssl_server_credentials(
            source.first, source.changed, not options.enrolment
        )
    profile.require_cleartext_allowed(address)
    if not options.certificate_file and not options.key_file:
        return None
    if not options.certificate_file or not options.key_file:
        raise Refused("tls_required", {"missing": "certificate_file or key_file"})
    key = profile.read_pem(options.key_file)
    return grpc.ssl_server_credentials([(key, profile.read_pem(options.certificate_file))])


class _Source:
    """Certificates for gRPC, which asks at every handshake: a new company needs no restart.

    ``changed`` answers None while nothing did: reading the authorities of 1,000 companies anew takes
    70 ms. Two handshakes at once may both answer the same news, which harms nobody.
    """

    def __init__(self, ask: Callable[[], Tls]) -> None:
        self._ask, self._known = ask, ask()
        self.first = _configuration(self._known)

    def changed(self) -> Any:
        now = self._ask()
        if now == self._known:
            return None
        self._known = now
        return _configuration(now)


def _configuration(tls: Tls) -> Any:
    return grpc.ssl_server_certificate_configuration(
        [(tls.key, tls.certificate)], tls.client_authorities
    )


async def prepared(context: Any) -> Caller:
    """Return what the caller shows; compress the answer if the caller asked for it."""
    token = session = ""
    for name, value in context.invocation_metadata() or ():
        if name == "authorization" and isinstance(value, str) and value.startswith("Bearer "):
            token = value.removeprefix("Bearer ").strip()
        elif name == profile.SESSION and isinstance(value, str):
            session = value
        elif name == profile.COMPRESS and value == "gzip":
            context.set_compression(grpc.Compression.Gzip)
            # Without this the asyncio server forgets the compression of an answer that comes once.
            await context.send_initial_metadata(())
    line = context.auth_context() or {}
    [certificate] = line.get("x509_pem_cert") or [b""]
    [version] = line.get("ssl_tls_version") or [b""]
    return Caller(token, certificate, version.decode(), session)
