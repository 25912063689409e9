"""What a site asks the cloud to look whether both have the same, and what became of a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .extent import Mark as Mark  # noqa: PLC0414 - a message of the inquiry, too
from .messages import Session


@dataclass(frozen=True, slots=True)
class CompareRequest:
    """Ask for the digests of the feed's next range.

    Attributes:
        after: the range begins behind this place; ``until``: it ends here at the latest.
        marks: also list the records of the range.
        witness: a head of the chain that this site has seen, ``FEED_SEQ:HASH``; empty for none.
    """

    session: Session
    after: int
    until: int
    marks: bool = False
    witness: str = ""


@dataclass(frozen=True, slots=True)
class CompareReply:
    """A range of the feed as the cloud has it.

    Attributes:
        digests: of every type that occurs in it (`lienso.sync.comparing.digests`).
        until: where the range ends; ``head``: where the feed does.
        chain: head of the chain, ``FEED_SEQ:HASH``; ``witnessed``: the head that the site has seen is
            still in the chain, or it named none.
    """

    session: Session
    digests: Mapping[str, str]
    marks: tuple[Mark, ...]
    until: int
    head: int
    chain: str
    witnessed: bool


@dataclass(frozen=True, slots=True)
class TraceRequest:
    """Ask what the cloud knows of a record.

    Attributes:
        change_ids: changes of it that the site knows of; the cloud's own follow from its versions.
    """

    session: Session
    type: str
    record_id: str
    change_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A station of a record's way.

    Attributes:
        what: ``version`` (accepted), ``verdict``, ``parked`` (the cloud keeps a refused change),
            ``alias``; at a site ``saved`` (as it is here), ``outbox``, ``sealed``, ``failed``,
            ``shadow``, ``held``, ``opaque``, ``failed_pull``, ``withdrawn``, ``decided``, ``renumbered``.
        at: instant; empty where none is kept.
        code: verdict or reason; empty for none.
        detail: JSON values that only some stations have.
    """

    where: Literal["site", "cloud"]
    what: str
    at: str = ""
    change_id: str = ""
    version: int = 0
    feed_seq: int = 0
    code: str = ""
    user: str = ""
    site: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TraceReply:
    """The way of a record through the cloud, oldest first.

    Attributes:
        earlier: how many older versions are not listed.
    """

    session: Session
    steps: tuple[Step, ...]
    earlier: int = 0


@dataclass(frozen=True, slots=True)
class WayStep:
    """One thing that a transport looked at on the way to the cloud: ``next`` says what to do."""

    about: str
    good: bool
    text: str
    next: str = ""
