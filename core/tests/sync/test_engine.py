"""The engine decides without clock, chance, threads and sockets: its drivers bring these."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import lienso.sync
import pytest

FORBIDDEN = {"time", "random", "uuid", "threading", "asyncio", "socket", "os", "platform"}
DRIVERS = {
    "site_host.py",
    "site_snapshot.py",
    "site_escrow.py",
    "tidying.py",
    "site_line.py",
    "site_threads.py",
    "site_exchange.py",
    "site_sync.py",
    "cloud_service.py",
    "cloud_operations.py",
}
EVERY = sorted(p for p in Path(lienso.sync.__path__[0]).glob("*.py") if p.stem != "__init__")
MODULES = [path for path in EVERY if path.name not in DRIVERS]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_of_the_engine_imports_nothing_of_the_world(path: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            imported.add((node.module or "").partition(".")[0])

    assert imported & FORBIDDEN == set()


def test_docs_sync_names_tests_and_files_that_are_there() -> None:
    root = Path(__file__).parents[3]
    text = (root / "docs" / "sync.md").read_text(encoding="utf-8")
    here = [*Path(__file__).parent.glob("*.py"), *(root / "tests").glob("test_*.py")]
    written = "".join(path.read_text(encoding="utf-8") for path in here)
    named = set(re.findall(r"`(test_\w+)`", text))
    files = set(re.findall(r"^\| ([`\w, →]+) \|", text.partition("## 2.")[0], re.MULTILINE))
    modules = {name for row in files for name in re.findall(r"`(\w+)`", row)}

    assert len(named) > 30
    assert {name for name in named if f"def {name}(" not in written} == set()
    assert modules == {path.stem for path in EVERY} - {
        "messages",
        "tables",
        "part_tables",
        "enrolment",
    }
