"""Texts of the codes of module cashier, Vietnamese and English."""

from __future__ import annotations

from collections.abc import Mapping

from lienso import Message

MESSAGES: Mapping[str, Message] = {
    "voucher_cancelled": Message(
        "Chứng từ đã hủy; hãy chọn chứng từ khác",
        "The voucher is cancelled; choose another one",
    ),
    "count_closed": Message(
        "Đã kiểm kê quỹ đến ngày này ({count}); hãy chọn ngày sau, hoặc đưa bảng kiểm kê về nháp",
        "A finished count covers this date ({count}); choose a later day, or set the count back to draft",
    ),
    "not_a_cash_voucher": Message(
        "Chứng từ không liên quan đến tiền mặt; hãy chọn chứng từ có tài khoản 111",
        "Not a cash voucher; choose one with a row on 111",
    ),
    "cash_already_posted": Message(
        "Thủ quỹ đã ghi sổ chứng từ; hãy bỏ ghi sổ quỹ trước nếu cần ghi lại",
        "Already posted by the cashier; take it back first to post it anew",
    ),
    "voucher_not_posted": Message(
        "Kế toán chưa ghi sổ chứng từ; hãy đề nghị kế toán ghi sổ trước",
        "Accounting has not posted the voucher; have it posted first",
    ),
    "cash_date_in_future": Message(
        "Ngày ghi sổ quỹ sau ngày hiện tại; hãy kiểm tra lại ngày",
        "The cash-book date is in the future; check the day",
    ),
    "date_before_voucher": Message(
        "Ngày ghi sổ trước ngày chứng từ; hãy kiểm tra lại ngày",
        "The date is before the voucher date; check the day",
    ),
    "not_cashier": Message(
        "Bạn không phải thủ quỹ của quỹ này; hãy nhờ thủ quỹ của quỹ này, hoặc xin quyền",
        "You are not the cashier of this fund; ask its cashier, or for the right",
    ),
    "fund_other_branch": Message(
        "Quỹ thuộc chi nhánh khác; hãy chọn chi nhánh của quỹ",
        "The fund belongs to another branch; choose the fund's branch",
    ),
    "posted_by_cashier": Message(
        "Thủ quỹ đã ghi sổ, phải bỏ ghi sổ quỹ trước", "Posted by the cashier; take it back first"
    ),
    "actual_differs": Message(
        "Số thực tế khác chứng từ; hãy kiểm tra lại số tiền",
        "The actual figure differs from the voucher; check the amount",
    ),
    "actual_not_allowed": Message(
        "Không được ghi số thực tế khác chứng từ; hãy ghi đúng số của chứng từ, hoặc bật tùy chọn ghi số thực tế",
        "An actual figure that differs is not allowed; post what the voucher says, or switch cashier.allow_actual on",
    ),
    "range_too_wide": Message(
        "Khoảng thời gian quá rộng; hãy chọn loại tiền, hoặc khoảng ngắn hơn",
        "The range is too wide; name a currency, or take a shorter range",
    ),
}
