"""Enrolment in the cloud: a one-time code is exchanged for a certificate; certificates are renewed.

A code is ``<company>.<id>.<secret>``. Only a hash of the secret is stored. Whoever shows the whole
secret is told what is wrong with a code; everybody else gets the same answer for every reason.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ..errors import Refused, Unknown
from ..ids import instant_text
from ..storage import Tenant, Writer
from ..sync.cloud_log import NO_SITE
from .authority import NAME_CHARS_MAX, Authority, Identity, Kind, certified, revoke_certificates
from .certificates import RENEW_DAYS, expiry_of, requested_key
from .rates import ENROL_RATE, RENEW_RATE, Buckets, Rate

if TYPE_CHECKING:
    from ..kernel import Kernel

CODE_MINUTES = 15
"""Long enough to read a code over the telephone; short enough that a lost note opens nothing."""

WRONG_TRIES_MAX = 5
"""Wrong secrets for one code; then it is void. The secret has 128 bits: nobody guesses it anyway."""

SECRET_BYTES = 16
CODE_ID_CHARS = 6
GROUP_CHARS = 4
CODE_CHARS_MAX = 120
"""A code with a company's code of usual length has some 60."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A code and what belongs to it, to be handed to the one who sets up the site.

    Attributes:
        code: shown once, here.
        fingerprint: of the server's authority; the site checks the server by it.
    """

    code: str = field(repr=False)
    fingerprint: str
    expires_at: datetime.datetime


class Enrolling:
    """What a cloud does for those who have no certificate yet, or one that ends soon."""

    def __init__(
        self,
        kernel: Kernel,
        authority: Authority,
        server_authority: str,
        rate: Rate = ENROL_RATE,
    ) -> None:
        """Make it. ``server_authority``: PEM, by which sites check this cloud's servers."""
        self._kernel, self._authority = kernel, authority
        self._server_authority = server_authority
        self._buckets, self._rate = Buckets(kernel.clock), rate

    def request(self, rpc: str, body: Mapping[str, Any], certificate: bytes) -> dict[str, Any]:
        """Answer a call of a transport.

        Args:
            rpc: ``Enrolment.Describe``, ``Enrolment.Enrol`` or ``Certificates.Renew``.
            certificate: PEM of the caller; empty while it has none.
        """
        if rpc == "Enrolment.Describe":
            return {"authority": self._server_authority}
        if rpc == "Enrolment.Enrol":
            return self.enrol(str(body.get("code", "")), str(body.get("request", "")))
        if rpc == "Certificates.Renew":
            return self.renew(certificate, str(body.get("request", "")))
        raise Unknown("unknown_rpc", {"rpc": rpc})

    def enrol(self, code: str, request: str) -> dict[str, Any]:
        """Exchange a code for a certificate; the same code with the same key gets the same again.

        Raises:
            Refused: ``enrolment_code_wrong``, ``enrolment_code_void``, ``enrolment_code_expired``,
                ``enrolment_code_used``, ``certificate_request_invalid``.
            StorageBusy: ``rate_limited``.
        """
        self._buckets.take([("enrol", self._rate)])
        key = requested_key(request)
        company, code_id, secret = _parts(code)
        tenant = self._kernel.storage.tenants().find(company)
        if tenant is None:
            raise Refused("enrolment_code_wrong")
        # A wrong try is counted, so the refusal is given back and raised after the commit.
        answer = self._kernel.storage.write(
            tenant.id, lambda writer: self._exchanged(writer, tenant, code_id, secret, key)
        )
        if isinstance(answer, Refused):
            raise answer
        return answer

    def _exchanged(
        self,
        writer: Writer,
        tenant: Tenant,
        code_id: str,
        secret: str,
        key: ec.EllipticCurvePublicKey,
    ) -> dict[str, Any] | Refused:
        codes = writer.state("enrolment_code")
        row = codes.get(code_id)
        if row is None:
            return Refused("enrolment_code_wrong")
        if not hmac.compare_digest(row["secret_hash"], _hash(secret.encode())):
            codes.put({**row, "wrong_tries": row["wrong_tries"] + 1})
            return Refused("enrolment_code_wrong")
        now = self._kernel.clock.now()
        if row["wrong_tries"] >= WRONG_TRIES_MAX:
            return Refused("enrolment_code_void")
        if instant_text(now) >= row["expires_at"]:
            return Refused("enrolment_code_expired", {"minutes": CODE_MINUTES})
        shown = _key_hash(key)
        if row["public_key"] and row["public_key"] != shown:
            return Refused("enrolment_code_used")
        certificate = row["certificate"]
        if not certificate:
            identity = Identity(tenant.id, row["kind"], row["name"])
            certificate = self._enrolled(writer, identity, row["label"], key, now)
            codes.put({**row, "public_key": shown, "certificate": certificate})
        return {
            **self._reply(certificate),
            "kind": row["kind"],
            "name": row["name"],
            "tenant_id": tenant.id,
            "tenant_code": tenant.code,
            "tenant_name": tenant.name,
        }

    def _enrolled(
        self,
        writer: Writer,
        identity: Identity,
        label: str,
        key: ec.EllipticCurvePublicKey,
        now: datetime.datetime,
    ) -> str:
        """Write the site or program and certify its key; a machine it replaces is shut out."""
        name = identity.name
        if identity.kind == "site":
            row = writer.state("site").get(name) or {**NO_SITE, "site_id": name}
            named = label or row["label"] or name
            writer.state("site").put({**row, "label": named, "retired": False})
        else:
            row = writer.state("client").get(name) or {"name": name, "token_hash": "", "label": ""}
            writer.state("client").put({**row, "label": label or row["label"] or name})
        revoke_certificates(writer, identity.kind, name, instant_text(now), "enrolled anew")
        return self._authority.issue(writer, identity, key).certificate

    def renew(self, certificate: bytes, request: str) -> dict[str, Any]:
        """Certify a new key for whoever holds a good certificate that ends soon.

        The old certificate stays good until it ends: the change needs no pause.

        Raises:
            Refused: as `lienso.security.authority.identify`; ``renewal_too_early``,
                ``certificate_request_invalid``. StorageBusy: ``rate_limited``.
        """
        identity = certified(self._kernel, certificate)
        self._buckets.take([(identity.uri, RENEW_RATE)])
        due_at = expiry_of(certificate) - datetime.timedelta(days=RENEW_DAYS)
        if self._kernel.clock.now() < due_at:
            raise Refused("renewal_too_early", {"due_at": instant_text(due_at)})
        key = requested_key(request)
        issued = self._kernel.storage.write(
            identity.tenant, lambda writer: self._authority.issue(writer, identity, key)
        )
        return self._reply(issued.certificate)

    def _reply(self, certificate: str) -> dict[str, Any]:
        return {"certificate": certificate, "authority": self._server_authority}


