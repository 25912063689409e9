"""Clocks of simulated machines, which may be wrong, and ids that say nothing of time."""

from __future__ import annotations

import datetime
import random
from typing import TYPE_CHECKING

from lienso.ids import VIETNAM, uuid7_text

if TYPE_CHECKING:
    from .hub import Hub

START = datetime.datetime(2026, 3, 2, 1, tzinfo=datetime.UTC)


class SimClock:
    """A machine's clock.

    Attributes:
        wrong_ms: how far it is ahead of the true time; negative: behind.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self.wrong_ms = 0

    def now(self) -> datetime.datetime:
        """Return the instant that it shows, UTC."""
        return START + datetime.timedelta(milliseconds=self._hub.now + self.wrong_ms)

    def today(self) -> datetime.date:
        """Return the day that it shows."""
        return self.now().astimezone(VIETNAM).date()


class SimIds:
    """Ids in an order of their own: what compares them goes wrong soon."""

    def __init__(self, seed: int, process: str) -> None:
        self._draw = random.Random(f"{seed}/ids/{process}")

    def new(self) -> str:
        """Return a text of the form of a UUIDv7."""
        return uuid7_text(self._draw.getrandbits(60), self._draw.getrandbits(62))

    def secret(self) -> str:
        """Return a text that stands for a secret."""
        return f"secret-{self._draw.getrandbits(64):016x}"
