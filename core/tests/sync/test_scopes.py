"""A site that holds a part of a company's records: what enters, leaves and stays outside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from lienso.sync import bootstrapping, retention, scopes, snapshotting, tidying
from lienso.sync.extent import EVERYTHING, Scope
from lienso.verifying import verify

HANOI, SAIGON, DANANG = (f"0000000{n}-0000-7000-8000-000000000000" for n in (1, 2, 3))


def only(*branches: str, types: tuple[str, ...] | None = None) -> Scope:
    return Scope(tuple(sorted(branches)) or None, types)


def give(head: Any, office: Any, scope: Scope) -> bool:
    return bool(head.write(lambda writer: scopes.give(writer, office.by.site, scope)))


def note(head: Any, branch: str | None, **more: Any) -> Any:
    body = {"posting_date": "2026-03-02", "branch": branch, **more}
    return head.kernel.save(head.by, "note", body).record


def here(office: Any) -> set[str]:
    records = office.read(lambda view: view.changes(0).records)
    return {record.id for record in records if record.type == "note" and not record.deleted}


def equal(office: Any) -> bool:
    found = office.site.compare()
    return not [row for row in found.differences]


@pytest.fixture
def notes(head: Any) -> dict[str, Any]:
    for branch in (HANOI, SAIGON, DANANG):
        body = {"code": branch[:8]}
        head.kernel.transact(head.by, lambda t, b=branch, c=body: t.save("org_unit", c, id=b))
    return {name: note(head, branch) for name, branch in
            (("hn", HANOI), ("sg", SAIGON), ("dn", DANANG), ("all", None))}  # fmt: skip


@pytest.fixture
def hanoi(head: Any, a: Any, notes: Any) -> Iterator[Any]:
    """An office that holds Hà Nội's records."""
    give(head, a, only(HANOI))
    a.site.pull()
    yield a
    for check in verify(a.kernel, a.by.tenant):
        assert not check.wrong


def test_a_site_with_a_scope_holds_its_branches_and_what_belongs_to_all(
    head: Any, hanoi: Any, b: Any, notes: Any
) -> None:
    b.site.pull()

    assert here(hanoi) == {notes["hn"].id, notes["all"].id}
    assert here(b) == {record.id for record in notes.values()}
    assert hanoi.site.status()["cursor"] == head.kernel.storage.head(head.by.tenant)


def test_a_scope_of_types_leaves_other_types_out(head: Any, a: Any, notes: Any) -> None:
    partner = head.kernel.save(head.by, "partner", {"code": "K"}).record
    give(head, a, only(types=("partner",)))
    a.site.pull()

    assert here(a) == set()
    assert a.has(partner)


def test_a_record_that_leaves_the_scope_is_let_go_and_one_that_enters_comes(
    head: Any, hanoi: Any, notes: Any
) -> None:
    head.edit(notes["hn"], branch=SAIGON)
    head.edit(notes["sg"], branch=HANOI)
    head.edit(notes["dn"], description="đổi")
    hanoi.site.pull()

    assert here(hanoi) == {notes["sg"].id, notes["all"].id}
    assert equal(hanoi)
    head.edit(notes["hn"], branch=HANOI)
    hanoi.site.pull()
    assert here(hanoi) == {notes["hn"].id, notes["sg"].id, notes["all"].id}
    assert hanoi.get(notes["hn"]).version == 3


def test_a_record_that_moved_away_and_was_deleted_there_is_let_go(
    head: Any, hanoi: Any, notes: Any
) -> None:
    head.edit(notes["hn"], branch=SAIGON)
    head.kernel.delete(head.by, "note", notes["hn"].id)
    hanoi.site.pull()

    assert here(hanoi) == {notes["all"].id}
    assert equal(hanoi)


def test_a_page_tells_nothing_of_records_that_were_never_inside(
    head: Any, hanoi: Any, notes: Any
) -> None:
    for text in ("một", "hai"):
        head.edit(notes["sg"], description=text)
    pulled = hanoi.site.pull()

    assert pulled.pulled == 0
    assert hanoi.read(lambda view: view.get("note", notes["sg"].id, deleted=True)) is None


def test_a_narrower_scope_lets_go_and_a_wider_one_brings_what_lacks(
    head: Any, a: Any, notes: Any
) -> None:
    a.site.pull()
    head.kernel.delete(head.by, "note", notes["dn"].id)
    assert give(head, a, only(HANOI))
    a.site.pull()
    assert here(a) == {notes["hn"].id, notes["all"].id}
    head.edit(notes["sg"], description="lúc ở ngoài")

    give(head, a, only(HANOI, SAIGON))
    a.site.pull()
    assert here(a) == {notes["hn"].id, notes["sg"].id, notes["all"].id}
    assert a.get(notes["sg"]).data.description == "lúc ở ngoài"
    assert equal(a)

    assert give(head, a, EVERYTHING)
    assert not give(head, a, EVERYTHING)
    a.site.pull()
    assert here(a) == {notes["hn"].id, notes["sg"].id, notes["all"].id}
    assert equal(a)
    assert [row for row in head.rows("site_scope")] == []


