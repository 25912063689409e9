"""The checks that every module must pass, and the worked cases of this one."""

from __future__ import annotations

from pathlib import Path

import pytest
from lienso.testing import ModuleContract
from lienso.testing.cases import Case, load_cases, run_case

CASES = load_cases(Path(__file__).parent / "cases" / "acme_loans.json")


class TestAcmeLoans(ModuleContract):
    name = "acme_loans"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_worked_case_comes_out(case: Case) -> None:
    result = run_case(case)

    assert result.passed, str(result)
