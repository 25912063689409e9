"""Reading PDFs: their text, their fonts, and the glyphs that were drawn."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pypdf
from pypdf.generic import ByteStringObject, ContentStream, TextStringObject


def text_of(data: bytes) -> str:
    """Return the text of all pages, with one space between words."""
    pages = pypdf.PdfReader(io.BytesIO(data)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def pages_of(data: bytes) -> int:
    """Return how many pages there are."""
    return len(pypdf.PdfReader(io.BytesIO(data)).pages)


def fonts_of(data: bytes) -> set[str]:
    """Return the names of the fonts, without the mark of a subset; all must be embedded."""
    names = set()
    for page in pypdf.PdfReader(io.BytesIO(data)).pages:
        for font in page["/Resources"]["/Font"].values():
            outer = font.get_object()
            (inner,) = (one.get_object() for one in outer["/DescendantFonts"])
            descriptor = inner["/FontDescriptor"].get_object()
            assert {"/FontFile2", "/FontFile3"} & descriptor.keys(), "the font is embedded"
            names.add(str(inner["/BaseFont"]).partition("+")[2])
    return names


def missing_glyphs(data: bytes) -> int:
    """Count what was drawn as the empty box: glyph 0 of its font."""
    reader = pypdf.PdfReader(io.BytesIO(data))
    count = 0
    for page in reader.pages:
        for drawn in _drawn(page, reader):
            count += sum(not any(drawn[n : n + 2]) for n in range(0, len(drawn), 2))
    return count


def _drawn(page: pypdf.PageObject, reader: pypdf.PdfReader) -> Iterator[bytes]:
    for operands, operator in ContentStream(page["/Contents"].get_object(), reader).operations:
        if operator not in (b"Tj", b"TJ"):
            continue
        parts = operands[0] if operator == b"TJ" else operands
        for part in parts:
            if isinstance(part, TextStringObject):
                yield part.original_bytes
            elif isinstance(part, ByteStringObject):
                yield bytes(part)
