"""Texts of what only the command line says; what the kernel says is in `lienso.messages`."""

from __future__ import annotations

from collections.abc import Mapping

from ..model import Message

MESSAGES: Mapping[str, Message] = {
    "setting_invalid": Message(
        "Thiết lập {key} ({source}) không đúng: {reason}; hãy sửa rồi chạy lại",
        "Setting {key} ({source}) is wrong: {reason}; correct it and run again",
    ),
    "setting_missing": Message(
        "Chưa có thiết lập {key}: thêm vào lienso.toml hoặc dùng {option}",
        "Setting {key} is missing: put it into lienso.toml (lienso cloud init, lienso site init) or "
        "give {option}",
    ),
    "folder_of_both": Message(
        "Thư mục này có cả cloud và site; hãy chọn một: {files}",
        "This folder holds a cloud and a site; name one of them: {files}",
    ),
    "wrong_role": Message(
        "Thư mục này là của vai trò {role}; lệnh này cần {wanted}: chọn thư mục khác bằng --data",
        "These settings are those of a {role}, this command needs a {wanted}: choose another folder "
        "with --data",
    ),
    "token_invalid": Message(
        "Tệp {path} không chứa mã truy cập của máy chủ đơn vị; lấy mã bằng: lienso cloud add-site",
        "The file {path} holds no token of a site; get one with: lienso cloud add-site",
    ),
    "file_unwritable": Message(
        "Không ghi được tệp {path} ({reason}); kiểm tra thư mục và quyền",
        "The file {path} cannot be written ({reason}); check the folder and its rights",
    ),
    "file_exists": Message(
        "Tệp {path} đã có và không bị ghi đè; hãy chọn tên khác",
        "The file {path} is there and is not overwritten; choose another name",
    ),
    "tenant_unknown": Message(
        "Không có công ty <{code}> (hiện có: {there}); kiểm tra --storage, hoặc: lienso tenant create",
        "There is no company <{code}> (there are: {there}); look at --storage, or: lienso tenant create",
    ),
    "tenant_needed": Message(
        "Có nhiều công ty ({there}); chọn một bằng --tenant",
        "There are several companies ({there}); choose one with --tenant",
    ),
    "bad_params": Message(
        "--params phải là một đối tượng JSON: {reason}",
        "--params must be a JSON object: {reason}",
    ),
    "no_such_row": Message(
        "Không có dòng nào chứa <{cell}> để xem tiếp; có thể xem: {rows}",
        "No row with {cell} can be gone into; there are: {rows}",
    ),
    "anchor_invalid": Message(
        "<{value}> không phải là mốc của chuỗi: chép nguyên dòng mà lienso verify in ra "
        "(CÔNG_TY:SỐ:MÃ)",
        "<{value}> is no head of a chain: copy what lienso verify prints (COMPANY:FEED_SEQ:HASH)",
    ),
    "metrics_unavailable": Message(
        "Không mở được {address} cho số liệu giám sát ({reason}); chọn cổng khác ở thiết lập metrics "
        "(MÁY:CỔNG)",
        "Figures cannot be served at {address} ({reason}); choose another HOST:PORT in the setting "
        "metrics",
    ),
    "telemetry_incomplete": Message(
        "Chưa cài đặt {missing} cho thiết lập traces; cài bằng: uv pip install lienso-telemetry[otel]",
        "{missing}, which the setting traces needs, is not installed; install it with: uv pip "
        "install lienso-telemetry[otel]",
    ),
    "plugin_failed": Message(
        "Phân hệ {plugin} ({source}) lỗi ở bước {phase}: {reason}; xem: lienso plugins --check",
        "Plugin {plugin} ({source}) failed at {phase}: {reason}; see: lienso plugins --check",
    ),
    "command_not_installed": Message(
        "Chưa cài đặt lệnh {name}; cài bằng: uv pip install lienso-{name}",
        "The command {name} is not installed; install it with: uv pip install lienso-{name}",
    ),
    "storage_of_another": Message(
        "Cơ sở dữ liệu {storage} không có dữ liệu của máy chủ {site}; kiểm tra --storage, hoặc tạo mới "
        "bằng: lienso site init",
        "The database {storage} has nothing of site {site}; look at --storage, or make its own with: "
        "lienso site init",
    ),
    "not_a_server": Message(
        "Không có máy chủ lienso trả lời ở {url}; chạy: lienso site serve",
        "No server answers at {url}; start one with: lienso site serve",
    ),
}
