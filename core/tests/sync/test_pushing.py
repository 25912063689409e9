"""What a site sends, what the cloud decides, and what becomes of each verdict."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from lienso import limits
from lienso.errors import (
    LiensoError,
    LimitExceeded,
    LinkError,
    OfflineRefused,
    PluginCrashed,
    Refused,
    StorageBusy,
    StorageDown,
)
from lienso.sync import batches, site_log
from lienso.sync.messages import PushReply, Verdict


def test_a_voucher_goes_with_what_it_refers_to_and_nothing_else(head: Any, a: Any) -> None:
    a.partner("KH1")
    wanted = a.partner("KH2")
    note = a.note("PT00001", partner=wanted.id)

    outcome = a.site.push(records=["PT00001"])

    assert outcome.pushed == 2
    assert head.get(note).posted()
    assert a.site.pending() == 1


def test_types_are_chosen_and_their_references_come_along(a: Any) -> None:
    a.note(partner=a.partner("KH1").id)

    assert a.site.push(types=["note"]).pushed == 2


def test_catalogs_are_sealed_before_vouchers_and_references_before_what_refers(a: Any) -> None:
    first = a.note()
    partner = a.partner("KH1")
    a.edit(first, description="có đối tác", lines=[{"line": 1, "partner": partner.id}])
    second = a.note()

    order = a.read(lambda view: site_log.plan(view, lambda _c: True, lambda t: t == "partner"))

    assert [id for _type, id in order] == [partner.id, first.id, second.id]


def test_edits_before_a_push_are_one_change(head: Any, a: Any) -> None:
    note = a.note(description="một")
    for text in ("hai", "ba"):
        a.edit(note, description=text)

    assert a.site.pending() == 1
    assert a.site.push().pushed == 1
    assert (head.get(note).version, head.get(note).data.description) == (1, "ba")


def test_an_edit_made_while_the_answer_is_on_its_way_is_based_on_it(head: Any, a: Any) -> None:
    note = a.draft(description="một")
    a.link.lose = ["push"]
    with pytest.raises(LinkError):
        a.site.push()
    a.edit(note, description="hai")

    outcome = a.site.push()

    assert (outcome.failed, a.verdicts()) == ((), [])
    assert (head.get(note).version, head.get(note).data.description) == (2, "hai")
    assert (a.state(note), a.get(note).version) == ("synced", 2)


def test_an_edit_made_while_a_refused_change_was_on_its_way_takes_its_place(
    head: Any, a: Any
) -> None:
    note = a.note(description="refuse")
    a.link.lose = ["push"]
    with pytest.raises(LinkError):
        a.site.push()
    a.edit(note, description="đã sửa")

    outcome = a.site.push()

    assert (outcome.pushed, outcome.failed) == (1, ())
    assert head.get(note).posted()  # As the refused one wished.
    assert (head.rows("parked_change"), a.site.pending()) == ([], 0)


def test_a_follower_is_not_sealed_before_its_base_is_known(a: Any) -> None:
    note = a.note()
    a.seal()
    a.edit(note, description="hai")

    a.seal()

    assert a.read(lambda view: view.state("sealed").count()) == 1
    assert a.read(lambda view: view.state("outbox").count()) == 1


def test_sealed_bytes_are_sent_again_as_they_were(head: Any, a: Any) -> None:
    a.note()
    a.seal()
    before = a.read(site_log.unacked)
    a.restart()

    assert a.read(site_log.unacked) == before
    a.site.connect()
    assert a.site.push().pushed == 1
    assert [row["change_id"] for row in head.rows("change_log")] == [before[0][1].change_id]


def test_lost_answers_have_one_effect(head: Any, a: Any) -> None:
    a.note()
    a.link.lose = ["push", "hello"]
    with pytest.raises(LinkError):
        a.site.push()
    a.restart()
    with pytest.raises(LinkError):
        a.site.connect()

    a.site.connect()
    a.site.push()

    assert head.debit() == 5
    assert a.site.pending() == 0


def test_a_push_of_many_changes_goes_in_growing_batches(a: Any) -> None:
    for number in range(160):
        a.partner(f"K{number}")
    sizes = []
    real = a.link.real.push

    def push(request: Any) -> Any:
        sizes.append(len(request.changes))
        return real(request)

    a.link.real.push = push
    assert a.site.push().pushed == 160
    assert sizes == [50, 100, 10]


def test_more_changes_than_an_open_log_holds_go_in_turns(a: Any, head: Any) -> None:
    for number in range(site_log.SEALED_MAX + 20):
        a.partner(f"K{number}")

    assert a.site.push().pushed == site_log.SEALED_MAX + 20
    assert a.site.status()["sealed"] == 0


def test_a_batch_that_a_broken_line_lost_is_sent_in_halves(a: Any) -> None:
    for number in range(60):
        a.partner(f"K{number}")
    a.link.lose = ["push"]
    with pytest.raises(LinkError):
        a.site.push()
    sizes = []
    real = a.link.real.push

    def push(request: Any) -> Any:
        sizes.append(len(request.changes))
        return real(request)

    a.link.real.push = push
    assert a.site.push().pushed == 60
    assert sizes == [25, 35]


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (PluginCrashed(detail={"plugin": "grpc", "hook": "Sync.Push", "reason": "x"}), "INTERNAL"),
        (Refused("bad_message", {"reason": "poison"}), "INTERNAL"),
        (LimitExceeded(detail={"what": "message"}), "TOO_LARGE"),
    ],
    ids=lambda value: getattr(value, "code", ""),
)
def test_a_batch_that_cannot_be_judged_is_halved_until_the_poison_is_alone_and_the_rest_goes(
    head: Any, a: Any, error: LiensoError, verdict: str
) -> None:
    partners = [a.partner(f"K{number}") for number in range(20)]
    real, sizes = a.link.real.push, []

    def push(request: Any) -> Any:
        sizes.append(len(request.changes) + len(request.retries))
        if any('"K13"' in c.body for c in (*request.changes, *request.retries)):
            raise error
        return real(request)

    a.link.real.push = push

    assert a.site.push().pushed == 19

    assert sizes[:3] == [20, 10, 10]
    [row] = a.site.failures("push_failed")
    assert (row["record"], row["verdict"], row["code"]) == ("K13", verdict, error.code)
    assert (a.state(partners[13]), a.site.status()["sealed"]) == ("failed", 0)
    assert head.kernel.read(head.by, lambda v: v.stored.count("partner")) == 19
    a.link.real.push = real
    assert a.site.retry([partners[13].id]).pushed == 1
    assert (a.site.pending(), head.rows("parked_change")) == (0, [])


@pytest.mark.parametrize(
    "error", [StorageBusy(), StorageDown(), Refused("server_busy")], ids=lambda error: error.code
)
def test_a_busy_cloud_is_asked_again_later_and_blames_nobody(a: Any, error: LiensoError) -> None:
    partner = a.partner("K1")
    real = a.link.real.push

    def push(_request: Any) -> Any:
        raise error

    a.link.real.push = push
    with pytest.raises(type(error)):
        a.site.push()
    assert (a.state(partner), a.site.failures()) == ("syncing", [])

    a.link.real.push = real
    assert a.site.push().pushed == 1


def test_after_a_gap_both_sides_agree_anew_where_the_log_stands(a: Any) -> None:
    a.partner("K1")
    real, gaps = a.link.real.push, [Refused("gap", {"processed": 0, "first_seq": 9})]

    def push(request: Any) -> Any:
        if gaps:
            raise gaps.pop()
        return real(request)

    a.link.real.push = push
    a.link.sent.clear()

    assert a.site.push().pushed == 1
    assert a.link.sent == ["push", "hello", "push"]


def test_a_message_is_never_larger_than_it_may_be(a: Any) -> None:
    for number in range(5):
        a.draft(f"N{number}", references=["y" * 3_500] * 100)
    a.seal()

    batch = a.read(lambda view: batches.next_batch(view, 500))

    assert len(batch.entries) == 2
    assert sum(len(c.body) for _seq, c in batch.entries) < limits.CHANGE_BYTES_MAX


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
    assert [row["code"] for row in outcome.failed] == ["plugin_failed"]


def test_a_fault_of_the_cloud_is_tried_again_three_times_and_then_left_to_people(
    head: Any, a: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lienso.sync import cloud_log

    real = cloud_log.apply_change

    def broken(kernel: Any, transaction: Any, change: Any) -> Any:
        if '"KH1"' in change.body:
            raise KeyError("a bug of the kernel")
        return real(kernel, transaction, change)

    monkeypatch.setattr(cloud_log, "apply_change", broken)
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


def test_what_met_a_missing_module_goes_with_the_next_session(head: Any, a: Any) -> None:
    note = a.note()
    whole = head.kernel.plugins
    types = {id: t for id, t in whole.registry.record_types.items() if id != "note"}
    smaller = dataclasses.replace(whole.registry, record_types=types)
    head.kernel.plugins = dataclasses.replace(whole, registry=smaller)

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
