"""Sheets "Báo có", "Ủy nhiệm chi" and "Chuyển tiền nội bộ" (spec `opening_and_import.md` §4.4)."""

from __future__ import annotations

from typing import Any

from lienso import Finding, ImportColumn, ImportSheet
from lienso.view import View
from lienso_general_ledger.chart import account_finding
from lienso_general_ledger.money.columns import (
    ACCOUNTS,
    CURRENCY,
    DAYS,
    LINES,
    OBJECT,
    OTHER,
    TAX,
    prepare_amounts,
    prepared,
)
from lienso_general_ledger.sheets import known_bank_account

from .records import METHODS, PAYMENT_KINDS, RECEIPT_KINDS

C = ImportColumn

_METHODS = {title.casefold(): method for method, (title, _prefix) in METHODS.items()}


def known_method(value: Any, _view: View) -> Finding | None:
    """Say that a way of paying is none of ours."""
    if str(value).casefold() in _METHODS:
        return None
    return Finding("error", "bad_choice", None, None, {"value": value})


RECEIPT = (
    *DAYS,
    *OBJECT,
    C("Địa chỉ", "address"),
    C("Nộp vào TK", "bank_account", required=True, check=known_bank_account),
    C("Mở tại ngân hàng", "bank_name"),
    C("Lý do thu", "kind"),
    C("Diễn giải lý do thu", "reason"),
    C("Nhân viên", "employee", "code", ref="object"),
    C("Kèm theo", "attached_count", "int"),
    *CURRENCY,
    *LINES,
)

PAYMENT = (
    *DAYS,
    C("Phương thức thanh toán", "method", check=known_method),
    C("Tài khoản chi", "bank_account", required=True, check=known_bank_account),
    C("Mở tại ngân hàng", "bank_name"),
    *OBJECT,
    C("Địa chỉ", "address"),
    C("Nội dung thanh toán", "kind"),
    C("Tài khoản nhận", "beneficiary_number"),
    C("Tên NH nhận", "beneficiary_bank"),
    C("Nhân viên", "employee", "code", ref="object"),
    C("Kèm theo", "attached_count", "int"),
    *CURRENCY,
    *LINES,
    *TAX,
)

_DEBIT, _CREDIT, _AMOUNT, _CONVERTED = ACCOUNTS

TRANSFER = (
    *DAYS,
    C("Tài khoản đi", "from_account", required=True, check=known_bank_account),
    C("Tài khoản đến", "to_account", required=True, check=known_bank_account),
    C("Lý do chuyển", "reason"),
    C("TK Nợ", "debit", required=True, check=account_finding),
    C("TK Có", "credit", required=True, check=account_finding),
    C("Số tiền", "original", "decimal"),
    C("Quy đổi", "amount", "money"),
)


def prepare_receipt(fields: dict[str, Any]) -> dict[str, Any]:
    """Shape the cells of a receipt: the bank's name is the catalog's own."""
    fields.pop("bank_name", None)
    return prepared(fields, RECEIPT_KINDS)


def prepare_payment(fields: dict[str, Any]) -> dict[str, Any]:
    """Shape the cells of a payment; a reason that is no kind stays the reason of "other"."""
    fields.pop("bank_name", None)
    method = str(fields.pop("method", "") or "Ủy nhiệm chi").casefold()
    number, bank = fields.pop("beneficiary_number", ""), fields.pop("beneficiary_bank", "")
    label = str(fields.get("kind", "") or "")
    name = fields.get("object_name", "")
    fields = prepared(fields, PAYMENT_KINDS)
    fields["method"] = _METHODS.get(method, method)
    if fields["kind"] == OTHER and label:
        fields["reason"] = label
    if number or bank:
        fields["object_bank_account"] = {"number": number, "bank_name": bank, "name": name}
    return fields


def prepare_transfer(fields: dict[str, Any]) -> dict[str, Any]:
    """Shape the cells of a transfer: đồng need no original amount, foreign units are both sides'."""
    original = fields.pop("original", None)
    shaped: dict[str, Any] = {"lines": [{"fc_amount": original}]} if original is not None else {}
    prepare_amounts(shaped)
    if "amount" not in fields and shaped:
        fields["amount"] = shaped["lines"][0]["amount"]
    elif original is not None and str(fields.get("amount")) != str(shaped["lines"][0]["amount"]):
        fields["from_fc"] = fields["to_fc"] = original
    return fields


SHEETS = (
    ImportSheet("Báo có", "bank_receipt", RECEIPT, group_by=("no", "posting_date"), order=300, prepare=prepare_receipt),
    ImportSheet("Ủy nhiệm chi", "bank_payment", PAYMENT, group_by=("no", "posting_date"), order=300, prepare=prepare_payment),
    ImportSheet("Chuyển tiền nội bộ", "internal_transfer", TRANSFER, order=300, prepare=prepare_transfer),
)  # fmt: skip
