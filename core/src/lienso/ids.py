"""Where ids, secrets and the time come from, so that tests and the simulator can give their own."""

from __future__ import annotations

import datetime
import secrets
import threading
from typing import Protocol

VIETNAM = datetime.timezone(datetime.timedelta(hours=7), "ICT")


class Clock(Protocol):
    """The time of this process."""

    def now(self) -> datetime.datetime:
        """Return the instant, UTC."""
        ...

    def today(self) -> datetime.date:
        """Return the business day of the company (Vietnam keeps one time zone, no summer time)."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime.datetime:
        """Return the instant, UTC."""
        return datetime.datetime.now(datetime.UTC)

    def today(self) -> datetime.date:
        """Return today's date in Vietnam."""
        return self.now().astimezone(VIETNAM).date()


class Ids(Protocol):
    """Makes ids and secrets."""

    def new(self) -> str:
        """Return a UUIDv7 as text."""
        ...

    def secret(self) -> str:
        """Return a random secret, URL-safe text of at least 128 bits."""
        ...


class SystemIds:
    """UUIDv7 ids: time-ordered, since random keys halve bulk inserts. No rule may compare them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._last = 0

    def new(self) -> str:
        """Return a UUIDv7 as text, rising within this process."""
        milliseconds = int(self._clock.now().timestamp() * 1000)
        with self._lock:
            # 12 bits below the millisecond keep the order of ids made within one.
            stamp = max(milliseconds << 12, self._last + 1)
            self._last = stamp
        return uuid7_text(stamp, secrets.randbits(62))

    def secret(self) -> str:
        """Return a random secret of 192 bits."""
        return secrets.token_urlsafe(24)


def uuid7_text(stamp: int, random_62: int) -> str:
    """Write a UUIDv7 from (milliseconds << 12 | sequence) and 62 random bits (RFC 9562 §5.7)."""
    value = (stamp >> 12) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64 | 0b10 << 62 | random_62
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def is_id(text: str) -> bool:
    """Tell whether a text has the form of a record id."""
    return len(text) == 36 and text[8] == text[13] == text[18] == text[23] == "-"


def instant_text(at: datetime.datetime) -> str:
    """Write a UTC instant as ISO text of constant width, so that texts sort like instants."""
    return at.astimezone(datetime.UTC).isoformat(timespec="microseconds")[:-6] + "Z"
