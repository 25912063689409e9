"""Sheets "Phiếu thu" and "Phiếu chi" of a workbook (spec `opening_and_import.md` §4.4)."""

from __future__ import annotations

from typing import Any

from lienso import ImportColumn, ImportSheet
from lienso_general_ledger.money.columns import CURRENCY, DAYS, LINES, OBJECT, TAX, prepared

from .records import PAYMENT_KINDS, RECEIPT_KINDS

C = ImportColumn


def _header(reason: str, who: str) -> tuple[ImportColumn, ...]:
    return (
        *DAYS,
        *OBJECT,
        C("Địa chỉ", "address"),
        C(reason, "kind"),
        C(f"Diễn giải {reason[0].lower()}{reason[1:]}", "reason"),
        C(who, "payer_receiver"),
        C("Nhân viên", "employee", "code", ref="object"),
        C("Kèm theo", "attached_count", "int"),
        *CURRENCY,
    )


def prepare_receipt(fields: dict[str, Any]) -> dict[str, Any]:
    """Shape the cells of a receipt."""
    return prepared(fields, RECEIPT_KINDS)


def prepare_payment(fields: dict[str, Any]) -> dict[str, Any]:
    """Shape the cells of a payment."""
    return prepared(fields, PAYMENT_KINDS)


SHEETS = (
    ImportSheet(
        "Phiếu thu",
        "cash_receipt",
        (*_header("Lý do nộp", "Người nộp"), *LINES),
        group_by=("no", "posting_date"),
        order=300,
        prepare=prepare_receipt,
    ),
    ImportSheet(
        "Phiếu chi",
        "cash_payment",
        (*_header("Lý do chi", "Người nhận"), *LINES, *TAX),
        group_by=("no", "posting_date"),
        order=300,
        prepare=prepare_payment,
    ),
)
