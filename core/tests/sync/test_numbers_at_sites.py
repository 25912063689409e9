"""The next number of a series at a site: no gap, and few looks however many numbers were pulled."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from lienso.errors import Refused
from lienso.memory_records import MemoryView


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The types that were looked up by number, one entry a look."""
    real, seen = MemoryView.find, []

    def counted(view: Any, type: str, key: str, **asked: Any) -> Any:
        if key == "no":
            seen.append(type)
        return real(view, type, key, **asked)

    monkeypatch.setattr(MemoryView, "find", counted)
    return seen


def test_the_first_save_after_a_long_pull_looks_once(a: Any, b: Any, looks: list[str]) -> None:
    for _ in range(600):
        b.draft()
    b.site.push()
    a.site.pull()
    looks.clear()

    assert a.draft().data.no == "PT00601"

    assert len(looks) == 1


def test_numbers_that_came_in_another_order_are_passed_over_in_windows(
    a: Any, b: Any, looks: list[str]
) -> None:
    notes = [b.draft() for _ in range(1_200)]
    b.site.push()
    b.edit(notes[0], description="sửa sau cùng")
    b.site.push()
    a.site.pull()
    looks.clear()

    assert a.draft().data.no == "PT01201"

    assert len(looks) <= 5


def test_a_hole_among_pulled_numbers_is_filled(a: Any, b: Any) -> None:
    for no in ("PT00001", "PT00002", "PT00004"):
        b.draft(no)
    b.site.push()
    a.site.pull()

    assert [a.draft().data.no for _ in range(3)] == ["PT00003", "PT00005", "PT00006"]


def test_numbers_of_another_year_are_no_hindrance(a: Any, b: Any) -> None:
    b.draft("PT00001", posting_date="2025-03-02")
    b.draft("PT00001")
    b.site.push()
    a.site.pull()

    assert a.draft(posting_date="2025-03-03").data.no == "PT00002"
    assert a.draft(posting_date="2027-03-03").data.no == "PT00001"


def test_a_series_goes_on_with_one_digit_more(a: Any, b: Any) -> None:
    b.draft("PT99998")
    b.draft("PT99999")
    b.draft("PT100000")
    b.site.push()
    a.site.pull()
    a.draft("PT99997")

    assert [a.draft().data.no for _ in range(2)] == ["PT100001", "PT100002"]


def test_a_renumbered_voucher_does_not_take_the_number_of_an_unsent_one(a: Any, b: Any) -> None:
    a.site.set_mode(False)
    notes = [a.draft(), a.draft(), a.draft(description="refuse")]
    b.draft()
    b.draft()
    b.site.push()
    a.site.set_mode(True)
    a.site.connect()

    outcome = a.site.push(renumber="auto")

    assert [row["new"] for row in outcome.renumbered] == ["PT00004", "PT00005"]
    a.edit(notes[2], description="đã sửa")
    assert a.site.push().failed == ()
    assert a.get(notes[2]).data.no == "PT00003"


def test_an_id_or_a_ledger_that_is_none_is_refused(a: Any) -> None:
    body = {"posting_date": "2026-03-02"}

    with pytest.raises(Refused) as wrong_id:
        a.kernel.save(a.by, "note", body, id="PT1")
    with pytest.raises(Refused) as wrong_ledger:
        a.kernel.save(a.by, "note", body, post=("tax",))

    assert (wrong_id.value.code, wrong_id.value.detail["field"]) == ("type_wrong", "id")
    assert (wrong_ledger.value.code, wrong_ledger.value.detail["field"]) == ("bad_choice", "post")


def test_the_tests_that_docs_numbers_names_are_there() -> None:
    root = Path(__file__).parents[3]
    text = (root / "docs" / "numbers.md").read_text(encoding="utf-8")
    written = "".join(
        path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("*.py")
    )

    named = set(re.findall(r"`(test_\w+)`", text))

    assert len(named) > 15
    assert {name for name in named if f"def {name}(" not in written} == set()


def test_counters_of_both_ledgers_follow_what_is_pulled(a: Any, b: Any, looks: list[str]) -> None:
    for _ in range(30):
        b.draft(display_on_book="both")
    b.site.push()
    a.site.pull()
    looks.clear()

    note = a.draft(display_on_book="both").data

    assert (note.no, note.no_management, len(looks)) == ("PT00031", "PT00031", 2)
