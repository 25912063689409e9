"""Columns of workbook sheets of money (spec `opening_and_import.md` §4.4), and the shape of their cells.

One row is one line; rows of equal number and day are one voucher.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lienso import ImportColumn

from ..chart import account_finding

C = ImportColumn
OTHER = "other"

DAYS = (
    C("Ngày hạch toán", "posting_date", "date", required=True),
    C("Ngày chứng từ", "voucher_date", "date", required=True),
    C("Số chứng từ", "no", required=True),
)
OBJECT = (C("Mã đối tượng", "object", "code", ref="object"), C("Tên đối tượng", "object_name"))
CURRENCY = (C("Loại tiền", "currency"), C("Tỷ giá", "rate", "decimal"))
ACCOUNTS = (
    C("TK Nợ", "lines.debit", required=True, check=account_finding),
    C("TK Có", "lines.credit", required=True, check=account_finding),
    C("Số tiền", "lines.fc_amount", "decimal"),
    C("Quy đổi", "lines.amount", "money"),
)
DIMENSIONS = (
    C("Đối tượng", "lines.object", "code", ref="object"),
    C("TK ngân hàng", "lines.bank_account", "code", ref="bank_account"),
    C("Khoản mục CP", "lines.cost_item", "code", ref="cost_item"),
    C("Đơn vị", "lines.org_unit", "code", ref="org_unit"),
    C("Đối tượng THCP", "lines.cost_object", "code", ref="cost_object"),
    C("Công trình", "lines.project", "code", ref="project"),
    C("Mục thu/chi", "lines.budget_item", "code", ref="budget_item"),
    C("Mã thống kê", "lines.statistic_code", "code", ref="statistic_code"),
    C("CP không hợp lý", "lines.non_deductible", "bool"),
)
LINES = (C("Diễn giải (hạch toán)", "lines.description"), *ACCOUNTS, *DIMENSIONS)

TAX = (
    C("Diễn giải (Thuế)", "lines.tax.description"),
    C("TK thuế GTGT", "lines.tax.account", check=account_finding),
    C("Tiền thuế GTGT", "lines.tax.amount", "money"),
    C("% thuế GTGT", "lines.tax.vat_rate"),
    C("Giá trị HHDV chưa thuế", "lines.tax.taxable", "money"),
    C("Mẫu số HĐ", "lines.tax.invoice_form"),
    C("Ký hiệu HĐ", "lines.tax.invoice_series"),
    C("Số hóa đơn", "lines.tax.invoice_no"),
    C("Ngày hóa đơn", "lines.tax.invoice_date", "date"),
    C("Nhóm HHDV mua vào", "lines.tax.vat_group"),
    C("Mã đối tượng thuế", "lines.tax.partner", "code", ref="object"),
    C("Tên đối tượng thuế", "lines.tax.partner_name"),
    C("Mã số thuế đối tượng thuế", "lines.tax.tax_code"),
)


def prepared(fields: dict[str, Any], kinds: Mapping[str, str]) -> dict[str, Any]:
    """Shape the cells: the kind by its label, đồng without foreign amounts, rates without %.

    A reason that is no label of a kind is kept as the reason of the kind "other".
    """
    label = str(fields.pop("kind", "") or "")
    by_label = {title.casefold(): kind for kind, title in kinds.items()}
    kind = by_label.get(label.casefold(), OTHER)
    fields["kind"] = kind
    if not fields.get("reason") and kind == OTHER and label:
        fields["reason"] = label
    name = fields.pop("object_name", "")
    fields.setdefault("payer_receiver", name)
    prepare_amounts(fields)
    return fields


def prepare_amounts(fields: dict[str, Any]) -> None:
    """Shape the amounts of a voucher: đồng without foreign amounts and rates, tax rates without %."""
    if fields.get("currency", "VND") == "VND":
        fields.pop("rate", None)
    for line in fields.get("lines", []):
        _prepare_line(line, fields.get("currency", "VND"))


def _prepare_line(line: dict[str, Any], currency: str) -> None:
    if currency == "VND":
        fc_amount = line.pop("fc_amount", None)
        if "amount" not in line and fc_amount is not None:
            line["amount"] = int(fc_amount) if "." not in fc_amount else fc_amount
    tax = line.get("tax")
    if tax is not None and "vat_rate" in tax:
        tax["vat_rate"] = str(tax["vat_rate"]).removesuffix("%").strip()
