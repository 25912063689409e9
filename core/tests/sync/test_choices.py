"""Vouchers that two offices edited, many decisions at once, and what is known before a push."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from lienso import Finding, Record, hookimpl
from lienso.errors import LinkError
from lienso.sync import archive
from lienso.sync.choices import Decision

from .editing import both_edit, decide, shared, shared_note, world_of
from .small import Small

# -- vouchers are never joined -----------------------------------------------------------------------


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


def test_what_was_overruled_is_not_taken_when_a_later_edit_is_given_up(
    head: Any, a: Any, b: Any
) -> None:
    note = shared_note(a, b)
    both_edit(a, b, note, {"description": "B"}, {"description": "A"})
    decide(b, note.id, "mine")
    b.link.lose = ["push"]
    with pytest.raises(LinkError):
        b.site.push()
    b.edit(note, description="refuse")  # While the answer to the decision is on its way.
    b.site.push()

    b.site.withdraw([note.id])

    assert [side.get(note).data.description for side in (head, b)] == ["B", "B"]
    assert (b.get(note).version, b.state(note)) == (head.get(note).version, "synced")


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
