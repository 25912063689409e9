"""What a driver of an application outside implements (spec `connector.md` §3).

Its methods may wait for the network: the kernel calls them outside every transaction.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..errors import LiensoError


class PlatformError(LiensoError):
    """The application outside did not do what was asked.

    Codes: ``platform_unreachable`` (try again), ``platform_unauthorized`` (stop), ``platform_not_found``,
    ``platform_rejected`` with its ``message``. A driver puts no secret into the detail.
    """

    code = "platform_unreachable"


@dataclass(frozen=True, slots=True)
class PlatformAddress:
    """Which data of which company are meant, and by which credentials they are reached.

    Attributes:
        credentials_ref: name in the installer's secret store; the driver looks the secret up, and the
            kernel never holds it.
        ledger: whose figures are told: ``financial`` or ``management``.
    """

    tenant: str
    dataset: str
    company_id: str
    credentials_ref: str
    ledger: str


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """Whether the application answers and lets us in; its clock never decides a date of ours."""

    reachable: bool
    authorised: bool
    platform_time: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in the order of change, JSON objects with ``platform_id``, ``version``, perhaps ``deleted``.

    Attributes:
        next_cursor: what to go on with; None leaves the cursor where it was.
    """

    rows: Sequence[Mapping[str, Any]]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class PushRow:
    """One record to be written there.

    Attributes:
        platform_id: None makes a new one.
        version: the one that our values stand on; another one there is a ``platform_conflict``.
        key: the same for the same content: a repeated one is answered as the first time.
    """

    platform_id: str | None
    payload: Mapping[str, Any]
    key: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """What became of a row, in the order of the rows.

    Attributes:
        code: ``platform_conflict``, ``code_taken``, ``platform_rejected`` …; empty when it is done.
    """

    ok: bool
    platform_id: str | None = None
    version: int = 0
    code: str = ""
    message: str = ""
    retryable: bool = False
    detail: Mapping[str, Any] = field(default_factory=dict)


class PlatformConnector(Protocol):
    """A line to the application; every method raises `PlatformError` when it cannot be done."""

    def capabilities(self) -> frozenset[str]:
        """Return what it can: ``fetch:customers``, ``push:employees`` …"""
        ...

    def check(self, link: PlatformAddress) -> LinkStatus:
        """Say whether the application is there."""
        ...

    def fetch(
        self,
        link: PlatformAddress,
        resource: str,
        cursor: str | None,
        limit: int,
        ids: Sequence[str] | None = None,
    ) -> Page:
        """Return at most ``limit`` rows that changed after a cursor (None: all), or those named.

        It is asked again from ``next_cursor`` until a page has no rows or the cursor stays.
        """
        ...

    def push(
        self, link: PlatformAddress, resource: str, rows: Sequence[PushRow]
    ) -> Sequence[PushAnswer]:
        """Write rows there; one answer a row."""
        ...
