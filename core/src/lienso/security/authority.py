"""Certificates: the authority of each company, what it issues, and whom a certificate stands for.

Every company has an authority of its own, so that it can be moved or dropped with its data, and so
that no company's authority can speak for another: a certificate counts only when the authority of
the very company it names has signed it, and only while its serial number stands in the table.
"""

from __future__ import annotations

import datetime
import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, unquote

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from ..errors import Refused, TenantUnknown
from ..ids import instant_text
from ..model import Actor
from ..storage import Tenant, View, Writer
from .certificates import (
    CERTIFICATE_DAYS,
    is_issued_by,
    key_bytes,
    loaded_key,
    made_authority,
    pem_of,
    serial_of,
    signed_leaf,
)
from .sealing import Sealer

if TYPE_CHECKING:
    from ..kernel import Kernel

Kind = Literal["site", "client"]
"""Who is certified: an office's server, or a program."""

NAME_CHARS_MAX = 60
"""A name must fit a certificate's common name (64)."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a certificate stands for; written in it as a URI."""

    tenant: str
    kind: Kind
    name: str

    @property
    def uri(self) -> str:
        """``lienso://tenant/<id>/site/<id>`` or ``lienso://tenant/<id>/client/<name>``."""
        return (
            f"lienso://tenant/{quote(self.tenant, safe='')}/{self.kind}/{quote(self.name, safe='')}"
        )

    @property
    def actor(self) -> Actor:
        """On whose behalf the kernel works for it."""
        if self.kind == "site":
            return Actor(self.tenant, "system", self.name)
        return Actor(self.tenant, self.name)


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate, PEM, and when it ends."""

    certificate: str
    expires_at: datetime.datetime


class Authority:
    """The authorities of all companies of a cloud; safe from many threads."""

    def __init__(self, kernel: Kernel, sealer: Sealer) -> None:
        self._kernel, self._sealer = kernel, sealer
        self._trusted: dict[str, bytes] = {}

    def certificate(self, tenant: str) -> str:
        """Return the company's authority, PEM; made when it has none.

        Raises:
            TenantUnknown.
        """
        made = self._kernel.storage.read(tenant, lambda view: view.state("authority").get("ca"))
        if made is not None:
            return str(made["certificate"])
        return self._kernel.storage.write(
            tenant, lambda writer: str(self._row(writer, self._tenant(tenant))["certificate"])
        )

    def trusted(self) -> bytes:
        """Return the authorities of all companies, PEM, one after another: whom a server lets in.

        A company that another process added is there at the next call.
        """
        known = {}
        for tenant in self._kernel.storage.tenants().list():
            known[tenant.id] = self._trusted.get(tenant.id) or self._authority_of(tenant.id)
        self._trusted = {id: pem for id, pem in known.items() if pem}
        return b"".join(self._trusted.values())

    def _authority_of(self, tenant: str) -> bytes:
        row = self._kernel.storage.read(tenant, lambda view: view.state("authority").get("ca"))
        return b"" if row is None else row["certificate"].encode()

    def issue(
        self, writer: Writer, identity: Identity, request: ec.EllipticCurvePublicKey
    ) -> Issued:
        """Certify a public key in the caller's transaction, and note the serial number."""
        from cryptography import x509

        now = self._kernel.clock.now()
        row = self._row(writer, self._tenant(identity.tenant))
        issuer = x509.load_pem_x509_certificate(row["certificate"].encode())
        key = loaded_key(self._sealer.open(row["sealed_key"], _purpose(identity.tenant)))
        expires_at = now + datetime.timedelta(days=CERTIFICATE_DAYS)
        certificate = signed_leaf(
            issuer, key, request, common_name=identity.name,
            names=[x509.UniformResourceIdentifier(identity.uri)],
            client=True, now=now, expires_at=expires_at,
        )  # fmt: skip
        writer.state("certificate").insert(
            {
                "serial": serial_of(certificate),
                "kind": identity.kind,
                "name": identity.name,
                "issued_at": instant_text(now),
                "expires_at": instant_text(expires_at),
                "revoked_at": "",
                "reason": "",
            }
        )
        return Issued(pem_of(certificate), expires_at)

    def _row(self, writer: Writer, tenant: Tenant) -> dict[str, Any]:
        """Return the company's authority with its sealed key; made when it has none."""
        row = writer.state("authority").get("ca")
        if row is None:
            certificate, key = made_authority(f"lienso {tenant.id}", self._kernel.clock.now())
            row = {
                "name": "ca",
                "certificate": pem_of(certificate),
                "sealed_key": self._sealer.seal(key_bytes(key), _purpose(tenant.id)),
                "made_at": instant_text(self._kernel.clock.now()),
            }
            writer.state("authority").put(row)
        return row

    def _tenant(self, id: str) -> Tenant:
        tenant = self._kernel.storage.tenants().get(id)
        if tenant is None:
            raise TenantUnknown(detail={"id": id})
        return tenant


