"""Changes of one group: sent in one batch, accepted together or not at all."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from lienso.errors import LiensoError, LinkError
from lienso.session import Session
from lienso.sync.batches import next_batch
from lienso.sync.choices import Decision
from lienso.sync.grouping import GROUP_MAX, in_groups, whole_groups
from lienso.sync.messages import Change
from lienso.sync.retrying import retry_cleared

from .caller import Caller, change

NOTE = {"posting_date": "2026-03-02"}


def together(office: Any, *descriptions: str) -> list[Any]:
    """Save notes in one group; one that says ``refuse`` is refused in the cloud."""

    def work(transaction: Any) -> list[Any]:
        session = Session(office.kernel, office.by, transaction)
        with session.together():
            return [session.save("note", {**NOTE, "description": text}) for text in descriptions]

    saved: list[Any] = office.kernel.transact(office.by, work)
    return saved


def failed(office: Any) -> dict[str, str]:
    return {row["id"]: row["verdict"] for row in office.site.failures("push_failed")}


def there(head: Any, notes: list[Any]) -> list[bool]:
    return [head.stored(note) is not None for note in notes]


def rows_of(office: Any, table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = office.read(lambda view: view.state(table).scan())
    return rows


def test_a_group_is_accepted_whole(head: Any, a: Any) -> None:
    notes = together(a, "one", "two", "three")

    outcome = a.site.push()

    assert (outcome.pushed, there(head, notes)) == (3, [True] * 3)


def test_one_refused_member_holds_its_group_up_and_nobody_else(head: Any, a: Any) -> None:
    notes = together(a, "one", "refuse", "three")
    alone = a.draft()

    a.site.push()

    assert there(head, [*notes, alone]) == [False, False, False, True]
    assert failed(a) == {
        notes[0].id: "GROUP_FAILED",
        notes[1].id: "INVALID",
        notes[2].id: "GROUP_FAILED",
    }
    [row] = [row for row in a.site.failures() if row["id"] == notes[0].id]
    [blamed] = [row for row in a.site.failures() if row["id"] == notes[1].id]
    assert row["detail"]["member"] == {"change_id": blamed["change_id"], "verdict": "INVALID"}
    assert row["actions"] == ["retry", "withdraw"]


def test_the_corrected_member_goes_with_its_group(head: Any, a: Any) -> None:
    notes = together(a, "one", "refuse", "three")
    a.site.push()

    a.edit(notes[1], description="good")
    outcome = a.site.push()

    assert (outcome.pushed, there(head, notes)) == (3, [True] * 3)
    assert a.site.failures() == []


def test_the_rest_waits_for_a_member_that_was_corrected_and_not_sent(head: Any, a: Any) -> None:
    notes = together(a, "one", "refuse")
    a.site.push()
    a.edit(notes[1], description="good")

    a.site.retry([notes[0].id])

    assert there(head, notes) == [False, False]
    a.site.push()
    assert there(head, notes) == [True, True]


def test_a_group_that_is_sent_again_is_judged_whole(head: Any, a: Any) -> None:
    notes = together(a, "one", "refuse")
    a.site.push()

    a.site.retry([notes[0].id])

    assert there(head, notes) == [False, False]
    assert failed(a) == {notes[0].id: "GROUP_FAILED", notes[1].id: "INVALID"}
    assert [row["attempt"] for row in a.site.failures()] == [2, 2]


def test_who_gives_one_member_up_gives_all_of_them_up(head: Any, a: Any) -> None:
    notes = together(a, "one", "refuse", "three")
    a.site.push()

    [told] = a.site.decide([Decision(notes[2].id, "withdraw")])
    a.site.push()

    assert told["done"] is True
    assert a.site.failures() == []
    assert [a.has(note) for note in notes] == [False] * 3
    assert head.rows("parked_change") == []


def test_choosing_one_member_sends_all_and_what_they_refer_to_before(head: Any, a: Any) -> None:
    partner = a.partner("KH1")
    notes = together(a, "one", "two")
    lines = [{"line": 1, "partner": partner.id}]
    a.edit(notes[1], lines=lines)

    outcome = a.site.push(records=[notes[0].id])

    assert (outcome.pushed, outcome.failed) == (3, ())
    assert there(head, [*notes, partner]) == [True] * 3


def test_a_batch_ends_before_a_group_rather_than_in_it(head: Any, a: Any) -> None:
    for _ in range(49):
        a.draft()
    notes = together(a, "one", "refuse", "three")

    a.site.push()

    assert there(head, notes) == [False] * 3
    assert sorted(failed(a).values()) == ["GROUP_FAILED", "GROUP_FAILED", "INVALID"]


def test_a_record_of_two_waiting_groups_makes_them_one(head: Any, a: Any) -> None:
    first = together(a, "one", "two")

    def work(transaction: Any) -> Any:
        session = Session(a.kernel, a.by, transaction)
        with session.together():
            session.save("note", {"description": "refuse"}, id=first[0].id)
            return session.save("note", {**NOTE, "description": "four"})

    fourth = a.kernel.transact(a.by, work)
    a.site.push()

    assert there(head, [*first, fourth]) == [False] * 3
    assert sorted(failed(a).values()) == ["GROUP_FAILED", "GROUP_FAILED", "INVALID"]


def test_a_member_of_a_group_that_was_refused_joins_no_other(a: Any) -> None:
    first = together(a, "one", "refuse")
    a.site.push()

    def work(transaction: Any) -> None:
        session = Session(a.kernel, a.by, transaction)
        with session.together():
            session.save("note", {"description": "good"}, id=first[1].id)

    with pytest.raises(LiensoError) as refused:
        a.kernel.transact(a.by, work)

    assert refused.value.code == "other_group_waits"


def test_a_member_of_a_group_that_is_under_way_joins_no_other(a: Any) -> None:
    first = together(a, "one", "two")
    a.seal()

    def work(transaction: Any) -> None:
        session = Session(a.kernel, a.by, transaction)
        with session.together():
            session.save("note", {"description": "another"}, id=first[1].id)

    with pytest.raises(LiensoError) as refused:
        a.kernel.transact(a.by, work)

    assert refused.value.code == "other_group_waits"
    assert a.edit(first[1], description="by itself").data.description == "by itself"


def test_a_version_that_went_with_its_group_is_not_told_of(caller: Caller) -> None:
    twice = [change(1, group_id="g"), change(1, group_id="g", change_id="again")]
    for one in twice:
        caller.seal(one)

    verdicts = caller.push(1, *twice).verdicts

    assert [verdict.code for verdict in verdicts] == ["GROUP_FAILED", "CONFLICT_EDIT"]
    assert (verdicts[1].version, verdicts[1].record, verdicts[1].detail["stored"]) == (0, None, 0)


def test_a_group_goes_on_without_a_refused_member_that_is_deleted(head: Any, a: Any) -> None:
    notes = together(a, "one", "refuse", "three")
    a.site.push()

    a.kernel.delete(a.by, "note", notes[1].id)
    a.site.push()

    assert there(head, notes) == [True, False, True]
    assert failed(a) == {}


def test_a_group_goes_on_without_a_member_whose_correction_is_deleted(head: Any, a: Any) -> None:
    notes = together(a, "one", "refuse")
    a.site.push()
    a.edit(notes[1], description="good")

    a.kernel.delete(a.by, "note", notes[1].id)
    a.site.push()

    assert there(head, notes) == [True, False]
    assert (failed(a), head.rows("parked_change")) == ({}, [])


def test_a_corrected_member_goes_with_those_whose_last_answer_was_lost(head: Any, a: Any) -> None:
    notes = together(a, "one", "refuse")
    a.site.push()
    a.link.lose = ["push"]
    with pytest.raises(LinkError):
        a.site.retry([notes[0].id])
    a.edit(notes[1], description="good")

    a.site.push()

    assert there(head, notes) == [True, True]
    assert failed(a) == {}


def test_what_was_corrected_waits_while_another_member_is_under_way(head: Any, a: Any) -> None:
    notes = together(a, "one", "refuse", "three")
    a.site.push()
    a.edit(notes[2], description="third")
    a.link.lose = ["push"]
    with pytest.raises(LinkError):
        a.site.push()
    a.edit(notes[1], description="good")

    a.seal()

    assert [row["record_id"] for row in rows_of(a, "sealed")] == [notes[2].id]
    assert [row["record_id"] for row in rows_of(a, "outbox")] == [notes[1].id]
    a.site.push()
    assert there(head, notes) == [True] * 3


@pytest.mark.parametrize(
    ("objects", "whole", "left"),
    [(set(), True, ["INVALID"]), ({"later"}, False, ["GROUP_FAILED", "INVALID"])],
)
def test_a_member_that_is_edited_while_its_group_is_under_way_goes_along_as_it_was(
    head: Any, a: Any, objects: set[str], whole: bool, left: list[str]
) -> None:
    notes = together(a, "refuse", "later")
    a.site.push()
    a.edit(notes[0], description="good")
    a.seal()
    head.small.objects = objects

    a.edit(notes[1], description="refuse")
    a.site.push()
    a.site.push()

    assert there(head, notes) == [whole, whole]
    assert a.verdicts() == left
    assert a.get(notes[1]).data.description == "refuse"
    assert len(head.rows("parked_change")) == len(left)


def test_a_member_that_was_edited_while_the_answer_was_lost_takes_its_own_place(
    head: Any, a: Any
) -> None:
    notes = together(a, "refuse", "later")
    a.site.push()
    a.edit(notes[0], description="good")
    a.seal()
    a.edit(notes[1], description="better")
    a.link.lose = ["push"]
    with pytest.raises(LinkError):
        a.site.push()

    a.site.connect()
    a.edit(notes[1], description="best")
    a.site.push()

    assert there(head, notes) == [True, True]
    assert head.get(notes[1]).data.description == "best"
    assert (a.site.pending(), head.rows("parked_change")) == (0, [])


def test_a_group_has_at_most_so_many_members(head: Any, a: Any) -> None:
    notes = together(a, *["many"] * GROUP_MAX)
    with pytest.raises(LiensoError) as refused:
        together(a, *["too many"] * (GROUP_MAX + 1))

    a.site.push()

    assert refused.value.code == "limit_exceeded"
    assert all(there(head, notes))
    assert a.site.status()["pending"] == 0


def test_the_cloud_refuses_a_group_that_is_too_large(caller: Any) -> None:
    sealed = [caller.seal(change(number, group_id="g")) for number in range(1, GROUP_MAX + 2)]

    verdicts = caller.push(1, *sealed).verdicts

    assert [verdict.code for verdict in verdicts[:2]] == ["TOO_LARGE", "GROUP_FAILED"]
    assert {verdict.code for verdict in verdicts[1:]} == {"GROUP_FAILED"}


# -- pure parts --------------------------------------------------------------------------------------


def changes(groups: str) -> list[Change]:
    return [change(n, group_id=group.strip("-")) for n, group in enumerate(groups)]


def test_changes_are_parted_into_what_is_decided_together() -> None:
    assert in_groups(changes("-aab-a")) == [[0], [1, 2, 5], [3], [4]]


@pytest.mark.parametrize(
    ("groups", "count", "goes"),
    [("--aa-", 3, 2), ("--aa-", 4, 4), ("aab", 1, 2), ("aa", 1, 2), ("--", 5, 2), ("---", 1, 1)],
)
def test_a_part_never_ends_inside_a_group(groups: str, count: int, goes: int) -> None:
    assert whole_groups(changes(groups), count) == goes


class Counting:
    """A writer that counts how often tables of changes are asked for."""

    def __init__(self, real: Any) -> None:
        self.real, self.asked = real, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def state(self, table: str) -> Any:
        self.asked += table in ("outbox", "sealed", "failure_push")
        return self.real.state(table)


def test_many_groups_are_found_in_as_many_passes_as_one(a: Any) -> None:
    def passes(groups: int) -> tuple[int, int, int]:
        for _ in range(groups):
            together(a, "one", "crash")
        a.site.push()

        def work(writer: Any) -> tuple[int, int, int]:
            clearing, sending = Counting(writer), Counting(writer)
            cleared = retry_cleared(clearing, new_session=True)
            assert len(next_batch(sending, 100)) == 2 * cleared
            return cleared, clearing.asked, sending.asked

        counted: tuple[int, int, int] = a.write(work)
        return counted

    (one, *few), (many, *as_few) = passes(1), passes(20)

    assert (one, many) == (1, 21)
    assert few == as_few


def test_a_member_that_holds_its_group_up_does_not_wait_for_itself_when_it_is_sent_again(
    head: Any, caller: Caller
) -> None:
    head.kernel.save(head.by, "partner", {"code": "K1"})
    taken = change(1, group_id="g")
    caller.push(1, caller.seal(taken))
    caller.chains = [b"another log" + bytes(21)]
    assert caller.hello().decision == "NEW_INCARNATION"
    member = caller.seal(change(2, group_id="g"))
    again = dataclasses.replace(taken, attempt=2)

    for _ in range(2):  # The second time as if the answer had been lost.
        reply = caller.push(1, member, retries=(again,))
        assert [verdict.code for verdict in reply.verdicts] == ["GROUP_FAILED", "CODE_TAKEN"]
        assert reply.verdicts[0].detail["member"]["change_id"] == taken.change_id
