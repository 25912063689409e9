"""The state of a site's line (sync-design §9): events in, actions out; time is passed in.

Sans I/O: instants are whole milliseconds of any steady clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

State = Literal["online", "offline_auto", "offline_manual", "reconnecting"]
EventKind = Literal[
    "started", "probe_ok", "probe_failed", "life", "network_down", "user_online", "user_offline",
    "hello_ok", "hello_refused", "timer",
]  # fmt: skip
ActionKind = Literal[
    "probe", "hello", "pull", "timer", "stop_timer", "changed", "cancel_calls", "persist", "advise",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class LinkTimes:
    """Times in milliseconds, with their reasons in sync-design §9."""

    settle: int = 10_000
    settle_start: int = 2_000
    settle_max: int = 60_000
    probe_reconnecting: int = 2_000
    probe_online: int = 5_000
    probe_offline: tuple[int, ...] = (5_000, 10_000, 20_000, 30_000)
    silent: int = 10_000
    failures_max: int = 3
    flaps_max: int = 4
    flap_window: int = 600_000
    steady: int = 1_800_000
    pull_every: int = 60_000


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. ``text``: timer's name, or the code of a refused Hello."""

    kind: EventKind
    text: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do.

    Attributes:
        text: name of a timer, the mode to keep, the reason of a change, or the advice.
        delay: of a timer, milliseconds from now.
    """

    kind: ActionKind
    text: str = ""
    delay: int = 0
    old: State = "reconnecting"
    new: State = "reconnecting"


@dataclass
class LinkMachine:
    """Link and gate of one site.

    Attributes:
        gate: empty when open, else the code of what must be done first; behind a closed gate
            online-only functions stay refused.
        jitter_percent: of the probes while offline; the driver draws it.
    """

    times: LinkTimes
    manual: bool = False
    state: State = "reconnecting"
    since: int = 0
    gate: str = "no_session"
    jitter_percent: int = 0
    settle: int = 0
    _failures: int = 0
    _offline_probes: int = 0
    _last_life: int = 0
    _flaps: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.settle = self.times.settle
        if self.manual:
            self.state = "offline_manual"

    @property
    def online_capable(self) -> bool:
        """Whether the cloud can be asked now."""
        return self.state == "online" and not self.gate

    def handle(self, event: Event, now: int) -> list[Action]:
        """Take one event and say what to do about it."""
        if event.kind == "user_offline":
            return self._to_manual(now)
        if self.state == "offline_manual":
            return self._to_reconnecting(now, "user") if event.kind == "user_online" else []
        take = {
            "started": self._started,
            "probe_ok": self._life,
            "life": self._life,
            "probe_failed": self._lost,
            "network_down": self._lost,
            "hello_ok": self._hello_done,
            "hello_refused": self._hello_refused,
            "timer": self._timer,
        }.get(event.kind)
        return [] if take is None else take(event, now)

    def _started(self, event: Event, now: int) -> list[Action]:
        self.since = now
        settle = (
            self.settle if event.text == "offline" else min(self.times.settle_start, self.settle)
        )
        return [Action("probe"), Action("timer", "settle", settle)]

    def _life(self, event: Event, now: int) -> list[Action]:
        self._last_life = now
        self._failures = 0
        if self.state == "offline_auto" and event.kind == "probe_ok":
            return self._to_reconnecting(now, "network")
        if event.kind != "probe_ok":
            return []
        online = self.state == "online"
        delay = self.times.probe_online if online else self.times.probe_reconnecting
        actions = [Action("timer", "probe", delay)]
        if self.state == "reconnecting" and self.gate == "no_session":
            actions.append(Action("hello"))
        return actions

    def _lost(self, event: Event, now: int) -> list[Action]:
        self._failures += 1
        if self.state == "reconnecting":
            return self._to_offline(now, "network")
        if self.state == "offline_auto":
            delays = self.times.probe_offline
            delay = delays[min(self._offline_probes, len(delays) - 1)]
            self._offline_probes += 1
            return [Action("timer", "probe", delay + delay * self.jitter_percent // 100)]
        silent = now - self._last_life >= self.times.silent
        certain = event.kind == "network_down"
        if certain or (self._failures >= self.times.failures_max and silent):
            self._note_flap(now)
            return [*self._to_offline(now, "network"), *self._advice()]
        return [Action("timer", "probe", self.times.probe_online)]

    def _note_flap(self, now: int) -> None:
        self._flaps = [at for at in self._flaps if now - at < self.times.flap_window] + [now]
        if len(self._flaps) >= self.times.flaps_max:
            self.settle = min(self.settle * 2, self.times.settle_max)

    def _advice(self) -> list[Action]:
        flapping = len(self._flaps) >= self.times.flaps_max
        return [Action("advise", "work_offline")] if flapping else []

    def _hello_done(self, _event: Event, _now: int) -> list[Action]:
        self.gate = ""
        return [Action("pull")] if self.state == "online" else []

    def _hello_refused(self, event: Event, _now: int) -> list[Action]:
        self.gate = event.text
        return [Action("advise", event.text)]

    def _timer(self, event: Event, now: int) -> list[Action]:
        name = event.text
        if name == "probe":
            return [Action("probe")]
        if name == "settle" and self.state == "reconnecting":
            return self._to_online(now)
        if name == "pull" and self.state == "online":
            if now - self.since >= self.times.steady:
                self.settle = self.times.settle
                self._flaps.clear()
            return [Action("pull"), Action("timer", "pull", self.times.pull_every)]
        return []

    def _to_online(self, now: int) -> list[Action]:
        if not self._last_life or self.gate == "no_session":
            # Nothing was heard yet: settle again, counted from the first sign of life.
            return [Action("probe"), Action("timer", "settle", self.settle)]
        changed = self._change("online", now, "settled")
        return [changed, Action("pull"), Action("timer", "pull", self.times.pull_every)]

    def _to_offline(self, now: int, reason: str) -> list[Action]:
        changed = self._change("offline_auto", now, reason)
        self._offline_probes = 0
        self.gate = "no_session"
        delay = self.times.probe_offline[0]
        return [
            Action("stop_timer", "settle"),
            Action("stop_timer", "pull"),
            Action("cancel_calls"),
            changed,
            Action("timer", "probe", delay + delay * self.jitter_percent // 100),
        ]

    def _to_reconnecting(self, now: int, reason: str) -> list[Action]:
        manual = self.state == "offline_manual"
        changed = self._change("reconnecting", now, reason)
        self.gate = "no_session"
        self._last_life = 0 if manual else now
        start = Action("probe") if manual else Action("hello")
        probe = [] if manual else [Action("timer", "probe", self.times.probe_reconnecting)]
        persist = [Action("persist", "auto")] if manual else []
        return [*persist, changed, start, *probe, Action("timer", "settle", self.settle)]

    def _to_manual(self, now: int) -> list[Action]:
        if self.state == "offline_manual":
            return []
        changed = self._change("offline_manual", now, "user")
        self.gate = "no_session"
        return [
            Action("persist", "offline_manual"),
            Action("stop_timer", "settle"),
            Action("stop_timer", "probe"),
            Action("stop_timer", "pull"),
            Action("cancel_calls"),
            changed,
        ]

    def _change(self, new: State, now: int, reason: str) -> Action:
        old, self.state, self.since = self.state, new, now
        self._failures = 0
        return Action("changed", reason, old=old, new=new)
