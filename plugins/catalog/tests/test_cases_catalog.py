"""The worked cases of the specification; those of functions that are not built yet are skipped."""

from __future__ import annotations

from pathlib import Path

import pytest
from lienso.testing.cases import Case, load_cases, run_case

CASES = load_cases(Path(__file__).parent / "cases" / "catalog.json")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case) -> None:
    result = run_case(case)

    if result.skipped:
        pytest.skip(result.reason)
    assert result.passed, str(result)
