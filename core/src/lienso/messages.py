"""Texts of codes in Vietnamese and English, from the kernel and from every module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .model import Finding, Message
from .platform_texts import PLATFORM
from .recovery_texts import RECOVERY
from .security.messages import MESSAGES as SECURITY
from .technical_texts import TECHNICAL

if TYPE_CHECKING:
    from .errors import LiensoError
    from .registry import Registry

CORE: Mapping[str, Message] = {
    **SECURITY,
    **TECHNICAL,
    **RECOVERY,
    **PLATFORM,
    "offline_refused": Message(
        "Chức năng này chỉ dùng được khi làm việc online: chờ có mạng; nếu đang tự làm việc offline thì: lienso mode online",
        "This function works only online: wait for the line; where you chose to work offline: lienso mode online",
    ),
    "module_unavailable": Message(
        "Phân hệ {module} chưa được cài đặt hoặc gặp lỗi khi tải",
        "Module {module} is not installed or failed to load",
    ),
    "version_conflict": Message(
        "Dữ liệu đã được người khác thay đổi, hãy lấy lại dữ liệu",
        "The record was changed by someone else; load it again",
    ),
    "plugin_crashed": Message(
        "Phân hệ {plugin} gặp lỗi khi xử lý, hãy gửi nhật ký cho người quản trị",
        "Plugin {plugin} failed while handling the call; send the log to the administrator",
    ),
    "plugin_failed": Message(
        "Phân hệ {plugin} gặp lỗi khi kiểm tra, chứng từ được giữ lại: {reason}",
        "Plugin {plugin} failed while checking; the record is kept back: {reason}",
    ),
    "unknown_capability": Message(
        "Không có chức năng {id}; xem danh sách bằng: lienso capabilities",
        "There is no function {id}; list them with: lienso capabilities",
    ),
    "unknown_record_type": Message(
        "Không có loại dữ liệu {type}; phân hệ của nó chưa được cài đặt",
        "There is no record type {type}; its module is not installed",
    ),
    "unknown_figure": Message(
        "Không có số liệu {id}; xem danh sách bằng: lienso capabilities",
        "There is no figure {id}; list them with: lienso capabilities",
    ),
    "unknown_report": Message(
        "Không có báo cáo {id}; xem danh sách bằng: lienso report --list",
        "There is no report {id}; list them with: lienso report --list",
    ),
    "unknown_book": Message(
        "Không có sổ {book}; kiểm tra phân hệ của sổ đã được cài đặt bằng: lienso plugins",
        "There is no book {book}; see whether its module is installed with: lienso plugins",
    ),
    "not_found": Message(
        "Không tìm thấy {type} <{value}>; kiểm tra lại mã hoặc thêm mới",
        "{type} <{value}> was not found; check the code, or create it",
    ),
    "invalid": Message(
        "Dữ liệu chưa hợp lệ, hãy sửa các lỗi được liệt kê",
        "The data is not valid; correct the errors listed",
    ),
    "field_required": Message(
        "{field} không được để trống; hãy nhập", "{field} is required; fill it in"
    ),
    "unknown_field": Message(
        "Không có trường {field}; hãy bỏ trường này", "There is no field {field}; leave it out"
    ),
    "type_wrong": Message("{field} chứa giá trị không hợp lệ", "{field} has a value of a wrong type"),
    "float_refused": Message(
        "{field} phải là số nguyên hoặc số thập phân dạng chữ, không phải số dấu phẩy động",
        "{field} must be an integer or a decimal in text form, never a float",
    ),
    "decimal_wrong": Message(
        "{field} không phải là số; viết dạng 1234.5 trong dấu nháy",
        "{field} is not a decimal number; write it as text, like 1234.5",
    ),
    "too_long": Message("{field} dài quá giới hạn; hãy rút ngắn", "{field} is too long; shorten it"),
    "too_many_lines": Message(
        "{field} có quá nhiều dòng; hãy tách thành nhiều chứng từ",
        "{field} has too many lines; make several vouchers of it",
    ),
    "value_out_of_range": Message(
        "{field} vượt giới hạn cho phép; hãy sửa",
        "{field} is out of range; correct it",
    ),
    "bad_choice": Message(
        "{field} không nhận giá trị {value}; chọn một trong các giá trị cho phép",
        "{field} does not take {value}; choose one of the allowed values",
    ),
    "bad_date": Message("{field} không phải là ngày hợp lệ (YYYY-MM-DD)", "{field} is not a valid date (YYYY-MM-DD)"),
    "not_json": Message(
        "Dữ liệu gửi lên không phải là JSON: {reason}; hãy gửi lại đúng định dạng",
        "What was sent is not JSON: {reason}; send it again in the right form",
    ),
    "limit_exceeded": Message(
        "{what} vượt giới hạn {max}, hãy chia nhỏ", "{what} is over the limit of {max}; split it"
    ),
    "code_exists": Message("Mã <{code}> đã tồn tại", "Code <{code}> already exists"),
    "voucher_no_duplicate": Message("Số chứng từ <{no}> đã tồn tại", "Voucher number <{no}> already exists"),
    "already_exists": Message("Bản ghi có cùng {fields} đã tồn tại", "A record with the same {fields} exists"),
    "number_too_long": Message("Số chứng từ dài quá 20 ký tự", "The voucher number is over 20 characters"),
    "is_posted": Message(
        "Chứng từ đã ghi sổ, phải bỏ ghi trước", "The voucher is posted; unpost it first"
    ),
    "already_posted": Message("Chứng từ đã được ghi sổ", "The voucher is already posted"),
    "not_posted": Message("Chứng từ chưa được ghi sổ", "The voucher is not posted"),
    "not_postable": Message("Loại dữ liệu {type} không ghi sổ", "Record type {type} has no posting"),
    "not_on_this_book": Message(
        "Chứng từ không hiển thị trên sổ này", "The voucher is not shown on this ledger"
    ),
    "post_failed": Message(
        "Ghi sổ không thành công, xem nguyên nhân từng dòng", "Posting failed; see the reasons listed"
    ),
    "deleted_on_cloud": Message(
        "Dữ liệu đã bị xóa trên Cloud; có thể lưu thành bản mới",
        "The record was deleted in the cloud; you may save it as a new one",
    ),
    "waits_for_record": Message(
        "Đang chờ bản ghi liên quan được đồng bộ", "Waits for a record it refers to"
    ),
    "tenant_unknown": Message(
        "Không có công ty này trên máy chủ; xem danh sách bằng: lienso tenant list",
        "There is no such company on this server; list them with: lienso tenant list",
    ),
    "tenant_frozen": Message(
        "Dữ liệu công ty đang được chuyển hoặc khóa; dữ liệu vẫn giữ tại đơn vị và gửi lại sau",
        "The company is frozen; what you entered stays here and is sent later",
    ),
    "storage_busy": Message("Cơ sở dữ liệu đang bận, hãy thử lại", "The database is busy; try again"),
    "storage_down": Message(
        "Không ghi được cơ sở dữ liệu ({cause}); kiểm tra ổ đĩa rồi thử lại, chưa có gì bị mất",
        "The database cannot be written ({cause}); check the disk and try again, nothing was lost",
    ),
    "commit_unknown": Message(
        "Không rõ dữ liệu đã được lưu chưa; hãy kiểm tra ổ đĩa, mở lại dữ liệu và xem",
        "It is unknown whether this was saved; check the disk, open it again and look",
    ),
    "link_down": Message(
        "Không kết nối được máy chủ Cloud; dữ liệu vẫn được giữ tại đơn vị",
        "The cloud cannot be reached; what you entered is kept at this site",
    ),
    "fenced": Message("Phiên đồng bộ đã hết hiệu lực, đang kết nối lại", "The sync session ended; reconnecting"),
    "unauthenticated": Message(
        "Mã truy cập không đúng; xin mã mới bằng: lienso tenant create hoặc lienso cloud add-site",
        "The token is not valid; ask the administrator for a new one",
    ),
    "no_permission": Message(
        "Bạn không có quyền dùng chức năng này; hãy nhờ người quản trị cấp quyền",
        "You have no permission for this function; ask the administrator for it",
    ),
    "sign_in_required": Message(
        "Hãy đăng nhập tại máy chủ này rồi thực hiện lại",
        "Sign in at this site, then try again",
    ),
    "sign_in_wrong": Message(
        "Tên đăng nhập hoặc mật khẩu không đúng; hãy nhập lại hoặc nhờ người quản trị đặt lại mật khẩu",
        "User name or password is wrong; try again, or have the administrator set a new password",
    ),
    "sign_in_locked": Message(
        "Đã nhập sai quá nhiều lần: người dùng bị khóa tại máy này đến {until}; hãy chờ rồi đăng nhập lại",
        "Too many wrong tries: locked at this workstation until {until}; wait, then sign in again",
    ),
    "sign_in_online_first": Message(
        "Người dùng chưa đăng nhập tại máy chủ này khi có mạng; hãy chờ có mạng rồi đăng nhập",
        "This user has not signed in at this site online yet; wait for the line, then sign in",
    ),
    "session_ended": Message(
        "Phiên làm việc đã kết thúc; hãy đăng nhập lại",
        "The session has ended; sign in again",
    ),
    "password_weak": Message(
        "Mật khẩu phải có từ {min} đến {max} ký tự và khác tên đăng nhập; hãy chọn mật khẩu khác",
        "A password has {min} to {max} characters and is not the user name; choose another",
    ),
    "grant_expired": Message(
        "Đã quá hạn đăng nhập khi không có mạng: chỉ được xem và in; hãy đăng nhập lại khi có mạng, hoặc nhờ người phụ trách: lienso user override",
        "Signed in offline for too long: you may only read and print; sign in again online, or ask a supervisor: lienso user override",
    ),
    "not_printable": Message(
        "Loại dữ liệu {type} không có mẫu in; in được: {printable}",
        "Record type {type} has no printed form; there are forms of: {printable}",
    ),
    "number_unconfirmed": Message(
        "SỐ TẠM: số {no} chưa được Cloud xác nhận và có thể thay đổi khi đồng bộ; khi đó phải in lại",
        "PROVISIONAL: the cloud has not confirmed number {no}; print again if it changes",
    ),
    "number_was": Message("Số chứng từ đã đổi từ {old}", "The number was changed from {old}"),
    "printed_before": Message(
        "{count} chứng từ đã in ({vouchers}): xác nhận sẽ in lại, rồi đánh lại số",
        "{count} vouchers were printed ({vouchers}): confirm that you print them again, then renumber",
    ),
    "number_is_fixed": Message(
        "Chứng từ {no} không được tự động đánh lại số (ví dụ đã phát hành hóa đơn): hãy sửa số bằng tay",
        "Voucher {no} is never renumbered by itself (e.g. its invoice is issued): correct it by hand",
    ),
    "edit_unconfirmed": Message(
        "CHƯA ĐỒNG BỘ: nội dung sửa của số {no} chưa được Cloud xác nhận",
        "NOT SENT: the cloud has not confirmed the latest edit of number {no}",
    ),
    "only_in_cloud": Message(
        "Chỉ làm được trên Cloud; hãy dùng chức năng tương ứng khi online",
        "This works only in the cloud; use the function for it while online",
    ),
    "only_at_a_site": Message(
        "Chỉ làm được tại máy chủ đơn vị; hãy kết nối tới máy chủ đó",
        "This works only at a site; connect to the site's server",
    ),
    "tls_required": Message(
        "Ngoài máy này phải dùng kết nối mã hóa: khai báo chứng thư và khóa TLS",
        "Off this machine the connection must be encrypted: set the TLS certificate and key",
    ),
    "driver_not_found": Message(
        "Chưa cài đặt trình điều khiển {name}; hiện có: {installed}",
        "No driver {name} is installed; there are: {installed}",
    ),
    "option_unknown": Message(
        "Không có tùy chọn {key}; kiểm tra tên và phân hệ của tùy chọn",
        "There is no option {key}; check its name, and whether its module is installed",
    ),
    "option_value_invalid": Message(
        "Giá trị của tùy chọn {key} không hợp lệ; hãy chọn giá trị khác",
        "Invalid value for option {key}; choose another",
    ),
    "storage_url_invalid": Message(
        "Địa chỉ cơ sở dữ liệu không hợp lệ; ví dụ: sqlite:books.db",
        "The database URL is not valid; for example: sqlite:books.db",
    ),
    "storage_missing": Message(
        "Không có cơ sở dữ liệu {path}: kiểm tra đường dẫn; tạo mới bằng: lienso cloud init, lienso site init",
        "There is no database {path}: check the path; make a new one with: lienso cloud init, lienso site init",
    ),
    "storage_not_prepared": Message(
        "Cơ sở dữ liệu chưa được khởi tạo; chạy: lienso cloud init",
        "The database is not set up; run: lienso cloud init",
    ),
    "transport_url_invalid": Message(
        "Địa chỉ kết nối không hợp lệ; ví dụ: grpc:127.0.0.1:7400",
        "The connection URL is not valid; for example: grpc:127.0.0.1:7400",
    ),
    "schema_too_new": Message(
        "Dữ liệu do bản mới hơn ghi; hãy nâng cấp phần mềm",
        "The data was written by a newer release; upgrade this installation",
    ),
    "schema_tampered": Message(
        "Cấu trúc dữ liệu đã bị thay đổi ngoài phần mềm; hãy khôi phục bản sao lưu",
        "The schema was changed from outside; restore a backup",
    ),
    "key_not_ready": Message(
        "Danh sách đang được chuẩn bị, hãy thử lại sau",
        "This list is being prepared; try again later",
    ),
    "site_in_use": Message(
        "Máy chủ đơn vị này đang chạy ở nơi khác; hãy dừng bản kia trước",
        "This site runs on another host; stop that one first",
    ),
    "recovery": Message(
        "Lịch sử trên Cloud đã thay đổi; dữ liệu tại đơn vị được giữ, hãy báo người quản trị",
        "The cloud's history changed; local work is kept, call the administrator",
    ),
    "nothing_to_take": Message(
        "Chưa có bản trên Cloud để lấy", "There is no version of the cloud to take"
    ),
    "other_edit_waits": Message(
        "Bản ghi này còn thay đổi khác đang chờ; hãy đồng bộ hoặc bỏ thay đổi đó trước",
        "Another edit of this record waits; synchronize or give it up first",
    ),
    "not_in_list": Message(
        "{id} không có trong danh sách lỗi; hãy lấy lại danh sách",
        "{id} is not in the list of failures; load the list again",
    ),
    "choice_not_possible": Message(
        "Không xử lý được theo cách {choice}; hãy chọn một trong các cách: {choices}",
        "{choice} is not possible here; choose one of: {choices}",
    ),
    "choice_missing": Message(
        "Hãy chọn giá trị cho từng trường khác nhau, các trường đi cùng nhau lấy một bên: {fields}",
        "Choose a value for each field that differs; fields that move together from one side: {fields}",
    ),
    "other_group_waits": Message(
        "Bản ghi thuộc một nhóm đang đồng bộ; hãy đồng bộ xong nhóm đó trước",
        "The record belongs to a group that is being synchronized; finish that first",
    ),
    "group_failed": Message(
        "Cả nhóm chờ một bản ghi bị từ chối; hãy sửa bản ghi đó, nhóm sẽ được đồng bộ cùng",
        "The group waits for a member that was refused; correct that one and all go together",
    ),
    "alias_loop": Message(
        "Hai mã đang thay thế lẫn nhau; hãy tải dữ liệu về rồi chọn lại",
        "The two records would stand for each other; pull and choose again",
    ),
    "not_restored": Message(
        "Cloud chưa từng được khôi phục nên không nhận lại dữ liệu; hãy đồng bộ như thường",
        "The cloud was never restored, so it takes nothing back; synchronize as usual",
    ),
    "returned_by_cloud": Message(
        "Cloud trả lại thay đổi này sau khi khôi phục máy chủ; hãy xem lại rồi đồng bộ lại",
        "The cloud returned this change after the site was restored; look and send it again",
    ),
    "bad_message": Message(
        "Thông điệp gửi lên không đúng định dạng; hãy dùng đúng phiên bản giao thức",
        "The message is malformed; use the protocol of this server",
    ),
    "unknown_rpc": Message(
        "Máy chủ không có lời gọi này; hãy nâng cấp phần mềm của bên cũ hơn",
        "The server does not know this call; upgrade the older side",
    ),
    "unknown_key": Message(
        "Loại dữ liệu này không có khóa sắp xếp {key}; dùng code, no, date hoặc khóa của phân hệ",
        "This record type has no key {key}; use code, no, date or one that its module declares",
    ),
    "page_token_invalid": Message(
        "Dấu trang không hợp lệ; hãy lấy lại từ trang đầu",
        "The page token is not valid; begin with the first page",
    ),
    "server_busy": Message(
        "Máy chủ đang bận, hãy thử lại sau",
        "The server is busy; try again later",
    ),
    "address_in_use": Message(
        "Địa chỉ đang được chương trình khác dùng; hãy chọn cổng khác",
        "The address is in use; choose another port",
    ),
    "file_unreadable": Message(
        "Không đọc được tệp {path}; kiểm tra đường dẫn và quyền",
        "The file {path} cannot be read; check path and rights",
    ),
    "file_too_big": Message(
        "Tệp quá 50.000 dòng hoặc quá lớn; hãy chia thành nhiều tệp rồi nhập từng tệp",
        "More than 50,000 rows, or too large; split it and import the parts one by one",
    ),
    "bad_file": Message(
        "Không đọc được tệp {file}; hãy mở bằng Excel, lưu lại dạng .xlsx rồi nhập lại",
        "The file {file} cannot be read; open it in Excel, save it as .xlsx and import that",
    ),
    "protected_file": Message(
        "Tệp {file} có mật khẩu; hãy bỏ mật khẩu rồi nhập lại",
        "The file {file} has a password; remove the password and import it again",
    ),
    "unknown_sheet": Message(
        "Tệp không có trang nào nhập được (có: {sheets}); hãy đặt tên trang là một trong: {known}",
        "The file has no sheet that can be imported (it has: {sheets}); name it one of: {known}",
    ),
    "other_sites_unsent": Message(
        "Máy chủ khác còn chứng từ chưa đồng bộ ({sites}): chờ họ đồng bộ, hoặc chấp nhận rồi chạy lại",
        "Other sites have unsent records ({sites}): wait until they synchronize, or accept it and run again",
    ),
    "operation_cancelled": Message(
        "Đã hủy chức năng {capability}; chưa có gì thay đổi, có thể chạy lại",
        "{capability} was cancelled; nothing was changed, it can be run again",
    ),
    "operation_unknown": Message(
        "Không có chức năng nào đang chạy với mã {call_id}: hãy gọi lại với cùng mã đó",
        "Nothing is under way for call {call_id}: call again with the same id",
    ),
    "unsynced_local": Message(
        "Còn {count} chứng từ của máy chủ này chưa đồng bộ, hãy đồng bộ trước",
        "{count} records of this site are not sent yet; synchronize first",
    ),
}  # fmt: skip


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def text(
    registry: Registry, code: str, values: Mapping[str, Any] | None = None, language: str = "vi"
) -> str:
    """Return the text of a code with its values filled in; the code itself when nobody has a text."""
    message = registry.messages.get(code)
    if message is None:
        return code
    template = message.en if language == "en" else message.vi
    return template.format_map(_Blank(values or {}))


def finding_text(registry: Registry, finding: Finding, language: str = "vi") -> str:
    """Return the text of a finding, with the line it is about in front."""
    said = text(registry, finding.code, {"field": finding.field or "", **finding.values}, language)
    if finding.line is None:
        return said
    return f"{'Line' if language == 'en' else 'Dòng'} {finding.line}: {said}"


def error_text(registry: Registry, error: LiensoError, language: str = "vi") -> str:
    """Return the text of an error and of its findings, one a line."""
    found = [f"  - {finding_text(registry, finding, language)}" for finding in error.findings]
    return "\n".join([text(registry, error.code, error.detail, language), *found])
