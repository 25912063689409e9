"""The driver: settling and pulling by itself, sessions, gates, manual mode, and real threads."""

from __future__ import annotations

from typing import Any

import pytest
from lienso.errors import LiensoError, OfflineRefused, StorageDown
from lienso.sync import site_log
from lienso.sync.link_machine import Event, LinkTimes


@pytest.fixture
def started(head: Any) -> Any:
    """An office whose driver was started and is stepped by the test."""
    office = head.office("A", online=False)
    office.site.handle(Event("started"))
    return office


# -- settling and pulling ---------------------------------------------------------------------------


def test_ten_seconds_after_the_network_is_there_a_site_pulls_by_itself(
    head: Any, started: Any
) -> None:
    head.kernel.save(head.by, "partner", {"code": "KH1"})

    started.pass_time(9_900)
    assert started.read(lambda view: view.count("partner")) == 0
    assert started.site.mode().name == "reconnecting"

    started.pass_time(200)
    assert started.read(lambda view: view.count("partner")) == 1
    assert started.site.mode().name == "online"


def test_a_company_says_how_long_its_lines_settle(head: Any, a: Any) -> None:
    head.choose("sync.auto_pull_seconds", 25)
    a.pass_time(61_000)  # The option comes with a pull, like everything else.

    a.site.set_mode(False)
    a.site.set_mode(True)

    a.pass_time(24_900)
    assert a.site.mode().name == "reconnecting"
    a.pass_time(200)
    assert a.site.mode().name == "online"


def test_times_that_the_driver_was_given_win_over_the_option(head: Any, a: Any) -> None:
    head.choose("sync.auto_pull_seconds", 25)
    a.restart(times=LinkTimes(settle=1_000))
    a.site.connect()
    a.pass_time(61_000)

    a.site.set_mode(False)
    a.site.set_mode(True)
    a.pass_time(1_200)

    assert a.site.mode().name == "online"


def test_a_line_that_breaks_while_settling_starts_over(started: Any) -> None:
    started.pass_time(8_000)
    started.link.real.cut()
    started.pass_time(2_500)
    assert started.site.mode().name == "offline_auto"

    started.link.real.restore()
    started.pass_time(6_500)  # A probe after five seconds, give or take a fifth.
    assert started.site.mode().name == "reconnecting"
    started.pass_time(10_000)
    assert started.site.mode().name == "online"


def test_a_dead_line_is_noticed_by_its_probes(started: Any) -> None:
    started.pass_time(11_000)
    started.link.real.cut()

    started.pass_time(25_000)

    assert started.site.mode().name == "offline_auto"
    assert not started.site.online_capable


def test_a_site_pulls_every_minute(head: Any, started: Any) -> None:
    started.pass_time(11_000)
    head.kernel.save(head.by, "partner", {"code": "KH1"})

    started.pass_time(60_000)

    assert started.read(lambda view: view.count("partner")) == 1


def test_what_was_done_is_told(head: Any, started: Any) -> None:
    told: list[tuple[str, Any]] = []
    started.site.on_notice(lambda kind, values: told.append((kind, values)))
    started.partner("KH1")

    started.pass_time(11_000)

    assert ("mode", {"mode": "online", "reason": "settled"}) in told
    assert ("pulled", {"pulled": 0, "waiting": 1}) in told
    started.pass_time(60_000)
    assert [kind for kind, _ in told].count("pulled") == 1  # Nobody is nagged every minute.


# -- pushing by itself ------------------------------------------------------------------------------


def test_a_change_made_online_is_sent_a_second_after_it_was_saved(head: Any, a: Any) -> None:
    note = a.note()
    a.pass_time(900)
    assert head.stored(note) is None

    a.pass_time(200)

    assert head.get(note).posted()


def test_saving_on_and_on_does_not_put_the_push_off(head: Any, a: Any) -> None:
    first = a.note()
    for _ in range(3):
        a.pass_time(400)
        a.note()

    assert head.stored(first) is not None


