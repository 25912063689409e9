"""A site looks at itself and at its way to the cloud: what compares, traces and advises."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from .. import messages
from ..errors import LiensoError, LinkError, Unknown
from ..ids import is_id
from ..model import LEDGERS
from ..storage import View, Writer
from . import comparing, pacing, pulling, site_log, tracing
from .inquiry import CompareReply, CompareRequest, Mark, TraceReply, TraceRequest
from .messages import Session
from .operations import SiteCalls

if TYPE_CHECKING:
    from ..registry import Registry
    from ..view import View as ModuleView

ROUNDS_MAX = 3
"""A comparison begins anew when the feed moved meanwhile, so often at most."""

SKEW_MS_MAX = 5 * 60 * 1000
"""A clock that is further off is worth a warning; it decides nothing (sync-design §14)."""

_DO_AT_GATE = {
    "unauthenticated": "lienso site enrol, with a new code of lienso cloud enrol-code",
    "site_retired": "lienso export-pending FILE, then enrol a new site",
    "site_in_use": "stop the other machine that runs this site, and wait a minute",
    "upgrade_required": "install the version of lienso that the cloud has",
    "recovery": "lienso export-pending FILE, then ask whoever runs the cloud",
    "no_session": "see what is said of the line and the way",
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a comparison with the cloud found.

    Attributes:
        looked_at: records here; ``until``: place in the feed up to which both were compared.
        chain: head of the cloud's chain, ``FEED_SEQ:HASH``; kept here for the next comparison.
        differences: rows as `comparing.differences` gives them, and ``chain_cut``.
        moving: the feed moved during every round, so a difference may be one of time.
    """

    looked_at: int
    until: int
    chain: str
    differences: tuple[dict[str, Any], ...]
    moving: bool = False


@dataclass(frozen=True, slots=True)
class Advice:
    """One line of `lienso sync doctor`: ``next`` says what to do."""

    about: str
    state: Literal["ok", "note", "wrong"]
    text: str
    next: str = ""


class SiteExaminer(SiteCalls):
    """What a site can say of itself and its way to the cloud."""

    def compare(self) -> Comparison:
        """Pull, and compare with the cloud range by range. Raises: LinkError, Refused."""
        found = self._compared()
        for _again in range(ROUNDS_MAX - 1):
            if not (found.moving and found.differences):
                break
            found = self._compared()
        return found

    def _compared(self) -> Comparison:
        with self._working:
            self._pull()
            until, witness = self._read(site_log.cursor), self._read(_witness)
            rows: list[dict[str, Any]] = []
            heads, count, after = set(), 0, 0
            while True:
                ask = partial(CompareRequest, after=after, until=until, witness=witness)
                here, reply = self._range(ask)
                if comparing.digests(here) != reply.digests:
                    here, reply = self._range(partial(ask, marks=True))
                    rows += comparing.differences(here, reply.marks)
                heads.add(reply.head)
                count, after = count + len(here), reply.until
                if after >= until:
                    break
            if reply.witnessed:
                self._write(lambda writer: _keep_witness(writer, reply.chain))
            else:
                rows.append({"what": "chain_cut", "witness": witness, "chain": reply.chain})
        return Comparison(count, until, reply.chain, tuple(rows), heads != {until})

    def _range(self, ask: partial[CompareRequest]) -> tuple[list[Mark], CompareReply]:
        """Return the next range as it is here and as the cloud has it."""

        def call(session: Session) -> CompareReply:
            return self._link.compare(ask(session))

        reply, after = self.in_session(call), ask.keywords["after"]
        return self._read(lambda view: _here(view, after, reply.until)), reply

    def trace(self, name: str, type: str = "") -> dict[str, Any]:
        """Return the way of a record on both sides.

        Args:
            name: its id, number or code. ``type``: empty looks through all.
        Returns:
            {type, id, steps: of this site, then of the cloud, earlier: versions that are not listed,
            cloud: empty, or the code of why it was not asked}.
        Raises:
            Unknown: ``not_found``, ``unknown_record_type``. Refused: what the cloud says.
        """
        registry = self._kernel.registry
        of, id = self._kernel.read(self._by, lambda view: _find(view, registry, name, type))
        here = self._read(lambda view: tracing.trace_here(view, of, id))
        known = tracing.changes_known(here)
        found = {"type": of, "id": id, "steps": here, "earlier": 0, "cloud": "offline_refused"}
        if not self.online_capable:
            return found

        def call(session: Session) -> TraceReply:
            return self._link.trace(TraceRequest(session, of, id, known))

        try:
            reply = self.in_session(call)
        except LinkError as error:
            return {**found, "cloud": error.code}
        return {**found, "steps": [*here, *reply.steps], "earlier": reply.earlier, "cloud": ""}

    def examine(self) -> list[Advice]:
        """Look at line, gate, way, clock, what waits and what failed."""
        now = self._kernel.clock.now()
        store = self._read(lambda view: [*_waiting(view, now), *_failed(view)])
        return [*self._line(), *self._way(), *self._clock(), *store, *self._copies()]

    def _line(self) -> Iterator[Advice]:
        status = self.status()
        since = f"since {status['since']}"
        match status["mode"]:
            case "online":
                yield Advice("line", "ok", f"online {since}")
            case "offline_manual":
                yield Advice(
                    "line", "note", f"offline by the user's word {since}", "lienso mode online"
                )
            case "reconnecting":
                yield Advice("line", "note", f"reconnecting {since}", "wait until it has settled")
            case _:
                yield Advice(
                    "line",
                    "wrong",
                    f"the cloud does not answer {since}",
                    "see what is said of the way",
                )
        gate = status["gate"]
        if not gate:
            yield Advice("gate", "ok", "open")
        else:
            registry = self._kernel.registry
            known = gate in registry.messages
            text = messages.text(registry, gate, {}, "en") if known else gate
            do = _DO_AT_GATE.get(gate, "do what the text says")
            state: Literal["note", "wrong"] = "note" if gate == "no_session" else "wrong"
            yield Advice("gate", state, f"{gate}: {text}", do)

    def _way(self) -> Iterator[Advice]:
        if self.machine.state == "offline_manual":
            yield Advice("way", "note", "not looked at: nothing is sent while working offline")
            return
        for step in self._link.examine():
            yield Advice(step.about, "ok" if step.good else "wrong", step.text, step.next)

    def _clock(self) -> Iterator[Advice]:
        if self.online_capable:
            try:
                self.beat()
            except LiensoError as error:
                yield Advice(
                    "life", "wrong", f"no sign of life from the cloud: {error}", "try again"
                )
        if self.heard is None:
            yield Advice(
                "clock", "note", "not compared with the cloud's yet", "when the line is up"
            )
            return
        skew_s = self.heard.skew_ms // 1000
        way = "ahead of" if skew_s > 0 else "behind"
        text = f"{abs(skew_s)} s {way} the cloud's" if skew_s else "as the cloud's"
        if abs(self.heard.skew_ms) > SKEW_MS_MAX:
            yield Advice(
                "clock", "wrong", text, "set the clock of this machine, or let it follow NTP"
            )
        else:
            yield Advice("clock", "ok", text)

    def _copies(self) -> Iterator[Advice]:
        if self.escrow is None:
            return
        if self.copies_fail():
            do = "mend or connect the disk; then it is made up for by itself"
            text = f"{self.escrow.path} takes no copies: {self.escrow.trouble}"
            yield Advice("copies", "wrong", text, do)
        else:
            yield Advice("copies", "ok", f"unsent changes are copied to {self.escrow.path}")


