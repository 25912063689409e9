"""What a user may do, by his roles (spec `system.md` §2): the answer to the kernel's question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lienso import Finding, Record
from lienso.rights import Right
from lienso.view import View

EVERY_FUNCTION = "*"
"""As `Permission.function`: everything there is. ``<module>.*``: everything of a module."""

ONLY_NAMES = ("merge_in_locked_period",)
"""Rights that are no function: functions ask for them (`catalog.md` §4.3)."""

RESERVED = ("system", "local", "administrator")
"""Names under which nobody signs in: the kernel, a workstation without a user, the server's keyboard."""


@dataclass(frozen=True, slots=True)
class _Granted:
    """One right: ``branches`` None is every branch, ``ledger`` empty is both."""

    actions: frozenset[str]
    branches: frozenset[str] | None
    ledger: str

    def covers(self, right: Right, ledger: str) -> bool:
        if right.action not in self.actions or self.ledger not in ("", ledger):
            return False
        if right.branch is None or self.branches is None or right.branch in self.branches:
            return True
        # What belongs to no branch is there for all to look at, and for nobody of one to change.
        return not right.branch and right.action in ("see", "print") and _is_record(right)


def _is_record(right: Right) -> bool:
    return "." not in right.function


class UserRights:
    """The rights of one user."""

    def __init__(self, granted: Mapping[str, tuple[_Granted, ...]], owners: Mapping[str, str]):
        self._granted, self._owners = granted, owners

    def allows(self, right: Right) -> bool:
        """Tell whether this may be done. To see or print something, one of its ledgers is enough."""
        module = self._owners.get(right.function, right.function.partition(".")[0])
        names = (right.function, f"{module}.*", EVERY_FUNCTION)
        held = [one for name in names for one in self._granted.get(name, ())]
        wanted = right.ledgers or ("",)
        enough = any if right.action in ("see", "print") and _is_record(right) else all
        return enough(any(one.covers(right, ledger) for one in held) for ledger in wanted)


def rights_of(user: str, view: View) -> UserRights | None:
    """Return what a user may do; None for nobody, and for who was switched off (Ngừng theo dõi)."""
    found = view.by_code("user", user)
    if found is None or not found.data.active or found.data.code != user:
        return None
    granted: dict[str, list[_Granted]] = {}
    for permission in _permissions(found, view):
        branch = permission.branch
        branches = None if branch is None else frozenset(_below(branch, view))
        one = _Granted(frozenset(permission.actions), branches, permission.ledger)
        granted.setdefault(permission.function, []).append(one)
    return UserRights({name: tuple(all_of) for name, all_of in granted.items()}, view.owners)


def _permissions(user: Record[Any], view: View) -> Iterator[Any]:
    for role_id in user.data.roles:
        role = view.get("role", role_id)
        if role is None or not role.data.active:
            continue
        for id in role.data.permissions:
            permission = view.get("permission", id)
            if permission is not None and permission.data.active:
                yield permission.data


def _below(branch: str, view: View) -> Iterator[str]:
    """Yield a branch and all under it."""
    yield branch
    for child in view.children("org_unit", branch):
        yield from _below(child.id, view)


# -- checks -----------------------------------------------------------------------------------------


def check_record(record: Record[Any], view: View) -> Iterator[Finding]:
    """Say what is wrong with a user or a right."""
    if record.type == "user" and record.data.code.casefold() in RESERVED:
        yield Finding("error", "user_name_reserved", "code", None, {"user": record.data.code})
    if record.type == "permission":
        name = record.data.function
        module, _, rest = name.partition(".")
        known = name in (EVERY_FUNCTION, *ONLY_NAMES) or name in view.owners
        if not known and not (rest == "*" and module in view.owners.values()):
            yield Finding("error", "function_unknown", "function", None, {"function": name})


def check_delete(record: Record[Any], view: View) -> Iterator[Finding]:
    """Keep the last user: a company that has users never becomes one that is open to everybody."""
    if record.type == "user" and not any(one.id != record.id for one in view.all("user")):
        yield Finding("error", "last_user", None, None, {"user": record.data.code})
