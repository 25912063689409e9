"""docs/api.md: its example is the file that runs, and its table names every rpc."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from lienso.api import Api
from lienso.sync.enrolment import add_client, authenticate
from lienso.testing import kernels
from lienso.transport import ServeOptions, Services
from lienso_transport_grpc import rpcs

ROOT = Path(__file__).resolve().parents[1]
DOC = ROOT / "docs" / "api.md"
EXAMPLE = ROOT / "docs" / "examples" / "client_example.py"


@pytest.fixture
def server() -> Iterator[tuple[str, str]]:
    """A cloud with everything installed; yields its URL and a token."""
    with kernels.cloud() as head:
        services = Services(Api(head), lambda token: authenticate(head, token))
        listening = head.serve("grpc:127.0.0.1:0", services, ServeOptions())
        yield listening.url, add_client(head, kernels.TENANT, "example")
        listening.stop(grace_s=0)


def test_the_example_runs_and_runs_again(server: tuple[str, str]) -> None:
    command = [sys.executable, "-W", "error", str(EXAMPLE), *server]

    first = subprocess.run(command, check=False, capture_output=True, text=True)
    again = subprocess.run(command, check=False, capture_output=True, text=True)

    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout == again.stdout
    assert first.stdout.startswith("KH100 Công ty Hòa Bình\nPT00001 is posted.")
    assert "1111  Tiền Việt Nam  0  0  5000000  0  5000000  0" in first.stdout


def test_the_example_in_the_text_is_the_file() -> None:
    found = re.search(
        r"<!-- docs/examples/client_example\.py -->\n```python\n(.*?)```", DOC.read_text(), re.S
    )

    assert found is not None
    assert found[1] == EXAMPLE.read_text()


def test_every_rpc_is_in_the_table_and_nothing_else() -> None:
    named = set(re.findall(r"^\| `(\w+\.\w+)` \|", DOC.read_text(), re.M))

    assert named == set(rpcs.API)
