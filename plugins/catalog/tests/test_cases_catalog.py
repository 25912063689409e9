"""The worked cases of the specification; those of functions that are not built yet are skipped."""

from __future__ import annotations

from pathlib import Path

import pytest
from lienso.testing.cases import Case, load_cases, run_case

CASES = load_cases(Path(__file__).parent / "cases")
SPECIFICATION = Path(__file__).resolve().parents[3].parent / "shared" / "spec" / "cases"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case) -> None:
    result = run_case(case)

    if result.skipped:
        pytest.skip(result.reason)
    assert result.passed, str(result)


@pytest.mark.parametrize("name", ["catalog.json", "connector.json"])
def test_the_cases_are_those_of_the_specification(name: str) -> None:
    if not SPECIFICATION.is_dir():
        pytest.skip("the specification is not beside this checkout")

    copied = Path(__file__).parent / "cases" / name
    assert copied.read_bytes() == (SPECIFICATION / name).read_bytes()