def test_a_change_made_offline_waits_for_the_users_word(head: Any, a: Any) -> None:
    a.site.set_mode(False)
    offline = a.note()
    a.site.set_mode(True)
    a.pass_time(12_000)
    online = a.note()
    a.pass_time(2_000)

    assert head.stored(offline) is None
    assert head.get(online).posted()
    assert a.site.push().pushed == 1


def test_a_company_may_want_offline_changes_to_go_by_themselves(a: Any, head: Any) -> None:
    head.choose("push.offline_changes", "auto")
    a.site.pull()
    a.site.set_mode(False)
    note = a.note()
    a.site.set_mode(True)

    a.pass_time(12_000)

    assert head.get(note).posted()


def test_what_was_sealed_when_the_line_broke_goes_by_itself_afterwards(head: Any, a: Any) -> None:
    a.site.set_mode(False)
    note = a.note()
    a.seal()
    a.site.set_mode(True)

    a.pass_time(12_000)

    assert head.get(note).posted()


def test_an_automatic_push_that_failed_is_tried_again_ever_later(head: Any, a: Any) -> None:
    note = a.note()
    a.link.lose = ["push", "push", "push"]

    a.pass_time(12_000)

    assert head.debit() == 5
    assert a.state(note) == "synced"
    assert a.link.sent.count("push") == 4


# -- manual mode ------------------------------------------------------------------------------------


def test_manual_mode_sends_nothing_at_all_whatever_is_asked(a: Any) -> None:
    a.note()
    a.site.set_mode(False)
    a.link.sent.clear()

    a.pass_time(120_000)
    for ask in (a.site.push, a.site.pull, a.site.beat, a.site.connect):
        with pytest.raises(LiensoError):
            ask()
    with pytest.raises(OfflineRefused):
        a.kernel.invoke(a.by, "small.add", {})

    assert a.link.sent == []


def test_manual_mode_survives_a_restart(a: Any) -> None:
    a.site.set_mode(False)

    a.restart()
    a.site.handle(Event("started"))
    a.pass_time(30_000)

    assert a.site.mode().name == "offline_manual"


def test_back_from_manual_mode_the_line_settles_first(a: Any) -> None:
    a.site.set_mode(False)

    a.site.set_mode(True)
    assert a.site.mode().name == "reconnecting"
    a.pass_time(10_200)

    assert a.site.online_capable


def test_a_restart_after_an_online_run_settles_shortly(a: Any) -> None:
    a.restart()
    a.site.handle(Event("started", a.read(lambda view: site_log.identity(view, "link"))))

    a.pass_time(2_200)

    assert a.site.online_capable


# -- functions over the line ------------------------------------------------------------------------


def test_what_a_function_changed_is_here_before_its_answer(a: Any) -> None:
    a.kernel.invoke(a.by, "small.add", {})

    assert a.read(lambda view: view.count("partner")) == 1


def test_a_function_that_ran_answers_even_when_the_pull_after_it_fails(head: Any, a: Any) -> None:
    a.link.lose = ["pull"]

    assert a.kernel.invoke(a.by, "small.add", {}) == {}
    assert head.read(lambda view: view.count("partner")) == 1


def test_a_heartbeat_shows_the_cloud_what_waits(head: Any, a: Any) -> None:
    a.note(description="refuse")
    a.site.push()
    a.note()

    a.site.beat()

    [row] = head.rows("site")
    assert (row["pending"], row["failed"]) == (1, 1)


def test_a_disk_that_is_full_while_the_mode_is_kept_does_not_stop_the_line(a: Any) -> None:
    a.site.set_mode(False)
    real = a.kernel.storage.write

    def full(_tenant: str, _work: Any) -> Any:
        raise StorageDown

    a.kernel.storage.write = full
    with pytest.raises(StorageDown):
        a.site.set_mode(True)
    a.kernel.storage.write = real

    a.pass_time(11_000)
    assert a.site.mode().name == "online"
    a.restart()
    assert a.site.mode().name == "reconnecting"
