"""Tidiness that no linter of ours keeps: lengths, suppressions, broad excepts, texts that point nowhere.

The lists of what is longer than it should be only shrink: a new one, or a longer one, fails.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 400

LONG_FUNCTIONS: Mapping[str, int] = {}
"""File and function → lines, for those that were longer when this test was written."""

LONG_FILES: Mapping[str, int] = {
    "core/src/lienso/client.py": 470,
    "core/src/lienso/kernel.py": 409,
    "core/src/lienso/model.py": 455,
    "core/src/lienso/storage.py": 478,
    "core/src/lienso/testing/case_run.py": 402,
    "core/src/lienso/testing/storage_books.py": 425,
    "core/src/lienso/transaction.py": 438,
    "core/tests/sync/test_main_road.py": 427,
    "plugins/storage_sqlite/tests/test_sqlite_file.py": 440,
    "plugins/transport_grpc/src/lienso_transport_grpc/convert.py": 511,
    "plugins/transport_grpc/tests/test_api.py": 426,
}
"""File → lines, for those that were longer when this test was written."""

UNEXPLAINED: Mapping[str, int] = {
    "core/src/lienso/api_values.py": 1,
    "core/src/lienso/importing/engine.py": 1,
    "core/src/lienso/kernel.py": 2,
    "core/src/lienso/memory_records.py": 1,
    "core/src/lienso/memory_books.py": 1,
    "core/src/lienso/testing/module_contract.py": 2,
    "core/src/lienso/testing/storage_books.py": 1,
    "core/src/lienso/testing/storage_feed.py": 2,
    "core/src/lienso/testing/storage_records.py": 1,
    "plugins/general_ledger/tests/test_words.py": 1,
    "plugins/general_ledger/src/lienso_general_ledger/reports.py": 1,
    "plugins/general_ledger/tests/test_locks.py": 1,
    "plugins/system/src/lienso_system/audit.py": 1,
    "plugins/transport_grpc/tests/test_serving.py": 1,
}
"""File → suppressions without a reason that were there when this test was written."""

BROAD = {
    "core/src/lienso/calls.py",  # a plugin may raise anything
    # The thread that commits for others hands each its own error, to be raised there.
    "plugins/storage_sqlite/src/lienso_storage_sqlite/commits.py",
}
"""Files that take every exception, and why."""

PARTS = ("core", "plugins", "tests", "docs")
GENERATED = "plugins/transport_grpc/src/lienso_api/"
PLUGGY_USERS = {"kernel.py", "plugins.py", "calls.py", "hookspecs.py"}

SOURCES: Mapping[str, str] = {
    name: path.read_text(encoding="utf-8")
    for part in PARTS
    for path in sorted((ROOT / part).rglob("*.py"))
    if not (name := str(path.relative_to(ROOT))).startswith(GENERATED)
}
"""Our Python files, by their path from the root."""

TEXTS: Mapping[str, str] = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in sorted(
        [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("plugins/*/*.md")]
    )
}
"""Our documents, by their path from the root."""


def shipped() -> Iterator[tuple[str, ast.AST]]:
    """Yield (file, node) of everything that is installed somewhere."""
    for name, source in SOURCES.items():
        if "/src/" in name and not name.startswith("docs/"):
            for node in ast.walk(ast.parse(source)):
                yield name, node


# -- lengths -------------------------------------------------------------------------------------


def longer(found: Mapping[str, int], known: Mapping[str, int], most: int) -> dict[str, int]:
    """Return what is longer than it may be, or than it was."""
    return {name: size for name, size in found.items() if size > max(most, known.get(name, 0))}


def functions(name: str, source: str) -> Iterator[tuple[str, int]]:
    """Yield (file and function, lines)."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert node.end_lineno is not None
            yield f"{name}:{node.name}", node.end_lineno - node.lineno + 1


def test_no_function_is_longer_than_it_may_be() -> None:
    found = dict(item for name, source in SOURCES.items() for item in functions(name, source))

    assert longer(found, LONG_FUNCTIONS, FUNCTION_LINES_MAX) == {}


def test_no_file_is_longer_than_it_may_be_or_was() -> None:
    found = {name: source.count("\n") for name, source in SOURCES.items()}

    assert longer(found, LONG_FILES, FILE_LINES_MAX) == {}


def test_the_ratchet_sees_a_new_long_one_and_one_that_grew() -> None:
    found = {"new": 71, "grew": 91, "same": 90, "short": 70}

    assert longer(found, {"grew": 90, "same": 90}, 70) == {"new": 71, "grew": 91}


# -- suppressions ----------------------------------------------------------------------------------

_SUPPRESSES = re.compile(r"#\s*(?:noqa(?::\s*[A-Z0-9, ]+)?|type:\s*ignore(?:\[[\w, -]+\])?)(.*)")


def unexplained(source: str) -> list[int]:
    """Return the lines whose suppression has no reason behind it nor on the line above."""
    lines = source.splitlines()
    found: list[int] = []
    if not _SUPPRESSES.search(source):
        return found  # most files; reading their tokens takes a hundred times as long
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        suppression = _SUPPRESSES.match(token.string) if token.type == tokenize.COMMENT else None
        if suppression is None:
            continue
        row = token.start[0]
        above = lines[row - 2].strip() if row > 1 else ""
        if not suppression[1].strip("# ") and not above.startswith("#"):
            found.append(row)
    return found


