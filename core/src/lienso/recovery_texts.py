"""Texts of the codes of bad days: data carried by file, machines lost, moved and set back; sites that
hold a part of the data, and modules of different age."""

from __future__ import annotations

from collections.abc import Mapping

from .model import Message

RECOVERY: Mapping[str, Message] = {
    "returned_by_file": Message(
        "Thay đổi này đọc từ tệp dữ liệu chưa đồng bộ, bên cạnh một thay đổi khác; hãy xem và chọn",
        "This change came from a file of unsent changes, beside another edit; look and decide",
    ),
    "call_ran_before": Message(
        "Lần gọi này của {capability} đã chạy trước khi dữ liệu trên Cloud được đặt lại về bản cũ; hãy xem "
        "{type} {id} mà nó đã lập, nếu vẫn cần thì gọi lại như một lần mới",
        "This call of {capability} ran before the cloud's data were set back; look at {type} {id}, which it "
        "made, and call it as a new one if you still need to",
    ),
    "series_of_other_sites": Message(
        "Chứng từ loại này do máy chủ {sites} nhập; nhập ở {site} thì số chứng từ có thể bị trùng khi đồng "
        "bộ, hãy nhập tại {sites} hoặc đổi quy tắc đánh số",
        "Vouchers of this kind are entered at {sites}; entered at {site} their numbers may be taken when "
        "they are synchronised: enter them at {sites}, or change the number series",
    ),
    "pending_damaged": Message(
        "Tệp {path} bị hỏng, bị sửa hoặc không do lienso export-pending ghi; hãy chép lại hoặc xuất lại",
        "The file {path} is damaged, was changed, or was not written by lienso export-pending; copy it "
        "again or export again",
    ),
    "pending_other_company": Message(
        "Tệp là của máy chủ {site} thuộc công ty khác; hãy chọn thư mục dữ liệu của công ty đó",
        "The file is of site {site} of another company; choose the data folder of that company",
    ),
    "unsent_waits": Message(
        "Còn {count} thay đổi chưa lên Cloud; hãy đồng bộ, hoặc chạy lienso export-pending TỆP rồi dùng "
        "lienso site reset --exported TỆP",
        "{count} changes are not in the cloud; synchronize, or run lienso export-pending FILE and then "
        "lienso site reset --exported FILE",
    ),
    "export_lacks_changes": Message(
        "Tệp {path} thiếu {count} thay đổi chưa đồng bộ (được lưu sau khi xuất); hãy xuất lại ra tệp khác",
        "The file {path} lacks {count} unsent changes (saved since); export again, into another file",
    ),
    "site_is_running": Message(
        "Máy chủ đơn vị đang chạy ở {url}; hãy dừng trước",
        "The site is being served at {url}; stop it first",
    ),
    "outside_scope": Message(
        "{type} của chi nhánh này nằm ngoài phạm vi dữ liệu của máy chủ đơn vị; hãy lập tại máy chủ của "
        "chi nhánh đó, bỏ thay đổi, hoặc nhờ người quản trị mở rộng phạm vi (lienso cloud scope) rồi đồng "
        "bộ lại",
        "This {type} lies outside the scope of this site; enter it at a site of its branch, give the "
        "change up, or have an administrator widen the scope (lienso cloud scope) and send it again",
    ),
    "module_too_old": Message(
        "Phân hệ của {type} tại máy chủ đơn vị cũ hơn mức Cloud còn nhận; dữ liệu vẫn xem được, hãy nâng "
        "cấp phân hệ rồi nhập",
        "The module of {type} at this site is older than what the cloud takes; records can be read, "
        "upgrade the module before you enter more",
    ),
    "written_by_newer": Message(
        "Bản ghi {type} này do phân hệ phiên bản mới hơn lập; hãy nâng cấp phân hệ tại máy chủ đơn vị rồi "
        "sửa",
        "This {type} was written by a newer module; upgrade the module at this site before you edit it",
    ),
    "record_schema_too_new": Message(
        "{type} được lập bằng phân hệ phiên bản dữ liệu {version}, tại đây mới có {known}; tự đồng bộ lại "
        "sau khi phân hệ này được nâng cấp",
        "This {type} was written by a module of data version {version}, here it is {known}; it goes by "
        "itself when the module is upgraded",
    ),
    "record_schema_too_old": Message(
        "{type} được lập bằng phân hệ phiên bản dữ liệu {version}, Cloud chỉ còn nhận từ {oldest}; hãy nâng "
        "cấp phân hệ tại máy chủ đơn vị, dữ liệu chờ sẽ được chuyển đổi và gửi lại",
        "This {type} was written by a module of data version {version}, the cloud takes {oldest} and "
        "later; upgrade the module at the site, what waits is converted and sent again",
    ),
}
