"""Operating costs shared for the management (spec §4.7)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lienso_general_ledger import balance, spread

from .conftest import Company, pair, refused

RUN = "general_ledger.allocate_operating_costs"
MARCH = {"from_date": "2026-03-01", "to_date": "2026-03-31", "target": "project"}


@pytest.fixture
def trader(company: Company) -> Company:
    company.untrack(["1388", "6417", "6427"])
    for code in ("P1", "P2"):
        company.save("project", {"code": code, "name": code})
    return company


def project(company: Company, code: str) -> str:
    return str(company.read(lambda view: view.id_of("project", code)))


def sold(company: Company, code: str, amount: int, cost: int = 0) -> None:
    lines = [pair("1388", "5111", amount, project=project(company, code))]
    lines += [pair("632", "1388", cost, project=project(company, code))] if cost else []
    company.posted(*lines)


def parts(ran: dict[str, Any]) -> dict[str, int]:
    return {row["project"]: row["amount"] for row in ran["allocations"]}


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [("revenue", (100, 300)), ("cost_of_goods", (160, 240)), ("gross_profit", (80, 320))],
)
def test_costs_follow_what_each_target_moved(
    trader: Company, criterion: str, expected: tuple[int, int]
) -> None:
    sold(trader, "P1", 1_000, 400)
    sold(trader, "P2", 3_000, 600)
    trader.posted(pair("6427", "1388", 400))

    ran = trader.invoke(RUN, **MARCH, criterion=criterion)

    assert parts(ran) == dict(zip(("P1", "P2"), expected, strict=True))
    assert (ran["total"], ran["not_allocated"]) == (400, 0)


def test_closing_does_not_take_the_costs_away(trader: Company) -> None:
    sold(trader, "P1", 1_000)
    trader.posted(pair("6427", "1388", 400))
    trader.invoke("general_ledger.close_profit_and_loss", date="2026-03-31")

    assert parts(trader.invoke(RUN, **MARCH, criterion="revenue")) == {"P1": 400}


def test_only_a_share_is_divided_and_costs_that_name_a_target_stay(trader: Company) -> None:
    sold(trader, "P1", 1_000)
    trader.posted(
        pair("6427", "1388", 400), pair("6427", "1388", 50, project=project(trader, "P2"))
    )

    ran = trader.invoke(RUN, **MARCH, criterion="revenue", share_percent="60")

    assert (ran["total"], ran["not_allocated"]) == (240, 160)


def test_the_same_costs_are_not_shared_twice_until_the_run_is_deleted(trader: Company) -> None:
    sold(trader, "P1", 1_000)
    trader.posted(pair("6427", "1388", 400))
    ran = trader.invoke(RUN, **MARCH, criterion="revenue")

    again = refused(
        lambda: trader.invoke(RUN, **{**MARCH, "from_date": "2026-03-31"}, criterion="revenue")
    )
    record = trader.read(lambda view: view.by_number(ran["voucher"]))
    trader.kernel.unpost(trader.by, record.id)
    trader.kernel.delete(trader.by, record.type, record.id)

    assert (again.code, again.detail) == ("already_allocated", {"voucher": ran["voucher"]})
    assert trader.entries("operating_costs") == []
    assert trader.invoke(RUN, **MARCH, criterion="revenue")["total"] == 400


def test_typed_shares_add_up_to_100(trader: Company) -> None:
    trader.posted(pair("6427", "1388", 400))

    error = refused(
        lambda: trader.invoke(RUN, **MARCH, criterion="manual", ratios={"P1": "60", "P2": "39"})
    )
    ran = trader.invoke(RUN, **MARCH, criterion="manual", ratios={"P1": "60", "P2": "40"})

    assert (error.code, error.detail["percent_sum"]) == ("percent_sum_not_100", "99")
    assert parts(ran) == {"P1": 240, "P2": 160}


def test_a_target_that_lost_counts_nothing_and_is_named(trader: Company) -> None:
    sold(trader, "P1", 1_000)
    trader.posted(pair("5111", "1388", 70, project=project(trader, "P2")))
    trader.posted(pair("6427", "1388", 400))

    error = refused(lambda: trader.invoke(RUN, **MARCH, criterion="revenue"))
    ran = trader.invoke(RUN, **MARCH, criterion="revenue", ignore_warnings=True)

    assert (error.code, error.detail) == ("negative_weight", {"targets": ["P2"]})
    assert parts(ran) == {"P1": 400}


def test_without_anything_to_go_by_nothing_is_shared(trader: Company) -> None:
    trader.posted(pair("6427", "1388", 400))

    assert refused(lambda: trader.invoke(RUN, **MARCH, criterion="revenue")).code == "no_weight"


def test_the_management_ledger_moves_costs_to_the_targets_and_the_financial_one_not(
    trader: Company,
) -> None:
    sold(trader, "P1", 1_000)
    trader.posted(pair("6427", "1388", 400))

    trader.invoke(RUN, **MARCH, criterion="revenue", post_management=True)

    def on(ledger: str, **where: Any) -> int:
        return int(trader.read(lambda view: balance(view, "6427", ledger=ledger, **where)).amount)

    assert on("management", project=project(trader, "P1")) == 400
    assert on("management") == 0
    assert on("financial", project="") == 400


@given(
    total=st.integers(-(10**15), 10**15),
    weights=st.lists(st.integers(0, 10**9), min_size=1, max_size=20).filter(any),
)
def test_parts_add_up_and_stay_near_their_share(total: int, weights: list[int]) -> None:
    found = spread(total, weights)

    assert sum(found) == total
    heaviest = weights.index(max(weights))
    for place, (part, weight) in enumerate(zip(found, weights, strict=True)):
        if place != heaviest:
            assert abs(part * sum(weights) - total * weight) * 2 <= sum(weights)
