"""Sheets of a workbook become entries of catalogs."""

from __future__ import annotations

from typing import Any

from lienso.importing import RawSheet, check_sheets, import_plan


def _import(company: Any, name: str, *rows: tuple[Any, ...]) -> list[tuple[int, str, str]]:
    """Import a sheet; returns (row, column, code) of the errors, and saves when there are none."""
    plan = check_sheets(company.kernel, company.by, [RawSheet(name, [(name,), ("",), *rows])])
    result = import_plan(company.kernel, company.by, plan)
    return [(f.row, f.column, f.code) for f in result.findings if f.severity == "error"]


def _entry(company: Any, type: str, code: str) -> Any:
    return company.read(lambda view: view.by_code(type, code)).data


def test_the_statutory_accounts_of_a_sheet_stay_and_new_ones_are_added(company: Any) -> None:
    found = _import(
        company,
        "Danh mục tài khoản",
        ("Số tài khoản (*)", "Tên tài khoản (*)", "Tài khoản tổng hợp", "Tính chất", "Ghi chú"),
        ("131", "Tên khác", "", "Dư Có", ""),
        ("64271", "Điện, nước", "6427", "Không có số dư", "Thêm mới"),
        ("642711", "Điện", "64271", "Không có số dư", "Thêm mới"),
    )

    assert found == []
    assert _entry(company, "account", "131").name == "Phải thu của khách hàng"
    assert company.derived("account", "642711")["parent"] == "64271"


def test_a_new_account_of_a_sheet_must_fit_its_summary_account(company: Any) -> None:
    found = _import(
        company,
        "Danh mục tài khoản",
        ("Số tài khoản (*)", "Tên tài khoản (*)", "Tài khoản tổng hợp", "Tính chất"),
        ("64271", "Điện, nước", "6428", "Không có số dư"),
        ("15211", "Thép", "152", "Dư Có"),
        ("1119", "Lạ", "111", "Dư Nợ"),
    )

    assert found == [
        (4, "Tài khoản tổng hợp", "account_prefix"),
        (5, "Tính chất", "nature_differs"),
        (6, "Số tài khoản (*)", "statutory_level"),
    ]


def test_a_customer_gets_his_role_his_group_and_his_bank_account(company: Any) -> None:
    found = _import(
        company,
        "Khách hàng",
        (
            "Mã (*)", "Tên (*)", "Là tổ chức/cá nhân", "Nhóm", "Số nợ tối đa", "TK ngân hàng",
            "Tên NH", "Là khách hàng", "Là nhà cung cấp",
        ),
        ("KH1", "Khách lẻ", "Cá nhân", "LE", 30000000.0, "001", "VCB", "Có", "Có"),
        ("KH2", "Công ty A", "Tổ chức", "", "", "", "", "", ""),
    )  # fmt: skip

    assert found == []
    first, second = _entry(company, "object", "KH1"), _entry(company, "object", "KH2")
    assert (first.is_customer, first.is_supplier, first.kind) == (True, True, "person")
    assert (first.credit_limit, first.bank_accounts[0].bank_name) == (30_000_000, "VCB")
    group = company.read(lambda view: view.by_code("customer_group", "LE"))
    assert first.customer_groups == [group.id]
    assert (second.is_customer, second.is_supplier) == (True, False)


def test_an_employee_needs_a_known_unit(company: Any) -> None:
    headings = ("Mã (*)", "Tên (*)", "Đơn vị (*)", "Lương thỏa thuận")
    rows = (("NV1", "An", "KT", 18000000.0), ("NV2", "Bình", "", ""))

    assert _import(company, "Nhân viên", headings, *rows) == [
        (4, "Đơn vị (*)", "not_found"),
        (5, "Đơn vị (*)", "field_required"),
    ]

    assert _import(company, "Đơn vị", ("Mã (*)", "Tên (*)"), ("KT", "Phòng kế toán")) == []
    assert _import(company, "Nhân viên", headings, rows[0]) == []
    assert _entry(company, "object", "NV1").agreed_salary == 18_000_000


def test_an_item_brings_its_unit_and_its_group(company: Any) -> None:
    found = _import(
        company,
        "Vật tư hàng hóa",
        (
            "Mã (*)", "Tên (*)", "Tính chất", "Nhóm VTHH", "ĐVT chính", "TK kho",
            "Đơn giá bán 1", "Đơn giá bán 3", "Thuế suất GTGT",
        ),
        ("NVL", "Thép", "Vật tư hàng hóa", "152", "kg", "152", 199000.0, 150000.5, "8%"),
        ("DV", "Dịch vụ", "Dịch vụ", "", "", "", "", "", "KCT"),
    )  # fmt: skip

    assert found == []
    steel = _entry(company, "item", "NVL")
    assert [str(price) for price in steel.sale_prices] == ["199000", "0", "150000.5"]
    assert (steel.vat_rate, _entry(company, "item", "DV").kind) == ("8", "service")
    assert _entry(company, "unit", "kg").name == "kg"


def test_wrong_cells_of_items_are_found_where_they_stand(company: Any) -> None:
    found = _import(
        company,
        "Vật tư hàng hóa",
        ("Mã (*)", "Tên (*)", "Tính chất", "ĐVT chính", "TK kho", "Thuế suất GTGT"),
        ("A", "Thép", "Vật tư hàng hóa", "kg", "641", "8%"),
        ("B", "Sơn", "Vật tư hàng hóa", "", "152", "8%"),
        ("C", "Keo", "Vật tư hàng hóa", "kg", "152", "7%"),
        ("c", "Hồ", "Vật tư hàng hóa", "kg", "152", "8%"),
    )

    assert (4, "TK kho", "account_not_stock") in found
    assert (5, "ĐVT chính", "field_required") in found
    assert (6, "Thuế suất GTGT", "bad_choice") in found
    assert {row for row, _column, _code in found} == {4, 5, 6, 7}


def test_a_bank_account_is_chosen_by_its_number(company: Any) -> None:
    found = _import(
        company,
        "TK ngân hàng",
        ("Số TK (*)", "Tên ngắn", "Tên ngân hàng (*)", "Loại tiền", "TK kế toán"),
        ("0011", "VCB", "Ngân hàng Ngoại thương", "VND", "1121"),
        ("0012", "VCB-USD", "Ngân hàng Ngoại thương", "USD", "1122"),
        ("0013", "BIDV", "Ngân hàng Đầu tư", "VND", "1111"),
    )

    assert found == [(6, "TK kế toán", "account_not_allowed")]


def test_a_catalog_is_imported_at_an_office_that_is_offline(site: Any) -> None:
    site.kernel.site.set_mode(False)

    assert _import(site, "Kho", ("Mã (*)", "Tên (*)", "TK kho"), ("K1", "Kho chính", "152")) == []
    assert _entry(site, "warehouse", "K1").stock_account == "152"
