"""Sheets of a workbook that become entries of catalogs (`opening_and_import.md` §4.5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, get_args

from lienso import Finding, ImportColumn, ImportSheet
from lienso.view import View

from .accounts import Track
from .reports import NATURES

C = ImportColumn
SPECS = 5
"""Spec columns of an item."""

Fields = dict[str, Any]

_CODE = C("Mã", "code", required=True)
_NAME = C("Tên", "name", required=True)
_KINDS = {"Tổ chức": "organization", "Cá nhân": "person"}
_VAT_RATES = {
    "0%": "0", "5%": "5", "8%": "8", "10%": "10", "KCT": "KCT", "KKKNT": "KKKNT", "NTB": "NTB",
    "NPV": "NPV", "KHAC": "KHAC",
}  # fmt: skip
_ITEM_KINDS = {
    "Vật tư hàng hóa": "goods",
    "Hàng hóa": "goods",
    "Nguyên vật liệu": "material",
    "Thành phẩm": "finished",
    "Công cụ dụng cụ": "tool",
    "Dịch vụ": "service",
    "Chỉ là diễn giải": "text",
}


def _partner(role: str) -> Callable[[Fields], Fields]:
    """A group is one of the sheet's role, and there is one bank account on a row."""

    def prepare(fields: Fields) -> Fields:
        made = {f"is_{role}": True, **fields}
        group = made.pop("group", None)
        number, bank = made.pop("account_number", ""), made.pop("account_bank", "")
        if group:
            made[f"{role}_groups"] = [group]
        if number or bank:
            made["bank_accounts"] = [{"number": number, "bank_name": bank}]
        return made

    return prepare


def _employee(fields: Fields) -> Fields:
    return {"is_employee": True, "kind": "person", **fields}


def _org_unit(fields: Fields) -> Fields:
    return {"kind": "department", **fields}


def _bank_account(fields: Fields) -> Fields:
    """The number is the code too: a company's accounts are chosen by number."""
    number = fields.get("number", "")
    name = fields.get("name") or fields.get("bank_name", "")
    return {"code": number, "ledger_account": "112", **fields, "name": name}


def _item(fields: Fields) -> Fields:
    made = {"kind": "goods", **fields}
    if "followed" in made:
        followed = made.pop("followed")
        made |= {"lot_tracking": followed, "expiry_tracking": followed}
    columns = [
        {"name": name, "unique": made.pop(f"repeats_{n}", True) is False}
        for n in range(1, SPECS + 1)
        if (name := made.pop(f"spec_{n}", None))
    ]
    for n in range(1, SPECS + 1):
        made.pop(f"repeats_{n}", None)
    if columns:
        made["spec_columns"] = columns
    group = made.pop("group", None)
    if group:
        made["groups"] = [group]
    prices = [made.pop(name, None) for name in ("price_1", "price_2", "price_3")]
    while prices and prices[-1] is None:
        prices.pop()
    if prices:
        made["sale_prices"] = ["0" if price is None else price for price in prices]
    return made


_TRUE_ROLES = (
    C("Là khách hàng", "is_customer", "bool"),
    C("Là nhà cung cấp", "is_supplier", "bool"),
)


def _partner_columns(group: str) -> tuple[ImportColumn, ...]:
    return (
        _CODE,
        _NAME,
        C("Là tổ chức/cá nhân", "kind", "choice", choices=_KINDS),
        C("Nhóm", "group", "code", ref=group, create_missing=True),
        C("Địa chỉ", "address"),
        C("Mã số thuế", "tax_code"),
        C("Điện thoại", "phone"),
        C("Email", "email"),
        C("Người liên hệ", "contact_name"),
        C("Số CCCD", "id_number"),
        C("Điều khoản TT", "payment_term", "code", ref="payment_term"),
        C("Số ngày được nợ", "credit_days", "int"),
        C("Số nợ tối đa", "credit_limit", "money"),
        C("TK công nợ phải thu", "receivable_account"),
        C("TK công nợ phải trả", "payable_account"),
        C("TK ngân hàng", "account_number"),
        C("Tên NH", "account_bank"),
        *_TRUE_ROLES,
    )


_EMPLOYEE = (
    _CODE,
    _NAME,
    C("Đơn vị", "org_unit", "code", ref="org_unit", required=True),
    C("Chức danh", "title"),
    C("MST", "personal_tax_code"),
    C("CCCD", "id_number"),
    C("TK ngân hàng", "bank_account"),
    C("Lương thỏa thuận", "agreed_salary", "money"),
    C("Hệ số lương", "salary_coefficient", "decimal"),
    C("Số người phụ thuộc", "dependants", "int"),
)

