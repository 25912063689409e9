"""Which letters typst's own fonts have: what is outside would be printed as an empty box."""

from __future__ import annotations

import re

COVERED = (
    "\u0020-\u007e\u00a0-\u017f"  # Latin, with the letters of Europe
    "\u01a0\u01a1\u01af\u01b0\u0300\u0301\u0303\u0309\u0323\u1ea0-\u1ef9"  # Vietnamese
    "\u0391-\u03a1\u03a3-\u03a9\u03b1-\u03c9\u0410-\u044f"  # Greek, Cyrillic
    "\u2010-\u2015\u2018-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u20ab"
    "\u2116\u2122\u2212\u00d7\u2248\u2260\u2264\u2265"
)
"""A character class; a test prints every letter of it and looks at the glyphs."""

_OUTSIDE = re.compile(f"[^{COVERED}\n\r\t]")
SHOWN_MAX = 20


def missing(text: str) -> list[str]:
    """Return the letters of a text that the fonts have not, each once, at most `SHOWN_MAX`."""
    return list(dict.fromkeys(_OUTSIDE.findall(text)))[:SHOWN_MAX]
