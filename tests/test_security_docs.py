"""docs/security.md: every threat is answered by a test that exists, or says that it is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lienso.security import rates, tries
from lienso.security.rates import Rate

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table below a heading, without its head."""
    part = TEXT.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    table = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


def known_tests() -> set[str]:
    found: set[str] = set()
    for folder in ("core/tests", "plugins", "tests"):
        for path in (ROOT / folder).rglob("test_*.py"):
            found |= set(re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.M))
    return found


def test_every_answer_names_a_test_that_exists() -> None:
    there = known_tests()
    threats = rows("Threats")

    named = [name for row in threats for name in re.findall(r"`(test_\w+)`", row[3])]
    unanswered = [row for row in threats if not row[3]]

    assert len(named) > 30
    assert [name for name in named if name not in there] == []
    assert unanswered
    assert [row[2] for row in unanswered if not row[2].startswith("not answered")] == []


@pytest.mark.parametrize(
    ("what", "rate"),
    [
        ("calls of a site", rates.SITE_RATE),
        ("calls of a program", rates.PROGRAM_RATE),
        ("calls of a company", rates.TENANT_RATE),
        ("enrolments of a server", rates.ENROL_RATE),
        ("renewals of a site or program", rates.RENEW_RATE),
        ("sign-ins of a user", tries.USER_RATE),
        ("sign-ins of a company", tries.COMPANY_RATE),
    ],
)
def test_the_rates_are_those_of_the_code(what: str, rate: Rate) -> None:
    [limit] = [row[1] for row in rows("Limits on what comes in") if row[0] == what]

    assert limit == f"{rate.per_minute:,} a minute, {rate.burst:,} at once"