def test_every_suppression_says_why() -> None:
    found = {name: len(rows) for name, source in SOURCES.items() if (rows := unexplained(source))}

    assert longer(found, UNEXPLAINED, 0) == {}


@pytest.mark.parametrize(
    ("source", "rows"),
    [
        ("x = 1  # noqa: E501\n", [1]),
        ("x = 1  # noqa\n", [1]),
        ("x = 1  # type: ignore[misc]\n", [1]),
        ("x = 1  # type: ignore[misc]  # mypy knows no such base\n", []),
        ("# The generator writes it so.\nx = 1  # noqa: E501\n", []),
        ("x = '# noqa'\n", []),
    ],
)
def test_a_reason_stands_behind_a_suppression_or_above_it(source: str, rows: list[int]) -> None:
    assert unexplained(source) == rows


# -- what may stand where ----------------------------------------------------------------------------


def test_only_the_command_line_prints() -> None:
    found = [
        (name, node.lineno)
        for name, node in shipped()
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
        and not name.startswith("core/src/lienso/cli/")
    ]

    assert found == []


def broad(node: ast.ExceptHandler) -> bool:
    """Tell whether a handler takes everything and does not give it back."""
    kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    everything = any(
        kind is None or ast.unparse(kind) in ("Exception", "BaseException") for kind in kinds
    )
    last = node.body[-1]
    return everything and not (isinstance(last, ast.Raise) and last.exc is None)


def test_only_the_calls_of_hooks_and_a_shared_commit_catch_everything() -> None:
    found = [
        (name, node.lineno)
        for name, node in shipped()
        if isinstance(node, ast.ExceptHandler) and broad(node)
    ]

    assert {name for name, _line in found} == BROAD


@pytest.mark.parametrize(
    ("handler", "taken"),
    [
        ("except Exception: pass", True),
        ("except: pass", True),
        ("except (KeyError, BaseException): x = 1", True),
        ("except Exception as e: raise ValueError from e", True),
        ("except BaseException: undo(); raise", False),
        ("except KeyError: pass", False),
    ],
)
def test_a_handler_is_broad_when_it_takes_everything_and_keeps_it(
    handler: str, taken: bool
) -> None:
    tried = ast.parse(f"try: x()\n{handler}").body[0]

    assert isinstance(tried, ast.Try)
    assert broad(tried.handlers[0]) == taken


def imports(node: ast.AST) -> list[str]:
    """Return the distributions' packages that a node imports from outside its own."""
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level:
        return [(node.module or "").partition(".")[0]]
    return []


def test_only_discovery_knows_stevedore_and_only_four_files_pluggy() -> None:
    users: dict[str, set[str]] = {"stevedore": set(), "pluggy": set()}
    for name, node in shipped():
        for library in users.keys() & imports(node):
            users[library].add(name.removeprefix("core/src/lienso/"))

    assert users["stevedore"] == {"discovery.py"}
    assert users["pluggy"] <= PLUGGY_USERS


def test_core_imports_no_plugin() -> None:
    found = [
        (name, package)
        for name, node in shipped()
        if name.startswith("core/")
        for package in imports(node)
        if package.startswith("lienso_")
    ]

    assert found == []


# -- documents -------------------------------------------------------------------------------------

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_NAMED = re.compile(r"(?<![\w./-])((?:docs|tests|core|plugins|protos)/[\w./-]*\w)")
_BLOCK = re.compile(r"^```.*?^```$", re.M | re.S)
_HEADING = re.compile(r"^#+ (.+)$", re.M)


def anchors(text: str) -> set[str]:
    """Return the anchors of a document's headings, as its readers on the web make them."""
    words = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(text))
    return {heading.strip().replace(" ", "-") for heading in words}


@pytest.mark.parametrize("name", TEXTS)
def test_every_link_of_a_document_resolves(name: str) -> None:
    broken = []
    for link in _LINK.findall(TEXTS[name]):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (ROOT / name).parent / file if file else ROOT / name
        there = target.exists()
        if there and anchor:
            there = anchor in anchors(target.read_text(encoding="utf-8"))
        if not there:
            broken.append(link)

    assert broken == []


@pytest.mark.parametrize("name", TEXTS)
def test_every_file_that_a_document_names_is_there(name: str) -> None:
    text = _BLOCK.sub("", TEXTS[name])  # A block of code speaks of its own folder.
    missing = [
        path
        for path in set(_NAMED.findall(text))
        if not (ROOT / path).exists() and not (ROOT / name).parent.joinpath(path).exists()
    ]

    assert missing == []


def test_every_document_that_a_source_names_is_there() -> None:
    named = {
        (name, path)
        for name, source in SOURCES.items()
        for path in re.findall(r"docs/[\w./-]+\.md", source)
    }

    assert sorted(item for item in named if not (ROOT / item[1]).exists()) == []
