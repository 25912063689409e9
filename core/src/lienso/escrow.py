"""A second copy of every unsent change, outside the store: for the day when the store is set back.

A file on another disk of the office, ``FOLDER/<company>.<site>.escrow``, to which every unsent change is
appended when it is saved, and always before it is sealed. What a restored store lacks and the cloud may
not have either is then in it: `lienso site escrow list`, `take`, `drop`.

Each line is on its own, encrypted and authenticated (AES-256-GCM) for this company and site: a line that
a crash cut, or that somebody changed, is left out and the others are read. It stays in the file: the key
that opens it may be found again.
"""

from __future__ import annotations

import base64
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from filelock import FileLock

from .canonical import canonical_bytes, parse
from .errors import LiensoError, Refused
from .security.sealing import KEY_BYTES, read_secret, write_secret
from .sync.messages import Change
from .sync.site_log import change_from_text, joined

log = logging.getLogger("lienso.escrow")

FLUSH_EVERY_S = 1
"""Seconds between two forced writes to the disk: the store itself has what a power cut takes from here."""

TRIM_BYTES = 256 * 1024
"""A file is written anew when it is longer, and less than half of it is of open changes."""

LOCK_S = 10
"""Another process of this machine holds the journal for the length of one write or trim."""

NONCE_BYTES = 12


Copy = tuple[str, Sequence[str]]
"""A change as text (`lienso.sync.site_log.change_text`), and the changes of its record that it was made
over or took the place of while they were not accepted."""


