"""Two users of a company, how they sign in, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lienso import Actor, LiensoError, Refused
from lienso.kernel import Kernel
from lienso.security.passwords import Passwords
from lienso.testing.kernels import TENANT, Clock, actor

PASSWORD = "mật khẩu của Hoa"
OTHER = "mật khẩu khác hẳn"
DAY = 24 * 3600
AT_1 = Actor(TENANT, "local", "S1", "may1")
AT_2 = Actor(TENANT, "local", "S1", "may2")
PROGRAM = Actor(TENANT, "tool", "", "may0")
RECEIPT = {
    "posting_date": "2026-03-02",
    "lines": [{"line": 1, "debit": "1111", "credit": "131", "amount": 500_000}],
}
ALL = ["see", "add", "edit", "delete", "post", "unpost", "print", "export"]


def cheap(kernel: Kernel) -> Kernel:
    """Let passwords cost little: what they cost is argon2's own business."""
    kernel.accounts.credentials.passwords = Passwords(memory_kib=8, rounds=1, lanes=1)
    return kernel


def people(head: Kernel) -> Kernel:
    """Make hoa, who may do everything, and ngan, who may do nothing."""
    by = actor(head)
    head.save(by, "permission", {"code": "ALL", "function": "*", "actions": ALL})
    head.save(by, "role", {"code": "ALL", "permissions": ["ALL"]})
    head.save(by, "user", {"code": "hoa", "roles": ["ALL"]})
    head.save(by, "user", {"code": "ngan"})
    head.accounts.set_password(by, "hoa", PASSWORD)
    return head


def sign_in(kernel: Kernel, by: Actor = AT_1, password: str = PASSWORD, user: str = "hoa") -> Actor:
    """Sign in and return who that is at the next call."""
    token, _actor, _until = kernel.accounts.sign_in(by, user, password)
    return kernel.accounts.sessions.actor(replace(by, workstation=""), token)


def refusal(kernel: Kernel, by: Actor = AT_1, password: str = PASSWORD, user: str = "hoa") -> str:
    """Return the code with which a sign-in is refused; empty when it is not."""
    try:
        kernel.accounts.sign_in(by, user, password)
    except LiensoError as error:
        return error.code
    return ""


def saved(kernel: Kernel, by: Actor) -> str:
    """Return the code with which saving a voucher is refused; empty when it is not."""
    try:
        kernel.save(by, "receipt", RECEIPT)
    except LiensoError as error:
        return error.code
    return ""


def clock_of(kernel: Kernel) -> Clock:
    """Return the clock of a test."""
    assert isinstance(kernel.clock, Clock)
    return kernel.clock


def events(kernel: Kernel) -> list[tuple[str, str, str, str]]:
    """Return (user, event, workstation, site) of the log of sign-ins."""
    rows = kernel.storage.read(
        TENANT, lambda view: view.state("sign_in_log").scan(order=("at", "id"))
    )
    return [(row["user"], row["event"], row["workstation"], row["site"]) for row in rows]


# -- rights --------------------------------------------------------------------------------------

HOA = Actor(TENANT, "hoa")
HOA_S1 = Actor(TENANT, "hoa", "S1", "may1")


def grant(head: Kernel, user: str, function: str, actions: list[str], **more: Any) -> None:
    """Give a user one right, beside those that he has."""
    by = actor(head)
    found = head.read(by, lambda view: view.by_code("user", user))
    code = f"Q{head.read(by, lambda view: len(list(view.all('permission'))))}"
    body = {"code": code, "function": function, "actions": actions, **more}
    permission = head.save(by, "permission", body).record
    role = head.save(by, "role", {"code": code, "permissions": [permission.id]}).record
    roles = [role.id] if found is None else [*found.data.roles, role.id]
    id = None if found is None else found.id
    head.save(by, "user", {"code": user, "roles": roles}, id=id)


def at_site(head: Kernel, user: str, site: str = "S1") -> None:
    """Have a user known at a site, as after his first sign-in there."""
    row = {"user": user, "site_id": site, "granted_at": "2026-01-01", "until": "2027-01-01"}
    head.storage.write(TENANT, lambda writer: writer.state("site_user").put(row))


def receipt(**more: Any) -> dict[str, Any]:
    """Return the body of a receipt."""
    line = {"line": 1, "debit": "1111", "credit": "131", "amount": 500_000}
    return {"posting_date": "2026-03-02", "lines": [line], **more}


def code_of(work: Callable[[], Any]) -> str:
    """Return the code of a refusal; empty where nothing was refused."""
    try:
        work()
    except Refused as refused:
        return refused.code
    return ""
