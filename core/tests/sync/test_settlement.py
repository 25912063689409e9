"""What becomes of each verdict at the site, and of conflicts."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from lienso import Finding
from lienso.errors import (
    LinkError,
    Refused,
)
from lienso.sync.messages import PushReply, Verdict

# -- verdicts ---------------------------------------------------------------------------------------


def test_a_refused_change_names_its_reason_and_its_neighbours_pass(head: Any, a: Any) -> None:
    bad = a.note(description="refuse")
    good = a.note()

    outcome = a.site.push()

    [row] = outcome.failed
    assert (outcome.pushed, row["verdict"], row["code"]) == (1, "INVALID", "refused_here")
    assert (a.state(bad), a.state(good)) == ("failed", "synced")
    assert head.stored(bad) is None


def test_a_bug_met_by_one_change_stops_only_this_one(a: Any) -> None:
    a.note(description="crash")
    a.note()

    outcome = a.site.push()

    assert outcome.pushed == 1
    assert [(row["verdict"], row["code"]) for row in outcome.failed] == [
        ("INTERNAL", "plugin_failed")
    ]


def test_a_check_that_crashed_is_asked_again_with_the_next_session(head: Any, a: Any) -> None:
    note = a.note(description="crash")
    a.site.push()
    assert a.state(note) == "failed"

    head.small.broken = False
    a.site.connect()
    a.site.push()

    assert a.state(note) == "synced"


def test_an_objection_beside_a_crash_is_an_objection() -> None:
    crash, objection = Finding("error", "plugin_failed"), Finding("error", "refused_here")

    assert Refused("plugin_failed", findings=[crash, crash]).is_crash
    assert not Refused("invalid", findings=[crash, objection]).is_crash
    assert not Refused("in_use").is_crash


def test_a_fault_of_the_cloud_is_tried_again_three_times_and_then_left_to_people(
    head: Any, a: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lienso.sync import judging

    real = judging.apply_change

    def broken(kernel: Any, transaction: Any, change: Any) -> Any:
        if '"KH1"' in change.body:
            raise KeyError("a bug of the kernel")
        return real(kernel, transaction, change)

    monkeypatch.setattr(judging, "apply_change", broken)
    partner = a.partner("KH1")
    a.note()

    assert a.site.push().pushed == 1
    for _ in range(6):
        a.site.connect()
        a.site.push()
    [row] = a.site.failures("push_failed")
    assert (row["verdict"], row["code"], row["attempt"]) == ("INTERNAL", "plugin_crashed", 4)

    monkeypatch.undo()
    assert a.site.retry([partner.id]).pushed == 1


def test_the_body_of_a_refused_change_is_kept_in_the_cloud_until_it_is_superseded(
    head: Any, a: Any
) -> None:
    note = a.note(description="refuse")
    a.site.push()
    [parked] = head.rows("parked_change")
    assert "refuse" in parked["content"]

    a.edit(note, description="đã sửa")
    a.site.push()

    assert head.rows("parked_change") == []
    assert head.get(note).data.description == "đã sửa"


def test_an_edit_of_a_refused_change_still_posts_what_was_to_be_posted(head: Any, a: Any) -> None:
    note = a.note(description="refuse")
    a.site.push()

    a.edit(note, description="đã sửa")
    a.site.push()

    assert head.get(note).posted()


@pytest.fixture
def code_taken(head: Any, a: Any, b: Any) -> Any:
    """A partner of A whose code B took first."""
    b.partner("K")
    b.site.push()
    mine = a.partner("K", name="một")
    assert a.site.push().failed[0]["verdict"] == "CODE_TAKEN"
    return mine


def _free_the_code(head: Any) -> None:
    head.edit(head.kernel.get(head.by, "partner", "K"), code="K-OLD")


def test_a_refused_change_is_judged_again_when_the_user_asks(
    head: Any, a: Any, code_taken: Any
) -> None:
    _free_the_code(head)

    again = a.site.retry([code_taken.id])

    assert (again.pushed, again.failed) == (1, ())
    assert head.get(code_taken).data.code == "K"
    assert head.rows("parked_change") == []


def test_a_retry_that_is_refused_again_is_listed_with_its_attempt(a: Any) -> None:
    note = a.note(description="refuse")
    a.site.push()

    again = a.site.retry([note.id])

    assert [(row["verdict"], row["attempt"]) for row in again.failed] == [("INVALID", 2)]


def test_a_retry_whose_answer_was_lost_is_the_base_of_what_was_edited_meanwhile(
    head: Any, a: Any, code_taken: Any
) -> None:
    _free_the_code(head)
    a.link.lose = ["push"]
    with pytest.raises(LinkError):
        a.site.retry([code_taken.id])
    a.edit(code_taken, name="hai")

    outcome = a.site.push()

    assert (outcome.pushed, outcome.failed) == (1, ())
    assert (head.get(code_taken).version, head.get(code_taken).data.name) == (2, "hai")


def test_what_waits_for_another_record_goes_by_itself_when_that_is_accepted(
    head: Any, a: Any, code_taken: Any
) -> None:
    note = a.note(partner=code_taken.id)
    first = a.site.push()
    assert [row["verdict"] for row in first.failed] == ["BLOCKED_REF"]
    assert (a.state(note), a.state(code_taken)) == ("syncing", "failed")

    a.edit(code_taken, code="K2")
    second = a.site.push()

    assert (second.pushed, second.failed, a.verdicts()) == (2, (), [])
    assert head.get(note).posted()


def without_notes(head: Any) -> Any:
    """Have the cloud lack the module; returns its plugins, to be put back."""
    whole = head.kernel.plugins
    types = {id: t for id, t in whole.registry.record_types.items() if id != "note"}
    smaller = dataclasses.replace(whole.registry, record_types=types)
    head.kernel.plugins = dataclasses.replace(whole, registry=smaller)
    return whole


def test_what_met_a_missing_module_goes_with_the_next_session_whatever_answer_was_lost(
    head: Any, a: Any
) -> None:
    note = a.note()
    whole = without_notes(head)
    a.site.push()
    a.site.connect()
    a.link.lose = ["push"]
    with pytest.raises(LinkError):
        a.site.push()
    head.kernel.plugins = whole

    a.site.connect()
    a.site.push()

    assert (head.get(note).posted(), a.site.failures()) == (True, [])


def test_what_met_a_missing_module_goes_when_a_restored_copy_sends_it_anew(
    head: Any, a: Any
) -> None:
    note = a.note()
    a.seal()
    tenants, tenant = a.kernel.storage.tenants(), a.by.tenant
    copy = list(tenants.export(tenant))
    whole = without_notes(head)
    a.partner("KH1")
    a.site.push()
    head.kernel.plugins = whole
    tenants.drop(tenant)
    tenants.import_(iter(copy))
    a.restart()
    a.partner("KH2")
    a.seal()

    a.site.connect()
    a.site.push()

    assert a.site.status()["incarnation"] == 2
    assert (head.get(note).posted(), a.site.failures()) == (True, [])


def test_what_met_a_missing_module_goes_with_the_next_session(head: Any, a: Any) -> None:
    note = a.note()
    whole = without_notes(head)

    assert [row["verdict"] for row in a.site.push().failed] == ["PLUGIN_MISSING"]
    assert a.state(note) == "syncing"
    head.kernel.plugins = whole
    a.site.push()
    assert a.verdicts() == ["PLUGIN_MISSING"]

    a.site.connect()
    a.site.push()

    assert head.get(note).posted()


def test_a_voucher_that_cannot_be_posted_is_accepted_and_listed(head: Any, a: Any) -> None:
    note = a.note(account="999")

    outcome = a.site.push()

    assert (outcome.pushed, outcome.failed) == (1, ())
    assert head.debit() == 0
    [row] = a.site.failures("post_failed")
    assert (row["id"], row["code"]) == (note.id, "account_unknown")


def test_a_voucher_with_two_numbers_is_listed_once_for_each_ledger(a: Any) -> None:
    note = a.note("PT00001", account="999", no_management="QT00001", display_on_book="both")
    a.site.push()

    rows = a.site.failures("post_failed")

    assert [(row["id"], row["ledger"]) for row in rows] == [(note.id, "financial")]


def test_a_reply_with_other_verdicts_than_asked_for_changes_nothing(a: Any) -> None:
    a.note()
    a.link.real.push = lambda request: PushReply(
        request.session, (Verdict("somebody-elses", "APPLIED", 1, 1),), 1, 1
    )

    with pytest.raises(LinkError):
        a.site.push()

    assert a.site.status()["sealed"] == 1


# -- conflicts --------------------------------------------------------------------------------------


@pytest.fixture
def conflict(a: Any, b: Any) -> Any:
    """A note that both offices edited; A's edit was first."""
    note = a.draft("PT00009")
    a.site.push()
    b.site.pull()
    a.edit(note, description="của A")
    b.edit(note, description="của B")
    a.site.push()
    return note


