"""Which part of a company's records a site holds (sync-design §14): its branches, and types of records.

The cloud keeps the scope and tells it with every Hello; a new one ends the session, so nothing is ever
pushed or pulled under another scope than the one that the site has. Sans I/O: functions over one
transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..canonical import canonical_text, parse
from ..errors import Refused, Unknown
from ..registry import Registry
from ..storage import StoredRecord, View, Writer
from ..view import View as KernelView
from .extent import EVERYTHING, Mark, Scope
from .messages import Change, PullReply, PullRequest, Verdict
from .site_log import identity

TABLE = "site_scope"

SWEEP_PAGES = 20
"""Pages of the feed that are looked through for one answer: most of them may lie outside."""


def holds(scope: Scope, record: StoredRecord) -> bool:
    """Tell whether a record lies in a scope."""
    return _lies(scope, record.type, record.scope)


def _lies(scope: Scope, type: str, branch: str) -> bool:
    return (scope.branches is None or not branch or branch in scope.branches) and (
        scope.types is None or type in scope.types
    )


def both(one: Scope, other: Scope) -> Scope:
    """Return what lies in two scopes."""
    return Scope(_both(one.branches, other.branches), _both(one.types, other.types))


def _both(one: tuple[str, ...] | None, other: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if one is None or other is None:
        return one if other is None else other
    return tuple(sorted({*one} & {*other}))


def scope_text(scope: Scope) -> str:
    """Write a scope for a state table; empty for everything."""
    if scope == EVERYTHING:
        return ""
    return canonical_text(
        {
            name: list(values)
            for name, values in (("branches", scope.branches), ("types", scope.types))
            if values is not None
        }
    )


def scope_from_text(text: str) -> Scope:
    """Read a scope from a state table."""
    found = parse(text) if text else {}
    branches, types = (found.get(name) for name in ("branches", "types"))
    return Scope(*(None if some is None else tuple(some) for some in (branches, types)))


# -- the cloud --------------------------------------------------------------------------------------


def scope_of(view: View, site_id: str) -> Scope | None:
    """Return the scope that a site was given; None for a site that holds everything."""
    row = view.state(TABLE).get(site_id)
    return None if row is None else scope_from_text(row["scope"])


def give(writer: Writer, site_id: str, scope: Scope) -> bool:
    """Give a site a scope; it takes it with its next Hello, which it has to say at once.

    Returns:
        False when it had this one.
    Raises:
        Unknown: ``not_found``: no such site.
    """
    row = writer.state("site").get(site_id)
    if row is None:
        raise Unknown("not_found", {"type": "site", "value": site_id})
    if scope == (scope_of(writer, site_id) or EVERYTHING):
        return False
    if scope == EVERYTHING:
        writer.state(TABLE).delete(site_id)
    else:
        writer.state(TABLE).put({"site_id": site_id, "scope": scope_text(scope)})
    writer.state("site").put({**row, "session_id": ""})
    return True


def named(
    view: KernelView, registry: Registry, branches: Sequence[str], types: Sequence[str]
) -> Scope:
    """Return a scope by codes of branches and ids of numbered types; no names of a kind mean all of it.

    Catalogs and settings belong to every scope of types: nothing can be read without them.

    Raises:
        Unknown: ``not_found``: no such branch; ``unknown_record_type``.
        Refused: ``bad_choice``: a type that is not numbered.
    """
    ids = tuple(sorted({view.require("org_unit", code).id for code in branches}))
    for type in types:
        if not registry.record_type(type).number_prefix:
            raise Refused("bad_choice", {"field": "types", "value": type})
    rest = {type.id for type in registry.record_types.values() if not type.number_prefix}
    return Scope(ids or None, tuple(sorted({*types} | rest)) if types else None)


def told(view: KernelView, registry: Registry, site_id: str) -> dict[str, list[str] | None]:
    """Return a site's scope for people: codes of branches, and numbered types; None for all.

    Raises:
        Unknown: ``not_found``: no such site.
    """
    if view.stored.state("site").get(site_id) is None:
        raise Unknown("not_found", {"type": "site", "value": site_id})
    scope = scope_of(view.stored, site_id) or EVERYTHING
    known = registry.record_types
    types = [t for t in scope.types or () if t not in known or known[t].number_prefix]
    return {
        "branches": None
        if scope.branches is None
        else sorted(view.code("org_unit", id) or id for id in scope.branches),
        "types": None if scope.types is None else types,
    }


def page(view: View, scope: Scope, request: PullRequest, limit: int, bytes_max: int) -> PullReply:
    """Return a page of the feed as a site sees it: records of its scope, and which have left it.

    With ``request.had``: what the site lacks of a wider scope, up to ``request.until``. Tombstones are
    among it, since the site may not have let go of everything that was outside for a while.
    """
    found: list[StoredRecord] = []
    gone: list[Mark] = []
    after, head, had = request.cursor, view.feed_seq, request.had
    end = head if had is None else min(request.until, head)
    for _ in range(SWEEP_PAGES):
        part = view.changes(after, limit=limit, bytes_max=bytes_max)
        after = part.next_after
        for record in part.records:
            if record.feed_seq > end:
                continue
            if holds(scope, record):
                if had is None or not holds(had, record):
                    found.append(record)
            elif had is None and _was_inside(view, scope, record):
                gone.append(
                    Mark(record.type, record.id, record.version, record.feed_seq, record.digest)
                )
        if found or gone or after >= end:
            break
    after = min(after, end)
    return PullReply(request.session, tuple(found), after, head, after >= end, tuple(gone))


def _was_inside(view: View, scope: Scope, record: StoredRecord) -> bool:
    """Tell whether a site may hold an earlier version of a record that lies outside now."""
    if record.version == 1:
        return False
    earlier = {one.version: one for one in view.history(record.type, record.id)}
    # Where versions are missing, after a restore, nobody knows where they lay.
    return any(
        number not in earlier or holds(scope, earlier[number])
        for number in range(1, record.version)
    )


def check(view: View, scope: Scope, change: Change) -> None:
    """Refuse what a site sends of a record outside its scope, or that would leave it.

    Raises:
        Rejected: SCOPE_DENIED.
    """
    from ..accept import Rejected  # it needs this package

    body = parse(change.body) if change.body else {}
    branch = body.get("branch") or "" if isinstance(body, dict) else ""
    stored = view.get(change.type, change.record_id, deleted=True)
    away = stored is not None and not holds(scope, stored)
    if away or not _lies(scope, change.type, branch):
        detail = {"code": "outside_scope", "type": change.type, "branch": branch}
        raise Rejected("SCOPE_DENIED", detail)


def shown(scope: Scope | None, verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """Return verdicts without the records that a site must not see."""
    if scope is None:
        return tuple(verdicts)
    return tuple(
        verdict
        if verdict.record is None or holds(scope, verdict.record)
        else replace(verdict, record=None)
        for verdict in verdicts
    )


# -- a site -----------------------------------------------------------------------------------------


def outside(view: View, missing: Iterable[tuple[str, str]]) -> bool:
    """Tell whether records (type, id) that do not come lie outside this site's scope, as far as is known
    here: it has one, and they are not listed as failures."""
    failed = view.state("failure_pull")
    scoped = bool(identity(view, "scope"))
    return scoped and all(failed.get(*id) is None for id in missing)
