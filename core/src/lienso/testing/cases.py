"""Worked cases: data that one runner carries out with the kernel alone, and compares.

The format is `docs/cases.md`. The runner knows no module: types, books, functions and figures come
from the registry; a case that names what nobody declares is skipped, with the reason.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..errors import LiensoError, Refused
from .case_compare import Difference
from .case_needs import missing

if TYPE_CHECKING:
    from .case_world import World

Progress = Callable[[int, int, str], None]
"""(done, total, name of the case)."""

DIFFERENCES_MAX = 20
"""Differences shown of one case: what follows is mostly a consequence."""


@dataclass(frozen=True, slots=True)
class Case:
    """A worked case and the module whose file it stands in."""

    data: Mapping[str, Any]
    module: str = ""

    @property
    def name(self) -> str:
        """Its name, unique over all files."""
        return str(self.data["name"])

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What became of a case.

    Attributes:
        reason: why it was skipped, or where it failed.
    """

    case: Case
    outcome: Literal["passed", "failed", "skipped"]
    reason: str = ""
    differences: tuple[Difference, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether all was as the case says."""
        return self.outcome == "passed"

    @property
    def skipped(self) -> bool:
        """Whether something it names is not installed."""
        return self.outcome == "skipped"

    def lines(self) -> list[str]:
        """Return the result as lines of text, the differences below the name."""
        module = f"{self.case.module}/" if self.case.module else ""
        head = f"{self.outcome.upper():8}{module}{self.case.name}"
        if self.reason:
            head += f": {self.reason}"
        shown = [f"    {difference}" for difference in self.differences[:DIFFERENCES_MAX]]
        more = len(self.differences) - DIFFERENCES_MAX
        return [head, *shown, *([f"    … {more} more"] if more > 0 else [])]

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def as_json(self) -> dict[str, Any]:
        """Return the result as JSON values."""
        return {
            "name": self.case.name,
            "module": self.case.module,
            "outcome": self.outcome,
            "reason": self.reason,
            "differences": [difference.as_json() for difference in self.differences],
        }


@dataclass(frozen=True, slots=True)
class Report:
    """What became of many cases."""

    results: tuple[CaseResult, ...]

    def count(self, outcome: str) -> int:
        """Return how many cases ended so."""
        return sum(result.outcome == outcome for result in self.results)

    def lines(self, *, all: bool = False) -> list[str]:
        """Return what failed and what was skipped, or every case, as lines of text."""
        shown = (result for result in self.results if all or not result.passed)
        return [line for result in shown for line in result.lines()]

    def summary(self) -> str:
        """Return one line: how many passed, failed and were skipped."""
        text = f"{self.count('passed')} passed, {self.count('failed')} failed"
        skipped = self.count("skipped")
        return f"{text}, {skipped} skipped" if skipped else text

    @property
    def exit_code(self) -> int:
        """1 when a case failed, 2 when there was none to run, else 0."""
        if not self.results:
            return 2
        return 1 if self.count("failed") else 0

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return {
            "passed": self.count("passed"),
            "failed": self.count("failed"),
            "skipped": self.count("skipped"),
            "cases": [result.as_json() for result in self.results],
        }


def load_cases(path: str | Path) -> list[Case]:
    """Read the cases of a file, or of every file of a folder (not ``schema.json``), by name.

    Raises:
        Refused: ``bad_case_file``: not there, no JSON list of cases, or a number with a fraction.
    """
    file = Path(path)
    if file.is_dir():
        files = sorted(found for found in file.glob("*.json") if found.name != "schema.json")
        return [case for found in files for case in load_cases(found)]
    try:
        found = json.loads(file.read_text(encoding="utf-8"), parse_float=_refuse_float)
    except (OSError, ValueError) as error:
        raise Refused("bad_case_file", {"file": str(file), "reason": str(error)}) from error
    if not isinstance(found, list) or not all(_is_case(item) for item in found):
        reason = "a list of cases with name, note, and when/then or steps"
        raise Refused("bad_case_file", {"file": str(file), "reason": reason})
    return [Case(item, file.stem) for item in found]


def _refuse_float(text: str) -> None:
    raise ValueError(f"{text}: decimals are written as text")


def _is_case(item: Any) -> bool:
    if not isinstance(item, Mapping) or "name" not in item:
        return False
    return ("when" in item and "then" in item) != ("steps" in item)


def run_case(case: Case | Mapping[str, Any], *, world: World | None = None) -> CaseResult:
    """Carry out one case in a fresh company, with all installed modules.

    Args:
        world: other kernels than those of all installed modules: see `lienso.testing.case_world`.
    """
    from .case_form import GivenFailed
    from .case_run import CaseRun

    case = case if isinstance(case, Case) else Case(case)
    world = world or _installed()
    needs = missing(case.data, world.head.registry, case.module)
    if needs is not None:
        return CaseResult(case, "skipped", needs)
    try:
        found = list(CaseRun(world, case.data).run())
    except GivenFailed as failed:
        return CaseResult(case, "failed", f"{failed} did not succeed", failed.found)
    except LiensoError as error:
        return CaseResult(case, "failed", str(error))
    if not found:
        return CaseResult(case, "passed")
    places = ", ".join(dict.fromkeys(place for place, _difference in found))
    return CaseResult(case, "failed", places, tuple(difference for _place, difference in found))


@cache
def _installed(through_site: bool = False) -> World:
    from .case_world import World

    return World(through_site=through_site)


def run_paths(
    paths: Iterable[str | Path],
    *,
    progress: Progress | None = None,
    world: World | None = None,
    through_site: bool = False,
) -> Report:
    """Carry out the cases of files and folders, in order.

    Args:
        through_site: save at a site and send, see `lienso.testing.case_world.World`.
    Raises:
        Refused: ``bad_case_file``.
    """
    cases: Sequence[Case] = [case for path in paths for case in load_cases(path)]
    world = world or _installed(through_site)
    results: list[CaseResult] = []
    for done, case in enumerate(cases, 1):
        results.append(run_case(case, world=world))
        if progress is not None:
            progress(done, len(cases), case.name)
    return Report(tuple(results))
