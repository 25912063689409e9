"""The command line, as a person at a terminal uses it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from importlib import resources
from pathlib import Path

import pytest
from lienso.cli import reports
from lienso.cli.commands import app
from lienso.model import Column, Label, Table
from typer.testing import CliRunner

DATA = resources.files("lienso_demo.data")
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def company(tmp_path: Path) -> list[str]:
    """A company in a file; returns the options that name it."""
    storage = f"sqlite:{tmp_path / 'books.db'}"
    arguments = ["tenant", "create", "MP", "Minh Phát", "--storage", storage, "--regime", "TT133"]
    arguments += ["--start-date", "2026-03-01"]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    return ["--storage", storage, "--tenant", "MP"]


def test_a_company_is_listed_after_it_was_made(company: list[str]) -> None:
    result = CliRunner().invoke(app, ["tenant", "list", *company[:2], "--json"])

    assert [row["code"] for row in json.loads(result.stdout)] == ["MP"]


def test_a_workbook_is_imported_and_a_report_runs(company: list[str]) -> None:
    with resources.as_file(DATA.joinpath("company-2026-03.xlsx")) as path:
        imported = CliRunner().invoke(app, ["import", str(path), *company, "--post", "--json"])
    outcome = json.loads(imported.stdout)
    assert imported.exit_code == 0, imported.output
    assert outcome["rejected"] == 0
    assert outcome["imported"] > 0

    params = json.dumps({"from_date": "2026-03-01", "to_date": "2026-03-31"})
    arguments = ["report", "general_ledger.trial_balance", *company, "--params", params, "--json"]
    table = json.loads(CliRunner().invoke(app, arguments).stdout)
    assert table["totals"][4] == table["totals"][5] > 0


def test_a_workbook_with_bad_rows_imports_nothing_and_names_them(company: list[str]) -> None:
    with resources.as_file(DATA.joinpath("company-2026-03-bad-rows.xlsx")) as path:
        result = CliRunner().invoke(app, ["import", str(path), *company, "--json"])

    outcome = json.loads(result.stdout)
    assert result.exit_code == 1
    assert outcome["imported"] == 0
    assert {error["sheet"] for error in outcome["errors"]} >= {"Phiếu chi"}


def test_an_unknown_company_says_what_there_is(company: list[str]) -> None:
    arguments = ["report", "catalog.accounts", company[0], company[1], "--tenant", "NONE"]
    result = CliRunner().invoke(app, arguments)

    assert result.exit_code == 1
    assert "MP" in result.output


def test_capabilities_are_listed_with_their_availability() -> None:
    rows = json.loads(CliRunner().invoke(app, ["capabilities", "--json"]).stdout)

    kinds = {row["id"]: row["availability"] for row in rows}
    assert kinds["system.post_voucher"] == "online_only"
    assert kinds["system.delete_records"] == "conditional"
    assert kinds["cash.fund_balance"] == "blank_offline"
    assert set(rows[0]) == {"id", "module", "availability", "label_vi", "title_en", "origin"}


def test_what_is_registered_agrees_with_the_list_of_functions() -> None:
    import csv

    path = ROOT.parent / "shared" / "capabilities.csv"
    if not path.exists():
        pytest.skip("the specification is not beside this checkout")
    with path.open(encoding="utf-8-sig", newline="") as file:
        listed = {row["id"]: row for row in csv.DictReader(file)}
    for row in json.loads(CliRunner().invoke(app, ["capabilities", "--json"]).stdout):
        wanted = listed[row["id"]]
        assert (row["availability"], row["label_vi"], row["title_en"], row["origin"]) == (
            wanted["kind"],
            wanted["label_vi"],
            wanted["title_en"],
            wanted["origin"],
        )


def test_plugins_are_checked() -> None:
    result = CliRunner().invoke(app, ["plugins", "--check", "--json"])

    assert result.exit_code == 0
    assert json.loads(result.stdout)["failures"] == []


def test_cases_that_fail_make_the_command_fail(tmp_path: Path) -> None:
    case = {
        "name": "wrong",
        "note": "a balance that is not so",
        "given": [{"option": "system.two_books", "value": True}],
        "when": {"capability": "system.help_contents", "params": {"topic": "journal"}},
        "then": {"result": {"topic": "other"}},
    }
    path = tmp_path / "system.json"
    path.write_text(json.dumps([case]), encoding="utf-8")

    result = CliRunner().invoke(app, ["cases", "run", str(path)])

    assert result.exit_code == 1
    assert "0 passed, 1 failed" in result.output


def test_a_storage_that_is_not_installed_is_named() -> None:
    result = CliRunner().invoke(app, ["doctor", "--storage", "oracle:x"])

    assert result.exit_code == 1
    assert "driver_not_found" in result.output


def test_results_advice_and_exit_code_go_where_the_page_says(company: list[str]) -> None:
    with resources.as_file(DATA.joinpath("company-2026-03-bad-rows.xlsx")) as path:
        result = CliRunner().invoke(app, ["import", str(path), *company])

    assert result.exit_code == 1
    assert "0 records imported" in result.stdout
    assert result.stderr.startswith("next: ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-command"],
        ["tenant", "list", "--no-such-option"],
        ["sync", "push", "--renumber", "always"],
        ["mode", "sometimes"],
        ["import"],
    ],
)
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(app, arguments).exit_code == 2


def test_a_module_that_is_not_there_ends_with_3_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "lienso.toml").write_text('storage = "memory:"\nmodules = ["nothing"]\n')

    result = CliRunner().invoke(app, ["tenant", "list", "--data", str(tmp_path)])

    assert result.exit_code == 3
    assert "plugin 'nothing' (not installed) failed at load" in result.stderr
    assert "next: " in result.stderr


@pytest.mark.parametrize("params", ["{", "[1]"])
def test_params_that_are_no_object_are_refused(company: list[str], params: str) -> None:
    arguments = ["report", "catalog.accounts", *company, "--params", params]

    result = CliRunner().invoke(app, arguments)

    assert result.exit_code == 1
    assert result.stderr.startswith("bad_params: ")


def test_a_company_may_be_left_out_when_there_is_one(company: list[str]) -> None:
    storage = company[:2]
    alone = CliRunner().invoke(app, ["report", "catalog.accounts", *storage, "--json"])
    CliRunner().invoke(app, ["tenant", "create", "AN", "An Phát", *storage])
    two = CliRunner().invoke(app, ["report", "catalog.accounts", *storage, "--json"])

    assert alone.exit_code == 0
    assert two.exit_code == 1
    assert two.stderr.startswith("tenant_needed: ")
    assert "AN, MP" in two.stderr


def test_an_imported_company_verifies(company: list[str]) -> None:
    with resources.as_file(DATA.joinpath("company-2026-03.xlsx")) as path:
        CliRunner().invoke(app, ["import", str(path), *company, "--post"])

    result = CliRunner().invoke(app, ["verify", *company, "--json"])

    (found,) = json.loads(result.stdout)["companies"]
    looked = {check["check"]: check["looked_at"] for check in found["checks"]}
    assert result.exit_code == 0
    assert looked["totals"] > looked["balance"] > 0


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo terminals are of POSIX systems")
def test_a_bar_is_shown_on_a_terminal_and_never_among_the_results(company: list[str]) -> None:
    import pty

    terminal, end = pty.openpty()
    shown: list[bytes] = []
    reader = threading.Thread(target=_read_all, args=(terminal, shown))
    reader.start()
    command = [sys.executable, "-c", "from lienso.cli import main; main()"]
    with resources.as_file(DATA.joinpath("company-2026-03.xlsx")) as path:
        done = subprocess.run(
            [*command, "import", str(path), *company, "--json"],
            stdout=subprocess.PIPE,
            stderr=end,
            check=True,
        )
    os.close(end)
    reader.join()
    os.close(terminal)

    assert b"import" in b"".join(shown)
    assert json.loads(done.stdout)["imported"] > 0


def _read_all(terminal: int, shown: list[bytes]) -> None:
    """Take what is written to a terminal until nobody has it open any more."""
    with contextlib.suppress(OSError):  # Linux says EIO at the end.
        while data := os.read(terminal, 65_536):
            shown.append(data)


def test_the_reports_that_a_refusal_points_to_are_listed(company: list[str]) -> None:
    refused = CliRunner().invoke(app, ["report", "general_ledger.nothing", *company])
    listed = CliRunner().invoke(app, ["report", "--list", "--json"])

    assert refused.stderr.startswith("unknown_report: ")
    assert "lienso report --list" in refused.stderr
    assert "general_ledger.trial_balance" in {row["id"] for row in json.loads(listed.stdout)}
    assert CliRunner().invoke(app, ["report"]).exit_code == 2


@pytest.mark.parametrize("columns", [20, 80, 200])
def test_a_terminal_that_is_too_narrow_breaks_words_and_no_amount(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", str(columns))
    name = "Tiền gửi không kỳ hạn tại ngân hàng thương mại cổ phần"
    amounts = (1_234_567_890_123, 1, 99_999_999_999)
    table = Table(
        (
            Column("name", Label("Tên tài khoản kế toán", "Name of the account")),
            *(
                Column(f"m{place}", Label("Số dư cuối kỳ", "Closing"), "money")
                for place in range(3)
            ),
        ),
        ((name, *amounts),),
        Label("Bảng cân đối số phát sinh", "Trial balance"),
    )

    reports.show(table)

    printed = capsys.readouterr().out
    assert all(f"{amount:,}".replace(",", ".") in printed for amount in amounts)
    assert (name in printed) == (columns == 200)


def test_a_folder_of_cloud_and_site_asks_which_of_them_is_meant(tmp_path: Path) -> None:
    for role in ("cloud", "site"):
        (tmp_path / f"{role}.toml").write_text(f'role = "{role}"\nstorage = "memory:"\n')

    both = CliRunner().invoke(app, ["report", "catalog.accounts", "--data", str(tmp_path)])

    assert both.exit_code == 1
    assert both.stderr.startswith("folder_of_both: ")
    assert f"--config {tmp_path / 'site.toml'}" in both.stderr


def test_what_only_warns_is_marked_and_counted(company: list[str]) -> None:
    with resources.as_file(DATA.joinpath("company-2026-03.xlsx")) as path:
        result = CliRunner().invoke(app, ["import", str(path), *company])

    lines = result.stdout.splitlines()
    marked = [line for line in lines if line.startswith("  lưu ý: ")]
    assert marked == [line for line in lines if line.startswith("  ")]
    assert f"0 rejected, {len(marked)} warnings" in result.stdout
    assert result.exit_code == 0
