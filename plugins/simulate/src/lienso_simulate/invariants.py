"""The table of what must hold (sync-design §19): one checker a number, and when it looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lienso.storage import StoredRecord, View
    from lienso.sync.link_machine import Event

    from .hub import Task
    from .looks import SiteLook
    from .office import Office
    from .truth import Truth
    from .world import Company, World


@dataclass(frozen=True)
class SiteCommit:
    """A site's store has changed."""

    world: World
    office: Office
    truth: Truth
    before: SiteLook
    now: SiteLook
    task: Task | None


@dataclass(frozen=True)
class CloudCommit:
    """The cloud's store has changed: ``made`` are the new versions, in the order of the feed."""

    world: World
    company: Company
    truth: Truth
    view: View
    made: tuple[StoredRecord, ...]
    head_before: int
    doing: str


@dataclass(frozen=True)
class Answered:
    """The cloud has answered a call; ``made``: versions that it committed meanwhile."""

    world: World
    office: Office
    truth: Truth
    view: View
    name: str
    request: Any
    reply: Any
    made: tuple[StoredRecord, ...]


@dataclass(frozen=True)
class Sent:
    """A site sends something."""

    world: World
    office: Office
    name: str
    request: Any
    task: Task


@dataclass(frozen=True)
class LineChanged:
    """The link machine of a site took an event."""

    world: World
    office: Office
    before: str
    event: Event


@dataclass(frozen=True)
class UserDid:
    """A user's operation has ended: ``facts`` say what it found."""

    world: World
    office: Office
    kind: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Quiet:
    """Faults are over, everybody has synchronised, nothing is under way."""

    world: World
    company: Company
    truth: Truth
    view: View


Moment = SiteCommit | CloudCommit | Answered | Sent | LineChanged | UserDid | Quiet
Check = Callable[[Any], Iterable[str]]


@dataclass(frozen=True)
class Invariant:
    """One of §19: ``check`` yields what is wrong, in words."""

    number: int
    title: str
    moments: tuple[type, ...]
    check: Check


INVARIANTS: dict[int, Invariant] = {}

NOT_YET: Mapping[int, str] = {}
"""Invariants whose subject is not there yet, or only in part, with the reason."""


def invariant(number: int, title: str, *moments: type) -> Callable[[Check], Check]:
    """Put a checker into the table."""

    def put(check: Check) -> Check:
        assert number not in INVARIANTS, f"two checkers for {number}"
        INVARIANTS[number] = Invariant(number, title, moments, check)
        return check

    return put


@cache
def checks_of(moment: type) -> tuple[Invariant, ...]:
    """Return the invariants that look at such a moment, by number."""
    return tuple(found for _, found in sorted(INVARIANTS.items()) if moment in found.moments)
