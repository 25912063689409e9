"""Texts of the codes of this module; each says what to do next."""

from __future__ import annotations

from collections.abc import Mapping

from lienso import Message

MESSAGES: Mapping[str, Message] = {
    "acme_loan_no_money": Message(
        "Tài khoản <{account}> không phải tiền; hãy chọn tài khoản thuộc nhóm 111 hoặc 112",
        "Account {account} is no money; choose one under 111 or 112",
    ),
    "acme_loan_overpaid": Message(
        "Chỉ còn nợ {lender} {owed} đồng; hãy trả không quá số đó",
        "Only {owed} đồng is owed to {lender}; pay back no more than that",
    ),
}
