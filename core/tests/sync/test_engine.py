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


def _all_tests(root: Path) -> str:
    folders = (root / "core" / "tests", root / "tests", *root.glob("plugins/*/tests"))
    paths = [path for folder in folders for path in sorted(folder.rglob("test_*.py"))]
    return "".join(path.read_text(encoding="utf-8") for path in paths)


NOT_BUILT = ("invoices are not built",)
"""What a row of what was asked for says in place of its tests."""


def test_everything_that_was_asked_for_has_a_test_or_says_that_it_is_not_built() -> None:
    root = Path(__file__).parents[3]
    text = (root / "docs" / "sync.md").read_text(encoding="utf-8").partition("\n## 9. ")[2]
    rows = [line[2:-2].rsplit(" | ", 1) for line in text.splitlines() if line.startswith('| "')]
    without = [said for said, held in rows if not re.findall(r"`test_\w+`", held)]

    assert len(rows) == 39
    assert without == [said for said, held in rows if held in NOT_BUILT]
    assert len(without) == len(NOT_BUILT)


def test_what_was_asked_for_is_what_the_specification_lists() -> None:
    root = Path(__file__).parents[3]
    path = root.parent / "shared" / "sync-design.md"
    if not path.exists():
        pytest.skip("the specification is not beside this checkout")
    listed = path.read_text(encoding="utf-8").partition("\n## 18. ")[2].partition("\n## 19. ")[0]
    said = [line[2:].split(" | ")[0] for line in listed.splitlines() if line.startswith('| "')]
    text = (root / "docs" / "sync.md").read_text(encoding="utf-8").partition("\n## 9. ")[2]
    here = [line[2:-2].rsplit(" | ", 1)[0] for line in text.splitlines() if line.startswith('| "')]

    assert len(here) == len(said)
    assert all(theirs.startswith(mine) for mine, theirs in zip(here, said, strict=True))


def test_docs_sync_names_tests_and_files_that_are_there() -> None:
    root = Path(__file__).parents[3]
    text = (root / "docs" / "sync.md").read_text(encoding="utf-8")
    written = _all_tests(root)
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
