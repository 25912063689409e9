"""``lienso bench``: lienso's speed beside the least that a correct pipeline must do."""

from __future__ import annotations

import importlib
import json
import os
import platform
import sqlite3
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from lienso.errors import LiensoError

from .measuring import BenchmarkFailed, Fact, Outcome, Result, Run

NAMES = (
    "save",
    "save_grpc",
    "push",
    "pull",
    "balance",
    "year",
    "batch_post",
    "one_change",
    "beside",
    "wire",
    "start",
)
"""The benchmarks; each is a file of this package with a function ``run``."""

SCALE = ("million", "watching")
"""Those of large companies: they take minutes, and run only when they are named."""

FAILED = 1


class Size(StrEnum):
    """How much work a turn does; ``small`` shows that all works, its figures say little."""

    SMALL = "small"
    FULL = "full"


_app = typer.Typer(add_completion=False)


def command(arguments: Sequence[str]) -> int:
    """Run the benchmark with the arguments of its command line; returns the exit code."""
    code = _app(args=list(arguments), prog_name="lienso bench", standalone_mode=False)
    return int(code or 0)


@_app.command()
def _bench(
    names: Annotated[list[str] | None, typer.Argument(help=", ".join((*NAMES, *SCALE)))] = None,
    rounds: Annotated[int, typer.Option(min=1, max=100, help="Counted turns of each way.")] = 5,
    size: Size = Size.FULL,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the table of docs/speed.md.")
    ] = False,
) -> int:
    """Measure; a figure under its target is no failure, work that was not done is."""
    unknown = sorted(set(names or ()) - {*NAMES, *SCALE})
    if unknown:
        there = ", ".join((*NAMES, *SCALE))
        raise typer.BadParameter(f"{', '.join(unknown)}; there are: {there}")
    try:
        outcomes = measure(names or NAMES, rounds, size is Size.FULL)
    except (BenchmarkFailed, LiensoError) as error:
        typer.echo(f"benchmark failed: {error}", err=True)
        return FAILED
    if as_json:
        answer = {"machine": machine(), "size": size.value, "rounds": rounds}
        shown = [result.as_json() for one in outcomes.values() for result in one.results]
        shown += [
            {"name": name, **asdict(fact), "reached": fact.reached}
            for name, one in outcomes.items()
            for fact in one.facts
        ]
        same = {name: dict(one.same) for name, one in outcomes.items()}
        typer.echo(json.dumps({**answer, "results": shown, "same": same}, indent=1))
        return 0
    for line in _lines(outcomes, rounds, size, markdown):
        typer.echo(line)
    return 0


def measure(names: Sequence[str], rounds: int, full: bool) -> dict[str, Outcome]:
    """Run benchmarks one after another, each in a folder that is removed when it ends.

    Raises:
        BenchmarkFailed: a work was not done, or the two ways ended with different contents.
    """
    from .company import make_company  # pydantic and SQLite: not for a mistyped name

    outcomes = {}
    with tempfile.TemporaryDirectory(prefix="lienso-bench-") as root:
        company = make_company(Path(root) / "company")
        for name in names:
            typer.echo(f"{name} …", err=True)
            with tempfile.TemporaryDirectory(dir=root) as folder:
                module = importlib.import_module(f"{__package__}.{name}")
                outcomes[name] = module.run(Run(Path(folder), company, rounds, full))
    return outcomes


def machine() -> dict[str, Any]:
    """Return what the figures depend on."""
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "system": f"{platform.system()} {platform.machine()}",
    }


HEAD = ("benchmark", "work", "lienso", "bare", "of bare", "target", "reached")


def _lines(outcomes: dict[str, Outcome], rounds: int, size: Size, markdown: bool) -> list[str]:
    rows = [_row(result) for outcome in outcomes.values() for result in outcome.results]
    rows += [_fact(name, fact) for name, one in outcomes.items() for fact in one.facts]
    about = ", ".join(f"{name} {value}" for name, value in machine().items())
    caption = f"{about}; size {size.value}, {rounds} turns: median (least to most)"
    if markdown:
        ruled = [HEAD, ("---",) * len(HEAD), *rows]
        return [*(f"| {' | '.join(row)} |" for row in ruled), "", caption + "."]
    widths = [max(len(row[place]) for row in (HEAD, *rows)) for place in range(len(HEAD))]
    padded = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (HEAD, *rows)
    ]
    return [*padded, caption]


REACHED = {True: "yes", False: "no", None: "–"}


def _fact(name: str, fact: Fact) -> tuple[str, ...]:
    most = "–" if fact.most is None else f"≤ {fact.most:g} {fact.unit}".rstrip()
    return name, fact.what, str(fact), "–", "–", most, REACHED[fact.reached]


def _row(result: Result) -> tuple[str, ...]:
    growth = "" if result.growth is None else f", growth {result.growth:.1f}"
    return (
        result.name,
        result.what,
        _shown(result, result.lienso) + growth,
        _shown(result, result.bare),
        f"{result.share:.0f} %",
        str(result.target) or "–",
        REACHED[result.reached],
    )


def _shown(result: Result, turns: Sequence[float]) -> str:
    figures = result.figures(turns)
    if result.by_time:
        median, least, most = (f"{figures[name]:,.1f}" for name in ("median", "least", "most"))
        return f"{median} ms ({least}–{most})"
    median, least, most = (f"{figures[name]:,.0f}" for name in ("median", "least", "most"))
    return f"{median}/s ({least}–{most})"
