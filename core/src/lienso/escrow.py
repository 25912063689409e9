"""A second copy of every unsent change, outside the store: for the day when the store is set back.

A file on another disk of the office, ``FOLDER/<company>.<site>.escrow``, to which every unsent change is
appended when it is saved, and always before it is sealed. What a restored store lacks and the cloud may
not have either is then in it: `lienso site escrow list`, `take`.

Each line is on its own, encrypted and authenticated (AES-256-GCM) for this company and site: a line that
a crash cut, or that somebody changed, is left out and the others are read.
"""

from __future__ import annotations

import base64
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .canonical import canonical_bytes, parse
from .errors import LiensoError
from .security.sealing import KEY_BYTES, read_secret, write_secret
from .sync.messages import Change
from .sync.site_log import change_from_text

log = logging.getLogger("lienso.escrow")

FLUSH_EVERY_S = 1
"""Seconds between two forced writes to the disk: the store itself has what a power cut takes from here."""

TRIM_BYTES = 256 * 1024
"""A file is written anew when it is longer, and less than half of it is of open changes."""

NONCE_BYTES = 12


class Escrow:
    """The journal of one site; safe from many threads, and for other processes that append."""

    def __init__(
        self,
        folder: Path,
        key_file: Path,
        tenant: str,
        site: str,
        steady_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Name the journal.

        Args:
            key_file: what it is encrypted with; made, for its owner alone, when it is missing.
        Raises:
            Refused: ``key_file_open``, ``file_unreadable``, ``file_unwritable``.
        """
        if not key_file.exists():
            write_secret(key_file, secrets.token_bytes(KEY_BYTES), replace=False)
        about = f"lienso escrow {tenant} {site}".encode()
        key = HKDF(SHA256(), KEY_BYTES, None, about).derive(read_secret(key_file))
        self._cipher, self._about = AESGCM(key), about
        self.path = folder / f"{tenant}.{site}.escrow"
        self._lock = threading.Lock()
        self._steady_s, self._flushed_at = steady_s, steady_s() - FLUSH_EVERY_S
        self._open: set[str] | None = None

    def open_ids(self) -> frozenset[str]:
        """Return the changes that are in the journal and were neither sent nor replaced."""
        with self._lock:
            return frozenset(self._known())

    def _known(self) -> set[str]:
        if self._open is None:
            self._open = set(self._contents())
        return self._open

    def changes(self) -> list[Change]:
        """Return the open changes, in the order in which they were saved."""
        with self._lock:
            return [change_from_text(text) for text in self._contents().values()]

    def note(
        self, contents: Mapping[str, str], closed: Collection[str] = (), *, flush: bool = False
    ) -> None:
        """Append changes, and which of the earlier ones were sent or replaced.

        A disk that refuses it holds no work up: it is logged, and tried again before the next seal.

        Args:
            contents: change id → the change as text (`lienso.sync.site_log.change_text`).
            flush: force it to the disk now.
        """
        with self._lock:
            try:
                known = self._known()
                new = {id: text for id, text in contents.items() if id not in known}
                ended = known & set(closed)
                if new or ended:
                    self._append({"add": new, "closed": sorted(ended)})
                    known.update(new)
                    known.difference_update(ended)
                self._forced(flush)
            except OSError as error:
                log.error("%s cannot be written, mend the disk: %s", self.path, error)

    def _append(self, entry: Mapping[str, Any]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            # A line that a crash cut before it must not take this one with it.
            file.write(b"\n" + self._sealed(entry) + b"\n")

    def _forced(self, flush: bool) -> None:
        now = self._steady_s()
        if self.path.exists() and (flush or now - self._flushed_at >= FLUSH_EVERY_S):
            with self.path.open("ab") as file:
                os.fsync(file.fileno())
            self._flushed_at = now

    def trim(self) -> None:
        """Write the file anew without what was sent, where that is most of it."""
        with self._lock:
            try:
                if not self.path.exists() or self.path.stat().st_size < TRIM_BYTES:
                    return
                left = self._contents()
                # Encrypted and in base64 a change takes about four thirds of its bytes.
                if sum(map(len, left.values())) > self.path.stat().st_size // 3:
                    return
                new = self.path.with_name(self.path.name + ".new")
                with new.open("wb") as file:
                    for id, text in left.items():
                        file.write(self._sealed({"add": {id: text}, "closed": []}) + b"\n")
                    file.flush()
                    os.fsync(file.fileno())
                new.replace(self.path)
            except OSError as error:
                log.error("%s cannot be trimmed, mend the disk: %s", self.path, error)

    def _sealed(self, entry: Mapping[str, Any]) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, canonical_bytes(dict(entry)), self._about)
        return base64.b64encode(nonce + sealed)

    def _contents(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for entry in self._entries():
            found |= entry["add"]
            for id in entry["closed"]:
                found.pop(id, None)
        return found

    def _entries(self) -> Iterator[dict[str, Any]]:
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            for line in file:
                if not line.strip():
                    continue
                try:
                    sealed = base64.b64decode(line, validate=False)
                    nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
                    yield parse(self._cipher.decrypt(nonce, rest, self._about))
                except (InvalidTag, ValueError, LiensoError):
                    log.warning("%s: a line that was cut or changed is left out", self.path)
