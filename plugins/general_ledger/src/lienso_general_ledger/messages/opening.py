"""Texts of opening balances."""

from __future__ import annotations

from collections.abc import Mapping

from lienso import Message

MESSAGES: Mapping[str, Message] = {
    "opening_not_balanced": Message(
        "Số dư đầu kỳ lệch: Nợ khác Có {difference}",
        "Opening balances differ by {difference}",
    ),
    "object_detail_differs": Message(
        "Chi tiết đối tượng khác số dư TK",
        "Object detail differs from the account",
    ),
    "income_accounts_not_zero": Message(
        "Tài khoản loại 5–9 không được có số dư đầu kỳ",
        "Accounts of class 5–9 cannot have an opening balance",
    ),
    "amount_required": Message(
        "Phải nhập Dư Nợ quy đổi hoặc Dư Có quy đổi",
        "A debit or credit amount is needed",
    ),
    "fc_amount_required": Message(
        "Loại tiền khác VND phải nhập cả nguyên tệ và quy đổi cùng bên",
        "A foreign currency needs both amounts on one side",
    ),
    "both_sides_given": Message(
        "Không được nhập cả Dư Nợ và Dư Có trên một dòng",
        "Debit and credit on one row",
    ),
    "account_by_object": Message(
        "Tài khoản chi tiết theo đối tượng phải nhập ở màn hình công nợ",
        "Enter accounts kept by object on the debt sheet",
    ),
    "account_not_by_object": Message(
        "Tài khoản không chi tiết theo đối tượng",
        "The account is not kept by object",
    ),
    "account_not_by_bank": Message(
        "Tài khoản không chi tiết theo TK ngân hàng",
        "The account is not kept by bank account",
    ),
    "bank_account_unknown": Message(
        "TK ngân hàng chưa có trong danh mục",
        "Unknown bank account",
    ),
    "remaining_and_advance": Message(
        "Một dòng không được có cả số còn lại và số trả trước",
        "Remaining and advance on one row",
    ),
    "remaining_over_invoice": Message(
        "Số còn lại lớn hơn giá trị hóa đơn",
        "More remaining than the invoice",
    ),
    "rate_differs": Message(
        "Quy đổi khác nguyên tệ × tỷ giá",
        "The converted amount differs from amount × rate",
    ),
}
