"""Cost of foreign money that goes out (spec §4.4)."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lienso.testing.case_world import World
from lienso.testing.cases import Case, run_case
from lienso.testing.kernels import cloud
from lienso_general_ledger import balance

from .conftest import MODULES, Company, pair, refused

RUN = "general_ledger.compute_fx_outflow_rate"
MARCH = {"from_date": "2026-03-01", "to_date": "2026-03-31"}
CASES = Path(__file__).parent / "cases" / "general_ledger.json"


def usd(debit: str, credit: str, fc: str, amount: int, **more: Any) -> dict[str, Any]:
    """Write a line in dollars; the rate is near enough for the ledger not to mind."""
    rate = str((Decimal(amount) / Decimal(fc)).quantize(Decimal("0.01")))
    return pair(debit, credit, amount, currency="USD", fc_amount=fc, rate=rate, **more)


@pytest.fixture
def trader(company: Company) -> Company:
    company.untrack(["131", "331", "1122"])
    company.save("currency", {"code": "USD", "name": "USD"})
    for code in ("B1", "B2"):
        fields = {"code": code, "number": code, "bank_name": code, "ledger_account": "1122"}
        company.save("bank_account", {**fields, "currency": "USD"})
    return company


def bought(company: Company, day: str, fc: str, amount: int, bank: str = "B1") -> Any:
    return company.posted(usd("1122", "131", fc, amount, bank_account=bank), day=day)


def paid(company: Company, day: str, fc: str, amount: int, bank: str = "B1") -> Any:
    return company.posted(usd("331", "1122", fc, amount, bank_account=bank), day=day)


def written(company: Company) -> list[tuple[str, str, int, str]]:
    return [
        (
            p.entry.dimensions["account"],
            p.entry.dimensions["contra_account"],
            p.entry.measures["debit"],
            p.entry.dimensions["source"],
        )
        for p in company.entries(record_type="fx_difference")
        if p.entry.side == 0
    ]


def test_the_worked_case_comes_out_with_journals_for_bank_vouchers() -> None:
    text = CASES.read_text(encoding="utf-8")
    raw = next(c for c in json.loads(text) if c["name"] == "fx_outflow_period_average_usd")
    for action in raw["given"]:
        if action.get("save", "").startswith("bank_"):
            action["save"] = "journal"

    result = run_case(Case(raw), world=World(MODULES))

    assert result.passed, str(result)


def test_the_running_average_of_a_day_counts_what_came_in_that_day(trader: Company) -> None:
    bought(trader, "2026-03-02", "100", 2_500_000)
    paid(trader, "2026-03-05", "50", 1_300_000)
    bought(trader, "2026-03-05", "100", 2_650_000)

    ran = trader.invoke(RUN, **MARCH, method="moving_average")

    # (2.500.000 + 2.650.000) / 200 = 25.750
    assert [(o["cost"], o["difference"]) for o in ran["outflows"]] == [(1_287_500, 12_500)]
    assert ran["closing"] == {"fc_amount": "150.00", "amount": 3_862_500}


def test_who_empties_an_account_takes_all_its_dong(trader: Company) -> None:
    bought(trader, "2026-03-02", "3", 76_001)
    paid(trader, "2026-03-05", "1", 25_000)
    paid(trader, "2026-03-06", "2", 50_000)

    ran = trader.invoke(RUN, **MARCH)

    assert [o["cost"] for o in ran["outflows"]] == [25_334, 50_667]
    assert ran["closing"] == {"fc_amount": "0.00", "amount": 0}
    assert trader.read(lambda view: balance(view, "1122")).amount == 0


@pytest.mark.parametrize("method", ["period_average", "moving_average"])
def test_money_sent_between_own_accounts_arrives_at_its_cost(trader: Company, method: str) -> None:
    bought(trader, "2026-03-02", "100", 2_500_000)
    sent = trader.posted(
        usd("1122", "1122", "40", 1_040_000, debit_bank_account="B2", credit_bank_account="B1"),
        day="2026-03-10",
    )

    ran = trader.invoke(RUN, **MARCH, method=method)

    assert written(trader) == [("1122", "1122", 40_000, sent.data.no)]
    left = {row["bank_account"]: (row["fc_amount"], row["amount"]) for row in ran["rates"]}
    assert left == {"B1": ("60.00", 1_500_000), "B2": ("40.00", 1_000_000)}


def test_two_accounts_that_send_to_each_other_find_their_averages_together(
    trader: Company,
) -> None:
    bought(trader, "2026-03-02", "100", 2_500_000, "B1")
    bought(trader, "2026-03-02", "100", 2_600_000, "B2")
    for into, out in (("B2", "B1"), ("B1", "B2")):
        line = usd("1122", "1122", "50", 1, debit_bank_account=into, credit_bank_account=out)
        trader.posted({**line, "amount": 1_270_000, "rate": "25400"}, day="2026-03-10")

    ran = trader.invoke(RUN, **MARCH)

    # a = (2.500.000 + 50 b) / 150 and b = (2.600.000 + 50 a) / 150
    assert [o["cost"] for o in ran["outflows"]] == [1_262_500, 1_287_500]
    assert {row["rate"] for row in ran["rates"]} == {"25250.00", "25750.00"}
    assert ran["closing"]["amount"] == 5_100_000


def test_a_second_run_changes_nothing_and_a_changed_payment_is_costed_anew(
    trader: Company,
) -> None:
    bought(trader, "2026-03-02", "100", 2_500_000)
    payment = paid(trader, "2026-03-05", "50", 1_300_000)
    first = trader.invoke(RUN, **MARCH)
    before = written(trader)

    again = trader.invoke(RUN, **MARCH)
    assert (again, written(trader)) == (first, before)
    trader.kernel.unpost(trader.by, payment.id)
    third = trader.invoke(RUN, **MARCH)

    assert (third["voucher"], written(trader)) == (None, [])


def test_days_that_are_costed_in_part_are_refused_with_the_voucher(trader: Company) -> None:
    bought(trader, "2026-03-02", "100", 2_500_000)
    paid(trader, "2026-03-05", "50", 1_300_000)
    made = trader.invoke(RUN, **MARCH)["voucher"]

    error = refused(lambda: trader.invoke(RUN, from_date="2026-03-01", to_date="2026-03-15"))

    assert (error.code, error.detail) == ("fx_voucher_exists", {"vouchers": [made]})


def test_more_out_than_in_names_the_day_and_the_voucher(trader: Company) -> None:
    bought(trader, "2026-03-10", "100", 2_500_000)
    payment = paid(trader, "2026-03-05", "50", 1_300_000)

    error = refused(lambda: trader.invoke(RUN, **MARCH))

    assert error.code == "fc_negative"
    assert (error.detail["date"], error.detail["voucher"]) == ("2026-03-05", payment.data.no)


@pytest.mark.parametrize("method", ["period_average", "moving_average"])
def test_no_units_have_no_rate(trader: Company, method: str) -> None:
    paid(trader, "2026-03-05", "50", 1_300_000)

    error = refused(lambda: trader.invoke(RUN, **MARCH, method=method))

    assert error.code == "rate_undefined"


def test_a_locked_day_is_refused(trader: Company) -> None:
    trader.lock("2026-03-31")

    assert refused(lambda: trader.invoke(RUN, **MARCH)).code == "period_locked"


@pytest.fixture(scope="module")
def shared() -> Iterator[Company]:
    with cloud(MODULES, options={"accounting.start_date": "2026-01-01"}) as kernel:
        company = Company(kernel)
        company.untrack(["131", "331", "1112"])
        yield company


MOVES = st.lists(
    st.tuples(st.booleans(), st.integers(1, 10**6), st.integers(10**4, 10**10), st.integers(1, 28)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=20, deadline=None)
@given(moves=MOVES, method=st.sampled_from(["period_average", "moving_average"]))
def test_all_dong_that_came_in_went_out_or_is_left(
    shared: Company, moves: list[tuple[bool, int, int, int]], method: str
) -> None:
    came = sum(cents for into, cents, _amount, _day in moves if into)
    ordered = sorted(moves, key=lambda move: move[3])
    made, there = [], 0
    for into, cents, amount, day in ordered:
        there += cents if into else 0
        units = cents if into else min(cents, there)
        if not units:
            continue
        there -= 0 if into else units
        sides = ("1112", "131") if into else ("331", "1112")
        line = usd(*sides, str(Decimal(units) / 100), amount)
        made.append(shared.posted(line, day=datetime.date(2026, 3, day).isoformat()))
    try:
        if not came:
            return
        ran = shared.invoke(RUN, **MARCH, method=method)
        again = shared.invoke(RUN, **MARCH, method=method)

        held = shared.read(lambda view: balance(view, "1112"))
        received = sum(amount for into, _cents, amount, _day in moves if into)
        costs = sum(row["cost"] for row in ran["outflows"])
        assert again == ran
        assert held.amount == ran["closing"]["amount"] == received - costs
        assert held.fc_amount == Decimal(there) / 100
        assert there or held.amount == 0
    finally:
        for record in [*shared.read(lambda view: list(view.all("fx_difference"))), *made]:
            shared.kernel.unpost(shared.by, record.id)
            shared.kernel.delete(shared.by, record.type, record.id)
    assert shared.entries() == []
