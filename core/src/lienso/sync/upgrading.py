"""A site whose modules were upgraded: what waits is converted; and what it may edit until then.

Changes that are sealed are never touched: the cloud takes them as they are, or refuses them, and then
they are converted. Sans I/O: functions over one transaction; instants and ids are passed in.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

from ..canonical import canonical_text, digest_of, parse
from ..errors import PluginCrashed
from ..records import references
from ..registry import Registry
from ..skew import is_newer, present_text
from ..storage import View, Writer
from .messages import Change
from .settlement import show
from .site_log import (
    adopt,
    change_from_text,
    identity,
    joined,
    put_outbox,
    set_identity,
)

SCHEMAS, MODES = "schemas", "type_modes"


def schemas(registry: Registry) -> dict[str, int]:
    """Return the version of the body that each type's module writes."""
    return {type.id: type.schema_version for type in registry.record_types.values()}


# -- what waits -------------------------------------------------------------------------------------


def to_upgrade(view: View, registry: Registry) -> bool:
    """Tell whether modules are others than when a session was opened last, or may have to be."""
    if identity(view, SCHEMAS) != canonical_text(schemas(registry)):
        return True
    rows = view.state("failure_push").scan(equals={"code": "SCHEMA_TOO_OLD"})
    return any(_older(registry, change_from_text(row["content"])) for row in rows)


def upgrade(writer: Writer, registry: Registry, new_id: Callable[[], str], at: str) -> int:
    """Convert what waits, and what was refused as too old, to the version of the modules that are here.

    Returns:
        How many changes are others now.
    """
    count = 0
    if not to_upgrade(writer, registry):
        return count
    for row in writer.state("outbox").scan():
        change = change_from_text(row["content"])
        newer = _converted(registry, change, new_id) if _older(registry, change) else None
        if newer is not None:
            _show(writer, registry, change, newer)
            put_outbox(writer, newer, row["saved"], row["at"])
            count += 1
    for row in writer.state("failure_push").scan(equals={"code": "SCHEMA_TOO_OLD"}):
        change = change_from_text(row["content"])
        newer = _converted(registry, change, new_id) if _older(registry, change) else None
        if newer is None or row["returned"]:
            continue
        _show(writer, registry, change, newer)
        writer.state("failure_push").delete(row["change_id"])
        newer = dataclasses.replace(newer, supersedes=joined([change], [change.change_id]))
        put_outbox(writer, newer, writer.next_value("saved"), at)
        count += 1
    _show_refused(writer, registry, at)
    set_identity(writer, **{SCHEMAS: canonical_text(schemas(registry))})
    return count


def _show_refused(writer: Writer, registry: Registry, at: str) -> None:
    """Show what a restored cloud did not take back and the module here could not read until now."""
    for row in writer.state("failure_push").scan(equals={"returned": False}):
        change = change_from_text(row["content"])
        known = change.type in registry.record_types
        readable = known and not is_newer(registry, change.type, change.schema_version)
        missing = writer.get(change.type, change.record_id, deleted=True) is None
        if change.body and readable and missing:
            show(writer, registry, change, at)


def _older(registry: Registry, change: Change) -> bool:
    record_type = registry.record_types.get(change.type)
    return (
        record_type is not None
        and bool(change.body)
        and change.schema_version < record_type.schema_version
    )


def _converted(registry: Registry, change: Change, new_id: Callable[[], str]) -> Change | None:
    """Return a change of the present version; None where the module cannot convert it: it is sent as
    it is, and the cloud says what it thinks of it."""
    record_type = registry.record_types[change.type]

    def text(body: str) -> str:
        return present_text(record_type, body, change.schema_version)

    try:
        body, base = text(change.body), text(change.base_body)
    except PluginCrashed:
        return None
    refs = references(record_type, parse(body))
    return dataclasses.replace(
        change,
        change_id=new_id(),
        body=body,
        base_body=base,
        schema_version=record_type.schema_version,
        refs={id: type for id, type in sorted(refs)},
    )


def _show(writer: Writer, registry: Registry, change: Change, newer: Change) -> None:
    """Convert the record with its change, where it stands here as that has it."""
    stored = writer.get(change.type, change.record_id)
    if stored is not None and stored.body == change.body:
        converted = dataclasses.replace(
            stored,
            body=newer.body,
            digest=digest_of(newer.body),
            schema_version=newer.schema_version,
        )
        adopt(writer, registry, converted)


# -- what may be edited -----------------------------------------------------------------------------


def keep_modes(writer: Writer, registry: Registry, told: Mapping[str, str]) -> Mapping[str, str]:
    """Keep the modes that a Hello told, each for the version of the type that it was told of; returns
    them."""
    known = schemas(registry)
    kept = {id: [mode, known[id]] for id, mode in told.items() if id in known}
    if identity(writer, MODES, "{}") != (text := canonical_text(kept)):
        set_identity(writer, **{MODES: text})
    return told


def modes_here(view: View, registry: Registry) -> dict[str, str]:
    """Return the modes of the types here; one that was upgraded since has none until the next Hello."""
    known = schemas(registry)
    kept = parse(identity(view, MODES, "{}"))
    return {id: mode for id, (mode, version) in kept.items() if known.get(id) == version}
