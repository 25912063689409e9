"""The worked cases of the system; one whose record types are not installed is skipped by name."""

from __future__ import annotations

from pathlib import Path

import pytest
from lienso.testing.case_world import World
from lienso.testing.cases import Case, load_cases, run_case

CASES = load_cases(Path(__file__).parent / "cases" / "system.json")


@pytest.fixture(scope="module")
def world() -> World:
    """The kernels are started once; every case has a company of its own."""
    return World()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_worked_case_comes_out(case: Case, world: World) -> None:
    if "cash" not in world.head.registry.modules:
        pytest.skip("the cases tell of vouchers of cash")

    result = run_case(case, world=world)

    if result.skipped:
        pytest.skip(result.reason)
    assert result.passed, str(result)
