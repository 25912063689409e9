"""Texts of the codes of this plugin; each says what to do next."""

from __future__ import annotations

from collections.abc import Mapping

from lienso.model import Message

MESSAGES: Mapping[str, Message] = {
    "bundle_damaged": Message(
        "Tệp {file} bị hỏng hoặc bị sửa ({reason}), chưa có gì thay đổi; hãy chép lại tệp, "
        "hoặc tạo tệp mới bằng: lienso bundle export",
        "The file {file} is damaged or was changed ({reason}), nothing was done; copy it again, "
        "or make a new one with: lienso bundle export",
    ),
    "bundle_unreadable": Message(
        "Không mở được tệp {file} ({reason}); hãy kiểm tra đường dẫn và quyền",
        "The file {file} cannot be opened ({reason}); look at its path and your rights",
    ),
    "bundle_unwritable": Message(
        "Không ghi được tệp {file} ({reason}); hãy chọn thư mục có sẵn và còn chỗ trống",
        "The file {file} cannot be written ({reason}); choose a folder that is there and has room",
    ),
    "bundle_unknown": Message(
        "Tệp {file} không phải là tệp đồng bộ mà phiên bản này đọc được ({reason}); "
        "hãy chọn đúng tệp hoặc nâng cấp phần mềm ở cả hai bên",
        "The file {file} is no bundle that this release reads ({reason}); "
        "choose the right file, or upgrade both sides",
    ),
    "bundle_wrong_key": Message(
        "Tệp {file} không được niêm phong bằng khóa này; hãy dùng tệp khóa của máy chủ đơn vị {site}",
        "The file {file} was not sealed with this key; use the key file of site {site}",
    ),
    "bundle_other_company": Message(
        "Tệp {file} là của công ty hoặc đơn vị khác ({found}), không phải {expected}; "
        "hãy chọn đúng tệp và khóa",
        "The file {file} is another company's or site's ({found}), not that of {expected}; "
        "choose the file and the key that belong together",
    ),
    "bundle_wrong_side": Message(
        "Tệp {file} đi theo chiều ngược lại: tệp của đơn vị nhập tại Cloud, tệp trả lời nhập tại đơn vị",
        "The file {file} goes the other way: a site's file is imported in the cloud, a reply at the site",
    ),
    "bundle_needs_reply": Message(
        "Tệp {file} cần có tệp trả lời; hãy thêm --reply TỆP rồi mang tệp đó về đơn vị",
        "The file {file} wants an answer; add --reply FILE and carry that back to the site",
    ),
    "bundle_older": Message(
        "Tệp số {number} cũ hơn tệp số {latest} đã nhận, chưa có gì thay đổi; hãy dùng tệp mới nhất. "
        "Nếu dữ liệu đơn vị vừa được khôi phục: lienso bundle export TỆP --after {latest}",
        "File {number} is older than file {latest}, which was taken, nothing was done; use the newest. "
        "If the site was set back from a backup: lienso bundle export FILE --after {latest}",
    ),
    "bundle_overtaken": Message(
        "Đường truyền đã chuyển mọi thứ trong tệp {file} và nhiều hơn thế, chưa có gì thay đổi; "
        "hãy tạo tệp mới bằng: lienso bundle export",
        "The line has carried all that is in {file} and more, nothing was done; "
        "make a new file with: lienso bundle export",
    ),
    "bundle_log_differs": Message(
        "Nhật ký trong tệp {file} không nối tiếp những gì Cloud đã nhận của đơn vị {site}, chưa có gì "
        "thay đổi; nếu đây đúng là tệp mới nhất của đơn vị, hãy nhập lại với --new-log",
        "The log in {file} does not go on from what the cloud has of site {site}, nothing was done; "
        "if this is the site's newest file, import it again with --new-log",
    ),
    "bundle_other_history": Message(
        "Tệp {file} thuộc về dữ liệu Cloud khác (trước khi khôi phục), chưa có gì thay đổi; "
        "hãy liên hệ người quản trị",
        "The file {file} belongs to another history of the cloud (before a restore), nothing was done; "
        "call the administrator",
    ),
    "bundle_reply_unknown": Message(
        "Tệp {file} trả lời một tệp mà đơn vị này không tạo, chưa có gì thay đổi; "
        "hãy tạo tệp mới bằng: lienso bundle export",
        "The file {file} answers a file that this site did not make, nothing was done; "
        "make a new one with: lienso bundle export",
    ),
    "bundle_reply_overtaken": Message(
        "Từ khi tạo tệp số {number}, đơn vị đã đồng bộ bằng cách khác nên tệp trả lời này không còn đúng, "
        "chưa có gì thay đổi; hãy tạo tệp mới bằng: lienso bundle export",
        "Since file {number} was made the site has synchronised otherwise, so this reply no longer fits, "
        "nothing was done; make a new file with: lienso bundle export",
    ),
    "bundle_file_exists": Message(
        "Tệp {file} đã có; hãy chọn tên khác hoặc xóa tệp cũ",
        "The file {file} is there already; choose another name, or remove it",
    ),
    "bundle_key_bad": Message(
        "Tệp {file} không phải là tệp khóa; hãy tạo bằng: lienso bundle key",
        "The file {file} is no key file; make one with: lienso bundle key",
    ),
    "bundle_by_hand": Message(
        "Đơn vị này đồng bộ bằng tệp mang tay; hãy dùng: lienso bundle export",
        "This site synchronises by files carried by hand; use: lienso bundle export",
    ),
}
