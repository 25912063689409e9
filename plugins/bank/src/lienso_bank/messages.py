"""Texts of the codes of module bank, Vietnamese and English."""

from __future__ import annotations

from collections.abc import Mapping

from lienso import Message

MESSAGES: Mapping[str, Message] = {
    "bank_account_required": Message(
        "Tài khoản <{account}> phải chi tiết theo TK ngân hàng",
        "Account {account} needs a bank account",
    ),
    "bank_account_unknown": Message("TK ngân hàng chưa có trong danh mục", "Unknown bank account"),
    "account_not_bank": Message("Tài khoản phải thuộc nhóm 112", "The account must be under 112"),
    "bank_currency_mismatch": Message(
        "Loại tiền khác loại tiền của TK ngân hàng", "The currency differs from the bank account's"
    ),
    "same_account_transfer": Message("TK đi trùng TK đến", "Both accounts are the same"),
    "beneficiary_missing": Message("Thiếu thông tin người thụ hưởng", "The beneficiary is missing"),
    "statement_not_continuous": Message(
        "Sổ phụ không khớp số dư đầu, cuối", "Opening and closing of the statement do not fit"
    ),
    "statement_gap": Message(
        "Số dư đầu sổ phụ khác số dư cuối kỳ trước",
        "The statement does not follow the previous one",
    ),
    "statement_missing": Message("Chưa có sổ phụ của kỳ", "There is no statement of the period"),
    "amounts_differ": Message(
        "Số tiền hai bên khác nhau {difference}", "The two sides differ by {difference}"
    ),
    "already_matched": Message("Dòng đã được đối chiếu", "The line is already matched"),
    "bank_matched": Message(
        "Chứng từ đã đối chiếu với sổ phụ", "The voucher is matched with a statement line"
    ),
    "bank_reconciled": Message(
        "Chứng từ thuộc kỳ đối chiếu đã xác nhận", "The voucher is in a confirmed reconciliation"
    ),
    "bridge_difference": Message(
        "Còn chênh lệch {difference} chưa giải thích", "{difference} is not explained"
    ),
    "ambiguous": Message("Có nhiều khả năng, hãy tự chọn", "Several candidates; choose yourself"),
    # Of module utilities: files of banks are read here.
    "column_missing": Message("Thiếu cột bắt buộc {column}", "Required column {column} is missing"),
    "bad_number": Message(
        "Cột <{column}> chứa số không hợp lệ ({value})", "{column}: invalid number {value}"
    ),
}
