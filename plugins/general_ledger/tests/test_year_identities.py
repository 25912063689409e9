"""Random years entered as vouchers, in every regime: what posting, unposting and closing leave behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lienso.storage import PostedEntry
from lienso.testing.kernels import TENANT, cloud
from lienso_catalog.regimes import chart
from lienso_general_ledger import balance
from lienso_general_ledger.books import GENERAL_LEDGER
from lienso_general_ledger.statements.forms import REGIMES

from .conftest import MODULES, START, Company, pair
from .statement_years import random_years

CLOSE = "general_ledger.close_profit_and_loss"
BALANCES = ("111", "112", "131", "156", "211", "331", "341")
ACCOUNTS = (*BALANCES, "511", "515", "632", "635", "711", "811")
"""Beginnings of what a year moves: money, debts, stock, assets, results."""

EFFORT = random_years(8)
Move = tuple[int, int, int, int, str]
MOVES = st.lists(
    st.tuples(
        st.integers(0, len(ACCOUNTS) - 1),
        st.integers(0, len(ACCOUNTS) - 1),
        st.integers(-(10**9), 10**12).filter(bool),  # some red ink
        st.integers(1, 12),
        st.sampled_from(["", "operating", "investing", "financing"]),
    ).filter(lambda move: move[0] != move[1]),
    min_size=1,
    max_size=10,
)


def leaf(regime: str, prefix: str) -> str:
    """Return the first postable account under a code."""
    rows = chart(regime)
    return next(c for c in rows if c.startswith(prefix) and rows[c]["postable"] == "yes")


@pytest.fixture(scope="module", params=REGIMES)
def regime(request: Any) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def company(regime: str) -> Iterator[Company]:
    with cloud(MODULES, regime=regime, options={"accounting.start_date": START}) as kernel:
        made = Company(kernel)
        made.untrack([leaf(regime, prefix) for prefix in ACCOUNTS])
        yield made


class Year:
    """The vouchers of one example; they go again when it is over."""

    def __init__(self, company: Company, regime: str, moves: list[Move]) -> None:
        self.company = company
        self.vouchers = []
        for debit, credit, amount, month, activity in moves:
            sides = leaf(regime, ACCOUNTS[debit]), leaf(regime, ACCOUNTS[credit])
            tag = {"activity": activity} if activity else {}
            line = pair(*sides, amount, **tag)
            self.vouchers.append(company.posted(line, day=f"2026-{month:02d}-15"))

    def __enter__(self) -> Year:
        return self

    def __exit__(self, *_: object) -> None:
        company = self.company
        for record in [*company.read(lambda v: list(v.all("pl_closing"))), *self.vouchers]:
            if company.kernel.get(company.by, record.type, record.id).posted():
                company.kernel.unpost(company.by, record.id)
            company.kernel.delete(company.by, record.type, record.id)
        assert company.entries() == []

    def books(self) -> list[PostedEntry]:
        """Return every entry as it stands."""
        return self.company.entries()

    def close(self) -> dict[str, Any]:
        """Close the year."""
        return self.company.invoke(CLOSE, date="2026-12-31", ignore_warnings=True)


def totals(company: Company) -> dict[str, dict[tuple[str, ...], tuple[int, ...]]]:
    """Return what the book's totals hold, each by all that it tells apart."""
    measures = [measure.name for measure in GENERAL_LEDGER.measures]
    return company.read(
        lambda view: {
            ",".join(total.by): {
                key: sums
                for key, sums in view.book("general_ledger").sum(measures, by=total.by).items()
                if any(sums)
            }
            for total in GENERAL_LEDGER.totals
        }
    )


def counted(entries: list[PostedEntry]) -> dict[str, dict[tuple[str, ...], tuple[int, ...]]]:
    """Add up the entries by what the totals tell apart."""
    found = {}
    for total in GENERAL_LEDGER.totals:
        sums: dict[tuple[str, ...], Counter[str]] = {}
        for posted in entries:
            key = tuple(posted.entry.dimensions.get(name, "") for name in total.by)
            sums.setdefault(key, Counter()).update(posted.entry.measures)
        rows = {
            key: tuple(counts[measure.name] for measure in GENERAL_LEDGER.measures)
            for key, counts in sums.items()
        }
        found[",".join(total.by)] = {key: row for key, row in rows.items() if any(row)}
    return found


@EFFORT
@given(moves=MOVES)
def test_debits_are_credits_and_totals_are_the_sums_of_entries(
    company: Company, regime: str, moves: list[Move]
) -> None:
    with Year(company, regime, moves) as year:
        year.close()

        entries = year.books()
        debit = sum(posted.entry.measures.get("debit", 0) for posted in entries)
        credit = sum(posted.entry.measures.get("credit", 0) for posted in entries)

        assert debit == credit
        assert totals(company) == counted(entries)
        assert company.kernel.storage.rebuild_totals(TENANT, "general_ledger") == 0


@EFFORT
@given(moves=MOVES, chosen=st.data())
def test_unposting_undoes_posting_exactly_and_posting_again_gives_the_same(
    company: Company, regime: str, moves: list[Move], chosen: Any
) -> None:
    with Year(company, regime, moves) as year:
        all_of_them = year.books()
        voucher = chosen.draw(st.sampled_from(year.vouchers))

        company.kernel.unpost(company.by, voucher.id)
        without = year.books()
        company.post(voucher)

        assert without == [p for p in all_of_them if p.voucher_id != voucher.id]
        assert entry_set(year.books()) == entry_set(all_of_them)


@EFFORT
@given(moves=MOVES)
def test_closing_twice_changes_nothing_and_what_it_leaves_is_the_result(
    company: Company, regime: str, moves: list[Move]
) -> None:
    with Year(company, regime, moves) as year:
        before = year.books()
        first = year.close()
        once = year.books()

        again = year.close()

        assert again == first
        assert year.books() == once
        assert {p.voucher_id for p in once} >= {p.voucher_id for p in before}
        assert company.read(lambda v: balance(v, ["5", "6", "7", "8", "9"])).amount == 0
        assert company.read(lambda v: balance(v, "421")).amount == -first["profit_after_tax"]
        for record in company.read(lambda view: list(view.all("pl_closing"))):
            company.kernel.unpost(company.by, record.id)
        assert year.books() == before


def entry_set(entries: list[PostedEntry]) -> list[Any]:
    """Return what entries say, without the order of posting."""
    return sorted(
        (p.number, p.entry.line, p.entry.side, sorted(p.entry.dimensions.items()), str(p.entry))
        for p in entries
    )
