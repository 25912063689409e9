"""What a module maps: its fields, who owns each, and how values look on both sides (§2, §4)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ..canonical import canonical_text
from ..errors import Refused
from ..fields import to_json
from ..model import Record
from ..view import View
from .port import PlatformError

Owner = Literal["platform", "accounting", "both", "fixed"]
"""``fixed``: taken when the record is made, afterwards nobody's; ``both``: merged over the base."""

Conflict = Literal["ask", "platform_wins", "local_wins"]


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class MappedField:
    """A field of ours and what it is called there.

    Attributes:
        wire: its name there; empty: the same.
        ref: record type whose platform ids or codes stand there; ``unknown``: code when it is not here.
        many: ours is a list, theirs the first of it.
        take, give: value there → value of ours, and back; what is given back is what is compared.
    """

    name: str
    owner: Owner
    wire: str = ""
    ref: str = ""
    unknown: str = ""
    many: bool = False
    take: Callable[[Any], Any] = _same
    give: Callable[[Any], Any] = _same

    @property
    def there(self) -> str:
        """Its name there."""
        return self.wire or self.name

    def taken(self, view: View, value: Any) -> Any:
        """Return a value of theirs as ours. Raises: Refused: the code for what is not known here."""
        if not self.ref:
            return self.take(value)
        if value in (None, ""):
            return [] if self.many else None
        found = linked_record(view, self.ref, str(value)) or view.by_code(self.ref, str(value))
        if found is None:
            raise Refused(self.unknown, {"value": value, "field": self.there})
        return [found.id] if self.many else found.id

    def given(self, view: View, value: Any) -> Any:
        """Return a value of ours as theirs."""
        if not self.ref:
            return self.give(value)
        value = value[0] if self.many and value else value
        record = None if value in (None, "", []) else view.get(self.ref, value)
        return None if record is None else record.data.platform_id or record.data.code


@dataclass(frozen=True, slots=True)
class Resource:
    """Rows there that are records of one type here.

    Attributes:
        role: what its records have, and what a new one gets. ``defaults``: what a new one gets when
            the row does not say.
        gone: what becomes of a record whose row was deleted: ``unlink`` keeps it without its link,
            ``delete`` deletes it, or puts it out of use where others refer to it.
        match: fields by which a record that is not linked may be meant, in this order.
        creates: whether a record made here is made there too.
    """

    id: str
    type: str
    fields: tuple[MappedField, ...]
    role: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    gone: Literal["unlink", "delete"] = "delete"
    match: tuple[str, ...] = ("code",)
    creates: bool = False

    def has(self, record: Record[Any]) -> bool:
        """Tell whether a record is one of this resource."""
        return all(getattr(record.data, name) == value for name, value in self.role.items())


def linked_record(view: View, type: str, platform_id: str) -> Record[Any] | None:
    """Return the record that is linked with a row there."""
    return next(view.find(type, "platform_id", equals=(platform_id,), limit=1), None)


def id_of(row: Mapping[str, Any]) -> str:
    """Return the id of a row there.

    Raises:
        PlatformError: ``platform_rejected``: the driver gave a row that nothing can be linked with.
    """
    id = row.get("platform_id")
    if not isinstance(id, str | int) or not str(id):
        raise PlatformError("platform_rejected", {"message": "a row without platform_id"})
    return str(id)


def version_of(row: Mapping[str, Any]) -> int:
    """Return the version of a row there; 0 when it has none.

    Raises:
        PlatformError: ``platform_rejected``: it is no number.
    """
    version = row.get("version") or 0
    if not isinstance(version, int):
        raise PlatformError("platform_rejected", {"message": f"version {version!r} is no integer"})
    return version


@dataclass(frozen=True, slots=True)
class Merged:
    """A row laid over a record.

    Attributes:
        changes: fields of ours with their new values. ``base``: what both sides know now.
        conflicts: fields that both changed, when nobody said whose hold.
    """

    changes: Mapping[str, Any]
    base: Mapping[str, Any]
    conflicts: list[dict[str, Any]]


def merge_row(
    view: View,
    resource: Resource,
    row: Mapping[str, Any],
    record: Record[Any],
    conflict: Conflict = "ask",
) -> Merged:
    """Lay a row over a record by the owners of fields (§2): what the platform owns is taken, what
    accounting owns stays, what both own is merged over the base that both knew.

    Raises:
        Refused: a reference of the row is not here.
    """
    local = to_json(record.data)
    base: dict[str, Any] = dict(local.get("platform_base") or {})
    known = bool(base)
    changes: dict[str, Any] = {}
    conflicts = []
    for one in resource.fields:
        if one.there not in row or one.owner == "fixed":
            continue
        ours = one.taken(view, row[one.there])
        remote, mine = one.given(view, ours), one.given(view, local.get(one.name))
        agreed = base.get(one.there, _default(view, one, record))
        base[one.there] = remote
        if remote == mine or one.owner == "accounting":
            continue
        if one.owner == "both" and (not known or mine != agreed):
            if known and remote == agreed:
                continue  # only we changed it: it waits to be pushed
            if conflict == "local_wins":
                continue
            if conflict == "ask":
                conflicts.append({"field": one.there, "local": mine, "platform": remote})
                continue
        changes[one.name] = ours
    return Merged(changes, base, conflicts)


def unsent(view: View, resource: Resource, record: Record[Any]) -> dict[str, Any]:
    """Return what accounting changed since both sides agreed, as values there."""
    base = record.data.platform_base
    sent = {}
    for one in resource.fields:
        mine = one.given(view, to_json(record.data).get(one.name))
        if one.owner in ("accounting", "both") and mine != base.get(
            one.there, _default(view, one, record)
        ):
            sent[one.there] = mine
    return sent


def not_ours(view: View, resource: Resource, record: Record[Any]) -> dict[str, Any]:
    """Return fields the platform owns that were changed only here, with the values to give back."""
    base, back = record.data.platform_base, {}
    local = to_json(record.data)
    for one in resource.fields:
        mine = one.given(view, local.get(one.name))
        if one.owner == "platform" and one.there in base and mine != base[one.there]:
            back[one.name] = one.taken(view, base[one.there])
    return back


def whole(view: View, resource: Resource, record: Record[Any]) -> dict[str, Any]:
    """Return all fields of a record as values there, for a new row."""
    local = to_json(record.data)
    made = {one.there: one.given(view, local.get(one.name)) for one in resource.fields}
    return {name: value for name, value in made.items() if value not in (None, "", [])}


def push_key(resource: str, id: str, payload: Mapping[str, Any]) -> str:
    """Return the key of a push: the same content for the same record has the same (§2)."""
    text = canonical_text({"resource": resource, "id": id, "payload": dict(payload)})
    return hashlib.sha256(text.encode()).hexdigest()


def _default(view: View, one: MappedField, record: Record[Any]) -> Any:
    model = type(record.data).model_fields[one.name]
    return one.given(view, model.get_default(call_default_factory=True))
