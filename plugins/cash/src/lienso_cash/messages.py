"""Texts of the codes of module cash, Vietnamese and English."""

from __future__ import annotations

from collections.abc import Mapping

from lienso import Message

MESSAGES: Mapping[str, Message] = {
    "account_not_cash": Message(
        "Tài khoản phải thuộc nhóm 111",
        "The account must be under 111",
    ),
    "currency_account_mismatch": Message(
        "Loại tiền không phù hợp với tài khoản",
        "The currency does not fit the account",
    ),
    "denomination_unknown": Message(
        "Mệnh giá không có trong danh mục",
        "Unknown denomination",
    ),
    "count_members_missing": Message(
        "Thiếu thành viên kiểm kê",
        "Members of the count are missing",
    ),
    "later_count_exists": Message(
        "Đã có bảng kiểm kê sau ngày này ({count})",
        "A later count exists ({count})",
    ),
    "count_done": Message(
        "Bảng kiểm kê đã hoàn thành",
        "The count is done",
    ),
    "count_closed": Message(
        "Đã kiểm kê quỹ đến ngày này ({count})",
        "A finished count covers this date ({count})",
    ),
    "differences_open": Message(
        "Còn chênh lệch giữa hai sổ chưa xử lý",
        "Differences between the books are open",
    ),
    "capital_in_cash": Message(
        "Góp vốn giữa các doanh nghiệp không được dùng tiền mặt",
        "Capital between enterprises may not be paid in cash",
    ),
    # Of module tax: a payment in cash meets them before a return is made.
    "cash_over_threshold": Message(
        "Hóa đơn từ {threshold} trả bằng tiền mặt: không được khấu trừ thuế",
        "Paid in cash above {threshold}: the VAT cannot be deducted",
    ),
}
