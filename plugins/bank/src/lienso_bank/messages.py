"""Texts of the codes of module bank, Vietnamese and English."""

from __future__ import annotations

from collections.abc import Mapping

from lienso import Message

MESSAGES: Mapping[str, Message] = {
    "bank_account_required": Message(
        "Tài khoản <{account}> phải chi tiết theo TK ngân hàng; hãy chọn TK ngân hàng",
        "Account {account} needs a bank account; choose the bank account",
    ),
    "bank_account_unknown": Message(
        "TK ngân hàng chưa có trong danh mục; hãy thêm TK vào danh mục, hoặc sửa số TK",
        "Unknown bank account; add it to the catalog, or correct the number",
    ),
    "account_not_bank": Message(
        "Tài khoản phải thuộc nhóm 112; hãy chọn tài khoản 112 ở bên này",
        "The account must be under 112; choose one on this side",
    ),
    "bank_currency_mismatch": Message(
        "Loại tiền khác loại tiền của TK ngân hàng; hãy sửa loại tiền, hoặc chọn TK khác",
        "The currency differs from the bank account's; correct the currency, or choose another account",
    ),
    "same_account_transfer": Message(
        "TK đi trùng TK đến; hãy chọn TK đến khác",
        "Both accounts are the same; choose another one to receive",
    ),
    "beneficiary_missing": Message(
        "Thiếu thông tin người thụ hưởng; hãy nhập tên và số TK người thụ hưởng",
        "The beneficiary is missing; enter his name and account number",
    ),
    "statement_not_continuous": Message(
        "Sổ phụ không khớp số dư đầu, cuối; hãy kiểm tra số dư và các dòng",
        "Opening and closing of the statement do not fit; check both balances and the lines",
    ),
    "statement_gap": Message(
        "Số dư đầu sổ phụ khác số dư cuối kỳ trước; hãy nhập sổ phụ còn thiếu, hoặc bỏ qua cảnh báo",
        "The statement does not follow the previous one; import what is missing, or pass the warning",
    ),
    "statement_missing": Message(
        "Chưa có sổ phụ của kỳ; hãy nhập sổ phụ trước",
        "There is no statement of the period; import one first",
    ),
    "amounts_differ": Message(
        "Số tiền hai bên khác nhau {difference}; hãy chọn lại, hoặc tách phần chênh lệch vào một tài khoản",
        "The two sides differ by {difference}; choose others, or book the rest on an account (with_difference)",
    ),
    "already_matched": Message(
        "Dòng đã được đối chiếu; hãy bỏ đối chiếu trước",
        "The line is already matched; unmatch it first",
    ),
    "bank_matched": Message(
        "Chứng từ đã đối chiếu với sổ phụ; hãy bỏ đối chiếu trước",
        "The voucher is matched with a statement line; unmatch it first",
    ),
    "bank_reconciled": Message(
        "Chứng từ thuộc kỳ đối chiếu đã xác nhận; hãy bỏ đối chiếu trước",
        "The voucher is in a confirmed reconciliation; unmatch it first",
    ),
    "bridge_difference": Message(
        "Còn chênh lệch {difference} chưa giải thích; hãy kiểm tra số dư đầu kỳ, hoặc bỏ qua cảnh báo",
        "{difference} is not explained; check the opening balance, or pass the warning",
    ),
    "ambiguous": Message("Có nhiều khả năng, hãy tự chọn", "Several candidates; choose yourself"),
    # Of module utilities: files of banks are read here.
    "column_missing": Message(
        "Thiếu cột bắt buộc {column}; hãy thêm cột, hoặc ghép cột",
        "Required column {column} is missing; add it, or map a column to it",
    ),
    "bad_number": Message(
        "Cột <{column}> chứa số không hợp lệ ({value}); hãy sửa ô đó",
        "{column}: invalid number {value}; correct the cell",
    ),
}
