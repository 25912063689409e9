"""lienso cloud scope: which part of a company's records a site holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from lienso.cli.commands import app
from lienso.testing import kernels
from typer.testing import CliRunner


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A cloud's data folder with a site and two branches."""
    url = f"sqlite:{tmp_path / 'cloud.db'}"
    with kernels.cloud(storage=url) as head, kernels.office(head, "S1"):
        by = kernels.actor(head)
        for code in ("HN", "SG"):
            head.save(by, "org_unit", {"code": code, "name": code, "kind": "branch"})
    (tmp_path / "lienso.toml").write_text(f'role = "cloud"\nstorage = "{url}"\n')
    return tmp_path


def run(data: Path, *arguments: str) -> Any:
    return CliRunner().invoke(app, ["cloud", "scope", *arguments, "--data", str(data)])


def test_a_scope_is_given_shown_and_taken_away(data: Path) -> None:
    assert run(data, "TEST", "S1").stdout == "branches: all\nnumbered record types: all\n"

    done = run(data, "TEST", "S1", "--branches", "SG, HN", "--types", "cash_receipt", "--json")
    assert json.loads(done.stdout) == {"branches": ["HN", "SG"], "types": ["cash_receipt"]}
    assert run(data, "TEST", "S1").stdout == (
        "branches: HN, SG\nnumbered record types: cash_receipt\n"
    )

    assert "all" in run(data, "TEST", "S1", "--everything").stdout


def test_a_scope_with_unknown_names_changes_nothing(data: Path) -> None:
    for wrong in (
        ("S2", "--branches", "HN"), ("S1", "--branches", "HUE"), ("S1", "--types", "object"),
        ("S1", "--types", "nothing"),
    ):  # fmt: skip
        assert run(data, "TEST", *wrong).exit_code == 1

    assert json.loads(run(data, "TEST", "S1", "--json").stdout) == {"branches": None, "types": None}
