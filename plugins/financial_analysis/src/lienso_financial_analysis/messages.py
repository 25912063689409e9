"""Texts of the codes of module financial_analysis, Vietnamese and English."""

from __future__ import annotations

from collections.abc import Mapping

from lienso import Message

MESSAGES: Mapping[str, Message] = {
    "period_invalid": Message(
        "Kỳ phân tích không hợp lệ",
        "The period is not valid",
    ),
    "regime_mismatch": Message(
        "Báo cáo thuộc chế độ kế toán khác",
        "The statements are of another regime",
    ),
    "no_data": Message(
        "Không có số liệu",
        "There is no data",
    ),
    "not_closed": Message(
        "Chưa kết chuyển, số liệu tính từ phát sinh",
        "Not closed; computed from turnover",
    ),
    "interest_untagged": Message(
        "Chi phí lãi vay chưa được đánh dấu",
        "Interest is not tagged",
    ),
    "zero_denominator": Message(
        "Mẫu số bằng 0",
        "The denominator is zero",
    ),
    "not_in_regime": Message(
        "Chế độ kế toán không có chỉ tiêu này",
        "The regime has no such line",
    ),
}
