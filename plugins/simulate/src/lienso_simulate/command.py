"""``lienso simulate``: many seeds, one with its trace, or with the engine broken on purpose."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from .coverage import NEVER, SEEDS_MIN, not_met
from .invariants import INVARIANTS, NOT_YET
from .mutants_scope import MUTANTS, broken
from .runs import Outcome, run
from .shrinking import replay, shrink

FAILURES_SHOWN = 20
MUTANT_SEEDS = SEEDS_MIN
"""A mutant has so many seeds to be caught, unless ``--seeds`` says otherwise: some need a rare disaster."""

_app = typer.Typer(add_completion=False)


def command(arguments: Sequence[str]) -> int:
    """Run the simulator with the arguments of its command line; returns the exit code."""
    code = _app(args=list(arguments), prog_name="lienso simulate", standalone_mode=False)
    return int(code or 0)


def caught(name: str, seeds: Sequence[int]) -> Outcome | None:
    """Return the first failing run with a mutant, None when no seed notices it."""
    with broken(name):
        for seed in seeds:
            outcome = run(seed)
            if outcome.checker is not None:
                return outcome
    return None


@_app.command()
def simulate(
    seeds: Annotated[int, typer.Option(min=0, help="How many seeds; 0: as many as it needs.")] = 0,
    first: Annotated[int, typer.Option(min=0, help="The first of them.")] = 0,
    seed: Annotated[int | None, typer.Option(min=0, help="This one alone.")] = None,
    trace: Annotated[bool, typer.Option("--trace", help="Show all that happened.")] = False,
    mutant: Annotated[str, typer.Option(help="Break the engine so: it must be caught.")] = "",
    mutants: Annotated[bool, typer.Option("--mutants", help="All of them, one by one.")] = False,
    small: Annotated[Path | None, typer.Option(help="Write a failure, made small, here.")] = None,
    file: Annotated[Path | None, typer.Option(help="Play such a file again.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> int:
    """Run simulated companies under faults; everything that must hold is checked."""
    if mutant or mutants:
        return _mutants(
            [mutant] if mutant else list(MUTANTS), seeds or MUTANT_SEEDS, first, as_json
        )
    if file is not None or seed is not None:
        outcome = replay(file) if file is not None else run(seed or 0)
        return _one(outcome, trace, small, as_json)
    return _many(range(first, first + (seeds or SEEDS_MIN)), small, as_json)


def _say(found: dict[str, Any], lines: Sequence[str], as_json: bool) -> None:
    if as_json:
        typer.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
    else:
        typer.echo("\n".join(lines))


def _one(outcome: Outcome, trace: bool, small: Path | None, as_json: bool) -> int:
    failed = outcome.checker is not None
    title = "holds" if not failed else f"FAILED {_name(outcome)}: {outcome.text}"
    if failed and small is not None:
        shrink(outcome).write(small)
    found = {
        "seed": outcome.seed,
        "checker": outcome.checker,
        "text": outcome.text,
        "digest": outcome.digest,
        "virtual_ms": outcome.virtual_ms,
        **({"trace": outcome.trace} if trace else {}),
    }
    lines = [*(outcome.trace if trace else []), f"seed {outcome.seed}: {title}"]
    _say(found, lines, as_json)
    return int(failed)


def _name(outcome: Outcome) -> str:
    if not outcome.checker:
        return "an exception"
    return f"{outcome.checker} ({INVARIANTS[outcome.checker].title})"


def _many(seeds: range, small: Path | None, as_json: bool) -> int:
    began, hits, failures, virtual = time.monotonic(), Counter[str](), [], 0
    for seed in seeds:
        outcome = run(seed)
        hits.update(outcome.hits)
        virtual += outcome.virtual_ms
        if outcome.checker is not None:
            failures.append(outcome)
    seconds = time.monotonic() - began
    missing = not_met(hits) if len(seeds) >= SEEDS_MIN else []
    if failures and small is not None:
        shrink(failures[0]).write(small)
    shown = [f"seed {one.seed}: FAILED {_name(one)}: {one.text}" for one in failures]
    lines = [
        *shown[:FAILURES_SHOWN],
        *([f"… and {len(shown) - FAILURES_SHOWN} more"] if len(shown) > FAILURES_SHOWN else []),
        *(f"never met: {what}" for what in missing),
        f"{len(seeds)} seeds from {seeds.start}, {len(failures)} failed; {seconds:.0f} s,"
        f" {virtual // 3_600_000} hours of simulated time",
        f"{len(INVARIANTS)} invariants checked; not yet, or in part: {len(NOT_YET)}",
        *(f"  {number}: {why}" for number, why in NOT_YET.items()),
    ]
    found = {
        "seeds": len(seeds),
        "first": seeds.start,
        "seconds": round(seconds, 1),
        "virtual_hours": virtual // 3_600_000,
        "failures": [{"seed": f.seed, "checker": f.checker, "text": f.text} for f in failures],
        "never_met": missing,
        "hits": dict(sorted(hits.items())),
        "invariants": sorted(INVARIANTS),
        "not_yet": {str(number): why for number, why in NOT_YET.items()},
        "cannot_be_met": dict(NEVER),
    }
    _say(found, lines, as_json)
    return int(bool(failures or missing))


def _mutants(names: Sequence[str], seeds: int, first: int, as_json: bool) -> int:
    unknown = [name for name in names if name not in MUTANTS]
    if unknown:
        raise typer.BadParameter(f"no mutant {unknown[0]}; there are: {', '.join(MUTANTS)}")
    lines, found = [], []
    for name in names:
        outcome = caught(name, range(first, first + seeds))
        checker = None if outcome is None else outcome.checker
        found.append(
            {"mutant": name, "caught": outcome is not None, "checker": checker,
             "seed": None if outcome is None else outcome.seed}
        )  # fmt: skip
        said = "NOT CAUGHT" if outcome is None else f"seed {outcome.seed}: {_name(outcome)}"
        lines.append(f"{name}: {said}")
    missed = sum(not one["caught"] for one in found)
    lines.append(f"{len(names)} mutants, {missed} not caught")
    _say({"mutants": found, "not_caught": missed}, lines, as_json)
    return int(missed > 0)
