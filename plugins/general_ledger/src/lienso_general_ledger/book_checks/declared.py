"""What the ledger looks for when vouchers are checked against books (spec ``checks.csv``)."""

from __future__ import annotations

from lienso import BookCheck, Label

from ..fx.revaluation import FUNCTION as REVALUE
from ..settling.posting import SETTLEMENT
from . import closing, debts, integrity, rates, statements

DEBTS, CLOSING, STATEMENTS = "Công nợ", "Kết chuyển lãi lỗ", "Báo cáo tài chính"
UNPOST = "system.unpost_voucher"

DEBT_CHECKS: tuple[BookCheck, ...] = (
    BookCheck(
        "debt.ledger_vs_detail",
        DEBTS,
        "error",
        Label(
            "Tổng theo đối tượng, hoặc tổng công nợ theo chứng từ, khác số dư tài khoản"
            " 131/331/141/138/338; hãy chạy Bảo trì dữ liệu, và bổ sung đối tượng cho dòng còn thiếu",
            "sum of objects, or of open items, differs from account 131/331/141/138/338; run"
            " utilities.maintain_data, and give the rows without an object one",
        ),
        debts.ledger_vs_detail,
        "utilities.maintain_data",
    ),
    BookCheck(
        "debt.object_missing",
        DEBTS,
        "error",
        Label(
            "Dòng hạch toán các tài khoản công nợ thiếu đối tượng; hãy bỏ ghi, chọn đối tượng rồi ghi sổ lại",
            "rows of those accounts without object; unpost the voucher, choose the object and post it again",
        ),
        debts.object_missing,
        UNPOST,
    ),
    BookCheck(
        "debt.both_sides",
        DEBTS,
        "warning",
        Label(
            "Một đối tượng còn cả dư Nợ và dư Có trên một tài khoản; hãy Đối trừ chứng từ của đối tượng",
            "one object with debit and credit open on one account; enter a settlement of the object's"
            " documents",
        ),
        debts.both_sides,
        SETTLEMENT,
    ),
    BookCheck(
        "debt.unmatched",
        DEBTS,
        "warning",
        Label(
            "Công nợ và khoản thanh toán còn mở của một đối tượng có thể đối trừ; hãy Đối trừ chứng từ",
            "open debts and open payments of one object that could be matched; enter a settlement of them",
        ),
        debts.unmatched,
        SETTLEMENT,
    ),
    BookCheck(
        "debt.currency_zero_vnd_left",
        DEBTS,
        "error",
        Label(
            "Nguyên tệ bằng 0 nhưng số tiền quy đổi khác 0 trên một chứng từ công nợ; hãy đối trừ lại hoặc"
            " đánh lại giá ngoại tệ để xử lý chênh lệch tỷ giá",
            "fc 0 but VND not 0 on an open item; settle it again, or revalue with"
            " general_ledger.revalue_fx_accounts, so that the exchange difference is posted",
        ),
        debts.vnd_left,
        REVALUE,
    ),
)
CLOSING_CHECKS: tuple[BookCheck, ...] = (
    BookCheck(
        "closing.missing",
        CLOSING,
        "warning",
        Label(
            "Tháng có phát sinh tài khoản loại 5–8 nhưng chưa có chứng từ kết chuyển; hãy Kết chuyển lãi lỗ",
            "no closing voucher in a month with rows of class 5–8; run"
            " general_ledger.close_profit_and_loss for the month",
        ),
        closing.closing_missing,
        closing.CLOSE,
    ),
    BookCheck(
        "closing.accounts_not_zero",
        CLOSING,
        "error",
        Label(
            "Tài khoản loại 5–8 hoặc 911 còn số dư cuối kỳ; hãy chạy lại Kết chuyển lãi lỗ",
            "class 5–8 or 911 has a balance at the period end; run general_ledger.close_profit_and_loss"
            " again",
        ),
        closing.not_closed,
        closing.CLOSE,
    ),
    BookCheck(
        "fx.not_revalued",
        CLOSING,
        "warning",
        Label(
            "Khoản mục tiền tệ có gốc ngoại tệ chưa đánh giá lại cuối năm; hãy Đánh giá lại tài khoản"
            " ngoại tệ vào ngày đó",
            "monetary items not revalued at the year end; run general_ledger.revalue_fx_accounts for that day",
        ),
        rates.not_revalued,
        REVALUE,
    ),
    BookCheck(
        "fx.rate_far",
        CLOSING,
        "warning",
        Label(
            "Tỷ giá lệch quá 5 % so với bảng tỷ giá; hãy bỏ ghi và sửa tỷ giá của chứng từ, hoặc sửa bảng"
            " tỷ giá",
            "a rate more than 5 % off the rate table; unpost the voucher and correct its rate, or correct"
            " the table",
        ),
        rates.rate_far,
        UNPOST,
    ),
)
BOOK_CHECKS: tuple[BookCheck, ...] = (
    BookCheck(
        "statements.unbalanced",
        STATEMENTS,
        "error",
        Label(
            "Kiểm tra của Báo cáo tài chính không đạt; hãy sửa từng nguyên nhân rồi lập lại báo cáo",
            "the check of general_ledger.create_statements fails; correct each cause and load the"
            " statements again",
        ),
        statements.unbalanced,
        "general_ledger.create_statements",
    ),
    BookCheck(
        "statements.cash_flow_differs",
        STATEMENTS,
        "error",
        Label(
            "Báo cáo lưu chuyển tiền tệ khác biến động tiền trong kỳ; hãy Chọn hoạt động cho chứng từ",
            "cash flow statement differs from the change of cash; choose the activity of the pairs with"
            " general_ledger.choose_activities",
        ),
        statements.cash_flow_differs,
        "general_ledger.choose_activities",
    ),
    BookCheck(
        "accounts.side_unusual",
        STATEMENTS,
        "warning",
        Label(
            "Tài khoản dư Nợ có số dư Có hoặc ngược lại; hãy xem Sổ chi tiết của tài khoản và sửa chứng từ",
            "a debit account with a credit balance or the reverse; look through the account's ledger and"
            " correct the vouchers",
        ),
        closing.side_unusual,
        "general_ledger.account_ledger",
    ),
    BookCheck(
        "ledger.integrity",
        "Hệ thống",
        "error",
        Label(
            "Hai vế của một bút toán khác nhau, bút toán không có chứng từ, hoặc khác phiên bản của chứng"
            " từ; hãy chạy Bảo trì dữ liệu, hoặc khôi phục chứng từ đã xóa rồi bỏ ghi",
            "pair halves unequal, entries without voucher, voucher version differs from the entries'"
            " version; run utilities.maintain_data for the day, or restore the deleted voucher with"
            " system.restore_records and unpost it",
        ),
        integrity.integrity,
        "utilities.maintain_data",
    ),
)
CHECKS: tuple[BookCheck, ...] = (*DEBT_CHECKS, *CLOSING_CHECKS, *BOOK_CHECKS)
