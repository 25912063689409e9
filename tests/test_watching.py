"""The setting ``metrics`` of a real server, and the figures that the document names."""

from __future__ import annotations

import importlib.util
import re
import socket
import urllib.request
from contextlib import closing
from pathlib import Path

from lienso.cli.commands import app
from lienso.testing import kernels
from lienso_telemetry.plugin import watching
from typer.testing import CliRunner

ROOT = Path(__file__).resolve().parents[1]
_PATH = ROOT / "tests" / "durability" / "processes.py"
_SPEC = importlib.util.spec_from_file_location("watched_processes", _PATH)
assert _SPEC is not None
assert _SPEC.loader is not None
processes = importlib.util.module_from_spec(_SPEC)


def test_a_server_serves_figures_where_its_settings_say(tmp_path: Path) -> None:
    import sys

    assert _SPEC is not None
    assert _SPEC.loader is not None
    sys.modules["watched_processes"] = processes  # its dataclass looks itself up
    _SPEC.loader.exec_module(processes)
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = CliRunner().invoke(
        app, ["cloud", "init", "--data", str(tmp_path), "--listen", "grpc:127.0.0.1:0"]
    )
    settings = tmp_path / "lienso.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('metrics = ""', f'metrics = "{port}"'), encoding="utf-8")

    with processes.serving("cloud", "serve", "--data", str(tmp_path)) as server:
        url = f"http://127.0.0.1:{port}/metrics"
        with urllib.request.urlopen(url, timeout=10) as answer:
            figures = answer.read().decode()

    assert made.exit_code == 0
    assert server.url.startswith("grpc:127.0.0.1:")
    assert "lienso_free_disk_bytes" in figures


def test_the_document_names_every_figure_and_no_other() -> None:
    text = (ROOT / "docs" / "watching.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| (`lienso_.*?) \|", text, re.M)
    named = {name for cell in table for name in re.findall(r"lienso_\w+", cell)}

    shown = set()
    of_cloud, of_site = watching("0"), watching("0")
    with (
        kernels.cloud(plugins={"telemetry": of_cloud}) as head,
        kernels.office(head) as site,
    ):
        from lienso_telemetry.site import SiteFigures

        of_site.endpoint.registry.register(SiteFigures(site))
        for telemetry in (of_cloud, of_site):
            for family in telemetry.endpoint.registry.collect():
                shown.add(family.name + ("_total" if family.type == "counter" else ""))
        of_site.endpoint.stop()

    assert named == shown
