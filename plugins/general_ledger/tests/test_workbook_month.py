"""The month of the workbook, entered as journals: its closing, balances, cost and statements.

The vouchers of the modules that own stock, sales and purchase are journals here; what they post to the
ledger is what the workbook's answers say of each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from lienso.kernel import Kernel
from lienso.testing.kernels import cloud

from .conftest import MODULES, Company
from .samples import Sample, sample, trial_balance

MONTH = {"from_date": "2026-03-01", "to_date": "2026-03-31"}
GIVEN = sample("company-2026-03")
WANTED = GIVEN["expected"]
STOCK = ("152", "153", "155", "156")
BANKS = {"1121": "VND", "1122": "USD"}
BEFORE = "trial_balance_before_closing"


@pytest.fixture(scope="module")
def month() -> Iterator[Company]:
    """The company at the end of its month, not closed yet."""
    options = {"accounting.start_date": "2026-03-01"}
    with cloud(MODULES, options=options, regime="TT133") as kernel:
        yield entered(kernel)


def entered(kernel: Kernel) -> Company:
    company = Company(kernel)
    company.save("currency", {"code": "USD", "name": "USD"})
    given = GIVEN["given"]
    for account in given["accounts_to_add"]:
        company.save("account", {**account, "nature": "none"})
    named = {row["account"] for row in (*given["opening_balances"], *WANTED["trial_balance"])}
    named.add("6422")  # became a parent; its children demand what it does
    company.untrack(sorted(named))
    month = Sample(company)
    for row in given["opening_balances"]:
        if "bank_account" in row:
            its = {"ledger_account": row["account"], "currency": BANKS[row["account"]]}
            month.id("bank_account", row["bank_account"], **its)
    month.open(given["opening_balances"])
    month.post(WANTED["entries"])
    return company


@pytest.fixture(scope="module")
def closed(month: Company) -> dict[str, Any]:
    """What the closing of the month answers; the balances before it are looked at first."""
    before = balances(month, BEFORE)
    made = month.invoke("general_ledger.close_profit_and_loss", date="2026-03-31")
    return {**made, "before": before}


@pytest.fixture(scope="module")
def made(month: Company, closed: dict[str, Any]) -> dict[str, Any]:
    """The statements of the closed month, both cash flows."""
    flows = ["B03-DNN/direct", "B03-DNN/indirect"]
    answer = month.invoke("general_ledger.create_statements", **MONTH, statements=flows)
    values = month.kernel.get(month.by, "statement_set", answer["set"]).data.values
    return {**answer, "values": values}


def balances(company: Company, answer: str) -> list[dict[str, Any]]:
    return trial_balance(company, WANTED[answer], **MONTH)


def sums(company: Company, dimension: str, catalog: str) -> Mapping[str, Mapping[str, int]]:
    """Return debit less credit by account and code of what a dimension names."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    names = company.read(lambda view: {r.id: r.data.code for r in view.all(catalog)})
    for posted in company.entries():
        entry = posted.entry
        code = names.get(str(entry.dimensions.get(dimension, "")))
        if code:
            amount = entry.measures.get("debit", 0) - entry.measures.get("credit", 0)
            found[str(entry.dimensions["account"])][code] += amount
    return found


def test_the_closing_makes_the_entries_of_the_answer(closed: Mapping[str, Any]) -> None:
    wanted = {(e["debit"], e["credit"], e["amount"]) for e in WANTED["closing_entries"]}

    made = {(e["debit"], e["credit"], e["amount"]) for e in closed["pairs"]}

    assert made == wanted
    assert closed["remaining"] == 0


def test_the_trial_balance_agrees_before_and_after_the_closing(
    month: Company, closed: Mapping[str, Any]
) -> None:
    assert closed["before"] == WANTED[BEFORE]
    assert balances(month, "trial_balance") == WANTED["trial_balance"]


def test_every_customer_supplier_and_employee_is_owed_what_the_answer_says(month: Company) -> None:
    found = sums(month, "object", "object")

    for account, rows in WANTED["objects"].items():
        wanted = {row["key"]: row["closing"] for row in rows}
        assert {key: found[account][key] for key in wanted} == wanted, account


def test_every_bank_account_holds_what_the_answer_says(month: Company) -> None:
    wanted = {row["key"]: row["closing"] for row in WANTED["bank_accounts"]}

    found = sums(month, "bank_account", "bank_account")

    by_code: dict[str, int] = defaultdict(int)
    for account in BANKS:
        for code, amount in found[account].items():
            by_code[code] += amount
    assert {code: by_code[code] for code in wanted} == wanted


def test_what_is_left_of_every_item_is_worth_what_the_answer_says(month: Company) -> None:
    found = sums(month, "item", "item")

    for row in WANTED["stock_left"]:
        assert sum(found[account][row["item"]] for account in STOCK) == row["value"], row["item"]


def test_production_costs_what_the_answer_says(month: Company) -> None:
    cost = WANTED["production"]

    (row,) = [row for row in month.report("trial_balance", **MONTH) if row["account"] == "154"]

    assert row["debit"] == cost["cost_154"]
    assert row["credit"] == cost["finished_cost"]
    assert row["closing_debit"] == cost["closing_wip"]


def test_the_balance_sheet_is_that_of_the_answer_at_both_ends(made: Mapping[str, Any]) -> None:
    wanted = WANTED["statements"]["B01a-DNN"]
    lines = made["values"]["B01a-DNN"]

    for day, column in (("2026-02-28", "opening"), ("2026-03-31", "closing")):
        found = {code: row[column] for code, row in lines.items() if row[column]}
        assert found == wanted[day], day
    assert made["check"]["causes"] == []


def test_the_income_statement_and_both_cash_flows_are_those_of_the_answer(
    made: Mapping[str, Any],
) -> None:
    wanted = {"B02-DNN": WANTED["statements"]["B02-DNN"]["2026-03"], **WANTED["cash_flow"]}

    for statement, lines in wanted.items():
        found = {code: value for code, value in made["lines"][statement].items() if value}
        assert found == lines, statement
    assert made["check"]["cash_flow_agrees"]


def test_the_ledger_has_the_input_and_output_vat_of_the_answer(month: Company) -> None:
    wanted = WANTED["vat_summary"]
    moved = {row["account"]: row for row in month.report("trial_balance", **MONTH)}

    carried = moved["1331"]["closing_debit"] - moved["33311"]["closing_credit"]

    assert moved["1331"]["debit"] == wanted["input"]
    assert moved["33311"]["credit"] == wanted["output"]
    assert carried == wanted["carried_forward"]


def test_money_falls_as_low_as_the_answer_says_and_no_lower(month: Company) -> None:
    """In the order in which the answer lists the vouchers."""
    order = {f"NVK-{entry['no']}": n for n, entry in enumerate(WANTED["entries"])}
    banks = month.read(lambda view: {r.id: r.data.code for r in view.all("bank_account")})
    kept: dict[str, int] = defaultdict(int)
    lowest: dict[str, int] = {}
    for posted in sorted(month.entries(), key=lambda posted: order.get(posted.number, -1)):
        account = str(posted.entry.dimensions["account"])
        if account.startswith(("111", "112")):
            bank = str(posted.entry.dimensions.get("bank_account", ""))
            place = banks[bank] if account.startswith("112") else account
            amounts = posted.entry.measures
            kept[place] += amounts.get("debit", 0) - amounts.get("credit", 0)
            lowest[place] = min(lowest.get(place, kept[place]), kept[place])

    wanted = WANTED["lowest_daily_balance"]
    assert {place: lowest[place] for place in wanted} == wanted
