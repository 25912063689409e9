"""Sessions that are opened, fenced and refused."""

from __future__ import annotations

from typing import Any

import pytest
from lienso.errors import Fenced, LinkError, Refused
from lienso.sync import sealing
from lienso.sync.link_machine import Event


def test_a_fenced_site_opens_a_new_session_and_goes_on(head: Any, a: Any) -> None:
    note = a.note()
    row = head.rows("site")[0]
    head.write(lambda w: w.state("site").put({**row, "session_id": "somebody-elses"}))

    assert a.site.push().pushed == 1
    assert head.get(note).posted()


def test_a_site_that_is_fenced_again_and_again_gives_up(a: Any) -> None:
    a.note()

    def push(_request: Any) -> Any:
        raise Fenced

    a.link.real.push = push
    with pytest.raises(Fenced):
        a.site.push()

    assert a.site.status()["sealed"] == 1


def test_a_reply_of_a_session_that_ended_meanwhile_changes_nothing(head: Any, a: Any) -> None:
    a.note()
    real = a.link.real.push

    def push(request: Any) -> Any:
        reply = real(request)
        a.site.set_mode(False)  # While the answer was on its way.
        return reply

    a.link.real.push = push
    with pytest.raises(LinkError):
        a.site.push()
    assert a.site.status()["sealed"] == 1

    a.link.real.push = real
    a.site.set_mode(True)
    a.site.connect()
    a.site.push()
    assert (a.site.pending(), head.debit()) == (0, 5)


def test_unanswered_changes_are_sealed_anew_in_order_after_a_fence(head: Any, a: Any) -> None:
    notes = [a.draft() for _ in range(3)]
    a.seal()
    a.edit(notes[0], description="mới")
    before = [change.change_id for _seq, change, _proof in a.read(sealing.unacked)]
    row = head.rows("site")[0]
    head.write(lambda w: w.state("site").put({**row, "incarnation": 5}))

    a.site.connect()

    after = a.read(sealing.unacked)
    assert [change.change_id for _seq, change, _proof in after] == before
    assert [seq for seq, _change, _proof in after] == [1, 2, 3]
    assert a.site.push().failed == ()
    assert head.get(notes[0]).data.description == "mới"


# -- gates ------------------------------------------------------------------------------------------


def test_a_second_copy_of_a_site_is_kept_out_until_the_first_is_gone(head: Any, a: Any) -> None:
    a.note()
    a.restart(host="copy")

    with pytest.raises(Refused) as refused:
        a.site.connect()
    assert (refused.value.code, a.site.status()["gate"]) == ("site_in_use", "site_in_use")

    head.clock.advance(61)
    a.site.connect()
    assert a.site.push().pushed == 1


def test_a_gate_opens_by_itself_when_its_cause_is_gone(head: Any, a: Any) -> None:
    a.restart(host="copy")
    a.site.handle(Event("started"))
    a.pass_time(12_000)
    assert (a.site.mode().name, a.site.online_capable) == ("online", False)

    head.clock.advance(61)
    a.pass_time(61_000)

    assert a.site.online_capable


def test_credentials_that_are_taken_away_close_the_gate(a: Any) -> None:
    a.note()

    def refuse(_request: Any) -> Any:
        raise Refused("unauthenticated")

    a.link.real.push = refuse
    with pytest.raises(Refused):
        a.site.push()

    assert a.link.sent.count("push") == 1  # It is no poison that halving would find.
    assert a.site.status()["gate"] == "unauthenticated"


def test_a_retry_that_arrives_after_it_was_given_up_is_not_judged_any_more(
    head: Any, a: Any
) -> None:
    note = a.draft(description="refuse")
    a.site.push()
    late: list[Any] = []

    def hang(request: Any) -> Any:
        late.append(request)
        raise LinkError(detail={"cause": "it is under way for a minute"})

    a.link.push = hang
    with pytest.raises(LinkError):
        a.site.retry([note.id])
    del a.link.push
    for _ in range(2):
        a.site.retry([note.id])
    a.site.withdraw([row["change_id"] for row in a.site.failures("push_failed")])
    a.site.push()

    with pytest.raises(Fenced):
        a.link.push(late[0])

    assert [change.record_id for change in late[0].retries] == [note.id]
    assert head.rows("parked_change") == []
