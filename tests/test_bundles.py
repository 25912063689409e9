"""``lienso bundle``: a cloud and an office that share nothing but a courier, driven by commands."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from lienso import client, discovery
from lienso.cli.commands import app
from typer.testing import CliRunner

RUN = [sys.executable, "-c", "from lienso.cli import main; main()"]


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


def said(*arguments: str) -> str:
    """Run a command and return what it printed."""
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return str(result.stdout.strip())


class Places:
    """A cloud's database, an office's, the key they share, and the bag of the courier."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cloud, self.site = f"sqlite:{folder / 'cloud.db'}", f"sqlite:{folder / 'site.db'}"
        self.key = str(folder / "S1.key")
        said("tenant", "create", "MP", "Minh Phát", "--storage", self.cloud, "--regime", "TT133")
        token = said("cloud", "add-site", "MP", "S1", "--storage", self.cloud)
        (folder / "token").write_text(token)
        said(
            "site", "init", "--data", str(folder / "office"), "--storage", self.site,
            "--cloud", "bundle:", "--token-file", str(folder / "token"),
        )  # fmt: skip
        said("bundle", "key", "MP", "S1", "--storage", self.cloud, "--key-file", self.key)

    def file(self, name: str) -> str:
        return str(self.folder / name)

    def bundle(self, command: str, file: str, storage: str, *more: str) -> Any:
        options = ["--storage", storage, "--key-file", self.key, "--json"]
        return run("bundle", command, self.file(file), *options, *more)

    def done(self, command: str, file: str, storage: str, *more: str) -> dict[str, Any]:
        """Run a command of bundles; returns what it printed."""
        result = self.bundle(command, file, storage, *more)
        assert result.exit_code == 0, result.output
        found: dict[str, Any] = json.loads(result.stdout)
        return found

    def round(self, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Send the courier there and back."""
        self.done("export", name, self.site)
        taken = self.done("import", name, self.cloud, "--reply", self.file(f"{name}.answer"))
        return taken, self.done("import", f"{name}.answer", self.site)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path)


@contextmanager
def served_site(places: Places) -> Iterator[str]:
    """Serve the office without any line; yields where it listens."""
    arguments = ["site", "serve", "--storage", places.site, "--cloud", "bundle:"]
    arguments += ["--token-file", places.file("token"), "--listen", "grpc:127.0.0.1:0"]
    process = subprocess.Popen([*RUN, *arguments], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        assert process.wait(timeout=30) == 0
        assert process.stdout is not None
        process.stdout.close()


def test_a_voucher_of_an_office_without_a_line_is_posted_in_the_cloud(places: Places) -> None:
    line = {"line": 1, "debit": "1111", "credit": "711", "amount": 500_000}
    body = {"posting_date": "2026-03-01", "reason": "Thu khác", "lines": [line]}
    first = places.round("first")
    assert first[0]["records"] == first[1]["pulled"] > 100  # the chart of accounts

    with served_site(places) as site, client.connect(site) as office:
        saved = office.save(body, type="cash_receipt", post=("financial",))
        before = office.get("cash_receipt", saved.record.id)
        taken, settled = places.round("second")
        after = office.get("cash_receipt", saved.record.id)
        status = dict(office.site.status())

    assert (taken["accepted"], settled["accepted"], settled["failed"]) == (1, 1, 0)
    assert (before.sync_state, after.sync_state) == ("never_synced", "synced")
    assert after.posting["financial"].status == "posted"
    assert status["mode"] != "online"
    period = json.dumps({"from_date": "2026-03-01", "to_date": "2026-03-31"})
    report = ["report", "general_ledger.trial_balance", "--tenant", "MP", "--params", period]
    table = json.loads(said(*report, "--storage", places.cloud, "--json"))
    assert 500_000 in table["totals"]


def test_files_and_keys_are_their_owners_alone(places: Places) -> None:
    places.round("first")

    for name in ("S1.key", "first", "first.answer"):
        assert stat.S_IMODE((places.folder / name).stat().st_mode) == 0o600


def test_a_refusal_says_its_code_and_what_to_do(places: Places) -> None:
    places.done("export", "one", places.site)
    places.done("export", "two", places.site)
    places.done("import", "two", places.cloud, "--reply", places.file("two.answer"))

    late = places.bundle("import", "one", places.cloud, "--reply", places.file("one.answer"))
    without = places.bundle("import", "one", places.cloud)
    twice = places.bundle("export", "one", places.site)

    assert [result.exit_code for result in (late, without, twice)] == [1, 1, 1]
    assert "bundle_older: Tệp số 1 cũ hơn tệp số 2" in late.output
    assert "bundle_needs_reply" in without.output
    assert "--reply TỆP" in without.output
    assert "bundle_file_exists" in twice.output
    assert not (places.folder / "one.answer").exists()


def test_a_refusal_has_its_text_where_the_settings_name_other_modules(places: Places) -> None:
    settings = places.folder / "lienso.toml"
    settings.write_text('role = "site"\nmodules = ["system"]\nlanguage = "en"\n')
    (places.folder / "bad.key").write_text("{}")

    options = ["--config", str(settings), "--storage", places.site]
    result = run(
        "bundle", "export", places.file("x"), *options, "--key-file", places.file("bad.key")
    )

    assert result.exit_code == 1
    assert "bundle_key_bad: The file" in result.output


def test_a_key_is_made_for_enrolled_sites_only(places: Places) -> None:
    options = ["--storage", places.cloud, "--key-file", places.file("other.key")]

    unknown_site = run("bundle", "key", "MP", "S9", *options)
    unknown_company = run("bundle", "key", "NONE", "S1", *options)

    assert (unknown_site.exit_code, unknown_company.exit_code) == (1, 1)
    assert "unauthenticated" in unknown_site.output
    assert "tenant_unknown" in unknown_company.output
    assert not (places.folder / "other.key").exists()


def test_another_offices_key_opens_nothing(places: Places) -> None:
    said("cloud", "add-site", "MP", "S2", "--storage", places.cloud)
    said(
        "bundle", "key", "MP", "S2", "--storage", places.cloud,
        "--key-file", places.file("S2.key"),
    )  # fmt: skip
    places.done("export", "one", places.site)
    places.key = places.file("S2.key")

    result = places.bundle("import", "one", places.cloud, "--reply", places.file("answer"))

    assert result.exit_code == 1
    assert "bundle_other_company" in result.output


def test_the_page_names_every_code_and_no_other() -> None:
    page = (Path(__file__).resolve().parents[1] / "docs" / "bundle.md").read_text(encoding="utf-8")
    commands = discovery.load_command("bundle")

    named = set(re.findall(r"`(bundle_\w+)`", page))
    assert named == set(commands.MESSAGES) - {"bundle_by_hand"}
