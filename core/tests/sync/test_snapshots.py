"""A site that lacks too much takes a snapshot: what it needs first comes first, and nothing is missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lienso.errors import LinkError, Refused
from lienso.sync import bootstrapping, site_log, snapshotting
from lienso.sync.snapshot_messages import ChunkRequest, SnapshotPart, SnapshotRequest
from lienso.verifying import verify


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshotting, "CHUNK_RECORDS", 3)
    monkeypatch.setattr(bootstrapping, "TRASH_PART", 3)
    monkeypatch.setattr(bootstrapping, "SNAPSHOT_ABOVE", 0)


@pytest.fixture
def filled(head: Any, a: Any, small_chunks: None) -> list[Any]:
    """Partners and notes of three years, one of them deleted, in the cloud."""
    records = [a.partner(f"K{number}") for number in range(4)]
    for number, day in enumerate(("2024-05-01", "2025-07-01", "2026-01-15", "2026-02-20") * 2):
        records.append(
            a.draft(f"PT{number + 1:05}", posting_date=day, lines=[{"partner": records[0].id}])
        )
    gone = a.draft("PT00099")
    a.site.push()
    head.kernel.delete(head.by, "note", gone.id)
    return records


def rows(side: Any) -> dict[str, tuple[int, str]]:
    """Return id → (version, digest) of all live records."""
    found: dict[str, tuple[int, str]] = {}
    after = 0
    while (page := side.read(lambda view, after=after: view.changes(after))).records:
        found |= {r.id: (r.version, r.digest) for r in page.records if not r.deleted}
        after = page.next_after
    return found


def test_a_new_site_takes_a_snapshot_and_has_what_the_feed_would_have_brought(
    head: Any, filled: Any
) -> None:
    new = head.office("NEW")

    assert rows(new) == rows(head)
    assert new.link.sent.count("snapshot") == 1
    assert new.link.sent.count("snapshot_chunk") > 4
    assert new.read(site_log.cursor) == head.read(lambda view: view.feed_seq)
    assert new.read(bootstrapping.progress) is None
    assert [c for c in verify(new.kernel, new.by.tenant) if c.wrong] == []
    assert new.site.failures() == []


def test_a_snapshot_goes_from_a_database_file_to_another(
    worlds: Any, small_chunks: None, tmp_path: Path
) -> None:
    world = worlds(f"sqlite:{tmp_path / 'cloud.db'}")
    first = world.office("A", storage=f"sqlite:{tmp_path / 'a.db'}")
    for number in range(8):
        first.draft(posting_date=f"202{number % 3 + 4}-02-0{number + 1}")
        first.partner(f"K{number}")
    first.site.push()

    new = world.office("NEW", storage=f"sqlite:{tmp_path / 'new.db'}")

    assert new.link.sent.count("snapshot_chunk") > 4
    assert rows(new) == rows(world)
    world.close()


def test_a_short_feed_is_taken_as_it_is(head: Any, a: Any) -> None:
    a.partner("K1")
    a.site.push()

    assert "snapshot" not in head.office("NEW").link.sent


def test_catalogs_come_first_then_open_periods_newest_first_then_the_rest(
    head: Any, filled: Any
) -> None:
    new = head.office("NEW", online=False)
    came: list[str] = []
    real = new.link.real.snapshot_chunk

    def snapshot_chunk(request: ChunkRequest) -> Any:
        reply = real(request)
        came.extend(
            record.body.partition('"posting_date":"')[2][:10] or record.type
            for record in reply.records
        )
        return reply

    new.link.real.snapshot_chunk = snapshot_chunk
    new.site.connect()

    assert came[:4] == ["partner"] * 4
    assert came[4:10] == ["2026-02-20"] * 2 + ["2026-01-15"] * 2 + ["2025-07-01"] * 2
    assert came[10:] == ["2024-05-01"] * 2


def test_a_snapshot_that_is_cut_goes_on_with_the_chunk_that_was_lost(
    head: Any, filled: Any
) -> None:
    new = head.office("NEW", online=False)
    new.link.lose = ["snapshot_chunk"]
    with pytest.raises(LinkError):
        new.site.connect()
    before = new.link.sent.count("snapshot_chunk")
    at = new.read(bootstrapping.progress)
    new.restart()
    new.link.lose = ["hello", "snapshot_chunk"]
    for _ in range(2):
        with pytest.raises(LinkError):
            new.site.connect()

    new.site.connect()

    assert (before, at.chunks) == (1, 0)
    assert new.link.sent.count("snapshot") == 1  # The manifest was kept.
    assert rows(new) == rows(head)


def test_what_changes_while_a_snapshot_is_fetched_comes_by_the_feed(
    head: Any, a: Any, filled: Any
) -> None:
    new = head.office("NEW", online=False)
    real, changed = new.link.real.snapshot_chunk, []

    def snapshot_chunk(request: ChunkRequest) -> Any:
        reply = real(request)
        if not changed:
            changed.append(head.edit(filled[5], description="mới"))
            head.kernel.delete(head.by, "note", filled[6].id)
            head.kernel.delete(head.by, "note", filled[7].id)
        return reply

    new.link.real.snapshot_chunk = snapshot_chunk
    new.site.connect()

    assert rows(new) == rows(head)
    assert new.get(filled[5]).data.description == "mới"


def test_a_site_works_and_hears_news_before_old_years_are_there(head: Any, filled: Any) -> None:
    new = head.office("NEW", online=False)
    real = new.link.real.snapshot_chunk

    def snapshot_chunk(request: ChunkRequest) -> Any:
        if request.part.rank == snapshotting.REST:
            raise LinkError(detail={"cause": "cut"})
        return real(request)

    new.link.real.snapshot_chunk = snapshot_chunk
    with pytest.raises(LinkError):
        new.site.connect()

    assert new.read(bootstrapping.progress).usable
    assert new.get(filled[0]).data.code == "K0"
    assert new.has(filled[7])
    assert not new.has(filled[4])
    saved = new.draft(description="trong khi tải")
    new.link.real.snapshot_chunk = real
    new.site.connect()
    assert new.site.push().failed == ()
    assert head.get(saved).data.description == "trong khi tải"
    assert rows(new) == rows(head)


def test_a_damaged_chunk_is_not_taken(head: Any, filled: Any) -> None:
    new = head.office("NEW", online=False)
    real = new.link.real.snapshot_chunk

    def snapshot_chunk(request: ChunkRequest) -> Any:
        reply = real(request)
        body = reply.records[0].body.replace("K0", "K7")
        return replace(reply, records=(replace(reply.records[0], body=body), *reply.records[1:]))

    new.link.real.snapshot_chunk = snapshot_chunk
    with pytest.raises(LinkError):
        new.site.connect()

    assert rows(new) == {}


@pytest.mark.parametrize(
    ("part", "after", "code"),
    [
        (SnapshotPart(9), "", "bad_choice"),
        (SnapshotPart(0, "nothing", "code"), "", "bad_choice"),
        (SnapshotPart(2), "x", "cursor_invalid"),
        (SnapshotPart(0, "partner", "code"), "x", "cursor_invalid"),
    ],
)
def test_a_chunk_that_is_none_is_refused(
    caller: Any, part: SnapshotPart, after: str, code: str
) -> None:
    manifest = caller.service.snapshot(caller.by, SnapshotRequest(caller.session))
    wrong = ChunkRequest(caller.session, manifest.head, "2026-01-01", part, after)

    with pytest.raises(Refused) as refused:
        caller.service.snapshot_chunk(caller.by, wrong)

    assert refused.value.code == code


# -- a cursor that the feed does not reach back to -----------------------------------------------------


@pytest.fixture
def forgotten(head: Any, a: Any, b: Any, filled: Any) -> Any:
    """A record that B has clean, and of which the cloud cleared even the tombstone away."""
    b.site.pull()
    gone = filled[8]
    head.kernel.delete(head.by, "note", gone.id)
    floor = head.read(lambda view: view.feed_seq)

    def clear(writer: Any) -> None:
        writer.forget("note", gone.id)
        writer.state("identity").put({"name": "gc_floor", "value": str(floor)})

    head.write(clear)
    return gone


def test_a_cursor_below_what_was_cleared_away_gets_a_snapshot_and_keeps_what_is_unsent(
    head: Any, b: Any, filled: Any, forgotten: Any
) -> None:
    unsent = b.draft(description="chưa gửi")
    refused = b.draft(description="refuse")
    edited = b.edit(filled[5], description="sửa tại B")

    b.site.connect()

    assert not b.has(forgotten)
    [trash] = b.read(lambda view: view.state("local_trash").scan())
    assert (trash["record_id"], trash["version"]) == (forgotten.id, 1)
    assert b.get(unsent).data.description == "chưa gửi"
    assert b.get(edited).data.description == "sửa tại B"
    assert b.site.status()["gate"] == ""
    b.site.push(renumber="auto")
    assert b.verdicts() == ["INVALID"]
    assert head.get(unsent).data.description == "chưa gửi"
    assert head.get(edited).data.description == "sửa tại B"
    assert {id: row for id, row in rows(b).items() if id != refused.id} == rows(head)


def test_an_edit_of_what_was_cleared_away_is_a_conflict_for_the_user(
    head: Any, b: Any, forgotten: Any
) -> None:
    b.edit(forgotten, description="vẫn cần")

    b.site.connect()
    b.site.push()

    assert b.get(forgotten).data.description == "vẫn cần"
    assert b.verdicts() == ["CONFLICT_EDIT"]
    b.site.push(resolve={forgotten.id: "mine"})
    assert head.get(forgotten).data.description == "vẫn cần"


def test_an_edit_of_what_was_cleared_away_that_is_given_up_leaves_nothing_behind(
    head: Any, b: Any, forgotten: Any
) -> None:
    b.edit(forgotten, description="thôi không cần")
    b.site.connect()
    b.site.push()
    assert b.verdicts() == ["CONFLICT_EDIT"]

    b.site.withdraw([row["change_id"] for row in b.site.failures("push_failed")])

    assert not b.has(forgotten)
    assert rows(b) == rows(head)
    [trash] = b.read(lambda view: view.state("local_trash").scan())
    assert (trash["record_id"], trash["version"]) == (forgotten.id, 1)


def test_what_was_accepted_and_deleted_before_a_snapshot_is_gone_though_its_answer_was_lost(
    head: Any, b: Any, filled: Any
) -> None:
    b.site.pull()
    note = b.draft("PT00077", description="nhận rồi xóa")
    b.link.lose = ["push"]
    with pytest.raises(LinkError):
        b.site.push()
    head.kernel.delete(head.by, "note", note.id)
    floor = {"name": "gc_floor", "value": str(head.read(lambda view: view.feed_seq))}
    head.write(lambda w: w.state("identity").put(floor))
    b.write(lambda w: site_log.set_identity(w, incarnation=0))  # It asks for a new one at Hello.
    b.link.sent.clear()

    b.site.connect()
    b.site.push()

    assert b.link.sent.count("snapshot") == 1
    assert (b.site.pending(), b.has(note)) == (0, False)
    assert rows(b) == rows(head)


def test_a_record_that_was_made_anew_after_its_tombstone_was_cleared_takes_the_old_ones_place(
    head: Any, b: Any, forgotten: Any
) -> None:
    body = {"no": "PT00098", "posting_date": "2026-03-02", "description": "mới lại"}
    head.kernel.save(head.by, "note", body, id=forgotten.id)

    b.site.connect()

    assert b.get(forgotten).data.description == "mới lại"
    assert rows(b) == rows(head)
    assert b.read(lambda view: view.state("snapshot_seen").count()) == 0


def test_what_stood_aside_of_a_record_that_is_no_more_goes_and_the_rest_stays(
    head: Any, b: Any, filled: Any, forgotten: Any
) -> None:
    def aside(record: Any, feed_seq: int) -> dict[str, Any]:
        raw = b.read(lambda view: site_log.record_text(view.get("note", record.id)))
        facts = {"type": "note", "record_id": record.id, "feed_seq": feed_seq, "raw": raw}
        return {**facts, "code": "STORAGE", "detail": "{}", "at": ""}

    kept = filled[9]
    rows_aside = [aside(forgotten, 9), aside(kept, head.stored(kept).feed_seq)]
    for record in (forgotten, kept):
        b.write(lambda w, id=record.id: w.forget("note", id))
    b.write(lambda w: w.state("failure_pull").put_many(rows_aside))

    b.site.connect()

    assert b.site.failures("pull_failed") == []
    assert (b.has(forgotten), b.has(kept)) == (False, True)


def test_a_snapshot_that_grew_too_old_begins_anew(head: Any, filled: Any) -> None:
    new = head.office("NEW", online=False)
    real, floors = new.link.real.snapshot_chunk, [1]

    def snapshot_chunk(request: ChunkRequest) -> Any:
        if floors:
            floors.pop()
            head.edit(filled[5], description="x")
            floor = str(head.read(lambda view: view.feed_seq))
            head.write(lambda w: w.state("identity").put({"name": "gc_floor", "value": floor}))
        return real(request)

    new.link.real.snapshot_chunk = snapshot_chunk
    new.site.connect()

    assert new.link.sent.count("snapshot") == 2
    assert rows(new) == rows(head)


def test_a_snapshot_leaves_the_deletions_that_are_known_here(
    head: Any, a: Any, filled: Any
) -> None:
    def deleted() -> set[str]:
        records = a.read(lambda view: view.changes(0, limit=1_000)).records
        return {record.id for record in records if record.deleted}

    a.site.pull()
    before = deleted()
    a.write(bootstrapping.begin)
    a.site.pull()

    assert a.read(bootstrapping.progress) is None
    assert deleted() == before != set()
    assert a.site.compare().differences == ()
