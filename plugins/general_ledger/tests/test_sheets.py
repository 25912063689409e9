"""Sheets of a workbook: what they read, and what they refuse row by row."""

from __future__ import annotations

from typing import Any

import pytest
from lienso.importing import RawSheet, check_sheets, import_plan

from .conftest import Company

JOURNAL = "Chứng từ nghiệp vụ khác"
HEADINGS = (
    "Ngày hạch toán (*)",
    "Ngày chứng từ (*)",
    "Số chứng từ (*)",
    "Loại tiền",
    "Tỷ giá",
    "TK Nợ (*)",
    "TK Có (*)",
    "Số tiền",
    "Số tiền quy đổi",
)
BALANCE = ("Số tài khoản (*)", "Loại tiền", "Dư Nợ", "Dư Nợ quy đổi", "Dư Có", "Dư Có quy đổi")
BANK = (BALANCE[0], "TK ngân hàng (*)", *BALANCE[1:])


def day(text: str, *more: Any) -> tuple[Any, ...]:
    return (text, text, *more)


def plan(company: Company, name: str, headings: tuple[str, ...], *rows: tuple[Any, ...]) -> Any:
    return check_sheets(company.kernel, company.by, [RawSheet(name, [headings, *rows])])


def errors(company: Company, name: str, headings: tuple[str, ...], *rows: Any) -> list[Any]:
    found = plan(company, name, headings, *rows).findings
    return [(f.row, f.column, f.code) for f in found if f.severity == "error"]


def test_rows_of_one_number_and_day_become_one_voucher(company: Company) -> None:
    rows = [
        day("02/03/2026", "NVK7", "VND", 1.0, "6427", "1111", 50_000.0, 50_000.0),
        day("02/03/2026", "NVK7", "VND", 1.0, "6427", 1111.0, 60_000.0, ""),
    ]

    made = plan(company, JOURNAL, HEADINGS, *rows)
    import_plan(company.kernel, company.by, made)

    voucher = company.read(lambda view: view.by_number("NVK7"))
    assert [line.amount for line in voucher.data.lines] == [50_000, 60_000]
    assert [line.credit for line in voucher.data.lines] == ["1111", "1111"]
    assert voucher.data.lines[0].fc_amount is None


def test_a_foreign_amount_is_converted_at_the_rate_of_the_row(company: Company) -> None:
    row = day("02/03/2026", "NVK7", "USD", 25_400.5, "1112", "711", 10.0, "")

    import_plan(company.kernel, company.by, plan(company, JOURNAL, HEADINGS, row))

    (line,) = company.read(lambda view: view.by_number("NVK7")).data.lines
    assert (line.amount, str(line.fc_amount)) == (254_005, "10")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (day("15/02/2026", "A", "", "", "6427", "1111", 5.0, 5.0), (HEADINGS[0], "period_locked")),
        (day("31/12/2025", "A", "", "", "6427", "1111", 5.0, 5.0), (HEADINGS[0], "before_start")),
        (
            day("02/03/2026", "A", "", "", "111", "711", 5.0, 5.0),
            ("TK Nợ (*)", "account_is_parent"),
        ),
        (day("02/03/2026", "A", "", "", "1111", "799", 5.0, 5.0), ("TK Có (*)", "not_found")),
    ],
)
def test_a_faulty_row_is_named_with_its_column(
    company: Company, row: tuple[Any, ...], expected: tuple[str, str]
) -> None:
    company.lock("2026-02-28")

    assert (2, *expected) in errors(company, JOURNAL, HEADINGS, row)


def test_balances_that_belong_elsewhere_or_contradict_are_named(company: Company) -> None:
    rows = [
        ("1111", "VND", 150.0, 150.0, "", ""),
        ("3524", "VND", 5.0, 5.0, 30.0, 30.0),
        ("131", "VND", 215.0, 215.0, "", ""),
    ]

    assert errors(company, "Số dư tài khoản", BALANCE, *rows) == [
        (3, "Dư Có quy đổi", "both_sides_given"),
        (4, "Số tài khoản (*)", "account_by_object"),
    ]


def test_bank_balances_are_refused_as_the_worked_case_says(company: Company) -> None:
    company.save("bank", {"code": "VCB"})
    company.save(
        "bank_account",
        {"code": "0011", "number": "0011", "bank": "VCB", "ledger_account": "1121"},
    )
    usd = {"code": "0017", "number": "0017", "bank": "VCB", "ledger_account": "1122"}
    company.save("bank_account", {**usd, "currency": "USD"})
    rows = [
        ("1111", "0011", "VND", 50.0, 50.0, "", ""),
        ("1121", "0011", "VND", 50.0, 50.0, "", ""),
        ("1122", "0017", "USD", "", 25_400.0, "", ""),
        ("1121", "0099", "VND", 1.0, 1.0, "", ""),
        ("1121", "0017", "VND", 5.0, 5.0, 7.0, 7.0),
    ]

    found = errors(company, "Số dư ngân hàng", BANK, *rows)

    assert found == [
        (2, "Số tài khoản (*)", "account_not_by_bank"),
        (4, "Dư Nợ", "fc_amount_required"),
        (5, "TK ngân hàng (*)", "bank_account_unknown"),
        (6, "Dư Có", "both_sides_given"),
    ]


def test_debts_of_the_three_sheets_stand_on_their_sides(company: Company) -> None:
    company.save("object", {"code": "N1", "is_supplier": True})
    headings = (
        "Số tài khoản (*)",
        "Mã nhà cung cấp (*)",
        "Số hóa đơn/chứng từ",
        "Số còn phải trả",
        "Số còn phải trả quy đổi",
    )

    made = plan(company, "Số dư nhà cung cấp", headings, ("331", "N1", "77", 9.0, 9.0))
    import_plan(company.kernel, company.by, made)

    (posted,) = company.entries()
    assert posted.entry.measures["credit"] == 9
    assert posted.entry.dimensions["invoice_no"] == "77"
