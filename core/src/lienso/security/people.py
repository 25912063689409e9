"""The users of a company, as the administrator at the cloud's keyboard keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, get_args

from .. import rights
from ..model import Actor
from ..rights import USER_TYPE

if TYPE_CHECKING:
    from ..kernel import Kernel
    from ..transaction import Transaction

ADMINISTRATORS = "ADMIN"
"""Code of the role, and of its one right, that may do everything."""


def add_user(
    kernel: Kernel, by: Actor, code: str, name: str, roles: Sequence[str], *, administrator: bool
) -> bool:
    """Make a user; the first one of a company becomes an administrator, since somebody must be one.

    Args:
        roles: codes. ``administrator``: also the role `ADMINISTRATORS`, which is made when missing.
    Returns:
        Whether the user is an administrator.
    Raises:
        Refused: ``code_exists``, ``not_found``: no such role, ``user_name_reserved``.
    """

    def work(transaction: Transaction) -> bool:
        everything = administrator or not any(transaction.view.all(USER_TYPE))
        given = list(roles)
        if everything and ADMINISTRATORS not in given:
            given.append(_administrators(transaction))
        transaction.save(USER_TYPE, {"code": code, "name": name, "roles": given})
        return everything

    return kernel.transact(by, work)


def _administrators(transaction: Transaction) -> str:
    found = transaction.view.by_code("role", ADMINISTRATORS)
    if found is not None:
        return found.id
    actions = list(get_args(rights.Action))
    everything = {
        "code": ADMINISTRATORS, "name": "Mọi chức năng", "function": "*", "actions": actions,
    }  # fmt: skip
    permission = transaction.save("permission", everything).record
    role = {"code": ADMINISTRATORS, "name": "Quản trị", "permissions": [permission.id]}
    return transaction.save("role", role).record.id


def set_active(kernel: Kernel, by: Actor, code: str, active: bool) -> None:
    """Let a user in, or shut him out from his next call on. Raises: Unknown: ``not_found``."""

    def work(transaction: Transaction) -> None:
        record = transaction.view.require(USER_TYPE, code)
        transaction.save(USER_TYPE, {"active": active}, id=record.id, merge=True)

    kernel.transact(by, work)


def users(kernel: Kernel, by: Actor) -> list[dict[str, Any]]:
    """List the users: {user, name, active, roles, password_at, tokens}."""
    return kernel.read(
        by,
        lambda view: [
            {
                "user": user.data.code,
                "name": user.data.name,
                "active": user.data.active,
                "roles": [view.code("role", role) for role in user.data.roles],
                "password_at": user.data.password_at,
                "tokens": len(user.data.tokens),
            }
            for user in view.all(USER_TYPE)
        ],
    )


def tokens(kernel: Kernel, by: Actor, code: str = "") -> list[dict[str, Any]]:
    """List the tokens of a user or of all: {user, name, made_at, until}."""
    return kernel.read(
        by,
        lambda view: [
            {"user": user.data.code, "name": one.name, "made_at": one.made_at, "until": one.until}
            for user in view.all(USER_TYPE)
            if code in ("", user.data.code)
            for one in user.data.tokens
        ],
    )
