"""What users decide about refused changes: give up, renumber, delete."""

from __future__ import annotations

from typing import Any

import pytest
from lienso.errors import (
    OfflineRefused,
)
from lienso.sync import site_log

# -- giving up --------------------------------------------------------------------------------------


def test_a_refused_new_record_that_is_given_up_is_gone_everywhere(head: Any, a: Any) -> None:
    note = a.note(description="refuse")
    a.site.push()

    assert a.site.withdraw([note.id]) == 1
    a.site.push()

    assert not a.has(note)
    assert (a.site.pending(), head.rows("parked_change")) == (0, [])
    assert a.read(lambda view: view.state("withdrawn").count()) == 0


def test_a_refused_edit_that_is_given_up_leaves_the_accepted_version(head: Any, a: Any) -> None:
    note = a.draft(description="cũ")
    a.site.push()
    a.edit(note, attached_count=3)
    a.edit(note, description="refuse")
    a.site.push()

    a.site.withdraw([note.id])

    here, there = a.read(lambda view: view.get("note", note.id)), head.stored(note)
    assert (here.version, here.body, here.digest) == (there.version, there.body, there.digest)
    a.write(lambda writer: writer.state("cursor").delete("feed"))
    a.site.pull()
    assert a.site.failures("pull_failed") == []


def test_one_office_cannot_withdraw_what_another_has_parked(head: Any, a: Any, b: Any) -> None:
    a.note(description="refuse")
    a.site.push()
    [parked] = head.rows("parked_change")
    b.write(lambda w: w.state("withdrawn").put({"change_id": parked["change_id"]}))

    b.site.push()

    assert head.rows("parked_change") == [parked]


# -- numbers ----------------------------------------------------------------------------------------


def test_numbers_are_given_by_voucher_date_and_old_number(head: Any, a: Any, b: Any) -> None:
    for no in ("PT00001", "PT00002", "PT00003"):
        b.note(no)
    b.site.push()
    late = a.note("PT00001", voucher_date="2026-03-02")
    early = a.note("PT00003", voucher_date="2026-02-27")
    middle = a.note("PT00002", voucher_date="2026-02-28")

    outcome = a.site.push(renumber="auto")

    assert [(row["old"], row["new"]) for row in outcome.renumbered] == [
        ("PT00003", "PT00004"),
        ("PT00002", "PT00005"),
        ("PT00001", "PT00006"),
    ]
    numbers = [head.get(note).data.no for note in (early, middle, late)]
    assert numbers == ["PT00004", "PT00005", "PT00006"]
    assert a.link.sent.count("reserve_numbers") == 1
    history = a.read(lambda view: view.state("number_history").scan())
    assert sorted(row["old"] for row in history) == ["PT00001", "PT00002", "PT00003"]


def test_a_number_that_an_unsent_voucher_of_this_site_has_is_passed_over(a: Any, b: Any) -> None:
    b.note("PT00001")
    b.site.push()
    a.note("PT00001")
    a.note("PT00002")

    outcome = a.site.push(records=["PT00001"], renumber="auto")

    assert [row["new"] for row in outcome.renumbered] == ["PT00003"]
    assert a.site.push().pushed == 1


def test_only_the_chosen_vouchers_are_renumbered(a: Any, b: Any) -> None:
    for no in ("PT00001", "PT00002"):
        b.note(no)
    b.site.push()
    first = a.note("PT00001")
    a.note("PT00002")
    a.site.push()

    rows = a.site.renumber([first.id])

    assert [row["id"] for row in rows] == [first.id]
    assert a.verdicts() == ["NUMBER_TAKEN"]


# -- deleting ---------------------------------------------------------------------------------------


def test_what_never_left_is_deleted_without_a_trace(head: Any, a: Any) -> None:
    a.site.set_mode(False)
    partner = a.partner("KH1")

    a.kernel.delete(a.by, "partner", partner.id)

    assert (a.site.pending(), a.has(partner)) == (0, False)
    a.site.set_mode(True)
    a.site.connect()
    a.site.push()
    assert head.rows("change_log") == []


def test_what_may_be_on_its_way_is_not_deleted_here(a: Any) -> None:
    partner = a.partner("KH1")
    a.seal()

    refusal = a.read(lambda view: site_log.local_refusal(view, "partner", partner.id))

    assert refusal == "push_under_way"


def test_what_was_synced_once_is_not_deleted_here(a: Any) -> None:
    partner = a.partner("KH1")
    a.site.push()
    assert a.read(lambda v: site_log.local_refusal(v, "partner", partner.id)) == "was_synced"

    a.edit(partner, name="sửa")
    assert a.read(lambda v: site_log.local_refusal(v, "partner", partner.id)) == "was_synced"


def test_a_refused_record_that_is_edited_and_then_deleted_is_withdrawn_too(
    head: Any, a: Any
) -> None:
    note = a.draft(description="refuse")
    a.site.push()
    a.edit(note, description="again")
    assert len(head.rows("parked_change")) == 1

    a.kernel.delete(a.by, "note", note.id)
    a.site.push()
    a.site.connect()

    assert head.rows("parked_change") == []
    assert (a.has(note), a.site.failures()) == (False, [])


def test_a_refused_record_that_is_deleted_here_is_withdrawn_there(head: Any, a: Any) -> None:
    note = a.note(description="refuse")
    a.site.push()

    a.kernel.delete(a.by, "note", note.id)
    a.site.push()

    assert head.rows("parked_change") == []
    assert a.site.pending() == 0


def test_offline_nothing_is_pushed_pulled_or_renumbered(a: Any) -> None:
    a.site.set_mode(False)

    for call in (a.site.push, a.site.pull, a.site.renumber):
        with pytest.raises(OfflineRefused):
            call()
