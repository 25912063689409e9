"""Numbers that a retired site left unused: listed, and given out again by an administrator's word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from lienso.cli.commands import app
from lienso.sync.enrolment import retire_site
from lienso.testing import kernels
from typer.testing import CliRunner

BODY = {
    "posting_date": "2026-03-02",
    "lines": [{"line": 1, "debit": "1111", "credit": "711", "amount": 500_000}],
}


def run(*arguments: str) -> tuple[int, Any]:
    done = CliRunner().invoke(app, ["cloud", *arguments, "--json"])
    return done.exit_code, done.stdout and json.loads(done.stdout)


@pytest.fixture
def store(tmp_path: Path) -> str:
    """A cloud's database in which a retired site left nineteen of its numbers."""
    url = f"sqlite:{tmp_path / 'cloud.db'}"
    with kernels.cloud(storage=url) as head:
        series = {"voucher_group": "cash_receipt", "mode": "lease"}
        head.save(kernels.actor(head), "number_series", series)
        with kernels.office(head, "S1") as site:
            kernels.go_online(site)
            site.save(kernels.actor(site), "cash_receipt", BODY)
            kernels.synchronization(site).push()
        retire_site(head, kernels.TENANT, "S1")
    return url


def test_what_a_retired_site_left_is_given_out_again_by_word(store: str) -> None:
    code, rows = run("leases", "--storage", store)
    assert (code, [row["site_id"] for row in rows]) == (0, ["S1"])
    assert (rows[0]["numbers"][0], len(rows[0]["numbers"])) == ("PT00002", 19)

    code, given = run("give-again", rows[0]["lease_id"], "--storage", store)

    assert (code, given["numbers"]) == (0, rows[0]["numbers"])
    assert run("leases", "--storage", store) == (0, [])


def test_a_lease_that_is_not_closed_is_not_given_out_again(store: str) -> None:
    code, _ = run("give-again", "nothing", "--storage", store)

    assert code == 1
