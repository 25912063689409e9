"""Books of all bookkeeping forms, results, and tables of period-end work (spec §6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lienso.testing.kernels import cloud

from .conftest import MODULES, Company, pair

MARCH = {"from_date": "2026-03-01", "to_date": "2026-03-31"}
ACCOUNTS = ["1111", "1388", "3388", "5111", "6427", "711", "811"]


@pytest.fixture
def trader(company: Company) -> Company:
    company.untrack(["1111", "1388", "131", "331", "1561", "6427"])
    company.posted(pair("1111", "5111", 500), day="2026-02-10", no="PT0")
    company.posted(pair("1111", "5111", 900), pair("1111", "33311", 90), day="2026-03-05", no="PT1")
    company.posted(pair("6427", "1111", 200), day="2026-03-20", no="PC1")
    return company


def test_a_receipts_journal_has_a_column_for_what_money_came_for(trader: Company) -> None:
    *rows, totals = trader.report("receipts_journal", **MARCH)

    assert [(r["no"], r["total"], r["a33311"], r["a5111"]) for r in rows] == [("PT1", 990, 90, 900)]
    assert (totals["total"], totals["a5111"]) == (990, 900)


@pytest.mark.parametrize(
    ("report", "params", "total"),
    [
        ("payments_journal", {}, 200),
        ("sales_journal", {}, 70),
        ("purchases_journal", {}, 40),
        ("document_journal", {"form": "S04a1"}, 200),
        ("document_journal", {"form": "S04a8"}, 970),
        ("document_list", {"form": "S04b1"}, 990),
        ("document_list", {"form": "S04b5"}, 200),
    ],
)
def test_each_form_lists_its_side_of_its_accounts(
    trader: Company, report: str, params: dict[str, Any], total: int
) -> None:
    trader.posted(pair("131", "5111", 70))
    trader.posted(pair("1561", "331", 40))

    *_rows, totals = trader.report(report, **MARCH, **params)

    assert totals["total"] == total


def test_a_detail_keeps_objects_apart_with_a_balance_after_each_entry(trader: Company) -> None:
    for code, amount in (("A", 100), ("B", -30)):
        who = trader.save("object", {"code": code, "name": code, "is_customer": True})
        trader.posted(pair("131", "711", amount, object=who.id), day="2026-02-01")
        trader.posted(pair("131", "711", 5, object=who.id), day="2026-03-01")

    *rows, totals = trader.report("account_detail", **MARCH, account="131")

    ends = [(r["object"], r["balance_debit"], r["balance_credit"]) for r in rows if not r["no"]]
    assert ends == [("A", 100, 0), ("A", 105, 0), ("B", 0, 30), ("B", 0, 25)]
    assert (totals["debit"], totals["balance_debit"], totals["balance_credit"]) == (10, 105, 25)


def test_a_ledger_names_the_row_of_the_journal(trader: Company) -> None:
    journal = trader.report("journal_book", **MARCH)
    ledger = trader.report("account_ledger", **MARCH, account="6427")

    (row,) = [r for r in ledger if r["no"] == "PC1"]
    (there,) = [r for r in journal if r["no"] == "PC1" and r["account"] == "6427"]
    assert row["row"] == there["row"]


def test_a_ledger_by_months_shows_credited_accounts_and_what_is_left(trader: Company) -> None:
    params = {"from_date": "2026-02-01", "to_date": "2026-03-31", "account": "1111"}

    table = trader.kernel.report(trader.by, "general_ledger.document_ledger", params)

    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["Có TK 5111"] == (500, 900)
    assert rows["Tổng phát sinh Có"] == (0, 200)
    assert rows["Số dư cuối tháng Nợ"] == (500, 1_290)


def test_the_register_agrees_with_the_ledger_or_names_what_is_missing(trader: Company) -> None:
    run = "general_ledger.journal_vouchers"
    trader.invoke(run, action="create", date="2026-03-31", vouchers=["PT1"], summary="Thu")

    before = trader.report("group_register", **MARCH)
    trader.invoke(run, action="create", date="2026-03-31", vouchers=["PC1"])
    after = trader.report("group_register", **MARCH)
    ledger = trader.report("group_ledger", **MARCH, account="1111")
    detailed = trader.report("group_ledger_detail", **MARCH, account="111")

    assert ("Chưa lập CTGS: PC1", 200) in [(r["no"], r["amount"]) for r in before]
    assert [r["no"] for r in after if "Chưa" in r["no"]] == []
    assert after[-1]["amount"] == 1_190
    assert (ledger[0]["debit"], ledger[-2]["debit"]) == (500, 1_290)
    assert (detailed[-1]["d1111"], detailed[-1]["c1111"]) == (990, 200)
    listed = trader.report("group_list", **MARCH)
    assert [r["summary"] for r in listed[:2]] == ["Thu", "Thu"]
    assert listed[-1]["amount"] == 1_190


def test_results_by_target_take_in_the_costs_that_were_shared(trader: Company) -> None:
    project = trader.save("project", {"code": "P1", "name": "Nhà"})
    trader.posted(pair("1388", "5111", 1_000, project=project.id))
    trader.invoke(
        "general_ledger.allocate_operating_costs", **MARCH, target="project", criterion="revenue"
    )

    rows = {row["code"]: row for row in trader.report("results_by", **MARCH)}

    assert (rows["P1"]["revenue"], rows["P1"]["shared"], rows["P1"]["result"]) == (1_000, 200, 800)
    whole = trader.report("results_by", **MARCH)[-1]
    assert (whole["shared"], whole["result"]) == (0, 1_700)


def test_results_stand_beside_those_of_the_month_before_and_closing_changes_nothing(
    trader: Company,
) -> None:
    before = trader.report("results_compared", **MARCH)
    trader.invoke("general_ledger.close_profit_and_loss", date="2026-03-31")
    after = trader.report("results_compared", **MARCH)

    revenue = before[0]
    assert (revenue["this_period"], revenue["prior_period"], revenue["percent"]) == (
        900,
        500,
        "80.00",
    )
    assert before[-1]["this_period"] == 700
    assert after == before


def test_prepaid_costs_show_what_was_allocated_and_what_is_left(trader: Company) -> None:
    body = {"code": "THUE", "name": "Thuê", "start": "2026-02-01", "amount": 900, "periods": 3}
    rows = [{"ratio": "100", "debit": "6427"}]
    trader.save("prepaid_cost", {**body, "allocation_rows": rows})
    for month in (2, 3):
        trader.invoke("general_ledger.allocate_prepaid_costs", year=2026, month=month)

    row, totals = trader.report("prepaid_status", **MARCH)

    assert [row[n] for n in ("before", "allocated", "remaining", "periods_left")] == [
        300,
        300,
        300,
        1,
    ]
    assert totals["remaining"] == 300


def test_exchange_differences_are_listed_pair_by_pair(trader: Company) -> None:
    trader.untrack(["1112"])
    line = pair("1112", "711", 2_500_000, currency="USD", fc_amount="100", rate="25000")
    trader.posted(line)
    rates = {"rate_assets": "25100", "rate_liabilities": "25200"}
    trader.invoke("general_ledger.revalue_fx_accounts", date="2026-03-31", currency="USD", **rates)

    row, totals = trader.report("fx_differences", **MARCH)

    assert (row["account"], row["kind"], row["gain"]) == ("1112", "Đánh giá lại", 10_000)
    assert (totals["gain"], totals["loss"]) == (10_000, 0)


@pytest.fixture(scope="module")
def shared() -> Iterator[Company]:
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
            st.integers(-(10**9), 10**9).filter(bool),
            st.integers(1, 12),
        ).filter(lambda move: move[0] != move[1]),
        max_size=5,
    ),
    account=st.sampled_from(ACCOUNTS),
    months=st.tuples(st.integers(1, 12), st.integers(1, 12)).map(sorted),
)
def test_the_books_of_every_form_add_up_to_the_same_turnover(
    shared: Company, moves: list[tuple[str, str, int, int]], account: str, months: list[int]
) -> None:
    for debit, credit, amount, month in moves:
        shared.posted(pair(debit, credit, amount), day=f"2026-{month:02d}-15")
    span = {"from_date": f"2026-{months[0]:02d}-01", "to_date": f"2026-{months[1]:02d}-28"}

    balance = {row["account"]: row for row in shared.report("trial_balance", **span)}
    whole = balance[""] if "" in balance else shared.report("trial_balance", **span)[-1]
    one = balance.get(account, dict.fromkeys(("debit", "credit", "closing_debit"), 0))
    detail = shared.report("account_detail", **span, account=account)[-1]
    ledger = shared.report("account_ledger", **span, account=account)[-1]
    journal = shared.report("journal_ledger", **span)[-1]

    assert (detail["debit"], detail["credit"]) == (one["debit"], one["credit"])
    assert (ledger["debit"], ledger["credit"]) == (one["debit"], one["credit"])
    assert detail["balance_debit"] == one["closing_debit"]
    assert journal["amount"] == whole["debit"] == whole["credit"]
    assert shared.report("journal_book", **span)[-1]["debit"] == whole["debit"]
