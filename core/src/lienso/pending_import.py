"""What ``lienso export-pending`` wrote, taken at another site or in the cloud: ``import-pending``.

A change keeps its id: what the cloud has by then, and what was imported before, has no second effect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pydantic

from . import pending
from .canonical import canonical_text, digest_of, parse
from .errors import LiensoError, Refused
from .ids import instant_text
from .model import Actor
from .sync import recovering, sealing
from .sync.leases import numbers_seen
from .sync.messages import Change
from .sync.recovering import Carried, State

if TYPE_CHECKING:
    from .kernel import Kernel
    from .storage import Writer


class _Change(pydantic.BaseModel):
    """A change as it stands in the file; names are those of `lienso.sync.messages.Change`."""

    model_config = pydantic.ConfigDict(strict=True)

    change_id: str
    type: str
    record_id: str
    op: str
    base_version: int
    body: dict[str, Any] | None
    base_body: dict[str, Any] | None
    schema_version: int
    refs: dict[str, dict[str, str]]
    post_on_apply: list[str]
    supersedes: list[str]
    override: dict[str, Any]
    group_id: str
    made_offline: bool
    provenance: dict[str, str]
    attempt: int
    pass_warnings: bool
    state: State
    named: str
    refused: dict[str, Any] = {}

    def carried(self) -> Carried:
        """Return it as the engine knows it."""
        fields = self.model_dump(exclude={"state", "named", "refused"})
        fields |= {
            "body": canonical_text(self.body) if self.body is not None else "",
            "base_body": canonical_text(self.base_body) if self.base_body is not None else "",
            "refs": {id: ref["type"] for id, ref in self.refs.items()},
            "post_on_apply": tuple(self.post_on_apply),
            "supersedes": tuple(self.supersedes),
        }
        return Carried(Change(**fields), self.state, self.refused)


class _Company(pydantic.BaseModel):
    id: str
    name: str


class _File(pydantic.BaseModel):
    """The whole file."""

    model_config = pydantic.ConfigDict(strict=True)

    format: str
    company: _Company
    site: str
    changes: list[_Change]
    digest: str


@dataclass(frozen=True, slots=True)
class Export:
    """A file that was proven whole.

    Attributes:
        tenant: id of the company. ``site``: whose changes they are.
        named: change id → number or code of its record.
    """

    tenant: str
    site: str
    carried: tuple[Carried, ...]
    named: Mapping[str, str]

    @property
    def ids(self) -> set[str]:
        """The changes that are in it."""
        return {one.change.change_id for one in self.carried}


def read(path: Path) -> Export:
    """Read a file that `lienso.pending.write` wrote, and prove that nothing in it was changed.

    Raises:
        Refused: ``file_unreadable``, ``pending_damaged``.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not a text"
        raise Refused("file_unreadable", {"path": str(path), "reason": reason}) from error
    try:
        found = parse(text)
        file = _File.model_validate(found)
    except (LiensoError, pydantic.ValidationError) as error:
        raise Refused("pending_damaged", {"path": str(path)}) from error
    whole = digest_of(canonical_text(found["changes"])) == file.digest
    if file.format != pending.FORMAT or not whole:
        raise Refused("pending_damaged", {"path": str(path)})
    return Export(
        file.company.id,
        file.site,
        tuple(change.carried() for change in file.changes),
        {change.change_id: change.named for change in file.changes},
    )


def import_pending(kernel: Kernel, found: Export, site: str = "") -> list[dict[str, Any]]:
    """Take the changes of a file: at a site they wait there, in the cloud they are judged.

    Args:
        site: in the cloud: to whom comes back what is refused; empty: the site of the file.
    Returns:
        A row a change {change_id, type, record_id, named, outcome, code, detail}. Outcomes at a site
        are those of `lienso.sync.recovering.take`; in the cloud ``accepted``, ``refused`` and
        ``known``: accepted before.
    Raises:
        Refused: ``pending_other_company``; ``unauthenticated``, ``site_retired``: who would get it
            back may not come in.
    """
    if kernel.storage.tenants().get(found.tenant) is None:
        raise Refused("pending_other_company", {"site": found.site})
    if kernel.role == "site":
        return _at_site(kernel, found)
    return _in_cloud(kernel, found, site or found.site)


def _row(
    found: Export,
    change: Change,
    outcome: str,
    code: str = "",
    detail: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "change_id": change.change_id,
        "type": change.type,
        "record_id": change.record_id,
        "named": found.named[change.change_id],
        "outcome": outcome,
        "code": code,
        "detail": dict(detail or {}),
    }


def _at_site(kernel: Kernel, found: Export) -> list[dict[str, Any]]:
    at = instant_text(kernel.clock.now())
    # A record has one place in the outbox: its newest edit stands for the one before it.
    carried = recovering.following(found.carried)
    newest = {one.change.record_id for one in carried if one.state == "waiting"}
    rows = []

    def work(part: Sequence[Carried], writer: Writer) -> list[tuple[str, str]]:
        done = recovering.take(writer, kernel.registry, part, recovering.here(writer), at)
        shown = [writer.get(one.change.type, one.change.record_id) for one in part]
        numbers_seen(kernel, writer, [record for record in shown if record is not None])
        return done

    def stands_for(one: Carried) -> bool:
        return one.state == "without_verdict" and one.change.record_id in newest

    for part in recovering.in_parts([one for one in carried if not stands_for(one)]):
        done = kernel.storage.write(found.tenant, partial(work, part))
        rows += [_row(found, one.change, *outcome) for one, outcome in zip(part, done, strict=True)]
    rows += [_row(found, one.change, "known") for one in carried if stands_for(one)]
    return rows


def _in_cloud(kernel: Kernel, found: Export, site: str) -> list[dict[str, Any]]:
    by = Actor(found.tenant, "system", site)
    rows = []
    for part in recovering.in_parts(_in_order(kernel, recovering.following(found.carried))):
        done = kernel.transact(by, partial(recovering.decide, site_id=site, part=part))
        for one, (before, verdict) in zip(part, done, strict=True):
            outcome = "refused" if not verdict.done else "known" if before else "accepted"
            code = "" if verdict.done else verdict.code
            rows.append(_row(found, one.change, outcome, code, verdict.detail))
    return rows


def _in_order(kernel: Kernel, carried: Sequence[Carried]) -> list[Carried]:
    """Put the log first, then what waited in the order of sealing, then what was refused."""

    def is_catalog(type: str) -> bool:
        record_type = kernel.registry.record_types.get(type)
        return record_type is not None and record_type.kind == "catalog"

    waiting = {one.change.record_id: one for one in carried if one.state == "waiting"}
    order = sealing.in_order([one.change for one in waiting.values()], is_catalog)
    return [
        *(one for one in carried if one.state == "without_verdict"),
        *(waiting[id] for id in order),
        *(one for one in carried if one.state == "refused"),
    ]
