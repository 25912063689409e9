"""Run every plugin's tests in an environment of its own, with only its declared dependencies."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Return 1 when a plugin fails alone."""
    failed = []
    for path in sorted((ROOT / "plugins").glob("*/pyproject.toml")):
        folder = path.parent
        if not any((folder / "tests").glob("test_*.py")):
            continue
        name = f"lienso-{folder.name.replace('_', '-')}"
        command = [
            "uv", "run", "--isolated", "--no-default-groups", "--package", name,
            "--with", "pytest==9.2.0", "--with", "hypothesis==6.170.15", "--with", "pypdf==7.1.1",
            "pytest", "-q", str(folder / "tests"),
        ]  # fmt: skip
        sys.stdout.write(f"== {name}\n")
        sys.stdout.flush()
        done = subprocess.run(command, cwd=ROOT, check=False)
        if done.returncode:
            failed.append(name)
    sys.stdout.write(f"alone: {len(failed)} failed {' '.join(failed)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
