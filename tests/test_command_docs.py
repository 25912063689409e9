"""docs/commands.md says what the program has, both ways; the lines of docs/installers.md run."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import typer
from lienso import client
from lienso.cli import shared
from lienso.cli.commands import app
from lienso.cli.messages import MESSAGES as COMMAND_MESSAGES
from lienso.configuration import Configuration
from lienso.importing.messages import MESSAGES as IMPORT_MESSAGES
from lienso.testing import kernels
from lienso.verifying import verify
from pydantic import BaseModel

ROOT = Path(__file__).resolve().parents[1]
COMMANDS = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
INSTALLERS = (ROOT / "docs" / "installers.md").read_text(encoding="utf-8")
SHARED = {"--data", "--config", "--storage", "--tenant", "--listen", "--at", "--json"}
"""Options whose meaning stands once, at the top."""


def in_program(command: Any = None, name: str = "") -> Iterator[tuple[str, list[str], set[str]]]:
    """Yield (command, its arguments, its options) of typer's tree."""
    command = command or typer.main.get_command(app)
    below = getattr(command, "commands", None)
    if below is None:
        arguments = [p.name.upper() for p in command.params if p.param_type_name == "argument"]
        options = {o for p in command.params for o in p.opts if o.startswith("--")} - {"--help"}
        yield name, arguments, options
        return
    for one, under in below.items():
        yield from in_program(under, f"{name} {one}".strip())


def in_docs() -> dict[str, str]:
    """Return {command: its section}."""
    sections = re.split(r"^### ", COMMANDS, flags=re.M)[1:]
    return {text.partition("\n")[0]: re.split(r"^## ", text, flags=re.M)[0] for text in sections}


def usage(section: str) -> tuple[list[str], set[str]]:
    """Return arguments and options of a section's usage line."""
    line = re.search(r"^`(lienso .*)`$", section, re.M)
    assert line is not None, section
    words = line[1].replace("[", "").replace("]", "").split()
    return [w for w in words if w.isupper()], {w for w in words if w.startswith("--")}


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table whose first heading is this one."""
    found = re.search(rf"^\| {re.escape(heading)} \|.*\n\|[-|]+\n((?:\|.*\n)+)", COMMANDS, re.M)
    assert found is not None, heading
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in found[1].splitlines()
    ]


def test_every_command_has_a_section_and_nothing_else_has() -> None:
    assert sorted(in_docs()) == sorted(name for name, _arguments, _options in in_program())


@pytest.mark.parametrize("name", [name for name, _arguments, _options in in_program()])
def test_the_usage_of_a_command_is_that_of_the_program(name: str) -> None:
    ((arguments, options),) = [(a, o) for n, a, o in in_program() if n == name]

    assert usage(in_docs()[name]) == (arguments, options)


@pytest.mark.parametrize("name", [name for name, _arguments, _options in in_program()])
def test_what_is_not_shared_is_explained_in_the_section(name: str) -> None:
    ((_arguments, options),) = [(a, o) for n, a, o in in_program() if n == name]
    text = in_docs()[name].partition("\n\n")[2]

    assert {option for option in options - SHARED if f"`{option}" not in text} == set()


def test_the_shared_options_are_those_of_the_table() -> None:
    assert {row[0].strip("` ") for row in rows("option")} == SHARED


def test_the_exit_codes_are_those_of_the_program() -> None:
    codes = (shared.DONE, shared.FAILED, shared.WRONG_USAGE, shared.PLUGINS_FAILED)

    assert tuple(int(row[0].strip("| ")) for row in rows("exit code")) == codes


def test_every_setting_is_in_the_table_and_nothing_else() -> None:
    wanted = set()
    for name, field in Configuration.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            wanted |= {f"{name}.{below}" for below in kind.model_fields}
        else:
            wanted.add(name)

    assert {name for row in rows("setting") for name in re.findall(r"`([\w.]+)`", row[0])} == wanted


def test_every_check_of_verify_is_in_the_table_and_nothing_else() -> None:
    with kernels.cloud() as head, kernels.office(head) as site:
        made = {
            check.check: {kernel.role}
            for kernel in (head, site)
            for check in verify(kernel, kernels.TENANT)
        }

    assert {row[0].strip("|` ") for row in rows("check")} == set(made)


def named_commands(text: str) -> Iterator[tuple[str, str]]:
    """Yield (command, option or nothing) of what a text tells the reader to run."""
    words = r"[a-z][a-z-]*[a-z]\b"
    for found in re.finditer(rf"lienso ({words}(?: {words})*)((?: (?:--{words}|[A-Z]+))*)", text):
        options = re.findall(r"--[a-z-]+", found[2])
        yield from ((found[1], option) for option in options or [""])


def test_what_messages_tell_to_run_is_there() -> None:
    program = {name: options for name, _arguments, options in in_program()}
    with kernels.cloud() as head:
        messages = {**head.registry.messages, **COMMAND_MESSAGES, **IMPORT_MESSAGES}
    texts = [text for message in messages.values() for text in (message.vi, message.en)]
    named = {found for text in texts for found in named_commands(text)}

    missing = {
        (line, option)
        for line, option in named
        if not any(
            f"{line} ".startswith(f"{name} ") and (not option or option in options)
            for name, options in program.items()
        )
    }
    assert ("mode online", "") in named
    assert missing == set()


# -- docs/installers.md -------------------------------------------------------------------------------


@pytest.fixture
def machine() -> dict[str, str]:
    """The environment of the page's shell."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "LIENSO_TIMES__SETTLE_MS": "200"}


