"""The part of the Python client that speaks of users: signing in and out, passwords, tokens."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from typing import Any, Protocol

Json = dict[str, Any]


class Line(Protocol):
    """The connection, which shows a session's token with every call."""

    def request(self, rpc: str, body: Json) -> Json:
        """Return the answer to one question."""
        ...

    def use_session(self, token: str) -> None:
        """Show this token from now on."""
        ...


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in.

    Attributes:
        until: UTC instant, ISO text, when he signs in again.
        read_only: he has been without the cloud for too long: reading and printing only.
        offline_warning: he is to be warned that the site works offline.
    """

    user: str
    until: str
    read_only: bool
    offline_warning: bool = False


class UserClient:
    """Signing in, passwords and tokens; the session belongs to this connection."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._session = ""

    def sign_in(
        self, user: str = "", password: str = "", *, token: str = "", workstation: str = ""
    ) -> SignedIn:
        """Sign in, with user and password or with a program's token; later calls are this user's.

        Args:
            workstation: for the access log and the lock-out; this machine's name when left out.
        Raises:
            Refused: ``sign_in_wrong``, ``sign_in_locked``, ``sign_in_online_first``.
        """
        self._use("")
        body = {
            "user": user,
            "password": password,
            "token": token,
            "workstation": workstation or platform.node(),
        }
        answer = self._line.request("Users.SignIn", body)
        self._use(answer["session"])
        flags = (bool(answer.get(name)) for name in ("read_only", "offline_warning"))
        return SignedIn(answer["user"], answer["until"], *flags)

    def sign_out(self) -> None:
        """End the session; what waits to be sent still waits."""
        session = self._session
        self._use("")
        self._line.request("Users.SignOut", {"session": session})

    def who_am_i(self) -> str:
        """Return the name that this connection works under."""
        return str(self._line.request("Users.WhoAmI", {})["user"])

    def change_password(self, old: str, new: str) -> None:
        """Change the own password, online; then sign in anew. Raises: Refused: ``password_weak`` …"""
        self._line.request("Users.ChangePassword", {"old": old, "new": new})

    def set_password(self, user: str, password: str) -> None:
        """Set a user's password, online. Raises: Refused: ``no_permission``, ``password_weak``."""
        self._line.request("Users.SetPassword", {"user": user, "password": password})

    def create_token(self, user: str, name: str, days: int) -> str:
        """Return a token for a program that works as this user: it is shown this once.

        Raises:
            Refused: ``no_permission``, ``already_exists``, ``value_out_of_range``.
        """
        body = {"user": user, "name": name, "days": days}
        return str(self._line.request("Users.CreateToken", body)["token"])

    def revoke_token(self, user: str, name: str) -> None:
        """Take a token away. Raises: Unknown, Refused."""
        self._line.request("Users.RevokeToken", {"user": user, "name": name})

    def override(
        self, user: str, supervisor: str, password: str, reason: str, *, workstation: str = ""
    ) -> str:
        """Let a user whose days without the cloud are over work on here; the supervisor signs for it.

        Returns:
            The UTC instant until when, ISO text.
        Raises:
            Refused: ``sign_in_wrong``, ``no_permission``, ``override_by_another`` …
        """
        body = {
            "user": user,
            "supervisor": supervisor,
            "password": password,
            "reason": reason,
            "workstation": workstation or platform.node(),
        }
        return str(self._line.request("Users.Override", body)["until"])

    def set_offline_warning(self, shown: bool) -> None:
        """Say whether to be warned at this workstation, when signing in, that the site works offline.

        Raises:
            Refused: ``only_at_a_site``.
        """
        self._line.request("Users.SetOfflineWarning", {"shown": shown})

    def _use(self, token: str) -> None:
        self._session = token
        self._line.use_session(token)
