"""Files there and back: what goes up, what comes down, and what users decide about it."""

from __future__ import annotations

from typing import Any


def test_a_new_office_gets_what_the_company_has(head: Any, a: Any) -> None:
    partner = head.partner("KH1")

    taken, settled = a.round()

    assert (taken.changes, taken.records, settled.pulled) == (0, 1, 1)
    assert a.get(partner).data.code == "KH1"


def test_what_was_saved_arrives_with_what_it_refers_to(head: Any, a: Any) -> None:
    note = a.note(partner=a.partner("KH1").id)

    taken, settled = a.round()

    assert (taken.accepted, taken.refused, settled.accepted) == (2, 0, 2)
    assert head.get(note).data.no == a.get(note).data.no == "PT00001"
    assert (a.state(note), a.get(note).version) == ("synced", 1)


def test_until_the_answer_comes_what_was_written_stays_sealed(a: Any) -> None:
    note = a.note()
    a.export()

    assert a.state(note) == "syncing"
    assert a.read(lambda view: view.state("sealed").count()) == 1


def test_an_edit_made_while_the_file_travels_goes_with_the_next_one(head: Any, a: Any) -> None:
    note = a.note(description="một")
    sent = a.export()
    a.edit(note, description="hai")

    head.take(a, sent)
    a.settle()
    assert (head.get(note).data.description, a.get(note).data.description) == ("một", "hai")
    taken, _ = a.round()

    assert (taken.accepted, taken.refused) == (1, 0)
    assert (head.get(note).version, head.get(note).data.description) == (2, "hai")
    assert a.state(note) == "synced"


def test_offices_see_each_others_records(a: Any, b: Any) -> None:
    note = a.note("PT00009", "của A")
    a.round()

    b.round()

    assert b.get(note).data.description == "của A"


def test_a_number_of_two_offices_goes_to_the_first_and_the_other_corrects_it(
    head: Any, a: Any, b: Any
) -> None:
    first, second = a.note("PT00001"), b.note("PT00001")
    a.round()

    taken, settled = b.round()
    assert (taken.refused, settled.failed, b.verdicts()) == (1, 1, ["NUMBER_TAKEN"])
    b.edit(second, no="PT00002")
    b.round()

    assert b.verdicts() == []
    assert [head.get(note).data.no for note in (first, second)] == ["PT00001", "PT00002"]


def test_two_edits_of_one_record_conflict_and_the_user_decides(head: Any, a: Any, b: Any) -> None:
    note = a.note(description="gốc")
    a.round()
    b.round()
    a.edit(note, description="của A")
    b.edit(note, description="của B")
    a.round()

    b.round()
    assert b.verdicts() == ["CONFLICT_EDIT"]
    b.decide("mine")
    b.round()

    assert b.verdicts() == []
    assert head.get(note).data.description == "của B"
    assert b.state(note) == "synced"


def test_a_refused_change_is_judged_again_when_the_user_wants_that(head: Any, a: Any) -> None:
    note = a.note(description="refuse")
    a.round()
    a.round()
    assert a.verdicts() == ["INVALID"]

    a.decide("retry")
    a.export()
    taken = head.take(a, a.export())
    a.settle()
    assert (taken.changes, taken.refused, a.verdicts()) == (1, 1, ["INVALID"])
    head.small.refuses = False
    a.decide("retry")
    taken, _ = a.round()

    assert (taken.accepted, a.verdicts(), a.state(note)) == (1, [], "synced")
    assert head.get(note).version == 1


def test_a_change_that_was_given_up_is_given_up_in_the_cloud_too(head: Any, a: Any) -> None:
    note = a.note(description="refuse")
    a.round()
    assert head.read(lambda view: view.state("parked_change").count()) == 1

    a.decide("withdraw")
    a.round()

    assert head.read(lambda view: view.state("parked_change").count()) == 0
    assert a.read(lambda view: view.state("withdrawn").count()) == 0
    assert not a.has(note)


def test_what_was_chosen_instead_of_a_change_is_told_to_the_cloud(
    head: Any, a: Any, b: Any
) -> None:
    note = a.note(description="gốc")
    a.round()
    b.round()
    a.edit(note, description="của A")
    b.edit(note, description="của B")
    a.round()
    b.round()

    b.decide("theirs")
    b.round()

    [told] = head.read(lambda view: view.state("conflict_archive").scan())
    assert (told["choice"], told["record_id"]) == ("theirs", note.id)
    assert b.get(note).data.description == "của A"


def test_what_goes_together_is_accepted_together_or_not_at_all(head: Any, a: Any) -> None:
    good, bad = a.together(("PT00001", "tốt"), ("PT00002", "refuse"))
    a.round()
    assert sorted(a.verdicts()) == ["GROUP_FAILED", "INVALID"]
    assert not head.has(good)

    a.edit(bad, description="đã sửa")
    taken, _ = a.round()

    assert (taken.changes, taken.accepted, a.verdicts()) == (2, 2, [])
    assert [head.get(note).version for note in (good, bad)] == [1, 1]


def test_a_refused_group_is_judged_again_as_one(head: Any, a: Any) -> None:
    notes = a.together(("PT00001", "tốt"), ("PT00002", "refuse"))
    a.round()
    a.decide("retry")
    head.small.refuses = False

    taken, _ = a.round()

    assert (taken.accepted, a.verdicts()) == (2, [])
    assert [head.get(note).version for note in notes] == [1, 1]


def test_modules_hear_of_a_finished_synchronisation(head: Any, a: Any) -> None:
    head.partner("KH1")
    a.note()
    a.note(description="refuse")

    a.round()

    assert head.small.told == [("push", 1, 1), ("pull", 1, 0)]
