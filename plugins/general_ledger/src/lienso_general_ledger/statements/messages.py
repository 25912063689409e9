"""Texts of the codes of statements, Vietnamese and English."""

from __future__ import annotations

from collections.abc import Mapping

from lienso import Message

MESSAGES: Mapping[str, Message] = {
    "statement_set_exists": Message(
        "Đã có báo cáo tài chính của kỳ này",
        "A set of statements of this period exists",
    ),
    "statement_final": Message(
        "Báo cáo tài chính đã chốt",
        "The statements are final",
    ),
    "mandatory_statement": Message(
        "Không được bỏ báo cáo bắt buộc",
        "A mandatory statement cannot be removed",
    ),
    "formula_syntax": Message(
        "Công thức sai cú pháp",
        "The formula has a syntax error",
    ),
    "formula_cycle": Message(
        "Công thức tham chiếu vòng",
        "The formulas make a cycle",
    ),
    "unknown_line": Message(
        "Chỉ tiêu {line} không tồn tại",
        "Unknown line {line}",
    ),
    "balance_not_covered": Message(
        "TK {account} có số dư chưa vào chỉ tiêu nào",
        "No line covers the balance of {account}",
    ),
    "statements_compared": Message(
        "Báo cáo {set} đang so sánh với kỳ này; hãy lấy lại dữ liệu của báo cáo đó",
        "The statements of {set} compare with this period; load their data again",
    ),
    "pair_not_found": Message(
        "Không có bút toán {pair} trong kỳ; hãy chọn chứng từ đã ghi sổ và số dòng của nó",
        "There is no pair {pair} in the period; name a posted voucher and its line",
    ),
    "nothing_tagged": Message(
        "Hãy nêu hoạt động hoặc nghiệp vụ cho bút toán {pair}",
        "Say an activity or an operation for the pair {pair}",
    ),
    "accounts_not_closed": Message(
        "TK {account} còn số dư; hãy kết chuyển trước khi lập báo cáo",
        "Account {account} still has a balance; close it before making statements",
    ),
    "pair_sides_differ": Message(
        "Bút toán Nợ {debit}/Có {credit} do phiên bản trước ghi, hai vế chưa khớp hoạt động; hãy chạy"
        " Bảo trì dữ liệu rồi lấy lại dữ liệu báo cáo",
        "Pairs Dr {debit}/Cr {credit} were written by an earlier release and do not name the activity"
        " across; run the maintenance of data, then reload the statements",
    ),
    "account_counted_twice": Message(
        "TK {account} được cộng vào hai chỉ tiêu; hãy sửa công thức",
        "Account {account} is counted on two lines; correct the formulas",
    ),
    "profit_differs": Message(
        "Lợi nhuận trên báo cáo {profit} khác số kết chuyển sang TK 421 {closed}; hãy kết chuyển lại",
        "The profit {profit} differs from what was closed to 421, {closed}; run the closing again",
    ),
    "cash_flow_differs": Message(
        "Lưu chuyển tiền tệ {computed} khác số dư tiền {cash}; hãy xem các bút toán chưa xếp hoạt động",
        "The cash flow statement ends at {computed}, cash is {cash}; look at the pairs without activity",
    ),
    "cash_flow_methods_differ": Message(
        "Lưu chuyển tiền từ hoạt động kinh doanh hai phương pháp khác nhau: {direct} và {indirect};"
        " hãy chọn hoạt động cho các bút toán",
        "Operating cash flow differs by method: {direct} and {indirect}; choose the activities of pairs",
    ),
    "cash_pair_unclassed": Message(
        "Bút toán tiền Nợ {debit}/Có {credit} chưa thuộc chỉ tiêu nào; hãy chọn hoạt động",
        "The cash pair {debit}/{credit} is on no line; choose its activity",
    ),
    "flow_line_missing": Message(
        "Báo cáo lưu chuyển tiền tệ không có chỉ tiêu cho bút toán Nợ {debit}/Có {credit};"
        " hãy sửa công thức",
        "The cash flow statement has no line for the pair {debit}/{credit}; correct its formulas",
    ),
}
