"""Functions that a site runs in the cloud: one effect, whole data, those that take long, cancelling."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from lienso.errors import LinkError, OfflineRefused, Refused, Unknown
from lienso.loopback import LoopbackLink
from lienso.sync.cloud_operations import Operations
from lienso.sync.cloud_service import CloudService

from .world import Office, World


def partners(head: Any) -> int:
    count: int = head.read(lambda view: view.count("partner"))
    return count


def run(office: Any, function: str = "small.add", **more: Any) -> Any:
    return office.kernel.invoke(office.by, function, {}, **more)


def impatient(world: World, office: Office) -> CloudService:
    """Answer an office with how far a function is as soon as it is asked."""
    service = CloudService(world.kernel, Operations(call_wait_s=0, poll_wait_s=0.01))
    office.link.real = LoopbackLink(lambda: (service, office.by))
    return service


# -- one effect -------------------------------------------------------------------------------------


def test_a_call_whose_answer_was_lost_has_one_effect(head: Any, a: Any) -> None:
    a.link.lose = ["call"]

    with pytest.raises(LinkError):
        run(a, call_id="call-1")
    a.site.connect()
    run(a, call_id="call-1")

    assert partners(head) == 1


def test_a_call_is_done_once_through_restarts_of_both_sides(head: Any, a: Any) -> None:
    a.link.lose = ["call"]
    with pytest.raises(LinkError):
        run(a, call_id="call-1")

    a.link.real = LoopbackLink(lambda: (CloudService(head.kernel), a.by))
    a.restart()
    a.site.connect()
    run(a, call_id="call-1")

    assert partners(head) == 1


def test_a_refused_call_may_be_tried_again_under_its_id(head: Any, a: Any) -> None:
    def refuse(_session: Any) -> None:
        raise Refused("not_now")

    head.small.long = refuse
    with pytest.raises(Refused):
        run(a, "small.long", call_id="call-1")
    assert partners(head) == 0

    head.small.long = lambda _session: None
    run(a, "small.long", call_id="call-1")

    assert partners(head) == 1


def started_anew(head: Any, *offices: Any) -> None:
    """Answer from now on as a process that was just started: it remembers no call."""
    for office in offices:
        service = CloudService(head.kernel)
        office.link.real = LoopbackLink(lambda service=service, by=office.by: (service, by))


def test_a_call_whose_records_came_back_to_a_restored_cloud_does_not_run_again(
    head: Any, a: Any, set_back: Any
) -> None:
    run(a, call_id="call-1")
    made = a.kernel.get(a.by, "partner", "C0")
    a.edit(made, name="sửa sau đó")
    a.site.push()
    set_back()
    started_anew(head, a)

    a.site.connect()
    with pytest.raises(Refused) as refused:
        run(a, call_id="call-1")
    run(a, call_id="call-2")

    assert (refused.value.code, refused.value.detail["id"]) == ("call_ran_before", made.id)
    assert partners(head) == 2
    assert head.get(made).data.name == "sửa sau đó"


def test_a_call_that_runs_again_before_its_records_come_back_makes_the_same_ones(
    head: Any, a: Any, b: Any, set_back: Any
) -> None:
    a.link.lose = ["call"]
    with pytest.raises(LinkError):
        run(a, call_id="call-1")
    b.site.pull()
    set_back()
    started_anew(head, a, b)

    a.site.connect()
    run(a, call_id="call-1")
    b.site.connect()

    assert partners(head) == 1
    assert b.site.failures() == []


def test_what_a_function_changed_is_here_before_its_answer(a: Any) -> None:
    run(a)

    assert a.kernel.get(a.by, "partner", "C0").data.code == "C0"


def test_offline_a_function_has_no_effect(head: Any, a: Any) -> None:
    a.site.set_mode(False)

    with pytest.raises(OfflineRefused):
        run(a)

    assert (partners(head), a.link.sent.count("call")) == (0, 0)


# -- whole data -------------------------------------------------------------------------------------


def test_a_function_that_needs_whole_data_waits_for_this_sites_own(head: Any, a: Any) -> None:
    a.note()

    with pytest.raises(Refused) as refused:
        run(a, "small.close", pass_warnings=True)
    assert (refused.value.code, refused.value.detail["count"]) == ("unsynced_local", 1)

    a.site.push()
    run(a, "small.close")
    assert partners(head) == 1


def test_what_other_sites_have_not_sent_is_a_warning_that_the_user_accepts(
    head: Any, a: Any, b: Any
) -> None:
    b.note()
    b.note()
    b.site.beat()

    with pytest.raises(Refused) as refused:
        run(a, "small.close", call_id="call-1")
    assert refused.value.code == "other_sites_unsent"
    assert refused.value.detail["sites"] == "B: 2 (2026-03-02T05:00)"
    assert partners(head) == 0

    answer = run(a, "small.close", call_id="call-1", pass_warnings=True)

    assert [found["code"] for found in answer["_findings"]] == ["other_sites_unsent"]
    assert partners(head) == 1


def test_a_module_is_told_which_sites_have_unsent_records(head: Any, a: Any, b: Any) -> None:
    b.note()
    b.site.beat()

    told = head.kernel.read(head.by, lambda view: view.unsent_sites())

    assert [(row["label"], row["unsent"]) for row in told] == [("B", 1)]
    assert told[0]["seen_at"].startswith("2026-03-02")
    assert a.kernel.read(a.by, lambda view: view.unsent_sites()) == []


def test_a_function_that_ran_is_not_refused_when_it_is_asked_again(
    head: Any, a: Any, b: Any
) -> None:
    run(a, "small.close", call_id="call-1")
    b.note()
    b.site.beat()
    a.link.real = LoopbackLink(lambda: (CloudService(head.kernel), a.by))

    run(a, "small.close", call_id="call-1")

    assert partners(head) == 1


def test_a_site_that_is_retired_or_has_sent_everything_warns_of_nothing(a: Any, b: Any) -> None:
    b.note()
    b.site.push()
    b.site.beat()

    assert run(a, "small.close") == {}


# -- functions that take long -----------------------------------------------------------------------


def test_a_function_that_takes_long_is_asked_after_and_tells_how_far_it_is(
    head: Any, a: Any
) -> None:
    seen, told = threading.Event(), []
    impatient(head, a)

    def long(session: Any) -> None:
        session.progress(3, 10, "tháng 3")
        assert seen.wait(20)

    def progress(*step: Any) -> None:
        told.append(step)
        if step == (3, 10, "tháng 3"):
            seen.set()

    head.small.long = long
    assert run(a, "small.long", progress=progress) == {}

    assert (3, 10, "tháng 3") in told
    assert partners(head) == 1


def test_a_function_that_is_cancelled_has_no_effect(head: Any, a: Any) -> None:
    cancelled: list[bool] = []
    go = threading.Event()
    impatient(head, a)

    def long(session: Any) -> None:
        assert go.wait(20)
        session.progress(1, 2, "")

    def progress(*_step: Any) -> None:
        if not cancelled:
            cancelled.append(a.site.cancel("call-1"))
            go.set()

    head.small.long = long
    with pytest.raises(Refused) as refused:
        run(a, "small.long", call_id="call-1", progress=progress)

    assert (refused.value.code, cancelled) == ("operation_cancelled", [True])
    assert partners(head) == 0


def test_a_function_that_has_ended_is_not_cancelled(head: Any, a: Any) -> None:
    run(a, call_id="call-1")

    assert a.site.cancel("call-1") is False
    assert partners(head) == 1


def test_a_cloud_that_was_started_anew_meanwhile_is_called_again(head: Any, a: Any) -> None:
    done: list[int] = []
    release = threading.Event()
    impatient(head, a)

    def progress(*_step: Any) -> None:
        if not done:
            done.append(1)
            release.set()
            impatient(head, a)

    head.small.long = lambda _session: None if release.wait(20) else pytest.fail("not released")
    run(a, "small.long", call_id="call-1", progress=progress)

    assert a.link.sent.count("call") == 2
    assert partners(head) == 1


@pytest.mark.parametrize("ask", ["cancel", "state"])
def test_a_function_of_another_site_is_not_known(head: Any, a: Any, b: Any, ask: str) -> None:
    operations = Operations()
    service = CloudService(head.kernel, operations)
    a.link.real = LoopbackLink(lambda: (service, a.by))
    run(a, call_id="call-1")

    with pytest.raises(Unknown) as unknown:
        getattr(operations, ask)((b.by.tenant, "B"), "call-1")

    assert unknown.value.code == "operation_unknown"