def free_port() -> int:
    """Return a port that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@contextmanager
def serving(line: str, folder: Path, environment: dict[str, str]) -> Iterator[str]:
    """Run a line that serves; yields where it listens."""
    process = subprocess.Popen(
        f"exec {line}", shell=True, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    )
    guard = threading.Timer(600, process.kill)
    guard.start()
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        guard.cancel()
        process.terminate()
        process.communicate(timeout=30)
    assert process.returncode == 0, line


def lines_of_page(port: int, enrolment: int) -> list[str]:
    """Return the command lines of docs/installers.md, in order, for this machine."""
    blocks = re.findall(r"^```\n(.*?)^```", INSTALLERS, re.M | re.S)
    text = "".join(blocks).replace("ADDRESS:7400", f"127.0.0.1:{port}")
    text = text.replace("ADDRESS:7402", f"127.0.0.1:{enrolment}").replace("ADDRESS", "127.0.0.1")
    return [line for line in text.splitlines() if line]


def wait_until_online(url: str) -> None:
    """Read a site's notices until it is online; each change sends one."""
    with client.connect(url) as site:
        for _notice in itertools.chain([{}], site.site.watch()):
            if site.site.status()["online"]:
                return
    raise AssertionError("the notices ended before the site was online")


@pytest.mark.xdist_group("servers")
def test_the_lines_of_the_page_for_installers_run(tmp_path: Path, machine: dict[str, str]) -> None:
    site_url = f"grpc:127.0.0.1:{free_port()}"
    site_side = {**machine, "LIENSO_LISTEN": site_url, "LIENSO_AT": site_url}
    ran = []
    printed = {"CODE": "", "FINGERPRINT": ""}
    workbook = "company-2026-03.xlsx"
    with resources.as_file(resources.files("lienso_demo.data").joinpath(workbook)) as sample:
        shutil.copy(sample, tmp_path / workbook)
    # A cloud that serves is looked at too: its port is taken by itself.
    lines = [*lines_of_page(free_port(), free_port()), "lienso doctor --data cloud"]

    with ExitStack() as running:
        for written in lines:
            words = [printed.get(word, word) for word in written.split(" ")]
            line = " ".join(words)
            environment = machine if "cloud" in line.split() else site_side
            if line.startswith("lienso up"):
                with serving(line, tmp_path, environment) as url:
                    assert url == site_url
            elif " serve " in line:
                url = running.enter_context(serving(line, tmp_path, environment))
                assert url.startswith("grpc:127.0.0.1:")
            else:
                if line.startswith("lienso sync push"):
                    wait_until_online(site_url)
                done = subprocess.run(
                    line, shell=True, cwd=tmp_path, env=environment, text=True,
                    capture_output=True, check=False,
                )  # fmt: skip
                assert done.returncode == 0, (line, done.stdout, done.stderr)
                if line.startswith("lienso cloud enrol-code"):
                    _, printed["CODE"], _, printed["FINGERPRINT"], *_ = done.stdout.split()
            ran.append(line.split()[1])

    assert set(ran) == {
        "up", "import", "report", "print", "cloud", "tenant", "site", "doctor", "mode", "sync",
        "verify", "export-pending",
    }  # fmt: skip
    assert (tmp_path / "waiting.json").exists()
    assert (tmp_path / "receipt.pdf").read_bytes().startswith(b"%PDF")
