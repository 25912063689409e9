"""Texts of the codes of module utilities; each says what to do next."""

from __future__ import annotations

from collections.abc import Mapping

from lienso import Message

MESSAGES: Mapping[str, Message] = {
    "run_in_progress": Message(
        "Đang có công việc khác cùng loại chạy; hãy đợi nó xong, hoặc yêu cầu dừng",
        "Another job of this kind runs; wait for it, or ask it to stop",
    ),
    "report_unknown": Message(
        "Báo cáo <{report}> không tồn tại; hãy chọn trong danh sách báo cáo",
        "There is no report {report}; choose one from the list of reports",
    ),
    "params_invalid": Message(
        "Tham số không hợp lệ: {fields}; hãy sửa rồi chạy lại",
        "Invalid parameters: {fields}; correct them and run again",
    ),
    "range_too_wide": Message(
        "Khoảng thời gian quá rộng ({days} ngày, tối đa {max}); hãy chọn khoảng ngắn hơn",
        "The range is too wide ({days} days, at most {max}); choose a shorter one",
    ),
    "digits_exceeded": Message(
        "Số thứ tự {value} vượt quá {digits} ký tự phần số; hãy dùng {proposed} ký tự",
        "{value} does not fit {digits} digits; use {proposed}",
    ),
    "number_too_long": Message(
        "Số chứng từ <{no}> dài quá {max} ký tự; hãy rút ngắn tiền tố hoặc hậu tố",
        "Number {no} is longer than {max} characters; shorten prefix or suffix",
    ),
    "already_imported": Message(
        "Dữ liệu này đã được nhập khẩu (lần {batch}); hãy hủy lần đó nếu muốn nhập lại",
        "These rows were imported already ({batch}); cancel that import to take them again",
    ),
    "nothing_to_process": Message(
        "Không có gì để xử lý; có thể đã khôi phục hoặc hủy trước đó",
        "Nothing to process; it may have been taken back already",
    ),
    "changed_since": Message(
        "Dữ liệu đã thay đổi sau lần thực hiện, không hoàn tác được",
        "Data changed since; it cannot be undone",
    ),
}
