"""Texts of period locks."""

from __future__ import annotations

from collections.abc import Mapping

from lienso import Message

MESSAGES: Mapping[str, Message] = {
    "period_locked": Message(
        "Ngày hạch toán phải lớn hơn ngày khóa sổ {lock_date}",
        "The posting date must be after the lock date {lock_date}",
    ),
    "lock_date_not_later": Message(
        "Ngày khóa sổ mới phải sau ngày khóa sổ hiện tại {current}",
        "The new lock date must be later than {current}",
    ),
    "lock_date_not_earlier": Message(
        "Ngày bỏ khóa phải trước ngày khóa sổ hiện tại {current}",
        "The date must be earlier than the lock date {current}",
    ),
    "unposted_vouchers": Message(
        "Còn chứng từ chưa ghi sổ trong kỳ",
        "Vouchers of the period are not posted",
    ),
    "sites_not_synced": Message(
        "Máy chủ {sites} còn dữ liệu chưa đồng bộ",
        "Sites {sites} have unsynced data",
    ),
    "reason_required": Message(
        "Chưa nhập lý do",
        "A reason is required",
    ),
    "results_not_closed": Message(
        "Chưa kết chuyển lãi lỗ: còn số dư {accounts}; hãy kết chuyển trước khi khóa sổ",
        "Results are not closed: {accounts} have balances; close them before you lock",
    ),
}
