"""Texts of the codes of module general_ledger, Vietnamese and English."""

from __future__ import annotations

from collections.abc import Mapping

from lienso import Message

MESSAGES: Mapping[str, Message] = {
    "period_locked": Message(
        "Ngày hạch toán phải lớn hơn ngày khóa sổ {lock_date}",
        "The posting date must be after the lock date {lock_date}",
    ),
    "outside_fiscal_year": Message(
        "Ngày hạch toán ngoài năm tài chính",
        "The posting date is outside the fiscal year",
    ),
    "before_start": Message(
        "Ngày trước ngày bắt đầu hạch toán",
        "Before the first accounting day",
    ),
    "fx_amount_mismatch": Message(
        "Quy đổi khác nguyên tệ × tỷ giá",
        "The VND amount differs from foreign amount × rate",
    ),
    "vat_line_without_invoice": Message(
        "Dòng thuế GTGT chưa có hóa đơn",
        "A VAT line has no invoice",
    ),
    "closing_account_used": Message(
        "Hạch toán trực tiếp TK 911",
        "911 is used by hand",
    ),
    "old_date": Message(
        "Ngày hạch toán cách đây hơn 12 tháng",
        "The posting date is more than 12 months back",
    ),
    "voucher_after_posting": Message(
        "Ngày chứng từ sau ngày hạch toán",
        "The voucher date is after the posting date",
    ),
    "percent_sum_not_100": Message(
        "Tổng tỷ lệ phải bằng 100% (hiện {percent_sum})",
        "The percentages must add up to 100 (now {percent_sum})",
    ),
    "origin_differs": Message(
        "Nguồn gốc hình thành khác giá trị ghi nhận",
        "The origin vouchers differ from the value",
    ),
    "closing_cycle": Message(
        "Tài khoản kết chuyển lồng vòng",
        "The closing table makes a cycle",
    ),
    "to_not_postable": Message(
        "TK nhận kết chuyển phải là tài khoản chi tiết",
        "The receiving account must be postable",
    ),
    "unexpected_side": Message(
        "TK {account} có số dư trái bên kết chuyển",
        "Account {account} has a balance on the other side",
    ),
    "unclosed_costs": Message(
        "Còn số dư 621/622/623/627",
        "621/622/623/627 still have balances",
    ),
    "later_closing_exists": Message(
        "Đã có chứng từ kết chuyển sau ngày này",
        "A later closing voucher exists",
    ),
    "nothing_to_close": Message(
        "Không có số liệu để kết chuyển",
        "Nothing to close",
    ),
    "tax_before_closing": Message(
        "Chưa hạch toán thuế TNDN trước khi kết chuyển",
        "Corporate tax is not booked yet",
    ),
    "already_grouped": Message(
        "Chứng từ đã thuộc chứng từ ghi sổ {group}",
        "Already in journal group {group}",
    ),
    "in_journal_group": Message(
        "Chứng từ đã lập chứng từ ghi sổ {group}",
        "In journal group {group}; take it out first",
    ),
    "fc_negative": Message(
        "Ngoại tệ âm tại ngày {date}",
        "The foreign balance is negative on {date}",
    ),
    "rate_undefined": Message(
        "Không xác định được tỷ giá (số dư ngoại tệ bằng 0)",
        "The rate is undefined (no foreign balance)",
    ),
    "run_outflow_first": Message(
        "Nên tính tỷ giá xuất quỹ trước",
        "Compute the outflow rate first",
    ),
    "later_revaluation_exists": Message(
        "Đã có chứng từ đánh giá lại sau ngày này",
        "A later revaluation exists",
    ),
    "prepayment": Message(
        "Khoản trả trước, không phải khoản mục tiền tệ",
        "A prepayment is not a monetary item",
    ),
    "fully_provisioned": Message(
        "Đã trích lập dự phòng toàn bộ",
        "Fully provisioned",
    ),
    "lock_date_not_later": Message(
        "Ngày khóa sổ mới phải sau ngày khóa sổ hiện tại {current}",
        "The new lock date must be later than {current}",
    ),
    "lock_date_not_earlier": Message(
        "Ngày bỏ khóa phải trước ngày khóa sổ hiện tại {current}",
        "The date must be earlier than the lock date {current}",
    ),
    "unposted_vouchers": Message(
        "Còn chứng từ chưa ghi sổ trong kỳ",
        "Vouchers of the period are not posted",
    ),
    "sites_not_synced": Message(
        "Máy chủ {sites} còn dữ liệu chưa đồng bộ",
        "Sites {sites} have unsynced data",
    ),
    "negative_weight": Message(
        "Tiêu thức phân bổ âm, tính bằng 0",
        "A negative weight counts as 0",
    ),
    "no_weight": Message(
        "Không có số liệu tiêu thức để phân bổ",
        "There is no weight to allocate by",
    ),
    "already_allocated": Message(
        "Chi phí đã được phân bổ",
        "The cost is already allocated",
    ),
    "allocation_exists": Message(
        "Đã có chứng từ phân bổ tháng {month}",
        "The allocation of {month} already exists",
    ),
    "allocation_gap": Message(
        "Tháng {month} chưa phân bổ",
        "{month} is not allocated yet",
    ),
    "has_later_movements": Message(
        "Đã có phát sinh sau ngày này, phải bỏ ghi trước",
        "Later movements exist; undo them first",
    ),
    "settlement_before_voucher": Message(
        "Ngày đối trừ trước ngày chứng từ",
        "The settlement is dated before a document",
    ),
    "stale_open_item": Message(
        "Công nợ đã thay đổi, hãy lấy lại dữ liệu",
        "The open items changed; load them again",
    ),
    "has_settlements": Message(
        "Chứng từ đã được đối trừ, hãy bỏ đối trừ trước",
        "The voucher is settled; remove the offset first",
    ),
    "offset_exceeds_remaining": Message(
        "Số đối trừ lớn hơn số còn lại của {open_item}",
        "More than what is left of {open_item}",
    ),
    "totals_differ": Message(
        "Tổng số đối trừ hai bên khác nhau",
        "The two sides differ",
    ),
    "nothing_selected": Message(
        "Bạn phải chọn các chứng từ để thực hiện đối trừ",
        "Choose documents on both sides",
    ),
    "fx_voucher_exists": Message(
        "Đã có chứng từ xử lý chênh lệch tỷ giá {vouchers}",
        "An exchange-difference voucher exists: {vouchers}",
    ),
    "belongs_to_payment": Message(
        "Đối trừ sinh từ chứng từ thanh toán",
        "The settlement belongs to its payment",
    ),
    "netting_exceeds": Message(
        "Số bù trừ lớn hơn công nợ",
        "More than the open debts",
    ),
    "object_has_one_side": Message(
        "Đối tượng không vừa là khách hàng vừa là nhà cung cấp",
        "The object is not both customer and supplier",
    ),
    "mixed_currencies": Message(
        "Không trộn nhiều loại tiền",
        "Currencies cannot be mixed",
    ),
    "line_empty": Message(
        "Chứng từ chưa có dòng chi tiết",
        "The voucher has no line",
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
    "amount_zero": Message(
        "Số tiền phải khác 0",
        "The amount must not be zero",
    ),
    "unbalanced": Message(
        "Tổng Nợ khác tổng Có",
        "Debit and credit differ",
    ),
    "fx_rate_missing": Message(
        "Chưa nhập tỷ giá",
        "The exchange rate is missing",
    ),
    "account_is_parent": Message(
        "{account} là tài khoản tổng hợp, hãy chọn tài khoản chi tiết",
        "{account} is a summary account; choose a detail account",
    ),
    "opening_not_balanced": Message(
        "Số dư đầu kỳ lệch: Nợ khác Có {difference}",
        "Opening balances differ by {difference}",
    ),
    "object_detail_differs": Message(
        "Chi tiết đối tượng khác số dư TK",
        "Object detail differs from the account",
    ),
    "income_accounts_not_zero": Message(
        "Tài khoản loại 5–9 không được có số dư đầu kỳ",
        "Accounts of class 5–9 cannot have an opening balance",
    ),
    "reason_required": Message(
        "Chưa nhập lý do",
        "A reason is required",
    ),
    "amount_required": Message(
        "Phải nhập Dư Nợ quy đổi hoặc Dư Có quy đổi",
        "A debit or credit amount is needed",
    ),
    "fc_amount_required": Message(
        "Loại tiền khác VND phải nhập cả nguyên tệ và quy đổi cùng bên",
        "A foreign currency needs both amounts on one side",
    ),
    "both_sides_given": Message(
        "Không được nhập cả Dư Nợ và Dư Có trên một dòng",
        "Debit and credit on one row",
    ),
    "account_by_object": Message(
        "Tài khoản chi tiết theo đối tượng phải nhập ở màn hình công nợ",
        "Enter accounts kept by object on the debt sheet",
    ),
    "account_not_by_object": Message(
        "Tài khoản không chi tiết theo đối tượng",
        "The account is not kept by object",
    ),
    "account_not_by_bank": Message(
        "Tài khoản không chi tiết theo TK ngân hàng",
        "The account is not kept by bank account",
    ),
    "bank_account_unknown": Message(
        "TK ngân hàng chưa có trong danh mục",
        "Unknown bank account",
    ),
    "remaining_and_advance": Message(
        "Một dòng không được có cả số còn lại và số trả trước",
        "Remaining and advance on one row",
    ),
    "remaining_over_invoice": Message(
        "Số còn lại lớn hơn giá trị hóa đơn",
        "More remaining than the invoice",
    ),
    "rate_differs": Message(
        "Quy đổi khác nguyên tệ × tỷ giá",
        "The converted amount differs from amount × rate",
    ),
}
