"""X.509 as lienso writes it: authorities, certificates for one end of a line, requests, fingerprints.

Imported only where certificates are made or read: cryptography takes 40 ms to load.
"""

from __future__ import annotations

import datetime
import hmac
from collections.abc import Sequence

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ..errors import Refused

AUTHORITY_DAYS = 20 * 365
"""An authority outlives every certificate it signs; a new one means that every site enrols anew."""

CERTIFICATE_DAYS = 90
"""A copy of a site's key that nobody noticed is worth something for so long at most."""

RENEW_DAYS = 30
"""Days before the end when a certificate is renewed: an office may be without a line for a month."""

BACKDATED = datetime.timedelta(hours=1)
"""Certificates count from a little earlier, for machines whose clock is slow."""

REQUEST_BYTES_MAX = 4 * 1024
"""A certificate request for a P-256 key has some 500 bytes."""


def made_authority(
    name: str, now: datetime.datetime
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """Make an authority."""
    key = new_key()
    subject = _subject(name)
    builder = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + datetime.timedelta(days=AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return builder.sign(key, SHA256()), key


def signed_leaf(
    issuer: x509.Certificate,
    issuer_key: ec.EllipticCurvePrivateKey,
    public_key: ec.EllipticCurvePublicKey,
    *,
    common_name: str,
    names: Sequence[x509.GeneralName],
    client: bool,
    now: datetime.datetime,
    expires_at: datetime.datetime,
) -> x509.Certificate:
    """Certify a key for one end of a line: a client or a server, never both."""
    end = ExtendedKeyUsageOID.CLIENT_AUTH if client else ExtendedKeyUsageOID.SERVER_AUTH
    builder = (
        x509.CertificateBuilder(
            issuer.subject, _subject(common_name), public_key, x509.random_serial_number()
        )
        .not_valid_before(now - BACKDATED)
        .not_valid_after(expires_at)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([end]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
    )
    return builder.sign(issuer_key, SHA256())


def requested_key(request: str) -> ec.EllipticCurvePublicKey:
    """Return the key of a certificate request; what else it says is not looked at.

    Raises:
        Refused: ``certificate_request_invalid``, ``limit_exceeded``.
    """
    if len(request) > REQUEST_BYTES_MAX:
        raise Refused("limit_exceeded", {"what": "certificate request", "max": REQUEST_BYTES_MAX})
    try:
        parsed = x509.load_pem_x509_csr(request.encode())
        key = parsed.public_key()
        good = parsed.is_signature_valid
    except ValueError as error:
        raise Refused("certificate_request_invalid", {"reason": "not a request"}) from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise Refused("certificate_request_invalid", {"reason": "the key is not P-256"})
    if not good:
        raise Refused("certificate_request_invalid", {"reason": "signature"})
    return key


def require_pinned(certificate: str, authority: str, pin: str) -> None:
    """Check that a server is the one whose fingerprint was handed over on another way.

    Args:
        certificate, authority: what the server showed, PEM.
        pin: fingerprint of the authority, as printed with the code.
    Raises:
        Refused: ``server_not_pinned``: somebody else answers, or the fingerprint was mistyped.
    """
    try:
        shown = x509.load_pem_x509_certificate(certificate.encode())
        issuer = x509.load_pem_x509_certificate(authority.encode())
    except ValueError as error:
        raise Refused("server_not_pinned") from error
    wanted = pin.replace(":", "").replace(" ", "").lower()
    if not hmac.compare_digest(fingerprint(authority).encode(), wanted.encode()):
        raise Refused("server_not_pinned")
    if not is_issued_by(shown, issuer):
        raise Refused("server_not_pinned")


def fingerprint(certificate: str) -> str:
    """Return SHA-256 of a certificate, hexadecimal."""
    return x509.load_pem_x509_certificate(certificate.encode()).fingerprint(SHA256()).hex()


def is_issued_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    """Whether the authority's key signed the certificate."""
    try:
        certificate.verify_directly_issued_by(authority)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def serial_of(certificate: x509.Certificate) -> str:
    """Return the serial number, hexadecimal."""
    return f"{certificate.serial_number:x}"


def pem_of(certificate: x509.Certificate) -> str:
    """Write a certificate as PEM."""
    return certificate.public_bytes(Encoding.PEM).decode()


def key_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Write a private key as PEM, in the clear: to be sealed, or for a file of mode 0600."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def loaded_key(pem: bytes) -> ec.EllipticCurvePrivateKey:
    """Read a private key, PEM."""
    key = load_pem_private_key(pem, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def _subject(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def new_key() -> ec.EllipticCurvePrivateKey:
    """Make a private key: P-256, since gRPC's TLS takes no Ed25519 by default."""
    return ec.generate_private_key(ec.SECP256R1())


def request_of(key: ec.EllipticCurvePrivateKey, name: str) -> str:
    """Write a certificate request, PEM: proof of the key, which stays where it is."""
    builder = x509.CertificateSigningRequestBuilder(_subject(name))
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()


def expiry_of(content: bytes) -> datetime.datetime:
    """Return when the certificate in a PEM file ends."""
    return x509.load_pem_x509_certificate(content).not_valid_after_utc


def certifies(certificate: str, key: bytes) -> bool:
    """Whether a certificate is for this private key; both PEM."""
    shown = x509.load_pem_x509_certificate(certificate.encode()).public_key()
    return shown == loaded_key(key).public_key()
