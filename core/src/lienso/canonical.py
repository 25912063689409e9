"""Canonical JSON: one spelling of a value, so that its bytes can be compared, hashed and chained.

Keys sorted, UTF-8, no blanks, integers for money, decimal strings for quantities, never a float.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

from .errors import Refused

_OPTIONS = orjson.OPT_SORT_KEYS


def canonical_bytes(value: Any) -> bytes:
    """Return the canonical bytes of a JSON value.

    Raises:
        Refused: ``float_refused``, with the path of the float; ``not_json`` for other Python values.
    """
    _refuse_floats(value, "")
    return spelled(value)


def canonical_text(value: Any) -> str:
    """Return the canonical JSON as text."""
    return canonical_bytes(value).decode()


def spelled(value: Any) -> bytes:
    """Return the canonical bytes of a value that is known to hold no float: looking costs as much as
    writing.

    Raises:
        Refused: ``not_json``.
    """
    try:
        return orjson.dumps(value, option=_OPTIONS)
    except TypeError as error:
        raise Refused("not_json", {"reason": str(error)}) from error


def digest_of(text: str) -> str:
    """Return the SHA-256 of a canonical text, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def parse(text: str | bytes) -> Any:
    """Read JSON. Raises: Refused: ``not_json``."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Refused("not_json", {"reason": str(error)}) from error


_PLAIN = frozenset((str, int, bool, type(None)))
"""Types of most values: they are passed over at once, since a call and a path cost time."""


def _refuse_floats(value: Any, path: str) -> None:
    if isinstance(value, float):
        raise Refused("float_refused", {"field": path or "/", "value": repr(value)})
    if isinstance(value, Mapping):
        for key, item in value.items():
            if type(item) not in _PLAIN:
                _refuse_floats(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            if type(item) not in _PLAIN:
                _refuse_floats(item, f"{path}.{index}")
