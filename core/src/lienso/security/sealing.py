"""Keys at rest: private keys of authorities are stored sealed, by a key file or a passphrase.

AES-256-GCM bound to what the key is for, so that a sealed key of one company cannot be put in the
place of another's.
"""

from __future__ import annotations

import os
import secrets
import stat
import tempfile
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from ..errors import Refused

KEY_FILE = "sealing.key"
KEY_BYTES = 32
SALT_BYTES = 16
NONCE_BYTES = 12

SCRYPT_N = 2**15
"""Work of one try of a passphrase: 32 MiB and some 0.1 s (RFC 7914 parameters r=8, p=1)."""


class Sealer:
    """Seals and opens small secrets. Never shows what it seals with."""

    def __init__(self, secret: bytes, *, stretched: bool) -> None:
        """Take a secret.

        Args:
            stretched: the secret is a passphrase and every key from it costs work.
        """
        self._secret, self._stretched = secret, stretched
        self._keys: dict[bytes, bytes] = {}

    def __repr__(self) -> str:
        return "Sealer(…)"

    def seal(self, secret: bytes, purpose: str) -> bytes:
        """Return ``secret`` encrypted for one purpose."""
        salt, nonce = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(NONCE_BYTES)
        return salt + nonce + AESGCM(self._key(salt)).encrypt(nonce, secret, purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """Return what was sealed. Raises: Refused: ``sealing_key_wrong``."""
        salt, rest = sealed[:SALT_BYTES], sealed[SALT_BYTES:]
        nonce, encrypted = rest[:NONCE_BYTES], rest[NONCE_BYTES:]
        try:
            return AESGCM(self._key(salt)).decrypt(nonce, encrypted, purpose.encode())
        except (InvalidTag, ValueError) as error:
            raise Refused("sealing_key_wrong", {"purpose": purpose}) from error

    def _key(self, salt: bytes) -> bytes:
        key = self._keys.get(salt)
        if key is None:
            key = self._keys[salt] = self._derived(salt)
        return key

    def _derived(self, salt: bytes) -> bytes:
        if self._stretched:
            return Scrypt(salt=salt, length=KEY_BYTES, n=SCRYPT_N, r=8, p=1).derive(self._secret)
        return HKDF(SHA256(), KEY_BYTES, salt, b"lienso sealing").derive(self._secret)


def open_sealer(folder: Path, passphrase: str = "") -> Sealer:
    """Return the sealer of a cloud: by its passphrase, or by the key file, made when there is none.

    Raises:
        Refused: ``key_file_open``: others of this machine may read the key file.
    """
    if passphrase:
        return Sealer(passphrase.encode(), stretched=True)
    path = folder / KEY_FILE
    if not path.exists():
        write_secret(path, secrets.token_bytes(KEY_BYTES), replace=False)
    return Sealer(read_secret(path), stretched=False)


def read_secret(path: Path) -> bytes:
    """Read a file that only its owner may read. Raises: Refused: ``key_file_open``, ``file_unreadable``."""
    try:
        with path.open("rb") as file:
            # Windows has no such bits; there the folder's rights decide.
            if os.name == "posix" and stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise Refused("key_file_open", {"path": str(path)})
            return file.read()
    except OSError as error:
        raise Refused("file_unreadable", {"path": str(path), "reason": error.strerror}) from error


def write_secret(path: Path, content: bytes, *, replace: bool) -> None:
    """Write a file of mode 0600, whole or not at all.

    Args:
        replace: False keeps a file that is there already: of two writers the first one wins.
    Raises:
        Refused: ``file_unwritable``.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _written(path, content, replace)
    except OSError as error:
        raise Refused("file_unwritable", {"path": str(path), "reason": error.strerror}) from error


def _written(path: Path, content: bytes, replace: bool) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent)  # made with mode 0600
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            temporary.replace(path)
        else:
            _link_once(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _link_once(temporary: Path, path: Path) -> None:
    try:
        os.link(temporary, path)
    except FileExistsError:
        return  # another process was first: its content counts
