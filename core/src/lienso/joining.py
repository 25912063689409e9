"""What a record type says of two records that become one, as a frozen object."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .model import Post


@dataclass(frozen=True, slots=True)
class Join:
    """How two records become one, when a merge of catalog entries makes their unique values equal.

    Attributes:
        body: (body that stays, body that goes into it) → one body; JSON values.
        entries: as `RecordType.post`, without a look at locks: nobody's totals change by it.
    """

    body: Callable[[Mapping[str, Any], Mapping[str, Any]], Mapping[str, Any]]
    entries: Post | None = None
