"""The worked cases of utilities, of openings and of imports."""

from __future__ import annotations

from pathlib import Path

import pytest
from lienso.testing.cases import Case, load_cases, run_case

HERE = Path(__file__).parent / "cases"
SPECIFICATION = Path(__file__).resolve().parents[3].parent / "shared" / "spec" / "cases"


@pytest.mark.parametrize("case", load_cases(HERE), ids=str)
def test_the_worked_case_comes_out(case: Case) -> None:
    result = run_case(case)

    if result.skipped:
        pytest.skip(result.reason)
    assert result.passed, str(result)


@pytest.mark.parametrize("name", ["utilities.json", "opening_and_import.json"])
def test_the_cases_are_those_of_the_specification(name: str) -> None:
    if not SPECIFICATION.is_dir():
        pytest.skip("the specification is not beside this checkout")

    assert (HERE / name).read_bytes() == (SPECIFICATION / name).read_bytes()
