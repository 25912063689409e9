"""What the demo shows: a line and an object of facts for each step, or which step failed and why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from lienso.errors import LiensoError
from rich.console import Console

LOG_LINES = 12
"""Of each server's log, when a step failed."""


class Unheld(Exception):
    """What a step must show did not hold."""


class StepFailed(Exception):
    """A step did not hold, or a server refused what it needs.

    Attributes:
        id: of the step. ``title``: what it was to show. ``why``: what was seen instead.
    """

    def __init__(self, id: str, title: str, why: str) -> None:
        super().__init__(f"{title}: {why}")
        self.id, self.title, self.why = id, title, why


class Step:
    """A step under way: checks what holds, and keeps what it saw."""

    def __init__(self) -> None:
        self.facts: dict[str, Any] = {}
        self.shown: list[str] = []

    def check(self, holds: bool, seen: object) -> None:
        """Go on only when it holds. Raises: Unheld: with what was seen."""
        if not holds:
            raise Unheld(str(seen))

    def see(self, *shown: str, **facts: Any) -> None:
        """Keep facts, and rows for people: the first stands beside the step's title."""
        self.shown += shown
        self.facts |= facts


class Report:
    """The steps so far, said one by one on the console unless JSON is asked for."""

    def __init__(self, as_json: bool) -> None:
        self._console = Console()
        self._as_json = as_json
        self._steps: list[dict[str, Any]] = []

    @contextmanager
    def step(self, id: str, title: str) -> Iterator[Step]:
        """Run a step. Raises: StepFailed."""
        step = Step()
        try:
            yield step
        except ExceptionGroup as group:  # a kernel's plugins failed at its start
            why = "; ".join(str(error) for error in group.exceptions)
            raise StepFailed(id, title, why) from group
        except (Unheld, LiensoError, OSError) as error:
            raise StepFailed(id, title, str(error)) from error
        self._steps.append({"step": id, "title": title, **step.facts})
        first, *more = step.shown
        self._say(f"✓ {title}: {first}", *(f"    {row}".rstrip() for row in more))

    def done(self) -> int:
        """Say that all steps held; returns the exit code."""
        self._end({"ok": True, "steps": self._steps}, "demo: ok")
        return 0

    def failed(self, failure: StepFailed, folder: Path, again: str) -> int:
        """Say which step failed, with the end of the servers' logs; returns the exit code."""
        logs = {log.stem: _tail(log) for log in sorted(folder.glob("*.log"))}
        told = {"step": failure.id, "title": failure.title, "why": failure.why, "logs": logs}
        told |= {"folder": str(folder), "again": again}
        rows = [f"✗ {failure.title}: {failure.why}"]
        for name, tail in logs.items():
            rows += [f"log of {name}:", *(f"    {row}" for row in tail)]
        rows += [f"what the servers wrote is kept in {folder}", f"run it again with: {again}"]
        rows += [f"demo: failed at {failure.id}"]
        self._end({"ok": False, "failed": told, "steps": self._steps}, *rows)
        return 1

    def _say(self, *rows: str) -> None:
        if not self._as_json:
            for row in rows:
                self._print(row)

    def _end(self, facts: dict[str, Any], *rows: str) -> None:
        self._say(*rows)
        if self._as_json:
            self._print(json.dumps(facts, ensure_ascii=False, indent=1))

    def _print(self, text: str) -> None:
        self._console.print(text, soft_wrap=True, highlight=False, markup=False)


def _tail(log: Path) -> list[str]:
    return log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]


def fail(seen: object) -> NoReturn:
    """End a step. Raises: Unheld."""
    raise Unheld(str(seen))


def dong(amount: int) -> str:
    """Write đồng as it is written in Vietnam."""
    return f"{amount:,}".replace(",", ".")
