"""How often a site, a program and a whole company may call: token buckets, by an injected clock."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import StorageBusy
from ..ids import Clock
from ..model import Actor


@dataclass(frozen=True, slots=True)
class Rate:
    """A bucket: holds ``burst`` calls and is filled by ``per_minute`` calls a minute."""

    per_minute: int
    burst: int

    @property
    def interval(self) -> datetime.timedelta:
        """How long one call takes to come back into the bucket."""
        return datetime.timedelta(minutes=1) / self.per_minute


SITE_RATE = Rate(per_minute=6_000, burst=1_000)
"""A site that catches up calls some 20 times a second; five times that is a fault or an attack."""

PROGRAM_RATE = Rate(per_minute=12_000, burst=2_000)
"""An import through the client API saves some 100 records a second."""

TENANT_RATE = Rate(per_minute=30_000, burst=5_000)
"""A fifth of what one server answers: one company's sites leave room for the others."""

ENROL_RATE = Rate(per_minute=30, burst=20)
"""Enrolments of the whole server: people enter codes; guessing stays slow from everywhere."""

RENEW_RATE = Rate(per_minute=1, burst=5)
"""Renewals of one site or program: it needs one in sixty days, and some tries on a bad line."""

KEYS_MAX = 10_000
"""Buckets kept; full ones, which say nothing, go first."""


class Buckets:
    """Buckets by key; safe from many threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        # When the bucket is full again: one instant says all about a bucket.
        self._full_at: dict[str, datetime.datetime] = {}

    def take(self, wanted: Sequence[tuple[str, Rate]]) -> None:
        """Take one call out of every bucket, or out of none.

        Raises:
            StorageBusy: ``rate_limited`` with ``retry_after_ms``.
        """
        now = self._clock.now()
        with self._lock:
            filled = {key: self._after(key, rate, now) for key, rate in wanted}
            waits = [filled[key] - now - rate.interval * rate.burst for key, rate in wanted]
            longest = max(waits)
            if longest > datetime.timedelta():
                # Busy, not refused: callers send the same again instead of giving it up.
                raise StorageBusy(
                    "rate_limited",
                    {"retry_after_ms": -(-longest // datetime.timedelta(milliseconds=1))},
                )
            self._full_at.update(filled)
            if len(self._full_at) > KEYS_MAX:
                self._full_at = {key: at for key, at in self._full_at.items() if at > now}

    def _after(self, key: str, rate: Rate, now: datetime.datetime) -> datetime.datetime:
        full_at = max(self._full_at.get(key, now), now)
        empty = now + rate.interval * rate.burst
        if full_at > empty:  # The clock was set back: the bucket is empty, not closed until then.
            full_at = self._full_at[key] = empty
        return full_at + rate.interval


class CallLimits:
    """What one server allows its callers."""

    def __init__(
        self,
        clock: Clock,
        site: Rate = SITE_RATE,
        program: Rate = PROGRAM_RATE,
        tenant: Rate = TENANT_RATE,
    ) -> None:
        self._buckets = Buckets(clock)
        self._site, self._program, self._tenant = site, program, tenant

    def __call__(self, by: Actor) -> None:
        """Count a call of an authenticated caller. Raises: StorageBusy: ``rate_limited``."""
        own = (
            (f"{by.tenant}/site/{by.site}", self._site)
            if by.site
            else (f"{by.tenant}/client/{by.user}", self._program)
        )
        self._buckets.take([own, (by.tenant, self._tenant)])