_ITEM = (
    _CODE,
    _NAME,
    C("Tính chất", "kind", "choice", choices=_ITEM_KINDS),
    C("Nhóm VTHH", "group", "code", ref="item_group", create_missing=True),
    C("ĐVT chính", "unit", "code", ref="unit", create_missing=True),
    C("Thời hạn BH", "warranty_months", "int"),
    C("Số lượng tồn tối thiểu", "min_stock", "decimal"),
    C("Nguồn gốc", "origin"),
    C("Diễn giải mua", "purchase_description"),
    C("Diễn giải bán", "sale_description"),
    C("Kho ngầm định", "warehouse", "code", ref="warehouse"),
    C("TK kho", "stock_account"),
    C("TK doanh thu", "revenue_account"),
    C("TK chi phí", "cost_account"),
    C("Tỷ lệ CKMH", "purchase_discount_percent", "decimal"),
    C("Đơn giá mua", "purchase_price", "decimal"),
    C("Đơn giá bán 1", "price_1", "decimal"),
    C("Đơn giá bán 2", "price_2", "decimal"),
    C("Đơn giá bán 3", "price_3", "decimal"),
    C("Thuế suất GTGT", "vat_rate", "choice", choices=_VAT_RATES),
    C("Thuế suất NK", "import_duty", "decimal"),
    C("Theo dõi lô/hạn", "followed", "bool"),
    *(
        column
        for n in range(1, SPECS + 1)
        for column in (
            C(f"Mã quy cách {n}", f"spec_{n}"),
            C(f"Cho phép trùng {n}", f"repeats_{n}", "bool"),
        )
    ),
)


def _there(value: Any, view: View) -> Finding | None:
    """Say that the item that a row adds to is not in the catalog."""
    if view.id_of("item", value) is None:
        return Finding("error", "not_found", None, None, {"type": "item", "value": value})
    return None


_OPERATORS = {"Phép nhân": "multiply", "Phép chia": "divide", "×": "multiply", "÷": "divide"}
_ITEM_CODE = C("Mã", "code", required=True, check=_there)
_CONVERSIONS = (
    _ITEM_CODE,
    C("ĐVT", "conversions.unit", "code", ref="unit", required=True, create_missing=True),
    C("Tỷ lệ", "conversions.factor", "decimal", required=True),
    C("Phép tính", "conversions.op", "choice", choices=_OPERATORS),
    C("Đơn giá", "conversions.sale_price", "decimal"),
)
_MATERIALS = (
    _ITEM_CODE,
    C("Mã NVL", "bom.item", "code", ref="item", required=True),
    C("Số lượng", "bom.qty", "decimal", required=True),
)

_TOKENS = frozenset(get_args(Track))
_TERMS = {"Tự động": "auto", "Ngắn hạn": "short", "Dài hạn": "long"}


def _tokens(text: Any) -> list[str]:
    return [token for token in re.split(r"[|,;\s]+", str(text)) if token]


def _known_tokens(value: Any, _view: View) -> Finding | None:
    """Say that an account is followed by nothing of this name; the list prints them so too."""
    strange = [token for token in _tokens(value) if token not in _TOKENS]
    return Finding("error", "bad_choice", None, None, {"value": strange[0]}) if strange else None


def _account(fields: Fields) -> Fields:
    return {**fields, "tracks": _tokens(fields["tracks"])} if "tracks" in fields else fields


_ACCOUNT = (
    C("Số tài khoản", "code", required=True),
    C("Tên tài khoản", "name", required=True),
    C("Tên tiếng Anh", "name_en"),
    C("Tài khoản tổng hợp", "parent"),
    C("Tính chất", "nature", "choice", choices={label: key for key, label in NATURES.items()}),
    C("Theo dõi chi tiết", "tracks", check=_known_tokens),
    C("Có hạch toán ngoại tệ", "fc", "bool"),
    C("Kỳ hạn", "term", "choice", choices=_TERMS),
)

_BANK_ACCOUNT = (
    C("Số TK", "number", required=True),
    C("Tên ngắn", "name"),
    C("Tên ngân hàng", "bank_name", required=True),
    C("Loại tiền", "currency"),
    C("Chủ tài khoản", "holder"),
    C("TK kế toán", "ledger_account"),
)


def _tree(name: str, type: str, *columns: ImportColumn, **fixed: Any) -> ImportSheet:
    """A sheet of a tree; the parent stands on an earlier row or is there already."""
    parent = C("Thuộc", "parent", "code", ref=type)
    prepare = (lambda fields: {**fixed, **fields}) if fixed else None
    return ImportSheet(name, type, (_CODE, _NAME, parent, *columns), order=20, prepare=prepare)


def _additions(name: str, kind: str, columns: tuple[ImportColumn, ...]) -> ImportSheet:
    """A sheet whose rows are together a list of items that are there: all of it, in place of the former."""
    return ImportSheet(
        name, "item", columns, group_by=("code",), order=51, existing="update", kind=kind
    )


