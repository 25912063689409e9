"""Texts of the codes that reading a file can give (`opening_and_import` §4.2)."""

from __future__ import annotations

from collections.abc import Mapping

from ..model import Message

MESSAGES: Mapping[str, Message] = {
    "column_missing": Message(
        "Thiếu cột bắt buộc {column}; hãy thêm cột, hoặc ghép cột",
        "Required column {column} is missing; add it, or map a column to it",
    ),
    "bad_date": Message(
        "Cột <{column}> chứa ngày không hợp lệ ({value}); hãy nhập dạng 31/03/2026",
        "{column}: invalid date {value}; write it as 31/03/2026",
    ),
    "bad_number": Message(
        "Cột <{column}> chứa số không hợp lệ ({value}); hãy sửa ô đó",
        "{column}: invalid number {value}; correct the cell",
    ),
    "bad_choice": Message(
        "Cột <{column}> chứa giá trị không hợp lệ ({value}); hãy chọn một giá trị của danh sách",
        "{column}: invalid value {value}; take one of the list",
    ),
    "duplicate_row": Message(
        "Trùng khóa với dòng {row}; hãy bỏ một trong hai dòng",
        "Same key as row {row}; leave one of both out",
    ),
    "voucher_no_other_date": Message(
        "Số chứng từ đã dùng cho ngày khác trong tệp; hãy sửa số hoặc ngày",
        "The number is used with another date in the file; correct the number or the date",
    ),
    "hidden_rows": Message(
        "Tệp có dòng ẩn; {count} dòng ẩn cũng được nhập, hãy bỏ ẩn để kiểm tra",
        "The file has hidden rows; {count} of them are imported too, show them to check",
    ),
    "header_differs": Message(
        "Thông tin chung của các dòng khác nhau; hãy sửa cho giống dòng đầu",
        "Header cells contradict; make them as the first row has them",
    ),
}
