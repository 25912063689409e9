"""Lines and vouchers that are the same money: tiers, names, and what is never guessed (spec §4)."""

from __future__ import annotations

import datetime
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lienso_bank.matching import Answer, Item, Line, auto_match, is_named, one_subset

DAY = datetime.date(2026, 3, 5)


def line(key: int, amount: int, day: int = 5, reference: str = "", text: str = "") -> Line:
    date = datetime.date(2026, 3, day)
    return Line(key, date, Decimal(amount), reference, text, (key,))


def item(no: str, amount: int, day: int = 5, reference: str = "", who: str = "") -> Item:
    date = datetime.date(2026, 3, day)
    codes = (who,) if who and " " not in who else ()
    names = (who,) if " " in who else ()
    return Item(no, no, date, Decimal(amount), reference, codes, names)


def shown(answer: Answer) -> list[tuple[list[object], list[str], str]]:
    return [([ln.key for ln in f.lines], [i.no for i in f.items], f.tier) for f in answer.matched]


def test_a_reference_wins_over_a_nearer_day() -> None:
    found = auto_match([line(1, 100, 7, "FT1")], [item("A", 100, 7), item("B", 100, 2, "FT1")], 3)

    assert shown(found) == [([1], ["B"], "reference")]


def test_a_voucher_number_in_the_text_is_a_reference_only_as_a_whole_word() -> None:
    items = [item("UNC0001", 100), item("UNC00012", 100)]

    found = auto_match([line(1, 100, text="tt theo UNC00012")], items, 3)

    assert shown(found)[0] == ([1], ["UNC00012"], "reference")


def test_a_receipt_is_never_a_payment() -> None:
    assert shown(auto_match([line(1, 100)], [item("A", -100)], 3)) == []


def test_one_unit_apart_is_not_the_same() -> None:
    assert shown(auto_match([line(1, 100)], [item("A", 99)], 3)) == []


def test_two_equal_amounts_of_a_day_without_a_name_are_proposed_and_not_matched() -> None:
    lines, items = [line(1, 100), line(2, 100)], [item("A", 100), item("B", 100)]

    found = auto_match(lines, items, 3)

    assert shown(found) == []
    assert [(ln.key, [i.no for i in its]) for ln, its in found.proposed] == [
        (1, ["A", "B"]),
        (2, ["A", "B"]),
    ]


def test_the_name_decides_between_two_of_a_day() -> None:
    lines = [line(1, 100, text="CTY DONG DO TT HD"), line(2, 100, text="Minh Anh ck")]
    items = [item("A", 100, who="Công ty TNHH Minh Anh"), item("B", 100, who="Công ty CP Đông Đô")]

    found = auto_match(lines, items, 3)

    assert shown(found) == [([1], ["B"], "same_day_named"), ([2], ["A"], "same_day_named")]


@pytest.mark.parametrize(("day", "matched"), [(8, True), (2, True), (9, False), (1, False)])
def test_the_last_day_that_is_near_enough(day: int, matched: bool) -> None:
    assert bool(shown(auto_match([line(1, 100, day)], [item("A", 100)], 3))) is matched


def test_the_day_after_the_voucher_is_nearer_than_the_day_before() -> None:
    found = auto_match([line(1, 100, 4), line(2, 100, 6)], [item("A", 100)], 3)

    assert shown(found) == [([2], ["A"], "near_day")]


def test_two_lines_as_near_as_each_other_are_left_to_a_person() -> None:
    found = auto_match([line(1, 100, 6), line(2, 100, 6)], [item("A", 100)], 3)

    assert shown(found) == []


def test_a_batch_is_matched_when_there_is_one_way_only() -> None:
    items = [item("A", -33), item("B", -47), item("C", -20)]

    assert shown(auto_match([line(1, -80)], items, 3)) == [([1], ["A", "B"], "subset")]
    assert shown(auto_match([line(1, -80)], [*items, item("D", -60)], 3)) == []


def test_instalments_of_the_bank_are_one_voucher() -> None:
    found = auto_match([line(1, 60, 5), line(2, 40, 7)], [item("A", 100)], 3)

    assert shown(found) == [([1, 2], ["A"], "subset_reverse")]


def test_a_search_with_too_much_to_try_proposes_instead_of_guessing() -> None:
    items = [item(f"V{n:02d}", 1_000_000 + n * n * 7) for n in range(60)]

    found = auto_match([line(1, 5_500_001)], items, 3)

    assert shown(found) == []
    assert len(found.proposed) == 1


@pytest.mark.parametrize(
    ("who", "text", "named"),
    [
        ("KH01", "kh01 tt tien", True),
        ("KH01", "kh012 tt tien", False),
        ("Nguyễn Văn Anh", "NGUYEN VAN ANH CK", True),
        ("Nguyễn Văn Anh", "NGUYEN VAN BINH CK", False),
        ("Công ty TNHH Thép", "cong ty tnhh nhua", False),
        ("Công ty Đá Quý", "DA QUY THANH TOAN", True),
    ],
)
def test_who_is_named_by_a_text(who: str, text: str, named: bool) -> None:
    assert is_named(item("A", 1, who=who), text) is named


AMOUNTS = st.sampled_from([-50, -30, -20, 20, 30, 50, 70])
LINES = st.lists(
    st.tuples(AMOUNTS, st.integers(1, 9), st.sampled_from(["", "K1", "K2"])), max_size=9
)


@given(LINES, LINES, st.integers(0, 4), st.randoms())
def test_nothing_is_matched_twice_sums_are_equal_and_order_does_not_matter(
    left: list[tuple[int, int, str]], right: list[tuple[int, int, str]], days: int, random: object
) -> None:
    lines = [line(n, amount, day, text=who) for n, (amount, day, who) in enumerate(left)]
    items = [item(f"V{n}", amount, day, who=who) for n, (amount, day, who) in enumerate(right)]

    found = auto_match(lines, items, days)
    random.shuffle(lines)  # type: ignore[attr-defined]  # hypothesis' own
    random.shuffle(items)  # type: ignore[attr-defined]  # hypothesis' own
    again = auto_match(lines, items, days)

    used_lines = [ln.key for f in found.matched for ln in f.lines]
    used_items = [i.key for f in found.matched for i in f.items]
    assert len(used_lines) == len(set(used_lines))
    assert len(used_items) == len(set(used_items))
    for f in found.matched:
        assert sum(ln.amount for ln in f.lines) == sum(i.amount for i in f.items)
        assert {ln.amount > 0 for ln in f.lines} == {i.amount > 0 for i in f.items}
    assert {ln.key for ln, _its in found.proposed}.isdisjoint(used_lines)
    assert shown(found) == shown(again)


@given(st.lists(st.integers(1, 30).map(Decimal), max_size=9), st.integers(1, 120).map(Decimal))
def test_a_subset_is_found_exactly_when_there_is_one(
    amounts: list[Decimal], target: Decimal
) -> None:
    every = [
        list(places)
        for size in range(2, 7)
        for places in combinations(range(len(amounts)), size)
        if sum(amounts[at] for at in places) == target
    ]

    assert one_subset(amounts, target) == (every[0] if len(every) == 1 else [], False)
