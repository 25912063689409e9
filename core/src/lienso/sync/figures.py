"""Last online values of figures at a site (sync-design §11): functions over one transaction."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from ..canonical import canonical_text, parse
from ..storage import View, Writer

IN_USE = datetime.timedelta(days=7)
"""A figure that nobody looked at for so long keeps its value but is not read again by itself."""


def keep(writer: Writer, figure: str, params: Mapping[str, Any], value: Any, at: str) -> None:
    """Keep what a user has just read online."""
    writer.state("figure_cache").put(
        {
            "figure": figure,
            "params": canonical_text(dict(params)),
            "value": canonical_text(value),
            "as_of": at,
            "read_at": at,
        }
    )


def renew(writer: Writer, figure: str, params: Mapping[str, Any], value: Any, at: str) -> None:
    """Keep a newer value of a figure that is in use."""
    row = writer.state("figure_cache").get(figure, canonical_text(dict(params)))
    if row is not None:
        newer = {"value": canonical_text(value), "as_of": at}
        writer.state("figure_cache").put({**row, **newer})


def kept(writer: Writer, figure: str, params: Mapping[str, Any], at: str) -> tuple[Any, str | None]:
    """Return the last online value and its time, and note that it is in use; (None, None) when it was
    never read online."""
    row = writer.state("figure_cache").get(figure, canonical_text(dict(params)))
    if row is None:
        return None, None
    if row["read_at"][:10] != at[:10]:  # One write a day says enough.
        writer.state("figure_cache").put({**row, "read_at": at})
    return parse(row["value"]), row["as_of"]


def in_use(view: View, since: str) -> list[tuple[str, dict[str, Any]]]:
    """List figures with their parameters that were looked at since an instant."""
    rows = view.state("figure_cache").scan()
    return [(row["figure"], parse(row["params"])) for row in rows if row["read_at"] >= since]
