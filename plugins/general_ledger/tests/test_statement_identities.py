"""Statements of random years agree with one another and with the books (spec §4.3, S1 to S10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lienso.kernel import Kernel
from lienso.testing.kernels import cloud
from lienso_general_ledger.statements.forms import REGIMES, shipped

from .conftest import MODULES, START
from .statement_years import QUARTER, YEAR, broken, in_empty_books, sheet, write_year, years

MARCH, JUNE = (QUARTER[0].replace(month=3, day=31), QUARTER[1])
SPEED = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],  # a year takes long; its rows are told as they are
)


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    with cloud(MODULES, options={"accounting.start_date": START}) as made:
        yield made


@pytest.mark.parametrize("regime", REGIMES)
@SPEED
@given(data=st.data())
def test_the_statements_of_a_year_agree(kernel: Kernel, regime: str, data: Any) -> None:
    rows = data.draw(years(regime))

    off = in_empty_books(
        kernel,
        regime,
        lambda books: write_year(books, rows, [YEAR[1]]),
        lambda view: broken(sheet(view, shipped(regime), YEAR)),
    )

    assert off == {}


@pytest.mark.parametrize("regime", REGIMES)
@SPEED
@given(data=st.data())
def test_the_statements_of_a_quarter_agree(kernel: Kernel, regime: str, data: Any) -> None:
    rows = data.draw(years(regime))

    off = in_empty_books(
        kernel,
        regime,
        lambda books: write_year(books, rows, [MARCH, JUNE, YEAR[1]]),
        lambda view: broken(sheet(view, shipped(regime), QUARTER)),
    )

    assert off == {}