def test_a_conflict_shows_theirs_beside_mine(b: Any, conflict: Any) -> None:
    outcome = b.site.push()

    assert [row["code"] for row in outcome.failed] == ["version_conflict"]
    assert b.get(conflict).data.description == "của B"


@pytest.mark.parametrize("pulled_first", [True, False])
def test_mine_is_sent_over_the_version_that_was_looked_at(
    head: Any, b: Any, conflict: Any, pulled_first: bool
) -> None:
    if pulled_first:
        b.site.pull()
    b.site.push()

    outcome = b.site.push(resolve={"PT00009": "mine"})

    assert (outcome.pushed, outcome.failed) == (1, ())
    assert (head.get(conflict).version, head.get(conflict).data.description) == (3, "của B")
    assert b.state(conflict) == "synced"


def test_mine_meets_a_conflict_again_when_the_cloud_went_on(
    head: Any, b: Any, conflict: Any
) -> None:
    b.site.push()
    head.edit(conflict, description="mới hơn")

    outcome = b.site.push(resolve={conflict.id: "mine"})

    assert outcome.pushed == 0
    assert b.verdicts() == ["CONFLICT_EDIT"]
    assert head.get(conflict).data.description == "mới hơn"


def test_theirs_takes_the_place_of_mine(head: Any, b: Any, conflict: Any) -> None:
    b.site.push()

    b.site.push(resolve={"PT00009": "theirs"})

    assert b.get(conflict).data.description == "của A"
    assert (b.state(conflict), b.verdicts(), head.rows("parked_change")) == ("synced", [], [])


def test_there_must_be_theirs_to_take(a: Any) -> None:
    note = a.note(description="refuse")
    a.site.push()

    with pytest.raises(Refused) as refused:
        a.site.push(resolve={note.id: "theirs"})

    assert refused.value.code == "nothing_to_take"
    assert a.state(note) == "failed"


@pytest.fixture
def deleted(head: Any, a: Any) -> Any:
    """A partner that A edited while it was deleted in the cloud."""
    partner = a.partner("KH1")
    a.site.push()
    a.edit(partner, name="sửa")
    head.kernel.delete(head.by, "partner", partner.id)
    assert [row["code"] for row in a.site.push().failed] == ["deleted_on_cloud"]
    return partner


def test_an_edit_of_what_was_deleted_in_the_cloud_can_bring_it_back(
    head: Any, a: Any, deleted: Any
) -> None:
    assert a.get(deleted).data.name == "sửa"

    a.site.push(resolve={deleted.id: "mine"})

    assert head.get(deleted).data.name == "sửa"
    assert a.state(deleted) == "synced"


def test_a_deletion_in_the_cloud_can_be_taken(a: Any, deleted: Any) -> None:
    a.site.withdraw([deleted.id])

    assert not a.has(deleted)
    assert a.site.pending() == 0
