"""Everything a site has that the cloud has not accepted, as one JSON file: ``lienso export-pending``.

The file is read without this program: names of fields are those of `lienso.sync.messages.Change`,
bodies are JSON objects, and references stand beside their codes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .canonical import canonical_text, digest_of, parse
from .errors import Refused
from .ids import instant_text
from .sync import site_log

if TYPE_CHECKING:
    from .kernel import Kernel
    from .model import Actor
    from .sync.messages import Change
    from .view import View

FORMAT = "lienso-pending/1"
STATES = {"outbox": "waiting", "sealed": "without_verdict", "failure_push": "refused"}
"""Table → what its changes are called in the file, in the order in which they stand there."""


def pending(kernel: Kernel, by: Actor) -> dict[str, Any]:
    """Return what waits at a site, read at one instant.

    Raises:
        Refused: ``only_at_a_site``.
    """
    if kernel.role != "site":
        raise Refused("only_at_a_site")
    found = kernel.read(by, lambda view: _read(kernel, view))
    return {**found, "digest": digest_of(canonical_text(found["changes"]))}


def _read(kernel: Kernel, view: View) -> dict[str, Any]:
    changes = [
        _change(view, table, row)
        for table in STATES
        for row in view.stored.state(table).scan(order=("saved",) if table == "outbox" else None)
    ]
    tenant = kernel.storage.tenants().get(view.tenant)
    assert tenant is not None, "a company that is read is in the directory"
    return {
        "format": FORMAT,
        "company": {"id": tenant.id, "name": tenant.name},
        "site": kernel.settings.site_id,
        "history_id": site_log.identity(view.stored, "history_id"),
        "cursor": site_log.cursor(view.stored),
        "at": instant_text(view.now),
        "changes": changes,
    }


def _change(view: View, table: str, row: dict[str, Any]) -> dict[str, Any]:
    change: Change = site_log.change_from_text(row["content"])
    body = parse(change.body) if change.body else None
    found: dict[str, Any] = {
        "state": STATES[table],
        **parse(change.content()),
        "attempt": change.attempt,
        "body": body,
        "base_body": parse(change.base_body) if change.base_body else None,
        "named": "" if body is None else str(body.get("no") or body.get("code") or ""),
        "refs": {id: {"type": t, "code": view.code(t, id)} for id, t in change.refs.items()},
    }
    if table == "failure_push":
        refusal = {"code": row["code"], "detail": parse(row["detail"]), "at": row["at"]}
        found["refused"] = {**refusal, "retrying": row["retrying"]}
    return found


def counts(found: dict[str, Any]) -> dict[str, Any]:
    """Return what a program wants to know of an export: how many of each state, and the digest."""
    states = [change["state"] for change in found["changes"]]
    return {
        **{state: states.count(state) for state in STATES.values()},
        "changes": len(states),
        "digest": found["digest"],
    }


def write(found: dict[str, Any], path: Path) -> None:
    """Write an export as canonical JSON; what is there is never overwritten.

    Raises:
        Refused: ``file_exists``, ``file_unwritable``.
    """
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(canonical_text(found) + "\n")
    except FileExistsError as error:
        raise Refused("file_exists", {"path": str(path)}) from error
    except OSError as error:
        raise Refused("file_unwritable", {"path": str(path), "reason": error.strerror}) from error
