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

NO_SESSION = "no_session"
"""The gate of a line over which no Hello was answered yet."""


@dataclass(frozen=True, slots=True)
class LinkTimes:
    """Times in milliseconds, with their reasons in sync-design §9.

    Attributes:
        settle: a line must hold for so long before it counts; ``settle_start``: after a restart of a
            site that was online; ``settle_max``: on a line that flaps.
        probe_offline: waits after the first, second … failed probe; the last one repeats.
        silent: without any sign of life for so long, failed probes mean that the line is down.
        flaps_max: losses within ``flap_window`` that make a line a flapping one.
        steady: a line that held for so long is trusted again.
    """

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


FAST = LinkTimes(
    settle=1_000,
    settle_start=200,
    probe_reconnecting=200,
    probe_online=300,
    probe_offline=(300, 500),
    silent=1_000,
)
"""Short times for trials."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened.

    Attributes:
        text: of ``timer`` its name; of ``hello_refused`` the code; of ``started`` the state in which
            the last run ended.
    """

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
        settle: how long the line must hold before it counts, now.
    """

    times: LinkTimes
    manual: bool = False
    state: State = "reconnecting"
    since: int = 0
    gate: str = NO_SESSION
    jitter_percent: int = 0
    settle: int = 0
    _settling: int = 0
    _heard: bool = False
    _network_down: bool = False
    _failures: int = 0
    _offline_probes: int = 0
    _last_life: int = 0
    _flaps: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.settle = self._settling = self.times.settle
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
            "user_online": self._wanted,
            "probe_ok": self._life,
            "life": self._life,
            "probe_failed": self._lost,
            "network_down": self._told_down,
            "hello_ok": self._hello_done,
            "hello_refused": self._hello_refused,
            "timer": self._timer,
        }[event.kind]
        return take(event, now)

    def use(self, times: LinkTimes) -> None:
        """Go by other times from now on."""
        self.times = times
        self.settle = self._settling = times.settle

    def skip_settling(self, now: int) -> list[Action]:
        """Go online at once after an answered Hello: for one machine and commands that run once."""
        if self.state == "offline_manual":
            return []
        self.gate = ""
        self._last_life = now
        return [] if self.state == "online" else [Action("stop_timer", "settle"), *self._up(now)]

    # -- events ---------------------------------------------------------------------------------

    def _started(self, event: Event, now: int) -> list[Action]:
        if self.state == "online":
            return [Action("probe"), Action("timer", "pull", self.times.pull_every)]
        self.since = now
        self._settling = self.settle
        if event.text == "online":
            self._settling = min(self.times.settle_start, self.settle)
        return [Action("probe")]

    def _wanted(self, _event: Event, _now: int) -> list[Action]:
        return [Action("probe")] if self.state == "offline_auto" else []

    def _life(self, event: Event, now: int) -> list[Action]:
        self._last_life = now
        self._failures = 0
        self._network_down = False
        probed = event.kind == "probe_ok"
        if self.state == "offline_auto":
            return self._to_reconnecting(now, "network") if probed else []
        actions: list[Action] = []
        if self.state == "reconnecting" and not self._heard:
            # The line settles from its first sign of life, not from the wish to have it.
            self._heard = True
            actions.append(Action("timer", "settle", self._settling))
        if probed:
            online = self.state == "online"
            delay = self.times.probe_online if online else self.times.probe_reconnecting
            actions.append(Action("timer", "probe", delay))
            if self.gate == NO_SESSION:
                actions.append(Action("hello"))
        return actions

    def _told_down(self, _event: Event, _now: int) -> list[Action]:
        self._network_down = True
        return [Action("probe")]

    def _lost(self, _event: Event, now: int) -> list[Action]:
        if self.state == "reconnecting":
            return self._to_offline(now)
        if self.state == "offline_auto":
            return [self._probe_later()]
        self._failures += 1
        silent = now - self._last_life >= self.times.silent
        if self._network_down or (self._failures >= self.times.failures_max and silent):
            self._note_flap(now)
            flapping = len(self._flaps) >= self.times.flaps_max
            advice = [Action("advise", "work_offline")] if flapping else []
            return [*self._to_offline(now), *advice]
        return [Action("timer", "probe", self.times.probe_online)]

    def _note_flap(self, now: int) -> None:
        self._flaps = [at for at in self._flaps if now - at < self.times.flap_window] + [now]
        if len(self._flaps) >= self.times.flaps_max:
            # A company that waits longer than the most by its own will goes on doing so.
            self.settle = max(self.settle, min(self.settle * 2, self.times.settle_max))

    def _hello_done(self, _event: Event, _now: int) -> list[Action]:
        was, self.gate = self.gate, ""
        return [Action("pull")] if self.state == "online" and was else []

    def _hello_refused(self, event: Event, _now: int) -> list[Action]:
        was, self.gate = self.gate, event.text
        return [Action("advise", event.text)] if was != event.text else []

    def _timer(self, event: Event, now: int) -> list[Action]:
        if event.text == "probe":
            return [Action("probe")]
        if event.text == "settle" and self.state == "reconnecting":
            if self.gate == NO_SESSION:  # The answer to Hello is still on its way.
                return [Action("timer", "settle", self.times.probe_reconnecting)]
            return self._up(now)
        if event.text == "pull" and self.state == "online":
            if now - self.since >= self.times.steady:
                self.settle = self.times.settle
                self._flaps.clear()
            # Behind a closed gate the cloud is asked again whether it lets this site in.
            work = Action("hello") if self.gate else Action("pull")
            return [work, Action("timer", "pull", self.times.pull_every)]
        return []

    # -- changes of state -----------------------------------------------------------------------

    def _up(self, now: int) -> list[Action]:
        changed = self._change("online", now, "settled")
        pull = [] if self.gate else [Action("pull")]
        return [changed, *pull, Action("timer", "pull", self.times.pull_every)]

    def _to_offline(self, now: int) -> list[Action]:
        changed = self._change("offline_auto", now, "network")
        self._offline_probes = 0
        return [
            Action("stop_timer", "settle"),
            Action("stop_timer", "pull"),
            Action("cancel_calls"),
            changed,
            self._probe_later(),
        ]

    def _probe_later(self) -> Action:
        delays = self.times.probe_offline
        delay = delays[min(self._offline_probes, len(delays) - 1)]
        self._offline_probes += 1
        return Action("timer", "probe", delay + delay * self.jitter_percent // 100)

    def _to_reconnecting(self, now: int, reason: str) -> list[Action]:
        manual = self.state == "offline_manual"
        changed = self._change("reconnecting", now, reason)
        self._settling = self.settle
        self._heard = not manual
        if manual:
            return [Action("persist", "auto"), changed, Action("probe")]
        self._last_life = now
        return [
            changed,
            Action("timer", "settle", self._settling),
            Action("timer", "probe", self.times.probe_reconnecting),
            Action("hello"),
        ]

    def _to_manual(self, now: int) -> list[Action]:
        if self.state == "offline_manual":
            return []
        changed = self._change("offline_manual", now, "user")
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
        self._network_down = False
        if new != "online":
            self.gate = NO_SESSION
        return Action("changed", reason, old=old, new=new)
