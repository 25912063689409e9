"""A cloud that was set back to a backup gets everything back that any office still holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from lienso.canonical import digest_of
from lienso.errors import LinkError, Refused
from lienso.sync import reoffering, site_log
from lienso.verifying import verify

from .world import Office, World


@pytest.fixture(params=["memory:", "sqlite:{folder}/cloud.db"])
def head(request: Any, tmp_path: Any, worlds: Callable[..., World]) -> Iterator[World]:
    """The cloud, on both storages."""
    world = worlds(request.param.format(folder=tmp_path))
    yield world
    world.close()


@pytest.fixture
def a(head: World) -> Office:
    """An office whose first work is in every backup."""
    office = head.office("A")
    office.partner("OLD")
    office.site.push()
    return office


def places(office: Office) -> dict[str, int]:
    """Return the places in the feed of what an office holds."""
    page = office.read(lambda view: view.changes(0))
    return {record.id: record.feed_seq for record in page.records}


def test_what_was_accepted_after_the_backup_is_there_again_with_version_number_and_posting(
    head: World, a: Office, set_back: Callable[..., None]
) -> None:
    partner = a.partner("KH1", name="cũ")
    note = a.note("PT00007", partner="KH1")
    a.site.push()
    a.edit(partner, name="mới")
    a.site.push()
    before = {record.id: head.stored(record) for record in (partner, note)}
    set_back()
    assert head.stored(note) is None

    a.site.connect()

    for record in (partner, note):
        was, now = before[record.id], head.stored(record)
        assert (now.version, now.body, now.posting) == (was.version, was.body, was.posting)
        assert now.feed_seq > reoffering.FEED_JUMP
    assert head.debit() == 5
    assert (a.state(note), a.site.failures(), a.site.pending()) == ("synced", [], 0)
    with pytest.raises(Refused) as refused:
        head.kernel.save(head.by, "note", {"no": "PT00007", "posting_date": "2026-03-02"})
    assert refused.value.code == "voucher_no_duplicate"
    again = head.kernel.save(head.by, "note", {"posting_date": "2026-03-02"}).record
    assert again.data.no == "PT00008"


def test_a_deletion_after_the_backup_stays_one(
    head: World, a: Office, set_back: Callable[..., None]
) -> None:
    note = a.draft("PT00001")
    a.site.push()
    tenants, tenant = head.kernel.storage.tenants(), head.by.tenant
    copy = list(tenants.export(tenant))
    head.kernel.delete(head.by, "note", note.id)
    a.site.pull()
    tenants.drop(tenant)
    tenants.import_(iter(copy))
    head.begin_history()
    assert head.get(note).data.no == "PT00001"

    a.site.connect()

    assert head.stored(note).deleted
    assert not a.has(note)
    head.kernel.save(head.by, "note", {"no": "PT00001", "posting_date": "2026-03-02"})


def test_another_office_takes_what_came_back_and_knows_its_own(
    head: World, a: Office, set_back: Callable[..., None]
) -> None:
    b = head.office("B")
    note = a.draft("PT00001", description="một")
    a.site.push()
    b.site.pull()
    a.edit(note, description="hai")  # B has an older version of the same life.
    a.site.push()
    mine = b.draft("PT00009")
    b.site.push()
    set_back()

    a.site.connect()
    b.site.connect()
    a.site.pull()

    for office in (a, b):
        assert office.get(note).data.description == "hai"
        assert office.get(mine).data.no == "PT00009"
        assert office.site.failures() == []
    assert head.stored(note).version == 2


def test_a_number_that_was_given_to_another_meanwhile_is_listed_and_can_be_changed(
    head: World, a: Office, set_back: Callable[..., None]
) -> None:
    note = a.note("PT00001")
    a.site.push()
    set_back()
    head.kernel.save(head.by, "note", {"no": "PT00001", "posting_date": "2026-03-02"})

    a.site.connect()

    [row] = a.site.failures("push_failed")
    assert (row["id"], row["verdict"], row["code"]) == (
        note.id,
        "NUMBER_TAKEN",
        "voucher_no_duplicate",
    )
    assert a.read(lambda v: site_log.local_refusal(v, "note", note.id)) == "was_synced"
    outcome = a.site.push(renumber="auto")
    assert (outcome.pushed, a.site.failures()) == (1, [])
    assert head.get(note).posted()
    assert head.get(note).data.no == "PT00002"


@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_a_record_that_was_worked_on_after_the_restore_is_a_conflict_for_the_user(
    head: World, a: Office, choice: str
) -> None:
    note = a.draft("PT00001", description="gốc")
    a.site.push()
    tenants, tenant = head.kernel.storage.tenants(), head.by.tenant
    copy = list(tenants.export(tenant))
    a.edit(note, description="mất")
    a.site.push()
    tenants.drop(tenant)
    tenants.import_(iter(copy))
    head.begin_history()
    head.edit(note, description="sau khôi phục")

    a.site.connect()

    assert a.verdicts() == ["CONFLICT_EDIT"]
    assert a.get(note).data.description == "mất"
    a.site.retry([note.id])
    assert a.verdicts() == ["CONFLICT_EDIT"]  # Sent again as it is, it overwrites nothing.
    a.site.push(resolve={note.id: choice})
    wanted = {"mine": "mất", "theirs": "sau khôi phục"}[choice]
    assert a.get(note).data.description == head.get(note).data.description == wanted
    assert a.site.failures() == []


def test_unsent_work_goes_on_over_what_came_back(
    head: World, a: Office, set_back: Callable[..., None]
) -> None:
    note = a.draft("PT00001", description="một")
    a.site.push()
    a.edit(note, description="hai")
    sealed = a.draft("PT00002")
    a.seal()
    set_back()

    a.site.connect()
    assert head.get(note).data.description == "một"
    a.site.push()

    assert head.get(note).data.description == "hai"
    assert head.stored(note).version == 2
    assert head.get(sealed).data.no == "PT00002"
    assert (a.site.failures(), a.site.pending()) == ([], 0)


def test_an_edit_amid_an_offer_stays(head: World, a: Office, set_back: Callable[..., None]) -> None:
    note = a.draft("PT00001", description="một")
    a.site.push()
    set_back()
    link, real = a.link.real, a.link.real.re_offer

    def edited_meanwhile(request: Any) -> Any:
        link.re_offer = real
        answer = real(request)
        a.edit(note, description="hai")
        return answer

    link.re_offer = edited_meanwhile
    a.site.connect()

    assert a.get(note).data.description == "hai"
    assert a.site.push().pushed == 1
    assert (head.get(note).data.description, head.stored(note).version) == ("hai", 2)


def test_an_edit_whose_base_is_not_taken_back_is_a_record_of_its_own(
    head: World, a: Office, set_back: Callable[..., None]
) -> None:
    note = a.draft("PT00001")
    a.site.push()
    a.edit(note, no="PT00005", description="đã sửa")
    set_back()
    head.kernel.save(head.by, "note", {"no": "PT00001", "posting_date": "2026-03-02"})

    a.site.connect()
    a.site.push()

    assert (head.get(note).data.no, head.get(note).data.description) == ("PT00005", "đã sửa")
    assert a.site.failures() == []


def test_a_voucher_that_cannot_be_posted_any_more_is_kept_and_says_so_everywhere(
    head: World, a: Office, set_back: Callable[..., None]
) -> None:
    note = a.note("PT00001", account="112")
    a.site.push()
    stored = head.stored(note)
    set_back()
    text = stored.body.replace('"112"', '"999"')
    changed = replace(stored, body=text, digest=digest_of(text))
    a.write(lambda writer: writer.adopt(changed))

    a.site.connect()

    assert head.stored(note).version == 2
    assert head.get(note).posting["financial"].status == "failed"
    assert a.get(note).posting["financial"].status == "failed"
    assert head.debit() == 0


def test_a_cloud_that_was_set_back_unnoticed_is_found_out(
    head: World, a: Office, set_back: Callable[..., None]
) -> None:
    b = head.office("B")
    of_b = b.draft("PT00009")
    b.site.push()
    note = a.note("PT00001")
    a.site.push()
    set_back(told=False)
    old = head.rows("identity")

    a.site.connect()
    b.site.connect()

    assert head.get(note).posted()
    assert head.get(of_b).data.no == "PT00009"
    assert head.rows("identity") != old
    assert (a.site.failures(), b.site.failures()) == ([], [])


@pytest.mark.parametrize("call", ["hello", "re_offer"])
def test_an_offer_that_is_cut_off_goes_on_and_does_nothing_twice(
    head: World, a: Office, set_back: Callable[..., None], call: str
) -> None:
    notes = [a.note() for _ in range(reoffering.OFFER_MAX + 20)]
    a.site.push()
    set_back()
    a.link.lose = [call]
    with pytest.raises(LinkError):
        a.site.connect()
    a.restart()

    a.site.connect()

    assert head.debit() == 5 * len(notes)
    assert {head.stored(note).version for note in notes} == {1}
    assert a.site.failures() == []


def test_a_second_restore_finds_what_came_back_after_the_first(
    head: World, a: Office, set_back: Callable[..., None]
) -> None:
    note = a.note("PT00001")
    a.site.push()
    set_back()
    a.site.connect()
    moved = places(a)
    set_back()

    a.site.connect()

    assert head.get(note).posted()
    assert moved[note.id] > reoffering.FEED_JUMP
    assert a.site.failures() == []


def test_a_site_that_slept_through_two_restores_offers_from_the_older_point(
    head: World, a: Office, set_back: Callable[..., None]
) -> None:
    note = a.note("PT00001")
    a.site.push()
    set_back()
    head.begin_history()

    a.site.connect()

    assert head.get(note).posted()


def test_what_was_refused_before_the_backup_and_accepted_since_is_not_returned(
    head: World, a: Office
) -> None:
    note = a.draft("PT00001", description="refuse")
    a.site.push()
    tenants, tenant = head.kernel.storage.tenants(), head.by.tenant
    copy = list(tenants.export(tenant))
    a.edit(note, description="đã sửa")
    a.site.push()
    tenants.drop(tenant)
    tenants.import_(iter(copy))
    head.begin_history()
    assert len(head.rows("parked_change")) == 1

    a.site.connect()

    assert (a.site.failures(), head.rows("parked_change")) == ([], [])
    assert head.get(note).data.description == a.get(note).data.description == "đã sửa"


def test_a_site_of_a_history_nobody_remembers_offers_everything(head: World, a: Office) -> None:
    head.write(lambda w: reoffering.begin_history(w, "đời khác"))
    another = {"name": "history_id", "value": "không ai nhớ"}
    a.write(lambda w: w.state("identity").put(another))
    a.link.sent.clear()

    a.site.connect()

    assert a.link.sent.count("re_offer") == 1
    assert head.read(lambda view: view.count("partner")) == 1
    assert a.site.failures() == []


def test_what_was_taken_back_is_found_again_though_nobody_has_pulled_since(
    head: World, a: Office, set_back: Callable[..., None]
) -> None:
    partner = a.partner("NEW")
    a.site.push()
    a.site.pull()
    set_back()
    real = a.link.real.pull
    a.link.real.pull = _no_answer  # type: ignore[method-assign]  # the line breaks after the offer
    with pytest.raises(LinkError):
        a.site.connect()
    assert head.stored(partner) is not None

    set_back(told=False)
    a.link.real.pull = real  # type: ignore[method-assign]  # it is whole again
    a.site.connect()

    assert head.stored(partner) is not None


def _no_answer(_request: Any) -> Any:
    raise LinkError


def test_the_places_that_a_restore_leaves_out_are_no_gap(
    head: World, a: Office, set_back: Callable[..., None]
) -> None:
    a.partner("NEW")
    a.site.push()
    for told in (True, False, True):
        set_back(told=told)
        a.site.connect()

    a.site.pull()

    for kernel in (head.kernel, a.kernel):
        assert [check for check in verify(kernel, head.by.tenant) if check.wrong] == []
    head.write(lambda writer: writer.next_value("feed_seq"))
    [gap] = [check.check for check in verify(head.kernel, head.by.tenant) if check.wrong]
    assert gap == "feed"
