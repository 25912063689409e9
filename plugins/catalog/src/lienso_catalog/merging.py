"""Merging customers, suppliers, employees and items into one (spec `catalog.md` §4.3–4.6).

The source stays as an inactive record that says what it was merged into; what sites still send with
its id is led to the target by the kernel, and its code is kept by an alias until it is released.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal

from lienso import Finding, Record, Refused
from lienso.fields import Money, Params, Quantity, Text, to_json
from lienso.ids import instant_text
from lienso.session import Session
from lienso.view import View
from pydantic import Field

from .check_objects import roles_of
from .converting import Converter
from .merge_balances import balances, openings, statement_lines
from .moving import Move, Moved, move
from .objects import ROLES
from .standing import refuse_locked, stop_on_warnings

SOURCES_MAX = 50
"""Sources of one merge: each is a look by a person, who reads their names."""

KEPT = frozenset(
    {"code", "active", "merged_into", "platform_id", "version", "platform_base", "branch"}
)
"""Fields that a target never takes from a source."""


class MergeParams(Params):
    """The record that stays, and those that go into it, by code or id.

    Attributes:
        keep_fields: ``target_then_source`` fills what is blank in the target, and joins groups, contacts
            and bank accounts.
        ignore_warnings: pass the warnings knowingly. ``dry_run``: the same answer, nothing is changed.
    """

    target: Text
    sources: list[Text] = Field(min_length=1, max_length=SOURCES_MAX)
    keep_fields: Literal["target_then_source", "target_only"] = "target_then_source"
    ignore_warnings: bool = False
    dry_run: bool = False


class ItemSource(Params):
    """An item that goes; ``factor``: how many main units of the target make one of its own."""

    code: Text
    factor: Quantity | None = None


class MergeItemsParams(Params):
    """As `MergeParams`, each source with its factor where the main units differ."""

    target: Text
    sources: list[ItemSource] = Field(min_length=1, max_length=SOURCES_MAX)
    keep_fields: Literal["target_then_source", "target_only"] = "target_then_source"
    ignore_warnings: bool = False
    dry_run: bool = False


class Changed(Params):
    """How much a merge rewrote; ``ledger_rows``: both rows of every pair, without openings."""

    vouchers: int
    records: int
    ledger_rows: int
    opening_balances: int


class MergeResult(Params):
    """What a merge did.

    Attributes:
        record: the target as it is now. ``aliases``: old code → code.
        balances: {account, object, before, after}: debit less credit, đồng.
        opening_balances: {account, object, debit, credit}: of the target, one row an account.
        statement_effect: line of the balance sheet → {before, after}: a debit balance of one and a credit
            balance of the other shrink both sides.
    """

    record: dict[str, Any]
    aliases: dict[str, str]
    changed: Changed
    balances: list[dict[str, Any]]
    opening_balances: list[dict[str, Any]]
    statement_effect: dict[str, dict[str, Money]]


class MergeItemsResult(Params):
    """What a merge of items did.

    Attributes:
        stock: {item, warehouse, qty, value} of the target. ``opening``: the same of moved openings.
        converted: {voucher, line, old_qty, old_unit, qty, unit}.
        recompute_issue_cost_from: from this day issue costs have to be computed anew.
    """

    record: dict[str, Any]
    aliases: dict[str, str]
    changed: Changed
    stock: list[dict[str, Any]]
    opening: list[dict[str, Any]]
    converted: list[dict[str, Any]]
    recompute_issue_cost_from: str | None


def merge_customers(params: MergeParams, session: Session) -> MergeResult:
    """Merge customers. Raises: as `_merge_objects`."""
    return _merge_objects(params, session, "customer")


def merge_suppliers(params: MergeParams, session: Session) -> MergeResult:
    """Merge suppliers. Raises: as `_merge_objects`."""
    return _merge_objects(params, session, "supplier")


def merge_employees(params: MergeParams, session: Session) -> MergeResult:
    """Merge employees; a source's user account no longer names one where the target has its own.

    Raises: as `_merge_objects`.
    """
    return _merge_objects(params, session, "employee")


def _merge_objects(params: MergeParams, session: Session, role: str) -> MergeResult:
    """Merge objects that have a role.

    Raises:
        Unknown: ``not_found``. Refused: ``merge_self``, ``already_merged``, ``object_role``,
            ``period_locked``.
    """
    target, sources = _chosen(session.view, "object", params.target, params.sources)
    for record in (target, *sources):
        if role not in roles_of(record.data):
            raise Refused("object_role", {"role": ROLES[role], "object": record.data.code})
    wanted = _move_of("object", target, sources)
    refuse_locked(session, wanted, totals_stay=True)
    ids = [target.id, *(source.id for source in sources)]
    before, lines_before = balances(session.view, ids), statement_lines(session.view)
    if role == "employee":
        _keep_one_user(session, target, sources)
    moved = move(session, wanted)
    merged, aliases = _finish(session, target, sources, params.keep_fields, _roles)
    after, lines_after = balances(session.view, ids), statement_lines(session.view)
    codes = {record.id: record.data.code for record in (target, *sources)}
    return MergeResult(
        record=_shown(merged),
        aliases=aliases,
        changed=_changed(moved),
        balances=[
            {
                "account": account,
                "object": codes[id],
                "before": before.get((account, id), 0),
                "after": after.get((account, id), 0),
            }
            for account in sorted({account for account, _id in (*before, *after)})
            for id in ids
            if (account, id) in before or (account, id) in after
        ],
        opening_balances=openings(session.view, merged),
        statement_effect={
            line: {"before": lines_before[line], "after": lines_after[line]}
            for line in lines_before
            if lines_before[line] != lines_after[line]
        },
    )


def merge_items(params: MergeItemsParams, session: Session) -> MergeItemsResult:
    """Merge items; quantities go into the target's main unit, values stay.

    Raises:
        Unknown: ``not_found``. Refused: ``merge_self``, ``already_merged``, ``factor_required``,
            ``tracking_differs``, ``period_locked``; the warning ``stock_account_differs``.
    """
    names = [source.code for source in params.sources]
    target, sources = _chosen(session.view, "item", params.target, names)
    factors = {
        record.id: _factor(target, record, named.factor)
        for record, named in zip(sources, params.sources, strict=True)
    }
    stop_on_warnings(session, _item_warnings(target, sources), params.ignore_warnings)
    converter = Converter(session.view, target, sources, factors)
    wanted = _move_of("item", target, sources, converter)
    refuse_locked(session, wanted, totals_stay=True)
    moved = move(session, wanted)

    def with_units(body: dict[str, Any], source: Record[Any]) -> dict[str, Any]:
        return converter.with_unit(body, source)

    merged, aliases = _finish(session, target, sources, params.keep_fields, with_units)
    recompute = moved.first_day
    if recompute is not None and moved.opening_rows:
        recompute += datetime.timedelta(days=1)  # of openings: the first accounting day
    return MergeItemsResult(
        record=_shown(merged),
        aliases=aliases,
        changed=_changed(moved),
        stock=converter.stock(),
        opening=converter.opening_rows(),
        converted=converter.converted,
        recompute_issue_cost_from=None if recompute is None else recompute.isoformat(),
    )


# -- what may be merged ---------------------------------------------------------------------------------


def _chosen(
    view: View, type: str, target: str, sources: Sequence[str]
) -> tuple[Record[Any], list[Record[Any]]]:
    stays = view.require(type, target)
    going = [view.require(type, name) for name in dict.fromkeys(sources)]
    for record in (stays, *going):
        if record.data.merged_into:
            into = view.code(type, record.data.merged_into)
            raise Refused("already_merged", {"code": record.data.code, "target": into})
    if any(record.id == stays.id for record in going) or len({r.id for r in going}) < len(sources):
        raise Refused("merge_self", {"code": stays.data.code})
    return stays, going


def _factor(target: Record[Any], source: Record[Any], given: Decimal | None) -> Decimal:
    if given is not None and given <= 0:
        raise Refused("factor_required", {"item": source.data.code, "factor": str(given)})
    if source.data.unit != target.data.unit and given is None:
        raise Refused("factor_required", {"item": source.data.code})
    for name in ("lot_tracking", "expiry_tracking"):
        if getattr(source.data, name) != getattr(target.data, name):
            raise Refused("tracking_differs", {"item": source.data.code, "field": name})
    specs = [[(c.name, c.unique) for c in item.data.spec_columns] for item in (source, target)]
    if specs[0] != specs[1]:
        raise Refused("tracking_differs", {"item": source.data.code, "field": "spec_columns"})
    return Decimal(1) if given is None else given


def _item_warnings(target: Record[Any], sources: Sequence[Record[Any]]) -> list[Finding]:
    return [
        Finding(
            "warning",
            "stock_account_differs",
            "stock_account",
            None,
            {"item": source.data.code, "account": source.data.stock_account},
        )
        for source in sources
        if source.data.stock_account != target.data.stock_account
    ]


def _move_of(
    type: str, target: Record[Any], sources: Sequence[Record[Any]], converter: Any = None
) -> Move:
    going = {source.id: target.id for source in sources}
    return Move(
        type,
        going,
        keep=frozenset({target.id, *going}),
        change_body=None if converter is None else converter.body,
        change_entry=None if converter is None else converter.entry,
    )


# -- the records ----------------------------------------------------------------------------------------


def _finish(
    session: Session,
    target: Record[Any],
    sources: Sequence[Record[Any]],
    keep_fields: str,
    more: Any,
) -> tuple[Record[Any], dict[str, str]]:
    """Fill the target, put the sources away, and keep their codes and ids by aliases."""
    type, aliases = target.type, {}
    body = to_json(target.data)
    for source in sources:
        if keep_fields == "target_then_source":
            body = _filled(body, to_json(source.data), target.id, source.id)
        body = more(body, source)
        own = {**to_json(source.data), "active": False, "merged_into": target.id}
        session.rewrite(type, own, source.id)
        keep_alias(session, source, target, "merge")
        aliases[source.data.code] = target.data.code
    return session.rewrite(type, body, target.id), aliases


def keep_alias(session: Session, source: Record[Any], target: Record[Any], reason: str) -> None:
    """Lead what sites still send to the target, and keep the source's code from being given anew."""
    session.stand_for(source.type, source.id, target.id)
    for older in list(session.view.all("alias")):
        if older.data.catalog == source.type and older.data.new_id == source.id:
            body = {**to_json(older.data), "new_id": target.id, "new_code": target.data.code}
            session.rewrite("alias", body, older.id)
    session.rewrite(
        "alias",
        {
            "catalog": source.type,
            "old_id": source.id,
            "old_code": source.data.code,
            "new_id": target.id,
            "new_code": target.data.code,
            "reason": reason,
            "at": instant_text(session.view.now),
            "by": session.actor.user,
        },
    )


