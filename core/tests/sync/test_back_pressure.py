"""A site does not drive a busy cloud, a slow line or a full disk on; people save whatever happens."""

from __future__ import annotations

from typing import Any

import pytest
from lienso.disk import FREE_BYTES_MIN, free_beside
from lienso.errors import LimitExceeded, LinkError, Refused, StorageBusy
from lienso.sync import bootstrapping
from lienso.sync.pacing import OUTBOX_MANY, REST_MS_MAX, Pace, outbox_alarms, rest_ms
from lienso.testing import kernels

MIB = 2**20


def limited(milliseconds: int) -> StorageBusy:
    return StorageBusy("rate_limited", {"retry_after_ms": milliseconds})


def answer_once(a: Any, call: str, error: Exception) -> None:
    """Let the cloud answer the next call of this name with an error."""
    real = getattr(a.link.real, call)

    def refuse(request: Any) -> Any:
        setattr(a.link.real, call, real)
        raise error

    setattr(a.link.real, call, refuse)


def pushed_sizes(a: Any, took_ms: int = 0) -> list[int]:
    """Return a list that the sizes of all further pushes are added to."""
    sizes: list[int] = []
    real = a.link.real.push

    def push(request: Any) -> Any:
        sizes.append(len(request.changes))
        a.steady.now += took_ms
        return real(request)

    a.link.real.push = push
    return sizes


# -- a busy cloud ------------------------------------------------------------------------------------


def test_a_cloud_that_says_when_to_come_again_is_left_alone_until_then(a: Any) -> None:
    a.partner("KH1")
    answer_once(a, "push", limited(20_000))
    with pytest.raises(StorageBusy):
        a.site.push()
    a.link.sent.clear()

    a.steady.now += 19_000
    with pytest.raises(StorageBusy) as refused:
        a.site.push()

    assert refused.value.detail == {"retry_after_ms": 1_000}
    assert a.link.sent == []
    assert a.site.online_capable  # Busy is not away.
    a.steady.now += 1_000
    assert a.site.push().pushed == 1


def test_what_goes_by_itself_comes_again_when_the_cloud_said(a: Any) -> None:
    a.partner("KH1")
    answer_once(a, "push", limited(25_000))

    a.pass_time(20_000)

    assert a.site.pending() == 1
    a.pass_time(10_000)
    assert a.site.pending() == 0


def test_a_pull_that_was_told_to_wait_is_made_when_the_time_is_over(a: Any, b: Any) -> None:
    partner = a.partner("KH1")
    a.site.push()
    answer_once(b, "pull", limited(5_000))
    b.site._keep_in_step()
    assert not b.has(partner)

    b.pass_time(6_000)

    assert b.has(partner)


@pytest.mark.parametrize(
    ("error", "rest"),
    [
        (limited(700), 700),
        (Refused("server_busy", {"retry_after_ms": 1_000}), 1_000),
        (Refused("server_busy"), 0),
        (limited(10**9), REST_MS_MAX),
        (limited(-5), 0),
        (StorageBusy("rate_limited", {"retry_after_ms": "soon"}), 0),
        (Refused("period_locked", {"retry_after_ms": 9}), 0),
    ],
)
def test_how_long_a_site_rests(error: Any, rest: int) -> None:
    assert rest_ms(error) == rest


# -- how much at once ----------------------------------------------------------------------------------


def test_the_first_batch_of_large_changes_carries_64_kib_and_the_next_ones_more(a: Any) -> None:
    for number in range(14):
        a.draft(f"N{number}", references=["y" * 3_000] * 5)
    sizes = pushed_sizes(a)

    assert a.site.push().pushed == 14
    assert sizes == [4, 8, 2]


def test_batches_do_not_grow_while_answers_are_slow(a: Any) -> None:
    for number in range(120):
        a.partner(f"K{number}")
    sizes = pushed_sizes(a, took_ms=2_000)

    assert a.site.push().pushed == 120
    assert sizes == [50, 50, 20]


def test_a_batch_whose_answer_does_not_come_is_halved(a: Any) -> None:
    for number in range(60):
        a.partner(f"K{number}")
    a.link.lose = ["push"]
    with pytest.raises(LinkError):
        a.site.push()
    sizes = pushed_sizes(a)

    a.site.push()

    assert sizes == [25, 35]


def test_a_page_is_smaller_after_one_that_did_not_come(a: Any, b: Any) -> None:
    for number in range(12):
        a.draft(f"N{number}", references=["y" * 3_000] * 5)
    a.site.push()
    asked: list[int] = []
    real = b.link.real.pull

    def pull(request: Any) -> Any:
        asked.append(request.bytes_max)
        if len(asked) == 1:
            raise LinkError
        return real(request)

    b.link.real.pull = pull
    with pytest.raises(LinkError):
        b.site.pull()

    assert b.site.pull().pulled == 12
    assert asked[1] == asked[0] // 2
    assert asked[2] == asked[0]


