"""A site's or program's own key and certificate, in a folder of its machine; the key never leaves it.

``identity.pem`` holds key and certificate in one file, so that a renewal replaces both or neither.
"""

from __future__ import annotations

import datetime
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..discovery import TRANSPORT, load_driver
from ..errors import Refused
from ..transport import ApiConnection, Credentials
from .certificates import (
    RENEW_DAYS,
    certifies,
    expiry_of,
    key_bytes,
    loaded_key,
    new_key,
    request_of,
)
from .sealing import read_secret, write_secret

IDENTITY_FILE = "identity.pem"
AUTHORITY_FILE = "authority.pem"
ENROLLED_FILE = "enrolled.json"
PENDING_KEY_FILE = "pending.key"


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Who this machine is, as the cloud said when it was enrolled."""

    kind: str
    name: str
    tenant_id: str
    tenant_code: str
    tenant_name: str


def enrol(url: str, code: str, pin: str, folder: Path) -> Enrolled:
    """Exchange a one-time code for a certificate. After a lost reply, simply again.

    Args:
        url: the cloud's enrolment port.
        pin: fingerprint that was printed with the code: the server is checked before the code is sent.
    Raises:
        Refused: ``already_enrolled``, ``server_not_pinned``, and as `Enrolling.enrol`.
        LinkError: the cloud cannot be reached.
    """
    if (folder / IDENTITY_FILE).exists():
        raise Refused("already_enrolled", {"path": str(folder)})
    pending = folder / PENDING_KEY_FILE
    if not pending.exists():
        write_secret(pending, key_bytes(new_key()), replace=False)
    key = loaded_key(read_secret(pending))
    # The name comes from the code; the request only proves the key.
    body = {"code": code, "request": request_of(key, "lienso")}
    reply = _asked(url, Credentials("", pin=pin), "Enrolment.Enrol", body)
    known = {name: str(reply.get(name, "")) for name in Enrolled.__dataclass_fields__}
    write_secret(
        folder / ENROLLED_FILE, json.dumps(known, ensure_ascii=False).encode(), replace=True
    )
    _keep(folder, key_bytes(key), reply)
    pending.unlink()
    return Enrolled(**known)


def renew_if_due(url: str, folder: Path, now: datetime.datetime, *, force: bool = False) -> bool:
    """Renew the certificate when it ends within `RENEW_DAYS`; a line that is open goes on.

    Args:
        url: the cloud.
        force: ask the cloud also when it is not due here.
    Returns:
        Whether there is a new certificate.
    Raises:
        Refused: ``certificate_expired``, ``certificate_revoked``, ``renewal_too_early``;
            ``not_enrolled``. LinkError: not reached; ask again later.
    """
    if not force and now < renewal_due_at(folder):
        return False
    key = new_key()
    body = {"request": request_of(key, "lienso")}
    reply = _asked(url, credentials(folder), "Certificates.Renew", body)
    _keep(folder, key_bytes(key), reply)
    return True


def enrolled(folder: Path) -> Enrolled:
    """Return who this machine is. Raises: Refused: ``not_enrolled``."""
    path = folder / ENROLLED_FILE
    if not path.exists() or not (folder / IDENTITY_FILE).exists():
        raise Refused("not_enrolled", {"name": str(folder)})
    return Enrolled(**json.loads(read_secret(path)))


def credentials(folder: Path, token: str = "") -> Credentials:
    """Return what this machine shows to the cloud. Raises: Refused: ``not_enrolled``."""
    enrolled(folder)
    return Credentials(token, str(folder / AUTHORITY_FILE), str(folder / IDENTITY_FILE))


def renewal_due_at(folder: Path) -> datetime.datetime:
    """Return from when on the certificate can be renewed. Raises: Refused: ``not_enrolled``."""
    enrolled(folder)
    ends = expiry_of(read_secret(folder / IDENTITY_FILE))
    return ends - datetime.timedelta(days=RENEW_DAYS)


def describe(folder: Path) -> dict[str, Any]:
    """Return who this machine is and until when, without any secret."""
    known = enrolled(folder)
    ends = expiry_of(read_secret(folder / IDENTITY_FILE))
    return {**asdict(known), "expires_at": ends.isoformat()}


def split_identity(content: bytes) -> tuple[bytes, bytes]:
    """Return private key and certificate of an identity file. Raises: Refused: ``file_unreadable``."""
    found = re.finditer(rb"-----BEGIN ([A-Z ]+)-----.*?-----END \1-----\n?", content, re.DOTALL)
    parts = {match[1]: match[0] for match in found}
    if sorted(parts) != [b"CERTIFICATE", b"PRIVATE KEY"]:
        raise Refused("file_unreadable", {"path": IDENTITY_FILE, "reason": "damaged"})
    return parts[b"PRIVATE KEY"], parts[b"CERTIFICATE"]


def _keep(folder: Path, key: bytes, reply: dict[str, Any]) -> None:
    certificate, authority = str(reply["certificate"]), str(reply["authority"])
    if not certifies(certificate, key):
        raise Refused("certificate_request_invalid", {"reason": "another key came back"})
    write_secret(folder / AUTHORITY_FILE, authority.encode(), replace=True)
    write_secret(folder / IDENTITY_FILE, key + certificate.encode(), replace=True)


def _asked(url: str, by: Credentials, rpc: str, body: dict[str, Any]) -> dict[str, Any]:
    _name, driver = load_driver(TRANSPORT, url)
    hook = getattr(driver.plugin, "lienso_connect_api", None)
    line: ApiConnection | None = None if hook is None else hook(url=url, credentials=by)
    if line is None:
        raise Refused("transport_url_invalid", {"url": url})
    try:
        return line.request(rpc, body)
    finally:
        line.close()