def _filled(
    body: dict[str, Any], source: Mapping[str, Any], stays: str, goes: str
) -> dict[str, Any]:
    """Fill what is blank, and add elements of lists that are not there; the source is never named."""
    filled = dict(body)
    for name, value in source.items():
        if name in KEPT or value in ("", None, [], goes, stays):
            continue
        there = filled.get(name)
        if isinstance(value, list) and isinstance(there, list):
            filled[name] = [*there, *(item for item in value if item not in there)]
        elif there in ("", None, []):
            filled[name] = value
    return filled


def _roles(body: dict[str, Any], source: Record[Any]) -> dict[str, Any]:
    """Unite the roles: a customer that was a supplier under another code is both."""
    return {**body, **{f"is_{role}": True for role in roles_of(source.data)}}


def _keep_one_user(session: Session, target: Record[Any], sources: Sequence[Record[Any]]) -> None:
    def users(id: str) -> list[Record[Any]]:
        return list(session.view.find("user", "ref", equals=(id,)))

    if not users(target.id):
        return
    for source in sources:
        for user in users(source.id):
            body = {k: v for k, v in to_json(user.data).items() if k != "employee"}
            session.rewrite("user", body, user.id)


def _shown(record: Record[Any]) -> dict[str, Any]:
    return {"id": record.id, **to_json(record.data)}


def _changed(moved: Moved) -> Changed:
    return Changed(
        vouchers=len(moved.vouchers),
        records=moved.records,
        ledger_rows=moved.ledger_rows,
        opening_balances=moved.opening_rows,
    )