def _purpose(tenant: str) -> str:
    return f"authority of tenant {tenant}"


# -- whom a certificate stands for -------------------------------------------------------------------


def identify(kernel: Kernel, certificate: bytes, token: str = "") -> Actor:
    """Return whom a client's certificate stands for; asked at every call.

    Args:
        certificate: PEM, as the transport verified it.
        token: shown beside it; it can only say the same.
    Raises:
        Refused: ``certificate_unknown``, ``certificate_expired``, ``certificate_revoked``,
            ``identity_mismatch``, ``unauthenticated``.
    """
    from ..sync.enrolment import authenticate

    identity = certified(kernel, certificate)
    if token and authenticate(kernel, token) != identity.actor:
        raise Refused("identity_mismatch")
    return identity.actor


def certified(kernel: Kernel, certificate: bytes) -> Identity:
    """Return the identity in a certificate of one of this cloud's companies. Raises: as `identify`."""
    found = _read(certificate)
    identity = found.identity

    def stored(view: View) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
        return view.state("authority").get("ca"), view.state("certificate").get(found.serial)

    try:
        authority, row = kernel.storage.read(identity.tenant, stored)
    except TenantUnknown as error:
        raise Refused("certificate_unknown") from error
    if (
        authority is None
        or row is None
        or (row["kind"], row["name"]) != (identity.kind, identity.name)
    ):
        raise Refused("certificate_unknown")
    if not _issued_by(certificate, authority["certificate"]):
        raise Refused("certificate_unknown")
    if row["revoked_at"]:
        raise Refused("certificate_revoked", {"name": identity.name, "since": row["revoked_at"]})
    if not found.starts_at <= kernel.clock.now() < found.expires_at:
        raise Refused(
            "certificate_expired",
            {"name": identity.name, "expired_at": instant_text(found.expires_at)},
        )
    return identity


@dataclass(frozen=True, slots=True)
class _Read:
    identity: Identity
    serial: str
    starts_at: datetime.datetime
    expires_at: datetime.datetime


@functools.lru_cache(maxsize=4_096)
def _read(certificate: bytes) -> _Read:
    try:
        parsed = x509.load_pem_x509_certificate(certificate)
        names = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        [uri] = names.get_values_for_type(x509.UniformResourceIdentifier)
    except (ValueError, x509.ExtensionNotFound) as error:
        raise Refused("certificate_unknown") from error
    return _Read(
        parsed_uri(uri), serial_of(parsed), parsed.not_valid_before_utc, parsed.not_valid_after_utc
    )


@functools.lru_cache(maxsize=4_096)
def _issued_by(certificate: bytes, authority: str) -> bool:
    """Whether an authority signed it: checked once, since it costs 0.1 ms and cannot change."""
    return is_issued_by(
        x509.load_pem_x509_certificate(certificate),
        x509.load_pem_x509_certificate(authority.encode()),
    )


def parsed_uri(uri: str) -> Identity:
    """Read the URI of a certificate. Raises: Refused: ``certificate_unknown``."""
    parts = uri.split("/")
    if (
        len(parts) == 6
        and parts[:3] == ["lienso:", "", "tenant"]
        and parts[4] in ("site", "client")
    ):
        kind: Kind = "site" if parts[4] == "site" else "client"
        identity = Identity(unquote(parts[3]), kind, unquote(parts[5]))
        if identity.tenant and identity.name and identity.uri == uri:
            return identity
    raise Refused("certificate_unknown")


def revoke(kernel: Kernel, tenant: str, name: str, reason: str = "") -> int:
    """Close the company to a site or program at once: certificates, token, unused codes.

    Returns:
        How many certificates were revoked.
    Raises:
        Refused: ``not_enrolled``: there is no such site or program.
    """
    now = instant_text(kernel.clock.now())

    def work(writer: Writer) -> int | None:
        known = False
        for table in ("site", "client"):
            row = writer.state(table).get(name)
            if row is not None:
                known = True
                writer.state(table).put({**row, "token_hash": ""})
        codes = writer.state("enrolment_code").delete_where({"name": name})
        revoked = revoke_certificates(writer, "site", name, now, reason)
        revoked += revoke_certificates(writer, "client", name, now, reason)
        return revoked if known or codes or revoked else None

    revoked = kernel.storage.write(tenant, work)
    if revoked is None:
        raise Refused("not_enrolled", {"name": name})
    return revoked


def revoke_certificates(writer: Writer, kind: Kind, name: str, now: str, reason: str) -> int:
    """Revoke what was issued to a name so far; returns how many."""
    rows = writer.state("certificate").scan(equals={"kind": kind, "name": name})
    good = [row for row in rows if not row["revoked_at"]]
    writer.state("certificate").put_many(
        [{**row, "revoked_at": now, "reason": reason} for row in good]
    )
    return len(good)
