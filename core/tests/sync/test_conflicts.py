"""Two offices edit the same catalog's entry: what is joined, what a person decides, what is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from lienso import Finding, Record, hookimpl
from lienso.canonical import parse
from lienso.errors import LinkError
from lienso.sync import archive

from .editing import both_edit, decide, names, shared, world_of
from .small import Small

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
    with pytest.raises(LinkError):
        b.site.push()

    b.link.lose = []
    b.site.connect()
    b.site.push()

    assert head.stored(partner).version == 3
    assert names(head, b, record=partner) == [("theirs", "mine")] * 2
    assert b.state(partner) == "synced"


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
