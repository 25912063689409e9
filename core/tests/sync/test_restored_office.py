"""An office that was set back to an older copy loses nothing and overwrites nothing."""

from __future__ import annotations

from typing import Any

import pytest
from lienso.errors import LinkError, Refused


def test_a_site_restored_from_a_copy_gets_back_what_only_the_cloud_had(head: Any, a: Any) -> None:
    a.note("PT00001")
    a.site.push()
    tenants, tenant = a.kernel.storage.tenants(), a.by.tenant
    copy = list(tenants.export(tenant))
    refused, sent = a.note(description="refuse"), a.note()
    a.site.push()

    tenants.drop(tenant)
    tenants.import_(iter(copy))
    a.restart()
    new = a.note()
    a.site.connect()

    assert a.site.status()["incarnation"] == 2
    assert a.get(sent).posted()
    assert a.get(refused).data.description == "refuse"
    [row] = a.site.failures("push_failed")
    assert (row["id"], row["verdict"], row["code"]) == (refused.id, "RETURNED", "returned_by_cloud")
    outcome = a.site.push(renumber="auto")
    assert head.get(new).posted()
    assert outcome.pushed >= 1
    a.edit(refused, description="đã sửa", no="PT00099")
    assert a.site.push().pushed == 1


@pytest.mark.parametrize("state", ["sealed", "refused"])
def test_a_restored_copy_that_asks_again_is_judged_though_it_counts_fewer_attempts(
    head: Any, a: Any, state: str
) -> None:
    tenants, tenant = a.kernel.storage.tenants(), a.by.tenant
    note = a.draft(description="in_use")
    head.small.objects.add("in_use")
    a.seal()
    copies = {"sealed": list(tenants.export(tenant))}
    a.site.push()
    copies["refused"] = list(tenants.export(tenant))
    for _ in range(3):
        a.site.retry([note.id])
    tenants.drop(tenant)
    tenants.import_(iter(copies[state]))
    a.restart()
    a.site.connect()
    head.small.objects.clear()

    assert a.site.retry([note.id]).pushed == 1

    assert (a.site.failures(), head.rows("parked_change")) == ([], [])


@pytest.fixture
def set_back(head: Any, a: Any) -> Any:
    """A note that was edited twice and refused twice, at an office set back to before the second."""
    tenants, tenant = a.kernel.storage.tenants(), a.by.tenant
    note = a.draft("PT00001", description="refuse", attached_count=1)
    copies = {"pending": list(tenants.export(tenant))}
    a.site.push()
    copies["refused"] = list(tenants.export(tenant))
    a.edit(note, attached_count=2)
    a.site.push()

    def back(state: str) -> Any:
        tenants.drop(tenant)
        tenants.import_(iter(copies[state]))
        a.restart()
        return note

    return back


@pytest.mark.parametrize("state", ["pending", "refused"])
def test_an_older_change_of_a_restored_copy_and_the_returned_one_stand_beside_each_other(
    head: Any, a: Any, set_back: Any, state: str
) -> None:
    note = set_back(state)

    a.site.connect()
    a.site.push()

    assert a.verdicts() == ["INVALID", "RETURNED"]
    assert a.get(note).data.attached_count == 1


def test_a_returned_change_is_the_record_again_when_the_older_one_is_given_up(
    head: Any, a: Any, set_back: Any
) -> None:
    note = set_back("refused")
    a.site.connect()
    [older] = [row for row in a.site.failures("push_failed") if row["verdict"] == "INVALID"]

    a.site.withdraw([older["change_id"]])

    assert a.get(note).data.attached_count == 2
    a.edit(note, description="đã sửa")
    assert a.site.push().pushed == 1
    assert head.get(note).data.attached_count == 2
    assert (head.rows("parked_change"), a.site.pending()) == ([], 0)


def test_an_edit_made_on_a_restored_copy_stays_beside_what_is_returned(
    head: Any, a: Any, set_back: Any
) -> None:
    note = set_back("refused")
    a.edit(note, description="sửa trên bản cũ")

    a.site.connect()

    assert a.get(note).data.description == "sửa trên bản cũ"
    [row] = a.site.failures("push_failed")
    with pytest.raises(Refused) as refused:
        a.site.push(types=["partner"], resolve={row["change_id"]: "mine"})
    assert refused.value.code == "other_edit_waits"
    assert a.site.push().pushed == 1
    assert a.site.withdraw([row["change_id"]]) == 1
    a.site.push()
    assert (a.state(note), a.site.pending()) == ("synced", 0)
    assert head.get(note).data.description == a.get(note).data.description == "sửa trên bản cũ"


