"""Texts of the codes of module system, Vietnamese and English."""

from __future__ import annotations

from collections.abc import Mapping

from lienso import Message

MESSAGES: Mapping[str, Message] = {
    "no_permission": Message(
        "Bạn không có quyền thực hiện chức năng này",
        "You are not allowed to use this function",
    ),
    "option_unknown": Message(
        "Tùy chọn {key} không tồn tại",
        "Unknown option {key}",
    ),
    "option_value_invalid": Message(
        "Giá trị của tùy chọn {key} không hợp lệ",
        "Invalid value for option {key}",
    ),
    "option_locked_by_data": Message(
        "Đã có chứng từ phát sinh, không thể đổi tùy chọn {key}",
        "Option {key} cannot change any more: vouchers exist",
    ),
    "regime_change_mid_year": Message(
        "Chỉ được đổi chế độ kế toán từ đầu năm tài chính",
        "The accounting regime changes only at the start of a year",
    ),
    "field_required": Message(
        "{field} không được bỏ trống",
        "{field} is required",
    ),
    "post_failed": Message(
        "Ghi sổ không thành công",
        "Posting failed",
    ),
    "already_posted": Message(
        "Chứng từ đã được ghi sổ",
        "The voucher is already posted",
    ),
    "not_posted": Message(
        "Chứng từ chưa được ghi sổ",
        "The voucher is not posted",
    ),
    "is_posted": Message(
        "Phải bỏ ghi sổ trước khi xóa",
        "Unpost the voucher before deleting it",
    ),
    "voucher_cancelled": Message(
        "Chứng từ đã hủy",
        "The voucher is cancelled",
    ),
    "voucher_no_duplicate": Message(
        "Số chứng từ <{no}> đã tồn tại",
        "Voucher number {no} already exists",
    ),
    "line_empty": Message(
        "Chứng từ chưa có dòng chi tiết",
        "The voucher has no line",
    ),
    "amount_zero": Message(
        "Số tiền phải khác 0",
        "The amount must not be zero",
    ),
    "unbalanced": Message(
        "Tổng Nợ khác tổng Có",
        "Debit and credit differ",
    ),
    "debit_account_required": Message(
        "Chưa nhập tài khoản Nợ",
        "The debit account is missing",
    ),
    "credit_account_required": Message(
        "Chưa nhập tài khoản Có",
        "The credit account is missing",
    ),
    "same_account_both_sides": Message(
        "Tài khoản Nợ trùng tài khoản Có",
        "Debit and credit account are the same",
    ),
    "in_use": Message(
        "Đã phát sinh dữ liệu liên quan, không thể xóa",
        "In use; cannot be deleted",
    ),
    "in_use_local": Message(
        "Đang được chứng từ khác tại máy chủ này sử dụng",
        "Used by another record of this site",
    ),
    "has_children": Message(
        "Đang có danh mục con, không thể xóa",
        "It has children; cannot be deleted",
    ),
    "deleted_on_cloud": Message(
        "Bản ghi đã bị xóa trên Cloud",
        "The record was deleted in the cloud",
    ),
    "generated_voucher": Message(
        "Chứng từ do chức năng {source} tạo ra, hãy xử lý tại chức năng đó",
        "Made by {source}; handle it there",
    ),
    "has_returns": Message(
        "Đã có chứng từ trả lại",
        "A return refers to this voucher",
    ),
    "in_filed_declaration": Message(
        "Chứng từ đã kê khai trong tờ khai thuế đã nộp kỳ {period}; hãy lập tờ khai bổ sung",
        "In the filed tax declaration of {period}; make a supplementary declaration",
    ),
    "in_final_statement": Message(
        "Chứng từ thuộc kỳ đã chốt báo cáo tài chính ({period}); hãy mở lại bộ báo cáo đó trước",
        "Inside a final set of statements ({period}); reopen that set first",
    ),
    "depreciation_after": Message(
        "Đã tính khấu hao sau chứng từ này",
        "Depreciation was computed after this voucher",
    ),
    "no_ledger_left": Message(
        "Chứng từ phải hiển thị trên ít nhất một sổ",
        "A voucher must show on at least one ledger",
    ),
    "already_numbered": Message(
        "Chứng từ đã được cấp số hóa đơn",
        "The voucher already has an invoice number",
    ),
    "balance_changed_in_cloud": Message(
        "Số dư ban đầu trên Cloud đã thay đổi, hãy chọn giữ số nào: bỏ lần nhập này, hoặc nhập lại và ghi đè",
        "The opening balance changed in the cloud; choose which to keep: give this import up, or import again"
        " to replace it",
    ),
    "already_imported": Message(
        "Tệp đã được nhập khẩu (lần {batch}); hãy hủy lần đó nếu muốn nhập lại",
        "Already imported ({batch}); cancel that import to take its rows again",
    ),
    "not_synced_while_offline": Message(
        "Số dư được giữ tại máy chủ này, chưa đồng bộ; khi có mạng hãy bấm Đồng bộ lại ở mục Số dư ban đầu",
        "The balances are held at this site; with a line, press Synchronize again under Opening balances",
    ),
    "was_synced": Message(
        "Bản ghi đã từng đồng bộ",
        "The record was once synced",
    ),
    "push_under_way": Message(
        "Bản ghi đang được đồng bộ",
        "A push of the record is under way",
    ),
    "income_accounts_not_zero": Message(
        "Tài khoản loại 5–9 không được có số dư đầu kỳ; hãy kết chuyển vào 421 trước",
        "Accounts of class 5–9 cannot have an opening balance; carry it to 421 first",
    ),
    "opening_not_balanced": Message(
        "Số dư đầu kỳ lệch: Nợ khác Có {difference}; hãy kiểm tra lại số dư đầu kỳ",
        "Opening balances differ by {difference}; check the opening balances",
    ),
    "stock_detail_differs": Message(
        "Chi tiết tồn kho khác số dư TK {account}; hãy sửa tồn kho đầu kỳ hoặc số dư tài khoản",
        "Stock detail differs from account {account}; correct the opening stock or the account",
    ),
    "fa_cost_differs": Message(
        "Nguyên giá các thẻ TSCĐ khác số dư TK; hãy sửa thẻ TSCĐ hoặc số dư tài khoản",
        "Cost on the asset cards differs from the account; correct the cards or the account",
    ),
    "fa_accumulated_differs": Message(
        "Hao mòn lũy kế các thẻ TSCĐ khác số dư TK; hãy sửa thẻ TSCĐ hoặc số dư tài khoản",
        "Accumulated depreciation on the cards differs from the account; correct the cards or the account",
    ),
    "tools_differ": Message(
        "Giá trị còn lại CCDC khác số dư TK; hãy sửa thẻ CCDC hoặc số dư tài khoản",
        "Remaining value of tools differs from the account; correct the cards or the account",
    ),
    "prepaid_differ": Message(
        "Giá trị còn lại chi phí trả trước khác số dư TK; hãy sửa chi phí trả trước đầu kỳ hoặc số dư tài khoản",
        "Remaining prepaid costs differ from the account; correct the opening prepaid costs or the account",
    ),
    "wip_differs": Message(
        "Chi phí dở dang khác số dư TK 154; hãy sửa chi phí dở dang đầu kỳ hoặc số dư 154",
        "Work in process differs from account 154; correct the opening work in process or the account",
    ),
    "bank_detail_differs": Message(
        "Chi tiết TK ngân hàng khác số dư TK; hãy sửa số dư theo TK ngân hàng hoặc số dư tài khoản",
        "Bank account detail differs from the account; correct the balances by bank account or the account",
    ),
    "object_detail_differs": Message(
        "Chi tiết đối tượng khác số dư TK; hãy sửa số dư theo đối tượng hoặc số dư tài khoản",
        "Object detail differs from the account; correct the balances by object or the account",
    ),
    "abnormal_side": Message(
        "TK {account} có số dư trái tính chất; hãy kiểm tra lại bên Nợ, bên Có",
        "Account {account} has a balance on the unusual side; check on which side it stands",
    ),
    "user_name_reserved": Message(
        "Tên <{user}> dành cho hệ thống; hãy chọn tên đăng nhập khác",
        "The name {user} is the system's own; choose another sign-in name",
    ),
    "function_unknown": Message(
        "Không có chức năng <{function}>; hãy chọn loại chứng từ, danh mục, chức năng, báo cáo đã cài đặt",
        "There is no function {function}; name an installed record type, function, figure or report",
    ),
    "last_user": Message(
        "Phải còn ít nhất một người dùng; hãy thêm người dùng khác trước khi xóa <{user}>",
        "At least one user must stay; add another before you delete {user}",
    ),
}
