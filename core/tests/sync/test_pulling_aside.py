"""What came and is not shown: held, opaque, and what the store itself refuses."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from lienso.sync import pulling, site_log
from lienso.sync.messages import PullReply, Session
from lienso.verifying import verify

SESSION = Session("s", 1, "h")


def _stored(office: Any, record: Any) -> Any:
    return office.read(lambda view: view.get(record.type, record.id))


# -- what refers to something that is still to come -------------------------------------------------


def _part(*records: Any, done: bool = False) -> PullReply:
    return PullReply(SESSION, records, max((r.feed_seq for r in records), default=0), 99, done)


def _take(office: Any, *records: Any, one_by_one: bool = False) -> tuple[int, int]:
    registry = office.kernel.registry
    counts: tuple[int, int] = office.write(
        lambda w: pulling.apply_page(w, registry, _part(*records), "now", one_by_one=one_by_one)
    )
    return counts


def _until_none(office: Any, work: Any) -> tuple[int, int]:
    first = second = 0
    while any(done := office.write(lambda w: work(w, office.kernel.registry, "now"))):
        first, second = first + done[0], second + done[1]
    return first, second


@pytest.fixture
def pair(head: Any, a: Any, b: Any) -> tuple[Any, Any]:
    """A partner and a note that refers to it, as the cloud stores them; office B has neither."""
    partner = a.partner("KH1")
    note = a.note(partner=partner.id)
    a.site.push()
    return head.stored(partner), head.stored(note)


def test_a_record_is_not_shown_before_what_it_refers_to(pair: Any, b: Any) -> None:
    partner, note = pair

    assert _take(b, note) == (0, 0)
    assert b.site.aside() == {"held": 1, "opaque": 0}
    assert not b.has(note)
    assert b.site.failures() == []

    assert _take(b, partner) == (1, 0)
    assert _until_none(b, pulling.release) == (1, 0)
    assert (_stored(b, note), b.site.aside()["held"]) == (note, 0)


def test_within_one_page_the_order_does_not_matter(pair: Any, b: Any) -> None:
    partner, note = pair

    assert _take(b, note, partner) == (2, 0)

    assert b.site.aside()["held"] == 0


def test_what_was_referred_to_and_deleted_since_has_come_too(head: Any, pair: Any, b: Any) -> None:
    partner, note = pair
    gone = dataclasses.replace(partner, version=2, deleted=True, body="", digest="")

    assert _take(b, gone, note) == (2, 0)


def test_a_pull_that_is_cut_short_goes_on_with_what_it_held(head: Any, pair: Any, b: Any) -> None:
    _partner, note = pair
    head.edit(head.kernel.get(head.by, "partner", "KH1"), name="mới")  # Comes after the note now.
    _take(b, note)

    outcome = b.site.pull()

    assert (outcome.pulled, outcome.failed, b.site.aside()["held"]) == (2, (), 0)
    assert _stored(b, note) == note


def test_a_newer_version_takes_the_place_of_one_that_is_held(pair: Any, b: Any) -> None:
    partner, note = pair
    newer = dataclasses.replace(note, version=2, feed_seq=90, body=note.body.replace("5", "6", 1))
    _take(b, note)

    _take(b, newer)
    _take(b, partner)
    _until_none(b, pulling.release)

    assert _stored(b, note) == newer


def test_a_held_version_does_not_go_back_behind_what_the_cloud_has_accepted_since(
    head: Any, a: Any, b: Any
) -> None:
    note, partner = a.draft(), a.partner("KH1")
    a.site.push()
    b.site.pull()
    stranger = dataclasses.replace(
        head.stored(note),
        version=2,
        body=head.stored(note).body.replace(
            '"lines":[]', '"lines":[{"line":1,"partner":"nobody"}]'
        ),
    )
    _take(b, stranger)
    assert b.site.aside()["held"] == 1
    later = dataclasses.replace(head.stored(note), version=3)
    b.write(lambda w: site_log.adopt(w, b.kernel.registry, later))
    row = b.read(lambda v: v.state("held").scan())[0]
    b.write(lambda w: w.state("held").put({**row, "waits_for": ""}))

    assert _until_none(b, pulling.release) == (0, 0)

    assert (_stored(b, note).version, b.site.aside()["held"]) == (3, 0)
    assert b.has(partner)


def test_a_local_edit_that_was_made_meanwhile_stays(head: Any, a: Any, b: Any) -> None:
    note = a.draft()
    a.site.push()
    b.site.pull()
    partner = a.partner("KH1")
    a.edit(note, lines=[{"line": 1, "amount": 5, "partner": partner.id}])
    a.site.push()
    _take(b, head.stored(note))
    b.edit(note, description="của B")

    _take(b, head.stored(partner))
    _until_none(b, pulling.release)

    assert b.get(note).data.description == "của B"
    shadow = b.read(lambda view: view.state("record_local").get("note", note.id))
    assert shadow["shadow_version"] == 2


def test_records_that_refer_to_one_another_come_at_the_end(pair: Any, b: Any) -> None:
    partner, note = pair
    records = []
    for id, other in (("n1", "n2"), ("n2", "n1")):
        # Nothing refers in a ring in this module; two notes of one unknown partner stand for it.
        body = note.body.replace(partner.id, "01890000-0000-7000-8000-00000000aaaa")
        records.append(dataclasses.replace(note, id=id, body=body, summary=other))
    _take(b, *records)
    came = dataclasses.replace(partner, id="01890000-0000-7000-8000-00000000aaaa")
    b.write(lambda w: site_log.adopt(w, b.kernel.registry, came))  # Nobody woke them.

    assert _until_none(b, pulling.release) == (0, 0)
    assert _until_none(b, pulling.settle_held) == (2, 0)


def test_what_never_comes_is_a_failure_that_names_it_and_is_tried_again_by_itself(
    pair: Any, b: Any
) -> None:
    partner, note = pair
    _take(b, note)

    assert _until_none(b, pulling.settle_held) == (0, 1)

    [row] = b.site.failures("pull_failed")
    assert (row["code"], row["id"]) == ("missing_ref", note.id)
    assert row["detail"]["missing"] == [{"type": "partner", "id": partner.id}]
    assert not b.has(note)
    b.site.retry([note.id])
    assert len(b.site.failures("pull_failed")) == 1

    _take(b, partner)
    _until_none(b, pulling.settle_held)
    assert (b.site.failures(), _stored(b, note)) == ([], note)


def test_a_missing_reference_that_came_is_taken_when_the_user_asks(pair: Any, b: Any) -> None:
    partner, note = pair
    _take(b, note)
    _until_none(b, pulling.settle_held)
    b.write(lambda w: site_log.adopt(w, b.kernel.registry, partner))

    b.site.retry([note.id])

    assert (b.site.failures(), _stored(b, note)) == ([], note)


def test_more_than_one_transaction_may_write_is_released_in_parts(pair: Any, b: Any) -> None:
    partner, note = pair
    notes = [
        dataclasses.replace(note, id=f"n{number}", feed_seq=100 + number) for number in range(600)
    ]
    for start in range(0, 600, 300):
        _take(b, *notes[start : start + 300])
    assert b.site.aside()["held"] == 600

    _take(b, partner)

    assert _until_none(b, pulling.release) == (600, 0)


# -- what no installed module can read --------------------------------------------------------------


def _without(office: Any, type: str) -> Any:
    """Return what an office knows when the module of a type is missing."""
    registry = office.kernel.registry
    types = {id: known for id, known in registry.record_types.items() if id != type}
    return dataclasses.replace(registry, record_types=types)


def test_a_module_that_is_installed_later_reads_what_came_before(
    head: Any, pair: Any, b: Any
) -> None:
    partner, note = pair
    registry = _without(b, "partner")
    page = _part(note, partner)
    assert b.write(lambda w: pulling.apply_page(w, registry, page, "now")) == (2, 0)
    assert b.site.aside() == {"held": 0, "opaque": 1}
    assert _stored(b, note) == note  # What refers to an opaque record is whole.

    b.site.pull()

    assert b.site.aside()["opaque"] == 0
    assert _stored(b, partner) == partner
    assert b.kernel.get(b.by, "partner", "KH1").id == partner.id  # Its keys are here, too.


def test_an_edit_made_before_a_module_that_was_installed_later_read_all_stays(
    head: Any, pair: Any, b: Any
) -> None:
    partner, note = pair
    registry = _without(b, "partner")
    b.write(lambda w: pulling.apply_page(w, registry, _part(note, partner), "now"))
    b.edit(partner, name_en="mine")

    b.site.pull()

    assert b.site.aside()["opaque"] == 0
    assert b.get(partner).data.name_en == "mine"
    assert b.kernel.get(b.by, "partner", "KH1").id == partner.id
    b.site.push()
    assert (head.get(partner).data.name_en, b.site.failures()) == ("mine", [])


def test_a_record_that_a_newer_module_wrote_waits_for_the_upgrade(pair: Any, b: Any) -> None:
    partner, _note = pair
    newer = dataclasses.replace(partner, schema_version=2, body='{"code":"KH1","colour":"red"}')

    assert _take(b, newer) == (0, 0)

    assert (b.site.aside()["opaque"], b.site.failures()) == (1, [])
    assert not b.has(partner)
    row = b.read(lambda view: view.state("opaque").scan())[0]
    assert site_log.record_from_text(row["raw"]) == newer


def test_what_came_for_a_module_and_does_not_fit_it_is_a_failure(pair: Any, b: Any) -> None:
    partner, _note = pair
    strange = dataclasses.replace(partner, feed_seq=99, version=7, body='{"colour":"red"}')
    registry = _without(b, "partner")
    b.write(lambda w: pulling.apply_page(w, registry, _part(strange), "now"))
    assert b.site.aside()["opaque"] == 1

    assert _until_none(b, lambda w, r, at: (pulling.materialise(w, r, at), 0)) == (1, 0)

    assert [row["code"] for row in b.site.failures("pull_failed")] == ["decode"]
    assert b.site.aside()["opaque"] == 0
    assert not b.has(partner)


# -- what the store itself refuses ------------------------------------------------------------------


def test_what_the_store_refuses_is_kept_aside_alone(head: Any, pair: Any, b: Any) -> None:
    partner, _note = pair
    body = f'{{"code":"KH9","name_en":"{"😀" * 200}"}}'  # As a key it is longer than one may be.
    long = dataclasses.replace(partner, id="long", body=body, feed_seq=99)
    pages = [_part(long, partner, done=True)]
    b.link.real.pull = lambda request: dataclasses.replace(pages[0], session=request.session)

    outcome = b.site.pull()

    assert outcome.pulled == 1
    [row] = outcome.failed
    assert (row["code"], row["id"]) == ("storage", "long")
    assert b.site.status()["cursor"] == 99


def test_a_store_with_records_that_wait_is_found_whole(pair: Any, b: Any) -> None:
    partner, note = pair
    body = note.body.replace(partner.id, "01890000-0000-7000-8000-00000000aaaa")
    waits = dataclasses.replace(note, id="waits", body=body, feed_seq=9)

    _take(b, dataclasses.replace(partner, schema_version=2), note, waits)
    history = b.read(site_log.position).history_id
    cursor = {"name": site_log.CURSOR_NAME, "history_id": history, "position": 9}
    b.write(lambda w: w.state("cursor").put(cursor))

    assert b.site.aside() == {"held": 1, "opaque": 1}
    assert b.has(note)  # What it refers to has come, though nobody can read it yet.
    assert [check for check in verify(b.kernel, b.by.tenant) if check.wrong] == []
