"""Two entries that mean the same: one stands for the other, and nothing that referred to it is lost."""

from __future__ import annotations

from typing import Any

import pytest
from lienso.errors import LiensoError
from lienso.sync import aliases, archive
from lienso.sync.choices import Decision
from lienso.verifying import verify


def taken_code(a: Any, b: Any) -> tuple[Any, Any]:
    """Let both offices make KH1; A's is in the cloud, B's was refused. Returns theirs and mine."""
    b.site.set_mode(False)
    mine = b.partner("KH1", name="of B")
    theirs = a.partner("KH1", name="of A")
    a.site.push()
    b.site.set_mode(True)
    b.site.connect()
    return theirs, mine


def map_to_theirs(b: Any, mine: Any) -> dict[str, Any]:
    [row] = b.site.decide([Decision(mine.id, "map")])
    return dict(row)


def partner_of(office: Any, note: Any) -> str | None:
    id: str | None = office.get(note).data.lines[0].partner
    return id


def test_a_taken_code_says_who_has_it_and_what_can_be_done(a: Any, b: Any) -> None:
    theirs, mine = taken_code(a, b)

    [row] = b.site.push().failed

    assert (row["id"], row["verdict"], row["code"]) == (mine.id, "CODE_TAKEN", "code_exists")
    assert row["detail"]["holder"] == {
        "type": "partner",
        "id": theirs.id,
        "number": "KH1",
        "text": "of A",
        "user": "u",
        "site": "A",
    }
    assert row["actions"] == ["edit", "change_code", "map", "withdraw"]


def test_what_referred_to_mine_refers_to_theirs_everywhere(head: Any, a: Any, b: Any) -> None:
    theirs, mine = taken_code(a, b)
    waits = b.note("PT00001", partner=mine.id)
    b.site.push(types=["note"])
    unsent = b.note("PT00002", partner=mine.id)
    assert b.verdicts() == ["BLOCKED_REF", "CODE_TAKEN"]

    told = map_to_theirs(b, mine)
    outcome = b.site.push()
    a.site.pull()

    assert told["done"] is True
    assert outcome.failed == ()
    assert not b.has(mine)
    for side in (head, a, b):
        assert [partner_of(side, note) for note in (waits, unsent)] == [theirs.id] * 2
    assert b.site.failures() == []
    assert [b.state(note) for note in (waits, unsent, theirs)] == ["synced"] * 3


def test_a_save_in_the_cloud_that_names_the_old_id_means_who_stands_for_it(
    head: Any, a: Any, b: Any
) -> None:
    theirs, mine = taken_code(a, b)
    b.site.push()
    map_to_theirs(b, mine)
    b.site.push()

    body = {
        "no": "PT00009",
        "posting_date": "2026-03-02",
        "lines": [{"amount": 5, "partner": mine.id}],
    }
    note = head.kernel.save(head.by, "note", body).record

    assert partner_of(head, note) == theirs.id


def test_a_site_may_name_what_it_lacks_and_the_cloud_may_not(head: Any, a: Any) -> None:
    nobody = "01900000-0000-7000-8000-000000000000"

    body = {"posting_date": "2026-03-02", "lines": [{"amount": 5, "partner": nobody}]}
    note = a.kernel.save(a.by, "note", body).record
    with pytest.raises(LiensoError) as refused:
        head.kernel.save(head.by, "note", body)

    assert partner_of(a, note) == nobody
    assert [(one.code, one.field) for one in refused.value.findings] == [
        ("not_found", "lines.0.partner")
    ]


def test_a_change_that_still_names_the_old_id_is_rewritten_in_the_cloud(
    head: Any, a: Any, b: Any
) -> None:
    theirs, mine = taken_code(a, b)
    b.site.push()
    map_to_theirs(b, mine)
    note = b.draft("PT00003")
    b.seal()
    b.site.push()
    stale = b.kernel.save(
        b.by,
        "note",
        {"posting_date": "2026-03-02", "lines": [{"line": 1, "partner": mine.id}]},
    ).record

    outcome = b.site.push()

    assert outcome.failed == ()
    assert partner_of(b, stale) == partner_of(head, stale) == theirs.id
    [row] = [row for row in head.rows("change_log") if row["record_id"] == stale.id]
    assert (row["code"], row["rewritten"]) == ("MERGED", True)
    assert b.has(note)


