"""Trial balance, account ledger and journal, also with published exercises."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lienso.testing.kernels import cloud
from lienso_general_ledger import balance

from .conftest import MODULES, Company, pair

DATA = Path(__file__).parent / "data"
AMOUNTS = ("opening_debit", "opening_credit", "debit", "credit", "closing_debit", "closing_credit")
YEAR = {"from_date": "2026-01-01", "to_date": "2026-12-31"}
ACCOUNTS = ["1111", "1112", "1388", "4118", "5111", "6427", "6421", "711"]


def by_account(rows: list[dict[str, Any]]) -> dict[str, tuple[int, ...]]:
    return {row["account"]: tuple(row[name] for name in AMOUNTS) for row in rows}


@pytest.mark.parametrize("name", ["basic_trade_entries", "september_laundromat"])
def test_a_published_exercise_gives_its_balances(name: str) -> None:
    exercise = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))["expected"]
    with cloud(MODULES, options={"accounting.start_date": "2020-01-01"}) as kernel:
        company = Company(kernel)
        company.untrack([row["account"] for row in exercise["trial_balance"]])
        for no, its in groupby(exercise["entries"], key=lambda entry: entry["no"]):
            entries = list(its)
            lines = [pair(e["debit"], e["credit"], e["amount"]) for e in entries]
            company.posted(*lines, day=entries[0]["date"], no=f"NVK-{no}")

        year = exercise["entries"][0]["date"][:4]
        found = by_account(
            company.report("trial_balance", from_date=f"{year}-01-01", to_date=f"{year}-12-31")
        )

    for row in exercise["trial_balance"]:
        assert found[row["account"]] == tuple(row[name] for name in AMOUNTS), row["account"]


@pytest.fixture(scope="module")
def shared() -> Iterator[Company]:
    """One company that random months are added to."""
    with cloud(MODULES, options={"accounting.start_date": "2026-01-01"}) as kernel:
        company = Company(kernel)
        company.untrack(ACCOUNTS)
        yield company


@settings(max_examples=15, deadline=None)
@given(
    moves=st.lists(
        st.tuples(
            st.sampled_from(ACCOUNTS),
            st.sampled_from(ACCOUNTS),
            st.integers(-(10**12), 10**12).filter(bool),
            st.integers(1, 12),
        ).filter(lambda move: move[0] != move[1]),
        max_size=5,
    ),
    month=st.integers(1, 12),
)
def test_both_sides_of_a_trial_balance_are_equal_in_every_period(
    shared: Company, moves: list[tuple[str, str, int, int]], month: int
) -> None:
    for debit, credit, amount, its_month in moves:
        shared.posted(pair(debit, credit, amount), day=f"2026-{its_month:02d}-15")

    rows = shared.report("trial_balance", from_date=f"2026-{month:02d}-01", to_date="2026-12-20")

    *accounts, totals = rows
    assert totals["opening_debit"] == totals["opening_credit"]
    assert totals["debit"] == totals["credit"]
    assert totals["closing_debit"] == totals["closing_credit"]
    top = [row for row in accounts if len(row["account"]) == 3]
    for name in AMOUNTS:
        assert sum(row[name] for row in top) == totals[name]


def test_accounts_add_up_to_those_above_them_as_deep_as_asked(company: Company) -> None:
    company.posted(
        pair("1111", "711", 10), pair("1112", "711", 5, currency="USD", fc_amount="1", rate="5")
    )

    deep = by_account(company.report("trial_balance", **YEAR))
    flat = by_account(company.report("trial_balance", level=1, **YEAR))

    assert deep["111"] == (0, 0, 15, 0, 15, 0)
    assert deep["1112"] == (0, 0, 5, 0, 5, 0)
    assert set(flat) == {"111", "711", ""}
    assert flat[""] == (0, 0, 15, 15, 15, 15)


def test_an_account_of_both_natures_shows_its_objects_on_both_sides_when_asked(
    company: Company,
) -> None:
    company.save("object", {"code": "A", "is_customer": True})
    company.save("object", {"code": "B", "is_customer": True})
    company.posted(pair("131", "711", 10, object="A"), pair("1111", "131", 4, object="B"))

    netted = by_account(company.report("trial_balance", **YEAR))["131"]
    apart = by_account(company.report("trial_balance", by_object=True, **YEAR))["131"]

    assert netted == (0, 0, 10, 4, 6, 0)
    assert apart == (0, 0, 10, 4, 10, 4)


def test_a_report_is_of_one_ledger_and_of_one_branch(company: Company) -> None:
    company.save("org_unit", {"code": "CN1", "kind": "branch"})
    company.posted(pair("1111", "711", 10))
    company.posted(pair("1111", "711", 5), branch="CN1")
    other = company.journal(pair("1111", "711", 3), display_on_book="management")
    company.post(other, "management")

    def cash(**more: Any) -> int:
        return by_account(company.report("trial_balance", **YEAR, **more))["1111"][2]

    assert (cash(), cash(branch="CN1"), cash(ledger="management")) == (15, 5, 3)


@pytest.mark.parametrize("report", ["trial_balance", "account_ledger", "journal_book"])
def test_a_branch_comes_with_the_dependent_units_below_it_when_asked(
    company: Company, report: str
) -> None:
    top = company.save("org_unit", {"code": "CN1", "kind": "branch"})
    for code, accounting in (("CN1A", "dependent"), ("CN1B", "independent")):
        body = {"code": code, "kind": "branch", "parent": top.id, "accounting": accounting}
        company.save("org_unit", body)
    company.save("org_unit", {"code": "CN1AA", "kind": "branch", "parent": "CN1A",
                              "accounting": "dependent"})  # fmt: skip
    for branch, amount in (("CN1", 1), ("CN1A", 10), ("CN1AA", 100), ("CN1B", 1_000)):
        company.posted(pair("1111", "711", amount), branch=branch)
    more = {"account": "1111"} if report == "account_ledger" else {}

    def moved(**asked: Any) -> int:
        params = {**YEAR, **more, **asked}
        table = company.kernel.report(company.by, f"general_ledger.{report}", params)
        place = next(n for n, column in enumerate(table.columns) if column.name == "debit")
        return int(table.totals[place])

    assert (moved(branch="CN1"), moved(branch="CN1", include_dependents=True)) == (1, 111)
    assert moved(include_dependents=True) == 1_111


def test_the_ledger_of_an_account_adds_up_by_month_and_quarter(company: Company) -> None:
    for day, amount in (("2026-01-10", 100), ("2026-02-10", 20), ("2026-03-10", 3)):
        company.posted(pair("1111", "711", amount), day=day)

    rows = company.report(
        "account_ledger", account="1111", from_date="2026-02-01", to_date="2026-03-31"
    )

    assert [(row["description"], row["debit"]) for row in rows if not row["posting_date"]] == [
        ("Số dư đầu kỳ", 100),
        ("Cộng số phát sinh tháng 02/2026", 20),
        ("Số dư cuối tháng 02/2026", 120),
        ("Cộng lũy kế từ đầu quý", 120),
        ("Cộng số phát sinh tháng 03/2026", 3),
        ("Số dư cuối tháng 03/2026", 123),
        ("Cộng lũy kế từ đầu quý", 123),
        ("Số dư cuối kỳ", 123),
        ("Cộng số phát sinh", 23),
    ]
    assert [row["contra_account"] for row in rows if row["posting_date"]] == ["711", "711"]


def test_the_journal_has_two_rows_a_pair_in_the_order_of_days(company: Company) -> None:
    company.posted(pair("1111", "711", 2), day="2026-03-02", no="NVK2")
    company.posted(pair("6427", "1111", 1), day="2026-03-01", no="NVK1")

    *rows, totals = company.report("journal_book", **YEAR)

    assert [(row["row"], row["no"], row["account"], row["debit"]) for row in rows] == [
        (1, "NVK1", "6427", 1),
        (2, "NVK1", "1111", 0),
        (3, "NVK2", "1111", 2),
        (4, "NVK2", "711", 0),
    ]
    assert (totals["debit"], totals["credit"]) == (3, 3)


def test_a_balance_is_of_a_subtree_up_to_a_day_without_a_voucher(company: Company) -> None:
    first = company.posted(pair("1111", "711", 10), day="2026-03-01")
    company.posted(pair("1112", "711", 5, currency="USD", fc_amount="2", rate="2.5"))

    def look(view: Any) -> tuple[int, int, int, str]:
        whole = balance(view, "111")
        usd = balance(view, "111", currency="USD")
        early = balance(view, "111", date_to=datetime.date(2026, 3, 1))
        without = balance(view, "111", without=first.id)
        return whole.amount, early.amount, without.amount, str(usd.fc_amount.normalize())

    assert company.read(look) == (15, 10, 5, "2")
