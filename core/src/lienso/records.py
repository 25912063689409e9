"""Records between storage and modules: parsing, keys, references, summaries, posting states."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from .canonical import canonical_text, parse, spelled
from .errors import ModuleUnavailable, Refused
from .keys import fold_code, key_text
from .model import LEDGERS, Finding, Ledger, PostingState, Record, RecordType
from .skew import body_of, present_text
from .storage import RecordRef, StoredRecord

if TYPE_CHECKING:
    from pydantic import BaseModel

    from .fields import RefTree
    from .registry import Registry

    Replace = Callable[[str, str, tuple[str, ...]], str]

Refs = Collection[tuple[str, str]]
"""(id, type) of the records that a body refers to."""

OPTION_TYPE = "option"
"""The record type that holds the company's options; module ``system`` owns it."""


def to_record(registry: Registry, stored: StoredRecord) -> Record[Any]:
    """Parse a stored version by its type's model.

    Raises:
        ModuleUnavailable: no installed module knows the type; the record stays as it is.
        Refused: ``invalid``: the body does not fit the model that is installed;
            ``record_schema_too_new``: a newer one wrote it.
    """
    from .fields import parse_body

    record_type = registry.record_types.get(stored.type)
    if record_type is None:
        raise ModuleUnavailable(detail={"module": stored.type, "type": stored.type})
    body = stored.body
    if stored.schema_version != record_type.schema_version and not stored.deleted:
        body = present_text(record_type, body, stored.schema_version)
    data, findings = parse_body(record_type.model, body)
    if findings:
        detail = {"type": stored.type, "id": stored.id, "stored": True}
        raise Refused("invalid", detail, findings)
    return Record(
        stored.type,
        stored.id,
        stored.version,
        data,
        stored.deleted,
        posting_of(stored.posting),
        stored.feed_seq,
        stored.at,
    )


def posting_of(text: str) -> dict[str, PostingState]:
    """Read the posting states of an envelope."""
    if not text:
        return {}
    return {
        ledger: PostingState(
            state["status"],
            tuple(state.get("passed_warnings", ())),
            tuple(state.get("findings", ())),
            state.get("marks", {}),
        )
        for ledger, state in parse(text).items()
    }


def posting_text(states: Mapping[str, PostingState]) -> str:
    """Write the posting states for an envelope; empty when no ledger was touched."""
    if not states:
        return ""
    plain = not any(state.findings or state.marks for state in states.values())
    return (_posting_text_of if plain else _posting_text)(tuple(states.items()))


def _posting_text(states: Iterable[tuple[str, PostingState]]) -> str:
    return canonical_text(
        {
            ledger: {
                "status": state.status,
                "passed_warnings": list(state.passed_warnings),
                "findings": [dict(finding) for finding in state.findings],
                **({"marks": state.marks} if state.marks else {}),
            }
            for ledger, state in states
        }
    )


_posting_text_of = lru_cache(maxsize=1_000)(_posting_text)
"""Nearly all vouchers are simply posted. Findings hold what is no key of a cache."""


@lru_cache(maxsize=1_000)
def provenance_text(user: str, site: str, workstation: str) -> str:
    """Return who made a version, as an envelope has it."""
    return canonical_text({"user": user, "site": site, "workstation": workstation})


def finding_json(finding: Finding) -> dict[str, Any]:
    """Write a finding as JSON values."""
    found: dict[str, Any] = {"severity": finding.severity, "code": finding.code}
    if finding.field is not None:
        found["field"] = finding.field
    if finding.line is not None:
        found["line"] = finding.line
    if finding.values:
        found["values"] = dict(finding.values)
    return found


def finding_from_json(found: Mapping[str, Any]) -> Finding:
    """Read a finding from JSON values."""
    return Finding(
        found["severity"],
        found["code"],
        found.get("field"),
        found.get("line"),
        dict(found.get("values", {})),
    )


def keys_of(registry: Registry, stored: StoredRecord) -> tuple[tuple[str, str], ...]:
    """Return the keys of a stored record; none for a tombstone or a type nobody knows."""
    record_type = registry.record_types.get(stored.type)
    if record_type is None or stored.deleted:
        return ()
    return record_keys(record_type, body_of(record_type, stored))


def record_keys(
    record_type: RecordType,
    body: Mapping[str, Any],
    refs: Refs | None = None,
) -> tuple[tuple[str, str], ...]:
    """Return (key name, key text) of a body: code, no, date and ref where it has them, its type's
    own keys, and ``all`` where it has neither code nor number.

    Args:
        refs: what it refers to, where `references` has told it already.
    """
    keys: set[tuple[str, str]] = set()
    code = body.get("code")
    no = body.get("no")
    if code:
        keys.add(("code", key_text((fold_code(code),))))
    if no:
        keys.add(("no", key_text((no,))))
    if management := body.get("no_management"):
        keys.add(("no", key_text((management,))))
    if date := body.get("posting_date") or body.get("date"):
        keys.add(("date", key_text((date, no or ""))))
    if not code and not no:
        keys.add(("all", ""))
    found = references(record_type, body) if refs is None else refs
    keys.update(("ref", id) for id, _type in found)
    for key in record_type.keys:
        keys.update((key.name, key_text(values)) for values in _values(body, key.fields))
    return tuple(sorted(keys))