def test_a_pace_stays_between_its_bounds() -> None:
    pace = Pace(50, 60, 20)

    pace.answered(0)
    assert pace.size == 60
    pace.failed()
    assert pace.size == 30
    pace.failed(sent=10)
    assert pace.size == 20


# -- what is too much --------------------------------------------------------------------------------


def test_with_less_than_500_mb_free_nothing_is_taken_and_saves_and_pushes_go_on(
    a: Any, b: Any
) -> None:
    partner = a.partner("KH1")
    a.site.push()
    b.site.free_bytes = lambda: FREE_BYTES_MIN - 1

    with pytest.raises(Refused) as refused:
        b.site.pull()

    assert (refused.value.code, refused.value.detail["free_mib"]) == ("disk_low", 499)
    assert b.site.status()["alarms"] == ["disk_low"]
    b.partner("KH2")
    assert b.site.push().pushed == 1
    assert not b.has(partner)
    b.site.free_bytes = lambda: FREE_BYTES_MIN
    b.site.pull()
    assert b.has(partner)


def test_a_site_whose_disk_is_nearly_full_still_goes_online(a: Any) -> None:
    a.restart()
    a.site.free_bytes = lambda: 0

    a.site.connect()

    assert a.site.online_capable


def test_pushes_go_on_by_themselves_while_the_disk_is_nearly_full(a: Any, head: Any) -> None:
    a.site.free_bytes = lambda: 0
    partner = a.partner("KH1")

    a.site._keep_in_step()

    assert (head.stored(partner).version, a.site.pending()) == (1, 0)


def test_a_snapshot_waits_until_there_is_room(a: Any, b: Any) -> None:
    partner = a.partner("KH1")
    a.site.push()
    b.write(bootstrapping.begin)
    left = iter([0, FREE_BYTES_MIN, 0])
    b.site.free_bytes = lambda: next(left)

    for _part in ("manifest", "first chunk"):
        with pytest.raises(Refused) as refused:
            b.site.pull()
        assert (refused.value.code, b.has(partner)) == ("disk_low", False)

    b.site.free_bytes = lambda: None
    b.site.pull()
    assert b.has(partner)


def test_a_pull_stops_at_the_page_after_which_the_disk_is_nearly_full(a: Any, b: Any) -> None:
    for number in range(20):
        a.draft(f"N{number}", references=["y" * 3_000] * 5)
    a.site.push()
    left = iter([FREE_BYTES_MIN, FREE_BYTES_MIN - 1])
    b.site.free_bytes = lambda: next(left)

    with pytest.raises(Refused) as refused:
        b.site.pull()

    assert refused.value.code == "disk_low"
    assert 0 < b.read(lambda view: view.count("note")) < 20
    b.site.free_bytes = lambda: None
    b.site.pull()
    assert b.read(lambda view: view.count("note")) == 20


def test_a_change_that_waits_for_seven_days_is_an_alarm(a: Any, head: Any) -> None:
    a.partner("KH1")
    head.clock.advance(7 * 24 * 3600 - 1)
    assert a.site.status()["alarms"] == []

    head.clock.advance(1)

    assert a.site.status()["alarms"] == ["outbox_old"]
    a.site.push()
    assert a.site.status()["alarms"] == []


def test_ten_thousand_changes_that_wait_are_an_alarm() -> None:
    now = kernels.instant("2026-03-02")

    assert outbox_alarms(OUTBOX_MANY, "", now) == ["outbox_many"]
    assert outbox_alarms(OUTBOX_MANY - 1, "", now) == []


def test_free_space_is_known_of_a_store_in_a_file_only(tmp_path: Any) -> None:
    (tmp_path / "site.db").touch()

    assert (free_beside(f"sqlite:{tmp_path / 'site.db'}") or 0) > 0
    assert free_beside("memory:") is None


def test_a_function_that_a_user_calls_is_asked_for_while_the_site_rests(a: Any) -> None:
    answer_once(a, "pull", limited(20_000))
    with pytest.raises(StorageBusy):
        a.site.pull()

    a.kernel.invoke(a.by, "small.add", {})

    assert a.link.sent[-1] == "call"


def test_the_limit_of_a_batch_is_not_a_reason_to_rest() -> None:
    assert rest_ms(LimitExceeded(detail={"what": "changes"})) == 0