def _here(view: View, after: int, until: int) -> list[Mark]:
    return list(comparing.marks_here(view, comparing.beside(view), after, until))


def _witness(view: View) -> str:
    history, _, head = site_log.identity(view, comparing.WITNESS).partition(" ")
    return head if history == site_log.identity(view, "history_id") else ""


def _keep_witness(writer: Writer, chain: str) -> None:
    history = site_log.identity(writer, "history_id")
    site_log.set_identity(writer, **{comparing.WITNESS: f"{history} {chain}"})


def _find(view: ModuleView, registry: Registry, name: str, type: str) -> tuple[str, str]:
    for one in [registry.record_type(type).id] if type else [*registry.record_types]:
        id = name if is_id(name) else view.id_of(one, name)
        if id is not None and _known(view.stored, one, id):
            return one, id
    for ledger in LEDGERS if not type else ():
        found = view.by_number(name, ledger)
        if found is not None:
            return found.type, found.id
    raise Unknown("not_found", {"type": type or "record", "value": name})


def _known(view: View, type: str, id: str) -> bool:
    aside = ("held", "opaque", "failure_pull", "outbox")
    return view.get(type, id, deleted=True) is not None or any(
        view.state(table).get(type, id) for table in aside
    )


def _waiting(view: View, now: datetime.datetime) -> Iterator[Advice]:
    outbox = view.state("outbox")
    count, sealed = outbox.count(), view.state("sealed").count()
    oldest = next(iter(outbox.scan(order=("saved",), limit=1)), None)
    text = f"{count} to be sent, {sealed} sent without a verdict"
    if oldest is not None and oldest["at"]:
        text += f", the oldest of {oldest['at']}"
    state: Literal["ok", "note", "wrong"] = "note" if count or sealed else "ok"
    if pacing.outbox_alarms(count, oldest["at"] if oldest else "", now):
        state = "wrong"
    yield Advice("waiting", state, text, "lienso sync push" if count else "")


def _failed(view: View) -> Iterator[Advice]:
    for about, table, do in (
        (
            "verdicts",
            "failure_push",
            "lienso sync failures; lienso sync retry, renumber or resolve",
        ),
        ("taken", "failure_pull", "lienso sync failures --tab pull_failed"),
    ):
        codes = Counter(row["code"] for row in view.state(table).scan())
        said = ", ".join(f"{count} {code}" for code, count in sorted(codes.items()))
        yield Advice(
            about, "wrong" if codes else "ok", said or "nothing failed", do if codes else ""
        )
    aside = pulling.aside(view)
    said = f"{aside['held']} wait for what they refer to, {aside['opaque']} cannot be read"
    do = "install the modules that the cloud has: lienso plugins --check" if aside["opaque"] else ""
    yield Advice("aside", "note" if any(aside.values()) else "ok", said, do)
