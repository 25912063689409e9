"""The published exercises are all replayed to their answers, but for those that wait for a module."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from lienso import discovery

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "tests" / "waiting_samples.txt"
SAMPLES = ROOT.parent / "shared" / "sample"
LEDGER_TESTS = ROOT / "plugins" / "general_ledger" / "tests"
DATA = LEDGER_TESTS / "data"
REPLAYED = {
    "entries": "entered as journals",
    "closing_entries": "entered, or made by the closing and compared",
    "trial_balance": "compared row by row",
    "trial_balance_before_closing": "compared row by row",
    "statements": "compared line by line",
    "cash_flow": "compared line by line",
    "b03_direct": "compared line by line",
    "identities": "the check of the statements names no cause",
    "objects": "balances by object",
    "bank_accounts": "balances by bank account",
    "balances": "what the trial balance ends with",
    "stock_left": "value of every item",
    "production": "turnover and balance of 154",
    "vat_summary": "turnover of 133 and 3331",
    "lowest_daily_balance": "followed voucher by voucher",
    "figures": "sums that the entries carry; those of the transfer of VAT are compared",
}
"""Parts of an answer that tests of the ledger replay, and how."""

MODULE = "module "


def waiting() -> Mapping[str, str]:
    """Read the list: exercise or exercise/part → what it needs."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    rows = [line.partition(": ") for line in lines if line and not line.startswith("#")]
    return {name: needs for name, _colon, needs in rows}


def answers(folder: Path) -> dict[str, dict[str, Any]]:
    """Read the answers of all exercises of a folder."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))["expected"]
        for path in sorted(folder.glob("*.json"))
    }


def test_what_the_list_waits_for_is_not_installed() -> None:
    installed = {f.name for f in discovery.installed(discovery.MODULES)}
    needed = {needs.removeprefix(MODULE) for needs in waiting().values()}

    assert all(needs.startswith(MODULE) for needs in waiting().values())
    assert needed & installed == set()


def test_every_exercise_is_replayed_or_in_the_list() -> None:
    if not SAMPLES.is_dir():
        pytest.skip("the published exercises are not beside this checkout")
    whole = {name for name in waiting() if "/" not in name}

    assert answers(SAMPLES).keys() == answers(DATA).keys() | whole
    assert answers(DATA).keys() & whole == set()


def test_every_part_of_a_replayed_answer_is_replayed_or_in_the_list() -> None:
    parts = {f"{name}/{part}" for name, its in answers(DATA).items() for part in its}
    left = {one for one in parts if one.partition("/")[2] not in REPLAYED}

    assert left == {name for name in waiting() if "/" in name}


@pytest.mark.parametrize("name", sorted(answers(DATA)))
def test_a_test_names_every_exercise_that_is_replayed(name: str) -> None:
    sources = [path.read_text(encoding="utf-8") for path in LEDGER_TESTS.glob("test_*.py")]

    assert any(f'"{name}"' in source for source in sources)
