"""The hook API is golden: a change of a signature comes with a change of HOOK_API and the docs."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from lienso import hookspecs

ROOT = Path(__file__).resolve().parents[1]


def signatures() -> list[str]:
    """Return one line a hook: name and signature, in alphabetical order."""
    hooks = {n: f for n, f in vars(hookspecs).items() if n.startswith("lienso_")}
    lines = [f"{name}{inspect.signature(hook)}" for name, hook in sorted(hooks.items())]
    return [f"HOOK_API {hookspecs.HOOK_API[0]}.{hookspecs.HOOK_API[1]}", *lines]


def test_the_signatures_are_those_of_the_golden_file() -> None:
    golden = (ROOT / "tests" / "hook_api.txt").read_text(encoding="utf-8").splitlines()

    assert signatures() == golden


def test_the_docs_have_a_section_for_every_hook_with_its_signature_and_kind() -> None:
    text = (ROOT / "docs" / "hooks.md").read_text(encoding="utf-8")
    for line in signatures()[1:]:
        name = line.partition("(")[0]
        kind = (inspect.getdoc(getattr(hookspecs, name)) or "").partition(":")[0]
        assert f"### {name}\n" in text
        assert line in text
        section = text.partition(f"### {name}\n")[2].partition("\n### ")[0]
        assert re.search(rf"\*\*{kind}\*\*", section), name
        assert "Since 1.0" in section
