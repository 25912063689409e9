"""Modules of different age (sync-design §12): bodies that another version of a record type wrote.

What was written stays as it was written, with its version; readers of a later one convert it when they
read. Nothing converts downwards: what a newer module wrote is not read here, and never edited.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from .canonical import canonical_text, parse
from .errors import Refused
from .storage import StoredRecord, View

if TYPE_CHECKING:
    from .model import RecordType
    from .registry import Registry

Mode = Literal["held", "read_only", "refused"]
"""Of a record type at a site: the cloud's module is missing or older, and changes wait; the site's is
older, and what newer ones wrote is not edited there; the site's is too old, and its changes are refused."""

WRITERS = 2
"""So many versions before its own a cloud takes, unless the record type says more."""


def oldest_writer(record_type: RecordType) -> int:
    """Return the lowest version of bodies that the cloud takes from sites."""
    return record_type.oldest_writer or max(1, record_type.schema_version - WRITERS)


def upcast(record_type: RecordType, body: Mapping[str, Any], written: int) -> dict[str, Any]:
    """Return a body of an earlier version as the present one has it; without a step it is the same.

    Raises:
        Refused: ``record_schema_too_new``: a later version wrote it. PluginCrashed: a step has a bug.
    """
    from .calls import guarded  # it needs what needs this module

    known = record_type.schema_version
    if written > known:
        values = {"type": record_type.id, "version": written, "known": known}
        raise Refused("record_schema_too_new", values)
    found = dict(body)
    for version in range(written, known):
        step = record_type.upcasters.get(version)
        if step is not None:
            found = dict(guarded(record_type.id, "upcast", lambda step=step, at=found: step(at)))
    return found


def body_of(record_type: RecordType, stored: StoredRecord) -> dict[str, Any]:
    """Return the body of a stored version as JSON values of the present version; {} of a tombstone."""
    body: dict[str, Any] = parse(stored.body) if stored.body else {}
    if stored.schema_version == record_type.schema_version or stored.deleted:
        return body
    return upcast(record_type, body, stored.schema_version)


def present_text(record_type: RecordType, text: str, written: int) -> str:
    """Return a body's canonical text in the present version. Raises: as `upcast`."""
    if written == record_type.schema_version or not text:
        return text
    return canonical_text(upcast(record_type, parse(text), written))


def is_newer(registry: Registry, type: str, written: int) -> bool:
    """Tell whether a module that is installed is older than what wrote a body."""
    record_type = registry.record_types.get(type)
    return record_type is not None and written > record_type.schema_version


def check_writer(record_type: RecordType, written: int) -> None:
    """Refuse what a site's module is too old, or too new, to have written for this cloud.

    Raises:
        Refused: ``record_schema_too_new``, ``record_schema_too_old``.
    """
    oldest = oldest_writer(record_type)
    if written < oldest:
        values = {"type": record_type.id, "version": written, "oldest": oldest}
        raise Refused("record_schema_too_old", values)
    if written > record_type.schema_version:
        upcast(record_type, {}, written)


def modes(registry: Registry, types: Mapping[str, int]) -> dict[str, str]:
    """Return the modes of a site's types that are not of the same version here."""
    found: dict[str, str] = {}
    for id, written in types.items():
        mode = _mode(registry.record_types.get(id), written)
        if mode:
            found[id] = mode
    return found


def _mode(record_type: RecordType | None, written: int) -> Mode | None:
    if record_type is None or written > record_type.schema_version:
        return "held"
    if written < oldest_writer(record_type):
        return "refused"
    return "read_only" if written < record_type.schema_version else None


def check_editable(view: View, modes: Mapping[str, str], type: str, id: str | None) -> None:
    """Refuse an edit that this site's module is too old for.

    Raises:
        Refused: ``module_too_old``: the cloud takes nothing of it any more; ``written_by_newer``: a
            newer module wrote the record, an older one would drop what it does not know.
    """
    mode = modes.get(type)
    if mode == "refused":
        raise Refused("module_too_old", {"type": type})
    if mode == "read_only" and id is not None:
        row: Mapping[str, Any] | None = view.state("opaque").get(type, id)
        if row is not None:
            raise Refused("written_by_newer", {"type": type, "id": id})
