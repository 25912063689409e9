"""The engine decides without clock, chance, threads and sockets: its drivers bring these."""

from __future__ import annotations

import ast
from pathlib import Path

import lienso.sync
import pytest

FORBIDDEN = {"time", "random", "uuid", "threading", "asyncio", "socket", "os", "platform"}
DRIVERS = {
    "site_line.py",
    "site_threads.py",
    "site_exchange.py",
    "site_sync.py",
    "cloud_service.py",
}
MODULES = sorted(
    path
    for path in Path(lienso.sync.__path__[0]).glob("*.py")
    if path.name not in DRIVERS | {"__init__.py"}
)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_of_the_engine_imports_nothing_of_the_world(path: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            imported.add((node.module or "").partition(".")[0])

    assert imported & FORBIDDEN == set()
