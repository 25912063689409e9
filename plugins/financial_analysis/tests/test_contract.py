"""What every module must do, and the worked cases of this one."""

from __future__ import annotations

from pathlib import Path

import pytest
from lienso.kernel import Kernel
from lienso.testing import ModuleContract
from lienso.testing.case_world import World
from lienso.testing.cases import Case, load_cases, run_case
from lienso.testing.kernels import actor

from .conftest import MODULES

FILE = Path(__file__).parent / "cases" / "financial_analysis.json"
SHARED = Path(__file__).resolve().parents[4] / "shared" / "spec" / "cases"
CASES = load_cases(FILE)


class TestFinancialAnalysis(ModuleContract):
    """Module financial_analysis."""

    name = "financial_analysis"

    @classmethod
    def prepare(cls, head: Kernel) -> None:
        """Have something to report on."""
        lines = [{"line": 1, "debit": "1111", "credit": "711", "amount": 1_000}]
        body = {"posting_date": head.clock.today().isoformat(), "lines": lines}
        made = head.save(actor(head), "journal", body).record
        head.post(actor(head), made.id, ignore_warnings=True)


@pytest.fixture(scope="module")
def world() -> World:
    """The kernels are started once; every case has a company of its own."""
    return World(MODULES)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_worked_case_comes_out(case: Case, world: World) -> None:
    result = run_case(case, world=world)

    assert result.passed, str(result)


def test_the_copied_cases_are_those_of_the_specification() -> None:
    if not SHARED.is_dir():
        pytest.skip("the specification is not beside this checkout")

    assert FILE.read_bytes() == (SHARED / FILE.name).read_bytes()
