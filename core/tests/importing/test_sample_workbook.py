"""A workbook as an accountant hands it over."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from lienso import (
    discovery,
)
from lienso.importing import (
    check_sheets,
    import_plan,
    lines_of,
    read_file,
)
from lienso.kernel import Kernel
from lienso.testing.kernels import Clock, actor, cloud
from lienso.view import View

MODULES = {"system", "catalog", "general_ledger", "cash"}
LISTS = (
    "Danh mục tài khoản", "Khách hàng", "Nhà cung cấp", "Nhân viên", "Đơn vị", "Kho",
    "TK ngân hàng", "Vật tư hàng hóa",
)  # fmt: skip


def sample(name: str) -> Path:
    """Return a file of the sample company; it comes with the demonstration."""
    demo = pytest.importorskip("lienso_demo", reason="the demonstration is not installed")
    return Path(demo.__path__[0]) / "data" / name


@pytest.fixture(scope="module")
def company() -> Iterator[Kernel]:
    """A company under Circular 133 whose books start on 1 March 2026, with the sample's catalogs."""
    there = {found.name for found in discovery.installed(discovery.MODULES)}
    if not there >= MODULES:
        pytest.skip(f"needs the modules {', '.join(sorted(MODULES - there))}")
    options = {"accounting.start_date": "2026-03-01"}
    with cloud(
        sorted(MODULES), regime="TT133", options=options, clock=Clock("2026-03-31")
    ) as kernel:
        lists = [s for s in read_file(sample("company-2026-03.xlsx")) if s.name in LISTS]
        plan = check_sheets(kernel, actor(kernel), lists)
        result = import_plan(kernel, actor(kernel), plan)
        assert result.errors == (), lines_of(kernel.registry, result.errors)
        yield kernel


def test_the_bad_rows_of_the_sample_are_found_by_sheet_row_column_and_code(company: Kernel) -> None:
    with sample("company-2026-03-bad-rows.csv").open(encoding="utf-8", newline="") as source:
        expected = list(csv.DictReader(source))
    plan = check_sheets(company, actor(company), read_file(sample("company-2026-03-bad-rows.xlsx")))
    mine = [row for row in expected if row["sheet"] not in plan.unavailable]

    named = {(f.sheet, f.row, f.column, f.code, f.value) for f in plan.errors}
    wanted = {
        (row["sheet"], int(row["row"]), row["column"], row["code"], row["value"]) for row in mine
    }

    assert len(mine) >= 9
    assert wanted <= named
    assert {where[:2] for where in named} == {where[:2] for where in wanted}
    assert {found[3] for found in named} == {row["code"] for row in mine}


def test_the_good_rows_of_the_bad_sample_are_imported_when_asked_for(company: Kernel) -> None:
    plan = check_sheets(company, actor(company), read_file(sample("company-2026-03-bad-rows.xlsx")))

    result = import_plan(company, actor(company), plan, valid_rows_only=True)

    assert result.vouchers == ("PC90001", "PC90007", "NVK90001", "NVK90004")
    by_sheet = {sheet.sheet: sheet.imported for sheet in result.sheets}
    assert by_sheet["Số dư tài khoản"] == 1


def test_the_sample_month_is_imported_whole_and_adds_up(company: Kernel) -> None:
    by = actor(company)
    sheets = [
        sheet
        for sheet in read_file(sample("company-2026-03.xlsx"))
        if sheet.name in ("Phiếu thu", "Phiếu chi", "Chứng từ nghiệp vụ khác")
    ]

    result = import_plan(company, by, check_sheets(company, by, sheets), post=True)

    assert result.errors == (), lines_of(company.registry, result.errors)
    assert [(sheet.rows, sheet.imported) for sheet in result.sheets] == [
        (30, 30),
        (79, 47),
        (38, 10),
    ]
    # Three journals touch cards of modules that do not run here, so they wait unposted.
    assert len(result.posted) + len(result.failed_posts) == 87
    assert {row["voucher"] for row in result.failed_posts} <= {"NVK00001", "NVK00008", "NVK00009"}

    def sums(view: View) -> list[int]:
        types = ("cash_receipt", "cash_payment", "journal")
        imported = set(result.vouchers)
        return [
            sum(
                line.amount
                for record in view.all(type)
                if record.data.no in imported
                for line in record.data.lines
            )
            for type in types
        ]

    assert company.read(by, sums) == [262_869_580, 309_866_000, 568_838_438]
