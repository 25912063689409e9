"""The worked cases of the installed modules all come out, but for those that wait for a module."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from lienso import discovery
from lienso.cli.commands import app
from typer.testing import CliRunner

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "tests" / "waiting_cases.txt"
SPECIFICATION = ROOT.parent / "shared" / "spec" / "cases"
INSTALLED = {
    "bank",
    "cash",
    "cashier",
    "catalog",
    "financial_analysis",
    "general_ledger",
    "system",
    "utilities",
}
"""Modules whose files of cases are looked at; a new module of ours is added here."""

FILES = INSTALLED | {"connector", "opening_and_import"}
"""Files of cases: a specification that is no module has one too."""

WITHOUT_CASES = {"bundle", "printing"}
"""Modules that only bring texts and forms: nothing of them is in a worked case."""


def waiting() -> dict[str, str]:
    """Read the list: module/case → what it needs."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    rows = [line.partition(": ") for line in lines if line and not line.startswith("#")]
    return {name: needs for name, _colon, needs in rows}


def run(*paths: Path) -> list[dict[str, Any]]:
    """Run worked cases at the command line; returns what became of each."""
    result = CliRunner().invoke(app, ["cases", "run", "--json", *map(str, paths)])
    cases: list[dict[str, Any]] = json.loads(result.stdout)["cases"]
    return cases


def test_every_module_of_ours_has_its_cases_looked_at() -> None:
    ours = {
        f.name for f in discovery.installed(discovery.MODULES) if f.source.startswith("lienso-")
    }

    assert ours == INSTALLED | WITHOUT_CASES


def test_the_cases_of_the_specification_come_out_or_are_in_the_list() -> None:
    if not SPECIFICATION.is_dir():
        pytest.skip("the specification is not beside this checkout")

    cases = run(SPECIFICATION)

    assert [case["name"] for case in cases if case["outcome"] == "failed"] == []
    assert skipped(cases) == waiting()


def test_the_cases_that_modules_carry_come_out_or_are_in_the_list() -> None:
    cases = run(*sorted(ROOT.glob("plugins/*/tests/cases/*.json")))

    assert {case["module"] for case in cases} == FILES
    assert [case["name"] for case in cases if case["outcome"] == "failed"] == []
    assert skipped(cases) == waiting()


def test_every_case_comes_out_the_same_when_it_is_typed_at_a_site() -> None:
    paths = [*map(str, sorted(ROOT.glob("plugins/*/tests/cases/*.json")))]
    result = CliRunner().invoke(app, ["cases", "run", "--json", "--through-site", *paths])

    cases = json.loads(result.stdout)["cases"]

    assert [case["name"] for case in cases if case["outcome"] == "failed"] == []
    assert skipped(cases) == waiting()


def skipped(cases: list[dict[str, Any]]) -> dict[str, str]:
    """Return which cases of our modules were skipped, and what they need."""
    return {
        f"{case['module']}/{case['name']}": case["reason"]
        .removeprefix("needs ")
        .removesuffix(", which no installed module declares")
        for case in cases
        if case["outcome"] == "skipped" and case["module"] in FILES
    }
