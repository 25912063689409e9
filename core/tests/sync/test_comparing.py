"""A site and the cloud compare what they have, range by range; whatever differs is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from lienso import chaining
from lienso.canonical import digest_of
from lienso.errors import Fenced, Refused
from lienso.sync import comparing, site_log
from lienso.sync.inquiry import CompareRequest, Mark, TraceRequest

from .caller import Caller
from .world import Office, World


@pytest.fixture(params=["memory:", "sqlite:{folder}/cloud.db"])
def head(request: Any, tmp_path: Any, worlds: Callable[..., World]) -> Iterator[World]:
    """The cloud, on both storages."""
    world = worlds(request.param.format(folder=tmp_path))
    yield world
    world.close()


def tampered(office: Office, record: Any, **changes: Any) -> None:
    """Change a record at a site behind lienso's back."""

    def work(writer: Any) -> None:
        stored = writer.get(record.type, record.id)
        writer.adopt(replace(stored, **changes))

    office.write(work)


def test_what_was_synchronized_is_equal_whatever_waits(head: World, a: Office, b: Office) -> None:
    first, second = a.partner("A"), a.partner("B")
    a.note("N1", partner=first.id)
    gone = a.draft("N2")
    a.site.push()
    b.site.pull()
    head.kernel.delete(head.by, "note", gone.id)
    b.edit(second, name="theirs")
    b.site.push()
    a.edit(second, name="mine")
    a.partner("C")
    a.site.pull()

    for office in (a, b):
        found = office.site.compare()
        assert found.differences == ()
        assert found.until == head.kernel.storage.head(head.by.tenant)
        assert not found.moving
    assert a.site.compare().looked_at == len(
        head.read(lambda view: view.changes(0, limit=1000)).records
    )


def test_every_range_is_looked_at(head: World, a: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "RANGE", 3)
    records = [a.partner(f"P{number}") for number in range(20)]
    a.site.push()
    a.site.pull()
    tampered(a, records[17], digest="x")

    found = a.site.compare()

    assert a.link.sent.count("compare") > 6
    assert [(row["what"], row["id"]) for row in found.differences] == [("differs", records[17].id)]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"digest": digest_of("{}"), "body": "{}"}, ["differs"]),
        ({"version": 7}, ["differs"]),
        ({"feed_seq": 1}, ["differs"]),
    ],
)
def test_a_record_that_differs_is_named_with_both_versions(
    head: World, a: Office, change: dict[str, Any], what: list[str]
) -> None:
    a.partner("FIRST")
    record = a.partner("A")
    a.site.push()
    a.site.pull()
    tampered(a, record, **change)

    rows = a.site.compare().differences

    # A place in another range shows on both sides.
    assert {row["id"] for row in rows} == {record.id}
    assert {row["what"] for row in rows} <= {*what, "only_here", "missing_here"}
    assert rows[0]["cloud_version"] in (0, 1)


def test_a_record_that_only_one_side_has_is_named(head: World, a: Office) -> None:
    one, other = a.partner("A"), a.partner("B")
    a.site.push()
    a.site.pull()
    a.write(lambda writer: writer.forget(one.type, one.id))
    stored = head.stored(other)
    foreign = replace(stored, id=head.kernel.ids.new(), feed_seq=stored.feed_seq)
    a.write(lambda writer: writer.adopt(foreign))

    rows = {row["id"]: row for row in a.site.compare().differences}

    assert {id: row["what"] for id, row in rows.items()} == {
        one.id: "missing_here",
        foreign.id: "only_here",
    }
    assert (rows[one.id]["version"], rows[one.id]["cloud_version"]) == (0, 1)


def test_what_stands_aside_counts_as_it_came(head: World, a: Office, b: Office) -> None:
    partner = a.partner("A")
    a.site.push()
    b.site.pull()
    b.edit(partner, name="mine")
    a.edit(partner, name="theirs")
    a.site.push()
    b.site.pull()

    assert b.read(lambda view: site_log.local_of(view, "partner", partner.id))["shadow"]
    assert b.site.compare().differences == ()


def test_a_cloud_whose_chain_was_cut_is_found_out_by_a_site(head: World, a: Office) -> None:
    a.partner("A")
    a.site.push()
    first = a.site.compare()

    def forge(writer: Any) -> None:
        table = writer.state(chaining.TABLE)
        row = table.scan(descending=True, limit=1)[0]
        table.put({**row, "hash": bytes(32)})

    head.write(forge)
    second = a.site.compare()
    again = a.site.compare()

    assert first.differences == ()
    assert first.chain.startswith(f"{first.until}:")
    assert [row["what"] for row in second.differences] == ["chain_cut"]
    assert second.differences[0]["witness"] == first.chain
    assert again.differences == second.differences, "a site does not forget what it has seen"


def test_a_chain_that_went_on_is_no_difference(head: World, a: Office) -> None:
    a.partner("A")
    a.site.push()
    first = a.site.compare()
    a.partner("B")
    a.site.push()
    second = a.site.compare()

    assert second.differences == ()
    assert first.chain != second.chain


def test_the_cloud_answers_in_the_present_session_alone(head: World, caller: Caller) -> None:
    old = replace(caller.session, session_id="old")

    with pytest.raises(Fenced):
        caller.service.compare(caller.by, CompareRequest(old, 0, 0))
    with pytest.raises(Fenced):
        caller.service.trace(caller.by, TraceRequest(old, "note", "x"))


@pytest.mark.parametrize("witness", ["x", "1:", ":", "²:00", f"{2**70}:00", "5:00", "-1:00"])
def test_a_head_that_was_never_one_is_not_witnessed(
    head: World, caller: Caller, witness: str
) -> None:
    reply = caller.service.compare(caller.by, CompareRequest(caller.session, 0, 0, False, witness))

    assert not reply.witnessed


def test_a_range_beyond_the_feed_is_refused(head: World, caller: Caller) -> None:
    with pytest.raises(Refused) as caught:
        caller.service.compare(caller.by, CompareRequest(caller.session, 0, 10**6))

    assert caught.value.code == "cursor_invalid"


def test_digests_are_by_type_whatever_the_order() -> None:
    one, two = Mark("a", "1", 1, 5, "x"), Mark("a", "2", 1, 6, "y")
    other = Mark("b", "3", 1, 7, "z")

    found = comparing.digests([two, other, one])

    assert list(found) == ["a", "b"]
    assert found == comparing.digests([one, two, other])
    assert found["a"] != comparing.digests([replace(one, feed_seq=9), two])["a"]
    assert found["a"] != comparing.digests([replace(one, version=2), two])["a"]


@pytest.mark.parametrize("side", ["head", "a"])
def test_a_tombstone_against_nothing_is_no_difference(head: World, a: Office, side: str) -> None:
    gone = a.draft("N1")
    a.site.push()
    head.kernel.delete(head.by, "note", gone.id)
    a.site.pull()
    {"head": head, "a": a}[side].write(lambda writer: writer.forget("note", gone.id))

    assert a.site.compare().differences == ()
