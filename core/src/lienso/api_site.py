"""The service Site of the client API: mode, synchronisation, failure lists. Not in the cloud."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from . import limits, rights
from .api_values import Request, json_value, with_texts
from .errors import LimitExceeded, Refused
from .invocation import offline_refusal
from .model import Actor
from .sync.choices import CHOICES, Decision
from .sync.failures import TABS
from .sync.merging import SIDES

if TYPE_CHECKING:
    from .kernel import Kernel
    from .registry import Registry
    from .sync.site_sync import SiteSync

Answer = dict[str, Any]

IDLE_S = 1.0
"""A watcher hears something at least so often, so that whoever serves it notices a hang-up."""

NOTICES_MAX = 100
"""Notices that wait for a slow watcher; further ones are lost, as a hint may be."""


EXPORT_PART_CHARS = 256 * 1024
"""Characters of a part of an export: at most 1 MiB, under the limit of a message."""


class Notices:
    """What a site's synchronisation tells, for any number of watchers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watchers: list[queue.Queue[tuple[str, Mapping[str, Any]]]] = []

    def tell(self, kind: str, values: Mapping[str, Any]) -> None:
        """Pass a notice to every watcher; never waits."""
        with self._lock:
            for watcher in self._watchers:
                if not watcher.full():
                    watcher.put_nowait((kind, values))

    def listen(self) -> Iterator[tuple[str, Mapping[str, Any]] | None]:
        """Yield notices from now on, and None after each second without one."""
        watcher: queue.Queue[tuple[str, Mapping[str, Any]]] = queue.Queue(NOTICES_MAX)
        with self._lock:
            self._watchers.append(watcher)
        try:
            yield None
            while True:
                try:
                    yield watcher.get(timeout=IDLE_S)
                except queue.Empty:
                    yield None
        finally:
            with self._lock:
                self._watchers.remove(watcher)


def site_of(kernel: Kernel) -> SiteSync:
    """Return the synchronisation. Raises: Refused: ``only_at_a_site``."""
    if kernel.site is None:
        raise Refused("only_at_a_site")
    return kernel.site


