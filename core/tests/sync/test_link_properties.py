"""What holds of the link machine whatever happens, in any order, at any time."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from lienso.sync.link_machine import Action, Event, EventKind, LinkMachine, LinkTimes

SENDS = ("probe", "hello", "pull")
"""Actions that put bytes on the line."""


class Machine(RuleBasedStateMachine):
    """A machine with its timers, and what an onlooker knows of its line.

    Probes and Hellos that were sent are answered by later rules, or never.
    """

    @initialize(manual=st.booleans(), last=st.sampled_from(["", "online", "offline_auto"]))
    def start(self, manual: bool, last: str) -> None:
        self.now = 1_000
        self.timers: dict[str, int] = {}
        self.machine = LinkMachine(LinkTimes(), manual)
        self.asked: list[str] = []
        self.steady_since: int | None = None
        self.let_in = False
        self.least = self.machine.settle
        self.tell("started", last)
        if last == "online":
            self.least = LinkTimes().settle_start

    def tell(self, kind: EventKind, text: str = "") -> None:
        before, settle = self.machine.state, self.machine.settle
        actions = self.machine.handle(Event(kind, text), self.now)
        after = self.machine.state
        if before == "offline_manual" and kind != "user_online":
            assert (actions, after) == ([], "offline_manual")
        if after == "offline_manual":
            assert not [action for action in actions if action.kind in SENDS]
        if before == "reconnecting" and kind == "probe_failed":
            assert after == "offline_auto"
        if after != before:
            self.changed(before, after, settle, actions)
        elif after == "reconnecting" and kind in ("probe_ok", "life"):
            self.steady_since = self.now if self.steady_since is None else self.steady_since
        for action in actions:
            self.do(action)
        if after == "offline_manual":
            assert self.timers == {}, "a timer would make this site speak"

    def changed(self, before: str, after: str, settle: int, actions: list[Action]) -> None:
        assert [(a.old, a.new) for a in actions if a.kind == "changed"] == [(before, after)]
        if after == "online":
            assert before == "reconnecting"
            assert self.steady_since is not None
            assert self.now - self.steady_since >= self.least
            assert self.machine.gate != "no_session"
        if after == "reconnecting":
            self.least = settle
        self.steady_since = self.now if before == "offline_auto" else None
        self.let_in = self.let_in and after == "online"
        self.asked.clear()

    def do(self, action: Action) -> None:
        if action.kind == "timer":
            assert action.delay >= 0
            self.timers[action.text] = self.now + action.delay
        elif action.kind == "stop_timer":
            self.timers.pop(action.text, None)
        elif action.kind in SENDS:
            self.asked.append(action.kind)

    # -- what may happen --------------------------------------------------------------------------

    @rule(milliseconds=st.integers(0, 15_000))
    def time_passes_up_to_the_next_timer(self, milliseconds: int) -> None:
        next_at = min(self.timers.values(), default=self.now + milliseconds)
        self.now = min(self.now + milliseconds, max(next_at, self.now))

    @precondition(lambda self: self.timers)
    @rule()
    def a_timer_fires(self) -> None:
        name = min(self.timers, key=lambda one: self.timers[one])
        self.now = max(self.now, self.timers.pop(name))
        self.tell("timer", name)

    @precondition(lambda self: "probe" in self.asked)
    @rule(kind=st.sampled_from(["probe_ok", "probe_ok", "probe_ok", "probe_failed"]))
    def a_probe_ends(self, kind: EventKind) -> None:
        self.asked.remove("probe")
        self.tell(kind)

    @precondition(lambda self: "hello" in self.asked)
    @rule()
    def a_hello_is_answered(self) -> None:
        self.asked.remove("hello")
        self.let_in = True
        self.tell("hello_ok")

    @precondition(lambda self: "hello" in self.asked)
    @rule(code=st.sampled_from(["site_in_use", "unauthenticated", "recovery"]))
    def a_hello_is_refused(self, code: str) -> None:
        self.asked.remove("hello")
        self.let_in = False
        self.tell("hello_refused", code)

    @precondition(lambda self: self.machine.state != "offline_manual")
    @rule(kind=st.sampled_from(["life", "network_down", "probe_failed"]))
    def something_is_heard(self, kind: EventKind) -> None:
        self.tell(kind)

    @precondition(lambda self: self.machine.state == "offline_manual")
    @rule(
        kind=st.sampled_from(
            ["started", "life", "network_down", "probe_ok", "probe_failed", "hello_ok"]
        )
    )
    def something_late_is_heard(self, kind: EventKind) -> None:
        self.tell(kind)

    @rule(kind=st.sampled_from(["user_online", "user_offline", "user_online"]))
    def the_user_decides(self, kind: EventKind) -> None:
        self.tell(kind)

    # -- what always holds ------------------------------------------------------------------------

    @invariant()
    def online_only_with_an_open_gate(self) -> None:
        machine = self.machine
        assert machine.online_capable == (machine.state == "online" and machine.gate == "")

    @invariant()
    def the_gate_is_open_only_after_a_hello_on_this_line(self) -> None:
        if self.machine.gate == "":
            assert self.machine.state in ("online", "reconnecting")
            assert self.let_in or self.machine.state == "reconnecting"

    @invariant()
    def settling_stays_within_its_limits(self) -> None:
        assert LinkTimes().settle <= self.machine.settle <= LinkTimes().settle_max


Machine.TestCase.settings = settings(max_examples=150, stateful_step_count=60)
TestLinkMachine = Machine.TestCase
