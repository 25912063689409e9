"""Conflicts and collisions that are known before a push: a pull brought what stands against an edit.

Nothing is decided here: the cloud has the last word when the edit is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..canonical import parse
from ..errors import PluginCrashed
from ..fields import merge_rules
from ..keys import fold_code
from ..numbers import FIELD_OF, is_numbered
from ..records import posting_date_of
from ..storage import StoredRecord
from . import merging
from .messages import Change
from .site_log import change_from_text, local_of, record_from_text

if TYPE_CHECKING:
    from ..model import Record, RecordType
    from ..registry import Registry
    from ..view import View


def rows(registry: Registry, view: View) -> list[dict[str, Any]]:
    """List unsent edits that the cloud will refuse as far as is known here, in the order of saving.

    Returns:
        Rows {type, id, change_id, voucher or record, verdict, fields, holder}: ``verdict`` is the
        protocol's word that is to be expected, ``fields`` of CONFLICT_FIELDS, ``holder`` the id of the
        record that has the number or code.
    """
    stored = view.stored
    waiting = [
        change_from_text(row["content"]) for row in stored.state("outbox").scan(order=("saved",))
    ]
    waiting += [change_from_text(row["content"]) for row in stored.state("sealed").scan()]
    return [row for change in waiting if (row := _foreseen(registry, view, change)) is not None]


def _foreseen(registry: Registry, view: View, change: Change) -> dict[str, Any] | None:
    record_type = registry.record_types.get(change.type)
    if record_type is None or change.override:
        return None  # Nobody can read it; or the user decided already.
    try:
        found = _conflict(view, record_type, change) or _collision(
            registry, view, record_type, change
        )
    except PluginCrashed:
        return None  # It cannot be read as of this module; the cloud will say what it thinks.
    if found is None:
        return None
    body = parse(change.body or "{}")
    named = {"voucher": body["no"]} if body.get("no") else {"record": body.get("code", "")}
    return {
        "type": change.type,
        "id": change.record_id,
        "change_id": change.change_id,
        **named,
        **found,
    }


def _conflict(view: View, record_type: RecordType, change: Change) -> dict[str, Any] | None:
    local = local_of(view.stored, change.type, change.record_id)
    if local is None or local["shadow_version"] <= change.base_version:
        return None
    theirs: StoredRecord = record_from_text(local["shadow"])
    if theirs.deleted:
        return {"verdict": "CONFLICT_DELETED"}
    if record_type.kind != "catalog" or not change.base_body or not change.body:
        return {"verdict": "CONFLICT_EDIT"}
    texts = (change.base_body, change.body, theirs.body)
    base, mine, others = (parse(text) for text in texts)
    conflicts = merging.merge(base, mine, others, merge_rules(record_type.model)).conflicts
    fields: Mapping[str, Any] = {path: found.as_json() for path, found in conflicts.items()}
    return {"verdict": "CONFLICT_FIELDS", "fields": fields} if fields else None


def _collision(
    registry: Registry, view: View, record_type: RecordType, change: Change
) -> dict[str, Any] | None:
    record = view.get(change.type, change.record_id)
    if record is None:
        return None
    if record_type.kind == "catalog":
        code = getattr(record.data, "code", "")
        others = view.find(change.type, "code", equals=(fold_code(code),)) if code else ()
        holder = next((other for other in others if other.id != record.id), None)
        return None if holder is None else {"verdict": "CODE_TAKEN", "holder": holder.id}
    holder = next(_with_its_number(registry, view, record_type, record), None)
    return None if holder is None else {"verdict": "NUMBER_TAKEN", "holder": holder.id}


def _with_its_number(
    registry: Registry, view: View, record_type: RecordType, record: Record[Any]
) -> Iterator[Record[Any]]:
    """Yield other records of the same series and year that have its number."""
    date = posting_date_of(record.data)
    if date is None or not is_numbered(record_type):
        return
    for field in FIELD_OF.values():
        no = getattr(record.data, field, "")
        if not no:
            continue
        for type in registry.group_types(record_type.group):
            for other in view.find(type, "no", equals=(no,)):
                at = posting_date_of(other.data)
                same = other.id != record.id and getattr(other.data, field, "") == no
                if same and at is not None and view.fiscal_year(at) == view.fiscal_year(date):
                    yield other
