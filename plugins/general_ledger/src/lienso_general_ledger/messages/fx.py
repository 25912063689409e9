"""Texts of foreign currency."""

from __future__ import annotations

from collections.abc import Mapping

from lienso import Message

MESSAGES: Mapping[str, Message] = {
    "fx_amount_mismatch": Message(
        "Quy đổi khác nguyên tệ × tỷ giá",
        "The VND amount differs from foreign amount × rate",
    ),
    "fc_negative": Message(
        "Ngoại tệ âm tại ngày {date}",
        "The foreign balance is negative on {date}",
    ),
    "rate_undefined": Message(
        "Không xác định được tỷ giá (số dư ngoại tệ bằng 0)",
        "The rate is undefined (no foreign balance)",
    ),
    "run_outflow_first": Message(
        "Nên tính tỷ giá xuất quỹ trước",
        "Compute the outflow rate first",
    ),
    "later_revaluation_exists": Message(
        "Đã có chứng từ đánh giá lại sau ngày này",
        "A later revaluation exists",
    ),
    "prepayment": Message(
        "Khoản trả trước, không phải khoản mục tiền tệ",
        "A prepayment is not a monetary item",
    ),
    "fully_provisioned": Message(
        "Đã trích lập dự phòng toàn bộ",
        "Fully provisioned",
    ),
    "fx_rate_missing": Message(
        "Chưa nhập tỷ giá",
        "The exchange rate is missing",
    ),
    "not_monetary": Message(
        "Không phải khoản mục tiền tệ nên không đánh giá lại",
        "Not a monetary item, so it is not revalued",
    ),
}
