"""The way down from a figure at the command line and over the client API."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from lienso.api import Api
from lienso.cli.commands import app
from lienso.kernel import Kernel
from lienso.testing.kernels import actor, cloud
from typer.testing import CliRunner

from .conftest import MODULES, START, Company, pair

DOCS = Path(__file__).resolve().parents[3] / "docs" / "modules" / "general_ledger.md"


def fill(kernel: Kernel) -> Company:
    company = Company(kernel)
    company.untrack(["131", "5111"])
    company.posted(pair("131", "5111", 30_000_000), day="2026-03-01")
    return company


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A cloud's database with one sale."""
    pytest.importorskip("lienso_storage_sqlite")
    url = f"sqlite:{tmp_path / 'cloud.db'}"
    with cloud(MODULES, options={"accounting.start_date": START}, storage=url) as kernel:
        fill(kernel)
    return url


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, [*arguments])


def test_the_example_of_the_docs_leads_to_the_vouchers_hashes(file: str) -> None:
    example = re.search(r"```sh\nlienso (report .*?)```", DOCS.read_text(encoding="utf-8"), re.S)
    assert example is not None
    arguments = shlex.split(example[1].replace("\\\n", " "))

    result = run(*arguments, "--storage", file, "--json")

    assert result.exit_code == 0, result.output
    table = json.loads(result.stdout)
    assert [column["name"] for column in table["columns"]][3:5] == ["digest", "hash"]
    assert [len(row[3]) for row in table["rows"]] == [64, 64]  # saved, posted
    assert [len(row[4]) for row in table["rows"]] == [64, 64]
    assert len({row[4] for row in table["rows"]}) == 2


def test_a_row_that_is_not_there_is_refused_with_those_that_are(file: str) -> None:
    result = run(
        "report", "general_ledger.statement", "--storage", file, "--drill", "999", "--json"
    )

    assert result.exit_code != 0
    assert "no_such_row" in result.output


def test_the_api_gives_where_rows_come_from_and_the_hashes_of_versions() -> None:
    with cloud(MODULES, options={"accounting.start_date": START}) as kernel:
        company = fill(kernel)
        api, by = Api(kernel), actor(kernel)
        params = {"account": "131", "from_date": "2026-01-01", "to_date": "2026-12-31"}
        body = {"id": "general_ledger.statement_entries", "params": params}

        parts = list(api.stream(by, "Reports.Run", body))
        drills = [drill for part in parts for drill in part.get("drills", ())]
        rows = [row for part in parts for row in part.get("rows", ())]
        history = api.request(by, "Records.History", {**drills[1]})

        assert len(drills) == len(rows) == 2
        assert drills[0] == {}
        assert drills[1]["type"] == "journal"
        newest = history["versions"][0]
        assert len(newest["digest"]) == len(newest["hash"]) == 64
        number = company.read(lambda view: view.require("journal", drills[1]["id"]).data.no)
        assert rows[1][0] == number
