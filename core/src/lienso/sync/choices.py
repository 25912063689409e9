"""What a site's user decides about a refused change (sync-design §6): functions over one transaction.

Sans I/O: instants and ids come from the transaction. Every decision is kept in the conflict archive.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..canonical import canonical_text, parse
from ..errors import Refused
from ..fields import merge_rules
from ..ids import instant_text
from ..registry import Registry
from ..storage import StoredRecord, View, Writer
from ..transaction import Transaction
from . import archive, merging
from .messages import Change
from .retrying import retry, with_its_group
from .settlement import other_edit, show
from .site_log import (
    NO_LOCAL,
    adopt,
    change_from_text,
    joined,
    local_of,
    put_local,
    put_outbox,
    record_from_text,
    record_text,
    withdraw,
)

Row = Mapping[str, Any]
"""A row of the failure list."""

CHOICES = (
    "mine", "theirs", "new", "fields", "map", "change_code", "renumber", "retry", "withdraw"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decision:
    """One row's decision.

    Attributes:
        id: of the change or record, or the number or code of the record.
        fields: of ``fields``: path → whose value holds. ``code``: of ``change_code``.
    """

    id: str
    choice: str
    fields: Mapping[str, merging.Side] = field(default_factory=dict)
    code: str = ""


def theirs_of(view: View, row: Row) -> StoredRecord | None:
    """Return the cloud's version of a refused change's record, as it was last seen here."""
    local = local_of(view, row["type"], row["record_id"])
    return record_from_text(local["shadow"]) if local is not None and local["shadow"] else None


def possible(view: View, registry: Registry, row: Row) -> tuple[str, ...]:
    """Name the choices that a refused change has, besides ``edit`` and ``report``."""
    change, code = change_from_text(row["content"]), row["code"]
    record_type = registry.record_types.get(row["type"])
    grouped = bool(change.group_id)
    theirs = theirs_of(view, row)
    found: list[str] = []
    if code.startswith("CONFLICT"):
        found.append("mine")
        if theirs is not None and not grouped:
            found.append("theirs")
        if (
            record_type is not None
            and record_type.kind != "catalog"
            and change.body
            and not grouped
        ):
            found.append("new")
        if _joins(registry, change, theirs):
            found.append("fields")
    elif code == "CODE_TAKEN":
        found.append("change_code")
        if change.op == "CREATE" and _holder(row) and not grouped:
            found.append("map")
    elif code == "NUMBER_TAKEN":
        found.append("renumber")
    elif code == "RETURNED":
        found += ["mine", "retry"]
    else:
        found.append("retry")
    return (*found, "withdraw")


def decide(transaction: Transaction, row: Row, decision: Decision) -> dict[str, Any]:
    """Carry out a decision about a row of the failure list; what is to be sent waits in the outbox.

    Returns:
        ``new_id`` and ``number`` of a voucher that was made, else nothing.
    Raises:
        Refused: ``choice_not_possible``, ``nothing_to_take``, ``other_edit_waits``, ``choice_missing``, ``bad_choice``,
            or what a save says.
    """
    registry = transaction.kernel.registry
    can = possible(transaction.writer, registry, row)
    if decision.choice == "theirs" and theirs_of(transaction.writer, row) is None:
        raise Refused("nothing_to_take", {"record": row["record_id"]})
    if decision.choice not in can or decision.choice not in _HANDLERS:
        detail = {"choice": decision.choice, "verdict": row["code"], "choices": list(can)}
        raise Refused("choice_not_possible", detail)
    return _HANDLERS[decision.choice](transaction, row, decision) or {}


def _mine(transaction: Transaction, row: Row, decision: Decision) -> None:
    change = change_from_text(row["content"])
    theirs = theirs_of(transaction.writer, row)
    if _joins(transaction.kernel.registry, change, theirs):
        # Only what both changed is in question: what others changed besides comes along.
        conflicts = _conflicts(transaction.kernel.registry, row, change, theirs)
        _joined(transaction, row, dict.fromkeys(conflicts, "mine"), "mine")
        return
    writer = transaction.writer
    _free(writer, row)
    if row["returned"] and change.body:
        show(writer, transaction.kernel.registry, change, _now(transaction))
    local = local_of(writer, change.type, change.record_id) or NO_LOCAL
    seen = local["shadow_version"] or parse(row["detail"]).get("stored", 0)
    _keep(transaction, change, change.body, theirs, decision)
    _send(transaction, row, change, {"seen_version": seen, "choice": "mine"})


def _fields(transaction: Transaction, row: Row, decision: Decision) -> None:
    if any(side not in merging.SIDES for side in decision.fields.values()):
        raise Refused("bad_choice", {"field": "fields", "value": dict(decision.fields)})
    _joined(transaction, row, decision.fields, "fields")


def _joined(
    transaction: Transaction, row: Row, fields: Mapping[str, merging.Side], choice: str
) -> None:
    """Send the join of both bodies, with every conflict decided, over the version that was seen."""
    registry, writer = transaction.kernel.registry, transaction.writer
    change, theirs = change_from_text(row["content"]), theirs_of(transaction.writer, row)
    assert theirs is not None, "only what both have is joined"
    conflicts = _conflicts(registry, row, change, theirs)
    unknown = sorted(fields.keys() - conflicts.keys())
    missing = sorted(conflicts.keys() - fields.keys())
    torn = merging.torn_groups(conflicts, fields)
    if unknown or missing or torn:
        detail = {"missing": missing, "unknown": unknown, "groups": torn}
        raise Refused("choice_missing", {**detail, "fields": ", ".join(missing or unknown or torn)})
    body = canonical_text(_merged(registry, change, theirs, fields).body)
    _free(writer, row)
    _keep(transaction, change, change.body, theirs, Decision(row["change_id"], choice, fields))
    override = {"seen_version": theirs.version, "choice": choice, "fields": dict(fields)}
    based = dataclasses.replace(
        change, op="UPDATE", body=body, base_version=theirs.version, base_body=theirs.body
    )
    show(writer, registry, based, _now(transaction))
    local = {
        "ever_synced": True, "base_version": theirs.version, "base": record_text(theirs)
    }  # fmt: skip
    put_local(writer, change.type, change.record_id, local)
    _send(transaction, row, based, override)


def _theirs(transaction: Transaction, row: Row, decision: Decision) -> None:
    change = change_from_text(row["content"])
    _keep(transaction, change, change.body, theirs_of(transaction.writer, row), decision)
    _give_up(transaction, row, decision.choice)


def _new(transaction: Transaction, row: Row, decision: Decision) -> dict[str, Any]:
    """Save my content as a document of its own, and give the other up (Lưu thành chứng từ mới)."""
    change = change_from_text(row["content"])
    theirs = theirs_of(transaction.writer, row)
    body = parse(change.body)
    fields = {**body, **{name: "" for name in ("no", "no_management") if name in body}}
    saved = transaction.save(
        change.type, fields, post=change.post_on_apply, ignore_warnings=change.pass_warnings
    ).record
    _keep(transaction, change, change.body, theirs, decision)
    _give_up(transaction, row, decision.choice)
    return {"new_id": saved.id, "number": getattr(saved.data, "no", "")}


def _map(transaction: Transaction, row: Row, decision: Decision) -> None:
    """Ask the cloud to let the holder of the code stand for this record; it is done when it says so."""
    change, holder = change_from_text(row["content"]), _holder(row)
    _free(transaction.writer, row)
    theirs = transaction.writer.get(change.type, holder)
    _keep(transaction, change, change.body, theirs, decision)
    _send(transaction, row, change, {"choice": "map", "target": holder})


def _change_code(transaction: Transaction, row: Row, decision: Decision) -> None:
    if not decision.code:
        raise Refused("field_required", {"field": "code"})
    transaction.save(row["type"], {"code": decision.code}, id=row["record_id"], merge=True)


def _retry(transaction: Transaction, row: Row, decision: Decision) -> None:
    retry(transaction.writer, [row["change_id"]])


def _withdraw(transaction: Transaction, row: Row, decision: Decision) -> None:
    for one in with_its_group(transaction.writer, row):
        change = change_from_text(one["content"])
        theirs = theirs_of(transaction.writer, one)
        _keep(transaction, change, change.body, theirs, decision)
        _give_up(transaction, one, decision.choice)


_HANDLERS: Mapping[str, Callable[[Transaction, Row, Decision], dict[str, Any] | None]] = {
    "mine": _mine,
    "theirs": _theirs,
    "new": _new,
    "fields": _fields,
    "map": _map,
    "change_code": _change_code,
    "retry": _retry,
    "withdraw": _withdraw,
}
"""``renumber`` asks the cloud for numbers, which no transaction waits for: see `deciding`."""


# -- helpers --------------------------------------------------------------------------------------


def _now(transaction: Transaction) -> str:
    return instant_text(transaction.view.now)


def _holder(row: Row) -> str:
    holder = parse(row["detail"]).get("holder", {})
    return str(holder.get("id", "")) if holder.get("type") == row["type"] else ""


def _joins(registry: Registry, change: Change, theirs: StoredRecord | None) -> bool:
    """Tell whether a refused edit can be joined with the cloud's version field by field."""
    record_type = registry.record_types.get(change.type)
    both = theirs is not None and not theirs.deleted and bool(change.body and change.base_body)
    return both and record_type is not None and record_type.kind == "catalog"


