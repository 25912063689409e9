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


def _several(company: Any, *sheets: tuple[str, tuple[tuple[Any, ...], ...]]) -> list[Any]:
    """Import several sheets of one file; returns (sheet, row, column, code) of the errors."""
    raw = [RawSheet(name, [(name,), ("",), *rows]) for name, rows in sheets]
    plan = check_sheets(company.kernel, company.by, raw)
    result = import_plan(company.kernel, company.by, plan)
    return [(f.sheet, f.row, f.column, f.code) for f in result.findings if f.severity == "error"]


ITEMS = (
    (
        "Mã (*)", "Tên (*)", "Tính chất", "ĐVT chính", "Theo dõi lô/hạn", "Mã quy cách 1",
        "Cho phép trùng 1", "Mã quy cách 2",
    ),
    ("BIA", "Bia lon", "Hàng hóa", "lon", "Có", "Màu", "Có", ""),
    ("MAY", "Máy", "Thành phẩm", "cái", "", "IMEI", "Không", "Màu"),
)  # fmt: skip
UNITS = (
    ("Mã (*)", "ĐVT (*)", "Tỷ lệ (*)", "Phép tính", "Đơn giá"),
    ("BIA", "thùng", 24.0, "Phép nhân", 230000.0),
    ("BIA", "lốc", 6.0, "", ""),
)
PARTS = (("Mã (*)", "Mã NVL (*)", "Số lượng (*)"), ("MAY", "BIA", 2.5))


def test_items_come_with_lots_specs_units_and_materials_from_three_sheets(company: Any) -> None:
    found = _several(
        company, ("Định mức NVL", PARTS), ("ĐVT chuyển đổi", UNITS), ("Vật tư hàng hóa", ITEMS)
    )

    assert found == []
    beer, machine = _entry(company, "item", "BIA"), _entry(company, "item", "MAY")
    assert (beer.lot_tracking, beer.expiry_tracking, machine.lot_tracking) == (True, True, False)
    assert [(c.name, c.unique) for c in beer.spec_columns] == [("Màu", False)]
    assert [(c.name, c.unique) for c in machine.spec_columns] == [("IMEI", True), ("Màu", False)]
    assert [(str(c.factor), c.op, c.sale_price) for c in beer.conversions] == [
        ("24", "multiply", 230_000),
        ("6", "multiply", None),
    ]
    assert [str(row.qty) for row in machine.bom] == ["2.5"]


def test_units_of_an_item_that_is_there_are_replaced_and_of_a_strange_one_refused(
    company: Any,
) -> None:
    assert _several(company, ("Vật tư hàng hóa", ITEMS), ("ĐVT chuyển đổi", UNITS)) == []

    head = UNITS[0]
    strange = _several(company, ("ĐVT chuyển đổi", (head, ("LẠ", "thùng", 2.0, "", ""))))
    assert _several(company, ("ĐVT chuyển đổi", (head, ("BIA", "thùng", 12.0, "", "")))) == []

    assert strange == [("ĐVT chuyển đổi", 4, "Mã (*)", "not_found")]
    beer = _entry(company, "item", "BIA")
    assert ([str(c.factor) for c in beer.conversions], beer.lot_tracking) == (["12"], True)


CODE, NAME = "Mã (*)", "Tên (*)"
OTHERS = (
    ("Đơn vị", ((CODE, NAME, "Loại", "Hạch toán"), ("CN1", "Chi nhánh", "Chi nhánh", "Phụ thuộc"))),
    ("Khách hàng", ((CODE, NAME), ("KH1", "Khách 1"))),
    ("Công trình", (
        (CODE, NAME, "Thuộc", "Loại", "Khách hàng", "Dự toán", "Tình trạng"),
        ("CT", "Cầu", "", "", "KH1", 900.0, ""),
        ("CT1", "Mố", "CT", "Hạng mục", "", "", "Hoàn thành"),
    )),
    ("Đối tượng THCP", ((CODE, NAME, "Loại"), ("PX", "Xưởng", "Phân xưởng"))),
    ("Mục thu/chi", ((CODE, NAME, "Loại"), ("T", "Thu bán hàng", "Thu"))),
    ("Loại CCDC", ((CODE, NAME, "Số kỳ PB", "TK chi phí"), ("L", "Bàn ghế", 24.0, "6423"))),
    ("Loại TSCĐ", (
        (CODE, NAME, "TK nguyên giá", "Số tháng tối thiểu", "Phương pháp KH"),
        ("X", "Xe", "2113", 72.0, "Đường thẳng"),
    )),
)  # fmt: skip


def test_trees_and_types_bring_their_attributes(company: Any) -> None:
    assert _several(company, *OTHERS) == []

    branch, work = _entry(company, "org_unit", "CN1"), _entry(company, "project", "CT1")
    assert (branch.kind, branch.accounting) == ("branch", "dependent")
    assert (work.kind, work.status) == ("work_item", "done")
    assert _entry(company, "project", "CT").estimate == 900
    assert _entry(company, "cost_object", "PX").kind == "workshop"
    assert _entry(company, "budget_item", "T").direction == "receipt"
    tool, asset = _entry(company, "tool_type", "L"), _entry(company, "asset_type", "X")
    assert (tool.periods, tool.expense_account) == (24, "6423")
    assert (asset.cost_account, asset.months_min, asset.method) == ("2113", 72, "straight_line")


def test_what_an_account_is_followed_by_is_written_as_the_list_prints_it(company: Any) -> None:
    head = ("Số tài khoản (*)", "Tên tài khoản (*)", "Theo dõi chi tiết", "Có hạch toán ngoại tệ")
    water = ("64272", "Nước", "cost_item, project?", "Có")

    strange = _several(company, ("Danh mục tài khoản", (head, ("64271", "Điện", "org_unit", ""))))
    assert _several(company, ("Danh mục tài khoản", (head, water))) == []

    assert strange == [("Danh mục tài khoản", 4, "Theo dõi chi tiết", "bad_choice")]
    account = _entry(company, "account", "64272")
    assert (account.tracks, account.fc) == (["cost_item", "project?"], True)
