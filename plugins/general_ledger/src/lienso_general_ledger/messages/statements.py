"""Texts of statements."""

from __future__ import annotations

from collections.abc import Mapping

from lienso import Message

MESSAGES: Mapping[str, Message] = {
    "statement_set_exists": Message(
        "Đã có báo cáo tài chính của kỳ này",
        "A set of statements of this period exists",
    ),
    "statement_final": Message(
        "Báo cáo tài chính đã chốt",
        "The statements are final",
    ),
    "mandatory_statement": Message(
        "Không được bỏ báo cáo bắt buộc",
        "A mandatory statement cannot be removed",
    ),
    "formula_syntax": Message(
        "Công thức sai cú pháp",
        "The formula has a syntax error",
    ),
    "formula_cycle": Message(
        "Công thức tham chiếu vòng",
        "The formulas make a cycle",
    ),
    "unknown_line": Message(
        "Chỉ tiêu {line} không tồn tại",
        "Unknown line {line}",
    ),
    "balance_not_covered": Message(
        "TK {account} có số dư chưa vào chỉ tiêu nào",
        "No line covers the balance of {account}",
    ),
}