def _merged(
    registry: Registry,
    change: Change,
    theirs: StoredRecord | None,
    choices: Mapping[str, merging.Side],
) -> merging.Merged:
    assert theirs is not None, "only what both have is joined"
    rules = merge_rules(registry.record_type(change.type).model)
    base, mine, others = (parse(text) for text in (change.base_body, change.body, theirs.body))
    return merging.merge(base, mine, others, rules, choices)


def _conflicts(
    registry: Registry, row: Row, change: Change, theirs: StoredRecord | None
) -> dict[str, merging.FieldConflict]:
    """Return what is to be decided: by what is here, and what the cloud asked for besides."""
    assert theirs is not None, "only what both have is joined"
    found = dict(_merged(registry, change, theirs, {}).conflicts)
    rules = merge_rules(registry.record_type(change.type).model)
    base, mine, others = (parse(text) for text in (change.base_body, change.body, theirs.body))
    for path in parse(row["detail"]).get("fields", {}):
        if path not in found and merging.changed(mine, others, path):
            found[path] = merging.conflict(base, mine, others, rules, path)
    return found


def _free(writer: Writer, row: Row) -> None:
    """Take a row out of the list, so that another change takes its place.

    Raises:
        Refused: ``other_edit_waits``: another edit of the record is there, which must not be lost.
    """
    writer.state("failure_push").delete(row["change_id"])
    if other_edit(writer, change_from_text(row["content"])):
        raise Refused("other_edit_waits", {"type": row["type"], "record": row["record_id"]})


