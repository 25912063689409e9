"""Seals on rows of a server's database that let people in: who can write the file cannot make them.

The key stands beside the database, ``PATH.seal``, mode 0600, and is no part of a copy of it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..canonical import canonical_bytes

SUFFIX = ".seal"
KEY_BYTES = 32


class Seals:
    """Seals rows of one database.

    Args:
        storage: its URL. One in no file has a key for as long as the process lives.
    """

    def __init__(self, storage: str) -> None:
        scheme, _, path = storage.partition(":")
        self._path = Path(f"{path}{SUFFIX}") if scheme == "sqlite" and path else None
        self._key = b"" if self._path is not None else secrets.token_bytes(KEY_BYTES)

    def sealed(self, table: str, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return a row with its seal. Raises: Refused: ``key_file_open``, ``file_unreadable``."""
        return {**row, "seal": self._seal(table, row)}

    def holds(self, table: str, row: Mapping[str, Any]) -> bool:
        """Tell whether a row is as this server wrote it."""
        return hmac.compare_digest(str(row["seal"]), self._seal(table, row))

    def _seal(self, table: str, row: Mapping[str, Any]) -> str:
        content = {name: value for name, value in row.items() if name != "seal"}
        said = canonical_bytes([table, content])
        return hmac.new(self._known_key(), said, hashlib.sha256).hexdigest()

    def _known_key(self) -> bytes:
        if not self._key:
            from .sealing import (
                read_secret,
                write_secret,
            )  # what it needs is no part of every start

            assert self._path is not None, "without a file the key was made at the start"
            if not self._path.exists():
                write_secret(self._path, secrets.token_bytes(KEY_BYTES), replace=False)
            self._key = read_secret(self._path)
        return self._key
