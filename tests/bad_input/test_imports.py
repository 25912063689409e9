"""Files that are wrong, through the command that imports: nothing of them is imported."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from lienso.cli.commands import app
from lienso.kernel import Settings, start
from lienso.messages import CORE
from lienso.model import Actor
from typer.testing import CliRunner, Result

from .workbooks import table, write

SHEET = "Chứng từ nghiệp vụ khác"
HEAD = [
    "Ngày hạch toán (*)", "Ngày chứng từ (*)", "Số chứng từ (*)", "TK Nợ (*)", "TK Có (*)",
    "Số tiền quy đổi",
]  # fmt: skip
GOOD = ["02/03/2026", "02/03/2026", "NVK1", "1111", "711", 500_000]
SAMPLE = resources.files("lienso_demo.data")


@pytest.fixture
def books(tmp_path: Path) -> str:
    """A company in a file; returns the URL."""
    storage = f"sqlite:{tmp_path / 'books.db'}"
    arguments = ["tenant", "create", "MP", "Minh Phát", "--storage", storage, "--regime", "TT133"]
    made = CliRunner().invoke(app, [*arguments, "--start-date", "2026-03-01"])
    assert made.exit_code == 0, made.output
    return storage


def import_file(books: str, path: Path, *more: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(
        app, ["import", str(path), "--storage", books, "--tenant", "MP", *more]
    )


def imported(books: str) -> dict[str, int]:
    """Count the vouchers and the entries that are in the books."""
    with start(Settings(storage=books)) as kernel:
        tenant = kernel.storage.tenants().find("MP")
        assert tenant is not None
        return kernel.read(
            Actor(tenant.id),
            lambda view: {
                "journal": view.stored.count("journal"),
                "entries": len([*view.book("general_ledger").entries()]),
            },
        )


NOTHING = {"journal": 0, "entries": 0}


def test_a_good_file_of_these_tests_is_imported(books: str, tmp_path: Path) -> None:
    path = write(tmp_path / "good.xlsx", SHEET, table([HEAD, GOOD]))

    result = import_file(books, path, "--post")

    assert result.exit_code == 0, result.output
    assert imported(books) == {"journal": 1, "entries": 2}


def refused_files(folder: Path) -> dict[str, tuple[Path, str]]:
    """Write the files that cannot be read: {name: (path, code)}."""
    corner = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    made = {
        "text named xlsx": (folder / "csv.xlsx", "bad_file"),
        "workbook named csv": (folder / "book.csv", "bad_file"),
        "half a workbook": (folder / "half.xlsx", "bad_file"),
        "a cell at the far corner": (folder / "corner.xlsx", "bad_file"),
        "a bomb": (folder / "bomb.xlsx", "file_too_big"),
        "too many cells": (folder / "wide.xlsx", "file_too_big"),
        "100,000 rows": (folder / "long.xlsx", "file_too_big"),
        "100,000 lines": (folder / "long.csv", "file_too_big"),
        "another sheet": (folder / "other.xlsx", "unknown_sheet"),
        "no such file": (folder / "none.xlsx", "bad_file"),
        "a folder": (folder / "folder.xlsx", "bad_file"),
    }
    (folder / "csv.xlsx").write_text("\n".join([",".join(HEAD)] * 2), encoding="utf-8")
    write(folder / "book.csv", SHEET, table([HEAD, GOOD]))
    whole = write(folder / "half.xlsx", SHEET, table([HEAD, GOOD])).read_bytes()
    (folder / "half.xlsx").write_bytes(whole[: len(whole) // 2])
    write(folder / "corner.xlsx", SHEET, [*table([HEAD, GOOD]), corner])
    write(folder / "bomb.xlsx", SHEET, [b" " * 1024 * 1024] * 513)
    wide = '<row r="1000"><c r="XFD1000"><v>1</v></c></row>'
    write(folder / "wide.xlsx", SHEET, [*table([HEAD]), wide])
    write(folder / "long.xlsx", SHEET, table([HEAD, *([GOOD] * 100_000)]))
    (folder / "long.csv").write_text("x\n" * 100_000, encoding="utf-8")
    write(folder / "other.xlsx", "Sheet1", table([HEAD, GOOD]))
    (folder / "folder.xlsx").mkdir()
    return made


def test_files_that_cannot_be_read_are_refused_by_code_and_the_text_says_what_to_do(
    books: str, tmp_path: Path
) -> None:
    said = {}
    wanted = {}
    for name, (path, code) in refused_files(tmp_path).items():
        result = import_file(books, path)
        assert result.exit_code == 1, (name, result.output)
        said[name] = result.stderr.strip().removeprefix(f"{code}: ")
        wanted[name] = CORE[code].vi.partition("{")[0]

    assert {name: text.startswith(wanted[name]) for name, text in said.items()} == dict.fromkeys(
        wanted, True
    )
    assert imported(books) == NOTHING


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ([*GOOD[:4], "", 500_000], "TK Có (*)", "field_required"),
        ([*GOOD[:3], "9999", "711", 1], "TK Nợ (*)", "not_found"),
        ([*GOOD[:3], "111", "711", 1], "TK Nợ (*)", "account_is_parent"),
        ([*GOOD[:5], "1,5tr"], "Số tiền quy đổi", "bad_number"),
        ([*GOOD[:5], 1.5], "Số tiền quy đổi", "bad_number"),
        (["31/02/2026", *GOOD[1:]], "Ngày hạch toán (*)", "bad_date"),
        (["27/02/2026", "27/02/2026", *GOOD[2:]], "Ngày hạch toán (*)", "before_start"),
        ([*GOOD[:5], '=<c r="@" t="e"><f>1/0</f><v>#DIV/0!</v></c>'], "Số tiền quy đổi", "bad_number"),
    ],
    ids=[
        "one side only", "unknown account", "parent account", "no number", "a fraction of a đồng",
        "no such day", "before the books", "a formula that fails",
    ],
)  # fmt: skip
def test_one_bad_row_keeps_the_whole_file_out(
    books: str, tmp_path: Path, row: list[Any], column: str, code: str
) -> None:
    good = [*GOOD[:2], "NVK2", *GOOD[3:]]
    path = write(tmp_path / "bad.xlsx", SHEET, table([HEAD, good, row]))

    result = import_file(books, path, "--post", "--json")

    outcome = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (outcome["imported"], outcome["posted"]) == (0, [])
    assert [(e["row"], e["column"], e["code"]) for e in outcome["errors"]] == [(3, column, code)]
    assert imported(books) == NOTHING


def test_a_formula_is_read_as_the_value_it_had(books: str, tmp_path: Path) -> None:
    amount = '=<c r="@"><f>250000*2</f><v>500000</v></c>'
    path = write(tmp_path / "formula.xlsx", SHEET, table([HEAD, [*GOOD[:5], amount]]))

    assert import_file(books, path, "--post").exit_code == 0
    assert imported(books) == {"journal": 1, "entries": 2}


def test_a_formula_without_a_value_is_an_empty_cell(books: str, tmp_path: Path) -> None:
    account = '=<c r="@"><f>A1</f></c>'
    path = write(tmp_path / "formula.xlsx", SHEET, table([HEAD, [*GOOD[:3], account, "711", 1]]))

    result = import_file(books, path, "--json")

    errors = json.loads(result.stdout)["errors"]
    assert [(e["row"], e["column"], e["code"]) for e in errors] == [
        (2, "TK Nợ (*)", "field_required")
    ]
    assert imported(books) == NOTHING


def test_a_period_that_is_locked_keeps_the_file_out(books: str, tmp_path: Path) -> None:
    with start(Settings(storage=books)) as kernel:
        tenant = kernel.storage.tenants().find("MP")
        assert tenant is not None
        kernel.save(Actor(tenant.id), "period_lock", {"lock_date": "2026-03-15"})
    late = ["16/03/2026", "16/03/2026", "NVK2", *GOOD[3:]]
    path = write(tmp_path / "locked.xlsx", SHEET, table([HEAD, late, GOOD]))

    result = import_file(books, path, "--post", "--json")

    outcome = json.loads(result.stdout)
    assert result.exit_code == 1
    assert [(e["row"], e["code"]) for e in outcome["errors"]] == [(3, "period_locked")]
    assert imported(books) == NOTHING


def test_the_command_names_the_bad_rows_of_the_sample(books: str) -> None:
    with resources.as_file(SAMPLE.joinpath("company-2026-03-bad-rows.xlsx")) as path:
        result = import_file(books, path)

    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert any(line.startswith("  Dòng 5: ") and "[bad_date]" in line for line in lines)
    assert any(line.startswith("  Dòng 7: ") and "[account_is_parent]" in line for line in lines)
    assert imported(books) == NOTHING


def test_hidden_rows_are_imported_and_told(books: str, tmp_path: Path) -> None:
    rows = [
        text.replace('<row r="3">', '<row r="3" hidden="1">')
        for text in table([[SHEET], HEAD, GOOD])
    ]
    path = write(tmp_path / "hidden.xlsx", SHEET, rows)

    result = import_file(books, path, "--json")

    told = json.loads(result.output)
    assert [(row["row"], row["code"]) for row in told["warnings"]] == [(3, "hidden_rows")]
    assert (told["errors"], imported(books)["journal"]) == ([], 1)
    assert "1 dòng ẩn" in import_file(books, path).output
