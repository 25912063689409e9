"""Texts of the codes that reading a file can give (`opening_and_import` §4.2)."""

from __future__ import annotations

from collections.abc import Mapping

from ..model import Message

MESSAGES: Mapping[str, Message] = {
    "column_missing": Message("Thiếu cột bắt buộc {column}", "Required column {column} is missing"),
    "bad_date": Message(
        "Cột <{column}> chứa ngày không hợp lệ ({value})", "{column}: invalid date {value}"
    ),
    "bad_number": Message(
        "Cột <{column}> chứa số không hợp lệ ({value})", "{column}: invalid number {value}"
    ),
    "bad_choice": Message(
        "Cột <{column}> chứa giá trị không hợp lệ ({value})", "{column}: invalid value {value}"
    ),
    "duplicate_row": Message("Trùng khóa với dòng {row}", "Same key as row {row}"),
    "voucher_no_other_date": Message(
        "Số chứng từ đã dùng cho ngày khác trong tệp",
        "The number is used with another date in the file",
    ),
    "header_differs": Message("Thông tin chung của các dòng khác nhau", "Header cells contradict"),
}
