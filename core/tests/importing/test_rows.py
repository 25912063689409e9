"""Rows of a workbook: how they become records, and what is wrong with them."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest
from lienso.importing import (
    RawSheet,
    import_plan,
)
from lienso.kernel import Kernel
from lienso.testing.kernels import actor, cloud

from .sheets import (
    DAY,
    NOTES,
    PARTNERS,
    check,
    found,
    module,
    notes,
    partners,
    saved,
)

# -- rows -----------------------------------------------------------------------------------------


def test_rows_of_one_number_and_day_are_one_voucher(kernel: Kernel) -> None:
    raw = notes(
        [DAY, "NV1", "mua", "", "1111", 500.0],
        [DAY, "NV1", "mua", "", 1331.0, 50.0],
        [DAY, "NV2", "", "", "1111", 1.0],
    )

    plan = check(kernel, raw)
    result = import_plan(kernel, actor(kernel), plan)

    assert result.imported == 2
    assert result.vouchers == ("NV1", "NV2")
    first = saved(kernel, "note")[0]
    assert [(line.line, line.account, line.amount) for line in first.lines] == [
        (1, "1111", 500),
        (2, "1331", 50),
    ]


def test_the_first_empty_row_ends_the_data_and_the_total_below_is_not_read(kernel: Kernel) -> None:
    blank = [""] * 6
    total = ["Cộng", "", "", "", "", 500.0]

    plan = check(kernel, notes([DAY, "NV1", "", "", "1111", 500.0], blank, total))

    assert plan.findings == ()
    assert (plan.rows, len(plan.drafts)) == (1, 1)


@pytest.mark.parametrize("no", ["  số CHỨNG từ  ", "Số chứng từ(*)", "SỐ CHỨNG TỪ (*)"])
def test_headings_are_found_whatever_their_case_blanks_and_marks(kernel: Kernel, no: str) -> None:
    head = ["Ngày hạch toán", no, "Diễn giải", "Mã đối tượng", "TK", "Số tiền"]

    plan = check(kernel, notes([DAY, "NV1", "", "", "1111", 5.0], head=head))

    assert plan.findings == ()


def test_a_missing_required_column_is_one_finding_and_nothing_is_read(kernel: Kernel) -> None:
    head = ["Ngày hạch toán", "Số chứng từ", "x", "y", "z", "Số tiền"]

    plan = check(kernel, notes([DAY, "NV1", "", "", "1111", 5.0], head=head))

    assert found(plan) == [(3, "TK", "column_missing", "")]
    assert plan.drafts == ()


def test_a_sheet_that_nobody_declares_is_named_and_is_no_error(kernel: Kernel) -> None:
    sales = RawSheet("Bán hàng", [["Ngày hạch toán (*)", "Mã hàng (*)"], [DAY, "A"]])
    about = RawSheet("Thông tin", [["Tên đơn vị", "CÔNG TY"]])

    plan = check(kernel, about, sales, notes([DAY, "NV1", "", "", "1111", 5.0]))

    assert plan.unavailable == ("Bán hàng",)
    assert plan.errors == ()


# -- errors -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            ["31/02/2026", "NV1", "", "", "1111", 5.0],
            ("Ngày hạch toán (*)", "bad_date", "31/02/2026"),
        ),
        ([DAY, "NV1", "", "", "1111", "1,5tr"], ("Số tiền", "bad_number", "1,5tr")),
        ([DAY, "NV1", "", "", "1111", 5.5], ("Số tiền", "bad_number", "5.5")),
        ([DAY, "NV1", "", "", "111", 5.0], ("TK (*)", "account_is_parent", "111")),
        ([DAY, "NV1", "", "K9", "1111", 5.0], ("Mã đối tượng", "not_found", "K9")),
        ([DAY, "NV1", "", "", "", 5.0], ("TK (*)", "field_required", "")),
        ([DAY, "NV1", "", "", "1111", -1.0], ("Số tiền", "amount_zero", "-1")),
        ([DAY, "NV1", "", "", "1111", 13.0], ("Số tiền", "amount_zero", "13")),
        (
            [datetime.date(2026, 2, 27), "NV1", "", "", "1111", 5.0],
            ("Ngày hạch toán (*)", "before_start", "27/02/2026"),
        ),
        ([DAY, "N" * 21, "", "", "1111", 5.0], ("Số chứng từ (*)", "too_long", "N" * 21)),
    ],
)
def test_an_error_names_sheet_row_column_code_and_value(
    kernel: Kernel, row: list[Any], expected: tuple[str, str, str]
) -> None:
    plan = check(kernel, notes([DAY, "NV0", "", "", "1111", 1.0], row))

    assert found(plan) == [(5, *expected)]
    assert plan.findings[0].sheet == "Phiếu"


def test_header_cells_of_one_voucher_may_not_contradict(kernel: Kernel) -> None:
    plan = check(
        kernel,
        notes([DAY, "NV1", "mua", "", "1111", 5.0], [DAY, "NV1", "bán", "", "1111", 6.0]),
    )

    assert found(plan) == [(5, "Diễn giải", "header_differs", "bán")]


def test_a_row_with_a_bad_day_takes_its_whole_voucher_along(kernel: Kernel) -> None:
    plan = check(
        kernel,
        notes([DAY, "NV1", "", "", "1111", 5.0], ["99/99/2026", "NV1", "", "", "1111", 6.0]),
    )
    result = import_plan(kernel, actor(kernel), plan, valid_rows_only=True)

    assert found(plan) == [(5, "Ngày hạch toán (*)", "bad_date", "99/99/2026")]
    assert (result.imported, result.rejected) == (0, 2)


def test_a_number_with_two_days_is_an_error_of_the_later_one(kernel: Kernel) -> None:
    later = datetime.date(2026, 3, 4)

    plan = check(
        kernel, notes([DAY, "NV1", "", "", "1111", 5.0], [later, "NV1", "", "", "1111", 6.0])
    )

    assert found(plan)[0] == (5, "Ngày hạch toán (*)", "voucher_no_other_date", "04/03/2026")


def test_a_number_that_is_used_already_is_refused(kernel: Kernel) -> None:
    kernel.save(actor(kernel), "note", {"no": "NV1", "posting_date": "2026-03-09"})

    plan = check(kernel, notes([DAY, "NV1", "", "", "1111", 5.0]))

    assert found(plan) == [(4, "Số chứng từ (*)", "voucher_no_duplicate", "NV1")]


def test_a_code_that_an_earlier_row_has_is_a_duplicate(kernel: Kernel) -> None:
    plan = check(kernel, partners(["K1", "Một", "", ""], ["k1", "Hai", "", ""]))

    assert found(plan) == [(3, "Mã (*)", "duplicate_row", "k1")]
    assert plan.findings[0].values["row"] == 2


def test_a_sheet_may_add_to_records_that_another_sheet_of_the_file_makes() -> None:
    sizes = replace(
        PARTNERS,
        name="Quy mô",
        columns=(PARTNERS.columns[0], PARTNERS.columns[3]),
        existing="update",
        kind="partner_size",
    )
    with cloud(plugins={"toy": module(PARTNERS, sizes)}) as kernel:
        raw = RawSheet("Quy mô", [["Mã (*)", "Quy mô"], ["K1", "Lớn"]])
        plan = check(kernel, raw, partners(["K1", "Một", "", ""]))
        result = import_plan(kernel, actor(kernel), plan)
        (partner,) = saved(kernel, "partner")

    assert (result.imported, result.findings) == (2, ())
    assert (partner.code, partner.name, partner.size) == ("K1", "Một", "large")


def test_two_rows_of_one_record_about_the_same_are_a_duplicate() -> None:
    sheet = replace(NOTES, subject=lambda seen: seen.get("lines.account", ""))
    with cloud(plugins={"toy": module(sheet)}) as kernel:
        plan = check(
            kernel,
            notes(
                [DAY, "NV1", "", "", "1111", 5.0],
                [DAY, "NV1", "", "", "1112", 5.0],
                [DAY, "NV1", "", "", "1111", 6.0],
                [DAY, "NV2", "", "", "1111", 6.0],
            ),
        )

    assert [(f.row, f.code, f.values["row"]) for f in plan.findings] == [(6, "duplicate_row", 4)]


def test_a_code_that_is_there_already_is_refused_kept_or_updated() -> None:
    def imported(existing: Any) -> tuple[list[str], list[str], int]:
        sheet = replace(PARTNERS, existing=existing)
        with cloud(plugins={"toy": module(sheet)}) as kernel:
            kernel.save(actor(kernel), "partner", {"code": "K1", "name": "Cũ"})
            plan = check(kernel, partners(["K1", "Mới", "", ""]))
            result = import_plan(kernel, actor(kernel), plan)
            names = [partner.name for partner in saved(kernel, "partner")]
            return [finding.code for finding in plan.findings], names, result.kept

    assert imported("refuse") == (["code_exists"], ["Cũ"], 0)
    assert imported("keep") == ([], ["Cũ"], 1)
    assert imported("update") == ([], ["Mới"], 0)
