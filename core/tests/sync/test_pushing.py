"""What a site sends, what the cloud decides, and what becomes of each verdict."""

from __future__ import annotations

from typing import Any

import pytest
from lienso import limits
from lienso.errors import (
    LiensoError,
    LimitExceeded,
    LinkError,
    PluginCrashed,
    Refused,
    StorageBusy,
    StorageDown,
)
from lienso.sync import batches, sealing


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

    order = a.read(lambda view: sealing.plan(view, lambda _c: True, lambda t: t == "partner"))

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


def test_an_edit_goes_with_the_push_whose_hello_brings_the_verdict_it_waited_for(
    head: Any, a: Any
) -> None:
    note = a.draft(description="một")
    a.link.lose = ["push"]
    with pytest.raises(LinkError):
        a.site.push()
    a.edit(note, description="hai")
    [row] = head.rows("site")
    head.write(lambda w: w.state("site").put({**row, "session_id": "somebody-elses"}))

    outcome = a.site.push()

    assert (outcome.pushed, a.state(note)) == (1, "synced")
    assert head.get(note).data.description == "hai"


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
    before = a.read(sealing.unacked)
    a.restart()

    assert a.read(sealing.unacked) == before
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
    for number in range(sealing.SEALED_MAX + 20):
        a.partner(f"K{number}")

    assert a.site.push().pushed == sealing.SEALED_MAX + 20
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