def test_a_scope_that_changes_again_while_it_is_widened(head: Any, hanoi: Any, notes: Any) -> None:
    give(head, hanoi, only(HANOI, SAIGON))
    hanoi.link.lose = ["pull", "pull"]  # The feed, and then what lacks.
    for _ in range(2):
        with pytest.raises(Exception, match="lost"):
            hanoi.site.pull()
    give(head, hanoi, only(SAIGON, DANANG))
    hanoi.site.pull()

    assert here(hanoi) == {notes["sg"].id, notes["dn"].id, notes["all"].id}
    assert equal(hanoi)


def test_what_is_unsent_stays_and_is_refused_when_it_lies_outside(
    head: Any, a: Any, notes: Any
) -> None:
    a.site.pull()
    a.edit(notes["sg"], description="của tôi")
    a.edit(notes["hn"], description="cũng của tôi")
    made = a.kernel.save(a.by, "note", {"posting_date": "2026-03-02", "branch": SAIGON}).record
    give(head, a, only(HANOI))
    a.site.pull()
    assert here(a) == {notes["hn"].id, notes["sg"].id, notes["all"].id, made.id}

    outcome = a.site.push()
    assert (outcome.pushed, a.verdicts()) == (1, ["SCOPE_DENIED", "SCOPE_DENIED"])
    rows = a.site.failures("push_failed")
    assert {row["code"] for row in rows} == {"outside_scope"}
    assert all("phạm vi" in row["reason_vi"] for row in rows)
    assert {row["code"] for row in head.rows("parked_change")} == {"SCOPE_DENIED"}
    assert equal(a)

    a.site.withdraw([row["change_id"] for row in rows])
    a.site.push()
    a.site.pull()
    assert here(a) == {notes["hn"].id, notes["all"].id}
    assert head.rows("parked_change") == []


def test_what_was_refused_is_accepted_when_the_scope_is_wide_again(
    head: Any, a: Any, notes: Any
) -> None:
    a.site.pull()
    a.edit(notes["sg"], description="của tôi")
    give(head, a, only(HANOI))
    a.site.push()
    assert a.verdicts() == ["SCOPE_DENIED"]
    give(head, a, EVERYTHING)
    a.site.retry([row["change_id"] for row in a.site.failures("push_failed")])
    a.site.push()
    a.site.pull()

    assert head.get(notes["sg"]).data.description == "của tôi"
    assert a.get(notes["sg"]).version == 2
    assert equal(a)


def test_a_change_that_would_take_a_record_out_of_the_scope_is_refused(
    head: Any, hanoi: Any, notes: Any
) -> None:
    hanoi.edit(notes["hn"], branch=SAIGON)
    hanoi.site.push()

    assert hanoi.verdicts() == ["SCOPE_DENIED"]
    assert head.get(notes["hn"]).data.branch == HANOI


def test_an_unsent_edit_of_a_record_that_moved_away_is_refused_without_showing_theirs(
    head: Any, hanoi: Any, notes: Any
) -> None:
    hanoi.edit(notes["hn"], description="của tôi")
    head.edit(notes["hn"], branch=SAIGON, description="bí mật")
    hanoi.site.pull()
    hanoi.site.push()

    [row] = hanoi.site.failures("push_failed")
    assert row["verdict"] == "SCOPE_DENIED"
    stored = hanoi.read(lambda view: view.state("record_local").scan())
    assert "bí mật" not in str(stored) + str(row)
    hanoi.site.withdraw([row["change_id"]])
    hanoi.site.pull()
    assert here(hanoi) == {notes["all"].id}


def test_a_change_whose_answer_was_lost_and_whose_record_moved_away_is_let_go(
    head: Any, hanoi: Any, notes: Any
) -> None:
    hanoi.edit(notes["hn"], description="của tôi")
    hanoi.link.lose = ["push"]
    with pytest.raises(Exception, match="lost"):
        hanoi.site.push()
    head.edit(notes["hn"], branch=SAIGON)
    hanoi.site.pull()
    hanoi.site.push()
    hanoi.site.pull()

    assert here(hanoi) == {notes["all"].id}
    assert hanoi.site.pending() == 0
    assert equal(hanoi)


def test_what_was_accepted_under_a_wider_scope_and_is_told_again_is_let_go(
    head: Any, a: Any, notes: Any
) -> None:
    mine = a.draft("PT00009", branch=SAIGON)
    tenants, tenant = a.kernel.storage.tenants(), a.by.tenant
    copy = list(tenants.export(tenant))
    assert a.site.push().pushed == 1
    tenants.drop(tenant)
    tenants.import_(iter(copy))
    give(head, a, only(HANOI))
    a.restart()
    a.site.connect()
    a.site.push()
    a.site.pull()

    assert not a.has(mine)
    assert here(a) == {notes["hn"].id, notes["all"].id}
    assert (a.site.pending(), a.site.failures()) == (0, [])


