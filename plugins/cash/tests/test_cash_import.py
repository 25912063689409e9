"""Sheets "Phiếu thu" and "Phiếu chi" of a workbook (spec `opening_and_import.md` §4.4)."""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterator
from typing import Any

import pytest
from lienso.importing import import_workbook
from lienso.kernel import Kernel
from lienso.testing.kernels import actor, cloud
from lienso_cash.importing import prepare_payment, prepare_receipt

MODULES = ("system", "catalog", "general_ledger", "cash")
SHEETS = ("Phiếu thu", "Phiếu chi")


def workbook(name: str) -> str:
    demo = pytest.importorskip("lienso_demo", reason="the sample workbooks are the demo's")
    return str(importlib.resources.files(demo).joinpath("data", name))


@pytest.fixture(scope="module")
def imported() -> Iterator[tuple[Kernel, Any]]:
    """A company with the sample workbook in it, posted."""
    file = workbook("company-2026-03.xlsx")
    options = {"accounting.start_date": "2026-03-01"}
    with cloud(MODULES, regime="TT133", options=options) as kernel:
        result = import_workbook(kernel, actor(kernel), file, valid_rows_only=True, post=True)
        yield kernel, result


def test_every_row_of_the_sample_becomes_a_line(imported: tuple[Kernel, Any]) -> None:
    _kernel, result = imported

    sheets = {sheet.sheet: sheet for sheet in result.sheets if sheet.sheet in SHEETS}
    assert [f for f in result.findings if f.sheet in SHEETS and f.severity == "error"] == []
    assert [(sheets[name].rows, sheets[name].imported) for name in SHEETS] == [(30, 30), (79, 47)]


@pytest.mark.parametrize(
    ("type", "total"), [("cash_receipt", 262_869_580), ("cash_payment", 309_866_000)]
)
def test_the_ledger_has_what_the_sheet_adds_up_to(
    imported: tuple[Kernel, Any], type: str, total: int
) -> None:
    kernel, _result = imported

    def posted(view: Any) -> int:
        where = {"record_type": type, "ledger": "financial"}
        return int(view.book("general_ledger").sum(("debit",), where=where)[()][0])

    assert kernel.read(actor(kernel), posted) == total


def test_a_voucher_of_several_rows_keeps_its_invoice(imported: tuple[Kernel, Any]) -> None:
    kernel, _result = imported

    record = kernel.get(actor(kernel), "cash_payment", "PC00002")

    data = record.data
    assert (data.kind, data.reason, len(data.lines)) == ("other", "Nước uống, trà", 2)
    assert (data.lines[0].debit, data.lines[0].credit) == ("64228", "1111")
    tax = data.lines[1].tax
    assert (tax.vat_rate, tax.amount, tax.taxable, tax.invoice_no) == (
        "8",
        39_200,
        490_000,
        "00001069",
    )


def test_bad_rows_are_named_and_the_good_vouchers_taken(imported: tuple[Kernel, Any]) -> None:
    kernel, _result = imported
    file = workbook("company-2026-03-bad-rows.xlsx")

    result = import_workbook(kernel, actor(kernel), file, valid_rows_only=True)

    found = [(f.row, f.column, f.code) for f in result.findings if f.sheet == "Phiếu chi"]
    assert found == [
        (5, "Ngày hạch toán (*)", "bad_date"),
        (6, "Số tiền", "bad_number"),
        (7, "TK Có (*)", "account_is_parent"),
        (8, "Mã đối tượng", "not_found"),
        (8, "Đối tượng", "not_found"),
        (9, "TK Nợ (*)", "field_required"),
    ]
    for number in ("PC90001", "PC90007"):
        assert kernel.get(actor(kernel), "cash_payment", number).data.no == number


def test_kinds_are_known_by_their_label_and_other_texts_stay_as_reasons() -> None:
    known = prepare_receipt({"kind": "Thu hoàn ứng", "reason": "Hoàn ứng"})
    free = prepare_payment({"kind": "Chi hộ người bán"})

    assert (known["kind"], known["reason"]) == ("advance_return", "Hoàn ứng")
    assert (free["kind"], free["reason"]) == ("other", "Chi hộ người bán")


def test_dong_may_stand_in_the_column_of_the_currency_alone() -> None:
    line = {"debit": "1111", "credit": "711", "fc_amount": "500000"}
    foreign = {**line, "amount": 12_700_000, "fc_amount": "500"}

    local = prepare_receipt({"lines": [dict(line)]})
    kept = prepare_receipt({"currency": "USD", "rate": "25400", "lines": [dict(foreign)]})

    assert local["lines"] == [{"debit": "1111", "credit": "711", "amount": 500_000}]
    assert (kept["lines"][0]["fc_amount"], kept["rate"]) == ("500", "25400")
