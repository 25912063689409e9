"""Flapping, the gate, and other times (sync-design §9)."""

from __future__ import annotations

from lienso.sync.link_machine import LinkMachine, LinkTimes

from .line import Line

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
