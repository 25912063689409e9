"""lienso verify: a whole store is whole, and every kind of damage is found by the name of its check."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from lienso.cli.commands import app
from lienso.kernel import Kernel
from lienso.testing import kernels
from lienso.verifying import verify
from typer.testing import CliRunner

_SPEC = importlib.util.spec_from_file_location("stores", Path(__file__).with_name("stores.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
stores = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(stores)


def wrong_of(kernel: Kernel) -> dict[str, list[dict[str, Any]]]:
    """Verify the company of the test; {check: what is wrong}."""
    return {check.check: check.wrong for check in verify(kernel, kernels.TENANT)}


def verified(*arguments: str) -> tuple[int, dict[str, Any]]:
    """Run the command; exit code and {check: its report}."""
    result = CliRunner().invoke(app, ["verify", *arguments, "--json"])
    (company,) = json.loads(result.stdout)["companies"]
    return result.exit_code, {check["check"]: check for check in company["checks"]}


def site_folder(tmp_path: Path) -> list[str]:
    """Make an office's data folder; returns the options that name it."""
    url = stores.make_site(tmp_path)
    (tmp_path / "lienso.toml").write_text(
        f'role = "site"\nstorage = "{url}"\ntenant = "{kernels.TENANT}"\nsite = "S1"\n'
    )
    return ["--data", str(tmp_path)]


def wrongs(checks: dict[str, Any]) -> set[str]:
    """Return the names of the checks that found something."""
    return {name for name, check in checks.items() if check["wrong"]}


def test_a_clean_cloud_in_memory_is_clean_and_everything_was_looked_at() -> None:
    with kernels.cloud() as head:
        stores.fill_cloud(head)

        checks = verify(head, kernels.TENANT)

    assert {check.check: check.wrong for check in checks if check.wrong} == {}
    looked = {check.check for check in checks if check.looked_at}
    assert looked == {"digests", "feed", "chain", "claims", "totals", "entries", "balance"}


def test_a_clean_pair_of_stores_is_clean_whatever_waits() -> None:
    with kernels.cloud() as head:
        stores.fill_cloud(head)
        link = kernels.line_to(head, "S1")
        with kernels.office(head, link=link) as site:
            stores.fill_site(head, site, link)

            assert {name for name, wrong in wrong_of(site).items() if wrong} == set()
            assert {name for name, wrong in wrong_of(head).items() if wrong} == set()


def test_the_command_ends_with_0_on_a_clean_cloud_file(tmp_path: Path) -> None:
    url = stores.make_cloud(tmp_path / "cloud.db")

    code, checks = verified("--storage", url)

    assert (code, wrongs(checks)) == (0, set())
    assert checks["entries"]["looked_at"] == 4


def test_the_command_ends_with_0_on_a_clean_site_folder(tmp_path: Path) -> None:
    code, checks = verified(*site_folder(tmp_path))

    assert (code, wrongs(checks)) == (0, set())
    assert checks["log"]["looked_at"] == 1
    # Three changes, and the note of an unsent edit beside each.
    assert checks["waiting"]["looked_at"] == 6


TOTALS = (
    "total_general_ledger__account__object__contract__long_due"
    "__term__activity__cash_equiv__of__loan__liability"
)
POSTED = "type = 'cash_receipt' AND deleted = 0 AND posting LIKE '%posted%'"


