"""A cloud and a site as processes of their own, driven by the command line."""

from __future__ import annotations

import ctypes
import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from lienso import client
from lienso.cli.commands import app
from typer.testing import CliRunner

RUN = [sys.executable, "-c", "from lienso.cli import main; main()"]


@contextmanager
def served(*arguments: str) -> Iterator[str]:
    """Run a serving command; yields where it listens."""
    process = subprocess.Popen([*RUN, *arguments], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        assert process.wait(timeout=30) == 0
        assert process.stdout is not None
        process.stdout.close()


def said(*arguments: str) -> str:
    """Run a command and return what it printed."""
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout.strip()


def begin_site(folder: Path, storage: str, token: Path) -> None:
    """Make a site's store, as its first day does."""
    said(
        "site", "init", "--data", str(folder / "office"), "--cloud", "grpc:127.0.0.1:1",
        "--token-file", str(token), "--storage", storage,
    )  # fmt: skip


def test_a_cloud_file_that_was_set_back_gets_a_voucher_back_from_its_site(tmp_path: Path) -> None:
    path = tmp_path / "cloud.db"
    storage, site_storage = f"sqlite:{path}", f"sqlite:{tmp_path / 'site.db'}"
    said("tenant", "create", "MP", "Minh Phát", "--storage", storage, "--regime", "TT133")
    token = tmp_path / "token"
    token.write_text(said("cloud", "add-site", "MP", "S1", "--storage", storage))
    begin_site(tmp_path, site_storage, token)
    program = said("cloud", "add-client", "MP", "report", "--storage", storage)
    backup = path.read_bytes()
    line = {"line": 1, "debit": "1111", "credit": "711", "amount": 500_000}
    body = {"posting_date": "2026-03-01", "reason": "Thu khác", "lines": [line]}
    of_cloud = ("cloud", "serve", "--storage", storage, "--listen", "grpc:127.0.0.1:0")

    def of_site(cloud: str) -> tuple[str, ...]:
        return (
            "site", "serve", "--storage", site_storage, "--cloud", cloud,
            "--token-file", str(token), "--listen", "grpc:127.0.0.1:0", "--fast",
        )  # fmt: skip

    with (
        served(*of_cloud) as cloud,
        served(*of_site(cloud)) as site,
        client.connect(site) as office,
    ):
        wait_until_online(office, office.site.watch())
        saved = office.save(body, type="cash_receipt", post=("financial",))
        said("sync", "push", "--at", site)
        with client.connect(cloud, program) as head:
            assert head.get("cash_receipt", saved.record.id).posted()
    path.write_bytes(backup)
    assert "new history" in said("cloud", "restored", "MP", "--storage", storage)

    with (
        served(*of_cloud) as cloud,
        served(*of_site(cloud)) as site,
        client.connect(site) as office,
    ):
        wait_until_online(office, office.site.watch(), with_data=False)
        with client.connect(cloud, program) as head:
            there = head.get("cash_receipt", saved.record.id)
        assert (there.version, there.data["no"], there.posted()) == (1, "PT00001", True)


def test_a_site_is_served_from_its_own_store_alone(tmp_path: Path) -> None:
    storage = f"sqlite:{tmp_path / 'cloud.db'}"
    said("tenant", "create", "MP", "Minh Phát", "--storage", storage)
    token = tmp_path / "token"
    token.write_text(said("cloud", "add-site", "MP", "S1", "--storage", storage))
    begin_site(tmp_path, f"sqlite:{tmp_path / 'site.db'}", token)
    (tmp_path / "other").write_text("01890000-0000-7000-8000-00000000000b.S1.secret")
    for file in ("token", "other"):  # Else the log warns before the refusal.
        (tmp_path / file).chmod(0o600)

    def refused(path: str, whose: str) -> str:
        result = CliRunner().invoke(
            app,
            [
                "site", "serve", "--storage", f"sqlite:{tmp_path / path}", "--cloud",
                "grpc:127.0.0.1:1", "--token-file", str(tmp_path / whose),
            ],
        )  # fmt: skip
        assert result.exit_code == 1
        assert "lienso site init" in result.stderr
        return str(result.stderr.partition(":")[0])

    assert refused("sitte.db", "token") == "storage_missing"
    assert not (tmp_path / "sitte.db").exists()
    assert refused("site.db", "other") == "storage_of_another"


def test_a_voucher_goes_from_a_site_process_to_a_cloud_process(tmp_path: Path) -> None:
    storage = f"sqlite:{tmp_path / 'cloud.db'}"
    said("tenant", "create", "MP", "Minh Phát", "--storage", storage, "--regime", "TT133")
    token = tmp_path / "token"
    token.write_text(said("cloud", "add-site", "MP", "S1", "--storage", storage))
    program = said("cloud", "add-client", "MP", "report", "--storage", storage)
    site_storage = f"sqlite:{tmp_path / 'site.db'}"
    begin_site(tmp_path, site_storage, token)
    line = {"line": 1, "debit": "1111", "credit": "711", "amount": 500_000}
    body = {"posting_date": "2026-03-01", "reason": "Thu khác", "lines": [line]}

    with (
        served("cloud", "serve", "--storage", storage, "--listen", "grpc:127.0.0.1:0") as cloud,
        served(
            "site", "serve", "--storage", site_storage, "--cloud", cloud,
            "--token-file", str(token), "--listen", "grpc:127.0.0.1:0", "--fast",
        ) as site,
    ):  # fmt: skip
        with client.connect(site) as office:
            notices = office.site.watch()
            wait_until_online(office, notices)
            saved = office.save(body, type="cash_receipt", post=("financial",))
        said("mode", "offline", "--at", site)
        assert (
            json.loads(said("site", "status", "--at", site, "--json"))["mode"] == "offline_manual"
        )
        said("mode", "online", "--at", site)
        with client.connect(site) as office:
            wait_until_online(office, office.site.watch())
        said("sync", "push", "--at", site)
        example = Path(__file__).resolve().parents[1] / "docs" / "examples" / "client_example.py"
        ran = subprocess.run(
            [sys.executable, str(example), cloud, program],
            capture_output=True,
            text=True,
            check=True,
        )
        assert ran.stdout.startswith("KH100 Công ty Hòa Bình\n")
        with client.connect(cloud, program) as reader:
            there = reader.get("cash_receipt", saved.record.id)
            assert there.data["no"] == "PT00001"
            assert there.posted()


def wait_until_online(
    office: Any, notices: Iterator[dict[str, Any]], *, with_data: bool = True
) -> None:
    """Read notices until the site is online and has pulled; each change sends one, but a pull that
    brings nothing new sends none: then do not wait ``with_data``."""
    for _notice in itertools.chain([{}], notices):
        status = office.site.status()
        if status["online"] and (status["cursor"] or not with_data):
            return
    raise AssertionError("the notices ended before the site was online")


@pytest.mark.skipif(
    not hasattr(ctypes.CDLL(None), "tgkill"), reason="no tgkill: one thread cannot be chosen"
)
def test_a_server_stops_whatever_thread_the_signal_reaches(tmp_path: Path) -> None:
    said("cloud", "init", "--data", str(tmp_path))
    serve = ["cloud", "serve", "--data", str(tmp_path)]
    process = subprocess.Popen(
        [*RUN, *serve, "--listen", "grpc:127.0.0.1:0"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    newest = max(int(name) for name in os.listdir(f"/proc/{process.pid}/task"))
    assert newest != process.pid

    ctypes.CDLL(None).tgkill(process.pid, newest, signal.SIGTERM)
    try:
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
