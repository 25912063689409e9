"""Changing the code of a used record, and releasing a code that was merged away (§2.0, §4.0)."""

from __future__ import annotations

from typing import Any

from lienso import Refused, Unknown
from lienso.fields import Params, Text
from lienso.session import Session
from lienso.view import View

from .checks import alias_of
from .moving import Move, is_named
from .types import TYPE_IDS


class ChangeCodeParams(Params):
    """Which entry of which catalog, and the code it gets."""

    catalog: Text
    code: Text
    new_code: Text
    dry_run: bool = False


class ChangeCodeResult(Params):
    """The code it has now, and the one that is free now."""

    code: str
    old_code: str


class ReleaseParams(Params):
    """The old code of a merged, moved or deleted entry."""

    catalog: Text
    code: Text
    dry_run: bool = False


class ReleaseResult(Params):
    """The code that may be given anew, and what it stood for."""

    released: str
    target: str


def change_code(params: ChangeCodeParams, session: Session) -> ChangeCodeResult:
    """Give a used entry another code; everything refers to it by id, also what is unsent.

    Accounts are named by code: the code of a used one stays, its postings can be moved.

    Raises:
        Unknown: ``not_found``. Refused: ``code_exists``, ``code_is_alias``; of an account ``in_use``,
            ``statutory``.
    """
    record = session.view.require(_catalog(params.catalog), params.code)
    new = {record.data.code: params.new_code}
    if params.catalog == "account" and is_named(session.view, Move("account", codes=new)):
        detail = {"code": record.data.code, "type": "account", "id": record.id}
        raise Refused("in_use", detail)  # also what stands in no book yet
    saved = session.save(params.catalog, {"code": params.new_code}, id=record.id)
    return ChangeCodeResult(code=saved.data.code, old_code=record.data.code)


def release_alias(params: ReleaseParams, session: Session) -> ReleaseResult:
    """Let a code that was merged away name a new record; references of late vouchers still follow it.

    Raises:
        Unknown: ``not_found``: no such alias. Refused: ``in_use`` with ``sites``: these have not heard of
            the merge, or have something unsent.
    """
    alias = alias_of(session.view, _catalog(params.catalog), params.code)
    if alias is None:
        raise Unknown("not_found", {"type": "alias", "value": params.code})
    holding = _holding(session.view, alias.feed_seq)
    if holding:
        raise Refused(
            "in_use", {"code": params.code, "sites": holding, "used_in": {"site": len(holding)}}
        )
    old = session.view.get(params.catalog, alias.data.old_id) if alias.data.old_id else None
    if old is not None and old.data.code == alias.data.old_code:
        session.delete(params.catalog, old.id)  # it is inactive, and nothing names it
    if params.catalog == "account":
        session.release_code("account", alias.data.old_code)
    session.delete("alias", alias.id)
    return ReleaseResult(released=alias.data.old_code, target=alias.data.new_code)


def _catalog(name: str) -> str:
    if name not in TYPE_IDS or name == "alias":
        raise Unknown("unknown_record_type", {"type": name})
    return name


def _holding(view: View, position: int) -> list[str]:
    """List the sites that may still show the old code: they have not read so far, or hold unsent changes.

    A site that never read anything has no code to hold.
    """
    rows: list[dict[str, Any]] = view.stored.state("site").scan()
    return [
        row["label"] or row["site_id"]
        for row in rows
        if not row["retired"]
        and row["cursor"]
        and (row["cursor"] < position or row["pending"] + row["failed"])
    ]
