"""Which part of a company's records a site holds, and marks that tell versions apart."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """The newest accepted version of a record, by what tells it apart; a tombstone has no digest."""

    type: str
    id: str
    version: int
    feed_seq: int
    digest: str


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of a company's records.

    Attributes:
        branches: ids of branches, sorted; what has no branch belongs to all. ``types``: of records,
            sorted. None: all.
    """

    branches: tuple[str, ...] | None = None
    types: tuple[str, ...] | None = None


EVERYTHING = Scope()
