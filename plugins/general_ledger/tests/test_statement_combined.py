"""Statements of a company with dependent branches: what stands between them is left out (spec §8)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lienso.testing.kernels import cloud
from lienso_general_ledger.statements.combining import eliminate

from .conftest import MODULES, START, Company, pair

SET = "general_ledger.create_statements"
YEAR = {"from_date": "2026-01-01", "to_date": "2026-12-31"}
SHEET, RESULT = "B01-DN", "B02-DN"
CAPITAL, DEBT = ("213", "334"), ("133", "316")


@pytest.fixture
def branches(company: Company) -> Company:
    """A head office that gave a branch 500 of capital, and two branches, one of which sold to the other."""
    company.untrack(["1368", "3368", "1361", "3361", "1362", "3362", "156", "1561", "632"])
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
    eliminate(left)

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
