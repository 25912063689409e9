"""Texts of the codes of module utilities; each says what to do next."""

from __future__ import annotations

from collections.abc import Mapping

from lienso import Message
from lienso.importing.messages import MESSAGES as IMPORTING

MESSAGES: Mapping[str, Message] = {
    "run_in_progress": Message(
        "Đang có công việc khác chạy trên cùng khoảng dữ liệu; hãy đợi nó xong, hoặc yêu cầu dừng",
        "Another job runs on the same data; wait for it, or ask it to stop",
    ),
    "report_unknown": Message(
        "Báo cáo không tồn tại: {report}; hãy chọn trong danh sách báo cáo",
        "Unknown report: {report}; choose one from the list of reports",
    ),
    "params_invalid": Message(
        "Tham số không hợp lệ: {fields}; hãy sửa rồi chạy lại",
        "Invalid parameters: {fields}; correct them and run again",
    ),
    "range_too_wide": Message(
        "Khoảng thời gian quá rộng ({what}: {size}, tối đa {max}); hãy chọn khoảng ngắn hơn hoặc lọc thêm",
        "The range is too wide ({what}: {size}, at most {max}); choose a shorter one, or filter more",
    ),
    "digits_exceeded": Message(
        "Số thứ tự vượt quá số ký tự phần số: {value} không vừa {digits} ký tự; hãy dùng {proposed} ký tự",
        "The counter does not fit the digits: {value} needs more than {digits}; use {proposed}",
    ),
    "number_too_long": Message(
        "Số chứng từ dài quá 20 ký tự: {no}; hãy rút ngắn tiền tố hoặc hậu tố",
        "The number is longer than 20 characters: {no}; shorten prefix or suffix",
    ),
    "already_imported": Message(
        "Tệp đã được nhập khẩu (lần {batch}); hãy hủy lần đó nếu muốn nhập lại",
        "Already imported ({batch}); cancel that import to take its rows again",
    ),
    "hidden_rows": IMPORTING["hidden_rows"],
    "nothing_to_process": Message(
        "Không có dòng nào cần xử lý; có thể đã khôi phục hoặc hủy trước đó",
        "Nothing to process; it may have been taken back already",
    ),
    "spec_qty_differs": Message(
        "Tổng số lượng mã quy cách khác số lượng dòng (lệch {left}); hãy sửa số lượng trong tệp",
        "Spec quantities differ from the line (by {left}); correct the quantities of the file",
    ),
    "unique_spec_qty_not_one": Message(
        "Mã quy cách duy nhất phải có số lượng 1; hãy tách thành nhiều dòng",
        "A unique spec code has quantity 1; write one row a piece",
    ),
    "changed_since": Message(
        "Dữ liệu đã thay đổi sau lần thực hiện, không hoàn tác được",
        "Data changed since; it cannot be undone",
    ),
}
