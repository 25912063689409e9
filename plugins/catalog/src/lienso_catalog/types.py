"""The record types of the code lists, with ids and labels as in the specification's list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from lienso import Key, Label, RecordType

from . import accounts, items, money, objects, organization, rates, taxes, trees

_PLATFORM_ID = Key("platform_id", ("platform_id",))

_KEYS: Mapping[str, tuple[Key, ...]] = {
    "object": (_PLATFORM_ID, Key("tax_code", ("tax_code",))),
    "spec_code": (Key("item", ("item",)),),
    "bank_account": (_PLATFORM_ID, Key("number", ("number",))),
    "exchange_rate": (Key("day", ("currency", "date")),),
    "account_default": (Key("voucher_type", ("voucher_type",)),),
    "number_series": (Key("group", ("voucher_group", "ledger")),),
    "vat_rule": (Key("key", ("key",)),),
    "legal_profile": (Key("subject", ("subject",)),),
    "alias": (Key("old", ("catalog", "old_key")),),
}

_UNIQUE: Mapping[str, tuple[str, ...]] = {
    "account_default": ("voucher_type", "column"),
    "exchange_rate": ("currency", "date", "bank"),
    "number_series": ("voucher_group", "ledger", "branch"),
    "vat_rule": ("key", "valid_from"),
    "legal_profile": ("key",),
    "alias": ("catalog", "old_code"),
}

_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "account": {"code": "9119", "nature": "none"},
    "account_default": {"voucher_type": "journal", "column": "debit"},
    "object": {"is_customer": True},
    "item": {"kind": "goods", "unit": "cái"},
    "bank_account": {"bank_name": "Ngân hàng", "ledger_account": "1121"},
    "currency": {"code": "USD"},
    "exchange_rate": {"currency": "USD", "average": "25000"},
    "org_unit": {"kind": "department"},
    "cost_object": {"kind": "product"},
    "cost_item": {"class": "QLDN"},
    "budget_item": {"direction": "payment"},
    "vat_rule": {"key": "cash_threshold", "value": "5000000", "valid_from": "2030-01-01"},
    "legal_profile": {
        "key": "accounting/company",
        "subject": "accounting",
        "profile": "company",
        "valid_from": "2026-01-01",
    },
    "number_series": {"voucher_group": "journal"},
    "alias": {"catalog": "object", "old_code": "KH-CU", "reason": "merge"},
}

_ONLINE = frozenset(
    {"vat_rate", "vat_group", "vat_rule", "number_series", "alias", "legal_profile"}
)
"""Entries that only the cloud makes: what the law says, and what must not differ between offices."""


def record_types() -> list[RecordType]:
    """Return the record types of this module."""
    return [_record_type(id, vi, en, model) for id, vi, en, model in _TYPES]


def _record_type(id: str, vi: str, en: str, model: Any) -> RecordType:
    entry = "platform_id" in model.model_fields
    derived = {"account": trees.derived_account, "exchange_rate": rates.derived_rate}
    if id in trees.BY_PARENT:
        derived[id] = trees.derived
    tree: Literal["", "leaves", "exempt"] = ""
    if id == "account" or id in trees.BY_PARENT:
        tree = "exempt" if id in trees.EXEMPT else "leaves"
    return RecordType(
        id,
        Label(vi, en),
        model,
        "catalog",
        unique=_UNIQUE.get(id, ()),
        keys=_KEYS.get(id, (_PLATFORM_ID,) if entry else ()),
        derived=derived.get(id),
        offline_create=id not in _ONLINE,
        tree=tree,
        defaults=_DEFAULTS.get(id, {}),
        kept=id == "number_series",
        schema_version=2 if entry or id == "number_series" else 1,
        # A series of version 1 names no sites: the fields' own values.
        upcasters={1: _linked if entry else dict} if entry or id == "number_series" else {},
    )


def _linked(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a body of version 1, which had ``external_id``, empty for none, as version 2 has it."""
    found = {name: value for name, value in body.items() if name != "external_id"}
    id = body.get("external_id")
    return {**found, "platform_id": id} if id else found


_TYPES: tuple[tuple[str, str, str, Any], ...] = (
    ("account", "Tài khoản (hệ thống tài khoản)", "Account", accounts.Account),
    ("account_default", "Tài khoản ngầm định", "Default account", accounts.AccountDefault),
    ("auto_entry", "Định khoản tự động", "Entry template", accounts.AutoEntry),
    (
        "object",
        "Đối tượng (khách hàng, nhà cung cấp, nhân viên)",
        "Object (customer, supplier, employee)",
        objects.ObjectEntry,
    ),
    ("customer_group", "Nhóm khách hàng", "Customer group", objects.CustomerGroup),
    ("supplier_group", "Nhóm nhà cung cấp", "Supplier group", objects.SupplierGroup),
    ("item", "Vật tư hàng hóa", "Item", items.Item),
    ("item_group", "Nhóm vật tư hàng hóa", "Item group", items.ItemGroup),
    ("spec_code", "Mã quy cách", "Spec code", items.SpecCode),
    ("unit", "Đơn vị tính", "Unit of measure", items.Unit),
    ("warehouse", "Kho", "Warehouse", items.Warehouse),
    ("bank", "Ngân hàng", "Bank", money.Bank),
    ("bank_account", "Tài khoản ngân hàng", "Bank account", money.BankAccount),
    ("currency", "Loại tiền", "Currency", money.Currency),
    ("exchange_rate", "Tỷ giá", "Exchange rate", money.ExchangeRate),
    ("org_unit", "Cơ cấu tổ chức", "Organization unit", organization.OrgUnit),
    ("project", "Công trình", "Project", organization.Project),
    ("cost_object", "Đối tượng tập hợp chi phí", "Cost object", organization.CostObject),
    ("cost_item", "Khoản mục chi phí", "Cost item", organization.CostItem),
    ("budget_item", "Mục thu/chi", "Receipt or payment item", organization.BudgetItem),
    ("statistic_code", "Mã thống kê", "Statistical code", organization.StatisticCode),
    ("tool_type", "Loại CCDC", "Tool type", organization.ToolType),
    ("asset_type", "Loại TSCĐ", "Fixed-asset type", organization.AssetType),
    ("payment_term", "Điều khoản thanh toán", "Payment term", money.PaymentTerm),
    ("vat_rate", "Thuế suất GTGT", "VAT rate", taxes.VatRate),
    ("vat_group", "Nhóm hàng hóa, dịch vụ mua vào", "Group of purchases for VAT", taxes.VatGroup),
    ("vat_rule", "Tham số thuế", "Tax parameter", taxes.VatRule),
    ("business_line", "Ngành nghề kinh doanh", "Line of business", taxes.BusinessLine),
    ("expense_reason", "Lý do thu, chi", "Reason of a receipt or payment", money.ExpenseReason),
    ("credit_card", "Thẻ tín dụng", "Credit card", money.CreditCard),
    ("shareholder", "Cổ đông", "Shareholder", money.Shareholder),
    ("loan_contract", "Khế ước vay", "Loan contract", money.LoanContract),
    ("number_series", "Quy tắc đánh số chứng từ", "Number series", money.NumberSeries),
    ("alias", "Bí danh sau khi gộp, chuyển, xóa", "Alias of a merged code", taxes.Alias),
    ("legal_profile", "Hồ sơ pháp lý theo ngày hiệu lực", "Legal profile", taxes.LegalProfile),
)

TYPE_IDS = frozenset(id for id, _vi, _en, _model in _TYPES)
"""Ids of this module's record types: a record of another type that names an entry uses it."""
