"""Every way a courier can lose, double or mix up files, alone and beside a line."""

from __future__ import annotations

from typing import Any

import pytest
from lienso.errors import Refused
from lienso.sync import site_log
from lienso.testing import kernels


def refusal(work: Any) -> str:
    """Return the code that something is refused with."""
    with pytest.raises(Refused) as refused:
        work()
    return refused.value.code


# -- lost, doubled, mixed up ----------------------------------------------------------------------------


def test_a_lost_file_is_made_again_with_all_that_was_in_it(head: Any, a: Any) -> None:
    notes = [a.note()]
    a.export()
    notes.append(a.note())

    taken, settled = a.round()

    assert (taken.accepted, settled.accepted) == (2, 2)
    assert [head.get(note).version for note in notes] == [1, 1]


@pytest.mark.parametrize("known", [False, True], ids=["a new office", "a known office"])
def test_a_lost_answer_comes_with_the_next_file(head: Any, a: Any, known: bool) -> None:
    if known:
        a.note()
        a.round()
    note = a.note(description="một")
    head.take(a, a.export())
    a.edit(note, description="hai")
    other = a.note()

    taken, _ = a.round()

    assert taken.refused == 0
    assert a.state(note) in ("pending", "syncing")
    a.round()
    assert (head.get(note).version, head.get(note).data.description) == (2, "hai")
    assert [a.state(one) for one in (note, other)] == ["synced", "synced"]
    assert a.verdicts() == []


def test_a_file_that_is_imported_twice_does_its_work_once_and_is_answered_alike(
    head: Any, a: Any
) -> None:
    a.note("PT00001")
    a.note("PT00002", "refuse")
    sent = a.export()
    first = head.take(a, sent)
    first_answer, after_once = a.messages(a.reply), head.everything()

    second = head.take(a, sent)

    assert (first.again, second.again) == (False, True)
    assert (first.accepted, first.refused) == (second.accepted, second.refused) == (1, 1)
    assert a.messages(a.reply) == first_answer
    assert head.everything() == after_once
    a.settle()
    assert a.verdicts() == ["INVALID"]


def test_an_answer_that_is_imported_twice_does_its_work_once(a: Any) -> None:
    a.note()
    a.round()
    after_once = a.everything()

    again = a.settle()

    assert again.again
    assert a.everything() == after_once


def test_an_older_file_is_refused_after_a_newer_one(head: Any, a: Any) -> None:
    a.note()
    older = a.export()
    a.note()
    head.take(a, a.export())
    before = head.everything()

    assert refusal(lambda: head.take(a, older)) == "bundle_older"
    assert head.everything() == before
    assert a.settle().accepted == 2


def test_an_older_answer_is_refused_after_a_newer_one(head: Any, a: Any) -> None:
    a.round()
    a.note()
    head.take(a, a.export())
    older = a.reply
    a.note()
    a.round()
    before = a.everything()

    assert refusal(lambda: a.settle(older)) == "bundle_older"
    assert a.everything() == before


def test_answers_that_come_in_order_after_the_next_file_was_made_are_both_taken(
    head: Any, a: Any
) -> None:
    a.round()
    notes = [a.note(), a.note()]
    head.take(a, a.export())
    first = a.reply
    notes.append(a.note())
    head.take(a, a.export())

    assert (a.settle(first).accepted, a.settle().accepted) == (2, 3)
    assert [a.state(note) for note in notes] == ["synced"] * 3
    taken, _ = a.round()
    assert taken.changes == 0


def test_the_first_answer_of_a_new_office_may_come_after_its_second_file_was_made(
    head: Any, a: Any
) -> None:
    first, second = a.note(), None
    head.take(a, a.export())
    answer = a.reply
    second = a.note()
    on_its_way = a.export()
    a.settle(answer)

    head.take(a, on_its_way)
    assert refusal(a.settle) == "bundle_reply_overtaken"
    a.round()

    assert [a.state(note) for note in (first, second)] == ["synced", "synced"]
    assert [head.get(note).version for note in (first, second)] == [1, 1]


def test_a_file_of_another_office_or_the_wrong_way_round_is_refused(
    head: Any, a: Any, b: Any
) -> None:
    sent = a.export()
    head.take(a, sent)
    cloud_before, b_before = head.everything(), b.everything()

    assert refusal(lambda: head.take(b, sent)) == "bundle_other_company"
    assert refusal(lambda: b.settle(a.reply)) == "bundle_other_company"
    assert refusal(lambda: a.settle(sent)) == "bundle_wrong_side"
    assert refusal(lambda: head.take(a, a.reply)) == "bundle_wrong_side"
    assert (head.everything(), b.everything()) == (cloud_before, b_before)


def test_an_answer_to_a_file_that_this_machine_did_not_make_is_refused(
    head: Any, a: Any, copy_of_a: Any
) -> None:
    head.take(a, a.export())

    assert refusal(lambda: copy_of_a.settle(a.reply)) == "bundle_reply_unknown"


def test_a_retired_office_is_not_let_in(head: Any, a: Any) -> None:
    from lienso.sync.enrolment import retire_site

    sent = a.export()
    retire_site(head.kernel, kernels.TENANT, "S1")

    assert refusal(lambda: head.take(a, sent)) == "site_retired"


# -- machines that were set back ---------------------------------------------------------------------------


