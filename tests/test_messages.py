"""Every code that our sources raise has a text in Vietnamese and English, and its blanks are filled."""

from __future__ import annotations

import ast
import inspect
import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from lienso import errors
from lienso.cli.messages import MESSAGES as COMMAND_MESSAGES
from lienso.fields import parse_body
from lienso.importing.messages import MESSAGES as IMPORT_MESSAGES
from lienso.messages import CORE
from lienso.model import Message
from lienso.plugins import load_plugins
from lienso.sync.codes import ERROR_OF_VERDICT

ROOT = Path(__file__).resolve().parents[1]
NOT_READ = (
    "plugins/transport_grpc/src/lienso_api/",
    "core/src/lienso/testing/transport_programs.py",
)
"""Generated code, and a server that answers with the codes of modules."""
CODED = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.LiensoError)
} - {"PluginError", "VersionConflict", "Taken"}
"""Errors that take their code as the first argument; the three others have one code each."""

ALWAYS = {"field"}
"""What the text of a finding may name though its values do not."""


@dataclass(frozen=True, slots=True)
class Raised:
    """A code as a source names it.

    Attributes:
        values: names of the values given with it; None where they are not literal.
    """

    code: str
    where: str
    values: frozenset[str] | None

    @property
    def in_core(self) -> bool:
        """Whether the kernel itself raises it."""
        return self.where.startswith("core/")


def raised(source: str, where: str) -> Iterator[Raised]:
    """Yield every code that a source names where it refuses or finds fault."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield from _in_call(node, f"{where}:{node.lineno}")
        elif isinstance(node, ast.ClassDef):
            yield from _in_class(node, f"{where}:{node.lineno}")


def _in_call(node: ast.Call, where: str) -> Iterator[Raised]:
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    at, values_at = {"Finding": (1, 4), "ImportFinding": (3, 9)}.get(name, (0, 1))
    if name not in CODED | {"Finding", "ImportFinding"} or len(node.args) <= at:
        return
    code_node = node.args[at]
    codes = [code_node.body, code_node.orelse] if isinstance(code_node, ast.IfExp) else [code_node]
    for code in codes:
        if isinstance(code, ast.Constant) and isinstance(code.value, str):
            keywords = {keyword.arg: keyword.value for keyword in node.keywords}
            given = dict(enumerate(node.args)).get(values_at) or keywords.get(
                "values" if name == "Finding" else "detail", ast.Dict([], [])
            )
            filled = None if name == "ImportFinding" else _names(given)
            if filled is not None and name == "Finding":
                filled |= ALWAYS
            yield Raised(code.value, where, filled)


def _names(given: ast.AST) -> frozenset[str] | None:
    if not isinstance(given, ast.Dict) or None in given.keys:
        return None
    return frozenset(key.value for key in given.keys if isinstance(key, ast.Constant))


def _in_class(node: ast.ClassDef, where: str) -> Iterator[Raised]:
    for line in node.body:
        if (
            isinstance(line, ast.Assign)
            and isinstance(line.targets[0], ast.Name)
            and line.targets[0].id == "code"
            and isinstance(line.value, ast.Constant)
        ):
            yield Raised(str(line.value.value), where, None)


def blanks(text: str) -> set[str]:
    """Return the names in braces of a text."""
    return {name for _before, name, _spec, _how in string.Formatter().parse(text) if name}


SOURCES = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for pattern in ("core/src/**/*.py", "plugins/*/src/**/*.py")
    for path in sorted(ROOT.glob(pattern))
    if not str(path.relative_to(ROOT)).startswith(NOT_READ)
}
RAISED = [item for where, source in SOURCES.items() for item in raised(source, where)]
FOR_TESTS = {"undone"}
"""Codes that only the contract kit raises, on purpose, and catches."""


@pytest.fixture(scope="module")
def texts() -> Mapping[str, Message]:
    """The texts of the kernel, the command line and every installed module."""
    return {**COMMAND_MESSAGES, **IMPORT_MESSAGES, **load_plugins(None, {}).registry.messages}


def test_the_kernel_has_a_text_for_every_code_of_its_own() -> None:
    codes = {item.code: item.where for item in RAISED if item.in_core}
    known = {*CORE, *COMMAND_MESSAGES, *IMPORT_MESSAGES, *FOR_TESTS}

    assert {code: where for code, where in codes.items() if code not in known} == {}


def test_every_code_of_a_module_has_a_text(texts: Mapping[str, Message]) -> None:
    codes = {item.code: item.where for item in RAISED if not item.in_core}

    assert {code: where for code, where in codes.items() if code not in texts} == {}


def test_every_fault_of_a_field_has_a_text() -> None:
    """What `parse_body` says it answers; the codes come from pydantic's, so no source names them."""
    answers = re.findall(r"``(\w+)``", inspect.getdoc(parse_body) or "")

    assert "float_refused" in answers
    assert set(answers) - set(CORE) == set()


def test_every_verdict_of_the_cloud_has_a_text(texts: Mapping[str, Message]) -> None:
    assert set(ERROR_OF_VERDICT.values()) - set(texts) == set()


def test_a_text_is_there_in_both_languages_with_the_same_blanks(
    texts: Mapping[str, Message],
) -> None:
    assert {
        code for code, text in texts.items() if not (text.vi.strip() and text.en.strip())
    } == set()
    assert {
        code: (text.vi, text.en)
        for code, text in texts.items()
        if blanks(text.vi) != blanks(text.en)
    } == {}


def test_what_is_raised_fills_the_blanks_of_its_text(texts: Mapping[str, Message]) -> None:
    unfilled = [
        (item.code, item.where, sorted(missing))
        for item in RAISED
        if item.values is not None
        and item.code in texts
        and (missing := blanks(texts[item.code].vi) - item.values)
    ]

    assert unfilled == []


@pytest.mark.parametrize(
    ("source", "codes"),
    [
        ('raise Refused("a")', [("a", frozenset())]),
        ('raise errors.Unknown("a", {"x": 1})', [("a", frozenset({"x"}))]),
        ('Refused("a", {**more})', [("a", None)]),
        ('Finding("error", "a" if b else "c")', [("a", frozenset({"field"})), ("c", frozenset({"field"}))]),
        ('class No(LiensoError):\n    code = "a"', [("a", None)]),
        ("Refused(code)", []),
    ],
)  # fmt: skip
def test_codes_are_found_in_a_source(
    source: str, codes: list[tuple[str, frozenset[str] | None]]
) -> None:
    assert [(item.code, item.values) for item in raised(source, "x.py")] == codes
