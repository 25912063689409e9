"""The worked cases of cash, with a cashier that keeps a book."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lienso.testing.case_world import World
from lienso.testing.cases import Case, load_cases, run_case

CASES = load_cases(Path(__file__).parent / "cases" / "cash.json")
MODULES = ("system", "catalog", "general_ledger", "cash")


@pytest.fixture(scope="session")
def shared_world(cashier: Any) -> World:
    """The kernels are started once; every case has a company of its own."""
    return World(MODULES, {"cashier": cashier})


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_worked_case_comes_out(case: Case, shared_world: World) -> None:
    result = run_case(case, world=shared_world)

    assert result.passed, str(result)
