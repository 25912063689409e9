"""Random years of a company with branches: its combined statements agree as those of one company do (S1–S4)."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lienso.kernel import Kernel
from lienso_general_ledger.statements.evaluate import Sheet
from lienso_general_ledger.statements.facts import Facts, Scope
from lienso_general_ledger.statements.forms import REGIMES, shipped
from lienso_general_ledger.statements.functions import Column

from .statement_years import YEAR, Books, broken, in_empty_books, random_years, write_year

UNITS = ("CN1", "CN2")
GIVEN = ("112", "211", "156")
"""What the company gives a unit as its capital."""

Event = tuple[str, str, str, int, datetime.date]
"""Kind, what is given or where capital is kept, unit, đồng, day."""

EVENTS = st.lists(
    st.tuples(
        st.sampled_from(("capital", "money", "sale", "on its way", "outside")),
        st.sampled_from([f"{given}/{kept}" for given in GIVEN for kept in ("3361", "4111")]),
        st.sampled_from(UNITS),
        st.integers(1, 400),
        st.dates(*YEAR),
    ),
    min_size=3,
    max_size=25,
)


def write(books: Books, events: list[Event]) -> None:
    """Write what head office and units booked, each on its own books, and close the year."""

    def row(debit: str, credit: str, amount: int, **more: Any) -> dict[str, Any]:
        sides = {"debit": books.leaf(debit), "credit": books.leaf(credit)}
        assert all(sides.values()), (debit, credit)
        return {**sides, "amount": amount, **more}

    for kind, what, unit, amount, day in events:
        given_, _, kept = what.partition("/")
        other = next(one for one in UNITS if one != unit)
        if kind == "capital":
            books.post(day, row("1361", given_, amount))
            books.post(day, row(given_, kept, amount), branch=unit)
        elif kind == "money":
            books.post(day, row("1368", "112", amount), branch=other)
            books.post(day, row("112", "3368", amount), branch=unit)
        elif kind == "sale":
            books.post(day, row("1368", "511", amount, internal=True), branch=other)
            books.post(day, row("156", "3368", amount), branch=unit)
            books.post(day, row("632", "156", amount, internal=True), branch=unit)
        elif kind == "on its way":
            books.post(day, row("1368", "112", amount), branch=unit)
        else:
            books.post(day, row("131", "511", 2 * amount), row("112", "131", amount), branch=unit)
            books.post(day, row("632", "156", amount), branch=unit)
    write_year(books, [], [YEAR[1]])


@pytest.mark.parametrize("regime", REGIMES)
@random_years(6)
@given(events=EVENTS)
def test_the_combined_statements_of_a_year_agree(
    statements_kernel: Kernel, regime: str, events: list[Event]
) -> None:
    def look(view: Any) -> Any:
        facts = Facts(view, shipped(regime), Scope(combined=True, units=UNITS))
        found = Sheet(shipped(regime), Column(facts, *YEAR))
        sales = found.value(shipped(regime).headline.profit[0], "01")
        return broken(found), sales

    off, sales = in_empty_books(statements_kernel, regime, lambda books: write(books, events), look)

    assert off == {}
    assert sales == sum(2 * event[3] for event in events if event[0] == "outside")
