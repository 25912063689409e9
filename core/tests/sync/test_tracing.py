"""The way of a record is told from both sides, and a site says what is wrong and what to do."""

from __future__ import annotations

from typing import Any

import pytest
from lienso.errors import Unknown

from .world import Office, World


def steps(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return (where, what, code) of each step."""
    return [(step.where, step.what, step.code) for step in found["steps"]]


def test_a_record_that_waits_is_known_here_alone(a: Office) -> None:
    partner = a.partner("A")

    found = a.site.trace(partner.id)

    assert (found["type"], found["id"], found["cloud"]) == ("partner", partner.id, "")
    assert steps(found) == [("site", "saved", ""), ("site", "outbox", "")]


def test_a_sealed_change_is_told_with_its_place_in_the_log(a: Office) -> None:
    partner = a.partner("A")
    a.seal()

    sealed = a.site.trace(partner.id)["steps"][-1]

    assert (sealed.what, sealed.detail["site_seq"], sealed.detail["op"]) == ("sealed", 1, "CREATE")
    assert sealed.change_id


def test_an_accepted_change_is_told_from_both_sides_by_one_id(a: Office, b: Office) -> None:
    partner = a.partner("A")
    waiting = a.site.trace(partner.id)["steps"][-1].change_id
    a.site.push()
    b.site.pull()
    b.edit(partner, name="B")
    b.site.push()

    found = a.site.trace(partner.id)
    verdicts = [step for step in found["steps"] if step.what == "verdict"]

    assert [step.version for step in found["steps"] if step.what == "version"] == [1, 2]
    assert [(step.code, step.site, step.version) for step in verdicts] == [
        ("APPLIED", "A", 1),
        ("APPLIED", "B", 2),
    ]
    assert verdicts[0].change_id == waiting


def test_a_refused_change_stands_here_and_is_kept_in_the_cloud(a: Office, b: Office) -> None:
    b.draft("N1")
    b.site.push()
    note = a.draft("N1")
    a.site.push()

    found = a.site.trace("N1")

    assert found["id"] == note.id
    assert ("site", "failed", "NUMBER_TAKEN") in steps(found)
    assert ("cloud", "verdict", "NUMBER_TAKEN") in steps(found)
    assert ("cloud", "parked", "NUMBER_TAKEN") in steps(found)


def test_offline_this_side_is_told_and_why_the_other_is_not(a: Office) -> None:
    partner = a.partner("A")
    a.site.set_mode(False)
    a.link.sent.clear()

    found = a.site.trace(partner.id)

    assert found["cloud"] == "offline_refused"
    assert steps(found) == [("site", "saved", ""), ("site", "outbox", "")]
    assert a.link.sent == []


def test_a_record_is_found_by_id_number_or_code(a: Office) -> None:
    partner, note = a.partner("A"), a.note("N1")

    assert a.site.trace("A")["id"] == partner.id
    assert a.site.trace("A", "partner")["id"] == partner.id
    assert a.site.trace("N1")["id"] == note.id
    for name in ("Z", note.id[:-1] + "0" if note.id[-1] != "0" else note.id[:-1] + "1"):
        with pytest.raises(Unknown) as caught:
            a.site.trace(name)
        assert caught.value.code == "not_found"
    with pytest.raises(Unknown):
        a.site.trace("A", "nothing")


# -- doctor -------------------------------------------------------------------------------------------


def told(office: Office) -> dict[str, tuple[str, str, str]]:
    """Return {about: (state, text, next)}."""
    return {line.about: (line.state, line.text, line.next) for line in office.site.examine()}


def test_a_site_that_is_well_says_so(a: Office) -> None:
    lines = told(a)

    assert {state for state, _text, _next in lines.values()} == {"ok"}
    assert lines["clock"][1] == "as the cloud's"
    assert set(lines) == {
        "line",
        "gate",
        "process",
        "clock",
        "waiting",
        "verdicts",
        "taken",
        "aside",
    }


def test_what_is_wrong_is_told_with_what_to_do(a: Office, b: Office) -> None:
    b.draft("N1")
    b.site.push()
    a.draft("N1")
    a.site.push()
    a.draft("N2")

    lines = told(a)

    assert lines["verdicts"][:2] == ("wrong", "1 NUMBER_TAKEN")
    assert "lienso sync failures" in lines["verdicts"][2]
    assert lines["waiting"][0] == "note"
    assert lines["waiting"][1].startswith("1 to be sent, 0 sent without a verdict")


def test_a_cut_line_is_told_with_the_way(a: Office) -> None:
    a.link.real.cut()

    lines = told(a)

    assert lines["process"][0] == "wrong"
    assert "the line is cut" in lines["process"][1]


def test_working_offline_by_hand_sends_nothing_for_the_doctor(a: Office) -> None:
    a.site.set_mode(False)
    a.link.sent.clear()

    lines = told(a)

    assert lines["line"][0] == "note"
    assert lines["line"][2] == "lienso mode online"
    assert lines["way"][0] == "note"
    assert a.link.sent == []


def test_a_clock_that_is_far_off_is_told(head: World, a: Office) -> None:
    from lienso.testing import kernels

    a.kernel.clock = kernels.Clock("2026-03-02T12:20:00+07:00")

    lines = told(a)

    assert lines["clock"][:2] == ("wrong", "1200 s ahead of the cloud's")


def test_what_waits_for_more_than_a_week_is_wrong(head: World, a: Office) -> None:
    a.site.set_mode(False)
    a.partner("A")
    head.clock.advance(8 * 24 * 3600)

    assert told(a)["waiting"][0] == "wrong"
