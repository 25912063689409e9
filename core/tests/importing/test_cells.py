"""Cells are read by the kind of their column."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lienso import (
    ImportColumn,
)
from lienso.importing.cells import BadCell, number_style, read_cell, shown


def column(kind: Any, **more: Any) -> ImportColumn:
    return ImportColumn("x", "x", kind, **more)


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("date", datetime.datetime(2026, 3, 2, 9), "2026-03-02"),
        ("date", "2/3/26", "2026-03-02"),
        ("date", "02/03/2026", "2026-03-02"),
        ("date", "2026-03-02", "2026-03-02"),
        ("money", 500000.0, 500000),
        ("money", "500000", 500000),
        ("money", "1.234.567", 1234567),
        ("money", "1,234,567", 1234567),
        ("decimal", 0.1, "0.1"),
        ("decimal", "1.234,5", "1234.5"),
        ("decimal", "1,234.5", "1234.5"),
        ("decimal", "25480", "25480"),
        ("decimal", "0,125", "0.125"),
        ("int", 12.0, 12),
        ("text", 1111.0, "1111"),
        ("text", " a\u0301 ", "á"),
        ("code", "0011000000001", "0011000000001"),
        ("bool", "Có", True),
        ("bool", 0.0, False),
        ("money", "", None),
        ("text", None, None),
    ],
)
def test_a_cell_is_read_by_its_kind(kind: Any, cell: Any, value: Any) -> None:
    assert read_cell(column(kind), cell, None) == value


@pytest.mark.parametrize(
    ("kind", "cell", "code"),
    [
        ("date", "29/02/2026", "bad_date"),
        ("date", 46083.0, "bad_date"),
        ("date", "hôm nay", "bad_date"),
        ("money", "1.234", "bad_number"),
        ("money", "1,234", "bad_number"),
        ("money", "Infinity", "bad_number"),
        ("money", "12a", "bad_number"),
        ("money", datetime.date(2026, 3, 2), "bad_number"),
        ("money", True, "bad_number"),
        ("money", 0.5, "bad_number"),
        ("bool", "có lẽ", "bad_choice"),
        ("choice", "Vừa", "bad_choice"),
        ("choice", "2", "bad_choice"),
    ],
)
def test_a_cell_that_cannot_be_read_says_why(kind: Any, cell: Any, code: str) -> None:
    choices = {"Nhỏ": "small", "Lớn": "large"}

    with pytest.raises(BadCell) as caught:
        read_cell(column(kind, choices=choices), cell, None)

    assert caught.value.code == code


@pytest.mark.parametrize("cell", ["Lớn", "lớn", "large", 1.0, "1"])
def test_a_choice_is_read_by_label_value_or_place(cell: Any) -> None:
    choices = {"Nhỏ": "small", "Lớn": "large"}

    assert read_cell(column("choice", choices=choices), cell, None) == "large"


def test_a_thousand_is_told_from_a_fraction_by_the_other_numbers_of_the_file() -> None:
    vietnamese = number_style(["1.234", "1.234.567,89", "12"])
    plain = number_style(["1.234", "1234.5"])

    assert read_cell(column("decimal"), "1.234", vietnamese) == "1234"
    assert read_cell(column("decimal"), "1.234", plain) == "1.234"
    assert number_style(["1.234", "5,678"]) is None
    assert number_style(["1,5", "1.5"]) is None


@given(st.integers(-(10**15), 10**15))
def test_a_whole_number_written_in_either_style_is_read_back(number: int) -> None:
    plain = f"{number:,}"

    for text, style in ((plain, "plain"), (plain.replace(",", "."), "vietnamese")):
        assert read_cell(column("money"), text, style) == number  # type: ignore[arg-type]  # a tuple of texts
    assert shown(float(number)) == str(number)
