"""Texts of the codes of an application outside, Vietnamese and English (spec `connector.md` §7)."""

from __future__ import annotations

from collections.abc import Mapping

from .model import Message

PLATFORM: Mapping[str, Message] = {
    "platform_not_linked": Message(
        "Chưa kết nối với hệ thống AMIS.VN (thiếu {missing}); hãy khai báo liên kết và cài đặt bộ kết nối",
        "Not linked to the platform ({missing} is missing); declare the link and install a connector",
    ),
    "platform_unreachable": Message(
        "Không kết nối được với AMIS.VN; hãy thử lại sau, phần đã lấy hoặc gửi vẫn giữ",
        "The platform cannot be reached; try again later, what was done stays done",
    ),
    "platform_unauthorized": Message(
        "AMIS.VN từ chối quyền truy cập; hãy kiểm tra thông tin kết nối với người cài đặt",
        "The platform refused access; have the installer check the credentials",
    ),
    "platform_not_found": Message(
        "Không tìm thấy bản ghi trên AMIS.VN; hãy lấy dữ liệu về rồi thử lại",
        "Not found on the platform; fetch, then try again",
    ),
    "platform_conflict": Message(
        "Bản ghi trên AMIS.VN đã thay đổi; hãy lấy dữ liệu về rồi cập nhật lại",
        "The record changed on the platform; fetch it, then push again",
    ),
    "platform_rejected": Message(
        "AMIS.VN từ chối: {message}",
        "The platform refused: {message}",
    ),
    "not_the_pushing_dataset": Message(
        "Dữ liệu này không được thiết lập cập nhật sang AMIS.VN; hãy đổi trong liên kết hoặc cập nhật từ dữ liệu khác",
        "This dataset is not the one that may push; change the link, or push from the other dataset",
    ),
    "mapping_missing": Message(
        "Chưa khai báo ánh xạ dữ liệu ({resource}); bộ kết nối không làm được việc này",
        "A mapping is missing ({resource}); the connector cannot do this",
    ),
    "too_many_rows": Message(
        "Quá nhiều dòng trong một lần ({rows}, tối đa {max}); hãy sửa bộ kết nối",
        "Too many rows in one page ({rows}, at most {max}); mend the connector",
    ),
    "external_id_exists": Message(
        "Mã liên kết đã được dùng ({code}); hãy bỏ liên kết ở bản ghi đó trước",
        "The platform id is already used ({code}); unlink that record first",
    ),
    "code_taken": Message(
        "Mã đã được dùng trên AMIS.VN; hãy lấy dữ liệu về để liên kết, hoặc đổi mã",
        "The code is taken on the platform; fetch to link it, or change the code",
    ),
}