def test_a_returned_change_is_sent_over_what_was_accepted_meanwhile_when_the_user_says_so(
    head: Any, a: Any, set_back: Any
) -> None:
    note = set_back("refused")
    a.edit(note, description="sửa trên bản cũ")
    a.site.connect()
    a.site.push()
    [row] = a.site.failures("push_failed")
    a.site.retry([row["change_id"]])
    assert a.verdicts() == ["CONFLICT_EDIT"]

    a.site.push(resolve={row["change_id"]: "mine"})

    assert a.verdicts() == ["INVALID"]  # Its description is still one that the cloud refuses.
    a.edit(note, description="đã sửa")
    assert a.site.push().pushed == 1
    data = head.get(note).data
    assert (data.attached_count, data.description) == (2, "đã sửa")
    assert a.site.pending() == 0


@pytest.mark.parametrize("pulled_first", [True, False])
def test_a_returned_edit_of_a_record_that_the_copy_never_had_can_be_given_up(
    head: Any, a: Any, pulled_first: bool
) -> None:
    tenants, tenant = a.kernel.storage.tenants(), a.by.tenant
    copy = list(tenants.export(tenant))
    note = a.draft(description="tốt")
    a.site.push()
    a.edit(note, description="refuse")
    a.site.push()
    tenants.drop(tenant)
    tenants.import_(iter(copy))
    a.restart()
    a.link.lose = [] if pulled_first else ["pull"]
    if pulled_first:
        a.site.connect()
    else:
        with pytest.raises(LinkError):
            a.site.connect()
    assert a.get(note).data.description == "refuse"

    a.site.withdraw([note.id])
    a.site.pull()

    assert a.get(note).data.description == "tốt"
    assert a.site.failures() == []


def test_what_was_returned_can_be_given_up(head: Any, a: Any) -> None:
    tenants, tenant = a.kernel.storage.tenants(), a.by.tenant
    copy = list(tenants.export(tenant))
    refused = a.note(description="refuse")
    a.site.push()
    tenants.drop(tenant)
    tenants.import_(iter(copy))
    a.restart()
    a.site.connect()

    a.site.withdraw([refused.id])
    a.site.push()

    assert not a.has(refused)
    assert head.rows("parked_change") == []


def test_what_was_given_up_or_replaced_meanwhile_is_not_returned(head: Any, a: Any) -> None:
    given_up, replaced = a.note(description="refuse"), a.note(description="refuse")
    a.site.push()
    assert len(head.rows("parked_change")) == 2
    a.site.withdraw([given_up.id])
    a.edit(replaced, description="đã sửa")
    a.seal()
    row = head.rows("site")[0]
    head.write(lambda w: w.state("site").put({**row, "incarnation": 5}))

    a.site.connect()

    assert a.site.failures("push_failed") == []
    assert not a.has(given_up)
    assert a.site.push().pushed == 1
    assert head.rows("parked_change") == []


def test_a_draft_that_the_cloud_had_refused_before_the_restore_is_sent_and_not_returned(
    head: Any, a: Any
) -> None:
    tenants, tenant = a.kernel.storage.tenants(), a.by.tenant
    note = a.draft(description="refuse")
    copy = list(tenants.export(tenant))
    a.site.push()
    tenants.drop(tenant)
    tenants.import_(iter(copy))
    a.restart()

    a.site.connect()

    assert a.site.failures("push_failed") == []
    a.site.push()
    assert (a.verdicts(), a.state(note)) == (["INVALID"], "failed")


def test_everything_that_was_lost_is_returned_however_many_messages_it_takes(
    head: Any, a: Any
) -> None:
    tenants, tenant = a.kernel.storage.tenants(), a.by.tenant
    copy = list(tenants.export(tenant))
    for number in range(4):
        a.draft(f"N{number}", description="refuse", references=["y" * 3_500] * 100)
    a.site.push()
    tenants.drop(tenant)
    tenants.import_(iter(copy))
    a.restart()
    a.link.sent.clear()

    a.site.connect()

    assert a.verdicts() == ["RETURNED"] * 4
    assert a.link.sent.count("hello") == 3
