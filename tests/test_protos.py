"""The protos: everything says what it means, and the generated code is what they generate."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2 as pb
from lienso import api
from lienso_transport_grpc import rpcs

ROOT = Path(__file__).resolve().parents[1]
PROTOS = ROOT / "protos"
PLUGIN = ROOT / "plugins" / "transport_grpc"
FOLDER = "lienso_api/v1"

# Places in a description, by field number of FileDescriptorProto and its parts.
MESSAGES, ENUMS, SERVICES, FIELDS, ONEOFS, VALUES, METHODS = 4, 5, 6, 2, 8, 2, 2


def compile_protos(*arguments: str) -> None:
    """Run the compiler as docs/api.md says."""
    files = [f"{FOLDER}/{path.name}" for path in sorted(PROTOS.glob("*.proto"))]
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{FOLDER}=protos", *arguments, *files]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> list[pb.FileDescriptorProto]:
    """The protos with their comments."""
    out = tmp_path_factory.mktemp("protos") / "all.bin"
    compile_protos("--include_source_info", f"--descriptor_set_out={out}")
    found = pb.FileDescriptorSet.FromString(out.read_bytes())
    return list(found.file)


def places(file: pb.FileDescriptorProto) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield (name, place) of all that must say what it means."""
    for m, message in enumerate(file.message_type):
        yield message.name, (MESSAGES, m)
        for f, field in enumerate(message.field):
            yield f"{message.name}.{field.name}", (MESSAGES, m, FIELDS, f)
        for o, oneof in enumerate(message.oneof_decl):
            if not oneof.name.startswith("_"):  # made by the compiler for `optional`
                yield f"{message.name}.{oneof.name}", (MESSAGES, m, ONEOFS, o)
    for e, enum in enumerate(file.enum_type):
        yield enum.name, (ENUMS, e)
        for v, value in enumerate(enum.value):
            yield f"{enum.name}.{value.name}", (ENUMS, e, VALUES, v)
    for s, service in enumerate(file.service):
        yield service.name, (SERVICES, s)
        for r, method in enumerate(service.method):
            yield f"{service.name}.{method.name}", (SERVICES, s, METHODS, r)


def comments(file: pb.FileDescriptorProto) -> Mapping[tuple[int, ...], str]:
    return {
        tuple(place.path): place.leading_comments.strip()
        for place in file.source_code_info.location
    }


def test_every_message_field_and_rpc_says_what_it_means(
    described: list[pb.FileDescriptorProto],
) -> None:
    silent = [
        f"{file.name}: {name}"
        for file in described
        for name, place in places(file)
        if not comments(file).get(place, "").endswith(".")
    ]

    assert silent == []


def test_the_place_in_the_feed_is_called_feed_seq(
    described: list[pb.FileDescriptorProto],
) -> None:
    names = {
        field.name for file in described for message in file.message_type for field in message.field
    }

    assert "feed_seq" in names
    assert not names & {"g", "seq", "g_max"}


def test_every_package_is_lienso_v1(described: list[pb.FileDescriptorProto]) -> None:
    assert {file.package for file in described} == {"lienso.v1"}


def test_the_generated_code_is_what_the_protos_generate(tmp_path: Path) -> None:
    compile_protos(
        f"--python_out={tmp_path}", f"--pyi_out={tmp_path}", f"--grpc_python_out={tmp_path}"
    )

    made = {path.name: path.read_text() for path in (tmp_path / FOLDER).iterdir()}
    committed = {
        path.name: path.read_text()
        for path in (PLUGIN / "src" / FOLDER).iterdir()
        if "_pb2" in path.name and path.suffix in (".py", ".pyi")
    }

    assert sorted(committed) == sorted(made)
    different = [name for name, text in made.items() if committed[name] != text]
    assert different == []


def test_the_plugin_asks_for_what_the_generated_code_needs() -> None:
    generated = PLUGIN / "src" / FOLDER
    protobuf = re.search(
        r"# Protobuf Python Version: (\S+)", (generated / "sync_pb2.py").read_text()
    )
    grpcio = re.search(
        r"GRPC_GENERATED_VERSION = '(\S+)'", (generated / "sync_pb2_grpc.py").read_text()
    )
    project = tomllib.loads((PLUGIN / "pyproject.toml").read_text())["project"]

    assert protobuf is not None
    assert grpcio is not None
    assert f"protobuf>={protobuf[1]}" in project["dependencies"]
    assert f"grpcio>={grpcio[1]}" in project["dependencies"]


def test_every_rpc_has_its_function_and_every_function_its_rpc() -> None:
    once = {name for name, rpc in rpcs.API.items() if not rpc.streams}
    many = {name for name, rpc in rpcs.API.items() if rpc.streams}

    assert set(api.CALLS) == once
    assert set(api.STREAMS) == many


def test_every_call_has_a_deadline_but_a_watch() -> None:
    endless = {rpc.name for rpc in (*rpcs.API.values(), *rpcs.SYNC.values()) if not rpc.deadline_s}

    assert endless == {"Sync.Watch", "Site.Watch"}
