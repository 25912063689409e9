"""Setting options, all or nothing (spec `system.md` §4.1)."""

from __future__ import annotations

from typing import Any, Literal

from lienso import Refused
from lienso.canonical import canonical_text, parse
from lienso.fields import Params
from lienso.session import Session
from lienso.view import View

from .options import COMPANY_ONLY, USER_OPTIONS

EFFECTS = {"accounting_regime": "reports recomputed"}


class SetOptionsParams(Params):
    """Options by key, for the company, a branch (by code or id), or the user himself."""

    values: dict[str, Any]
    scope: Literal["company", "branch", "user"] = "company"
    branch: str | None = None


class SetOptionsResult(Params):
    """What changed: key → {old, new}; what follows from it, in words."""

    changed: dict[str, dict[str, Any]]
    effects: list[str] = []


def set_options(params: SetOptionsParams, session: Session) -> SetOptionsResult:
    """Set options; one wrong value or unknown key leaves all of them as they were.

    Raises:
        Unknown: ``option_unknown``. Refused: ``option_value_invalid``, ``option_locked_by_data``,
            ``regime_change_mid_year``, ``field_required`` (branch).
    """
    branch = _branch(params, session.view)
    changed: dict[str, dict[str, Any]] = {}
    for key, value in params.values.items():
        if params.scope == "user":
            old = _set_for_user(key, value, session)
        else:
            if branch and key in COMPANY_ONLY:
                raise Refused("option_value_invalid", {"key": key, "scope": "company"})
            old = session.set_option(key, value, branch)
        if old != value:
            changed[key] = {"old": old, "new": value}
    return SetOptionsResult(
        changed=changed, effects=[EFFECTS[key] for key in changed if key in EFFECTS]
    )


def _branch(params: SetOptionsParams, view: View) -> str:
    if params.scope != "branch":
        return ""
    if not params.branch:
        raise Refused("field_required", {"field": "branch"})
    return view.require("org_unit", params.branch).id


def _set_for_user(key: str, value: Any, session: Session) -> Any:
    """Set a habit of the acting user; returns what held for him before."""
    company = session.view.option(key)
    if key not in USER_OPTIONS or not isinstance(value, bool):
        kind = "bool" if key in USER_OPTIONS else "company"
        raise Refused("option_value_invalid", {"key": key, "value": value, "kind": kind})
    user = session.actor.user
    found = session.view.find("option", "key", equals=(key, "", user), limit=1)
    existing = next(found, None)
    old = company if existing is None else parse(existing.data.value)
    body = {"key": key, "value": canonical_text(value), "scope": "user", "user": user}
    session.save("option", body, id=None if existing is None else existing.id)
    return old
