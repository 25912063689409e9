"""The service Users of the client API: signing in and out, passwords, tokens of programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .api_values import Request
from .errors import Refused
from .model import Actor
from .security import warnings
from .security.accounts import at_workstation

if TYPE_CHECKING:
    from .kernel import Kernel

Answer = dict[str, Any]


def sign_in(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """Sign in with user and password, or with a program's token."""
    at = at_workstation(by, request.text("workstation"))
    token, actor, until = kernel.accounts.sign_in(
        at, request.text("user"), request.text("password"), request.text("token")
    )
    warns = warnings.warns(kernel, actor)
    return {"session": token, "until": until, **_who(actor), "offline_warning": warns}


def sign_out(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """End a session, by its token."""
    kernel.accounts.sign_out(by, request.text("session"))
    return {}


def who_am_i(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """Say as whom this call came."""
    return _who(by)


def _who(by: Actor) -> Answer:
    return {"user": by.user, "site": by.site, "read_only": by.read_only}


def change_password(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """Change the own password."""
    kernel.accounts.change_password(by, request.text("old"), request.text("new"))
    return {}


def set_password(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """Set a user's password."""
    kernel.accounts.set_password(by, request.text("user"), request.text("password"))
    return {}


def create_token(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """Make a token for a program; it is shown in this answer and never again."""
    user, name, days = request.text("user"), request.text("name"), request.number("days")
    return {"token": kernel.accounts.create_token(by, user, name, days)}


def revoke_token(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """Take a token away."""
    kernel.accounts.revoke_token(by, request.text("user"), request.text("name"))
    return {}


def override(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """Let a user whose days without the cloud are over work on, by a supervisor's word."""
    at = at_workstation(by, request.text("workstation"))
    names = ("user", "supervisor", "password", "reason")
    return {"until": kernel.accounts.override(at, *(request.text(name) for name in names))}


def set_offline_warning(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """Say whether the caller wants to be warned at this workstation that the site works offline."""
    warnings.show(kernel, by, request.flag("shown"))
    return {}


def _signed_in(call: Callable[[Kernel, Actor, Request], Answer]) -> Any:
    """Keep a call from who may only read and print. Raises: Refused: ``grant_expired``."""

    def guarded(kernel: Kernel, by: Actor, request: Request) -> Answer:
        if by.read_only:
            raise Refused("grant_expired", {"user": by.user})
        return call(kernel, by, request)

    return guarded


CALLS: Mapping[str, Callable[[Kernel, Actor, Request], Answer]] = {
    "Users.SignIn": sign_in,
    "Users.SignOut": sign_out,
    "Users.WhoAmI": who_am_i,
    "Users.ChangePassword": _signed_in(change_password),
    "Users.SetPassword": _signed_in(set_password),
    "Users.CreateToken": _signed_in(create_token),
    "Users.RevokeToken": _signed_in(revoke_token),
    "Users.Override": override,
    "Users.SetOfflineWarning": set_offline_warning,
}
