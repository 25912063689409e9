"""Records as worked cases see them: which one is meant, and what can be named of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..calls import guarded
from ..fields import refs_of, to_json
from ..ids import is_id
from ..model import Record, RecordType
from ..records import ledgers_of
from ..view import View

ONCE = frozenset({"platform_link", "sales_period_lock"})
"""Record types of which a company has one record (§4)."""


def existing_record(
    view: View, record_type: RecordType, fields: Mapping[str, Any], id: str | None
) -> Record[Any] | None:
    """Find the record that a case means: by id, code, number, or its key fields (§4)."""
    if id is not None:
        return view.get(record_type.id, id)
    if isinstance(fields.get("code"), str):
        return view.by_code(record_type.id, fields["code"])
    for name in ("no", "no_management"):
        if fields.get(name):
            found = view.find(record_type.id, "no", equals=(fields[name],))
            return next((r for r in found if getattr(r.data, name, "") == fields[name]), None)
    if record_type.id in ONCE:
        return next(view.all(record_type.id), None)
    key = _key_of(record_type, fields)
    if not key:
        return None
    found = (r for r in view.all(record_type.id) if _has_key(view, record_type, r, key))
    return next(found, None)


def _key_of(record_type: RecordType, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of the key fields, those not named as they are by default; empty: no key."""
    key: dict[str, Any] = {}
    for name in record_type.unique:
        info = record_type.model.model_fields[name]
        if name in fields or name in record_type.defaults:
            key[name] = fields.get(name, record_type.defaults.get(name))
        elif info.is_required():
            return {}
        else:
            key[name] = info.get_default(call_default_factory=True)
    return key


def _has_key(
    view: View, record_type: RecordType, record: Record[Any], key: Mapping[str, Any]
) -> bool:
    body = to_json(record.data)
    return all(
        wanted == body.get(name)
        or (not wanted and not body.get(name))
        or _names(view, record_type, name, str(body.get(name)), wanted)
        for name, wanted in key.items()
    )


def _names(view: View, record_type: RecordType, field: str, id: str, text: Any) -> bool:
    types = [type for path, type in refs_of(record_type.model) if path == (field,)]
    return is_id(id) and any(view.code(type, id) == text for type in types)


def shown_record(view: View, record_type: RecordType, record: Record[Any]) -> dict[str, Any]:
    """Return what a case can name of a record: its fields, derived values, and its states."""
    ledgers = ledgers_of(record.data)
    derive = record_type.derived
    derived = {}
    if derive is not None:
        derived = guarded(record_type.id, "derived", lambda: derive(record, view))
    return {
        **to_json(record.data),
        **derived,
        "id": record.id,
        "version": record.version,
        "posted": all(record.posted(ledger) for ledger in ledgers),
        "sync_state": view.sync_state(record.type, record.id),
    }
