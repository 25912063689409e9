"""What of the ledger an office can do on and off the line (spec §4, §5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from lienso.kernel import Kernel
from lienso.testing.kernels import actor, go_offline, go_online, office, synchronization

from .conftest import Company, pair, refused

MARCH = {"from_date": "2026-03-01", "to_date": "2026-03-31"}
FUNCTIONS = {
    "close_profit_and_loss": {"date": "2026-03-31"},
    "compute_fx_outflow_rate": MARCH,
    "revalue_fx_accounts": {"date": "2026-03-31", "currency": "USD", "rate": "25000"},
    "allocate_prepaid_costs": {"year": 2026, "month": 3},
    "allocate_operating_costs": {
        **MARCH, "target": "project", "criterion": "norm", "ratios": {"P1": "1"},
    },
    "journal_vouchers": {"action": "create", "date": "2026-03-31", "vouchers": ["NVK1"]},
    "lock_period": {"lock_date": "2026-03-31", "default_handling": "leave"},
    "unlock_period": {"lock_date": "2026-01-31", "reason": "Bổ sung"},
}  # fmt: skip
CLOUD_ONLY = (
    "pl_closing",
    "fx_difference",
    "prepaid_allocation",
    "journal_group",
    "closing_account",
)


@pytest.fixture
def trader(company: Company) -> Company:
    company.untrack(["1388"])
    company.save("project", {"code": "P1", "name": "P1"})
    company.posted(pair("6427", "1388", 100), no="NVK1", day="2026-03-01")
    company.lock("2026-02-28")
    return company


@pytest.fixture
def site(trader: Company) -> Iterator[Kernel]:
    with office(trader.kernel, "S1") as kernel:
        yield kernel


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_runs_over_the_line_and_is_refused_off_it(site: Kernel, name: str) -> None:
    function, params = f"general_ledger.{name}", FUNCTIONS[name]
    go_offline(site)
    error = refused(lambda: site.invoke(actor(site), function, params))
    go_online(site)

    answer = site.invoke(actor(site), function, params)

    assert error.code == "offline_refused"
    assert answer


def test_the_origin_of_a_prepaid_cost_is_blank_off_the_line_though_it_was_read(
    trader: Company, site: Kernel
) -> None:
    body = {"code": "A", "name": "A", "start": "2026-03-01", "amount": 900, "periods": 3}
    trader.save("prepaid_cost", {**body, "allocation_rows": [{"ratio": "100", "debit": "6427"}]})
    figure, params = "general_ledger.prepaid_origin_vouchers", {"prepaid": "A"}

    live = site.figure(actor(site), figure, params)
    go_offline(site)
    blank = site.figure(actor(site), figure, params)

    assert (live.state, live.value) == ("live", {"rows": [], "total": 0})
    assert (blank.state, blank.value) == ("offline", None)


def test_a_journal_is_entered_and_printed_off_the_line_and_posted_on_arrival(
    trader: Company, site: Kernel
) -> None:
    go_offline(site)
    lines = [{"line": 1, **pair("6427", "1388", 70)}]
    body = {"posting_date": "2026-03-02", "lines": lines}
    saved = site.save(
        actor(site), "journal", body, post=("financial",), ignore_warnings=True
    ).record
    kind = site.registry.record_types["journal"]
    assert kind.print is not None
    text = site.read(actor(site), lambda view: kind.print(saved, view))
    go_online(site)

    synchronization(site).push()

    assert "PHIẾU KẾ TOÁN" in text
    assert trader.kernel.get(trader.by, "journal", saved.id).posted()


def test_a_prepaid_cost_and_its_change_are_entered_off_the_line(
    trader: Company, site: Kernel
) -> None:
    go_offline(site)
    body = {"code": "A", "name": "A", "start": "2026-03-01", "amount": 900, "periods": 3}
    rows = [{"ratio": "100", "debit": "6427"}]
    site.save(actor(site), "prepaid_cost", {**body, "allocation_rows": rows})
    change = {"posting_date": "2026-03-01", "prepaid": "A", "remaining_periods": 9}
    site.save(actor(site), "prepaid_adjustment", change, post=("financial",))
    go_online(site)
    synchronization(site).push()

    ran = trader.invoke(
        "general_ledger.allocate_prepaid_costs", year=2026, month=3, ignore_warnings=True
    )

    assert ran["total"] == 100


@pytest.mark.parametrize("type", CLOUD_ONLY)
def test_what_functions_make_is_not_made_off_the_line(site: Kernel, type: str) -> None:
    go_offline(site)
    bodies: dict[str, dict[str, Any]] = {
        "closing_account": {"order": 9, "from_account": "8111", "to_account": "911"},
        "journal_group": {"date": "2026-03-31"},
    }

    error = refused(
        lambda: site.save(actor(site), type, bodies.get(type, {"posting_date": "2026-03-31"}))
    )

    assert error.code == "offline_refused"


@pytest.mark.parametrize(
    "report", ["journal_ledger", "receipts_journal", "group_register", "results_compared"]
)
def test_books_are_read_over_the_line_only(site: Kernel, report: str) -> None:
    there = site.report(actor(site), f"general_ledger.{report}", MARCH)
    go_offline(site)

    error = refused(lambda: site.report(actor(site), f"general_ledger.{report}", MARCH))

    assert there.columns
    assert error.code == "offline_refused"
