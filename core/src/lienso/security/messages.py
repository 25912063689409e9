"""Texts of the codes of certificates, enrolment, limits and supervisors."""

from __future__ import annotations

from collections.abc import Mapping

from ..model import Message

MESSAGES: Mapping[str, Message] = {
    "sealing_key_wrong": Message(
        "Không mở được khóa của máy chủ: đặt lại tệp sealing.key từ bản sao lưu hoặc nhập đúng mật khẩu khóa",
        "The server's keys cannot be opened: put sealing.key back from a backup, or give the right passphrase",
    ),
    "key_file_open": Message(
        "Tệp khóa {path} cho người khác đọc; chạy: chmod 600 {path}",
        "Others may read the key file {path}; run: chmod 600 {path}",
    ),
    "file_unwritable": Message(
        "Không ghi được tệp {path} ({reason}); kiểm tra ổ đĩa và quyền",
        "The file {path} cannot be written ({reason}); check disk and rights",
    ),
    "server_names_required": Message(
        "Cần khai báo tên hoặc địa chỉ IP mà các đơn vị dùng để kết nối: --name",
        "Say by which name or IP address sites reach this server: --name",
    ),
    "key_folder_required": Message(
        "Cần khai báo thư mục khóa: --keys FOLDER", "Say where the keys are: --keys FOLDER"
    ),
    "certificate_unknown": Message(
        "Chứng thư này không do máy chủ cấp; hãy đăng ký lại bằng mã mới: lienso site enrol",
        "This certificate was not issued here; enrol with a new code: lienso site enrol",
    ),
    "certificate_expired": Message(
        "Chứng thư của {name} đã hết hạn hoặc chưa có hiệu lực; kiểm tra đồng hồ, rồi đăng ký lại bằng mã mới",
        "The certificate of {name} is not valid now; check the clock, then enrol with a new code",
    ),
    "certificate_revoked": Message(
        "Chứng thư của {name} đã bị thu hồi; hãy liên hệ người quản trị",
        "The certificate of {name} was revoked; ask the administrator",
    ),
    "certificate_request_invalid": Message(
        "Yêu cầu chứng thư không hợp lệ ({reason}); hãy tạo lại bằng: lienso site enrol",
        "The certificate request is not valid ({reason}); make it with: lienso site enrol",
    ),
    "identity_mismatch": Message(
        "Mã truy cập không thuộc về chứng thư này; hãy bỏ mã truy cập",
        "The token is not of this certificate's holder; leave the token out",
    ),
    "tls_too_old": Message(
        "Kết nối dùng {version}, cần {needed}; hãy nâng cấp máy gọi",
        "The line uses {version}, {needed} is needed; upgrade the caller",
    ),
    "server_not_trusted": Message(
        "Không tin được máy chủ {url}: kiểm tra đồng hồ của máy này, địa chỉ và chứng thư của máy chủ ({reason})",
        "The server {url} is not trusted: check this machine's clock, the address and the server's certificate ({reason})",
    ),
    "server_not_pinned": Message(
        "Máy chủ trả lời không phải máy chủ đã cấp mã: kiểm tra dấu vân tay và địa chỉ; mã chưa được gửi đi",
        "The server that answers did not make this code: check fingerprint and address; the code was not sent",
    ),
    "enrolment_code_wrong": Message(
        "Mã đăng ký không đúng; hãy nhập lại hoặc xin mã mới: lienso cloud enrol-code",
        "The code is wrong; enter it again or ask for another: lienso cloud enrol-code",
    ),
    "enrolment_code_void": Message(
        "Mã đăng ký bị hủy vì nhập sai nhiều lần; hãy xin mã mới",
        "The code is void after too many wrong tries; ask for another",
    ),
    "enrolment_code_expired": Message(
        "Mã đăng ký chỉ dùng được trong {minutes} phút; hãy xin mã mới",
        "A code is good for {minutes} minutes; ask for another",
    ),
    "enrolment_code_used": Message(
        "Mã đăng ký đã được máy khác dùng; nếu không phải bạn, hãy báo người quản trị thu hồi ngay",
        "Another machine used this code; if that was not you, have it revoked at once",
    ),
    "already_enrolled": Message(
        "Thư mục {path} đã có chứng thư; dùng: lienso site renew, hoặc chọn thư mục khác",
        "There is a certificate in {path}; use lienso site renew, or another folder",
    ),
    "not_enrolled": Message(
        "{name} chưa được đăng ký; chạy: lienso cloud enrol-code, rồi lienso site enrol",
        "{name} is not enrolled; run: lienso cloud enrol-code, then lienso site enrol",
    ),
    "renewal_too_early": Message(
        "Chứng thư còn hạn dài; gia hạn được từ {due_at}",
        "The certificate is good for long; it can be renewed from {due_at}",
    ),
    "override_not_needed": Message(
        "Người dùng {user} chưa cần cho phép thêm: hãy đăng nhập lại",
        "The user {user} needs nobody's word: sign in again",
    ),
    "override_by_another": Message(
        "Không ai tự cho phép mình: {user} hãy nhờ người khác có quyền sửa người dùng",
        "Nobody answers for himself: {user}, ask another who may edit users",
    ),
    "rate_limited": Message(
        "Gọi quá nhiều; hãy thử lại sau {retry_after_ms} mili giây",
        "Too many calls; come again in {retry_after_ms} ms",
    ),
}
