"""Run every plugin's tests in an environment of its own, with only its declared dependencies.

As many at once as there are processors; what each printed comes when it has ended.
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ("pytest==9.2.0", "hypothesis==6.170.15", "pypdf==7.1.1")


def main() -> int:
    """Return 1 when a plugin fails alone."""
    tests = [
        path.parent / "tests"
        for path in (ROOT / "plugins").glob("*/pyproject.toml")
        if any((path.parent / "tests").glob("test_*.py"))
    ]
    tests.sort(key=lambda folder: -len([*folder.glob("test_*.py")]))  # The longest first.
    failed = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        running = {pool.submit(run, folder): folder for folder in tests}
        for done in as_completed(running):
            code, printed = done.result()
            name = name_of(running[done])
            sys.stdout.write(f"== {name}\n{printed}")
            sys.stdout.flush()
            if code:
                failed.append(name)
    sys.stdout.write(f"alone: {len(failed)} failed {' '.join(sorted(failed))}\n")
    return 1 if failed else 0


def name_of(tests: Path) -> str:
    """Return the distribution whose tests these are."""
    return f"lienso-{tests.parent.name.replace('_', '-')}"


def run(tests: Path) -> tuple[int, str]:
    """Run the tests of one distribution; returns exit code and what was printed."""
    tools = [word for tool in TOOLS for word in ("--with", tool)]
    command = [
        "uv", "run", "--isolated", "--no-default-groups", "--package", name_of(tests), *tools,
        "pytest", "-q", str(tests),
    ]  # fmt: skip
    done = subprocess.run(
        command, cwd=ROOT, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return done.returncode, done.stdout


if __name__ == "__main__":
    raise SystemExit(main())
