"""Texts of the codes of module cash, Vietnamese and English."""

from __future__ import annotations

from collections.abc import Mapping

from lienso import Message

MESSAGES: Mapping[str, Message] = {
    "account_not_cash": Message(
        "Tài khoản phải thuộc nhóm 111; hãy chọn tài khoản 111 ở bên này",
        "The account must be under 111; choose one on this side",
    ),
    "currency_account_mismatch": Message(
        "Loại tiền không phù hợp với tài khoản; hãy sửa loại tiền, hoặc chọn 1111 cho VND, 1112 cho ngoại tệ",
        "The currency does not fit the account; correct the currency, or take 1111 for VND and 1112 for foreign money",
    ),
    "denomination_unknown": Message(
        "Mệnh giá không có trong danh mục; hãy kiểm tra lại mệnh giá",
        "Unknown denomination; check it",
    ),
    "count_members_missing": Message(
        "Thiếu thành viên kiểm kê; hãy ghi tên kế toán và thủ quỹ",
        "Members of the count are missing; name the accountant and the cashier",
    ),
    "later_count_exists": Message(
        "Đã có bảng kiểm kê sau ngày này ({count}); hãy đưa bảng đó về nháp trước",
        "A later count exists ({count}); set that one back to draft first",
    ),
    "count_done": Message(
        "Bảng kiểm kê đã hoàn thành; hãy đưa bảng kiểm kê về nháp trước",
        "The count is done; set it back to draft first",
    ),
    "count_closed": Message(
        "Đã kiểm kê quỹ đến ngày này ({count}); hãy chọn ngày sau, hoặc đưa bảng kiểm kê về nháp",
        "A finished count covers this date ({count}); choose a later day, or set the count back to draft",
    ),
    "differences_open": Message(
        "Còn chênh lệch giữa hai sổ chưa xử lý; hãy ghi sổ hoặc sửa các chứng từ được liệt kê, hoặc bỏ qua cảnh báo",
        "Differences between the books are open; post or correct the vouchers that are listed, or pass the warning",
    ),
    "capital_in_cash": Message(
        "Góp vốn giữa các doanh nghiệp không được dùng tiền mặt; hãy chuyển khoản, hoặc bỏ qua cảnh báo nếu hợp lệ",
        "Capital between enterprises may not be paid in cash; pay by bank, or pass the warning where it is lawful",
    ),
    # Of module tax: a payment in cash meets them before a return is made.
    "cash_over_threshold": Message(
        "Hóa đơn từ {threshold} trả bằng tiền mặt: không được khấu trừ thuế; hãy trả qua ngân hàng, hoặc bỏ qua cảnh báo",
        "Paid in cash above {threshold}: the VAT cannot be deducted; pay by bank, or pass the warning",
    ),
}
