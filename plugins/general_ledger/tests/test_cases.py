"""The worked cases of the specification; those of functions that are not built yet are skipped."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from lienso.testing.case_world import World
from lienso.testing.cases import Case, load_cases, run_case

CASES = load_cases(Path(__file__).parent / "cases" / "general_ledger.json")
RUNNABLE = {
    "allocate_operating_costs_by_revenue",
    "allocate_prepaid_first_month_by_days",
    "close_quarter_with_deductions_and_tax",
    "close_with_loss_and_deferred_tax_income",
    "closing_refusals",
    "group_cash_receipts_into_a_journal_voucher",
    "lock_period_with_unposted_vouchers",
    "prepaid_origin_tab_online_and_offline",
    "revalue_usd_items_tt200_net_loss",
    "unlock_needs_an_earlier_date_and_a_reason",
}
"""Cases that need neither statements nor another module than cash."""


@pytest.fixture(scope="session")
def world() -> World:
    """The kernels are started once; every case has a company of its own."""
    if importlib.util.find_spec("lienso_cash") is None:
        pytest.skip("the cases name cash vouchers; lienso-cash is not installed")
    return World(("system", "catalog", "general_ledger", "cash"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_worked_case_comes_out(case: Case, world: World) -> None:
    result = run_case(case, world=world)

    if result.skipped and case.name not in RUNNABLE:
        pytest.skip(result.reason)
    assert result.passed, str(result)
