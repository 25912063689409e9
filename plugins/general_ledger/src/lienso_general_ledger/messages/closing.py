"""Texts of closing results."""

from __future__ import annotations

from collections.abc import Mapping

from lienso import Message

MESSAGES: Mapping[str, Message] = {
    "closing_cycle": Message(
        "Tài khoản kết chuyển lồng vòng",
        "The closing table makes a cycle",
    ),
    "to_not_postable": Message(
        "TK nhận kết chuyển phải là tài khoản chi tiết",
        "The receiving account must be postable",
    ),
    "unexpected_side": Message(
        "TK {account} có số dư trái bên kết chuyển",
        "Account {account} has a balance on the other side",
    ),
    "unclosed_costs": Message(
        "Còn số dư 621/622/623/627",
        "621/622/623/627 still have balances",
    ),
    "later_closing_exists": Message(
        "Đã có chứng từ kết chuyển sau ngày này",
        "A later closing voucher exists",
    ),
    "nothing_to_close": Message(
        "Không có số liệu để kết chuyển",
        "Nothing to close",
    ),
    "tax_before_closing": Message(
        "Chưa hạch toán thuế TNDN trước khi kết chuyển",
        "Corporate tax is not booked yet",
    ),
}
