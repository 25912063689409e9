"""The tables of docs/modules are those of the registry; ``LIENSO_WRITE_DOCS=1`` writes them anew.

A table stands between ``<!-- generated: <kind> -->`` and ``<!-- end -->``; of a document that lacks one it
is written at the end.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from lienso.kernel import Kernel
from lienso.testing.kernels import cloud

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "modules"
FILES = sorted(FOLDER.glob("*.md"))
KINDS = ("record types", "functions", "figures", "reports", "options", "sheets", "checks")
BLOCK = re.compile(r"<!-- generated: ([\w ]+) -->\n(.*?)<!-- end -->", re.S)


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    """A cloud with all installed modules."""
    with cloud() as head:
        yield head


def mine(kernel: Kernel, declared: Mapping[str, Any], module: str) -> list[Any]:
    """Return what a module declares, in its own order."""
    return [item for id, item in declared.items() if kernel.registry.owners[id] == module]


def tables(kernel: Kernel, module: str) -> dict[str, str]:
    """Return the tables of a module, by kind."""
    registry = kernel.registry
    figures = {"blank": "blank", "last_online": "last online value"}
    rows = {
        "record types": [
            ("id", "Vietnamese", "number", "printed form", "made offline"),
            *(
                (f"`{t.id}`", t.title.vi, t.number_prefix, t.printed_form, "yes" if t.offline_create else "no")
                for t in mine(kernel, registry.record_types, module)
            ),
        ],
        "functions": [
            ("id", "label", "availability", "undo"),
            *(
                (f"`{c.id}`", c.title.vi, c.availability.replace("_", " "), c.undo)
                for c in mine(kernel, registry.capabilities, module)
            ),
        ],
        "figures": [
            ("id", "label", "offline"),
            *(
                (f"`{f.id}`", f.title.vi, figures[f.offline])
                for f in mine(kernel, registry.figures, module)
            ),
        ],
        "reports": [
            ("id", "name", "form", "where"),
            *(
                (f"`{r.id}`", r.title.vi, r.form_code, "cloud" if r.reads_books else "anywhere")
                for r in mine(kernel, registry.reports, module)
            ),
        ],
        "options": [
            ("key", "label", "default"),
            *(
                (f"`{o.key}`", o.title.vi, str(o.default))
                for o in mine(kernel, registry.options, module)
            ),
        ],
        "sheets": [
            ("sheet", "record type"),
            *(
                (s.name, f"`{s.record_type}`")
                for s in mine(kernel, registry.import_sheets, module)
            ),
        ],
        "checks": [
            ("check", "severity", "finds; what to do next", "leads to"),
            *(
                (f"`{c.id}`", c.severity, c.text.en, f"`{c.repair}`")
                for c in mine(kernel, registry.book_checks, module)
            ),
        ],
    }  # fmt: skip
    return {kind: _table(found) for kind, found in rows.items()}


def _table(rows: list[tuple[str, ...]]) -> str:
    head, *body = rows
    lines = [head, tuple("---" for _ in head), *body]
    return "".join("| " + " | ".join(cell or "–" for cell in row) + " |\n" for row in lines)


def test_every_module_with_record_types_has_a_document(kernel: Kernel) -> None:
    registry = kernel.registry

    assert {registry.owners[id] for id in registry.record_types} == {file.stem for file in FILES}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_tables_of_a_module_are_those_of_the_registry(kernel: Kernel, file: Path) -> None:
    found = tables(kernel, file.stem)
    text = file.read_text(encoding="utf-8")
    written = BLOCK.sub(
        lambda block: f"<!-- generated: {block[1]} -->\n{found[block[1]]}<!-- end -->", text
    )
    named = {kind for kind, _table in BLOCK.findall(text)}
    lacking = [kind for kind in KINDS if found[kind].count("\n") > 2 and kind not in named]
    for kind in lacking:
        written += f"\n<!-- generated: {kind} -->\n{found[kind]}<!-- end -->\n"
    if os.environ.get("LIENSO_WRITE_DOCS"):
        file.write_text(written, encoding="utf-8")

    assert file.read_text(encoding="utf-8") == written
