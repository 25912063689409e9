"""Texts of opening balances."""

from __future__ import annotations

from collections.abc import Mapping

from lienso import Message

MESSAGES: Mapping[str, Message] = {
    "opening_not_balanced": Message(
        "Số dư đầu kỳ lệch: Nợ khác Có {difference}; hãy kiểm tra lại số dư đầu kỳ",
        "Opening balances differ by {difference}; check the opening balances",
    ),
    "object_detail_differs": Message(
        "Chi tiết đối tượng khác số dư TK; hãy sửa số dư theo đối tượng hoặc số dư tài khoản",
        "Object detail differs from the account; correct the balances by object or the account",
    ),
    "income_accounts_not_zero": Message(
        "Tài khoản loại 5–9 không được có số dư đầu kỳ; hãy kết chuyển vào 421 trước",
        "Accounts of class 5–9 cannot have an opening balance; carry it to 421 first",
    ),
    "amount_required": Message(
        "Phải nhập Dư Nợ quy đổi hoặc Dư Có quy đổi; hãy nhập một trong hai bên",
        "A debit or credit amount is needed; enter one of both",
    ),
    "fc_amount_required": Message(
        "Loại tiền khác VND phải nhập cả nguyên tệ và quy đổi cùng bên; hãy nhập đủ hai số ở một bên",
        "A foreign currency needs both amounts on one side; enter both on one side",
    ),
    "both_sides_given": Message(
        "Không được nhập cả Dư Nợ và Dư Có trên một dòng; hãy tách thành hai dòng",
        "Debit and credit on one row; make two rows of it",
    ),
    "account_by_object": Message(
        "Tài khoản chi tiết theo đối tượng phải nhập ở màn hình công nợ; hãy nhập ở tờ khách hàng, nhà cung cấp hoặc nhân viên",
        "Enter accounts kept by object on the debt sheet; use the sheet of customers, suppliers or employees",
    ),
    "account_not_by_object": Message(
        "Tài khoản không chi tiết theo đối tượng; hãy nhập ở tờ số dư tài khoản",
        "The account is not kept by object; use the sheet of accounts",
    ),
    "account_not_by_bank": Message(
        "Tài khoản không chi tiết theo TK ngân hàng; hãy nhập ở tờ số dư tài khoản",
        "The account is not kept by bank account; use the sheet of accounts",
    ),
    "bank_account_unknown": Message(
        "TK ngân hàng chưa có trong danh mục; hãy thêm TK vào danh mục, hoặc sửa số TK",
        "Unknown bank account; add it to the catalog, or correct the number",
    ),
    "remaining_and_advance": Message(
        "Một dòng không được có cả số còn lại và số trả trước; hãy tách thành hai dòng",
        "Remaining and advance on one row; make two rows of it",
    ),
    "remaining_over_invoice": Message(
        "Số còn lại lớn hơn giá trị hóa đơn; hãy kiểm tra lại hai số",
        "More remaining than the invoice; check both amounts",
    ),
    "rate_differs": Message(
        "Quy đổi khác nguyên tệ × tỷ giá; hãy kiểm tra lại tỷ giá và số quy đổi",
        "The converted amount differs from amount × rate; check the rate and the amount",
    ),
}
