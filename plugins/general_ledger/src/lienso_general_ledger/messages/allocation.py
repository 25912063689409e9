"""Texts of prepaid costs and allocations."""

from __future__ import annotations

from collections.abc import Mapping

from lienso import Message

MESSAGES: Mapping[str, Message] = {
    "percent_sum_not_100": Message(
        "Tổng tỷ lệ phải bằng 100% (hiện {percent_sum})",
        "The percentages must add up to 100 (now {percent_sum})",
    ),
    "origin_differs": Message(
        "Nguồn gốc hình thành khác giá trị ghi nhận",
        "The origin vouchers differ from the value",
    ),
    "negative_weight": Message(
        "Tiêu thức phân bổ âm, tính bằng 0",
        "A negative weight counts as 0",
    ),
    "no_weight": Message(
        "Không có số liệu tiêu thức để phân bổ",
        "There is no weight to allocate by",
    ),
    "already_allocated": Message(
        "Chi phí đã được phân bổ",
        "The cost is already allocated",
    ),
    "allocation_exists": Message(
        "Đã có chứng từ phân bổ tháng {month}",
        "The allocation of {month} already exists",
    ),
    "allocation_gap": Message(
        "Tháng {month} chưa phân bổ",
        "{month} is not allocated yet",
    ),
    "has_later_movements": Message(
        "Đã có phát sinh sau ngày này, phải bỏ ghi trước",
        "Later movements exist; undo them first",
    ),
}