@pytest.mark.parametrize(
    ("check", "statement"),
    [
        ("digests", "UPDATE record SET body = replace(body, '100000', '900000')"
                    " WHERE body LIKE '%100000%'"),
        ("digests", "UPDATE record_history SET body = replace(body, '300000', '900000')"
                    " WHERE body LIKE '%300000%'"),
        ("feed", "DELETE FROM record_history WHERE body LIKE '%300000%'"),
        ("feed", "UPDATE record SET feed_seq = feed_seq - 1 WHERE deleted = 1"),
        ("claims", "UPDATE natural_key SET value = 'PT99999' WHERE value = 'PT00001'"),
        ("claims", "DELETE FROM natural_key WHERE value = 'PT00001'"),
        ("claims", "INSERT INTO natural_key SELECT tenant_id, 'no/PT/financial/2026', 'PT55555',"
                   " type, id FROM record WHERE deleted = 1"),
        ("totals", f"DELETE FROM {TOTALS} WHERE month = 202603 AND d_account = '1111'"),
        ("totals", f"UPDATE {TOTALS} SET m_debit = m_debit + 1"
                   " WHERE d_account = '1111' AND month = 202604"),
        ("entries", f"UPDATE record SET posting = '' WHERE {POSTED}"),
        ("entries", "DELETE FROM book_general_ledger"),
        ("balance", "UPDATE book_general_ledger SET m_debit = m_debit + 1 WHERE m_debit = 100000"),
    ],
)  # fmt: skip
def test_damage_in_a_cloud_file_is_found_by_name(
    tmp_path: Path, check: str, statement: str
) -> None:
    url = stores.make_cloud(tmp_path / "cloud.db")
    stores.damage(url, statement)

    code, checks = verified("--storage", url)

    assert code == 1
    assert check in wrongs(checks)


def test_a_total_of_a_month_without_entries_is_found(tmp_path: Path) -> None:
    url = stores.make_cloud(tmp_path / "cloud.db")
    stores.damage(
        url,
        f"CREATE TEMP TABLE copy AS SELECT * FROM {TOTALS} WHERE month = 202604",
        "UPDATE copy SET month = 202501",
        f"INSERT INTO {TOTALS} SELECT * FROM copy",
    )

    code, checks = verified("--storage", url)

    assert (code, wrongs(checks)) == (1, {"totals"})
    assert {wrong["month"] for wrong in checks["totals"]["wrong"]} == {""}


@pytest.mark.parametrize(
    ("check", "statement"),
    [
        ("digests", "UPDATE record SET digest = 'x' WHERE body LIKE '%PT00077%'"),
        ("log", "UPDATE state_sealed SET content = replace(content, '3000', '9000')"),
        ("log", "UPDATE state_sealed SET chain = zeroblob(32)"),
        ("log", "DELETE FROM state_sealed"),
        ("log", "UPDATE state_identity SET value = '99' WHERE name = 'sealed'"),
        ("waiting", "DELETE FROM record WHERE id IN (SELECT record_id FROM state_outbox)"),
        ("waiting", "DELETE FROM record WHERE id IN (SELECT record_id FROM state_failure_push)"),
        ("waiting", "UPDATE state_outbox SET change_id = 'other'"),
        ("waiting", "UPDATE state_outbox SET content = '{}'"),
        ("cursor", "UPDATE state_cursor SET position = position + 1000"),
        ("cursor", "UPDATE state_cursor SET history_id = 'other'"),
    ],
)  # fmt: skip
def test_damage_in_a_site_file_is_found_by_name(tmp_path: Path, check: str, statement: str) -> None:
    folder = site_folder(tmp_path)
    stores.damage(f"sqlite:{tmp_path / 'site.db'}", statement)

    code, checks = verified(*folder)

    assert code == 1
    assert check in wrongs(checks)


def test_people_are_told_what_is_wrong_where_and_what_to_do(tmp_path: Path) -> None:
    url = stores.make_cloud(tmp_path / "cloud.db")
    stores.damage(url, "DELETE FROM natural_key WHERE value = 'PT00001'")

    result = CliRunner().invoke(app, ["verify", "--storage", url])

    assert result.exit_code == 1
    assert "✗ claims" in result.stdout
    assert "a record does not hold its own value" in result.stdout
    assert "value PT00001" in result.stdout
    assert "next: stop the server" in result.stderr


def test_a_path_where_no_database_is_makes_none(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["verify", "--storage", f"sqlite:{tmp_path / 'typo.db'}"])

    assert result.exit_code == 1
    assert result.stderr.startswith("storage_missing: ")
    assert "typo.db" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_database_without_a_company_is_not_called_whole(tmp_path: Path) -> None:
    data = ["--data", str(tmp_path)]
    assert CliRunner().invoke(app, ["cloud", "init", *data]).exit_code == 0

    result = CliRunner().invoke(app, ["verify", *data])

    assert result.exit_code == 1
    assert result.stderr.startswith("tenant_unknown: ")
