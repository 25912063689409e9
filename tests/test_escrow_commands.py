"""lienso site escrow: what a restored store lacks, by the command line."""

from __future__ import annotations

import json
import logging
import shutil
from pathlib import Path
from typing import Any

import pytest
from lienso.cli import escrow
from lienso.cli.commands import app
from lienso.configuration import load
from lienso.testing import kernels
from typer.testing import CliRunner

BODY = {"code": "KH01", "name": "An Phát", "is_customer": True}


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A site's data folder that was set back to before its last save."""
    url = f"sqlite:{tmp_path / 'site.db'}"
    (tmp_path / "lienso.toml").write_text(
        f'role = "site"\nstorage = "{url}"\ntenant = "{kernels.TENANT}"\nsite = "S1"\n'
        'escrow = "copies"\n'
    )
    (tmp_path / "copies").mkdir()
    with kernels.cloud() as head:
        with kernels.office(head, storage=url):
            pass
        shutil.copy(tmp_path / "site.db", tmp_path / "backup.db")
        with kernels.office(head, storage=url, online=False) as site:
            escrow.keep(site, load(tmp_path))
            site.save(kernels.actor(site), "object", BODY)
    for left in tmp_path.glob("site.db*"):
        left.unlink()
    shutil.copy(tmp_path / "backup.db", tmp_path / "site.db")
    return tmp_path


def test_what_a_restored_store_lacks_is_listed_and_taken(folder: Path) -> None:
    at = ["--data", str(folder)]

    [row] = json.loads(run("site", "escrow", "list", *at, "--json").stdout)
    assert (row["type"], row["named"], row["user"]) == ("object", "KH01", "tester")
    none = run("site", "escrow", "take", "another-id", *at)
    assert (none.exit_code, none.stdout.splitlines()) == (0, ["none: the store has all of it"])
    taken = run("site", "escrow", "take", row["record_id"], *at)
    assert (taken.exit_code, taken.stdout.splitlines()[0]) == (0, "waiting object KH01")
    assert json.loads(run("site", "escrow", "list", *at, "--json").stdout) == []
    assert "1 waiting" in run("export-pending", str(folder / "p.json"), *at).stdout


def test_a_served_site_says_what_its_store_lacks(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with kernels.cloud() as head:
        url = f"sqlite:{folder / 'site.db'}"
        with kernels.office(head, storage=url, online=False) as site, caplog.at_level(logging.INFO):
            escrow.keep(site, load(folder))

    assert "the store lacks 1 unsent changes" in caplog.text
    assert "site escrow take" in caplog.text


def test_a_site_without_a_journal_is_told_what_to_set(tmp_path: Path) -> None:
    (tmp_path / "lienso.toml").write_text(
        f'role = "site"\nstorage = "memory:"\ntenant = "{kernels.TENANT}"\nsite = "S1"\n'
    )

    refused = run("site", "escrow", "list", "--data", str(tmp_path))

    assert (refused.exit_code, refused.stderr.partition(":")[0]) == (1, "setting_missing")
    assert "escrow = FOLDER" in refused.stderr


def test_what_nobody_wants_back_is_dropped_with_its_reason(folder: Path) -> None:
    at = ["--data", str(folder)]
    [row] = json.loads(run("site", "escrow", "list", *at, "--json").stdout)

    none = run("site", "escrow", "drop", row["change_id"], "--reason", " ", *at)
    unknown = run("site", "escrow", "drop", "another-id", "--reason", "nhập thử", *at)
    assert [none.stderr.partition(":")[0], unknown.stderr.partition(":")[0]] == [
        "field_required", "not_found",
    ]  # fmt: skip
    done = run("site", "escrow", "drop", row["change_id"], "--reason", "nhập thử", *at)

    assert (done.exit_code, done.stdout.splitlines()[0]) == (0, "dropped object KH01")
    assert json.loads(run("site", "escrow", "list", *at, "--json").stdout) == []


def test_a_lost_key_is_said_and_the_journal_is_begun_anew_by_word(folder: Path) -> None:
    at = ["--data", str(folder)]
    (folder / "escrow.key").rename(folder / "kept.key")
    [journal] = (folder / "copies").iterdir()
    whole = journal.read_bytes()

    refused = run("site", "escrow", "list", *at)
    assert (refused.exit_code, refused.stderr.partition(":")[0]) == (1, "escrow_key_missing")
    assert "lienso site escrow anew" in refused.stderr
    anew = run("site", "escrow", "anew", *at, "--json")

    aside = Path(json.loads(anew.stdout)["aside"])
    assert (anew.exit_code, aside.read_bytes()) == (0, whole)
    assert json.loads(run("site", "escrow", "list", *at, "--json").stdout) == []
    aside.rename(journal)
    (folder / "kept.key").replace(folder / "escrow.key")
    assert len(json.loads(run("site", "escrow", "list", *at, "--json").stdout)) == 1


@pytest.mark.parametrize(
    "command", [("list",), ("take",), ("anew",), ("drop", "x", "--reason", "y")]
)
def test_a_disk_that_is_away_is_said_and_no_folder_is_made(
    folder: Path, command: tuple[str, ...]
) -> None:
    (folder / "copies").rename(folder / "away")

    refused = run("site", "escrow", *command, "--data", str(folder))

    assert (refused.exit_code, refused.stderr.partition(":")[0]) == (1, "escrow_folder_missing")
    assert not (folder / "copies").exists()
