"""The sealed file: a header in the clear, then messages in encrypted, authenticated parts.

    magic  8 bytes
    header length (4) · canonical JSON
    parts  length (4) · AES-256-GCM of at most PART_BYTES, the last one marked as the last

Every part has a nonce of its own (its number and whether it is the last) under a key of this file
alone (HKDF of the site's key with the file's salt), and vouches for the header: parts cannot be changed,
moved, dropped, cut off, or put under another header. Inside are messages of JSON, each with its length
before it; the last one holds their count and SHA-256. Nothing is compressed, and a length is looked at
before anything is read by it.
"""

from __future__ import annotations

import hashlib
import secrets
import struct
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

from lienso.canonical import canonical_bytes, parse
from lienso.errors import LimitExceeded, Refused

from .files import new_file
from .keys import SiteKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"LIENSOB1"
FORMAT = 1
ALGORITHM = "AES-256-GCM"
HEADER_BYTES_MAX = 4096
"""A header has about 600 bytes."""

PART_BYTES = 256 * 1024
"""Plain bytes of a part: what writing and reading hold at once."""

TAG_BYTES = 16
MESSAGE_BYTES_MAX = 8 * 1024 * 1024
"""One message: a change of 1 MiB and its before-image, as JSON inside JSON, which may double it."""

SALT_BYTES = 32
_LENGTH = struct.Struct(">I")

Message = Mapping[str, Any]


def write_sealed(
    path: Path, key: SiteKey, header: Mapping[str, Any], messages: Iterable[Message]
) -> str:
    """Write a file of messages as they come; returns their digest, hexadecimal.

    Raises:
        Refused: ``bundle_file_exists``. LimitExceeded: a message is too long.
    """
    full = {
        **header,
        "format": FORMAT,
        "algorithm": ALGORITHM,
        "tenant": key.tenant,
        "site": key.site,
        "key": key.name,
        "salt": secrets.token_hex(SALT_BYTES),
    }
    head = canonical_bytes(full)
    if len(head) > HEADER_BYTES_MAX:
        raise LimitExceeded(detail={"what": "header", "max": HEADER_BYTES_MAX})
    with new_file(path) as file:
        file.write(MAGIC + _LENGTH.pack(len(head)) + head)
        writer = _Writer(file, _cipher(key, full["salt"]), _bound(head))
        for message in messages:
            writer.add(message)
        return writer.finish()


class SealedFile:
    """An open file whose header was read and belongs to the key; its messages are read as they come.

    Attributes:
        header: what stands in the clear. The parts vouch for it: believe it once a part was read.
        digest: of the messages; empty until all were read.
    """

    def __init__(self, path: Path, file: BinaryIO, key: SiteKey) -> None:
        self.path = path
        self.digest = ""
        self._file = file
        head = _header_bytes(path, file)
        self.header = _header(path, head)
        _check_key(path, self.header, key)
        self._cipher, self._header_hash = _cipher(key, self.header["salt"]), _bound(head)
        self._body_at = file.tell()

    def damaged(self, reason: str) -> Refused:
        """Return the error that says what is wrong with this file."""
        return Refused("bundle_damaged", {"file": str(self.path), "reason": reason})

    def messages(self) -> Iterator[Message]:
        """Yield the messages from the first one; the end was found good when this ends.

        Raises:
            Refused: ``bundle_damaged``.
        """
        plain = _Reader(self, self._parts())
        digest, count = hashlib.sha256(), 0
        while True:
            text = plain.message()
            message = self._parsed(text)
            if message.get("kind") == "end":
                break
            digest.update(text)
            count += 1
            yield message
        if (message.get("digest"), message.get("count")) != (digest.hexdigest(), count):
            raise self.damaged("the digest is not that of the messages")
        if plain.more():
            raise self.damaged("something stands after the end")
        self.digest = digest.hexdigest()

    def _parsed(self, text: bytes) -> Message:
        try:
            message = parse(text)
        except Refused as error:
            raise self.damaged("a message is no JSON") from error
        if not isinstance(message, dict):
            raise self.damaged("a message is no object")
        return message

    def _parts(self) -> Iterator[bytes]:
        from cryptography.exceptions import InvalidTag

        self._file.seek(self._body_at)
        number, last = 0, False
        length = self._length()
        while not last:
            if length is None:
                raise self.damaged("its end is missing")
            if not TAG_BYTES <= length <= PART_BYTES + TAG_BYTES:
                raise self.damaged(f"part {number} says {length} bytes")
            sealed = self._file.read(length)
            if len(sealed) < length:
                raise self.damaged("its end is missing")
            length = self._length()
            last = length is None
            try:
                yield self._cipher.decrypt(_nonce(number, last), sealed, self._header_hash)
            except InvalidTag as error:
                raise self.damaged(f"part {number} is not as it was sealed") from error
            number += 1

    def _length(self) -> int | None:
        found = self._file.read(_LENGTH.size)
        if not found:
            return None
        if len(found) < _LENGTH.size:
            raise self.damaged("its end is missing")
        length: int = _LENGTH.unpack(found)[0]
        return length