def status(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """Return mode, counts and positions."""
    return site_of(kernel).status()


def set_mode(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """Take the user's word: offline until told otherwise, or online again.

    Back online anybody may go: who could sign in only online would be shut out else.
    """
    site, online = site_of(kernel), request.flag("online")
    if not online:
        right = rights.Right("system.synchronize", runs=True)
        kernel.read(by, lambda view: rights.require(kernel, by, view, right))
    site.set_mode(online)
    return site.status()


def synchronize(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """Send what waits, then take what is new."""
    site = site_of(kernel)
    direction = request.choice("direction", "both", "push", "pull")
    renumber = request.choice("renumber", "ask", "auto")
    resolve = dict(request.object("resolve"))
    for name, choice in resolve.items():
        if choice not in ("mine", "theirs"):
            raise Refused("bad_choice", {"field": f"resolve.{name}", "value": choice})
    types, records = request.texts("types"), request.texts("records")
    for type in types:
        kernel.registry.record_type(type)
    _need_line(kernel)
    pushed = pulled = 0
    failed: list[Mapping[str, Any]] = []
    renumbered: Sequence[Mapping[str, Any]] = ()
    if direction != "pull":
        sent = site.push(types or None, records or None, renumber, resolve)
        pushed, renumbered = sent.pushed, sent.renumbered
        failed += sent.failed
    if direction != "push":
        taken = site.pull()
        pulled = taken.pulled
        failed += taken.failed
    return _outcome(kernel.registry, pushed, pulled, failed, renumbered)


def _need_line(kernel: Kernel) -> None:
    if not kernel.online:
        raise offline_refusal(kernel, "Site.Synchronize", {})


def _outcome(
    registry: Registry,
    pushed: int,
    pulled: int,
    failed: Sequence[Mapping[str, Any]],
    renumbered: Sequence[Mapping[str, Any]],
) -> Answer:
    return {
        "pushed": pushed,
        "pulled": pulled,
        "failed": [_failure(registry, row) for row in failed],
        "renumbered": [dict(row) for row in renumbered],
    }


def list_failures(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """List what could not be sent, posted or taken."""
    tab = request.choice("tab", "", *TABS)
    rows = site_of(kernel).failures(tab or None)
    return {"failures": [_failure(kernel.registry, row) for row in rows]}


def _failure(registry: Registry, row: Mapping[str, Any]) -> Answer:
    shown = dict(row)
    shown["detail"] = json_value(row.get("detail", {}))
    shown["findings"] = [with_texts(registry, found) for found in row.get("findings", ())]
    return shown


def retry(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """Send refused changes again as they are."""
    site, ids = site_of(kernel), request.texts("ids")
    _need_line(kernel)
    sent = site.retry(ids)
    return _outcome(kernel.registry, sent.pushed, 0, sent.failed, sent.renumbered)


def renumber(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """Give vouchers whose number is taken the next free ones."""
    site = site_of(kernel)
    rows = site.renumber(request.texts("ids") or None, reprint=request.flag("reprint"))
    return {"renumbered": [dict(row) for row in rows], "to_print_again": site.to_print_again()}


def cancel_operation(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """Cancel a function that this site has under way in the cloud."""
    _need_line(kernel)
    return {"cancelled": site_of(kernel).cancel(request.text("call_id", longest=100))}


def withdraw(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """Give refused changes up."""
    return {"withdrawn": site_of(kernel).withdraw(request.texts("ids"), by)}


def resolve(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """Carry out decisions about refused changes; what is to be sent waits for a push."""
    site = site_of(kernel)
    decisions = [_decision(item) for item in request.array("decisions") or ()]
    if len(decisions) > limits.PAGE_MAX:
        raise LimitExceeded(detail={"what": "decisions", "max": limits.PAGE_MAX})
    rows = site.decide(decisions, by)
    return {"results": [{**row, "detail": json_value(row.get("detail", {}))} for row in rows]}


def _decision(item: Any) -> Decision:
    if not isinstance(item, Mapping):
        raise Refused("type_wrong", {"field": "decisions"})
    one = Request(item)
    fields = dict(one.object("fields"))
    for path, side in fields.items():
        if side not in SIDES:
            raise Refused("bad_choice", {"field": f"fields.{path}", "value": side})
    # The first choice of a list is what a missing one means: here a choice must be named.
    return Decision(one.text("id"), one.choice("choice", "", *CHOICES), fields, one.text("code"))


def list_conflicts(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """List decided conflicts of a record or of all, newest first: both bodies, and who chose."""
    id = request.text("id")
    rows = site_of(kernel).decided(id)
    return {"conflicts": [_conflict(row) for row in rows]}


def _conflict(row: Mapping[str, Any]) -> Answer:
    shown = {name: json_value(row[name]) for name in ("mine", "theirs")}
    return {**row, **shown}


def list_foreseen(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """List unsent edits that the cloud will refuse, as far as is known here."""
    rows = site_of(kernel).foreseen()
    return {"foreseen": [{**row, "fields": json_value(row.get("fields", {}))} for row in rows]}


def examine(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """Look at line, gate, way, clock, what waits and what failed."""
    return {"lines": [asdict(line) for line in site_of(kernel).examine()]}


def compare(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """Pull, and compare with the cloud range by range."""
    _need_line(kernel)
    found = asdict(site_of(kernel).compare())
    return {**found, "differences": list(found["differences"])}


def trace(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """Tell the way of a record, here and in the cloud."""
    found = site_of(kernel).trace(request.text("name"), request.text("type"))
    steps = [{**asdict(step), "detail": json_value(step.detail)} for step in found["steps"]]
    return {**found, "steps": steps}


def export_pending(kernel: Kernel, by: Actor) -> Iterator[Answer]:
    """Give everything the cloud has not accepted, in parts of its canonical JSON."""
    from . import pending
    from .canonical import canonical_text

    text = canonical_text(pending.pending(kernel, by))
    for start in range(0, len(text), EXPORT_PART_CHARS):
        yield {"text": text[start : start + EXPORT_PART_CHARS]}


def watch(kernel: Kernel, notices: Notices) -> Iterator[Answer]:
    """Tell the state now, then every notice; ``idle`` after a second without one."""
    site = site_of(kernel)
    kind = "status"
    for notice in notices.listen():
        if notice is not None:
            yield {"kind": notice[0], "values": json_value(notice[1]), "status": site.status()}
        elif kind == "status":
            yield {"kind": kind, "values": {}, "status": site.status()}
        else:
            yield {"kind": kind, "values": {}}
        kind = "idle"


CALLS: Mapping[str, Callable[[Kernel, Actor, Request], Answer]] = {
    "Site.Status": status,
    "Site.SetMode": set_mode,
    "Site.Synchronize": synchronize,
    "Site.ListFailures": list_failures,
    "Site.Retry": retry,
    "Site.Renumber": renumber,
    "Site.CancelOperation": cancel_operation,
    "Site.Withdraw": withdraw,
    "Site.Resolve": resolve,
    "Site.ListConflicts": list_conflicts,
    "Site.ListForeseen": list_foreseen,
    "Site.Examine": examine,
    "Site.Compare": compare,
    "Site.Trace": trace,
}