class Escrow:
    """The journal of one site; safe from many threads, and for other processes of this machine.

    Attributes:
        path: the file.
        trouble: why the last write failed; empty when it did not.
    """

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
            folder: on the other disk. A journal that was begun waits for it when it is not there.
            key_file: what it is encrypted with; made, for its owner alone, with a new journal.
        Raises:
            Refused: ``escrow_key_missing``: a journal is there, its key is not;
                ``escrow_folder_missing``; ``key_file_open``, ``file_unreadable``, ``file_unwritable``.
        """
        self.path = folder / f"{tenant}.{site}.escrow"
        begun = self.path.exists()  # Asked first: a key is made before its journal.
        if not key_file.exists():
            if begun:
                raise Refused("escrow_key_missing", {"key": str(key_file), "path": str(self.path)})
            _check_folder(folder)
            write_secret(key_file, secrets.token_bytes(KEY_BYTES), replace=False)
        about = f"lienso escrow {tenant} {site}".encode()
        key = HKDF(SHA256(), KEY_BYTES, None, about).derive(read_secret(key_file))
        self._cipher, self._about = AESGCM(key), about
        self.trouble = ""
        self._threads = threading.RLock()
        # Beside the key, not the journal: file systems of other machines may know no locks.
        self._processes = FileLock(f"{key_file}.lock", timeout=LOCK_S)
        self._steady_s, self._flushed_at = steady_s, steady_s() - FLUSH_EVERY_S
        self._open: set[str] | None = None

    def open_ids(self) -> frozenset[str]:
        """Return the changes that are in the journal and were neither sent nor replaced.

        Raises:
            OSError: the disk does not give it.
        """
        with self._threads:
            return frozenset(self._known())

    def _known(self) -> set[str]:
        if self._open is None:
            self._open = set(self._contents())
        return self._open

    def changes(self) -> list[Change]:
        """Return the open changes, in the order in which they were saved.

        Each ``supersedes`` what it was made over and what it took the place of, wherever that is now.

        Raises:
            Refused: ``escrow_folder_missing``, ``file_unreadable``.
        """
        _check_folder(self.path.parent)
        try:
            with self._threads:
                copies = self._contents().values()
        except OSError as error:
            detail = {"path": str(self.path), "reason": error.strerror}
            raise Refused("file_unreadable", detail) from error
        return [_following(*copy) for copy in copies]

    def note(
        self, copies: Mapping[str, Copy], closed: Collection[str] = (), *, flush: bool = False
    ) -> bool:
        """Append changes, and which of the earlier ones were sent or replaced.

        A disk that refuses it holds no work up: `trouble` says so until a later write succeeds.

        Args:
            copies: by change id.
            flush: force it to the disk now.
        Returns:
            Whether all is in the journal.
        """
        with self._threads:
            try:
                if not self.path.parent.is_dir():
                    raise FileNotFoundError(f"there is no folder {self.path.parent}")
                if not self.path.exists():
                    self._open = set()  # Another disk, maybe.
                known = self._known()
                new = {id: copy for id, copy in copies.items() if id not in known}
                ended = known & set(closed)
                if new or ended:
                    self._append(new, sorted(ended))
                    known.update(new)
                    known.difference_update(ended)
                elif self.trouble:
                    self._append({}, [])  # Does the disk take a line again?
                self._forced(flush)
            except OSError as error:
                self._failed("written", error)
                return False
            self._works()
            return True

    def _failed(self, done: str, error: OSError) -> None:
        if not self.trouble:
            log.error("%s cannot be %s, mend or connect the disk: %s", self.path, done, error)
        self.trouble = str(error)

    def _works(self) -> None:
        if self.trouble:
            log.info("%s is written again", self.path)
        self.trouble = ""

    def _append(self, copies: Mapping[str, Copy], closed: list[str]) -> None:
        with self._processes, self.path.open("ab") as file:
            # A line that a crash cut before it must not take this one with it.
            file.write(b"\n" + self._sealed(copies, closed) + b"\n")

    def _forced(self, flush: bool) -> None:
        now = self._steady_s()
        if self.path.exists() and (flush or now - self._flushed_at >= FLUSH_EVERY_S):
            with self.path.open("ab") as file:
                os.fsync(file.fileno())
            self._flushed_at = now

    def trim(self) -> None:
        """Write the file anew without what was sent, where that is most of it; a line that cannot be
        read stays as it is."""
        with self._threads:
            try:
                if self.path.exists() and self.path.stat().st_size >= TRIM_BYTES:
                    with self._processes:
                        self._trim()
            except OSError as error:
                self._failed("trimmed", error)

    def _trim(self) -> None:
        unread: list[bytes] = []
        left = self._contents(unread)
        lines = unread + [self._sealed({id: copy}, []) for id, copy in left.items()]
        if sum(map(len, lines)) > self.path.stat().st_size // 2:
            return
        new = self.path.with_name(self.path.name + ".new")
        with new.open("wb") as file:
            file.write(b"\n".join([*lines, b""]))
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.path)

    def _sealed(self, copies: Mapping[str, Copy], closed: list[str]) -> bytes:
        entry: dict[str, Any] = {
            "add": {id: text for id, (text, _over) in copies.items()},
            "over": {id: list(over) for id, (_text, over) in copies.items() if over},
            "closed": closed,
        }
        nonce = secrets.token_bytes(NONCE_BYTES)
        return base64.b64encode(
            nonce + self._cipher.encrypt(nonce, canonical_bytes(entry), self._about)
        )

    def _contents(self, unread: list[bytes] | None = None) -> dict[str, Copy]:
        """Return what is open; lines that cannot be read are added to ``unread``."""
        found: dict[str, Copy] = {}
        before: dict[str, tuple[str, ...]] = {}
        for entry in self._entries(unread):
            over = entry.get("over", {})
            for id, text in entry["add"].items():
                direct = over.get(id, ())
                # An edit of an edit of an edit: all that it grew out of.
                every = [*(old for one in direct for old in before.get(one, ())), *direct]
                before[id] = tuple(dict.fromkeys(every))
                found[id] = (text, before[id])
            for id in entry["closed"]:
                for ended in (id, *before.get(id, ())):
                    found.pop(ended, None)
        return found

    def _entries(self, unread: list[bytes] | None) -> Iterator[dict[str, Any]]:
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                try:
                    sealed = base64.b64decode(line, validate=False)
                    nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
                    yield parse(self._cipher.decrypt(nonce, rest, self._about))
                except (InvalidTag, ValueError, LiensoError):
                    log.warning("%s: line %s was cut or changed and is left out", self.path, number)
                    if unread is not None:
                        unread.append(line.rstrip(b"\n"))


def put_aside(folder: Path, tenant: str, site: str, at: str) -> Path | None:
    """Begin a journal anew: the one that is there is kept under another name, with its lines.

    Args:
        at: digits of the instant, for the name.
    Returns:
        Where it is now; None when there was none.
    Raises:
        Refused: ``escrow_folder_missing``, ``file_unwritable``.
    """
    _check_folder(folder)
    path = folder / f"{tenant}.{site}.escrow"
    aside = path.with_name(f"{path.name}.{at}")
    try:
        path.rename(aside)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Refused("file_unwritable", {"path": str(path), "reason": error.strerror}) from error
    return aside


def _check_folder(folder: Path) -> None:
    """Refuse a folder that is not there. It is never made: that would be on the disk below.

    Raises:
        Refused: ``escrow_folder_missing``.
    """
    if not folder.is_dir():
        raise Refused("escrow_folder_missing", {"path": str(folder)})


def _following(text: str, over: Sequence[str]) -> Change:
    change = change_from_text(text)
    return replace(change, supersedes=joined([change], over))
