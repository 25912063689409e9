"""Texts of the codes of module catalog, Vietnamese and English."""

from __future__ import annotations

from collections.abc import Mapping

from lienso import Message

MESSAGES: Mapping[str, Message] = {
    "code_exists": Message(
        "Mã {code} đã tồn tại",
        "Code {code} already exists",
    ),
    "code_is_alias": Message(
        "Mã {code} đã được gộp vào {target}; hãy dùng mã khác, hoặc giải phóng mã đã gộp",
        "Code {code} was merged into {target}; use another one, or release the merged code",
    ),
    "parent_cycle": Message(
        "Danh mục cha không hợp lệ (lồng vòng)",
        "The parent makes a cycle",
    ),
    "parent_inactive": Message(
        "Danh mục cha đã ngừng theo dõi",
        "The parent is inactive",
    ),
    "parent_has_postings": Message(
        "Danh mục cha đã có phát sinh, phải chuyển phát sinh",
        "The parent has postings; they must be moved",
    ),
    "account_unknown": Message(
        "Tài khoản {account} không có trong hệ thống tài khoản",
        "Unknown account {account}",
    ),
    "account_inactive": Message(
        "Tài khoản {account} đã ngừng theo dõi",
        "Account {account} is inactive",
    ),
    "account_is_parent": Message(
        "{account} là tài khoản tổng hợp, hãy chọn tài khoản chi tiết",
        "{account} is a summary account; choose a detail account",
    ),
    "account_prefix": Message(
        "Mã tài khoản con phải bắt đầu bằng mã tài khoản cha",
        "A child code must start with its parent's code",
    ),
    "account_not_allowed": Message(
        "Tài khoản {account} không nằm trong danh sách được chọn",
        "Account {account} is not in the allowed list",
    ),
    "account_not_stock": Message(
        "TK kho phải thuộc nhóm 15x",
        "The stock account must be under 15x",
    ),
    "statutory": Message(
        "Tài khoản do Nhà nước quy định, chỉ được ẩn",
        "A statutory account can only be hidden",
    ),
    "statutory_level": Message(
        "Tài khoản cấp này phải theo hệ thống tài khoản quy định",
        "Accounts of this level come from the statutory chart",
    ),
    "nature_differs": Message(
        "Tính chất tài khoản không phù hợp; hãy chọn tài khoản nhận cùng tính chất hoặc lưỡng tính",
        "The natures of the accounts do not fit; choose a target of the same nature, or one of both",
    ),
    "fc_balance_exists": Message(
        "Tài khoản còn số dư ngoại tệ",
        "The account still has a foreign balance",
    ),
    "object_required": Message(
        "Tài khoản <{account}> phải chi tiết theo đối tượng",
        "Account {account} needs an object",
    ),
    "object_role": Message(
        "Đối tượng không phải là {role}",
        "The object is not a {role}",
    ),
    "bank_account_required": Message(
        "Tài khoản <{account}> phải chi tiết theo TK ngân hàng",
        "Account {account} needs a bank account",
    ),
    "currency_required": Message(
        "Tài khoản <{account}> phải nhập loại tiền và nguyên tệ",
        "Account {account} needs currency and foreign amount",
    ),
    "item_required": Message(
        "Tài khoản <{account}> phải chi tiết theo vật tư hàng hóa",
        "Account {account} needs an item",
    ),
    "warehouse_required": Message(
        "Chưa chọn kho",
        "The warehouse is missing",
    ),
    "contract_required": Message(
        "Tài khoản <{account}> phải chi tiết theo hợp đồng",
        "Account {account} needs a contract",
    ),
    "project_required": Message(
        "Tài khoản <{account}> phải chi tiết theo công trình",
        "Account {account} needs a project",
    ),
    "cost_object_required": Message(
        "Tài khoản <{account}> phải chi tiết theo đối tượng THCP",
        "Account {account} needs a cost object",
    ),
    "cost_item_required": Message(
        "Tài khoản <{account}> phải chi tiết theo khoản mục chi phí",
        "Account {account} needs a cost item",
    ),
    "asset_required": Message(
        "Tài khoản <{account}> phải chi tiết theo TSCĐ",
        "Account {account} needs an asset",
    ),
    "prepaid_required": Message(
        "Tài khoản <{account}> phải chi tiết theo chi phí trả trước",
        "Account {account} needs a prepaid cost",
    ),
    "term_required": Message(
        "Tài khoản <{account}> phải có kỳ hạn",
        "Account {account} needs a term",
    ),
    "org_unit_required": Message(
        "Chưa chọn đơn vị",
        "The organization unit is missing",
    ),
    "dimension_unknown": Message(
        "{dimension} <{value}> không có trong danh mục",
        "{dimension} {value} does not exist",
    ),
    "dimension_inactive": Message(
        "{dimension} <{value}> đã ngừng theo dõi",
        "{dimension} {value} is inactive",
    ),
    "dimension_not_leaf": Message(
        "{dimension} <{value}> là danh mục tổng hợp",
        "{dimension} {value} is a summary node",
    ),
    "vnd_has_no_decimals": Message(
        "Số tiền VND không có số lẻ",
        "VND amounts have no decimals",
    ),
    "fx_rate_missing": Message(
        "Chưa nhập tỷ giá",
        "The exchange rate is missing",
    ),
    "role_required": Message(
        "Đối tượng phải là khách hàng, nhà cung cấp hoặc nhân viên",
        "An object needs at least one role",
    ),
    "role_in_use": Message(
        "Vai trò đã có phát sinh",
        "The role has postings",
    ),
    "tax_code_format": Message(
        "Mã số thuế không đúng định dạng",
        "The tax code has a wrong format",
    ),
    "tax_code_duplicate": Message(
        "Mã số thuế trùng với {code}",
        "Same tax code as {code}",
    ),
    "credit_limit_exceeded": Message(
        "Khách hàng vượt số nợ tối đa {limit}",
        "The customer's credit limit {limit} is exceeded",
    ),
    "item_is_service": Message(
        "Dịch vụ không nhập xuất kho",
        "A service makes no stock moves",
    ),
    "kind_in_use": Message(
        "Đã có phát sinh kho, không thể đổi tính chất",
        "Stock moves exist; the kind cannot change",
    ),
    "unit_in_use": Message(
        "Đã có phát sinh, không thể đổi đơn vị tính",
        "Movements exist; the unit cannot change",
    ),
    "unit_duplicate": Message(
        "Đơn vị chuyển đổi bị trùng",
        "The conversion unit is duplicated",
    ),
    "stock_without_lot": Message(
        "Còn tồn kho chưa có số lô",
        "Stock without lots exists",
    ),
    "spec_in_use": Message(
        "Mã quy cách đã phát sinh, hãy xóa phát sinh trước",
        "Spec codes have movements; delete them first",
    ),
    "not_spec_tracked": Message(
        "Mã hàng {item} không theo dõi mã quy cách",
        "Item {item} has no spec codes",
    ),
    "bom_cycle": Message(
        "Định mức nguyên vật liệu lồng vòng",
        "The bill of materials makes a cycle",
    ),
    "bank_account_exists": Message(
        "Số tài khoản đã tồn tại tại ngân hàng này",
        "The number already exists at this bank",
    ),
    "bank_account_closed": Message(
        "Tài khoản ngân hàng đã đóng ngày {date}",
        "The bank account was closed on {date}",
    ),
    "bank_account_unknown": Message(
        "TK ngân hàng chưa có trong danh mục",
        "Unknown bank account",
    ),
    "confirmation_required": Message(
        "Cần xác nhận trước khi thực hiện",
        "Confirmation is required",
    ),
    "warranty_open": Message(
        "Còn phiếu bảo hành theo mã quy cách",
        "Warranties refer to the spec codes",
    ),
    "transfer_refused": Message(
        "Không chuyển được phát sinh; hãy sửa các dòng được liệt kê hoặc chọn đích khác",
        "The postings cannot be moved; change the lines that are listed, or choose another target",
    ),
    "period_locked": Message(
        "Ngày hạch toán phải lớn hơn ngày khóa sổ {lock_date}",
        "The posting date must be after the lock date {lock_date}",
    ),
    "nothing_to_process": Message(
        "Không có dòng nào cần xử lý; có thể đã khôi phục hoặc hủy trước đó",
        "Nothing to process; it may have been taken back already",
    ),
    "merge_self": Message(
        "Không thể gộp vào chính nó",
        "A record cannot be merged into itself",
    ),
    "already_merged": Message(
        "Danh mục đã được gộp vào {target}; hãy dùng mã đó",
        "Already merged into {target}; use that one",
    ),
    "factor_required": Message(
        "Khác đơn vị tính chính, phải nhập tỷ lệ chuyển đổi",
        "Different main units: a factor is needed",
    ),
    "tracking_differs": Message(
        "Cách theo dõi lô, mã quy cách khác nhau",
        "Lots or specs are tracked differently",
    ),
    "stock_account_differs": Message(
        "TK kho của hai mã khác nhau",
        "The stock accounts differ",
    ),
    "payroll_conflict": Message(
        "Hai nhân viên đều có bảng lương trong tháng {month}",
        "Both employees have payroll in {month}",
    ),
    "not_a_leaf": Message(
        "Chỉ chuyển được danh mục chi tiết nhất; hãy chọn danh mục con",
        "Only leaves can be moved; choose one below it",
    ),
    "chained_move": Message(
        "Không chuyển dây chuyền trong một lần; hãy chuyển tất cả về mã cuối",
        "A chain of moves in one call is refused; move all to the last code",
    ),
    "accounts_differ": Message(
        "Tài khoản ngầm định của hai loại khác nhau",
        "The default accounts differ",
    ),
    "costing_period_closed": Message(
        "Công trình thuộc kỳ tính giá thành đã tính",
        "The project is in a computed costing period",
    ),
    "changed_since": Message(
        "Dữ liệu đã thay đổi sau lần thực hiện, không hoàn tác được",
        "Data changed since; it cannot be undone",
    ),
    "unknown_customer": Message(
        "Khách hàng {value} chưa có trong danh mục",
        "Unknown customer {value}",
    ),
    "unknown_employee": Message(
        "Nhân viên {value} chưa có trong danh mục",
        "Unknown employee {value}",
    ),
    "unknown_item": Message(
        "Mã hàng {value} chưa có trong danh mục",
        "Unknown item {value}",
    ),
    "unknown_org_unit": Message(
        "Đơn vị {value} chưa có trong danh mục",
        "Unknown organization unit {value}",
    ),
    "unknown_currency": Message(
        "Loại tiền {value} chưa có trong danh mục",
        "Unknown currency {value}",
    ),
    "unknown_status": Message(
        "Trạng thái {value} không nhận biết được",
        "Unknown status {value}",
    ),
    "spec_code_exists": Message(
        "Mã quy cách {value} đã tồn tại",
        "Spec code {value} already exists",
    ),
    "spec_columns_differ": Message(
        "Số cột mã quy cách không đúng",
        "The number of spec values is wrong",
    ),
}
