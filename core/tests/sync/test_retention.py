"""What the cloud forgets: nothing that a site which may come back still needs."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from lienso.cli import tidying as daily
from lienso.errors import LinkError, Refused
from lienso.sync import retention, tidying
from lienso.sync.enrolment import add_site
from lienso.verifying import verify

DAY_S = 86_400


def beat(*offices: Any) -> None:
    for office in offices:
        office.site.connect()
        office.site.beat()


def tidied(head: Any) -> tidying.Tidied:
    return tidying.tidy(head.kernel, head.by.tenant)


@pytest.fixture
def deleted(head: Any, a: Any, b: Any) -> Any:
    """A note that was edited and deleted in the cloud, after both offices had it."""
    note = a.draft("PT00001", description="một")
    a.site.push()
    head.edit(note, description="hai")
    beat(b)
    head.kernel.delete(head.by, "note", note.id)
    return note


def test_a_tombstone_is_cleared_when_it_is_old_and_every_living_site_has_taken_it(
    head: Any, a: Any, b: Any, deleted: Any
) -> None:
    b.site.set_mode(False)
    head.clock.advance(100 * DAY_S)
    beat(a)
    assert tidied(head).tombstones == 0  # Too young.
    head.clock.advance(79 * DAY_S)
    beat(a, b) if b.site.mode().name != "offline_manual" else beat(a)
    b.site.set_mode(True)
    assert tidied(head).tombstones == 0  # B has not taken it.
    b.site.connect()
    b.site.beat()
    head.clock.advance(2 * DAY_S)
    done = tidied(head)

    assert (done.tombstones, done.retired) == (1, ())
    assert done.floor == head.read(retention.gc_floor) > 0
    assert head.stored(deleted) is None
    [row] = head.rows("bygone_record")
    assert (row["record_id"], row["version"]) == (deleted.id, 3)
    assert '\\"description\\":\\"một\\"' in row["versions"]
    assert [c for c in verify(head.kernel, head.by.tenant) if c.wrong] == []
    assert tidied(head).tombstones == 0
    beat(a, b)
    assert not a.has(deleted)


def test_a_site_that_did_not_take_a_tombstone_holds_it_back(
    head: Any, a: Any, b: Any, deleted: Any
) -> None:
    b.site.set_mode(False)
    head.clock.advance(170 * DAY_S)
    beat(a)
    head.clock.advance(9 * DAY_S)
    beat(a)

    assert tidied(head).tombstones == 0
    b.site.set_mode(True)
    beat(b)
    assert not b.has(deleted)


def test_a_site_silent_for_half_a_year_is_retired_and_comes_back_by_a_snapshot(
    head: Any, a: Any, b: Any, deleted: Any
) -> None:
    unsent = b.draft("PT00007", description="chưa gửi")
    b.site.set_mode(False)
    for _ in range(2):
        head.clock.advance(91 * DAY_S)
        beat(a)
    assert tidied(head) == tidying.Tidied(("B",), 1, 0, head.read(retention.gc_floor))

    b.site.set_mode(True)
    with pytest.raises(Refused) as refused:
        b.site.connect()
    assert (refused.value.code, b.site.pending()) == ("site_retired", 1)
    add_site(head.kernel, head.by.tenant, "B")
    b.link.sent.clear()
    b.site.connect()
    b.site.push()

    assert b.link.sent.count("snapshot") == 1
    assert (b.has(deleted), b.site.status()["incarnation"] > 1) == (False, True)
    assert head.get(unsent).data.description == "chưa gửi"
    assert b.site.pending() == 0


def test_a_site_hears_of_a_deletion_whose_tombstone_is_gone_from_the_answer_it_never_got(
    head: Any, a: Any, b: Any
) -> None:
    beat(b)
    note = b.draft("PT00007", description="nhận rồi xóa")
    b.link.lose = ["push"]
    with pytest.raises(LinkError):
        b.site.push()
    b.site.set_mode(False)
    head.kernel.delete(head.by, "note", note.id)
    for _ in range(2):
        head.clock.advance(91 * DAY_S)
        beat(a)
    assert tidied(head).tombstones == 1

    b.site.set_mode(True)
    add_site(head.kernel, head.by.tenant, "B")
    b.site.connect()
    b.site.push()

    assert (b.site.pending(), b.has(note)) == (0, False)


def test_a_site_that_was_enrolled_and_never_came_is_not_retired_and_holds_nothing_back(
    head: Any, a: Any, deleted: Any
) -> None:
    add_site(head.kernel, head.by.tenant, "LATER")
    head.clock.advance(181 * DAY_S)
    beat(a)

    done = tidied(head)

    assert (done.retired, done.tombstones) == (("B",), 1)
    later = head.office("LATER")
    assert not later.has(deleted)


def test_a_feed_of_many_parts_is_looked_through_once(
    head: Any, a: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "PART", 2)
    notes = [a.draft() for _ in range(7)]
    a.site.push()
    for note in notes[::2]:
        head.kernel.delete(head.by, "note", note.id)
    kept = a.draft(description="mới")
    a.site.push()
    beat(a)
    head.clock.advance(181 * DAY_S)
    beat(a)

    assert tidied(head).tombstones == 4
    assert tidied(head).tombstones == 0
    assert head.get(kept).data.description == "mới"
    assert [note.id for note in notes if head.stored(note) is not None] == [
        note.id for note in notes[1::2]
    ]


def test_ids_of_calls_are_forgotten_after_a_month(head: Any, a: Any) -> None:
    a.kernel.invoke(a.by, "small.add", {}, call_id="old")
    head.clock.advance(20 * DAY_S)
    a.site.connect()
    a.kernel.invoke(a.by, "small.add", {}, call_id="new")
    head.clock.advance(11 * DAY_S)

    assert tidied(head).calls == 1
    assert [row["call_id"] for row in head.rows("call_log")] == ["new"]


def test_a_cloud_that_serves_tidies_when_it_starts_and_goes_on_over_a_frozen_company(
    head: Any, a: Any, caplog: pytest.LogCaptureFixture
) -> None:
    head.clock.advance(181 * DAY_S)
    head.kernel.storage.tenants().freeze(head.by.tenant)
    with daily.daily(head.kernel):
        pass
    assert "is not tidied today" in caplog.text
    head.kernel.storage.tenants().thaw(head.by.tenant)

    with daily.daily(head.kernel):
        pass

    assert head.rows("site")[0]["retired"]
    assert not [thread for thread in threading.enumerate() if thread.name == "tidy"]
