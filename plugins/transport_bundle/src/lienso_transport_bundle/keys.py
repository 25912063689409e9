"""The key that a site and its cloud share: a file, made in the cloud and carried to the site once."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from pathlib import Path

from lienso.canonical import canonical_bytes, parse
from lienso.errors import Refused

from .files import new_file

FORMAT = "lienso-bundle-key-1"
KEY_BYTES = 32
KEY_FILE_BYTES_MAX = 4096
"""A key file has about 250 bytes."""


@dataclass(frozen=True, slots=True)
class SiteKey:
    """What seals and opens the bundles of one site. Never logged."""

    tenant: str
    site: str
    secret: bytes

    def __repr__(self) -> str:
        return f"SiteKey(tenant={self.tenant!r}, site={self.site!r}, secret=…)"

    @property
    def name(self) -> str:
        """What a file may tell of the key it was sealed with."""
        return hashlib.sha256(b"lienso bundle key name\0" + self.secret).hexdigest()[:16]


def make_key(tenant: str, site: str) -> SiteKey:
    """Return a new random key for a site."""
    return SiteKey(tenant, site, secrets.token_bytes(KEY_BYTES))


def write_key(key: SiteKey, path: Path) -> None:
    """Write a key file that only its owner reads. Raises: Refused: ``bundle_file_exists``."""
    fields = {
        "format": FORMAT,
        "tenant": key.tenant,
        "site": key.site,
        "key": key.secret.hex(),
    }
    with new_file(path) as file:
        file.write(canonical_bytes(fields) + b"\n")


def read_key(path: Path) -> SiteKey:
    """Read a key file. Raises: Refused: ``bundle_unreadable``, ``bundle_key_bad``."""
    try:
        with path.open("rb") as file:
            text = file.read(KEY_FILE_BYTES_MAX + 1)
    except OSError as error:
        raise Refused("bundle_unreadable", {"file": str(path), "reason": str(error)}) from error
    bad = Refused("bundle_key_bad", {"file": str(path)})
    try:
        found = parse(text)
        if found["format"] != FORMAT:
            raise bad
        tenant, site, secret = found["tenant"], found["site"], bytes.fromhex(found["key"])
    except (Refused, KeyError, TypeError, ValueError) as error:
        raise bad from error
    named = isinstance(tenant, str) and isinstance(site, str) and tenant and site
    if len(secret) != KEY_BYTES or not named:
        raise bad
    return SiteKey(tenant, site, secret)
