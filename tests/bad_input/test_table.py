"""`docs/bad_input.md` is true: its tests are there, its texts are those of the code, none is missing."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from lienso.importing import MESSAGES
from lienso.testing import kernels

ROOT = Path(__file__).resolve().parents[2]
MINE = ("tests/bad_input", "tests/durability")


def rows() -> list[list[str]]:
    """Return the cells of the document's tables: input, door, code, vi, en, test."""
    text = (ROOT / "docs" / "bad_input.md").read_text(encoding="utf-8")
    found = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("| ") and not line.startswith("| input ")
    ]
    assert all(len(row) == 6 for row in found)
    return [[row[0], row[1], row[2].strip("`"), row[3], row[4], row[5].strip("`")] for row in found]


@pytest.fixture(scope="module")
def collected() -> set[str]:
    """Collect the tests of the files that the document names, and of this folder."""
    files = sorted({row[5].partition("::")[0] for row in rows()} | set(MINE))
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return {
        re.sub(r"\[.*", "", line).replace("\\", "/")
        for line in ran.stdout.splitlines()
        if "::" in line
    }


def test_every_row_names_a_test_that_is_there(collected: set[str]) -> None:
    assert {row[5] for row in rows()} - collected == set()


def test_every_test_of_bad_input_and_durability_has_its_row(collected: set[str]) -> None:
    mine = {test for test in collected if test.startswith(MINE) and "/test_table.py" not in test}

    assert len(mine) > 30
    assert mine - {row[5] for row in rows()} == set()


def test_the_texts_are_those_of_the_code() -> None:
    with kernels.cloud(regime="TT133", company=False) as kernel:
        texts = {**MESSAGES, **kernel.registry.messages}
    told = {row[2]: (row[3], row[4]) for row in rows() if row[2] != "–"}

    assert told == {code: (texts[code].vi, texts[code].en) for code in told}
    assert all(vi != en and min(len(vi), len(en)) > 10 for vi, en in told.values())
