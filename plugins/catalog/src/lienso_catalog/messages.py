"""Texts of the codes of module catalog, Vietnamese and English."""

from __future__ import annotations

from collections.abc import Mapping

from lienso import Message

MESSAGES: Mapping[str, Message] = {
    "code_exists": Message(
        "Mã {code} đã tồn tại; hãy dùng mã khác, hoặc dùng danh mục đã có",
        "Code {code} already exists; use another code, or the record that has it",
    ),
    "code_is_alias": Message(
        "Mã {code} đã được gộp vào {target}; hãy dùng mã khác, hoặc giải phóng mã đã gộp",
        "Code {code} was merged into {target}; use another one, or release the merged code",
    ),
    "parent_cycle": Message(
        "Danh mục cha không hợp lệ (lồng vòng); hãy chọn danh mục cha khác",
        "The parent makes a cycle; choose another parent",
    ),
    "parent_inactive": Message(
        "Danh mục cha đã ngừng theo dõi; hãy theo dõi lại danh mục cha, hoặc chọn danh mục cha khác",
        "The parent is inactive; make the parent active again, or choose another one",
    ),
    "parent_has_postings": Message(
        "Danh mục cha đã có phát sinh, phải chuyển phát sinh; hãy dùng chức năng thêm danh mục con cho danh mục đã có phát sinh",
        "The parent has postings; they must be moved",
    ),
    "account_unknown": Message(
        "Tài khoản {account} không có trong hệ thống tài khoản; hãy chọn tài khoản đã có, hoặc thêm tài khoản",
        "Unknown account {account}; choose one that is there, or add it",
    ),
    "account_inactive": Message(
        "Tài khoản {account} đã ngừng theo dõi; hãy chọn tài khoản khác, hoặc theo dõi lại tài khoản này",
        "Account {account} is inactive; choose another one, or make this one active again",
    ),
    "account_is_parent": Message(
        "{account} là tài khoản tổng hợp, hãy chọn tài khoản chi tiết",
        "{account} is a summary account; choose a detail account",
    ),
    "account_prefix": Message(
        "Mã tài khoản con phải bắt đầu bằng mã tài khoản cha; hãy sửa mã, hoặc bỏ trống tài khoản tổng hợp",
        "A child code must start with its parent's code; correct the code, or leave the summary account empty",
    ),
    "account_not_allowed": Message(
        "Tài khoản {account} không nằm trong danh sách được chọn; hãy chọn tài khoản khác, hoặc sửa tài khoản ngầm định",
        "Account {account} is not in the allowed list; choose another one, or change the default accounts",
    ),
    "account_not_stock": Message(
        "TK kho phải thuộc nhóm 15x; hãy chọn tài khoản 151 đến 158",
        "The stock account must be under 15x; choose an account under 151 to 158",
    ),
    "statutory": Message(
        "Tài khoản do Nhà nước quy định, chỉ được ẩn; hãy Ngừng theo dõi tài khoản",
        "A statutory account can only be hidden; make it inactive instead",
    ),
    "statutory_level": Message(
        "Tài khoản cấp này phải theo hệ thống tài khoản quy định; hãy mở chi tiết dưới tài khoản mà Thông tư không chia",
        "Accounts of this level come from the statutory chart; open it below an account that the circular does not divide",
    ),
    "nature_differs": Message(
        "Tính chất tài khoản không phù hợp; hãy chọn tài khoản nhận cùng tính chất hoặc lưỡng tính",
        "The natures of the accounts do not fit; choose a target of the same nature, or one of both",
    ),
    "fc_balance_exists": Message(
        "Tài khoản còn số dư ngoại tệ; hãy đưa số dư ngoại tệ về 0 trước",
        "The account still has a foreign balance; bring the foreign balance to zero first",
    ),
    "object_required": Message(
        "Tài khoản <{account}> phải chi tiết theo đối tượng; hãy chọn đối tượng trên dòng",
        "Account {account} needs an object; choose the object on the line",
    ),
    "object_role": Message(
        "Đối tượng không phải là {role}; hãy chọn đối tượng khác, hoặc thêm vai trò này cho đối tượng",
        "The object is not a {role}; choose another object, or give this one the role",
    ),
    "bank_account_required": Message(
        "Tài khoản <{account}> phải chi tiết theo TK ngân hàng; hãy chọn TK ngân hàng",
        "Account {account} needs a bank account; choose the bank account",
    ),
    "currency_required": Message(
        "Tài khoản <{account}> phải nhập loại tiền và nguyên tệ; hãy nhập loại tiền và số nguyên tệ",
        "Account {account} needs currency and foreign amount; enter currency and foreign amount",
    ),
    "item_required": Message(
        "Tài khoản <{account}> phải chi tiết theo vật tư hàng hóa; hãy chọn mã hàng",
        "Account {account} needs an item; choose the item",
    ),
    "warehouse_required": Message(
        "Chưa chọn kho; hãy chọn kho trên dòng",
        "The warehouse is missing; choose the warehouse on the line",
    ),
    "contract_required": Message(
        "Tài khoản <{account}> phải chi tiết theo hợp đồng; hãy chọn hợp đồng",
        "Account {account} needs a contract; choose the contract",
    ),
    "project_required": Message(
        "Tài khoản <{account}> phải chi tiết theo công trình; hãy chọn công trình",
        "Account {account} needs a project; choose the project",
    ),
    "cost_object_required": Message(
        "Tài khoản <{account}> phải chi tiết theo đối tượng THCP; hãy chọn đối tượng THCP",
        "Account {account} needs a cost object; choose the cost object",
    ),
    "cost_item_required": Message(
        "Tài khoản <{account}> phải chi tiết theo khoản mục chi phí; hãy chọn khoản mục chi phí",
        "Account {account} needs a cost item; choose the cost item",
    ),
    "asset_required": Message(
        "Tài khoản <{account}> phải chi tiết theo TSCĐ; hãy chọn TSCĐ",
        "Account {account} needs an asset; choose the asset",
    ),
    "prepaid_required": Message(
        "Tài khoản <{account}> phải chi tiết theo chi phí trả trước; hãy chọn chi phí trả trước",
        "Account {account} needs a prepaid cost; choose the prepaid cost",
    ),
    "term_required": Message(
        "Tài khoản <{account}> phải có kỳ hạn; hãy chọn kỳ hạn",
        "Account {account} needs a term; choose the term",
    ),
    "org_unit_required": Message(
        "Chưa chọn đơn vị; hãy chọn đơn vị của nhân viên",
        "The organization unit is missing; choose the employee's unit",
    ),
    "dimension_unknown": Message(
        "{dimension} <{value}> không có trong danh mục; hãy chọn mã đã có, hoặc thêm vào danh mục",
        "{dimension} {value} does not exist; choose one that is there, or add it",
    ),
    "dimension_inactive": Message(
        "{dimension} <{value}> đã ngừng theo dõi; hãy chọn mã khác, hoặc theo dõi lại",
        "{dimension} {value} is inactive; choose another one, or make it active again",
    ),
    "dimension_not_leaf": Message(
        "{dimension} <{value}> là danh mục tổng hợp; hãy chọn danh mục con",
        "{dimension} {value} is a summary node; choose one below it",
    ),
    "vnd_has_no_decimals": Message(
        "Số tiền VND không có số lẻ; hãy làm tròn đến đồng",
        "VND amounts have no decimals; round it to the đồng",
    ),
    "fx_rate_missing": Message(
        "Chưa nhập tỷ giá; hãy nhập tỷ giá của ngày, hoặc gõ tỷ giá",
        "The exchange rate is missing; enter the rate of the day, or type one",
    ),
    "role_required": Message(
        "Đối tượng phải là khách hàng, nhà cung cấp hoặc nhân viên; hãy chọn ít nhất một vai trò",
        "An object needs at least one role; choose at least one",
    ),
    "role_in_use": Message(
        "Vai trò đã có phát sinh; hãy giữ vai trò này, hoặc ngừng theo dõi đối tượng",
        "The role has postings; keep the role, or make the object inactive",
    ),
    "tax_code_format": Message(
        "Mã số thuế không đúng định dạng; hãy kiểm tra lại: 10 số, 10 số-3 số, hoặc 12 số",
        "The tax code has a wrong format; check it: 10 digits, 10-3, or 12",
    ),
    "tax_code_duplicate": Message(
        "Mã số thuế trùng với {code}; hãy kiểm tra, hoặc gộp hai danh mục",
        "Same tax code as {code}; check it, or merge the two",
    ),
    "credit_limit_exceeded": Message(
        "Khách hàng vượt số nợ tối đa {limit}; hãy thu bớt nợ, hoặc sửa số nợ tối đa",
        "The customer's credit limit {limit} is exceeded; collect first, or raise the limit",
    ),
    "item_is_service": Message(
        "Dịch vụ không nhập xuất kho; hãy chọn mã hàng khác, hoặc sửa tính chất",
        "A service makes no stock moves; choose another item, or change its kind",
    ),
    "kind_in_use": Message(
        "Đã có phát sinh kho, không thể đổi tính chất; hãy tạo mã hàng mới",
        "Stock moves exist; the kind cannot change",
    ),
    "unit_in_use": Message(
        "Đã có phát sinh, không thể đổi đơn vị tính; hãy tạo mã hàng mới rồi gộp với tỷ lệ chuyển đổi",
        "Movements exist; the unit cannot change",
    ),
    "unit_duplicate": Message(
        "Đơn vị chuyển đổi bị trùng; hãy bỏ dòng trùng",
        "The conversion unit is duplicated; leave one of them out",
    ),
    "stock_without_lot": Message(
        "Còn tồn kho chưa có số lô; hãy xuất hết hoặc nhập số lô cho tồn kho trước",
        "Stock without lots exists; issue that stock, or enter its lots first",
    ),
    "spec_in_use": Message(
        "Mã quy cách đã phát sinh, hãy xóa phát sinh trước",
        "Spec codes have movements; delete them first",
    ),
    "not_spec_tracked": Message(
        "Mã hàng {item} không theo dõi mã quy cách; hãy thêm cột mã quy cách cho mã hàng",
        "Item {item} has no spec codes; give the item spec columns first",
    ),
    "bom_cycle": Message(
        "Định mức nguyên vật liệu lồng vòng; hãy bỏ thành phẩm khỏi định mức của nó",
        "The bill of materials makes a cycle; take the item out of its own materials",
    ),
    "bank_account_exists": Message(
        "Số tài khoản đã tồn tại tại ngân hàng này; hãy dùng TK đã có",
        "The number already exists at this bank; use the one that is there",
    ),
    "bank_account_closed": Message(
        "Tài khoản ngân hàng đã đóng ngày {date}; hãy chọn TK khác, hoặc sửa ngày đóng",
        "The bank account was closed on {date}; choose another one, or correct the day",
    ),
    "bank_account_unknown": Message(
        "TK ngân hàng chưa có trong danh mục; hãy thêm TK vào danh mục, hoặc sửa số TK",
        "Unknown bank account; add it to the catalog, or correct the number",
    ),
    "confirmation_required": Message(
        "Cần xác nhận trước khi thực hiện; hãy gửi confirm = true",
        "Confirmation is required; send confirm = true",
    ),
    "warranty_open": Message(
        "Còn phiếu bảo hành theo mã quy cách; hãy xử lý bảo hành trước, hoặc bỏ qua cảnh báo",
        "Warranties refer to the spec codes; settle them first, or pass the warning",
    ),
    "transfer_refused": Message(
        "Không chuyển được phát sinh; hãy sửa các dòng được liệt kê hoặc chọn đích khác",
        "The postings cannot be moved; change the lines that are listed, or choose another target",
    ),
    "period_locked": Message(
        "Ngày hạch toán phải lớn hơn ngày khóa sổ {lock_date}; hãy sửa ngày, hoặc bỏ khóa sổ",
        "The posting date must be after the lock date {lock_date}; correct the date, or unlock the period",
    ),
    "nothing_to_process": Message(
        "Không có dòng nào cần xử lý; có thể đã khôi phục hoặc hủy trước đó",
        "Nothing to process; it may have been taken back already",
    ),
    "merge_self": Message(
        "Không thể gộp vào chính nó; hãy chọn mã khác",
        "A record cannot be merged into itself; choose another one",
    ),
    "already_merged": Message(
        "Danh mục đã được gộp vào {target}; hãy dùng mã đó",
        "Already merged into {target}; use that one",
    ),
    "factor_required": Message(
        "Khác đơn vị tính chính, phải nhập tỷ lệ chuyển đổi; hãy nhập tỷ lệ lớn hơn 0",
        "Different main units: a factor is needed; enter one above zero",
    ),
    "tracking_differs": Message(
        "Cách theo dõi lô, mã quy cách khác nhau; hãy sửa cách theo dõi cho giống nhau trước",
        "Lots or specs are tracked differently; make both alike first",
    ),
    "stock_account_differs": Message(
        "TK kho của hai mã khác nhau; TK kho của chứng từ không đổi; hãy kiểm tra, hoặc bỏ qua cảnh báo",
        "The stock accounts differ; accounts of vouchers stay; check them, or pass the warning",
    ),
    "payroll_conflict": Message(
        "Hai nhân viên đều có bảng lương trong tháng {month}; hãy xóa bảng lương của một người trước",
        "Both employees have payroll in {month}; delete one of both first",
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
        "Tài khoản ngầm định của hai loại khác nhau; hãy kiểm tra, hoặc bỏ qua cảnh báo",
        "The default accounts differ; check them, or pass the warning",
    ),
    "costing_period_closed": Message(
        "Công trình thuộc kỳ tính giá thành đã tính; hãy hủy kết quả tính giá thành của kỳ trước",
        "The project is in a computed costing period; take the results of that period back first",
    ),
    "changed_since": Message(
        "Dữ liệu đã thay đổi sau lần thực hiện, không hoàn tác được; hãy làm lại bằng tay",
        "Data changed since; it cannot be undone",
    ),
    "unknown_customer": Message(
        "Khách hàng {value} chưa có trong danh mục; hãy lấy khách hàng trước",
        "Unknown customer {value}; fetch customers first",
    ),
    "unknown_employee": Message(
        "Nhân viên {value} chưa có trong danh mục; hãy lấy nhân viên trước",
        "Unknown employee {value}; fetch employees first",
    ),
    "unknown_item": Message(
        "Mã hàng {value} chưa có trong danh mục; hãy thêm mã hàng trước",
        "Unknown item {value}; add the item first",
    ),
    "unknown_org_unit": Message(
        "Đơn vị {value} chưa có trong danh mục; hãy lấy cơ cấu tổ chức trước",
        "Unknown organization unit {value}; fetch the organization structure first",
    ),
    "unknown_currency": Message(
        "Loại tiền {value} chưa có trong danh mục; hãy thêm loại tiền trước",
        "Unknown currency {value}; add the currency first",
    ),
    "unknown_status": Message(
        "Trạng thái {value} không nhận biết được; hãy kiểm tra dữ liệu của nền tảng",
        "Unknown status {value}; check the data of the platform",
    ),
    "spec_code_exists": Message(
        "Mã quy cách {value} đã tồn tại; hãy nhập mã khác",
        "Spec code {value} already exists; enter another one",
    ),
    "spec_columns_differ": Message(
        "Số cột mã quy cách không đúng; hãy nhập đủ các cột mã quy cách của mã hàng",
        "The number of spec values is wrong; enter as many values as the item has columns",
    ),
}
