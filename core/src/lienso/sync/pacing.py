"""How much one message carries, when a busy cloud is asked again, and what is too much at a site.

Sans I/O: instants are passed in (sync-design §15).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from ..disk import FREE_BYTES_MIN
from ..errors import LiensoError

QUICK_MS = 2_000
"""An answer within that says that the line carries more."""

BUSY_CODES = ("rate_limited", "server_busy")
"""The cloud has too much to do: RESOURCE_EXHAUSTED on a line of gRPC."""

REST_MS_MAX = 60_000
"""A site is silent for no longer, whatever the cloud asks for: that is its usual round (sync-design §9)."""

OUTBOX_MANY = 10_000
OUTBOX_OLD = datetime.timedelta(days=7)
"""So many changes, or for so long, wait only where something is wrong that a person has to mend."""


PIECE = 64
PIECE_BUSY = 4
"""Changes or records that a transaction takes before it asks who waits: a hundredth of a second, and a
thousandth where people save."""

SAVING_MS = 30_000
"""So long after somebody waited people are taken to be saving."""


@dataclass(slots=True)
class Manners:
    """How long a transaction of the synchronisation goes on before it looks whether people wait.

    Attributes:
        waited_ms: when somebody last did; None: nobody yet.
    """

    waited_ms: int | None = None

    def piece(self, now_ms: int) -> int:
        """Return how much is done between two looks."""
        saving = self.waited_ms is not None and now_ms - self.waited_ms < SAVING_MS
        return PIECE_BUSY if saving else PIECE


@dataclass(slots=True)
class Pace:
    """A size that doubles while answers are quick and halves on trouble.

    Attributes:
        size: what the next message may carry, in whatever unit. ``least``, ``most``: its bounds.
    """

    size: int
    most: int
    least: int = 1

    def answered(self, took_ms: int) -> None:
        """Take an answer into account."""
        if took_ms < QUICK_MS:
            self.size = min(self.size * 2, self.most)

    def failed(self, sent: int = 0) -> None:
        """Take trouble into account; ``sent``: what the message carried, 0 for as much as it might."""
        self.size = max((sent or self.size) // 2, self.least)


def rest_ms(error: LiensoError) -> int:
    """Return for how long a busy cloud wants to be left alone; 0 when it does not say."""
    asked = error.detail.get("retry_after_ms")
    if error.code not in BUSY_CODES or not isinstance(asked, int):
        return 0
    return min(max(asked, 0), REST_MS_MAX)


def outbox_alarms(pending: int, oldest: str, now: datetime.datetime) -> list[str]:
    """Return by code what of an outbox needs a person; ``oldest``: when the first change was saved."""
    found = []
    if pending >= OUTBOX_MANY:
        found.append("outbox_many")
    if oldest and now - datetime.datetime.fromisoformat(oldest) >= OUTBOX_OLD:
        found.append("outbox_old")
    return found


def disk_low(free_bytes: int | None) -> bool:
    """Tell whether what is free is kept for saves."""
    return free_bytes is not None and free_bytes < FREE_BYTES_MIN
