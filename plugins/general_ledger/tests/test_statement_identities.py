"""Statements of random years agree with one another and with the books (spec §4.3, S1 to S10)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lienso.kernel import Kernel
from lienso_general_ledger.statements.forms import REGIMES, shipped

from .statement_years import (
    QUARTER,
    YEAR,
    broken,
    in_empty_books,
    random_years,
    sheet,
    write_year,
    years,
)

MARCH, JUNE = (QUARTER[0].replace(month=3, day=31), QUARTER[1])
SPEED = random_years(15)


@pytest.mark.parametrize("regime", REGIMES)
@SPEED
@given(data=st.data())
def test_the_statements_of_a_year_agree(statements_kernel: Kernel, regime: str, data: Any) -> None:
    rows = data.draw(years(regime))

    off = in_empty_books(
        statements_kernel,
        regime,
        lambda books: write_year(books, rows, [YEAR[1]]),
        lambda view: broken(sheet(view, shipped(regime), YEAR)),
    )

    assert off == {}


@pytest.mark.parametrize("regime", REGIMES)
@SPEED
@given(data=st.data())
def test_the_statements_of_a_quarter_agree(
    statements_kernel: Kernel, regime: str, data: Any
) -> None:
    rows = data.draw(years(regime))

    off = in_empty_books(
        statements_kernel,
        regime,
        lambda books: write_year(books, rows, [MARCH, JUNE, YEAR[1]]),
        lambda view: broken(sheet(view, shipped(regime), QUARTER)),
    )

    assert off == {}
