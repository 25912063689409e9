"""Every row of the connection table (sync-design §9), with a clock of numbers."""

from __future__ import annotations

import pytest
from lienso.sync.link_machine import EventKind, LinkMachine, LinkTimes

from .line import Line

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
