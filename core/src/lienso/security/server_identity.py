"""The server's own authority and certificate: what a site checks before it says anything.

The authority is kept in the cloud's key folder, its key sealed; sites trust it from their enrolment on.
The certificate and its key live in memory only: a server makes them when it starts, and anew in time.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import ipaddress
import json
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from ..errors import Refused
from ..ids import Clock
from ..transport import Tls
from .certificates import (
    CERTIFICATE_DAYS,
    RENEW_DAYS,
    fingerprint,
    is_issued_by,
    key_bytes,
    loaded_key,
    made_authority,
    new_key,
    pem_of,
    signed_leaf,
)
from .sealing import Sealer, read_secret, write_secret

AUTHORITY_FILE = "server-authority.json"
_PURPOSE = "server authority"


class ServerAuthority:
    """The authority of a cloud's servers; made in the key folder when there is none.

    Attributes:
        certificate: PEM; what sites get when they are enrolled.
        fingerprint: SHA-256, hexadecimal; printed with a code, so that a site can check the server.
    """

    def __init__(self, folder: Path, sealer: Sealer, clock: Clock) -> None:
        """Open it. Raises: Refused: ``sealing_key_wrong``, ``key_file_open``, ``file_unreadable``."""
        self._clock = clock
        path = folder / AUTHORITY_FILE
        if not path.exists():
            certificate, key = made_authority("lienso server", clock.now())
            made = {
                "certificate": pem_of(certificate),
                "sealed_key": base64.b64encode(sealer.seal(key_bytes(key), _PURPOSE)).decode(),
            }
            write_secret(path, json.dumps(made, indent=1).encode(), replace=False)
        try:
            stored = json.loads(read_secret(path))
            sealed = base64.b64decode(stored["sealed_key"], validate=True)
            self.certificate = str(stored["certificate"])
            self._issuer = x509.load_pem_x509_certificate(self.certificate.encode())
        except (ValueError, KeyError, TypeError, binascii.Error) as error:
            raise Refused("file_unreadable", {"path": str(path), "reason": "damaged"}) from error
        self._key = loaded_key(sealer.open(sealed, _PURPOSE))
        self.fingerprint = fingerprint(self.certificate)

    def __repr__(self) -> str:
        return f"ServerAuthority({self.fingerprint})"

    def tls(
        self, names: Sequence[str], client_authorities: Callable[[], bytes] | None
    ) -> Callable[[], Tls]:
        """Return what a server shows and whom it lets in, asked at every handshake.

        Args:
            names: DNS names and IP addresses by which sites reach the server.
            client_authorities: PEM; None for the enrolment port, where callers have no certificate.
        """
        if not names:
            raise Refused("server_names_required")
        lock = threading.Lock()
        shown: list[tuple[x509.Certificate, ec.EllipticCurvePrivateKey]] = []

        def current() -> Tls:
            with lock:
                now = self._clock.now()
                if not shown or _is_due(shown[0][0], now):
                    shown[:] = [self._made(names, now)]
                certificate, key = shown[0]
            # The server's own authority signs no client; it stands there since a list may not be
            # empty, while no company has an authority yet.
            trusted = None if client_authorities is None else client_authorities()
            return Tls(
                pem_of(certificate).encode(),
                key_bytes(key),
                None if trusted is None else self.certificate.encode() + trusted,
            )

        return current

    def _made(
        self, names: Sequence[str], now: datetime.datetime
    ) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        key = new_key()
        certificate = signed_leaf(
            self._issuer,
            self._key,
            key.public_key(),
            common_name=names[0][:64],
            names=[_general_name(name) for name in names],
            client=False,
            now=now,
            expires_at=now + datetime.timedelta(days=CERTIFICATE_DAYS),
        )
        return certificate, key


def certified_by(folder: Path, certificate: str) -> bool:
    """Whether the authority in a key folder signed a server's certificate, PEM."""
    path = folder / AUTHORITY_FILE
    if not path.exists():
        return False
    authority = json.loads(read_secret(path))["certificate"]
    return is_issued_by(
        x509.load_pem_x509_certificate(certificate.encode()),
        x509.load_pem_x509_certificate(authority.encode()),
    )


def _is_due(certificate: x509.Certificate, now: datetime.datetime) -> bool:
    return now >= certificate.not_valid_after_utc - datetime.timedelta(days=RENEW_DAYS)


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        pass
    try:
        return x509.DNSName(name)
    except ValueError as error:
        raise Refused("value_out_of_range", {"field": "name", "value": name}) from error
