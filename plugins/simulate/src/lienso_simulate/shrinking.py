"""A failing run made small: fewer operations, fewer faults, fewer sites, no delays, the same failure."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from .plan import Plan
from .runs import Outcome, run

TRACE_LINES = 400
"""The last lines of a trace that are kept in a file."""


@dataclass
class Small:
    """A failure with its plan and tape; both are data."""

    seed: int
    checker: int
    plan: Plan
    tape: Mapping[str, list[int]]
    outcome: Outcome
    mutant: str = ""

    def write(self, path: Path) -> None:
        """Write a file that `read` and the tests replay."""
        found = {
            "seed": self.seed,
            "checker": self.checker,
            "text": self.outcome.text,
            "mutant": self.mutant,
            "plan": self.plan.as_json(),
            "tape": dict(self.tape),
            "trace": self.outcome.trace[-TRACE_LINES:],
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2))


def read(path: Path) -> dict[str, Any]:
    """Read a pinned run: ``seed``, ``plan``, ``tape``, and what failed."""
    found: dict[str, Any] = orjson.loads(path.read_bytes())
    return {**found, "plan": Plan(**found["plan"])}


def replay(path: Path) -> Outcome:
    """Play a pinned run again."""
    pinned = read(path)
    return run(pinned["seed"], pinned["plan"], pinned["tape"])


def shrink(failed: Outcome, tries_max: int = 400, mutant: str = "") -> Small:
    """Make a failing run smaller while the same checker fails, with at most so many runs."""
    assert failed.checker is not None, "only what fails is made smaller"
    small = _Shrinking(failed, tries_max)
    small.drop("operations")
    small.drop("faults")
    small.fewer_sites()
    small.drop("operations")
    small.no_delays()
    return Small(failed.seed, failed.checker, small.plan, small.tape, small.outcome, mutant)


class _Shrinking:
    def __init__(self, failed: Outcome, tries: int) -> None:
        self.plan = dataclasses.replace(failed.plan)
        self.tape: dict[str, list[int]] = {name: list(v) for name, v in failed.tape.items()}
        self.outcome, self._tries = failed, tries
        self._seed, self._checker = failed.seed, failed.checker

    def _fails(self, plan: Plan, tape: Mapping[str, list[int]]) -> bool:
        if self._tries <= 0:
            return False
        self._tries -= 1
        outcome = run(self._seed, plan, tape)
        if outcome.checker != self._checker:
            return False
        self.plan, self.tape = plan, {name: list(v) for name, v in outcome.tape.items()}
        self.outcome = outcome
        return True

    def drop(self, part: str) -> None:
        """Leave out runs of operations or faults, ever shorter ones."""
        size = max(1, len(getattr(self.plan, part)) // 2)
        while size:
            start = 0
            while start < len(items := getattr(self.plan, part)):
                left = items[:start] + items[start + size :]
                if not self._fails(dataclasses.replace(self.plan, **{part: left}), self.tape):
                    start += size
            size //= 2

    def fewer_sites(self) -> None:
        """Leave the last company out, or one site of the first."""
        for offices in ([*self.plan.offices[:1], 0], [self.plan.offices[0] - 1, 0]):
            if sum(offices) >= 2 and offices != self.plan.offices:
                self._fails(dataclasses.replace(self.plan, offices=offices), self.tape)

    def no_delays(self) -> None:
        """Let every stream of the network be harmless, one after another, then the weather."""
        for name in sorted(self.tape):
            if name.startswith(("net ", "poke ", "jitter ", "ties", "restarts")):
                self._fails(self.plan, {**self.tape, name: []})
        self._fails(dataclasses.replace(self.plan, weather={}), self.tape)
