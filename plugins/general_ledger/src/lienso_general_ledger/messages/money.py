"""Texts of what cash, bank and tax share."""

from __future__ import annotations

from collections.abc import Mapping

from lienso import Message

MESSAGES: Mapping[str, Message] = {
    # Of module cash: one code for cash and for bank deposits.
    "negative_cash": Message(
        "Số dư của TK <{account}> tính đến ngày {date} chỉ còn {balance}. Ghi sổ sẽ xuất quỹ âm",
        "The balance of {account} on {date} is only {balance}",
    ),
    "negative_cash_later": Message(
        "TK <{account}> sẽ âm vào ngày {date}",
        "Account {account} becomes negative on {date}",
    ),
    # Of module tax: a payment meets it before a return is made.
    "invoice_duplicate": Message(
        "Hóa đơn đã được hạch toán hoặc kê khai ở {no}",
        "The invoice is already booked or declared in {no}",
    ),
}
