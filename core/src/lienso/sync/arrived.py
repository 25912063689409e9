"""Which records have come to a site already. Sans I/O: functions over one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ..storage import StoredRecord, View

Id = tuple[str, str]
"""(type, id) of a record."""


def stored_of(view: View, ids: Iterable[Id]) -> dict[Id, StoredRecord]:
    """Return the live ones of these records."""
    found: dict[Id, StoredRecord] = {}
    by_type: dict[str, list[str]] = {}
    for type, id in ids:
        by_type.setdefault(type, []).append(id)
    for type, wanted in by_type.items():
        for id, stored in view.get_many(type, wanted).items():
            found[type, id] = stored
    return found


def here(view: View, ids: Collection[Id]) -> set[Id]:
    """Tell which of these have come, a deleted one and one that nobody can read yet too."""
    found = set(stored_of(view, ids))
    opaque = view.state("opaque")
    return found | {
        id
        for id in set(ids) - found
        if view.get(*id, deleted=True) is not None or opaque.get(*id) is not None
    }