_UNITS = {
    "Tổng công ty/Công ty": "company", "Chi nhánh": "branch", "Văn phòng": "office",
    "Phòng ban": "department", "Phân xưởng": "workshop", "Nhóm": "group",
}  # fmt: skip
_ACCOUNTING = {"Độc lập": "independent", "Phụ thuộc": "dependent"}
_BRANCH = (
    C("Hạch toán", "accounting", "choice", choices=_ACCOUNTING),
    C("Địa chỉ", "address"),
    C("Mã số thuế", "tax_code"),
)
_STATES = {
    "Đang thực hiện": "running", "Hoàn thành": "done", "Đã nghiệm thu": "accepted", "Đã dừng": "stopped",
}  # fmt: skip
_PROJECT = (
    C("Loại", "kind", "choice", choices={"Công trình": "project", "Hạng mục": "work_item"}),
    C("Khách hàng", "customer", "code", ref="object"),
    C("Ngày bắt đầu", "start", "date"),
    C("Ngày kết thúc", "end", "date"),
    C("Dự toán", "estimate", "money"),
    C("Tình trạng", "status", "choice", choices=_STATES),
)
_COST_OBJECT = (
    C(
        "Loại",
        "kind",
        "choice",
        choices={
            "Phân xưởng": "workshop", "Sản phẩm": "product", "Công đoạn": "stage",
            "Đơn hàng": "order", "Dịch vụ": "service",
        },
    ),
    C("Mã hàng", "item", "code", ref="item"),
)  # fmt: skip
_DIRECTION = C("Loại", "direction", "choice", choices={"Thu": "receipt", "Chi": "payment"})
_TOOL_TYPE = (
    C("Số kỳ PB", "periods", "int"),
    C("TK chờ phân bổ", "pending_account"),
    C("TK chi phí", "expense_account"),
)
_METHODS = {
    "Đường thẳng": "straight_line", "Số dư giảm dần": "declining", "Sản lượng": "units",
}  # fmt: skip
_ASSET_TYPE = (
    C("TK nguyên giá", "cost_account"),
    C("TK khấu hao", "depreciation_account"),
    C("TK chi phí", "expense_account"),
    C("Số tháng tối thiểu", "months_min", "int"),
    C("Số tháng tối đa", "months_max", "int"),
    C("Phương pháp KH", "method", "choice", choices=_METHODS),
)

SHEETS: tuple[ImportSheet, ...] = (
    # A workbook names the statutory accounts that it uses again: they stay as the circular has them.
    ImportSheet(
        "Danh mục tài khoản", "account", _ACCOUNT, order=10, existing="keep", prepare=_account
    ),
    _tree(
        "Đơn vị",
        "org_unit",
        C("Loại", "kind", "choice", choices=_UNITS),
        *_BRANCH,
        kind="department",
    ),
    _tree("Nhóm khách hàng", "customer_group"),
    _tree("Nhóm nhà cung cấp", "supplier_group"),
    _tree("Nhóm vật tư hàng hóa", "item_group"),
    _tree("Khoản mục chi phí", "cost_item", C("Loại", "class"), **{"class": "QLDN"}),
    _tree("Công trình", "project", *_PROJECT),
    _tree("Đối tượng THCP", "cost_object", *_COST_OBJECT, kind="product"),
    _tree("Mục thu/chi", "budget_item", _DIRECTION, direction="payment"),
    _tree("Loại CCDC", "tool_type", *_TOOL_TYPE),
    _tree("Loại TSCĐ", "asset_type", *_ASSET_TYPE),
    _tree("Mã thống kê", "statistic_code", C("Diễn giải", "description")),
    ImportSheet("Đơn vị tính", "unit", (_CODE, C("Tên", "name")), order=20),
    ImportSheet(
        "Điều khoản thanh toán",
        "payment_term",
        (
            _CODE,
            _NAME,
            C("Số ngày được nợ", "days", "int"),
            C("Số ngày hưởng CK", "discount_days", "int"),
            C("Tỷ lệ CK (%)", "discount_percent", "decimal"),
        ),
        order=20,
    ),
    ImportSheet(
        "Khách hàng",
        "object",
        _partner_columns("customer_group"),
        order=30,
        kind="customer",
        prepare=_partner("customer"),
    ),
    ImportSheet(
        "Nhà cung cấp",
        "object",
        _partner_columns("supplier_group"),
        order=31,
        kind="supplier",
        prepare=_partner("supplier"),
    ),
    ImportSheet("Nhân viên", "object", _EMPLOYEE, order=32, prepare=_employee, kind="employee"),
    ImportSheet(
        "Kho",
        "warehouse",
        (
            _CODE,
            _NAME,
            C("Địa chỉ", "address"),
            C("TK kho", "stock_account"),
            C("Thủ kho", "storekeeper", "code", ref="object"),
            C("Kho hàng gửi", "is_consignment", "bool"),
        ),
        order=40,
    ),
    ImportSheet("TK ngân hàng", "bank_account", _BANK_ACCOUNT, order=41, prepare=_bank_account),
    ImportSheet("Vật tư hàng hóa", "item", _ITEM, order=50, prepare=_item),
    _additions("ĐVT chuyển đổi", "item_conversions", _CONVERSIONS),
    _additions("Định mức NVL", "item_materials", _MATERIALS),
)