@contextmanager
def opened(path: Path, key: SiteKey) -> Iterator[SealedFile]:
    """Open a file with the key it must have been sealed with.

    Raises:
        Refused: ``bundle_unreadable``, ``bundle_unknown``, ``bundle_other_company``,
            ``bundle_wrong_key``; while it is read, ``bundle_damaged``.
    """
    with _open(path) as file:
        yield SealedFile(path, file, key)


def header_of(path: Path) -> Mapping[str, Any]:
    """Return what a file says of itself, unproven. Raises: Refused."""
    with _open(path) as file:
        return _header(path, _header_bytes(path, file))


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise Refused("bundle_unreadable", {"file": str(path), "reason": str(error)}) from error


def _header_bytes(path: Path, file: BinaryIO) -> bytes:
    if file.read(len(MAGIC)) != MAGIC:
        _unknown(path, "it does not begin like one")
    found = file.read(_LENGTH.size)
    length = _LENGTH.unpack(found)[0] if len(found) == _LENGTH.size else 0
    if not 0 < length <= HEADER_BYTES_MAX:
        _unknown(path, f"its header says {length} bytes")
    return file.read(length)


def _header(path: Path, head: bytes) -> Mapping[str, Any]:
    try:
        header = parse(head)
    except Refused as error:
        raise Refused("bundle_unknown", {"file": str(path), "reason": "its header"}) from error
    if not isinstance(header, dict):
        _unknown(path, "its header")
    if header.get("format") != FORMAT or header.get("algorithm") != ALGORITHM:
        _unknown(path, f"format {header.get('format')}, {header.get('algorithm')}")
    return header


def _unknown(path: Path, reason: str) -> NoReturn:
    raise Refused("bundle_unknown", {"file": str(path), "reason": reason})


def _check_key(path: Path, header: Mapping[str, Any], key: SiteKey) -> None:
    found, expected = (header.get("tenant"), header.get("site")), (key.tenant, key.site)
    if found != expected:
        detail = {"file": str(path), "found": f"{found[0]}, {found[1]}"}
        raise Refused("bundle_other_company", {**detail, "expected": ", ".join(expected)})
    salt = header.get("salt")
    whole = isinstance(salt, str) and len(salt) == 2 * SALT_BYTES
    if header.get("key") != key.name or not whole:
        raise Refused("bundle_wrong_key", {"file": str(path), "site": key.site})


def _cipher(key: SiteKey, salt: str) -> AESGCM:
    # Heavy, and listing plugins must not load it.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    derived = HKDF(SHA256(), 32, salt.encode(), b"lienso bundle 1").derive(key.secret)
    return AESGCM(derived)


def _bound(head: bytes) -> bytes:
    return hashlib.sha256(MAGIC + head).digest()


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


class _Writer:
    """Cuts messages into parts and seals them."""

    def __init__(self, file: BinaryIO, cipher: AESGCM, header_hash: bytes) -> None:
        self._file, self._cipher, self._header_hash = file, cipher, header_hash
        self._plain = bytearray()
        self._parts = self._messages = 0
        self._digest = hashlib.sha256()

    def add(self, message: Message) -> None:
        """Add one message. Raises: LimitExceeded."""
        text = canonical_bytes(message)
        if len(text) > MESSAGE_BYTES_MAX:
            raise LimitExceeded(detail={"what": str(message["kind"]), "max": MESSAGE_BYTES_MAX})
        self._digest.update(text)
        self._messages += 1
        self._append(text)

    def finish(self) -> str:
        """Add the end; returns the digest."""
        digest = self._digest.hexdigest()
        end = {"kind": "end", "count": self._messages, "digest": digest}
        self._append(canonical_bytes(end))
        self._seal(len(self._plain), last=True)
        return digest

    def _append(self, text: bytes) -> None:
        self._plain += _LENGTH.pack(len(text)) + text
        while len(self._plain) > PART_BYTES:
            self._seal(PART_BYTES, last=False)

    def _seal(self, size: int, last: bool) -> None:
        part = bytes(self._plain[:size])
        del self._plain[:size]
        sealed = self._cipher.encrypt(_nonce(self._parts, last), part, self._header_hash)
        self._file.write(_LENGTH.pack(len(sealed)) + sealed)
        self._parts += 1


class _Reader:
    """Puts messages together from opened parts."""

    def __init__(self, file: SealedFile, parts: Iterator[bytes]) -> None:
        self._file, self._parts = file, parts
        self._plain = bytearray()

    def message(self) -> bytes:
        """Return the next message. Raises: Refused: ``bundle_damaged``: there is none."""
        length: int = _LENGTH.unpack(self._take(_LENGTH.size))[0]
        if length > MESSAGE_BYTES_MAX:
            raise self._file.damaged(f"a message says {length} bytes")
        return self._take(length)

    def more(self) -> bool:
        """Tell whether anything is left, having opened every part."""
        return bool(self._plain) or any(True for _part in self._parts)

    def _take(self, size: int) -> bytes:
        while len(self._plain) < size:
            part = next(self._parts, None)
            if part is None:
                raise self._file.damaged("a message is cut off")
            self._plain += part
        taken = bytes(self._plain[:size])
        del self._plain[:size]
        return taken