def test_a_machine_that_takes_an_offices_place_is_let_in_by_number_and_gets_all_back(
    head: Any, a: Any, copy_of_a: Any
) -> None:
    note = a.note()
    a.note(description="refuse")
    a.round()
    a.round()

    assert refusal(lambda: head.take(copy_of_a, copy_of_a.export())) == "bundle_older"
    head.take(copy_of_a, copy_of_a.export(after=2))
    copy_of_a.settle()

    assert copy_of_a.get(note).version == 1
    assert copy_of_a.verdicts() == ["RETURNED"]


# -- beside a line ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "code"), [(True, "bundle_overtaken"), (False, "bundle_log_differs")]
)
def test_what_the_line_carried_first_makes_the_file_old(
    head: Any, a: Any, known: bool, code: str
) -> None:
    if known:
        a.round()
    note = a.note()
    sent = a.export()
    kernels.go_online(a.kernel)
    site = kernels.synchronization(a.kernel)
    assert site.push().pushed == 1
    a.note()
    site.push()
    before = head.everything()

    assert refusal(lambda: head.take(a, sent)) == code
    assert head.everything() == before
    assert site.pull().failed == ()
    assert a.state(note) == "synced"


def test_a_file_that_was_taken_is_not_taken_again_after_the_line(head: Any, a: Any) -> None:
    a.note()
    sent = a.export()
    head.take(a, sent)
    a.settle()
    kernels.go_online(a.kernel)
    before = head.everything()

    assert refusal(lambda: head.take(a, sent)) == "bundle_overtaken"
    assert head.everything() == before


def test_an_answer_that_comes_after_the_line_does_not_set_the_cursor_back(
    head: Any, a: Any
) -> None:
    a.round()
    head.partner("KH1")
    head.take(a, a.export())
    head.partner("KH2")
    kernels.go_online(a.kernel)
    cursor = a.cursor()

    assert a.settle().pulled == 0
    assert a.cursor() == cursor


def test_a_refused_change_whose_answer_was_lost_is_not_returned_beside_itself(
    head: Any, a: Any
) -> None:
    a.round()
    a.note(description="refuse")
    head.take(a, a.export())

    head.take(a, a.export())

    assert a.messages(a.reply)[0]["message"]["parked"] == []
    a.settle()
    assert a.verdicts() == ["INVALID"]


def _another_history(writer: Any) -> None:
    site_log.set_identity(writer, history_id="another")


def _a_later_cursor(writer: Any) -> None:
    row = writer.state("cursor").get(site_log.CURSOR_NAME)
    writer.state("cursor").put({**row, "position": row["position"] + 100})


def _another_feed(writer: Any) -> None:
    history = site_log.identity(writer, "history_id")
    site_log.set_identity(writer, feed_proof=f"{history} 1:{'ab' * 32}")


@pytest.mark.parametrize("change", [_another_history, _a_later_cursor, _another_feed])
def test_a_file_of_another_history_of_the_cloud_is_refused(head: Any, a: Any, change: Any) -> None:
    head.partner("KH1")
    a.round()
    a.write(change)
    sent = a.export()
    before = head.everything()

    assert refusal(lambda: head.take(a, sent)) == "bundle_other_history"
    assert head.everything() == before


def test_a_cloud_that_lost_acknowledged_work_takes_no_file(head: Any, a: Any) -> None:
    a.round()
    a.note()
    a.round()
    head.write(lambda w: w.state("site").put({**w.state("site").get("S1"), "processed": 0}))
    before = head.everything()

    assert refusal(lambda: head.take(a, a.export())) == "bundle_other_history"
    assert head.everything() == before


def test_a_file_that_arrived_is_not_sent_again_over_the_line(head: Any, a: Any) -> None:
    kernels.go_online(a.kernel)
    kernels.go_offline(a.kernel)
    note = a.note()
    head.take(a, a.export())

    kernels.go_online(a.kernel)
    assert a.state(note) == "synced"
    settled = a.settle()

    assert settled.failed == 0
    assert (head.get(note).version, a.get(note).version) == (1, 1)
    later = a.note()
    assert kernels.synchronization(a.kernel).push().pushed == 1
    assert head.get(later).version == 1


def test_files_and_the_line_take_turns(head: Any, a: Any, b: Any) -> None:
    notes = [a.note(f"PT0000{number}") for number in (1, 2)]
    a.round()
    kernels.go_online(a.kernel)
    notes.append(a.note("PT00003"))
    kernels.synchronization(a.kernel).push()
    kernels.go_offline(a.kernel)
    notes.append(a.note("PT00004"))
    taken, settled = a.round()
    kernels.go_online(a.kernel)

    assert (taken.accepted, settled.accepted) == (1, 1)
    assert [head.get(note).version for note in notes] == [1] * 4
    assert {a.state(note) for note in notes} == {"synced"}
    assert a.verdicts() == []


def test_a_log_that_does_not_go_on_from_the_lines_needs_an_administrators_word(
    head: Any, a: Any, copy_of_a: Any
) -> None:
    kernels.go_online(a.kernel)
    a.note("PT00001")
    kernels.synchronization(a.kernel).push()
    note = copy_of_a.note("PT00002")
    sent = copy_of_a.export()
    before = head.everything()

    assert refusal(lambda: head.take(copy_of_a, sent)) == "bundle_log_differs"
    assert head.everything() == before
    assert head.take(copy_of_a, sent, new_log=True).accepted == 1
    copy_of_a.settle()

    assert copy_of_a.state(note) == "synced"
