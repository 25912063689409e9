"""Changes that come back from a file: what a site exported before it was given up (sync-design §13).

They keep their ids, so whatever is sent or brought twice has one effect. Sans I/O: functions over one
transaction; instants are passed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from .. import limits
from ..canonical import canonical_text
from ..fields import parse_body
from ..registry import Registry
from ..skew import present_text
from ..storage import View, Writer
from ..transaction import Transaction
from . import cloud_log
from .messages import Change, PushRequest, Session, Verdict
from .settlement import show
from .site_log import (
    change_text,
    joined,
    known_ids,
    local_of,
    put_local,
    put_outbox,
    take_failures,
)

State = Literal["waiting", "without_verdict", "refused"]

PART = 100
"""Changes of one transaction: at a site each writes a record and some rows."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A change of a file.

    Attributes:
        state: what it was at its site; ``without_verdict``: sealed, so the cloud may have it.
        refusal: of a refused one: ``code``, ``detail``, ``at``.
    """

    change: Change
    state: State
    refusal: Mapping[str, Any] = field(default_factory=dict)


def in_parts(carried: Sequence[Carried]) -> Iterable[list[Carried]]:
    """Part changes into what one transaction or message takes; a group stays together."""
    together: dict[str, list[Carried]] = {}
    for one in carried:
        together.setdefault(one.change.group_id or one.change.change_id, []).append(one)
    part: list[Carried] = []
    size = 0
    for members in together.values():
        more = sum(len(one.change.body) + len(one.change.base_body) for one in members)
        if part and (len(part) + len(members) > PART or size + more > limits.CHANGE_BYTES_MAX):
            yield part
            part, size = [], 0
        part, size = [*part, *members], size + more
    if part:
        yield part


def following(carried: Sequence[Carried]) -> list[Carried]:
    """Let an edit that waited say that it was made over the change of its record without a verdict.

    The site would have based it on the verdict; without one the cloud does.
    """
    sealed = {c.change.record_id: c.change for c in carried if c.state == "without_verdict"}

    def followed(one: Carried) -> Carried:
        before = sealed.get(one.change.record_id)
        if before is None or one.state != "waiting":
            return one
        supersedes = joined([before, one.change], [before.change_id])
        return replace(one, change=replace(one.change, supersedes=supersedes))

    return [followed(one) for one in carried]


# -- at a site -------------------------------------------------------------------------------------


def here(view: View) -> set[str]:
    """Return the ids of all changes that this site knows of: they are not taken once more."""
    known = set(known_ids(view))
    return known | {row["change_id"] for row in view.state("outbox").scan()}


def take(
    writer: Writer, registry: Registry, part: Sequence[Carried], known: set[str], at: str
) -> list[tuple[str, str]]:
    """Let changes wait here as they waited where they were made.

    A change takes the place of those that it grew out of. Beside any other unsent edit of its record it
    stands in the failure list: neither takes the other's place unasked.

    Args:
        known: ids that are here; those that are taken are added.
    Returns:
        (outcome, code) each: ``waiting``; ``listed`` in tab 1; ``known``; ``not_taken`` for the code.
    """
    found = []
    for one in part:
        change = one.change
        if change.change_id in known:
            found.append(("known", ""))
            continue
        code = _problem(registry, change)
        if code:
            found.append(("not_taken", code))
            continue
        known.update((change.change_id, *change.supersedes))
        found.append(_taken(writer, registry, one, at))
    return found


def _problem(registry: Registry, change: Change) -> str:
    """Say why a change cannot wait here; empty when it can."""
    record_type = registry.record_types.get(change.type)
    if record_type is None or change.schema_version > record_type.schema_version:
        return "module_unavailable"
    if len(change.body.encode()) > limits.CHANGE_BYTES_MAX:
        return "limit_exceeded"
    if change.op == "DELETE":
        return ""
    text = present_text(record_type, change.body, change.schema_version)
    _data, findings = parse_body(record_type.model, text)
    return findings[0].code if findings else ""


def _taken(writer: Writer, registry: Registry, one: Carried, at: str) -> tuple[str, str]:
    change = one.change
    beside = not change.body or not _earlier(writer, change) <= set(change.supersedes)
    if not beside:
        take_failures(writer, change.record_id)
        show(writer, registry, change, at)
    if beside or one.state == "refused":
        _list(writer, one, beside, at)
        return "listed", ""
    if one.state == "without_verdict":
        # The cloud may have it: it is not forgotten here without being asked about.
        local = local_of(writer, change.type, change.record_id) or {}
        put_local(writer, change.type, change.record_id, {**local, "ever_synced": True})
    row = writer.state("outbox").get(change.type, change.record_id)
    saved = writer.next_value("saved") if row is None else row["saved"]
    put_outbox(writer, change, saved, at)
    return "waiting", ""


def _earlier(view: View, change: Change) -> set[str]:
    """Return the unsent changes of a change's record that are here."""
    row = view.state("outbox").get(change.type, change.record_id)
    return {
        one["change_id"]
        for one in (
            *([] if row is None else [row]),
            *view.state("sealed").scan(equals={"record_id": change.record_id}),
            *view.state("failure_push").scan(equals={"record_id": change.record_id}),
        )
    }


def _list(writer: Writer, one: Carried, beside: bool, at: str) -> None:
    change = one.change
    refusal = one.refusal or {"code": "RETURNED", "detail": {"code": "returned_by_file"}}
    writer.state("failure_push").put(
        {
            "change_id": change.change_id,
            "type": change.type,
            "record_id": change.record_id,
            "content": change_text(change),
            "code": refusal["code"],
            "detail": canonical_text(refusal["detail"]),
            "attempt": change.attempt,
            "retrying": False,
            "returned": beside,
            "at": at,
        }
    )


# -- in the cloud ----------------------------------------------------------------------------------


def decide(
    transaction: Transaction, site_id: str, part: Sequence[Carried]
) -> list[tuple[bool, Verdict]]:
    """Judge changes on behalf of a site, as what it sends outside the order of its log.

    What is refused is kept for the site, and comes back to it with its next Hello.

    Returns:
        (it was judged before, its verdict) each.
    Raises:
        Refused: ``unauthenticated``, ``site_retired``. LimitExceeded.
    """
    writer = transaction.writer
    row = cloud_log.site_row(writer, site_id)
    log = writer.state("change_log")
    before = [log.get(one.change.change_id) is not None for one in part]
    session = Session(row["session_id"], row["incarnation"], cloud_log.history_id(writer))
    changes = tuple(one.change for one in part)
    request = PushRequest(session, row["processed"] + 1, bytes(row["chain"]), retries=changes)
    verdicts = cloud_log.push(transaction, site_id, request).verdicts
    writer.state("site").put(row)  # The site itself was not seen.
    return list(zip(before, verdicts, strict=True))
