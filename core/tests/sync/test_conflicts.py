"""Two offices edit the same: what is joined, what a person decides, and that nothing is lost untold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from lienso import Finding, Record, hookimpl
from lienso.canonical import parse
from lienso.model import Actor
from lienso.sync import archive
from lienso.sync.choices import Decision
from lienso.testing import kernels

from .small import Small
from .world import World


def shared(a: Any, b: Any, **fields: Any) -> Record[Any]:
    """Make a partner that both offices have."""
    partner: Record[Any] = a.partner("KH1", name="An", name_en="An", **fields)
    a.site.push()
    b.site.pull()
    return partner


def both_edit(a: Any, b: Any, record: Record[Any], mine: Any, theirs: Any) -> list[dict[str, Any]]:
    """Let A's edit arrive first; returns what B's push failed with."""
    b.edit(record, **mine)
    a.edit(record, **theirs)
    a.site.push()
    failed: tuple[dict[str, Any], ...] = b.site.push().failed
    return list(failed)


def decide(office: Any, id: str, choice: str, **more: Any) -> dict[str, Any]:
    by = Actor(office.by.tenant, "lan", office.by.site)
    [row] = office.site.decide([Decision(id, choice, **more)], by)
    return dict(row)


def names(*sides: Any, record: Record[Any]) -> list[tuple[str, str]]:
    """Return name and English name of a record at each side."""
    return [(side.get(record).data.name, side.get(record).data.name_en) for side in sides]


# -- catalogs are joined -----------------------------------------------------------------------------


def test_edits_of_different_fields_are_joined_in_the_cloud(head: Any, a: Any, b: Any) -> None:
    partner = shared(a, b)

    failed = both_edit(a, b, partner, {"name_en": "mine"}, {"name": "theirs"})
    a.site.pull()

    assert failed == []
    [joined] = [row for row in head.rows("change_log") if row["code"] == "MERGED"]
    assert parse(joined["detail"]) == {"taken": ["name"]}
    assert names(head, a, b, record=partner) == [("theirs", "mine")] * 3
    assert b.state(partner) == "synced"


def test_the_same_edit_at_both_offices_makes_no_new_version(head: Any, a: Any, b: Any) -> None:
    partner = shared(a, b)

    failed = both_edit(a, b, partner, {"name": "both"}, {"name": "both"})

    assert failed == []
    assert (head.stored(partner).version, b.get(partner).version) == (2, 2)
    assert b.state(partner) == "synced"


def test_a_field_that_both_changed_stops_the_whole_edit(head: Any, a: Any, b: Any) -> None:
    partner = shared(a, b)

    [row] = both_edit(a, b, partner, {"name": "B", "name_en": "more"}, {"name": "A"})

    assert (row["verdict"], row["code"]) == ("CONFLICT_FIELDS", "version_conflict")
    assert row["detail"]["fields"] == {"name": {"base": "An", "mine": "B", "theirs": "A"}}
    assert names(head, b, record=partner) == [("A", "An"), ("B", "more")]
    assert row["actions"] == ["mine", "theirs", "fields", "withdraw"]


def test_a_code_is_never_joined_with_another_edit(head: Any, a: Any, b: Any) -> None:
    partner = shared(a, b)

    [row] = both_edit(a, b, partner, {"code": "KH9"}, {"name": "A"})

    assert list(row["detail"]["fields"]) == ["code"]
    assert head.get(partner).data.code == "KH1"


def test_an_edit_made_while_a_joined_one_was_on_its_way_is_joined_too(
    head: Any, a: Any, b: Any
) -> None:
    partner = shared(a, b)
    b.edit(partner, name_en="first")
    b.seal()
    b.edit(partner, active=False)
    a.edit(partner, name="theirs")
    a.site.push()

    b.site.push()
    a.site.pull()

    for side in (head, a, b):
        data = side.get(partner).data
        assert (data.name, data.name_en, data.active) == ("theirs", "first", False)
    assert b.site.failures() == []


def test_a_lost_answer_to_a_join_is_given_again_and_joins_nothing_twice(
    head: Any, a: Any, b: Any
) -> None:
    partner = shared(a, b)
    b.edit(partner, name_en="mine")
    a.edit(partner, name="theirs")
    a.site.push()
    b.link.lose = ["push", "push"]
    with pytest.raises(Exception, match="lost"):
        b.site.push()

    b.link.lose = []
    b.site.connect()
    b.site.push()

    assert head.stored(partner).version == 3
    assert names(head, b, record=partner) == [("theirs", "mine")] * 2
    assert b.state(partner) == "synced"


def world_of(small: Small) -> World:
    """Start a cloud with this module."""
    clock = kernels.Clock()
    kernel = kernels.cloud(plugins={"small": small}, clock=clock)
    return World(kernel, clock, kernels.actor(kernel), small)


class Strict(Small):
    """A partner may not be called the same in both languages."""

    @hookimpl
    def lienso_check_record(self, record: Record[Any], view: Any) -> Sequence[Finding]:
        data = record.data
        same = record.type == "partner" and data.name == data.name_en != ""
        if view.role == "cloud" and same:
            return [Finding("error", "names_same", "name")]
        return []


def test_a_join_that_the_checks_refuse_is_refused_though_each_edit_was_good() -> None:
    world = world_of(Strict())
    a, b = world.office("A"), world.office("B")
    partner = a.partner("KH1", name="An", name_en="Binh")
    a.site.push()
    b.site.pull()

    [row] = both_edit(a, b, partner, {"name_en": "Chi"}, {"name": "Chi"})

    assert (row["verdict"], row["code"]) == ("INVALID", "names_same")
    assert world.get(partner).data.name_en == "Binh"
    world.close()


# -- choices for catalogs ----------------------------------------------------------------------------


def test_each_field_is_taken_from_the_side_that_was_chosen(head: Any, a: Any, b: Any) -> None:
    partner = shared(a, b)
    theirs = {"name": "A1", "name_en": "A2", "active": False}
    [row] = both_edit(a, b, partner, {"name": "B1", "name_en": "B2"}, theirs)

    told = decide(b, partner.id, "fields", fields={"name": "mine", "name_en": "theirs"})
    outcome = b.site.push()
    a.site.pull()

    assert (told["done"], told["change_id"]) == (True, row["change_id"])
    assert (outcome.pushed, outcome.failed) == (1, ())
    assert names(head, a, b, record=partner) == [("B1", "A2")] * 3
    assert b.get(partner).data.active is False


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"name": "mine"}, {"missing": ["name_en"]}),
        ({"name": "mine", "name_en": "mine", "active": "mine"}, {"unknown": ["active"]}),
    ],
)
def test_a_field_without_a_choice_or_a_choice_without_a_field_is_named(
    a: Any, b: Any, fields: Any, named: Mapping[str, Any]
) -> None:
    partner = shared(a, b)
    both_edit(a, b, partner, {"name": "B1", "name_en": "B2"}, {"name": "A1", "name_en": "A2"})

    told = decide(b, partner.id, "fields", fields=fields)

    assert (told["done"], told["code"]) == (False, "choice_missing")
    assert named.items() <= told["detail"].items()
    assert b.verdicts() == ["CONFLICT_FIELDS"]


def test_mine_keeps_what_others_changed_in_other_fields(head: Any, a: Any, b: Any) -> None:
    partner = shared(a, b)
    both_edit(a, b, partner, {"name": "B"}, {"name": "A", "name_en": "also A"})

    decide(b, partner.id, "mine")
    b.site.push()

    assert names(head, b, record=partner) == [("B", "also A")] * 2


def test_theirs_takes_the_clouds_version_and_keeps_mine_in_the_archive(
    head: Any, a: Any, b: Any
) -> None:
    partner = shared(a, b)
    both_edit(a, b, partner, {"name": "B"}, {"name": "A"})

    decide(b, partner.id, "theirs")
    b.site.push()

    assert names(head, b, record=partner) == [("A", "An")] * 2
    for rows in (b.site.decided(partner.id), head.read(archive.rows)):
        [kept] = rows
        assert (kept["choice"], kept["user"]) == ("theirs", "lan")
        assert (kept["mine"]["name"], kept["theirs"]["name"]) == ("B", "A")
    assert head.rows("parked_change") == []


def test_the_cloud_keeps_both_bodies_of_a_decided_conflict_and_who_chose(
    head: Any, a: Any, b: Any
) -> None:
    partner = shared(a, b)
    both_edit(a, b, partner, {"name": "B"}, {"name": "A"})
    decide(b, partner.id, "fields", fields={"name": "mine"})

    b.site.push()

    [kept] = head.read(lambda view: archive.rows(view, partner.id))
    assert (kept["choice"], kept["fields"], kept["user"]) == ("fields", {"name": "mine"}, "lan")
    assert (kept["mine"]["name"], kept["theirs"]["name"], kept["version"]) == ("B", "A", 2)


def test_a_decision_over_a_version_that_is_no_longer_there_conflicts_again(
    head: Any, a: Any, b: Any
) -> None:
    partner = shared(a, b)
    both_edit(a, b, partner, {"name": "B"}, {"name": "A"})
    decide(b, partner.id, "fields", fields={"name": "theirs"})
    a.edit(partner, name="A again")
    a.site.push()

    [row] = b.site.push().failed

    assert row["detail"]["fields"]["name"] == {"base": "A", "mine": "A", "theirs": "A again"}
    assert head.get(partner).data.name == "A again"

    decide(b, partner.id, "mine")
    b.site.push()
    assert head.get(partner).data.name == "A"


def test_a_decision_is_joined_with_an_edit_of_what_was_not_in_question(
    head: Any, a: Any, b: Any
) -> None:
    partner = shared(a, b)
    both_edit(a, b, partner, {"name": "B"}, {"name": "A"})
    decide(b, partner.id, "fields", fields={"name": "mine"})
    a.edit(partner, name_en="later")
    a.site.push()

    b.site.push()

    assert names(head, b, record=partner) == [("B", "later")] * 2


# -- vouchers are never joined -----------------------------------------------------------------------


def shared_note(a: Any, b: Any) -> Record[Any]:
    note: Record[Any] = a.draft("PT00009", description="old")
    a.site.push()
    b.site.pull()
    return note


def test_a_voucher_is_never_joined_even_where_different_fields_were_edited(
    head: Any, a: Any, b: Any
) -> None:
    note = shared_note(a, b)

    [row] = both_edit(a, b, note, {"attached_count": 3}, {"description": "A"})

    assert row["verdict"] == "CONFLICT_EDIT"
    assert row["detail"]["theirs"]["body"]["description"] == "A"
    assert (row["detail"]["theirs"]["site"], row["detail"]["theirs"]["version"]) == ("A", 2)
    assert row["actions"] == ["mine", "theirs", "new", "withdraw"]
    assert head.get(note).data.attached_count == 0


def test_my_voucher_over_a_version_that_moved_on_conflicts_again(head: Any, a: Any, b: Any) -> None:
    note = shared_note(a, b)
    both_edit(a, b, note, {"description": "B"}, {"description": "A"})
    decide(b, "PT00009", "mine")
    a.edit(note, description="A again")
    a.site.push()

    [row] = b.site.push().failed

    assert row["verdict"] == "CONFLICT_EDIT"
    assert head.get(note).data.description == "A again"

    decide(b, note.id, "mine")
    b.site.push()
    assert head.get(note).data.description == "B"


def test_my_content_becomes_a_voucher_of_its_own_with_the_next_number(
    head: Any, a: Any, b: Any
) -> None:
    note = shared_note(a, b)
    both_edit(a, b, note, {"description": "B"}, {"description": "A"})

    told = decide(b, note.id, "new")
    b.site.push()

    assert (told["done"], told["number"]) == (True, "PT00010")
    made = b.kernel.get(b.by, "note", told["new_id"])
    assert (made.data.no, made.data.description) == ("PT00010", "B")
    assert head.get(made).data.description == "B"
    assert [side.get(note).data.description for side in (head, b)] == ["A", "A"]
    assert b.site.failures() == []


@pytest.mark.parametrize("kind", ["partner", "note"])
def test_an_edit_of_what_was_deleted_brings_it_back_with_my_content_or_is_given_up(
    head: Any, a: Any, b: Any, kind: str
) -> None:
    record = shared(a, b) if kind == "partner" else shared_note(a, b)
    field = "name" if kind == "partner" else "description"
    b.edit(record, **{field: "B"})
    head.kernel.transact(head.by, lambda t: t.delete(record.type, record.id))

    [row] = b.site.push().failed
    assert row["verdict"] == "CONFLICT_DELETED"
    assert {"mine", "theirs", "withdraw"} <= set(row["actions"])
    assert ("new" in row["actions"]) == (kind == "note")

    decide(b, record.id, "mine")
    b.site.push()
    a.site.pull()
    for side in (head, a, b):
        assert getattr(side.get(record).data, field) == "B"


def test_a_deletion_that_is_taken_removes_the_record_here_and_keeps_my_content(
    head: Any, a: Any, b: Any
) -> None:
    note = shared_note(a, b)
    b.edit(note, description="B")
    head.kernel.transact(head.by, lambda t: t.delete("note", note.id))
    b.site.push()

    decide(b, note.id, "theirs")
    b.site.push()

    assert not b.has(note)
    [kept] = head.read(archive.rows)
    assert (kept["choice"], kept["mine"]["description"], kept["theirs"]) == ("theirs", "B", {})


# -- many at once, and what is not possible ----------------------------------------------------------


def test_many_decisions_have_one_result_each_and_one_that_fails_stops_no_other(
    head: Any, a: Any, b: Any
) -> None:
    partner, note = shared(a, b), shared_note(a, b)
    both_edit(a, b, partner, {"name": "B"}, {"name": "A"})
    both_edit(a, b, note, {"description": "B"}, {"description": "A"})

    rows = b.site.decide(
        [
            Decision("nothing", "mine"),
            Decision(note.id, "map"),
            Decision(note.id, "theirs"),
            Decision(partner.id, "mine"),
        ]
    )

    assert [(row["done"], row["code"]) for row in rows] == [
        (False, "not_in_list"),
        (False, "choice_not_possible"),
        (True, ""),
        (True, ""),
    ]
    assert rows[1]["reason_vi"].startswith("Không xử lý được theo cách map")
    assert b.site.failures() == []


def test_a_number_is_given_anew_by_the_same_call(a: Any, b: Any) -> None:
    a.note("PT00001")
    mine = b.note("PT00001")
    a.site.push()
    [row] = b.site.push().failed

    told = decide(b, mine.id, "renumber")

    assert row["actions"] == ["edit", "renumber", "withdraw"]
    assert row["detail"]["holder"]["site"] == "A"
    assert (told["done"], told["number"]) == (True, "PT00002")
    assert b.get(mine).data.no == "PT00002"


def test_what_is_sent_again_by_decision_goes_with_the_next_push(head: Any, b: Any) -> None:
    note = b.draft(description="refuse")
    b.site.push()

    told = decide(b, note.id, "retry")
    [row] = head.rows("change_log")
    b.site.push()

    assert (told["done"], row["attempt"]) == (True, 1)
    assert [row["attempt"] for row in b.site.failures("push_failed")] == [2]


def test_what_is_given_up_is_kept_with_who_gave_it_up(head: Any, b: Any) -> None:
    note = b.draft(description="refuse")
    b.site.push()

    decide(b, note.id, "withdraw")
    b.site.push()

    assert not b.has(note)
    [kept] = head.read(archive.rows)
    assert (kept["choice"], kept["user"], kept["mine"]["description"]) == (
        "withdraw",
        "lan",
        "refuse",
    )


# -- known before the push ---------------------------------------------------------------------------


def test_a_pull_tells_what_stands_against_unsent_edits(a: Any, b: Any) -> None:
    partner, other = shared(a, b), a.partner("KH2", name="Hai")
    note = shared_note(a, b)
    a.edit(partner, name="A")
    a.edit(other, name="A")
    a.edit(note, description="A")
    taken = a.note("PT00050")
    code = a.partner("KH7")
    a.site.push()
    b.site.set_mode(False)
    b.edit(partner, name="B")
    b.edit(note, description="B")
    number, mine = b.note("PT00050"), b.partner("kh7")

    b.site.set_mode(True)
    b.site.connect()

    found = {row["id"]: row for row in b.site.foreseen()}
    assert {id: row["verdict"] for id, row in found.items()} == {
        partner.id: "CONFLICT_FIELDS",
        note.id: "CONFLICT_EDIT",
        number.id: "NUMBER_TAKEN",
        mine.id: "CODE_TAKEN",
    }
    assert found[partner.id]["fields"]["name"]["theirs"] == "A"
    assert (found[number.id]["holder"], found[mine.id]["holder"]) == (taken.id, code.id)
    assert b.site.status()["foreseen"] == 4
    assert b.get(note).data.description == "B"
    assert sorted(row["verdict"] for row in b.site.push().failed) == sorted(
        row["verdict"] for row in found.values()
    )


def test_what_the_cloud_will_join_is_no_conflict_to_foresee(a: Any, b: Any) -> None:
    partner = shared(a, b)
    b.edit(partner, name_en="B")
    a.edit(partner, name="A")
    a.site.push()
    b.site.pull()

    assert b.site.foreseen() == []
    assert b.site.status()["foreseen"] == 0


def test_a_deletion_under_an_edit_is_foreseen_until_it_is_decided(
    head: Any, a: Any, b: Any
) -> None:
    note = shared_note(a, b)
    b.edit(note, description="B")
    head.kernel.transact(head.by, lambda t: t.delete("note", note.id))

    b.site.pull()

    assert [row["verdict"] for row in b.site.foreseen()] == ["CONFLICT_DELETED"]
    b.site.push()
    decide(b, note.id, "mine")
    assert b.site.foreseen() == []


# -- the list of postings ----------------------------------------------------------------------------


class Warned(Small):
    """Every posting is warned of; account 999 cannot be posted to."""

    @hookimpl
    def lienso_check_posting(self, record: Record[Any]) -> Sequence[Finding]:
        wrong = [line.line for line in record.data.lines if line.account == "999"]
        errors = [
            Finding("error", "not_found", "lines", line, {"type": "account", "value": "999"})
            for line in wrong
        ]
        return [Finding("warning", "much", "lines"), *errors]


def test_the_first_error_of_a_failed_posting_leads_and_is_its_reason() -> None:
    world = world_of(Warned())
    a = world.office("A")
    a.note("PT00001", account="999")
    a.site.push()
    a.site.pull()

    [row] = a.site.failures("post_failed")

    assert [found["code"] for found in row["findings"]] == ["much", "not_found"]
    assert row["code"] == "not_found"
    assert "999" in row["reason_vi"]
    assert "999" in row["reason_en"]
    world.close()
