"""The forms that come with lienso: code, title, what they print. Each is a file of the folder forms.

Codes of statutory forms are those of Circulars 200/2014, 133/2016 and 99/2025; forms without one have
a name. Which form belongs to which record type or report: the specification of each module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from lienso import Label, Record
from lienso.forms import Form, Paper
from lienso.pdf import ANY

FOLDER = Path(__file__).parent / "forms"
BOTH: tuple[Paper, ...] = ("A5", "A4")
EITHER: tuple[Paper, ...] = ("A4", "A5")

THREE = 3
"""01-TT and 02-TT are made in three copies (Circular 200, annex 3; Circular 99, annex I)."""

Fits = Callable[[Record[Any]], bool]


def _of(vi: str, en: str, code: str, *types: str, **more: Any) -> Form:
    """Make the form of records."""
    path = str(FOLDER / f"{code}.typ")
    return Form(code, Label(vi, en), path, record_types=types, **more)


def _book(vi: str, en: str, code: str, *reports: str, landscape: bool = False) -> Form:
    """Make the form of reports."""
    path = str(FOLDER / f"{code}.typ")
    return Form(code, Label(vi, en), path, reports=reports, landscape=landscape)


def _in_dong(record: Record[Any]) -> bool:
    return bool(record.data.currency == "VND")


def _in_foreign_money(record: Record[Any]) -> bool:
    return not _in_dong(record)


def _by(method: str) -> Fits:
    return lambda record: bool(record.data.method == method)


def _has(code: str) -> Fits:
    """Fit sets that have a statement; B03 has one a method."""
    return lambda record: any(one.partition("/")[0] == code for one in record.data.statements)


_JOURNALS = ("journal", "pl_closing", "fx_difference", "fx_revaluation")

CASH: Sequence[Form] = (
    _of("Phiếu thu", "Cash receipt", "01-TT", "cash_receipt", papers=BOTH, copies=THREE),
    _of("Phiếu chi", "Cash payment", "02-TT", "cash_payment", papers=BOTH, copies=THREE),
    _of("Giấy đề nghị tạm ứng", "Advance request", "03-TT", "advance_request", papers=EITHER),
    _of("Giấy thanh toán tiền tạm ứng", "Advance settlement", "04-TT", "advance_settlement"),
    _of("Giấy đề nghị thanh toán", "Payment request", "05-TT", "payment_request", papers=EITHER),
    _of("Bảng kiểm kê quỹ (VND)", "Cash count (VND)", "08a-TT", "cash_count", fits=_in_dong),
    _of(
        "Bảng kiểm kê quỹ (ngoại tệ, vàng tiền tệ)",
        "Cash count (foreign currency, gold)",
        "08b-TT",
        "cash_count",
        fits=_in_foreign_money,
    ),
)

BANK: Sequence[Form] = (
    _of("Giấy báo Có", "Credit advice", "giay-bao-co", "bank_receipt", papers=EITHER),
    _of(
        "Ủy nhiệm chi",
        "Payment order",
        "uy-nhiem-chi",
        "bank_payment",
        papers=EITHER,
        fits=_by("transfer_order"),
    ),
    _of(
        "Séc tiền mặt",
        "Cash cheque",
        "sec-tien-mat",
        "bank_payment",
        papers=EITHER,
        fits=_by("cash_cheque"),
    ),
    _of(
        "Séc chuyển khoản",
        "Transfer cheque",
        "sec-chuyen-khoan",
        "bank_payment",
        papers=EITHER,
        fits=_by("transfer_cheque"),
    ),
    _of("Bảng đối chiếu với ngân hàng", "Match with the bank", "bang-doi-chieu", "bank_match"),
    _of(
        "Biên bản đối chiếu số dư",
        "Minutes of a reconciliation",
        "bien-ban-doi-chieu",
        "bank_reconciliation",
    ),
)

LEDGER: Sequence[Form] = (
    _of("Phiếu kế toán", "Journal voucher", "phieu-ke-toan", *_JOURNALS, papers=EITHER),
    _of("Bảng đối trừ chứng từ", "Settlement of documents", "bang-doi-tru", "settlement"),
    _of("Biên bản bù trừ công nợ", "Netting minutes", "bien-ban-bu-tru", "netting_voucher"),
    _of(
        "Bảng theo dõi chi phí trả trước",
        "Prepaid cost",
        "theo-doi-chi-phi-tra-truoc",
        "prepaid_cost",
    ),
    _of(
        "Bảng phân bổ chi phí trả trước",
        "Allocation of prepaid costs",
        "phan-bo-chi-phi-tra-truoc",
        "prepaid_allocation",
    ),
    _of(
        "Bảng phân bổ chi phí",
        "Allocation of operating costs",
        "phan-bo-chi-phi",
        "operating_cost_allocation",
    ),
    Form(
        "S02a-DN",
        Label("Chứng từ ghi sổ", "Journal group"),
        str(FOLDER / "S02a-DN.typ"),
        ("journal_group",),
        ("general_ledger.group_list",),
    ),
)


def _statements() -> Iterator[Form]:
    """Yield the whole set first: it is the usual one; then each statement by itself."""
    kind = "statement_set"
    yield _of(
        "Báo cáo tài chính",
        "Financial statements",
        "bao-cao-tai-chinh",
        kind,
        fits=lambda record: bool(record.data.statements),
    )
    for code, vi, en in (
        ("B01-DN", "Bảng cân đối kế toán, Báo cáo tình hình tài chính", "Balance sheet"),
        ("B02-DN", "Báo cáo kết quả hoạt động kinh doanh", "Income statement"),
        ("B03-DN", "Báo cáo lưu chuyển tiền tệ", "Cash flow statement"),
        ("B09-DN", "Bản thuyết minh báo cáo tài chính", "Notes"),
        ("B01b-DN", "Bảng cân đối kế toán giữa niên độ (tóm lược)", "Balance sheet, summary"),
        (
            "B02b-DN",
            "Báo cáo kết quả kinh doanh giữa niên độ (tóm lược)",
            "Income statement, summary",
        ),
        ("B03b-DN", "Báo cáo lưu chuyển tiền tệ giữa niên độ (tóm lược)", "Cash flow, summary"),
        ("B01a-DNN", "Báo cáo tình hình tài chính", "Balance sheet"),
        ("B02-DNN", "Báo cáo kết quả hoạt động kinh doanh", "Income statement"),
        ("B03-DNN", "Báo cáo lưu chuyển tiền tệ", "Cash flow statement"),
        ("B09-DNN", "Bản thuyết minh báo cáo tài chính", "Notes"),
        ("F01-DNN", "Bảng cân đối tài khoản", "Trial balance"),
    ):
        yield _of(vi, en, code, kind, fits=_has(code))


_GL = "general_ledger"
BOOKS: Sequence[Form] = (
    _book("Nhật ký – Sổ Cái", "Journal and ledger", "S01-DN", f"{_GL}.journal_ledger", landscape=True),
    _book("Sổ đăng ký chứng từ ghi sổ", "Register of groups", "S02b-DN", f"{_GL}.group_register"),
    _book("Sổ Cái (chứng từ ghi sổ)", "Ledger of groups", "S02c1-DN", f"{_GL}.group_ledger"),
    _book(
        "Sổ Cái (chứng từ ghi sổ, chi tiết)",
        "Ledger of groups, detailed",
        "S02c2-DN",
        f"{_GL}.group_ledger_detail",
        landscape=True,
    ),
    _book("Sổ Nhật ký chung", "Journal", "S03a-DN", f"{_GL}.journal_book"),
    _book(
        "Nhật ký thu tiền",
        "Receipts journal",
        "S03a1-DN",
        f"{_GL}.receipts_journal",
        "cash.receipt_journal",
        landscape=True,
    ),
    _book(
        "Nhật ký chi tiền",
        "Payments journal",
        "S03a2-DN",
        f"{_GL}.payments_journal",
        "cash.payment_journal",
        landscape=True,
    ),
    _book("Nhật ký mua hàng", "Purchases journal", "S03a3-DN", f"{_GL}.purchases_journal", landscape=True),
    _book("Nhật ký bán hàng", "Sales journal", "S03a4-DN", f"{_GL}.sales_journal", landscape=True),
    _book("Sổ Cái (nhật ký chung)", "Ledger", "S03b-DN", f"{_GL}.account_ledger"),
    _book("Nhật ký chứng từ", "Document journal", "S04a-DN", f"{_GL}.document_journal", landscape=True),
    _book("Bảng kê", "Document list", "S04b-DN", f"{_GL}.document_list", landscape=True),
    _book("Sổ Cái (nhật ký chứng từ)", "Ledger of documents", "S05-DN", f"{_GL}.document_ledger", landscape=True),
    _book("Bảng cân đối số phát sinh", "Trial balance", "S06-DN", f"{_GL}.trial_balance", landscape=True),
    _book("Sổ quỹ tiền mặt", "Cash book", "S07-DN", "cash.fund_book", "cashier.cash_book", landscape=True),
    _book("Sổ kế toán chi tiết quỹ tiền mặt", "Cash detail book", "S07a-DN", "cash.detail_book", landscape=True),
    _book("Sổ tiền gửi ngân hàng", "Deposit book", "S08-DN", "bank.deposit_book", landscape=True),
    _book("Sổ chi tiết tiền vay", "Loan book", "S34-DN", "bank.loan_book", landscape=True),
    _book("Sổ chi tiết các tài khoản", "Account detail", "S38-DN", f"{_GL}.account_detail", landscape=True),
    _book("Báo cáo tài chính (một báo cáo)", "One statement", "bao-cao-chi-tieu", f"{_GL}.statement"),
    _book("Bảng kê, danh sách (mọi báo cáo)", "Any report", "bang-ke", ANY, landscape=True),
)  # fmt: skip

FORMS: Sequence[Form] = (*CASH, *BANK, *LEDGER, *_statements(), *BOOKS)
