"""Every row of the connection table (sync-design §9), with a clock of numbers."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
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


@pytest.fixture
def line() -> Line:
    """A site that was just started."""
    line = Line()
    line.tell("started")
    return line


@pytest.fixture
def online(line: Line) -> Line:
    """A site whose line has settled."""
    line.tell("probe_ok")
    line.tell("hello_ok")
    line.wait(10_000, probes="probe_ok")
    assert line.state == "online"
    line.done.clear()
    return line


@pytest.fixture
def offline(line: Line) -> Line:
    """A site that lost its line."""
    line.tell("probe_failed")
    assert line.state == "offline_auto"
    return line


# -- start ------------------------------------------------------------------------------------------


def test_a_start_probes_first_and_says_hello_to_who_answers(line: Line) -> None:
    assert line.state == "reconnecting"
    assert [a.kind for a in line.done] == ["probe"]

    assert line.tell("probe_ok") == ["hello"]


@pytest.mark.parametrize(
    ("last", "settle"), [("online", 2_000), ("offline_auto", 10_000), ("", 10_000)]
)
def test_a_start_settles_shortly_only_after_a_run_that_ended_online(last: str, settle: int) -> None:
    line = Line()
    line.tell("started", last)
    line.tell("probe_ok")
    line.tell("hello_ok")

    line.wait(settle - 1, probes="probe_ok")
    assert line.state == "reconnecting"
    line.wait(1, probes="probe_ok")
    assert line.state == "online"


def test_a_start_in_manual_mode_does_nothing_at_all() -> None:
    line = Line(LinkMachine(LinkTimes(), manual=True))

    assert line.tell("started") == []
    assert (line.state, line.timers) == ("offline_manual", {})


def test_a_start_that_is_connected_already_goes_on() -> None:
    line = Line()
    line.take(line.machine.skip_settling(0))

    line.tell("started")

    assert line.state == "online"
    assert line.delay("pull") == 60_000


# -- reconnecting -----------------------------------------------------------------------------------


def test_the_line_settles_from_its_first_sign_of_life(line: Line) -> None:
    line.wait(5_000)
    line.tell("probe_ok")
    line.tell("hello_ok")

    assert "pull" not in line.wait(9_999, probes="probe_ok")
    assert "pull" in line.wait(1, probes="probe_ok")
    assert line.machine.online_capable


def test_one_lost_probe_while_settling_starts_all_over(line: Line) -> None:
    line.tell("probe_ok")
    line.tell("hello_ok")
    line.wait(9_000, probes="probe_ok")

    assert "cancel_calls" in line.tell("probe_failed")
    assert line.state == "offline_auto"
    assert "settle" not in line.timers

    line.wait(5_000, probes="probe_ok")
    assert line.state == "reconnecting"
    assert line.delay("settle") == 10_000


def test_probes_go_every_two_seconds_while_settling(line: Line) -> None:
    line.tell("probe_ok")

    assert line.delay("probe") == 2_000


def test_online_waits_for_the_answer_to_hello(line: Line) -> None:
    line.tell("probe_ok")

    line.wait(11_000)
    assert line.state == "reconnecting"

    line.tell("hello_ok")
    line.wait(2_000)
    assert line.state == "online"


def test_the_mode_is_told_with_its_reason(line: Line) -> None:
    line.tell("probe_ok")
    line.tell("hello_ok")
    line.done.clear()
    line.wait(10_000, probes="probe_ok")

    [changed] = [a for a in line.done if a.kind == "changed"]
    assert (changed.old, changed.new, changed.text) == ("reconnecting", "online", "settled")


# -- online -----------------------------------------------------------------------------------------


def test_online_pulls_every_minute_and_probes_every_five_seconds(online: Line) -> None:
    found = online.wait(60_000, probes="probe_ok")

    assert found.count("pull") == 1
    assert found.count("probe") == 12


def test_three_lost_probes_and_ten_silent_seconds_are_the_end(online: Line) -> None:
    online.tell("life")

    online.wait(9_999, probes="probe_failed")
    assert online.state == "online"
    online.wait(5_001, probes="probe_failed")
    assert online.state == "offline_auto"


def test_lost_probes_behind_data_on_a_slow_line_are_not_the_end(online: Line) -> None:
    for _ in range(10):
        online.tell("probe_failed")
        online.wait(4_000)
        online.tell("life")

    assert online.state == "online"


def test_two_lost_probes_are_not_the_end_however_long_it_is_silent(online: Line) -> None:
    online.now += 60_000
    online.tell("probe_failed")
    online.tell("probe_failed")
    assert online.state == "online"

    online.tell("probe_failed")
    assert online.state == "offline_auto"


def test_one_lost_probe_is_enough_when_the_system_says_that_the_network_is_down(
    online: Line,
) -> None:
    assert online.tell("network_down") == ["probe"]
    assert online.state == "online"

    online.tell("probe_failed")
    assert online.state == "offline_auto"


def test_a_network_that_is_said_to_be_down_and_answers_is_up(online: Line) -> None:
    online.tell("network_down")
    online.tell("probe_ok")

    online.tell("probe_failed")
    assert online.state == "online"


def test_going_offline_cancels_calls_and_stops_pulling(online: Line) -> None:
    online.tell("network_down")

    kinds = online.tell("probe_failed")

    assert kinds == ["cancel_calls", "changed"]
    assert set(online.timers) == {"probe"}
    assert online.machine.gate == "no_session"


# -- offline by itself ------------------------------------------------------------------------------


def test_probes_grow_rare_while_offline(offline: Line) -> None:
    waits = [offline.delay("probe")]
    for _ in range(5):
        offline.wait(waits[-1])
        offline.tell("probe_failed")
        waits.append(offline.delay("probe"))

    assert waits == [5_000, 10_000, 20_000, 30_000, 30_000, 30_000]


@pytest.mark.parametrize(("percent", "wait"), [(-20, 4_000), (20, 6_000)])
def test_probes_of_many_sites_are_spread(line: Line, percent: int, wait: int) -> None:
    line.machine.jitter_percent = percent
    line.tell("probe_failed")

    assert line.delay("probe") == wait


def test_an_answered_probe_reconnects(offline: Line) -> None:
    assert offline.tell("probe_ok") == ["changed", "hello"]
    assert offline.state == "reconnecting"
    assert (offline.delay("settle"), offline.delay("probe")) == (10_000, 2_000)


def test_a_late_reply_does_not_reconnect(offline: Line) -> None:
    assert offline.tell("life") == []
    assert offline.state == "offline_auto"


def test_the_users_wish_to_be_online_probes_at_once(offline: Line) -> None:
    assert offline.tell("user_online") == ["probe"]


# -- offline by the user's word ---------------------------------------------------------------------


@pytest.mark.parametrize("state", ["line", "online", "offline"])
def test_the_users_word_ends_all_traffic(state: str, request: pytest.FixtureRequest) -> None:
    line: Line = request.getfixturevalue(state)

    kinds = line.tell("user_offline")

    assert kinds == ["persist", "cancel_calls", "changed"]
    assert line.state == "offline_manual"
    assert line.timers == {}


def test_manual_mode_hears_nothing_but_the_user(online: Line) -> None:
    online.tell("user_offline")

    kinds: tuple[EventKind, ...] = (
        "probe_ok", "probe_failed", "life", "network_down", "hello_ok", "user_offline", "started",
    )  # fmt: skip
    for kind in kinds:
        assert online.tell(kind) == []
    for timer in ("probe", "settle", "pull"):
        assert online.tell("timer", timer) == []
    assert online.machine.skip_settling(online.now) == []
    assert online.state == "offline_manual"


def test_the_user_goes_online_again(online: Line) -> None:
    online.tell("user_offline")
    online.done.clear()

    kinds = online.tell("user_online")

    assert kinds == ["persist", "changed", "probe"]
    assert [a.text for a in online.done if a.kind == "persist"] == ["auto"]
    online.tell("probe_ok")
    assert online.delay("settle") == 10_000


# -- flapping ---------------------------------------------------------------------------------------


def flap(line: Line, apart: int) -> list[str]:
    """Lose a line that is online and get it back; returns what was advised."""
    line.done.clear()
    line.wait(apart, probes="probe_ok")
    line.tell("network_down")
    line.tell("probe_failed")
    line.tell("probe_ok")
    line.tell("hello_ok")
    line.wait(line.machine.settle, probes="probe_ok")
    assert line.state == "online"
    return [a.text for a in line.done if a.kind == "advise"]


def test_the_fourth_loss_in_ten_minutes_doubles_the_settling_and_advises(online: Line) -> None:
    assert [flap(online, 60_000) for _ in range(3)] == [[], [], []]
    assert online.machine.settle == 10_000

    assert flap(online, 60_000) == ["work_offline"]
    assert online.machine.settle == 20_000


def test_settling_grows_to_a_minute_and_no_more(online: Line) -> None:
    for _ in range(9):
        flap(online, 10_000)

    assert online.machine.settle == 60_000


def test_a_settling_time_longer_than_the_most_is_not_made_shorter_by_flapping() -> None:
    line = Line(LinkMachine(LinkTimes(settle=90_000)))
    line.tell("started")
    line.tell("probe_ok")
    line.tell("hello_ok")
    line.wait(90_000, probes="probe_ok")

    for _ in range(5):
        flap(line, 10_000)

    assert line.machine.settle == 90_000


def test_losses_far_apart_are_no_flapping(online: Line) -> None:
    assert [flap(online, 200_000) for _ in range(6)] == [[]] * 6
    assert online.machine.settle == 10_000


def test_half_an_hour_of_calm_is_trusted_again(online: Line) -> None:
    for _ in range(4):
        flap(online, 60_000)

    online.wait(1_740_000, probes="probe_ok")
    assert online.machine.settle == 20_000
    online.wait(120_000, probes="probe_ok")
    assert online.machine.settle == 10_000


# -- the gate ---------------------------------------------------------------------------------------


def test_a_refused_hello_keeps_the_gate_shut_however_good_the_line_is(line: Line) -> None:
    line.tell("probe_ok")
    assert line.tell("hello_refused", "site_in_use") == ["advise"]

    found = line.wait(10_000, probes="probe_ok")

    assert line.state == "online"
    assert not line.machine.online_capable
    assert "pull" not in found


def test_behind_a_shut_gate_hello_is_said_again_every_minute(line: Line) -> None:
    line.tell("probe_ok")
    line.tell("hello_refused", "site_in_use")
    line.wait(10_000, probes="probe_ok")

    found = line.wait(60_000, probes="probe_ok")

    assert found.count("hello") == 1
    assert line.tell("hello_refused", "site_in_use") == []  # It was advised once.
    assert line.tell("hello_ok") == ["pull"]
    assert line.machine.online_capable


def test_a_gate_that_shuts_while_online_takes_the_ability_away(online: Line) -> None:
    online.tell("hello_refused", "unauthenticated")

    assert online.state == "online"
    assert not online.machine.online_capable


def test_a_new_session_while_online_is_no_reason_to_pull(online: Line) -> None:
    assert online.tell("hello_ok") == []


# -- other times ------------------------------------------------------------------------------------


def test_short_times_shorten_everything() -> None:
    line = Line(LinkMachine(LinkTimes(settle=1_000, settle_start=200, probe_reconnecting=200)))
    line.tell("started")
    line.tell("probe_ok")
    line.tell("hello_ok")

    assert line.delay("probe") == 200
    line.wait(1_000, probes="probe_ok")
    assert line.state == "online"


def test_times_can_be_changed_before_the_start() -> None:
    line = Line()
    line.machine.use(LinkTimes(settle=30_000))
    line.tell("started")
    line.tell("probe_ok")

    assert line.delay("settle") == 30_000