def test_a_reference_out_of_the_scope_does_not_hide_a_record(head: Any, hanoi: Any) -> None:
    partner = head.kernel.save(head.by, "partner", {"code": "SG", "branch": SAIGON}).record
    made = note(head, HANOI, lines=[{"amount": 5, "partner": partner.id}])
    hanoi.site.pull()

    assert hanoi.has(made)
    assert not hanoi.has(partner)
    assert hanoi.site.aside() == {"held": 0, "opaque": 0}
    assert hanoi.site.failures() == []
    hanoi.edit(made, description="sửa được")
    hanoi.site.push()
    assert head.get(made).data.description == "sửa được"


def test_a_snapshot_brings_what_lies_in_the_scope(
    head: Any, b: Any, notes: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(bootstrapping, "SNAPSHOT_ABOVE", 0)
    monkeypatch.setattr(snapshotting, "CHUNK_RECORDS", 1)
    give(head, b, only(HANOI))
    fresh = head.office("B")
    fresh.site.pull()

    assert "snapshot_chunk" in fresh.link.sent
    assert here(fresh) == {notes["hn"].id, notes["all"].id}
    assert equal(fresh)


def test_a_cursor_below_what_was_cleared_away_takes_a_snapshot_in_its_scope(
    head: Any, a: Any, b: Any, notes: Any
) -> None:
    a.site.pull()
    edited = a.edit(notes["sg"], description="của tôi")
    a.site.set_mode(False)
    head.kernel.delete(head.by, "note", notes["dn"].id)
    head.clock.advance(181 * 86_400)
    b.site.pull()
    b.site.beat()
    give(head, a, only(HANOI))
    row = next(row for row in head.rows("site") if row["site_id"] == a.by.site)
    head.write(lambda w: w.state("site").put({**row, "cursor": 2**40}))  # It is not waited for.
    assert tidying.tidy(head.kernel, head.by.tenant).tombstones == 1
    assert head.read(retention.gc_floor) > 0
    a.site.set_mode(True)
    if next(r for r in head.rows("site") if r["site_id"] == a.by.site)["retired"]:
        head.write(lambda w: w.state("site").put({**row, "retired": False}))
    a.site.connect()
    a.site.pull()

    assert here(a) == {notes["hn"].id, notes["all"].id, edited.id}
    assert a.read(lambda v: v.state("local_trash").scan(equals={"record_id": notes["sg"].id})) == []


def test_a_restored_cloud_gets_back_what_lies_outside_the_scope_of_its_backup(
    head: Any, a: Any, notes: Any
) -> None:
    from lienso.sync import reoffering

    a.site.pull()
    mine = note(head, SAIGON, description="sau bản sao lưu")
    a.site.pull()
    # The backup has a narrower scope, and lacks the note.
    give(head, a, only(HANOI))
    head.write(lambda w: w.forget("note", mine.id))
    head.write(
        lambda w: reoffering.begin_history(w, head.kernel.ids.new(), point=mine.feed_seq - 1)
    )
    a.site.pull()

    assert head.stored(mine).version == 1
    assert here(a) == {notes["hn"].id, notes["all"].id}
    assert equal(a)


def test_the_way_of_a_record_outside_the_scope_is_not_told(
    head: Any, hanoi: Any, notes: Any
) -> None:
    hanoi.edit(notes["hn"], description="của tôi")
    head.edit(notes["hn"], branch=SAIGON)
    told = hanoi.site.trace(notes["hn"].id, "note")

    assert [step.version for step in told["steps"] if step.where == "cloud"] == [1]


def test_an_edit_out_of_the_scope_that_is_given_up_leaves_the_record_where_it_was(
    head: Any, hanoi: Any
) -> None:
    mine = hanoi.draft("PT00009", branch=HANOI)
    hanoi.link.lose = ["push"]
    with pytest.raises(Exception, match="lost"):
        hanoi.site.push()
    hanoi.edit(mine, branch=SAIGON)
    hanoi.site.push()
    assert hanoi.verdicts() == ["SCOPE_DENIED"]
    give(head, hanoi, only(HANOI, DANANG))
    hanoi.site.pull()
    hanoi.site.withdraw([mine.id])
    hanoi.site.pull()

    assert hanoi.get(mine).data.branch == HANOI
    assert hanoi.read(lambda view: view.get("note", mine.id)).scope == HANOI
    assert equal(hanoi)


def test_an_edit_outside_that_is_given_up_stays_where_a_snapshot_brought_its_record(
    head: Any, hanoi: Any, notes: Any
) -> None:
    hanoi.edit(notes["hn"], description="của tôi")
    head.edit(notes["hn"], branch=SAIGON)
    hanoi.site.pull()
    hanoi.site.push()
    assert hanoi.verdicts() == ["SCOPE_DENIED"]
    give(head, hanoi, EVERYTHING)
    hanoi.write(bootstrapping.begin)
    hanoi.site.pull()
    hanoi.site.withdraw([notes["hn"].id])
    hanoi.site.pull()

    assert hanoi.get(notes["hn"]).data.branch == SAIGON
    assert equal(hanoi)
