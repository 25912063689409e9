"""Texts of vouchers and their lines."""

from __future__ import annotations

from collections.abc import Mapping

from lienso import Message

MESSAGES: Mapping[str, Message] = {
    "outside_fiscal_year": Message(
        "Ngày hạch toán ngoài năm tài chính",
        "The posting date is outside the fiscal year",
    ),
    "before_start": Message(
        "Ngày trước ngày bắt đầu hạch toán",
        "Before the first accounting day",
    ),
    "vat_line_without_invoice": Message(
        "Dòng thuế GTGT chưa có hóa đơn",
        "A VAT line has no invoice",
    ),
    "closing_account_used": Message(
        "Hạch toán trực tiếp TK 911",
        "911 is used by hand",
    ),
    "old_date": Message(
        "Ngày hạch toán cách đây hơn 12 tháng",
        "The posting date is more than 12 months back",
    ),
    "voucher_after_posting": Message(
        "Ngày chứng từ sau ngày hạch toán",
        "The voucher date is after the posting date",
    ),
    "line_empty": Message(
        "Chứng từ chưa có dòng chi tiết",
        "The voucher has no line",
    ),
    "debit_account_required": Message(
        "Chưa nhập tài khoản Nợ",
        "The debit account is missing",
    ),
    "credit_account_required": Message(
        "Chưa nhập tài khoản Có",
        "The credit account is missing",
    ),
    "same_account_both_sides": Message(
        "Tài khoản Nợ trùng tài khoản Có",
        "Debit and credit account are the same",
    ),
    "amount_zero": Message(
        "Số tiền phải khác 0",
        "The amount must not be zero",
    ),
    "unbalanced": Message(
        "Tổng Nợ khác tổng Có",
        "Debit and credit differ",
    ),
    "account_is_parent": Message(
        "{account} là tài khoản tổng hợp, hãy chọn tài khoản chi tiết",
        "{account} is a summary account; choose a detail account",
    ),
}
