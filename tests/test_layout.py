"""The layout of the repository: names agree, every plugin is in the lists, core knows no plugin."""

from __future__ import annotations

import ast
import importlib
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PLUGINS = sorted(path.parent.name for path in (ROOT / "plugins").glob("*/pyproject.toml"))


def _toml(path: Path) -> dict[str, object]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("folder", PLUGINS)
def test_folder_distribution_import_and_manifest_have_one_name(folder: str) -> None:
    project = _toml(ROOT / "plugins" / folder / "pyproject.toml")["project"]

    assert project["name"] == f"lienso-{folder.replace('_', '-')}"
    assert (ROOT / "plugins" / folder / "src" / f"lienso_{folder}" / "__init__.py").exists()
    for group, points in project["entry-points"].items():
        for name, target in points.items():
            assert target.startswith(f"lienso_{folder}.")
            if group != "lienso.commands":
                module = importlib.import_module(target)
                assert module.MANIFEST.name == name


@pytest.mark.parametrize("folder", PLUGINS)
def test_every_plugin_is_in_both_lists_of_the_root(folder: str) -> None:
    root = _toml(ROOT / "pyproject.toml")
    name = f"lienso-{folder.replace('_', '-')}"

    named = [one.partition("[")[0] for one in root["project"]["dependencies"]]
    assert name in named
    assert root["tool"]["uv"]["sources"][name] == {"workspace": True}


def test_core_imports_no_plugin() -> None:
    packages = {f"lienso_{folder}" for folder in PLUGINS} | {"lienso_api"}
    found = []
    for path in (ROOT / "core" / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.append(node.module)
            found += [(path.name, name) for name in names if name.split(".")[0] in packages]

    assert found == []


def test_the_sync_engine_has_no_clock_random_socket_or_thread() -> None:
    forbidden = {"time", "random", "uuid", "threading", "asyncio", "socket", "os"}
    engine = ("tables", "messages", "site_log", "cloud_log", "link_machine")
    found = []
    for name in engine:
        path = ROOT / "core" / "src" / "lienso" / "sync" / f"{name}.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found += [(name, a.name) for a in node.names if a.name in forbidden]
            elif isinstance(node, ast.ImportFrom) and node.module in forbidden:
                found.append((name, node.module))

    assert found == []


def test_only_discovery_imports_stevedore_and_only_three_files_pluggy() -> None:
    users: dict[str, set[str]] = {"stevedore": set(), "pluggy": set()}
    for path in (ROOT / "core" / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [module]
            for library, files in users.items():
                if any(name.split(".")[0] == library for name in names):
                    files.add(path.name)

    assert users["stevedore"] == {"discovery.py"}
    assert users["pluggy"] == {"hookspecs.py", "calls.py", "plugins.py"}
