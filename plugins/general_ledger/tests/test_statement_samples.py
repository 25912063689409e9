"""Published exercises entered as journals, and the statements that a company filed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from lienso.testing.kernels import cloud

from .conftest import MODULES, Company
from .samples import DATA, Sample, sample, trial_balance

SAMPLES = sorted(path.stem for path in DATA.glob("*.json"))
SHARED = Path(__file__).resolve().parents[4] / "shared" / "sample"


def company_of(name: str, start: str, regime: str) -> Any:
    return cloud(MODULES, options={"accounting.start_date": start}, regime=regime)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_copied_sample_is_that_of_the_specification(name: str) -> None:
    if not SHARED.is_dir():
        pytest.skip("the samples are not beside this checkout")

    assert (DATA / f"{name}.json").read_bytes() == (SHARED / f"{name}.json").read_bytes()


def test_a_listed_companys_year_gives_the_statements_that_it_filed() -> None:
    given = sample("company_year_s72_2024")
    accounts = {row["account"] for row in given["given"]["opening_balances"]}
    for entry in (*given["expected"]["entries"], *given["expected"]["closing_entries"]):
        accounts |= {entry["debit"], entry["credit"]}
    statements = ["B03-DN/direct", "B03-DN/indirect"]

    with company_of("s72", "2024-01-01", "TT200") as kernel:
        entered = Sample(Company(kernel))
        entered.company.untrack(sorted(accounts))
        entered.open(given["given"]["opening_balances"])
        entered.post(given["expected"]["entries"])
        entered.post(given["expected"]["closing_entries"], closing=True)
        result = entered.company.invoke(
            "general_ledger.create_statements", date="2024-12-31", statements=statements
        )
        made = kernel.get(entered.company.by, "statement_set", result["set"]).data.values

    published = given["published"]["statements"]
    closing = {code: row["closing"] for code, row in made["B01-DN"].items()}
    opening = {code: row["opening"] for code, row in made["B01-DN"].items()}
    assert_lines(published["B01"]["2024-12-31"], closing)
    assert_lines(published["B01"]["2023-12-31"], opening)
    assert_lines(published["B02"]["2024"], result["lines"]["B02-DN"])
    assert_lines(published["B03"]["2024"], result["lines"]["B03-DN/indirect"])
    assert_lines(given["expected"]["b03_direct"], result["lines"]["B03-DN/direct"])
    assert result["check"]["causes"] == []


def assert_lines(wanted: Mapping[str, int], got: Mapping[str, int]) -> None:
    """Compare every published line."""
    assert {code: got[code] for code in wanted} == dict(wanted)


def test_a_month_of_a_trader_gives_its_trial_balance_for_the_tax_office() -> None:
    given = sample("trading_month_2017_05")["expected"]

    with company_of("trading", "2017-05-01", "TT133") as kernel:
        entered = Sample(Company(kernel))
        entered.company.untrack([row["account"] for row in given["trial_balance"]])
        entered.post(given["entries"])
        days = {"from_date": "2017-05-01", "to_date": "2017-05-31"}
        result = entered.company.invoke("general_ledger.create_statements", **days)
        rows = kernel.get(entered.company.by, "statement_set", result["set"]).data.values["F01-DNN"]

    for row in given["trial_balance"]:
        if row["account"] not in rows:
            continue  # an account of a level below those that the form shows
        # Accounts of both natures are split by object on the form; their balance is the same.
        its, shown = dict(row), rows[row["account"]]
        its |= {"turnover_debit": row["debit"], "turnover_credit": row["credit"]}
        assert shown["turnover_debit"] == its["turnover_debit"], row["account"]
        assert shown["turnover_credit"] == its["turnover_credit"], row["account"]
        net = its["closing_debit"] - its["closing_credit"]
        assert shown["closing_debit"] - shown["closing_credit"] == net, row["account"]
    assert "accounts_not_closed" in {cause["code"] for cause in result["check"]["causes"]}


def test_a_laundromats_first_month_balances_when_it_is_closed() -> None:
    given = sample("september_laundromat")["expected"]
    closing = [
        {"no": "KC", "date": "2020-09-30", "debit": "5113", "credit": "911", "amount": 6_200},
        *(
            {"no": "KC", "date": "2020-09-30", "debit": "911", "credit": row["account"]}
            | {"amount": row["closing_debit"]}
            for row in given["trial_balance"]
            if row["account"].startswith("6") and row["closing_debit"]
        ),
    ]
    costs = sum(entry["amount"] for entry in closing[1:])
    profit = {"no": "KC", "date": "2020-09-30", "debit": "911", "credit": "4212"}

    with company_of("laundromat", "2020-01-01", "TT200") as kernel:
        entered = Sample(Company(kernel))
        accounts = {row["account"] for row in given["trial_balance"]} | {"5113", "4212"}
        entered.company.untrack(sorted(accounts))
        entered.post(given["entries"])
        entered.post([*closing, {**profit, "amount": 6_200 - costs}], closing=True)
        result = entered.company.invoke(
            "general_ledger.create_statements",
            date="2020-09-30",
            period="month",
            statements=["B03-DN/direct"],
        )

    lines = result["lines"]
    assets = 41_400 - 700 - costs  # the trial balance less what the owner took and the costs
    assert costs == 1_200
    assert lines["B02-DN"]["60"] == 6_200 - costs
    assert lines["B01-DN"]["270"] == lines["B01-DN"]["440"] == assets
    assert lines["B03-DN/direct"]["70"] == lines["B01-DN"]["110"] == 13_300
    assert result["check"]["balanced"]
    assert result["check"]["cash_flow_agrees"]


@pytest.mark.parametrize(
    "name", ["basic_trade_entries", "vat_included_price_and_direct_method", "trading_month_2017_05"]
)
def test_the_entries_of_an_exercise_give_its_trial_balance(name: str) -> None:
    given = sample(name)

    with company_of(name, "2017-01-01", given["regime"]) as kernel:
        entered = Sample(Company(kernel))
        entered.company.untrack([row["account"] for row in given["expected"]["trial_balance"]])
        entered.post(given["expected"]["entries"])

        wanted = given["expected"]["trial_balance"]
        days = {"from_date": "2017-01-01", "to_date": "2026-12-31"}
        assert trial_balance(entered.company, wanted, **days) == wanted


def test_a_month_of_a_manufacturer_gives_its_trial_balance_and_balance_sheets() -> None:
    given = sample("production_month_with_opening")
    days = {"from_date": "2025-03-01", "to_date": "2025-03-31"}

    with company_of("production", "2025-03-01", "TT200") as kernel:
        entered = Sample(Company(kernel))
        entered.company.untrack([row["account"] for row in given["expected"]["trial_balance"]])
        entered.open(given["given"]["opening_balances"])
        entered.post(given["expected"]["entries"])
        result = entered.company.invoke("general_ledger.create_statements", **days)
        made = kernel.get(entered.company.by, "statement_set", result["set"]).data.values["B01-DN"]

        wanted = given["expected"]["trial_balance"]
        assert trial_balance(entered.company, wanted, **days) == wanted
    for day, column in (("2025-02-28", "opening"), ("2025-03-31", "closing")):
        found = {code: row[column] for code, row in made.items() if row[column]}
        assert found == given["expected"]["statements"]["B01"][day], day
