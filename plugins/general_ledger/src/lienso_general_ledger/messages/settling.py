"""Texts of settlements and netting."""

from __future__ import annotations

from collections.abc import Mapping

from lienso import Message

MESSAGES: Mapping[str, Message] = {
    "settlement_before_voucher": Message(
        "Ngày đối trừ trước ngày chứng từ",
        "The settlement is dated before a document",
    ),
    "stale_open_item": Message(
        "Công nợ đã thay đổi, hãy lấy lại dữ liệu",
        "The open items changed; load them again",
    ),
    "has_settlements": Message(
        "Chứng từ đã được đối trừ, hãy bỏ đối trừ trước",
        "The voucher is settled; remove the offset first",
    ),
    "offset_exceeds_remaining": Message(
        "Số đối trừ lớn hơn số còn lại của {open_item}",
        "More than what is left of {open_item}",
    ),
    "totals_differ": Message(
        "Tổng số đối trừ hai bên khác nhau",
        "The two sides differ",
    ),
    "nothing_selected": Message(
        "Bạn phải chọn các chứng từ để thực hiện đối trừ",
        "Choose documents on both sides",
    ),
    "fx_voucher_exists": Message(
        "Đã có chứng từ xử lý chênh lệch tỷ giá {vouchers}",
        "An exchange-difference voucher exists: {vouchers}",
    ),
    "belongs_to_payment": Message(
        "Đối trừ sinh từ chứng từ thanh toán",
        "The settlement belongs to its payment",
    ),
    "netting_exceeds": Message(
        "Số bù trừ lớn hơn công nợ",
        "More than the open debts",
    ),
    "object_has_one_side": Message(
        "Đối tượng không vừa là khách hàng vừa là nhà cung cấp",
        "The object is not both customer and supplier",
    ),
    "mixed_currencies": Message(
        "Không trộn nhiều loại tiền",
        "Currencies cannot be mixed",
    ),
}
