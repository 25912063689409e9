"""Renumbered vouchers: on paper, in the history, and those whose number is fixed."""

from __future__ import annotations

from typing import Any

import pytest
from lienso.errors import Refused
from lienso.printing import printed


@pytest.fixture
def taken(a: Any, b: Any) -> list[Any]:
    """Three vouchers of an office, refused since another office has their numbers."""
    for _ in range(3):
        b.draft()
    b.site.push()
    notes = [a.draft() for _ in range(3)]
    return notes


def paper(office: Any, note: Any) -> str:
    return printed(office.kernel, office.by, "note", note.id).text


def test_a_printed_voucher_is_not_renumbered_before_it_is_confirmed(a: Any, taken: Any) -> None:
    paper(a, taken[1])
    a.site.push()

    with pytest.raises(Refused) as refused:
        a.site.renumber()
    assert (refused.value.code, refused.value.detail["vouchers"]) == ("printed_before", "PT00002")
    assert a.get(taken[0]).data.no == "PT00001"

    rows = a.site.renumber(reprint=True)

    assert [(row["old"], row["printed"]) for row in rows] == [
        ("PT00001", 0),
        ("PT00002", 1),
        ("PT00003", 0),
    ]


def test_renumbering_with_a_push_leaves_printed_vouchers_in_the_list(a: Any, taken: Any) -> None:
    paper(a, taken[1])

    outcome = a.site.push(renumber="auto")

    assert [row["old"] for row in outcome.renumbered] == ["PT00001", "PT00003"]
    assert [row["voucher"] for row in a.site.failures("push_failed")] == ["PT00002"]


def test_what_stands_on_paper_with_an_old_number_is_listed_until_it_is_printed_again(
    a: Any, taken: Any
) -> None:
    paper(a, taken[0])
    a.site.push()
    a.site.renumber(reprint=True)

    [row] = a.site.to_print_again()
    assert (row["old"], row["new"]) == ("PT00001", "PT00004")
    shown = " ".join(paper(a, taken[0]).replace("*** ", "").split())
    assert "Số chứng từ đã đổi từ PT00001" in shown

    assert a.site.to_print_again() == []


def test_a_number_that_is_corrected_by_hand_is_remembered_too(a: Any, taken: Any) -> None:
    a.site.push()

    a.edit(taken[0], no="PT00090")

    assert earlier(a, taken[0]) == ["PT00001"]


def test_a_number_that_nobody_has_seen_is_not_remembered(a: Any) -> None:
    note = a.draft()

    a.edit(note, no="PT00090")

    assert earlier(a, note) == []


def test_a_provisional_number_on_paper_leads_to_the_one_that_was_given(head: Any, a: Any) -> None:
    head.choose("numbering.note", "cloud")
    a.site.pull()
    note = a.draft()
    paper(a, note)

    a.site.push()

    assert earlier(a, note) == ["Số tạm A-1"]
    assert [row["new"] for row in a.site.to_print_again()] == ["PT00001"]


def test_a_voucher_whose_number_is_fixed_is_never_renumbered_by_itself(a: Any, taken: Any) -> None:
    a.edit(taken[0], description="issued")
    a.site.push()

    rows = a.site.renumber()

    assert [row["old"] for row in rows] == ["PT00002", "PT00003"]
    with pytest.raises(Refused) as refused:
        a.site.renumber([taken[0].id])
    assert refused.value.code == "number_is_fixed"


def earlier(office: Any, note: Any) -> list[str]:
    numbers: list[str] = office.kernel.read(office.by, lambda view: view.earlier_numbers(note.id))
    return numbers
