"""Texts of the codes of module cashier, Vietnamese and English."""

from __future__ import annotations

from collections.abc import Mapping

from lienso import Message

MESSAGES: Mapping[str, Message] = {
    "voucher_cancelled": Message("Chứng từ đã hủy", "The voucher is cancelled"),
    "count_closed": Message(
        "Đã kiểm kê quỹ đến ngày này ({count})", "A finished count covers this date ({count})"
    ),
    "not_a_cash_voucher": Message("Chứng từ không liên quan đến tiền mặt", "Not a cash voucher"),
    "cash_already_posted": Message("Thủ quỹ đã ghi sổ chứng từ", "Already posted by the cashier"),
    "voucher_not_posted": Message(
        "Kế toán chưa ghi sổ chứng từ", "Accounting has not posted the voucher"
    ),
    "cash_date_in_future": Message(
        "Ngày ghi sổ quỹ sau ngày hiện tại", "The cash-book date is in the future"
    ),
    "date_before_voucher": Message(
        "Ngày ghi sổ trước ngày chứng từ", "The date is before the voucher date"
    ),
    "not_cashier": Message(
        "Bạn không phải thủ quỹ của quỹ này", "You are not the cashier of this fund"
    ),
    "fund_other_branch": Message("Quỹ thuộc chi nhánh khác", "The fund belongs to another branch"),
    "posted_by_cashier": Message(
        "Thủ quỹ đã ghi sổ, phải bỏ ghi sổ quỹ trước", "Posted by the cashier; take it back first"
    ),
    "actual_differs": Message(
        "Số thực tế khác chứng từ", "The actual figure differs from the voucher"
    ),
    "actual_not_allowed": Message(
        "Không được ghi số thực tế khác chứng từ", "An actual figure that differs is not allowed"
    ),
    "range_too_wide": Message("Khoảng thời gian quá rộng", "The range is too wide"),
}
