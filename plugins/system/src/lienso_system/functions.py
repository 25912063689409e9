"""Synchronising by word, and help (spec `system.md` §4.6, §4.10)."""

from __future__ import annotations

from typing import Any, Literal

from lienso import Refused, Unknown
from lienso.fields import Params
from lienso.session import Session
from pydantic import Field


class SynchronizeParams(Params):
    """Which data of this site, in which direction, and how conflicts are answered.

    Attributes:
        site: the site that is asked; left out: this one. Another's outbox is not ours to send.
        kinds: record types; left out: all. ``records``: numbers, codes or ids among them.
        renumber: ``auto`` gives vouchers whose number is taken the next free ones of the cloud.
        resolve: number, code or id → whose version holds, for conflicts.
    """

    site: str = ""
    kinds: list[str] | None = None
    records: list[str] | None = None
    direction: Literal["push", "pull", "both"] = "both"
    renumber: Literal["ask", "auto"] = "ask"
    resolve: dict[str, Literal["mine", "theirs"]] = Field(default_factory=dict)


class SynchronizeResult(Params):
    """What was sent and taken.

    Attributes:
        failed: {voucher or record, type, id, tab, code, detail, reason_vi, reason_en, actions}.
        renumbered: {type, id, old, new}.
    """

    pushed: int
    pulled: int
    failed: list[dict[str, Any]]
    renumbered: list[dict[str, Any]]


class HelpParams(Params):
    """A record type or function."""

    topic: str


class HelpResult(Params):
    """Where its page is; ``cached``: a copy is packaged here (none is, in this release)."""

    topic: str
    url: str
    cached: bool = False


def synchronize(params: SynchronizeParams, session: Session) -> SynchronizeResult:
    """Send what waits at this site, then take what is new (Đồng bộ dữ liệu).

    Raises:
        Refused: ``only_at_a_site``: in the cloud, or for another site. Unknown:
            ``unknown_record_type``. LinkError: the line broke; what was sealed goes again next time.
    """
    site = session.synchronizer
    if params.site and params.site != session.actor.site:
        raise Refused("only_at_a_site", {"site": params.site, "here": session.actor.site})
    for kind in params.kinds or ():
        session.registry.record_type(kind)
    pushed = pulled = 0
    failed: list[dict[str, Any]] = []
    renumbered: list[dict[str, Any]] = []
    if params.direction != "pull":
        sent = site.push(params.kinds, params.records, params.renumber, params.resolve)
        pushed, renumbered = sent.pushed, list(sent.renumbered)
        failed += sent.failed
    if params.direction != "push":
        taken = site.pull()
        pulled = taken.pulled
        failed += taken.failed
    return SynchronizeResult(
        pushed=pushed,
        pulled=pulled,
        failed=[_shown(row) for row in failed],
        renumbered=renumbered,
    )


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """Return a failure without what only the engine needs."""
    return {name: value for name, value in row.items() if name not in ("change_id", "verdict")}


def help_contents(params: HelpParams, session: Session) -> HelpResult:
    """Return the help page of a record type or function. Raises: Unknown: ``not_found``."""
    known = session.registry
    if params.topic not in known.record_types and params.topic not in known.capabilities:
        raise Unknown("not_found", {"type": "topic", "value": params.topic})
    base = str(session.view.option("system.help_url")).rstrip("/")
    return HelpResult(topic=params.topic, url=f"{base}/{params.topic}")
