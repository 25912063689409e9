"""A link machine with its timers, driven by a test."""

from __future__ import annotations

from dataclasses import dataclass, field

from lienso.sync.link_machine import Action, Event, EventKind, LinkMachine, LinkTimes, State


@dataclass
class Line:
    """A machine with its timers, driven by events at instants."""

    machine: LinkMachine = field(default_factory=lambda: LinkMachine(LinkTimes()))
    now: int = 0
    timers: dict[str, int] = field(default_factory=dict)
    done: list[Action] = field(default_factory=list)

    def tell(self, kind: EventKind, text: str = "") -> list[str]:
        """Give an event; returns the kinds of the actions, timers apart."""
        return self.take(self.machine.handle(Event(kind, text), self.now))

    def take(self, actions: list[Action]) -> list[str]:
        """Keep actions and set timers."""
        self.done += actions
        for action in actions:
            if action.kind == "timer":
                self.timers[action.text] = self.now + action.delay
            elif action.kind == "stop_timer":
                self.timers.pop(action.text, None)
        return [a.kind for a in actions if a.kind not in ("timer", "stop_timer")]

    def wait(self, milliseconds: int, *, probes: EventKind | None = None) -> list[str]:
        """Let time pass and fire timers; every probe is answered by this event."""
        end = self.now + milliseconds
        found: list[str] = []
        while self.timers and min(self.timers.values()) <= end:
            name = min(self.timers, key=lambda n: self.timers[n])
            self.now = max(self.now, self.timers.pop(name))
            kinds = self.tell("timer", name)
            found += kinds
            if "probe" in kinds and probes is not None:
                found += self.tell(probes)
        self.now = end
        return found

    @property
    def state(self) -> State:
        return self.machine.state

    def delay(self, name: str) -> int:
        return self.timers[name] - self.now
