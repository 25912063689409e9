"""Statements of a company with dependent branches: what stands between them is left out (spec §8)."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lienso.testing.kernels import cloud
from lienso_general_ledger import ledger_figures
from lienso_general_ledger.statements.combining import eliminate

from .conftest import MODULES, START, Company, pair

SET = "general_ledger.create_statements"
YEAR = {"from_date": "2026-01-01", "to_date": "2026-12-31"}
SHEET, RESULT = "B01-DN", "B02-DN"
CAPITAL, DEBT = ("213", "334"), ("133", "316")


@pytest.fixture
def branches(company: Company) -> Company:
    """A head office that gave a branch 500 of capital, and two branches, one of which sold to the other."""
    company.untrack(["1368", "3368", "1361", "3361", "1362", "3362", "41111", "1561", "632"])
    head = company.save("org_unit", {"code": "TC", "name": "TC", "kind": "company"})
    for code in ("CN1", "CN2"):
        body = {"code": code, "name": code, "kind": "branch", "accounting": "dependent"}
        company.save("org_unit", {**body, "parent": head.id})
    company.posted(pair("1111", "4118", 900))
    company.posted(pair("1361", "1111", 500))
    company.posted(pair("1111", "3361", 500), branch="CN1")
    company.posted(pair("1561", "1111", 80), branch="CN1")
    company.posted(pair("1368", "5111", 100, internal=True), branch="CN1")
    company.posted(pair("632", "1561", 100, internal=True), branch="CN2")
    company.posted(pair("1561", "3368", 100), branch="CN2")
    company.posted(pair("1111", "5111", 150), branch="CN2")
    return company


def values(company: Company, **params: Any) -> dict[str, dict[str, int]]:
    made = company.invoke(SET, **YEAR, **params)
    company.invoke("general_ledger.delete_statements", set=made["set"])
    lines: dict[str, dict[str, int]] = made["lines"]
    return lines


def of(lines: dict[str, int], codes: tuple[str, ...]) -> list[int]:
    return [lines[code] for code in codes]


def test_balances_between_units_are_left_out_of_the_whole(branches: Company) -> None:
    sheet = values(branches)[SHEET]

    assert of(sheet, CAPITAL) == [0, 0]
    assert of(sheet, DEBT) == [0, 0]
    assert sheet["270"] - sheet["440"] == 150  # the profit, which is not closed yet


def test_a_branch_by_itself_shows_what_it_owes_the_others(branches: Company) -> None:
    sheet = values(branches, branch="CN1")[SHEET]

    assert of(sheet, ("133", "334")) == [100, 500]


def test_sales_between_units_are_left_out_of_the_results(branches: Company) -> None:
    result = values(branches)[RESULT]

    assert of(result, ("01", "11")) == [150, 0]
    assert of(values(branches, branch="CN1")[RESULT], ("01", "11")) == [100, 0]


def test_what_only_one_side_has_stays(branches: Company) -> None:
    branches.posted(pair("1368", "1111", 30), branch="CN1")

    sheet = values(branches)[SHEET]

    assert of(sheet, DEBT) == [30, 0]


def test_a_trial_balance_is_that_of_the_books() -> None:
    with cloud(MODULES, regime="TT133", options={"accounting.start_date": START}) as kernel:
        company = Company(kernel)
        company.untrack(["1361", "3361"])
        company.save("org_unit", {"code": "CN", "name": "CN", "kind": "branch"})
        company.posted(pair("1361", "3361", 500))

        made = company.invoke(SET, **YEAR, statements=["F01-DNN"])

        record = company.read(lambda view: view.get("statement_set", made["set"]))
        assert record.data.values["F01-DNN"]["1361"]["closing_debit"] == 500
        assert made["lines"]["B01a-DNN"]["133"] == 0


def test_a_company_without_branches_shows_what_it_has(company: Company) -> None:
    company.untrack(["1368", "3368"])
    company.posted(pair("1368", "3368", 40))

    assert of(values(company)[SHEET], DEBT) == [40, 40]


_ITEMS = st.dictionaries(
    st.tuples(
        st.sampled_from(["1361", "1362", "1368", "3361", "3368", "131"]),
        st.sampled_from(["", "A", "B"]),
        st.just(""),
        st.sampled_from(["short", "long"]),
    ),
    st.integers(-10, 10),
    max_size=8,
)


@given(_ITEMS)
def test_nothing_is_added_and_one_side_of_each_kind_goes(amounts: dict[Any, int]) -> None:
    left = dict(amounts)
    eliminate(left, {}, {})

    assert sum(left.values()) == sum(amounts.values())
    assert all(abs(left[item]) <= abs(amounts[item]) for item in amounts)
    assert all(left[item] == amounts[item] for item in amounts if item[0] == "131")
    for term in ("short", "long"):
        sides = {
            left[i] > 0
            for i in left
            if left[i] and i[0] in ("1362", "1368", "3368") and i[3] == term
        }
        assert len(sides) <= 1


def test_what_a_closing_carried_on_between_units_is_left_out_too(branches: Company) -> None:
    branches.invoke("general_ledger.close_profit_and_loss", date="2026-12-31", all_dependent=True)

    made = branches.invoke(SET, **YEAR)

    assert of(made["lines"][RESULT], ("01", "11", "60")) == [150, 0, 150]
    assert made["check"]["causes"] == []


def test_deductions_between_units_go_out_of_the_revenue_that_they_were_closed_to(
    branches: Company,
) -> None:
    branches.posted(pair("5211", "1368", 10, internal=True), branch="CN1")
    branches.posted(pair("3368", "632", 10, internal=True), branch="CN2")
    branches.invoke("general_ledger.close_profit_and_loss", date="2026-12-31", all_dependent=True)

    made = branches.invoke(SET, **YEAR)

    assert of(made["lines"][RESULT], ("01", "02", "11", "60")) == [150, 0, 0, 150]
    assert made["check"]["causes"] == []


def test_results_that_are_not_closed_yet_are_analysed_without_those_between_units(
    branches: Company,
) -> None:
    first, last = (datetime.date.fromisoformat(day) for day in YEAR.values())

    found = branches.read(lambda view: ledger_figures(view, first, last))

    result = found.values[RESULT]
    assert [result[code]["this_period"] for code in ("01", "11", "60")] == [150, 0, 150]


# -- capital on 411, money between units -------------------------------------------------------------

FLOWS = ("B03-DN/direct", "B03-DN/indirect")


def test_capital_that_a_branch_keeps_on_411_stands_against_1361(branches: Company) -> None:
    branches.posted(pair("1361", "1111", 70))
    branches.posted(pair("1111", "41111", 90), branch="CN2")

    sheet = values(branches)[SHEET]

    assert of(sheet, CAPITAL) == [0, 0]
    assert of(sheet, ("411a", "414")) == [90 - 70, 900]  # what the company did not give stays


def test_capital_of_the_company_itself_is_never_set_against_a_branch(branches: Company) -> None:
    branches.posted(pair("1111", "41111", 300))
    branches.posted(pair("1361", "1111", 70))

    sheet = values(branches)[SHEET]

    assert of(sheet, (*CAPITAL, "411a")) == [70, 0, 300]


def test_a_branch_with_those_below_it_leaves_its_own_capital(branches: Company) -> None:
    unit = {"code": "CN11", "name": "CN11", "kind": "branch", "parent": "CN1"}
    branches.save("org_unit", unit)
    branches.posted(pair("1111", "41111", 60), branch="CN1")
    branches.posted(pair("1361", "1111", 40), branch="CN1")
    branches.posted(pair("1111", "41111", 40), branch="CN11")

    sheet = values(branches, branch="CN1", include_dependents=True)[SHEET]

    assert of(sheet, ("213", "411a")) == [0, 60]


def test_money_that_units_sent_each_other_is_in_no_direction_of_the_cash_flow(
    branches: Company,
) -> None:
    branches.posted(pair("1361", "1111", 70))
    branches.posted(pair("1111", "41111", 70), branch="CN2")
    branches.posted(pair("1368", "1111", 25), branch="CN1")
    branches.posted(pair("1111", "3368", 20), branch="CN2")  # five are still on their way

    lines = values(branches, statements=[*FLOWS])

    direct, indirect = (lines[one] for one in FLOWS)
    assert {code: amount for code, amount in direct.items() if amount} == {
        "01": 150, "02": -80, "07": -5, "20": 65, "31": 900, "40": 900, "50": 965, "70": 965,
    }  # fmt: skip
    assert indirect["70"] == lines[SHEET]["110"] == 965


def test_both_methods_agree_when_capital_is_given_in_goods_and_kept_on_411(
    branches: Company,
) -> None:
    branches.untrack(["152", "2111"])
    branches.posted(pair("2111", "1111", 50))
    branches.posted(pair("1361", "2111", 50))
    branches.posted(pair("2111", "41111", 50), branch="CN2")
    branches.posted(pair("1361", "1561", 30), branch="CN1")
    branches.posted(pair("1561", "41111", 30), branch="CN2")
    branches.invoke("general_ledger.close_profit_and_loss", date="2026-12-31", all_dependent=True)

    made = branches.invoke(SET, **YEAR, statements=[*FLOWS])

    assert made["check"]["causes"] == []
    assert of(made["lines"][RESULT], ("01", "11", "60")) == [150, 0, 150]
    assert of(made["lines"][SHEET], (*CAPITAL, "411a")) == [0, 0, 0]
    assert made["lines"][FLOWS[0]]["20"] == made["lines"][FLOWS[1]]["20"]
