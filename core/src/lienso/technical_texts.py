"""Texts of the codes that accountants seldom meet: of files, for installers, for writers of plugins."""

from __future__ import annotations

from collections.abc import Mapping

from .model import Message

TECHNICAL: Mapping[str, Message] = {
    # -- files ----------------------------------------------------------------------------------
    "bad_file": Message(
        "Không đọc được tệp {file} ({reason}); hãy lưu lại ở dạng xlsx hoặc csv UTF-8",
        "The file {file} cannot be read ({reason}); save it again as xlsx, or csv in UTF-8",
    ),
    "protected_file": Message(
        "Tệp {file} có mật khẩu; hãy bỏ mật khẩu rồi nhập lại",
        "The file {file} has a password; take it off and import again",
    ),
    "file_too_big": Message(
        "Tệp {file} vượt giới hạn {max}; hãy chia thành nhiều tệp",
        "The file {file} is over the limit of {max}; make several files of it",
    ),
    "bad_case_file": Message(
        "Tệp {file} không phải là danh sách ca mẫu ({reason}); xem docs/cases.md",
        "The file {file} is no list of worked cases ({reason}); see docs/cases.md",
    ),
    # -- printed forms ----------------------------------------------------------------------------
    "form_unknown": Message(
        "{type} không có mẫu in {form}; có: {there}; xem tất cả: lienso print --list",
        "{type} has no form {form}; there are: {there}; all of them: lienso print --list",
    ),
    "nothing_to_print": Message(
        "Chưa nêu số chứng từ {type} nào để in; hãy thêm số, ví dụ: lienso print {type} PT00001",
        "No {type} was named to print; add its number, e.g.: lienso print {type} PT00001",
    ),
    "form_does_not_fit": Message(
        "Mẫu {form} không dùng cho {no}; hãy bỏ --form để lấy mẫu phù hợp",
        "Form {form} is not for {no}; leave --form out to take one that fits",
    ),
    "paper_unknown": Message(
        "Mẫu {form} không có khổ giấy {paper}; hãy chọn: {there}",
        "Form {form} is not made for paper {paper}; choose: {there}",
    ),
    "printing_missing": Message(
        "Chưa cài phân hệ in PDF; hãy cài lienso-printing, hoặc in dạng văn bản (không có --out)",
        "Nothing here makes PDFs; install lienso-printing, or print text (without --out)",
    ),
    # -- for whoever runs the servers -------------------------------------------------------------
    "upgrade_required": Message(
        "Máy chủ đơn vị và Cloud nói hai phiên bản giao thức; hãy nâng cấp phần mềm tại đơn vị",
        "Site and cloud speak different versions of the protocol; upgrade the site",
    ),
    "site_retired": Message(
        "Máy chủ đơn vị {site} đã ngừng sử dụng; hãy đăng ký máy mới: lienso cloud add-site",
        "Site {site} was retired; register a new one: lienso cloud add-site",
    ),
    "offline_manual": Message(
        "Đang làm việc offline theo yêu cầu; hãy chuyển lại: lienso mode online",
        "You chose to work offline; go back with: lienso mode online",
    ),
    "gap": Message(
        "Thay đổi gửi lên thiếu đoạn sau số {processed}; hãy đồng bộ lại",
        "Changes are missing after number {processed}; synchronize again",
    ),
    "cursor_invalid": Message(
        "Vị trí đọc {cursor} không phải của Cloud này; hãy lấy lại từ đầu",
        "The position {cursor} is none of this cloud's; read from the beginning",
    ),
    "taken": Message(
        "<{value}> đã được dùng ({space}); hãy chọn giá trị khác",
        "<{value}> is taken ({space}); choose another",
    ),
    "stream_invalid": Message(
        "Dòng {row} của bản xuất dữ liệu không đúng định dạng; hãy xuất lại bằng cùng phiên bản",
        "Row {row} of the export is not in its format; export again with the same release",
    ),
    "stream_cut": Message(
        "Bản xuất dữ liệu bị cắt sau {rows} dòng, chưa có gì được ghi; hãy xuất lại",
        "The export ends after {rows} rows, nothing was stored; export again",
    ),
    "export_incomplete": Message(
        "Còn dữ liệu của phân hệ chưa cài đặt ({tables}); hãy cài phân hệ đó rồi xuất lại",
        "There is data of modules that are not installed ({tables}); install them and export again",
    ),
    # -- for whoever writes plugins -----------------------------------------------------------------
    "nested_write": Message(
        "Phân hệ mở giao dịch ghi bên trong giao dịch khác; hãy dùng session đang có",
        "A write was begun inside another; use the session that is open",
    ),
    "no_transaction": Message(
        "Chức năng này tự mở giao dịch; hãy dùng {use}",
        "This function opens its own transactions; use {use}",
    ),
    "column_type": Message(
        "Cột {column} của bảng {table} cần kiểu {expected}; hãy sửa phân hệ ghi vào bảng này",
        "Column {column} of table {table} takes {expected}; correct what writes it",
    ),
    "unknown_column": Message(
        "Bảng {table} không có cột {column}; hãy khai báo hoặc bỏ cột này",
        "Table {table} has no column {column}; declare it, or leave it out",
    ),
    "unknown_state_table": Message(
        "Không có bảng trạng thái {table}; hãy khai báo bảng trước khi dùng",
        "There is no state table {table}; declare it before it is used",
    ),
    "unknown_dimension": Message(
        "Sổ {book} không có chiều {dimension}; xem các chiều mà phân hệ của sổ khai báo",
        "Book {book} has no dimension {dimension}; see those that its module declares",
    ),
    "unknown_measure": Message(
        "Sổ {book} không có số đo {measure}; xem các số đo mà phân hệ của sổ khai báo",
        "Book {book} has no measure {measure}; see those that its module declares",
    ),
    "entry_twice": Message(
        "Hai bút toán của {type} {id} trùng vị trí {place} trên sổ {book}; đánh số dòng khác nhau",
        "Two entries of {type} {id} stand at one place {place} of book {book}; number the lines apart",
    ),
    "identifier_invalid": Message(
        "Tên {name} không dùng được; chỉ gồm chữ thường, số và dấu gạch dưới",
        "The name {name} cannot be used; take small letters, digits and underscores only",
    ),
    # -- what a program meets that names no reason of its own ------------------------------------------
    "error": Message(
        "Có lỗi; hãy gửi nhật ký cho người quản trị", "An error; send the log to the administrator"
    ),
    "refused": Message(
        "Không thực hiện được; hãy xem nhật ký để biết lý do", "Refused; see the log for the reason"
    ),
    "rejected": Message(
        "Cloud không nhận thay đổi này; xem lý do trong danh sách lỗi đồng bộ",
        "The cloud did not accept the change; see why: lienso sync failures",
    ),
    # -- what is too much at a site -------------------------------------------------------------------
    "outbox_many": Message(
        "Từ 10.000 thay đổi trở lên chưa lên Cloud; hãy nối mạng và đồng bộ",
        "10,000 changes or more are not in the cloud; connect the site and synchronize",
    ),
    "outbox_old": Message(
        "Có thay đổi chờ lên Cloud từ 7 ngày trở lên; hãy nối mạng và đồng bộ, xem danh sách lỗi",
        "A change has waited for 7 days or more; connect the site and synchronize, look at the failures",
    ),
    "disk_low": Message(
        "Ổ đĩa còn {free_mib} MiB, cần {needed_mib}: tạm ngừng tải về để dành chỗ cho việc cất; hãy giải phóng ổ đĩa",
        "{free_mib} MiB are free, {needed_mib} needed: nothing is taken from the cloud, to keep room for saves; free some",
    ),
    "escrow_failed": Message(
        "Ổ đĩa giữ bản sao thay đổi chưa đồng bộ không ghi được: hãy nối hoặc sửa ổ đĩa, rồi chương trình tự ghi bù",
        "The disk with the copies of unsent changes cannot be written: connect or mend it; then they are made up for",
    ),
    "escrow_folder_missing": Message(
        "Không có thư mục {path} cho bản sao thay đổi chưa đồng bộ: hãy nối ổ đĩa, hoặc tự tạo thư mục nếu là ổ mới",
        "There is no folder {path} for copies of unsent changes: connect its disk, or make the folder on a new one",
    ),
    "escrow_key_missing": Message(
        "Có nhật ký {path} mà không có khóa {key}: hãy chép khóa đã cất giữ vào đó; nếu mất hẳn, lienso site escrow anew",
        "The journal {path} is there, its key {key} is not: put the key's copy there; if it is lost, lienso site escrow anew",
    ),
    "storage_error": Message(
        "Cơ sở dữ liệu báo lỗi; hãy gửi nhật ký cho người quản trị",
        "The database reported an error; send the log to the administrator",
    ),
    "internal": Message(
        "Máy chủ gặp lỗi; hãy gửi nhật ký cho người quản trị",
        "The server failed; send the log to the administrator",
    ),
}  # fmt: skip