def make_code(
    kernel: Kernel, fingerprint: str, tenant: Tenant, kind: Kind, name: str, label: str = ""
) -> Invitation:
    """Make a one-time code for a site or program; codes made for it before are void.

    Args:
        fingerprint: of the server's authority.
    Raises:
        Refused: ``value_out_of_range``: not a name.
    """
    if not name or "." in name or len(name) > NAME_CHARS_MAX or not name.isprintable():
        raise Refused("value_out_of_range", {"field": "name", "value": name})
    secret = hashlib.sha256(kernel.ids.secret().encode()).digest()[:SECRET_BYTES]
    code_id = _base32(hashlib.sha256(kernel.ids.secret().encode()).digest())[:CODE_ID_CHARS]
    expires_at = kernel.clock.now() + datetime.timedelta(minutes=CODE_MINUTES)

    def work(writer: Writer) -> None:
        codes = writer.state("enrolment_code")
        codes.delete_where({"kind": kind, "name": name})
        codes.insert(
            {
                "code_id": code_id,
                "secret_hash": _hash(_base32(secret).encode()),
                "kind": kind,
                "name": name,
                "label": label,
                "expires_at": instant_text(expires_at),
                "wrong_tries": 0,
                "public_key": "",
                "certificate": "",
            }
        )

    kernel.storage.write(tenant.id, work)
    text = _base32(secret)
    groups = [text[at : at + GROUP_CHARS] for at in range(0, len(text), GROUP_CHARS)]
    return Invitation(f"{tenant.code}.{code_id}.{'-'.join(groups)}", fingerprint, expires_at)


def _parts(code: str) -> tuple[str, str, str]:
    """Take a code apart; what people do to codes is forgiven: case, blanks, dashes."""
    if len(code) > CODE_CHARS_MAX:
        raise Refused("enrolment_code_wrong")
    company, _, rest = "".join(code.split()).rpartition(".")
    company, _, code_id = company.rpartition(".")
    # Base32 has no 0, 1 and 8; they are read as the letters they look like.
    letters = str.maketrans("018", "OIB", "-")
    return company, code_id.upper().translate(letters), rest.upper().translate(letters)


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=")


def _hash(secret: bytes) -> str:
    # The secret is random and long: a slow hash would only help to overload the server.
    return hashlib.sha256(secret).hexdigest()


def _key_hash(key: ec.EllipticCurvePublicKey) -> str:
    return _hash(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
