"""Texts of the codes of this module; each says what to do next."""

from __future__ import annotations

from collections.abc import Mapping

from lienso import Message

MESSAGES: Mapping[str, Message] = {
    "form_broken": Message(
        "Mẫu in {file} sai ở dòng {line}: {reason}; hãy sửa dòng đó, hoặc xóa tệp để dùng mẫu gốc",
        "Form {file} is wrong in line {line}: {reason}; correct that line, or delete the file to"
        " print with the form as it came",
    ),
    "form_needs_network": Message(
        "Mẫu in {file} lấy gói từ mạng ở dòng {line} ({package}); in không dùng mạng: hãy chép phần"
        " cần dùng vào thư mục mẫu in",
        "Form {file} takes a package from the network in line {line} ({package}); printing uses no"
        " network: put what you need of it into the folder of forms",
    ),
    "form_unreadable": Message(
        "Không đọc được {file} trong thư mục mẫu in ({reason}); hãy sửa tệp (UTF-8) hoặc bỏ tệp đó đi",
        "{file} in the folder of forms cannot be read ({reason}); mend it (UTF-8), or take it away",
    ),
    "form_too_slow": Message(
        "In mẫu {form} quá {seconds} giây; hãy in ít chứng từ hơn hoặc chọn kỳ ngắn hơn; nếu là mẫu"
        " của công ty, hãy thử mẫu gốc",
        "Printing form {form} took over {seconds} seconds; print fewer documents or a shorter period;"
        " if it is a form of your own, try the one that came with lienso",
    ),
    "letters_missing": Message(
        "Phông chữ in không có các chữ {letters}; hãy đặt phông có các chữ đó vào thư mục fonts của"
        " thư mục mẫu in, hoặc in dạng văn bản",
        "The printing fonts have no {letters}; put a font that has them into the folder fonts of the"
        " folder of forms, or print as text",
    ),
}
