"""Accounts as posting needs them: found once a transaction, then a look into a dictionary."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lienso import Record
from lienso.view import View

from .accounts import Account, Nature

LEVEL_1_DIGITS = 3


@dataclass(frozen=True, slots=True)
class AccountState:
    """What rules ask of an account.

    Attributes:
        parent: code of the account above it, the longest one that is a beginning of this code; empty at
            level 1.
        leaf: no other account begins with this code, so that it can be posted to.
        tracks: its own tokens, or those of the account above when it names none.
    """

    code: str
    id: str
    name: str
    active: bool
    leaf: bool
    parent: str
    nature: Nature | None
    tracks: tuple[str, ...]
    fc: bool
    monetary: bool
    statutory: bool


def account(view: View, code: str) -> AccountState | None:
    """Return an account by its code, None when there is none; cheap the second time."""
    known: dict[str, AccountState | None] = view.memo("catalog.accounts", dict)
    if code not in known:
        record = view.by_code("account", code) if code else None
        known[code] = None if record is None else _state(view, record)
    return known[code]


def _state(view: View, record: Record[Account]) -> AccountState:
    data = record.data
    above = parent_of(view, data.code)
    nature, monetary = data.nature, data.monetary
    tracks: tuple[str, ...] = tuple(data.tracks)
    if above is not None:
        nature = above.nature if nature is None else nature
        monetary = above.monetary if monetary is None else monetary
        # 1311 opened by the company under 131 is followed by customers too; the law's own are as written.
        tracks = tracks if tracks or data.is_statutory else above.tracks
    return AccountState(
        data.code,
        record.id,
        data.name or data.code,
        data.active,
        next(below(view, data.code), None) is None,
        "" if above is None else above.code,
        nature,
        tracks,
        data.fc,
        bool(monetary),
        data.is_statutory,
    )


def parent_of(view: View, code: str) -> AccountState | None:
    """Return the account above a code: the longest existing proper beginning of it (§2.2)."""
    for length in range(len(code) - 1, LEVEL_1_DIGITS - 1, -1):
        found = account(view, code[:length])
        if found is not None:
            return found
    return None


def below(view: View, code: str) -> Iterator[Record[Account]]:
    """List the accounts whose codes begin with this one, without itself, in the order of codes."""
    for record in view.find("account", "code", start=(code,)):
        found = record.data.code
        if not found.startswith(code):
            return
        if found != code:
            yield record


def level_of(view: View, code: str) -> int:
    """Return the level of an account in the tree; 1 for those with no account above."""
    above = parent_of(view, code)
    return 1 if above is None else 1 + level_of(view, above.code)
