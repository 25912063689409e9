"""The simulator itself: the same tape is the same run, checkers are awake, failures become small."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from lienso.sync import codes
from lienso_simulate.command import caught, command
from lienso_simulate.coverage import NEVER, SOMETIMES
from lienso_simulate.invariants import INVARIANTS, NOT_YET
from lienso_simulate.mutants_scope import MUTANTS, broken
from lienso_simulate.runs import run
from lienso_simulate.shrinking import replay, shrink
from lienso_simulate.tape import Tape

NUMBERS = range(1, 39)
AWAKE = {
    "last_write_wins": 3,
    "own_changes_filtered": 2,
    "no_parked_bodies": 6,
    "cursor_first": 13,
    "sent_unsealed": 12,
    "failures_vanish": 10,
    "pull_overwrites": 14,
    "settles_at_once": 20,
    "books_keep_entries": 37,
    "batches_half_empty": 27,
    "outside_taken": 33,
    "files_unsealed": 34,
    "snapshot_with_holes": 38,
}
"""Mutants that a few seeds are enough for, with the checker that notices; ``lienso simulate --mutants``
runs all."""


def test_every_invariant_has_a_checker_or_a_reason() -> None:
    assert {
        number for number in NUMBERS if number not in INVARIANTS.keys() | NOT_YET.keys()
    } == set()


def test_what_cannot_be_met_is_said_with_its_reason_and_not_asked_for() -> None:
    known = codes.DONE_CODES | codes.USER_CODES | codes.WAITING_CODES
    named = {what.removeprefix("verdict ") for what in (*SOMETIMES, *NEVER)}

    assert known <= named
    assert all(NEVER.values())
    assert not NEVER.keys() & set(SOMETIMES)


def test_a_replayed_tape_draws_the_same_and_nought_where_it_ends() -> None:
    tape = Tape(7)
    drawn = [tape.draw("net", 10) for _ in range(5)]

    again = Tape(7, {"net": drawn[:3]})

    assert [again.draw("net", 10) for _ in range(5)] == [*drawn[:3], 0, 0]


@pytest.mark.parametrize("seed", [3, 20])
def test_a_seed_is_one_run_whatever_python_hashes(seed: int) -> None:
    script = f"from lienso_simulate.runs import run; print(run({seed}).digest)"
    digests = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": hashes},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hashes in ("1", "2")
    }

    assert len(digests) == 1


def test_a_recorded_tape_is_the_same_run() -> None:
    first = run(11)

    again = run(11, first.plan, first.tape)

    assert again.digest == first.digest


@pytest.mark.parametrize("name", AWAKE)
def test_a_broken_engine_is_caught(name: str) -> None:
    outcome = caught(name, range(20))

    assert outcome is not None
    assert outcome.checker == AWAKE[name]


def test_a_mutant_leaves_nothing_behind() -> None:
    before = run(2).digest

    with broken("last_write_wins"):
        run(2)

    assert run(2).digest == before


def test_a_failure_is_made_small_and_can_be_played_again(tmp_path: Path) -> None:
    path = tmp_path / "small.json"
    outcome = caught("failures_vanish", range(20))
    assert outcome is not None

    with broken("failures_vanish"):
        small = shrink(outcome, tries_max=60)
        small.write(path)
        again = replay(path)

    assert len(small.plan.operations) < len(outcome.plan.operations) // 2
    assert again.checker == outcome.checker
    assert replay(path).checker is None


def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    code = command(["--seeds", "2", "--json"])
    told = json.loads(capsys.readouterr().out)

    assert (code, told["seeds"], told["failures"]) == (0, 2, [])
    assert {int(number) for number in told["not_yet"]} == NOT_YET.keys()


def test_a_mutant_by_command_succeeds_when_it_is_caught(capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["--mutant", "no_parked_bodies", "--seeds", "5"]) == 0
    assert "1 mutants, 0 not caught" in capsys.readouterr().out
    assert len(MUTANTS) > 30


def test_a_mutant_that_nobody_notices_is_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["--mutant", "nothing_offered", "--seeds", "1"]) == 1
    assert "NOT CAUGHT" in capsys.readouterr().out