def _values(body: Mapping[str, Any], fields: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = [()]
    for field in fields:
        found = list(_at(body, field.split("."))) or [None]
        rows = [(*row, value) for row in rows for value in found]
    yield from rows


def _at(value: Any, path: Sequence[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _at(item, path)
    elif not path:
        yield value
    elif isinstance(value, Mapping) and path[0] in value:
        yield from _at(value[path[0]], path[1:])


def references(record_type: RecordType, body: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Return (id, type) of all records that a body refers to."""
    from .fields import ref_tree

    found: set[tuple[str, str]] = set()
    _collect(ref_tree(record_type.model), body, found)
    return found


def _collect(tree: RefTree, body: Mapping[str, Any], found: set[tuple[str, str]]) -> None:
    for name, value in body.items():
        below = tree.get(name)
        if not below or not value:
            continue
        for item in value if isinstance(value, list) else (value,):
            if isinstance(below, str):
                if isinstance(item, str) and item:
                    found.add((item, below))
            elif isinstance(item, Mapping):
                _collect(below, item, found)


def replace_references(
    model: type[BaseModel], body: Mapping[str, Any], change: Replace
) -> dict[str, Any]:
    """Return a body whose references were changed.

    Args:
        change: (value, type, path of it) → new value; asked for texts that are not empty.
    """
    from .fields import ref_tree

    return _replaced(ref_tree(model), body, change, ())


def replace_codes(
    model: type[BaseModel], body: Mapping[str, Any], change: Replace
) -> dict[str, Any]:
    """Return a body whose codes of records were changed (`lienso.fields.CodeOf`); as for references."""
    from .fields import code_tree

    return _replaced(code_tree(model), body, change, ())


def _replaced(
    tree: RefTree, body: Mapping[str, Any], change: Replace, at: tuple[str, ...]
) -> dict[str, Any]:
    result = dict(body)
    for name, value in body.items():
        below = tree.get(name)
        if not below or not value:
            continue
        if isinstance(value, list):
            result[name] = [
                _changed(below, item, change, (*at, name, str(index)))
                for index, item in enumerate(value)
            ]
        else:
            result[name] = _changed(below, value, change, (*at, name))
    return result


def _changed(below: str | RefTree, value: Any, change: Replace, at: tuple[str, ...]) -> Any:
    if not isinstance(below, str):
        return _replaced(below, value, change, at) if isinstance(value, Mapping) else value
    return change(value, below, at) if isinstance(value, str) and value else value


def summary_of(body: Mapping[str, Any]) -> str:
    """Return what can be read of a record without its plugin, as JSON text."""
    summary = {
        "number": body.get("no") or body.get("code") or "",
        "date": body.get("posting_date") or body.get("date") or "",
        "text": str(body.get("description") or body.get("reason") or body.get("name") or "")[:200],
    }
    return spelled({name: value for name, value in summary.items() if value}).decode()


def merge_body(before: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body with named fields changed; lists of lines are merged by their ``line``."""
    merged = dict(before)
    for name, value in fields.items():
        old = merged.get(name)
        if _numbered(value) and old is not None and _numbered(old):
            lines = {item["line"]: item for item in old}
            for item in value:
                lines[item["line"]] = {**lines.get(item["line"], {}), **item}
            merged[name] = [lines[number] for number in sorted(lines)]
        elif value is None:
            merged.pop(name, None)
        else:
            merged[name] = value
    return merged


def _numbered(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(item, Mapping) and _is_line(item.get("line")) for item in value)
    )


def _is_line(value: Any) -> bool:
    """Tell a line's number from what the model will refuse: texts, floats, truth values."""
    return isinstance(value, int) and not isinstance(value, bool)


def voucher_ref(record: Record[Any]) -> RecordRef:
    """Return the reference under which a record's entries stand in the books."""
    return RecordRef(record.type, record.id)


def posting_date_of(data: Any) -> datetime.date | None:
    """Return the business day of a record: its posting date, else its date, else None."""
    found = getattr(data, "posting_date", None) or getattr(data, "date", None)
    return found if isinstance(found, datetime.date) else None


def ledgers_of(data: Any) -> tuple[Ledger, ...]:
    """Return the ledgers that a record shows on: its ``display_on_book``, else the financial one."""
    shown = getattr(data, "display_on_book", "financial")
    if shown == "both":
        return LEDGERS
    return ("management",) if shown == "management" else ("financial",)
