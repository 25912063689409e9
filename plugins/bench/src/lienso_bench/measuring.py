"""Measuring two ways of one work, turn by turn, and what came out of it.

A machine that other programs share is not equally fast from one minute to the next. So the two ways
take turns (lienso, bare, lienso, bare …): what disturbs the one disturbs the other, and the ratio of
neighbours says more than either figure.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from .company import Company

T = TypeVar("T")


class BenchmarkFailed(Exception):
    """The work was not done, or the two ways did not end with the same contents."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a benchmark is given.

    Attributes:
        folder: its own, empty; on the disk whose fsync counts.
        company: files of a company to copy.
        rounds: counted turns of each way; ``full``: the sizes of `docs/speed.md`, else tiny ones.
    """

    folder: Path
    company: Company
    rounds: int
    full: bool

    def of_size(self, full: int, small: int) -> int:
        """Return the size that is asked for."""
        return full if self.full else small


def seconds(work: Callable[[], object]) -> float:
    """Do a work and return how long it took."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def each(batches: Iterator[T], work: Callable[[T], object]) -> Callable[[], float]:
    """Return a way that times a work with the next batch, which is made before the clock starts."""

    def way() -> float:
        batch = next(batches)
        return seconds(lambda: work(batch))

    return way


def take_turns(rounds: int, ways: Mapping[str, Callable[[], T]]) -> dict[str, list[T]]:
    """Run the ways one after another, again and again; returns the answers of each.

    The first turn warms up (imports, prepared statements, the disk) and is not counted.
    """
    found: dict[str, list[T]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, way in ways.items():
            answer = way()
            if turn:
                found[name].append(answer)
    return found


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be reached: any of speed, share of the bare way, or time; growth besides.

    Attributes:
        per_s: works a second. ``share``: of the bare way's speed, percent. ``ms``: of one work.
        growth: times the time of the same work in a small company.
    """

    per_s: int = 0
    share: int = 0
    ms: int = 0
    growth: int = 0

    def __str__(self) -> str:
        ways = [
            f"≥ {self.per_s:,}/s" if self.per_s else "",
            f"≥ {self.share} % of bare" if self.share else "",
            f"≤ {self.ms} ms" if self.ms else "",
        ]
        text = " or ".join(filter(None, ways))
        return f"{text}, growth ≤ {self.growth}" if self.growth else text


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table: the same work done by lienso and by the bare way.

    Attributes:
        works: how many were done in a turn; the lists hold the seconds of each counted turn.
        by_time: shown as milliseconds a work instead of works a second.
        small: seconds of lienso's turns in a small company, where growth is looked at.
    """

    name: str
    what: str
    works: int
    lienso: Sequence[float]
    bare: Sequence[float]
    target: Target
    by_time: bool = False
    small: Sequence[float] = ()

    @property
    def share(self) -> float:
        """Speed of lienso as a share of the bare way's, percent: the median of neighbouring turns."""
        pairs = zip(self.lienso, self.bare, strict=True)
        return statistics.median(100 * bare / lienso for lienso, bare in pairs)

    @property
    def growth(self) -> float | None:
        """Time beside that of the same work in a small company; None where it is not looked at."""
        if not self.small:
            return None
        return statistics.median(self.lienso) / statistics.median(self.small)

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; None where there is none."""
        target, took = self.target, statistics.median(self.lienso) / self.works
        if not str(target):
            return None
        fast = (
            (target.per_s > 0 and 1 / took >= target.per_s)
            or (target.share > 0 and self.share >= target.share)
            or (target.ms > 0 and took * 1000 <= target.ms)
        )
        return fast and (self.growth is None or self.growth <= target.growth)

    def figures(self, turns: Sequence[float]) -> dict[str, float]:
        """Return median, least and most of some turns: milliseconds a work, or works a second."""
        if self.by_time:
            shown = [turn / self.works * 1000 for turn in turns]
        else:
            shown = [self.works / turn for turn in turns]
        return {"median": statistics.median(shown), "least": min(shown), "most": max(shown)}

    def as_json(self) -> dict[str, Any]:
        """Return the line as JSON values."""
        return {
            "name": self.name,
            "what": self.what,
            "works": self.works,
            "unit": "ms" if self.by_time else "/s",
            "lienso": {**self.figures(self.lienso), "turns_s": list(self.lienso)},
            "bare": {**self.figures(self.bare), "turns_s": list(self.bare)},
            "share_percent": self.share,
            "growth": self.growth,
            "target": str(self.target),
            "reached": self.reached,
        }


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure that stands for itself: there is no bare way beside it.

    Attributes:
        most: what it must not exceed; None: it is only told.
    """

    what: str
    value: float
    unit: str
    most: float | None = None

    @property
    def reached(self) -> bool | None:
        """Whether it is within what it must not exceed."""
        return None if self.most is None else self.value <= self.most

    def __str__(self) -> str:
        shown = f"{self.value:,.0f}" if self.value >= 100 else f"{self.value:,.2f}"
        return f"{shown} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a benchmark found.

    Attributes:
        same: what was compared after the last turn and found equal in both ways: {what: how many}.
    """

    results: Sequence[Result]
    same: Mapping[str, int]
    facts: Sequence[Fact] = ()
