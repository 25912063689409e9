"""Moving postings between entries of the analytic catalogs (spec `catalog.md` §4.13–4.18)."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any

from lienso import Finding, LiensoError, Record, Refused
from lienso.fields import Params, Text
from lienso.session import Session
from pydantic import Field

from . import trees
from .merging import keep_alias
from .moving import Move, Span, move
from .standing import refuse_locked, stop_on_warnings

TYPES: Mapping[str, tuple[str, str]] = {
    "tool_type": ("Loại CCDC", "Move postings of a tool type"),
    "asset_type": ("Loại TSCĐ", "Move postings of a fixed-asset type"),
    "cost_item": ("Khoản mục chi phí", "Move postings of a cost item"),
    "project": ("Công trình", "Move postings of a project"),
    "budget_item": ("Mục thu/chi", "Move postings of a receipt/payment item"),
    "statistic_code": ("Mã thống kê", "Move postings of a statistical code"),
}
"""Catalog → its name in the function's label, and the English label."""

ACCOUNTS = ("cost_account", "depreciation_account", "pending_account", "expense_account")
"""Default accounts of tool and asset types; cards and later vouchers take the new type's."""

MOVES_MAX = 200


class CodeMove(Params):
    """From which entry to which, by code."""

    from_code: Text
    to_code: Text


class MovesParams(Params):
    """Moves within one catalog, of some days (bounds included) or of all.

    Attributes:
        atomic: the first refused move fails the call; else it is listed, and the others are done.
        delete_source: the sources go afterwards; only without days.
    """

    moves: list[CodeMove] = Field(min_length=1, max_length=MOVES_MAX)
    from_date: datetime.date | None = None
    to_date: datetime.date | None = None
    atomic: bool = True
    delete_source: bool = False
    ignore_warnings: bool = False
    dry_run: bool = False


class Done(Params):
    """A move that was done; ``ledger_rows``: both rows of every pair."""

    from_code: str
    to_code: str
    ledger_rows: int
    vouchers: int


class MovesResult(Params):
    """What was done, and with ``atomic`` false what was refused: {from_code, code, detail}."""

    done: list[Done]
    refused: list[dict[str, Any]] = []


def transfer_of(type: str) -> Callable[[MovesParams, Session], MovesResult]:
    """Return the function of a catalog."""

    def transfer(params: MovesParams, session: Session) -> MovesResult:
        return _transfer(type, params, session)

    return transfer


def _transfer(type: str, params: MovesParams, session: Session) -> MovesResult:
    """Move postings between entries of a catalog.

    Raises:
        Refused: ``chained_move``, ``transfer_refused``, ``dimension_unknown``, ``dimension_inactive``,
            ``not_a_leaf``, ``period_locked``; the warning ``accounts_differ``.
    """
    starts = [one.from_code for one in params.moves]
    if {*starts} & {one.to_code for one in params.moves if one.to_code != one.from_code}:
        raise Refused("chained_move")
    dated = params.from_date is not None or params.to_date is not None
    if params.delete_source and dated:
        raise Refused("transfer_refused", {"reason": "delete_source with days"})
    done: list[Done] = []
    refused: list[dict[str, Any]] = []
    for one in params.moves:
        try:
            with session.attempt():
                done.append(_move_one(type, one, params, session))
        except LiensoError as error:
            if params.atomic:
                raise
            row = {"from_code": one.from_code, "code": error.code, "detail": dict(error.detail)}
            refused.append(row)
    return MovesResult(done=done, refused=refused)


def _move_one(type: str, one: CodeMove, params: MovesParams, session: Session) -> Done:
    source, target = _ends(type, one, session)
    stop_on_warnings(session, _differing(source, target), params.ignore_warnings)
    wanted = Move(
        type,
        {source.id: target.id},
        span=Span(params.from_date, params.to_date),
        keep=frozenset({source.id, target.id}),
    )
    refuse_locked(session, wanted, totals_stay=True)
    moved = move(session, wanted)
    if params.delete_source:
        keep_alias(session, source, target, "transfer")
        session.delete(type, source.id)
    return Done(
        from_code=source.data.code,
        to_code=target.data.code,
        ledger_rows=moved.ledger_rows,
        vouchers=len(moved.vouchers),
    )


def _ends(type: str, one: CodeMove, session: Session) -> tuple[Record[Any], Record[Any]]:
    view, ends = session.view, []
    for code in (one.from_code, one.to_code):
        record = view.by_code(type, code)
        values = {"dimension": TYPES[type][0], "value": code}
        if record is None:
            raise Refused("dimension_unknown", values)
        if not trees.is_leaf(view, type, record.id):
            raise Refused("not_a_leaf", {"code": code, "type": type})
        ends.append(record)
    source, target = ends
    if source.id == target.id:
        raise Refused("transfer_refused", {"reason": "from and to are one", "code": one.to_code})
    if not target.data.active:
        values = {"dimension": TYPES[type][0], "value": one.to_code}
        raise Refused("dimension_inactive", values)
    return source, target


def _differing(source: Record[Any], target: Record[Any]) -> list[Finding]:
    fields = [
        name
        for name in ACCOUNTS
        if getattr(source.data, name, "") != getattr(target.data, name, "")
    ]
    values = {"from_code": source.data.code, "to_code": target.data.code, "fields": fields}
    return [Finding("warning", "accounts_differ", None, None, values)] if fields else []
