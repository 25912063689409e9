"""Who is signed in at this server: a random token in the workstation's hand, its hash here."""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..errors import Refused
from ..ids import instant_text
from ..model import Actor
from ..rights import USER_TYPE
from ..storage import Writer

if TYPE_CHECKING:
    from ..kernel import Kernel
    from ..view import View
    from .credentials import Known
    from .seals import Seals

SESSION = datetime.timedelta(hours=12)
"""A working day; then the user signs in again."""

TABLE = "sign_in_session"


class Sessions:
    """Makes, knows and ends sessions."""

    def __init__(self, kernel: Kernel, seals: Seals) -> None:
        self._kernel, self._seals = kernel, seals

    def begin(
        self, writer: Writer, by: Actor, known: Known, full_until: str
    ) -> tuple[str, dict[str, Any]]:
        """Sign a user in at the workstation of ``by``; returns the token and the session's row.

        Args:
            full_until: UTC instant after which he may only read and print; empty: never.
        """
        now, token = self._kernel.clock.now(), self._kernel.ids.secret()
        table = writer.state(TABLE)
        for old in table.scan(equals={"user": known.user}):
            if old["until"] <= instant_text(now):
                table.delete(old["token_hash"])
        row = {
            "token_hash": hash_of(token),
            "user": known.user,
            "workstation": by.workstation,
            "made_at": instant_text(now),
            "until": instant_text(now + SESSION),
            "full_until": full_until,
            "token_name": known.token_name,
            "since": known.since,
        }
        table.put(self._seals.sealed(TABLE, row))
        return token, row

    def actor(self, by: Actor, token: str) -> Actor:
        """Return the user behind a token, on a caller's line; without a token who calls.

        Raises:
            Refused: ``session_ended``: over, signed out, made by no server, or its user may not sign
                in any more.
        """
        if not token:
            return by
        return self._kernel.read(by, lambda view: self._found(view, by, token))

    def _found(self, view: View, by: Actor, token: str) -> Actor:
        row = view.stored.state(TABLE).get(hash_of(token))
        now = instant_text(self._kernel.clock.now())
        if row is None or not self._seals.holds(TABLE, row) or row["until"] <= now:
            raise Refused("session_ended")
        user = view.by_code(USER_TYPE, row["user"])
        if user is None or not is_good(user.data, row["since"], row["token_name"], now):
            raise Refused("session_ended")
        read_only = bool(row["full_until"]) and not row["made_at"] <= now <= row["full_until"]
        return replace(
            by, user=row["user"], workstation=row["workstation"], trusted=False, read_only=read_only
        )

    def lengthen(self, writer: Writer, user: str, until: str) -> None:
        """Let a user's sessions do more than read and print until then."""
        table = writer.state(TABLE)
        for row in table.scan(equals={"user": user}):
            if self._seals.holds(TABLE, row):
                table.put(self._seals.sealed(TABLE, {**row, "full_until": until}))

    def end(self, writer: Writer, token: str) -> str:
        """End a session; returns whose it was, empty for none."""
        row = writer.state(TABLE).get(hash_of(token))
        if row is None:
            return ""
        writer.state(TABLE).delete(row["token_hash"])
        return str(row["user"])


def hash_of(token: str) -> str:
    """Return what is kept of a token, which is random and long: no salt, no stretching."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_good(user: Any, since: str, token_name: str, now: str) -> bool:
    """Tell whether a user may still come in by what he showed: he is active, it is the same password or
    token, and the token has not ended.

    Args:
        user: body of his record. ``token_name``: of the token; empty: it was his password.
        since: when that was set, or the token's hash. Instants of the cloud's clock are compared: one
            that goes wrong at a site shuts nobody out.
    """
    if not user.active:
        return False
    if not token_name:
        return bool(since >= user.password_at)
    return any(
        one.name == token_name and one.secret_hash == since and one.until > now
        for one in user.tokens
    )
