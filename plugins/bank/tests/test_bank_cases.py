"""The worked cases of bank."""

from __future__ import annotations

from pathlib import Path

import pytest
from lienso.testing.case_world import World
from lienso.testing.cases import Case, load_cases, run_case

FILE = Path(__file__).parent / "cases" / "bank.json"
SPECIFICATION = Path(__file__).parents[4] / "shared" / "spec" / "cases" / "bank.json"
CASES = load_cases(FILE)


@pytest.fixture(scope="session")
def world() -> World:
    """The kernels are started once; every case has a company of its own."""
    return World(("system", "catalog", "general_ledger", "bank"))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_worked_case_comes_out(case: Case, world: World) -> None:
    result = run_case(case, world=world)

    assert result.passed, str(result)


def test_the_cases_are_those_of_the_specification() -> None:
    if not SPECIFICATION.is_file():
        pytest.skip("the specification is not beside this checkout")

    assert FILE.read_text(encoding="utf-8") == SPECIFICATION.read_text(encoding="utf-8")
