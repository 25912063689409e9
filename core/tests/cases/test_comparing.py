"""What a case expects is compared with what it got."""

from __future__ import annotations

from typing import Any

import pytest
from lienso.testing.case_compare import differences, pair_up


def never(_expected: str, _got: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": None}, {}),
        ("12.50", "12.5"),
        (7, "7"),
        ("4697.00", 4697),
        ([1, {"x": 2}], [1, {"x": 2, "y": 3}]),
        (True, True),
    ],
)
def test_what_matches(expected: Any, got: Any) -> None:
    assert list(differences(expected, got, never)) == []


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ({"a": 1}, {}),
        ({"a": 0}, {"a": None}),
        ([1], [1, 2]),
        ([1, 2], [2, 1]),
        ("0012", "12"),
        (True, 1),
        (1, True),
        ({"a": 1}, [1]),
    ],
)
def test_what_does_not_match(expected: Any, got: Any) -> None:
    assert list(differences(expected, got, never)) != []


def test_rows_are_paired_so_that_as_many_as_possible_fit() -> None:
    assert pair_up([[0, 1], [0]], 2) == [1, 0]
    assert pair_up([[0], [0]], 1) == [0, None]