def test_an_edit_that_was_made_meanwhile_is_kept_in_the_archive(a: Any, b: Any) -> None:
    theirs, mine = taken_code(a, b)
    b.site.push()
    map_to_theirs(b, mine)
    b.seal()
    b.edit(mine, code="KH1b", name="edited late")

    b.site.push()

    kept = [row["mine"]["name"] for row in b.site.decided(mine.id)]
    assert sorted(kept) == ["edited late", "of B"]
    assert not b.has(mine)
    assert b.get(theirs).data.name == "of A"


def test_a_record_that_another_stands_for_is_no_damage(head: Any, a: Any, b: Any) -> None:
    _theirs, mine = taken_code(a, b)
    b.site.push()
    map_to_theirs(b, mine)
    b.site.push()

    assert [check for check in verify(head.kernel, head.by.tenant) if check.wrong] == []


def test_a_lost_answer_to_a_map_is_given_again(head: Any, a: Any, b: Any) -> None:
    theirs, mine = taken_code(a, b)
    note = b.note("PT00001", partner=mine.id)
    b.site.push()
    map_to_theirs(b, mine)
    b.link.lose = ["push"]
    with pytest.raises(LiensoError):
        b.site.push()

    b.site.connect()
    b.site.push()

    assert partner_of(b, note) == partner_of(head, note) == theirs.id
    assert not b.has(mine)
    assert len(head.rows("alias")) == 1


def test_a_map_to_what_is_gone_is_over_when_the_record_is_edited(head: Any, a: Any, b: Any) -> None:
    theirs, mine = taken_code(a, b)
    b.site.push()
    map_to_theirs(b, mine)
    head.kernel.delete(head.by, "partner", theirs.id)
    b.site.push()
    assert b.verdicts() == ["INVALID"]
    b.site.pull()

    b.edit(mine, name_en="of B")
    b.site.push()

    assert b.site.failures() == []
    assert head.get(mine).data.name_en == "of B"


def test_who_mapped_what_is_kept_in_the_cloud(head: Any, a: Any, b: Any) -> None:
    theirs, mine = taken_code(a, b)
    b.site.push()

    map_to_theirs(b, mine)
    b.site.push()

    [alias] = head.rows("alias")
    assert (alias["old_id"], alias["new_id"], alias["site"]) == (mine.id, theirs.id, "B")
    [kept] = head.read(archive.rows)
    assert (kept["choice"], kept["mine"]["name"], kept["theirs"]["name"]) == (
        "map",
        "of B",
        "of A",
    )


def test_another_code_makes_mine_a_record_of_its_own(head: Any, a: Any, b: Any) -> None:
    _theirs, mine = taken_code(a, b)
    b.site.push()

    [without] = b.site.decide([Decision(mine.id, "change_code")])
    [told] = b.site.decide([Decision("KH1", "change_code", code="KH2")])
    b.site.push()

    assert (without["done"], without["code"]) == (False, "field_required")
    assert told["done"] is True
    assert head.get(mine).data.code == "KH2"
    assert head.rows("parked_change") == []


def test_an_entry_that_was_in_the_cloud_is_not_mapped_away(a: Any, b: Any) -> None:
    first = b.partner("KH1")
    b.site.push()
    a.partner("KH2")
    a.site.push()
    b.edit(first, code="KH2")

    [row] = b.site.push().failed
    told = map_to_theirs(b, first)

    assert row["verdict"] == "CODE_TAKEN"
    assert "map" not in row["actions"]
    assert (told["done"], told["code"]) == (False, "choice_not_possible")


# -- the table ---------------------------------------------------------------------------------------


def test_a_record_that_stands_for_others_may_be_replaced_itself(head: Any, a: Any) -> None:
    first, second, third = (a.partner(f"KH{n}") for n in range(3))
    a.site.push()

    def work(writer: Any) -> str:
        aliases.add(writer, "partner", first.id, second.id)
        aliases.add(writer, "partner", second.id, third.id)
        return aliases.resolved(writer, "partner", first.id)

    assert head.write(work) == third.id


def test_no_two_records_stand_for_each_other(head: Any, a: Any) -> None:
    first, second = a.partner("KH1"), a.partner("KH2")
    a.site.push()
    head.write(lambda w: aliases.add(w, "partner", first.id, second.id))

    with pytest.raises(LiensoError) as refused:
        head.write(lambda w: aliases.add(w, "partner", second.id, first.id))

    assert refused.value.code == "alias_loop"


def test_nothing_stands_for_a_record_that_is_not_there(head: Any) -> None:
    with pytest.raises(LiensoError) as refused:
        head.write(lambda w: aliases.add(w, "partner", "old", "nowhere"))

    assert refused.value.code == "not_found"
