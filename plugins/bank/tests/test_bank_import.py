"""Sheets of bank vouchers of a workbook (spec `opening_and_import.md` §4.4)."""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterator
from typing import Any

import pytest
from lienso.importing import import_workbook
from lienso.kernel import Kernel
from lienso.testing.kernels import actor, cloud
from lienso_bank.importing import prepare_payment, prepare_transfer

MODULES = ("system", "catalog", "general_ledger", "bank")
SHEETS = ("Báo có", "Ủy nhiệm chi", "Chuyển tiền nội bộ")


@pytest.fixture(scope="module")
def imported() -> Iterator[tuple[Kernel, Any]]:
    """A company with the sample workbook in it, posted."""
    demo = pytest.importorskip("lienso_demo", reason="the sample workbooks are the demo's")
    file = str(importlib.resources.files(demo).joinpath("data", "company-2026-03.xlsx"))
    options = {"accounting.start_date": "2026-03-01"}
    with cloud(MODULES, regime="TT133", options=options) as kernel:
        yield kernel, import_workbook(kernel, actor(kernel), file, valid_rows_only=True, post=True)


def test_every_row_of_the_sample_becomes_a_line(imported: tuple[Kernel, Any]) -> None:
    _kernel, result = imported

    sheets = {sheet.sheet: sheet for sheet in result.sheets}
    assert [f for f in result.findings if f.sheet in SHEETS and f.severity == "error"] == []
    assert [(sheets[name].rows, sheets[name].imported) for name in SHEETS] == [
        (41, 40),
        (41, 38),
        (2, 2),
    ]


@pytest.mark.parametrize(
    ("type", "total"),
    [
        ("bank_receipt", 796_289_720),
        ("bank_payment", 988_078_400),
        ("internal_transfer", 32_000_000),
    ],
)
def test_the_ledger_has_what_the_sheet_adds_up_to(
    imported: tuple[Kernel, Any], type: str, total: int
) -> None:
    kernel, _result = imported

    def posted(view: Any) -> int:
        where = {"record_type": type, "ledger": "financial"}
        return int(view.book("general_ledger").sum(("debit",), where=where)[()][0])

    assert kernel.read(actor(kernel), posted) == total


def test_openings_by_bank_account_are_part_of_the_deposits(imported: tuple[Kernel, Any]) -> None:
    kernel, _result = imported
    params = {"from_date": "2026-03-01", "to_date": "2026-03-31"}

    table = kernel.report(actor(kernel), "bank.balances", params)

    openings = {row[1]: (row[4], row[8]) for row in table.rows}
    assert openings == {
        "0011000000001": ("", 70_000_000),
        "2111000000002": ("", 28_400_000),
        "0011370000003": ("4000.00", 101_600_000),
    }


def test_what_is_no_kind_stays_the_reason_and_the_beneficiary_is_kept() -> None:
    cells = {"kind": "Chi hộ", "beneficiary_number": "12", "beneficiary_bank": "ACB", "lines": []}

    made = prepare_payment(cells)

    assert (made["kind"], made["reason"], made["method"]) == ("other", "Chi hộ", "transfer_order")
    assert made["object_bank_account"] == {"number": "12", "bank_name": "ACB", "name": ""}


def test_a_foreign_transfer_keeps_its_units_on_both_sides() -> None:
    local = prepare_transfer({"original": "500", "amount": 500})
    foreign = prepare_transfer({"original": "500", "amount": 12_700_000})

    assert local == {"amount": 500}
    assert foreign == {"amount": 12_700_000, "from_fc": "500", "to_fc": "500"}
