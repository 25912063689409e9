"""Wrong tries to sign in: a lock-out of the user at that workstation, and a rate for everybody."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from ..errors import Refused
from ..ids import instant_text
from ..storage import View, Writer
from .rates import Buckets, Rate

if TYPE_CHECKING:
    from ..ids import Clock

TRIES_MAX = 5
"""Wrong tries in a row, of one user at one workstation."""

LOCKED = datetime.timedelta(minutes=15)
"""How long further tries are not looked at, and after how long wrong ones are forgotten."""

USER_RATE = Rate(per_minute=10, burst=20)
"""Tries of one user from all workstations: a workstation's name is what it says itself."""

COMPANY_RATE = Rate(per_minute=120, burst=200)
"""Tries of a whole company at one server: a morning's rush of 200, and no list of guessed names."""

ROWS_MAX = 1_000
"""Rows kept of users who tried; old ones go when there are more."""


class Tries:
    """What one server keeps about tries."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets = Buckets(clock)

    def count(self, tenant: str, user: str) -> None:
        """Count a try. Raises: StorageBusy: ``rate_limited``."""
        self._buckets.take(
            [(f"{tenant}/user/{user.casefold()}", USER_RATE), (tenant, COMPANY_RATE)]
        )

    def refuse_locked(self, view: View, user: str, workstation: str) -> None:
        """Refuse a try that comes too soon, also a right one. Raises: Refused: ``sign_in_locked``."""
        row = view.state("sign_in_try").get(user.casefold(), workstation)
        if row is not None and row["locked_until"] > instant_text(self._clock.now()):
            raise Refused("sign_in_locked", {"user": user, "until": row["locked_until"]})

    def note_wrong(self, writer: Writer, user: str, workstation: str) -> bool:
        """Count a wrong try; tells whether it was one too many."""
        table, now = writer.state("sign_in_try"), self._clock.now()
        recent = instant_text(now - LOCKED)
        row = table.get(user.casefold(), workstation)
        tries = row["tries"] + 1 if row is not None and row["at"] > recent else 1
        locked = tries >= TRIES_MAX
        table.put(
            {
                "user": user.casefold(),
                "workstation": workstation,
                "tries": 0 if locked else tries,
                "at": instant_text(now),
                "locked_until": instant_text(now + LOCKED) if locked else "",
            }
        )
        if table.count() > ROWS_MAX:
            for old in table.scan():
                if old["at"] <= recent:
                    table.delete(old["user"], old["workstation"])
        return locked

    def forget(self, writer: Writer, user: str, workstation: str) -> None:
        """Forget the wrong tries before a right one."""
        writer.state("sign_in_try").delete(user.casefold(), workstation)
