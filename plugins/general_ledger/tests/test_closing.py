"""Closing of results: the table, the vouchers, running again, refusals (spec §4.1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lienso.testing.kernels import cloud
from lienso_general_ledger import balance

from .conftest import MODULES, Company, pair, refused

CLOSE = "general_ledger.close_profit_and_loss"
RESULTS = ("5111", "5113", "5211", "515", "632", "635", "6421", "6427", "711", "811", "8211")
Move = tuple[str, str, int, int]


def state(company: Company) -> list[tuple[Any, ...]]:
    """What the ledger holds, without who wrote it."""
    return [
        (p.number, p.entry.line, p.entry.side, dict(p.entry.dimensions), dict(p.entry.measures))
        for p in company.entries()
    ]


def sold(company: Company) -> None:
    company.posted(pair("1388", "5111", 900), day="2026-01-10")
    company.posted(pair("6427", "1388", 300), day="2026-02-10")


@pytest.fixture
def trader(company: Company) -> Company:
    company.untrack(["1388"])
    return company


def test_a_second_run_on_the_day_changes_nothing(trader: Company) -> None:
    sold(trader)
    first = trader.invoke(CLOSE, date="2026-03-31")
    before = state(trader)
    version = trader.read(lambda view: view.require("pl_closing", "KC00001").version)

    second = trader.invoke(CLOSE, date="2026-03-31")

    assert second == first
    assert state(trader) == before
    assert trader.read(lambda view: view.require("pl_closing", "KC00001").version) == version


def test_a_late_voucher_is_closed_by_running_again_under_the_same_number(trader: Company) -> None:
    sold(trader)
    trader.invoke(CLOSE, date="2026-03-31")
    trader.posted(pair("811", "1388", 50), day="2026-03-05")

    again = trader.invoke(CLOSE, date="2026-03-31")

    assert (again["vouchers"], again["profit_after_tax"], again["remaining"]) == (
        ["KC00001"],
        550,
        0,
    )


def test_a_closing_of_which_nothing_is_left_goes(trader: Company) -> None:
    voucher = trader.posted(pair("1388", "5111", 900), day="2026-01-10")
    trader.invoke(CLOSE, date="2026-03-31")
    trader.kernel.unpost(trader.by, voucher.id)

    again = trader.invoke(CLOSE, date="2026-03-31")

    assert again["vouchers"] == []
    assert state(trader) == []


def test_unposting_and_deleting_a_closing_brings_back_what_was(trader: Company) -> None:
    sold(trader)
    before = state(trader)
    trader.invoke(CLOSE, date="2026-03-31")
    made = trader.read(lambda view: view.require("pl_closing", "KC00001"))

    trader.kernel.unpost(trader.by, made.id)
    trader.kernel.delete(trader.by, "pl_closing", made.id)

    assert state(trader) == before


def test_a_dry_run_tells_and_changes_nothing(trader: Company) -> None:
    sold(trader)
    before = state(trader)

    told = trader.invoke(CLOSE, date="2026-03-31", dry_run=True)

    assert told["profit_after_tax"] == 600
    assert state(trader) == before


def test_results_are_kept_apart_by_the_dimensions_asked_for(trader: Company) -> None:
    for code, amount in (("P1", 900), ("P2", 300)):
        unit = trader.save("org_unit", {"code": code, "name": code, "kind": "department"})
        trader.posted(pair("1388", "5111", amount, org_unit=unit.id), day="2026-01-10")

    closed = trader.invoke(CLOSE, date="2026-03-31", by=["org_unit"])

    assert [(p["debit"], p["credit"], p["amount"]) for p in closed["pairs"]] == [
        ("5111", "911", 900),
        ("5111", "911", 300),
        ("911", "4212", 900),
        ("911", "4212", 300),
    ]


def test_only_chosen_accounts_are_closed_and_the_result_still_passes_on(trader: Company) -> None:
    sold(trader)

    closed = trader.invoke(CLOSE, date="2026-03-31", accounts=["642"])

    assert [(p["debit"], p["credit"]) for p in closed["pairs"]] == [
        ("911", "6427"),
        ("4212", "911"),
    ]
    assert closed["remaining"] == 0
    assert trader.read(lambda view: balance(view, "511")).amount == -900


def test_each_branch_gets_a_voucher_of_its_own(trader: Company) -> None:
    unit = trader.save("org_unit", {"code": "CN1", "name": "CN1", "kind": "branch"})
    sold(trader)
    trader.posted(pair("1388", "5111", 70), day="2026-01-10", branch=unit.id)

    closed = trader.invoke(CLOSE, date="2026-03-31", all_dependent=True)

    profits = {p["voucher"]: p["amount"] for p in closed["pairs"] if p["credit"] == "4212"}
    assert profits == {"KC00001": 600, "KC00002": 70}


def test_the_management_ledger_is_closed_by_itself(trader: Company) -> None:
    record = trader.journal(
        pair("1388", "5111", 900), day="2026-01-10", display_on_book="management"
    )
    trader.post(record, "management")

    financial = trader.invoke(CLOSE, date="2026-03-31")
    management = trader.invoke(CLOSE, date="2026-03-31", ledger="management")

    assert (financial["vouchers"], management["profit_after_tax"]) == ([], 900)
    assert [finding["code"] for finding in financial["_findings"]] == ["nothing_to_close"]
    left = trader.read(lambda view: balance(view, "4212", ledger="management"))
    assert left.amount == -900


def test_a_user_account_is_closed_to_its_own_receiver(trader: Company) -> None:
    for code, parent in (("51111", "5111"), ("52111", "5211")):
        fields = {"code": code, "name": code, "parent": parent, "nature": "none"}
        trader.save("account", fields)
    row = trader.read(
        lambda view: next(r for r in view.all("closing_account") if r.data.from_account == "521")
    )
    fields = {"to_account": "51111", "map": {"5213": "5113"}}
    trader.save("closing_account", fields, id=row.id, merge=True)
    trader.posted(pair("1388", "51111", 900), pair("1388", "5113", 500), day="2026-01-10")
    trader.posted(pair("52111", "1388", 30), pair("5213", "1388", 20), day="2026-01-10")

    closed = trader.invoke(CLOSE, date="2026-03-31")

    assert [(p["debit"], p["credit"], p["amount"]) for p in closed["pairs"]][:4] == [
        ("51111", "52111", 30),
        ("5113", "5213", 20),
        ("51111", "911", 870),
        ("5113", "911", 480),
    ]


def test_an_unexpected_side_stops_until_it_is_passed_and_is_kept_with_the_voucher(
    trader: Company,
) -> None:
    trader.posted(pair("5111", "1388", 900), day="2026-01-10")

    error = refused(lambda: trader.invoke(CLOSE, date="2026-03-31"))
    trader.invoke(CLOSE, date="2026-03-31", ignore_warnings=True)

    assert (error.code, error.detail) == ("unexpected_side", {"account": "5111"})
    made = trader.read(lambda view: view.require("pl_closing", "KC00001"))
    assert made.data.passed_warnings == ["unexpected_side"]


def test_costs_that_were_not_moved_on_stop_the_closing(trader: Company) -> None:
    sold(trader)
    trader.untrack(["622"])
    trader.posted(pair("622", "1388", 10), day="2026-01-10")

    assert refused(lambda: trader.invoke(CLOSE, date="2026-03-31")).code == "unclosed_costs"


def test_a_year_that_closes_without_tax_says_so_and_closes(trader: Company) -> None:
    sold(trader)

    closed = trader.invoke(CLOSE, date="2026-12-31")

    assert [finding["code"] for finding in closed["_findings"]] == ["tax_before_closing"]
    assert closed["vouchers"] == ["KC00001"]


def test_the_first_day_of_a_year_carries_the_profit_to_last_years(trader: Company) -> None:
    sold(trader)
    trader.invoke(CLOSE, date="2026-12-31")

    opened = trader.invoke(CLOSE, date="2027-01-01", kind="year_opening", ignore_warnings=True)
    again = trader.invoke(CLOSE, date="2027-01-01", kind="year_opening", ignore_warnings=True)

    assert [(p["debit"], p["credit"], p["amount"]) for p in opened["pairs"]] == [
        ("4212", "4211", 600)
    ]
    assert again == opened
    assert trader.read(lambda view: balance(view, "4212")).amount == 0


def test_a_year_opens_only_on_its_first_day(trader: Company) -> None:
    error = refused(lambda: trader.invoke(CLOSE, date="2027-01-02", kind="year_opening"))

    assert error.code == "value_out_of_range"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"from_account": "8111", "to_account": "8111"}, "closing_cycle"),
        ({"from_account": "421", "to_account": "5111"}, "closing_cycle"),
        ({"from_account": "8111", "to_account": "421"}, "to_not_postable"),
        ({"from_account": "8111", "to_account": "911", "map": {"8111": "999"}}, "to_not_postable"),
    ],
)
def test_the_table_refuses_circles_and_receivers_that_cannot_be_posted_to(
    company: Company, fields: dict[str, Any], code: str
) -> None:
    error = refused(lambda: company.save("closing_account", {"order": 60, **fields}))

    assert code in {error.code, *(finding.code for finding in error.findings)}


@pytest.mark.parametrize("regime", ["TT200", "TT133", "TT99"])
def test_a_new_company_has_the_table_of_its_regime(regime: str) -> None:
    with cloud(MODULES, regime=regime) as kernel:
        rows = Company(kernel).read(
            lambda view: {
                r.data.from_account: r.data.to_account for r in view.all("closing_account")
            }
        )

    deduction = {"TT200": "5111", "TT133": None, "TT99": "511"}[regime]
    assert rows.get("521") == deduction
    assert ("641" in rows) == (regime != "TT133")
    assert rows["911"] == "4212"


@pytest.fixture(scope="module")
def shared() -> Iterator[Company]:
    with cloud(MODULES, options={"accounting.start_date": "2026-01-01"}) as kernel:
        company = Company(kernel)
        company.untrack(["1388"])
        yield company


@settings(max_examples=20, deadline=None)
@given(
    moves=st.lists(
        st.tuples(
            st.sampled_from(RESULTS),
            st.booleans(),
            st.integers(-(10**12), 10**12).filter(bool),
            st.integers(1, 3),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_a_closing_moves_exactly_the_result_to_421(
    shared: Company, moves: list[tuple[str, bool, int, int]]
) -> None:
    made = [
        shared.posted(
            pair(*(("1388", code) if credit else (code, "1388")), amount),
            day=f"2026-{month:02d}-15",
        )
        for code, credit, amount, month in moves
    ]
    result = sum(amount if credit else -amount for _code, credit, amount, _month in moves)
    try:
        closed = shared.invoke(CLOSE, date="2026-03-31", ignore_warnings=True)

        rows = shared.entries()
        assert closed["profit_after_tax"] == result
        assert closed["remaining"] == 0
        assert shared.read(lambda view: balance(view, "421")).amount == -result
        assert shared.read(lambda view: balance(view, ["5", "6", "7", "8", "9"])).amount == 0
        assert sum(p.entry.measures["debit"] - p.entry.measures["credit"] for p in rows) == 0
    finally:
        for record in [*shared.read(lambda view: list(view.all("pl_closing"))), *made]:
            shared.kernel.unpost(shared.by, record.id)
            shared.kernel.delete(shared.by, record.type, record.id)
    assert shared.entries() == []
