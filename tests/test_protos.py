"""The protos are commented throughout, and the generated code is what they generate."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROTOS = sorted((ROOT / "protos").glob("*.proto"))
GENERATED = ROOT / "plugins" / "transport_grpc" / "src" / "lienso_api" / "v1"


def test_the_generated_code_is_up_to_date(tmp_path: Path) -> None:
    out = [f"--{kind}={tmp_path}" for kind in ("python_out", "pyi_out", "grpc_python_out")]
    names = [str(path.relative_to(ROOT)) for path in PROTOS]
    command = [sys.executable, "-m", "grpc_tools.protoc", "-Ilienso_api/v1=protos", *out, *names]
    subprocess.run(command, cwd=ROOT, check=True)

    made = {path.name: path.read_text() for path in (tmp_path / "lienso_api" / "v1").iterdir()}
    kept = {p.name: p.read_text() for p in GENERATED.glob("*_pb2*")}
    assert kept == made


@pytest.mark.parametrize("path", PROTOS, ids=lambda path: path.stem)
def test_every_message_field_and_rpc_has_a_comment(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    declared = re.compile(
        r"^\s*(message|service|enum|rpc)\s|^\s+[\w.<>, ]+ \w+ = \d+;|^\s+\w+ = \d+;"
    )
    bare = [
        line.strip()
        for before, line in itertools.pairwise(lines)
        if declared.match(line) and not before.strip().startswith("//")
    ]
    assert bare == []


def test_the_dependency_floors_are_those_of_the_generator() -> None:
    text = (GENERATED / "sync_pb2_grpc.py").read_text()
    floor = re.search(r"GRPC_GENERATED_VERSION = '([\d.]+)'", text)
    project = tomllib.loads((GENERATED.parents[2] / "pyproject.toml").read_text())
    assert floor is not None
    assert f"grpcio>={floor[1]}" in project["project"]["dependencies"]
