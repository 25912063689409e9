"""Pieces that printed forms of the ledger have alike: titles, tables, signatures, for 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lienso.printing import pad, wrap

WIDTH = 80


def title(*texts: str) -> list[str]:
    """Put a form's title in the middle, each text on rows of its own."""
    return [pad(part, WIDTH, "^").rstrip() for text in texts for part in wrap(text, WIDTH)] + [""]


def table(
    heads: Sequence[str], widths: Sequence[int], rows: Sequence[Sequence[str]]
) -> Iterator[str]:
    """Draw a table: the last columns are amounts, texts that do not fit go on below.

    Args:
        widths: of the columns; they fill the page.
    """
    rule = "-" * WIDTH
    yield rule
    yield from _row(heads, widths)
    yield rule
    for row in rows:
        yield from _row(row, widths)
    yield rule


def _row(cells: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    parts = [wrap(cell, width - 1) or [""] for cell, width in zip(cells, widths, strict=True)]
    for place in range(max(len(part) for part in parts)):
        texts = [part[place] if place < len(part) else "" for part in parts]
        yield "".join(
            pad(text, width - 1) + " " for text, width in zip(texts, widths, strict=True)
        ).rstrip()


def signed(names: Sequence[str] = ("Người lập", "Kế toán trưởng", "Giám đốc")) -> list[str]:
    """Write the row of signatures."""
    width = WIDTH // len(names)
    return [
        "",
        "".join(pad(name, width, "^") for name in names).rstrip(),
        "".join(pad("(Ký, họ tên)", width, "^") for _ in names).rstrip(),
    ]
