"""Text of keys and claims: the same on every driver, compared as bytes."""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from . import limits
from .errors import LimitExceeded

SEPARATOR = "\x1f"
AFTER = "\x7f"
"""Sorts after every text that starts with what stands before it and a separator."""


def key_text(values: Sequence[Any]) -> str:
    """Write key values as one text whose bytes sort like the values.

    Raises:
        LimitExceeded: longer than `limits.KEY_BYTES_MAX`.
    """
    text = SEPARATOR.join(_one(value) for value in values)
    if len(text) > limits.KEY_BYTES_MAX // 4 and len(text.encode()) > limits.KEY_BYTES_MAX:
        raise LimitExceeded(detail={"what": "key", "max": limits.KEY_BYTES_MAX})
    return text


def _one(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, Decimal):
        return _integer(int(value.scaleb(6)))
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise TypeError(f"no key text for {type(value).__name__}")


def _integer(value: int) -> str:
    digits = str(abs(value))
    if value >= 0:
        return f"1{len(digits):02d}{digits}"
    complement = "".join(chr(ord("0") + 9 - int(digit)) for digit in digits)
    return f"0{99 - len(digits):02d}{complement}"


def fold_code(code: str) -> str:
    """Return what two spellings of one code have in common: trimmed, NFC, no case. Đ stays Đ."""
    return unicodedata.normalize("NFC", code.strip()).casefold()


_BASE = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_BASE_ORDER = {letter: index for index, letter in enumerate(_BASE)}
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}


def vietnamese_sort_key(text: str) -> str:
    """Return a text whose bytes sort as a Vietnamese dictionary does: base letters with ă â đ ê ô ơ ư
    first, tones (huyền, hỏi, ngã, sắc, nặng) only where the letters are equal."""
    letters: list[str] = []
    tones: list[str] = []
    for char in unicodedata.normalize("NFC", text).lower():
        tone, base = _split_tone(char)
        index = _BASE_ORDER.get(base)
        letters.append(chr(0x41 + index) if index is not None else base)
        tones.append(str(tone))
    return "".join(letters) + SEPARATOR + "".join(tones)


def _split_tone(char: str) -> tuple[int, str]:
    marks = unicodedata.normalize("NFD", char)
    tone = next((_TONES[mark] for mark in marks if mark in _TONES), 0)
    return tone, unicodedata.normalize("NFC", "".join(m for m in marks if m not in _TONES))