def _send(transaction: Transaction, row: Row, change: Change, override: Mapping[str, Any]) -> None:
    """Let a decided change wait to be sent in the place of the refused one."""
    again = dataclasses.replace(
        change,
        change_id=transaction.kernel.ids.new(),
        supersedes=joined([change], [row["change_id"]]),
        override={**override, "user": transaction.by.user},
        attempt=1,
    )
    put_outbox(transaction.writer, again, transaction.writer.next_value("saved"), _now(transaction))


def _keep(
    transaction: Transaction,
    change: Change,
    mine: str,
    theirs: StoredRecord | None,
    decision: Decision,
) -> None:
    said = {"choice": decision.choice, "fields": decision.fields, "user": transaction.by.user}
    archive.keep(transaction.writer, change, mine, theirs, said, _now(transaction))


def _give_up(transaction: Transaction, row: Row, choice: str) -> None:
    """Take a refused change out of the list; a record with nothing else unsent is as in the cloud."""
    writer, registry = transaction.writer, transaction.kernel.registry
    change = change_from_text(row["content"])
    writer.state("failure_push").delete(row["change_id"])
    withdraw(writer, change.supersedes)  # A restored cloud may keep them as refused.
    writer.state("withdrawn").put(
        {"change_id": row["change_id"], "choice": choice, "user": transaction.by.user}
    )
    local = local_of(writer, change.type, change.record_id)
    if local is None or other_edit(writer, change):
        return
    writer.state("record_local").delete(change.type, change.record_id)
    if local["shadow"]:
        adopt(writer, registry, record_from_text(local["shadow"]))
    elif local["base"]:
        adopt(writer, registry, record_from_text(local["base"]))
    else:  # Never accepted, or this store does not have the accepted version: a pull brings it.
        writer.forget(change.type, change.record_id)
    _show_last(writer, registry, change)


def _show_last(writer: Writer, registry: Registry, given_up: Change) -> None:
    """Make a returned change the present body of its record once all that stood beside it is gone."""
    rows = writer.state("failure_push").scan(equals={"record_id": given_up.record_id})
    nothing_here = writer.get(given_up.type, given_up.record_id, deleted=True) is None
    if rows and (len(rows) == 1 or nothing_here):
        change = change_from_text(rows[0]["content"])
        if change.body:
            show(writer, registry, change, rows[0]["at"])
            writer.state("failure_push").put({**rows[0], "returned": False})
