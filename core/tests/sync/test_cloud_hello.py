"""Who is let in, and which log is continued (sync-design §5, Hello)."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from lienso.errors import Refused
from lienso.sync import enrolment
from lienso.sync.messages import (
    CHAIN_START,
    CallRequest,
    HeartbeatRequest,
    PullRequest,
)

from .caller import Caller, change


def test_the_first_hello_begins_an_incarnation(head: Any) -> None:
    caller = Caller(head)

    reply = caller.hello()

    assert (reply.decision, reply.incarnation, reply.processed) == ("NEW_INCARNATION", 1, 0)
    assert caller.hello().decision == "OK"


@pytest.mark.parametrize(("lowest", "highest"), [(2, 3), (0, 0)])
def test_no_common_protocol_means_an_upgrade(caller: Caller, lowest: int, highest: int) -> None:
    with pytest.raises(Refused) as refused:
        caller.hello(protocol_min=lowest, protocol_max=highest)

    assert refused.value.code == "upgrade_required"


def test_who_is_not_enrolled_is_not_heard(caller: Caller) -> None:
    caller.by = dataclasses.replace(caller.by, site="nobody")

    with pytest.raises(Refused) as refused:
        caller.hello()

    assert refused.value.code == "unauthenticated"


def test_a_retired_site_is_let_in_nowhere(head: Any, caller: Caller) -> None:
    session = caller.session
    assert session is not None
    enrolment.retire_site(head.kernel, head.by.tenant, "S")

    for ask in (
        caller.hello,
        lambda: caller.push(1),
        lambda: caller.service.pull(caller.by, PullRequest(session, 0)),
        lambda: caller.service.call(caller.by, CallRequest("invoke", "small.add", {}, "1")),
    ):
        with pytest.raises(Refused) as refused:
            ask()
        assert refused.value.code == "site_retired"


def test_another_host_is_kept_out_while_the_first_lives(head: Any, caller: Caller) -> None:
    head.clock.advance(59)
    with pytest.raises(Refused) as refused:
        caller.hello(host="copy")
    assert refused.value.code == "site_in_use"

    head.clock.advance(2)
    assert caller.hello(host="copy").decision == "OK"


def test_a_clock_that_was_set_back_keeps_nobody_out_for_a_day(head: Any, caller: Caller) -> None:
    head.clock.advance(86_400)
    caller.hello(host="first")
    head.clock.advance(-86_400)

    assert caller.hello(host="second").decision in ("OK", "NEW_INCARNATION")


def test_a_history_that_this_cloud_does_not_know_is_one_that_it_lost(
    head: Any, caller: Caller
) -> None:
    before = caller.hello()

    reply = caller.hello(history_id="of a later life")

    assert reply.decision == "NEW_HISTORY"
    assert reply.history_id not in (before.history_id, "of a later life")
    # The next site that knows it is told the same history, not yet another one.
    again = caller.hello(history_id="of a later life")
    assert (again.decision, again.history_id) == ("NEW_HISTORY", reply.history_id)


def test_a_heartbeat_keeps_the_first_host_alive(head: Any, caller: Caller) -> None:
    assert caller.session is not None
    head.clock.advance(50)
    beat = HeartbeatRequest(caller.session, 4, 2, "2026-03-02T00:00:00.000000Z", 7, "")
    caller.service.heartbeat(caller.by, beat)
    head.clock.advance(50)

    with pytest.raises(Refused):
        caller.hello(host="copy")
    [row] = head.rows("site")
    assert (row["pending"], row["failed"], row["cursor"]) == (4, 2, 7)


def test_another_history_is_told(caller: Caller) -> None:
    assert caller.hello(history_id="another").decision == "NEW_HISTORY"


def test_acknowledged_work_that_the_cloud_lost_is_another_history(caller: Caller) -> None:
    reply = caller.hello(acked=3, sealed=3, chains=(b"x" * 32,))

    assert reply.decision == "NEW_HISTORY"


@pytest.mark.parametrize("known", [{"cursor": 10**6}, {"incarnation": 7}])
def test_what_only_a_cloud_that_was_set_back_can_have_forgotten_begins_a_new_history(
    caller: Caller, known: dict[str, int]
) -> None:
    before = caller.history

    reply = caller.hello(**known)

    assert (reply.decision, reply.restore_point) == ("NEW_HISTORY", 0)
    assert reply.history_id != before
    assert reply.incarnation == known.get("incarnation", 1) + 1
    assert caller.hello(cursor=0).decision == "OK"


def test_a_hello_brings_the_verdicts_whose_answer_was_lost(caller: Caller) -> None:
    changes = [caller.seal(change(n)) for n in (1, 2)]
    bad = caller.seal(change(3, body="{}"))
    caller.push(1, *changes, bad)

    reply = caller.hello(acked=1)

    assert (reply.decision, reply.processed) == ("OK", 3)
    assert [(v.change_id, v.code) for v in reply.verdicts] == [("c2", "APPLIED"), ("c3", "INVALID")]


def test_a_log_that_went_back_is_fenced_with_what_was_parked(caller: Caller) -> None:
    caller.push(1, caller.seal(change(1, body="{}")), caller.seal(change(2)))
    caller.chains = [CHAIN_START]

    reply = caller.hello()

    assert (reply.decision, reply.incarnation, reply.processed) == ("NEW_INCARNATION", 2, 0)
    assert [parked.change_id for parked in reply.parked] == ["c1"]


def test_a_log_with_another_proof_is_fenced(caller: Caller) -> None:
    caller.push(1, caller.seal(change(1)))
    caller.chains[1] = b"y" * 32

    assert caller.hello().decision == "NEW_INCARNATION"


def test_what_is_returned_to_a_fenced_site_fits_one_message(head: Any, caller: Caller) -> None:
    huge = [caller.seal(change(n, body=f'{{"code":"{"x" * 400_000}"}}')) for n in (1, 2, 3)]
    for seq, one in enumerate(huge, 1):
        caller.push(seq, one)
    caller.chains = [CHAIN_START]

    assert len(caller.hello().parked) == 2
    assert len(head.rows("parked_change")) == 3
