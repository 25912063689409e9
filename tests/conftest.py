"""Distributions made by a test: entry points as they are on disk, with a version and code."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest


@dataclass
class Shelf:
    """A folder on the import path where a test ships distributions."""

    folder: Path
    modules: set[str] = field(default_factory=set)

    def ship(
        self,
        name: str,
        version: str,
        points: Mapping[str, Mapping[str, str]],
        files: Mapping[str, str] | None = None,
    ) -> None:
        """Install a distribution, or change one.

        Args:
            points: group → entry point → what it names.
            files: importable name → source.
        """
        info = self.folder / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir(exist_ok=True)
        about = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        (info / "METADATA").write_text(about, encoding="utf-8")
        lines = []
        for group, targets in points.items():
            lines += [f"[{group}]", *(f"{point} = {target}" for point, target in targets.items())]
        (info / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        for module, source in (files or {}).items():
            (self.folder / f"{module}.py").write_text(source, encoding="utf-8")
            self.modules.add(module)
        importlib.invalidate_caches()


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    """An empty shelf, in front of everything else that is installed."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    # stevedore keeps its cache there; a test leaves none in the user's home, and finds none.
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.syspath_prepend(str(folder))
    made = Shelf(folder)
    yield made
    for module in made.modules:
        sys.modules.pop(module, None)
