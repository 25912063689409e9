"""``start``: a fresh process that starts a kernel with all installed plugins, beside one that only
imports the three libraries which every such process needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from lienso import discovery

from .measuring import BenchmarkFailed, Outcome, Result, Run, Target, seconds, take_turns

TARGET = Target(ms=600)
LIENSO = """
from lienso.kernel import Settings, start
with start(Settings()) as kernel:
    print(len(kernel.registry.modules))
"""
BARE = "import pydantic, pluggy, stevedore; print(3)"


def run(run: Run) -> Outcome:
    """Measure from the start of the interpreter to its end; the turn that warms up compiles."""
    modules = len(discovery.installed(discovery.MODULES))
    compiled = run.folder / "compiled"
    ways = {
        "lienso": lambda: _process(LIENSO, modules, compiled),
        "bare": lambda: _process(BARE, 3, compiled),
    }
    turns = take_turns(run.rounds, ways)
    what = f"a process with {modules} modules"
    result = Result("start", what, 1, turns["lienso"], turns["bare"], TARGET, by_time=True)
    return Outcome([result], {"modules": modules})


def _process(program: str, expected: int, compiled: Path) -> float:
    """Measure one process, which finds its sources compiled, as all but the first ever do."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = {**kept, "PYTHONPYCACHEPREFIX": str(compiled)}

    def work() -> None:
        command = [sys.executable, "-c", program]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode or int(done.stdout) != expected:
            raise BenchmarkFailed(f"the process said {done.stdout!r} {done.stderr!r}")

    return seconds(work)
