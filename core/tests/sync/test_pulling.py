"""What a site takes from the feed, what it keeps aside, and what it never touches."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from lienso.errors import LinkError
from lienso.sync import pulling, site_log
from lienso.sync.messages import PullReply, Session

SESSION = Session("s", 1, "h")


def test_records_and_cursor_come_together(head: Any, a: Any, b: Any) -> None:
    partner = a.partner("KH1", name="Công ty Đông Á")
    note = a.note(partner=partner.id)
    a.site.push()

    outcome = b.site.pull()

    assert (outcome.pulled, outcome.failed) == (2, ())
    for record in (partner, note):
        here = b.read(lambda view, r=record: view.get(r.type, r.id))
        there = head.stored(record)
        assert here == dataclasses.replace(there)
    assert b.site.status()["cursor"] == head.kernel.storage.head(head.by.tenant)
    assert b.site.pull().pulled == 0


def test_a_deletion_in_the_cloud_arrives(head: Any, a: Any, b: Any) -> None:
    partner = a.partner("KH1")
    a.site.push()
    b.site.pull()

    head.kernel.delete(head.by, "partner", partner.id)
    b.site.pull()

    assert not b.has(partner)


def test_a_local_edit_is_never_touched_by_a_pull(head: Any, a: Any, b: Any) -> None:
    note = a.draft("PT00001")
    a.site.push()
    b.site.pull()
    b.edit(note, description="của B")
    head.edit(note, description="của Cloud")

    b.site.pull()

    assert b.get(note).data.description == "của B"
    shadow = b.read(lambda view: view.state("record_local").get("note", note.id))
    assert shadow["shadow_version"] == 2


def test_the_newest_of_several_versions_beside_a_local_edit_is_kept(head: Any, a: Any) -> None:
    note = a.draft("PT00001")
    a.site.push()
    a.edit(note, description="của A")
    for text in ("một", "hai"):
        head.edit(note, description=text)
        a.site.pull()

    a.site.push()
    a.site.push(resolve={"PT00001": "theirs"})

    assert a.get(note).data.description == "hai"


def test_a_late_answer_does_not_hide_a_newer_version(head: Any, a: Any) -> None:
    note = a.draft("PT00001")
    a.site.push()
    a.edit(note, description="của A")
    a.link.lose = ["push"]
    with pytest.raises(LinkError):
        a.site.push()
    head.edit(note, description="mới hơn")
    a.site.pull()
    assert a.get(note).data.description == "của A"

    a.site.push()

    assert a.get(note).data.description == "mới hơn"
    assert a.state(note) == "synced"


def _page(*records: Any) -> PullReply:
    return PullReply(SESSION, records, max(r.feed_seq for r in records), 99, True)


def _apply(office: Any, *records: Any) -> tuple[int, int]:
    registry = office.kernel.registry
    counts: tuple[int, int] = office.write(
        lambda writer: pulling.apply_page(writer, registry, _page(*records), "now")
    )
    return counts


def _stored(office: Any, record: Any) -> Any:
    return office.read(lambda view: view.get(record.type, record.id))


def test_what_is_known_already_is_no_news(head: Any, a: Any) -> None:
    partner = a.partner("KH1")
    a.site.push()
    stored = head.stored(partner)
    older = dataclasses.replace(stored, version=0, body='{"code":"OLD"}')

    assert _apply(a, stored) == (0, 0)
    assert _apply(a, older) == (0, 0)
    assert a.get(partner).data.code == "KH1"


def test_one_version_with_two_contents_is_kept_aside(head: Any, a: Any) -> None:
    partner = a.partner("KH1")
    a.site.push()
    other = dataclasses.replace(head.stored(partner), body='{"code":"X"}', digest="00" * 32)

    assert _apply(a, other) == (0, 1)

    [row] = a.site.failures("pull_failed")
    assert (row["code"], row["id"]) == ("integrity", partner.id)
    assert a.get(partner).data.code == "KH1"


def test_what_cannot_be_read_is_kept_aside_and_the_rest_goes_on(head: Any, a: Any, b: Any) -> None:
    first, second = a.partner("KH1"), a.partner("KH2")
    a.site.push()
    strange = dataclasses.replace(head.stored(first), body='{"code":"KH1","strange":1}')

    assert _apply(b, strange, head.stored(second)) == (1, 1)

    [row] = b.site.failures("pull_failed")
    assert (row["code"], row["id"]) == ("decode", first.id)
    assert b.has(second)
    assert b.site.status()["cursor"] == head.stored(second).feed_seq


def test_what_was_kept_aside_is_tried_again_from_what_came(head: Any, a: Any, b: Any) -> None:
    partner = a.partner("KH1")
    a.site.push()
    good = head.stored(partner)
    _apply(b, dataclasses.replace(good, body='{"code":"KH1","strange":1}'))
    b.site.retry([partner.id])
    assert len(b.site.failures("pull_failed")) == 1

    row = b.read(lambda view: view.state("failure_pull").get("partner", partner.id))
    mended = {**row, "raw": site_log.record_text(good)}  # The module that reads it was upgraded.
    b.write(lambda writer: writer.state("failure_pull").put(mended))
    b.site.retry([partner.id])

    assert b.site.failures("pull_failed") == []
    assert b.get(partner).data.code == "KH1"


def test_a_newer_version_takes_the_place_of_a_failure(head: Any, a: Any, b: Any) -> None:
    partner = a.partner("KH1")
    a.site.push()
    _apply(b, dataclasses.replace(head.stored(partner), body='{"code":"KH1","strange":1}'))
    head.edit(partner, name="mới")

    b.site.pull()

    assert b.site.failures("pull_failed") == []
    assert b.get(partner).data.name == "mới"


def test_a_record_of_a_missing_module_is_kept_byte_for_byte(head: Any, a: Any, b: Any) -> None:
    partner = a.partner("KH1")
    a.site.push()
    foreign = dataclasses.replace(
        head.stored(partner), type="acme_loan", body='{"b":"😀","a":[1,{"c":null}]}'
    )

    assert _apply(b, foreign) == (1, 0)

    assert b.read(lambda view: view.get("acme_loan", partner.id)) == foreign
    assert b.site.failures() == []


def test_two_records_may_hold_one_number_until_the_cloud_has_decided(a: Any, b: Any) -> None:
    theirs, mine = a.note("PT00001"), b.note("PT00001")
    a.site.push()

    b.site.pull()

    assert b.get(theirs).data.no == b.get(mine).data.no == "PT00001"


def test_a_pull_goes_page_by_page_and_each_page_is_kept(head: Any, a: Any, b: Any) -> None:
    for number in range(7):
        head.kernel.save(
            head.by,
            "note",
            {"no": f"N{number}", "posting_date": "2026-03-02", "references": ["x" * 3_900] * 100},
        )

    assert b.site.pull().pulled == 7
    assert b.link.sent.count("pull") > 5  # Two when it connected, and one a page.


def test_whether_a_known_version_is_posted_is_as_the_cloud_says(head: Any, a: Any) -> None:
    note = a.note("PT00001")
    a.site.push()
    unposted = dataclasses.replace(head.stored(note), posting="")

    assert a.get(note).posted()
    assert _apply(a, unposted) == (1, 0)
    assert not a.get(note).posted()
    assert _apply(a, unposted) == (0, 0)
