"""The reports of the module, all but the statements (spec §6)."""

from __future__ import annotations

from lienso import Label, Report

from .. import reports
from ..groups import reports as groups
from . import contra, ledgers, periodic, results
from .common import BranchPeriodParams, PeriodParams

_ROWS = (
    ("trial_balance", "Bảng cân đối số phát sinh", "Trial balance",
     reports.TrialBalanceParams, reports.trial_balance, "S06-DN"),
    ("account_ledger", "Sổ cái", "Account ledger",
     reports.AccountParams, reports.account_ledger, "S03b-DN"),
    ("journal_book", "Sổ nhật ký chung", "General journal",
     BranchPeriodParams, reports.journal_book, "S03a-DN"),
    ("receipts_journal", "Nhật ký thu tiền", "Receipts journal",
     BranchPeriodParams, contra.receipts, "S03a1-DN"),
    ("payments_journal", "Nhật ký chi tiền", "Payments journal",
     BranchPeriodParams, contra.payments, "S03a2-DN"),
    ("purchases_journal", "Nhật ký mua hàng", "Purchases journal",
     BranchPeriodParams, contra.purchases, "S03a3-DN"),
    ("sales_journal", "Nhật ký bán hàng", "Sales journal",
     BranchPeriodParams, contra.sales, "S03a4-DN"),
    ("account_detail", "Sổ chi tiết các tài khoản", "Detail of an account",
     ledgers.DetailParams, ledgers.account_detail, "S38-DN"),
    ("journal_ledger", "Nhật ký – Sổ cái", "Journal and ledger in one",
     BranchPeriodParams, ledgers.journal_ledger, "S01-DN"),
    ("group_list", "Chứng từ ghi sổ", "Journal groups",
     PeriodParams, groups.list_of_groups, "S02a-DN"),
    ("group_register", "Sổ đăng ký chứng từ ghi sổ", "Register of journal groups",
     PeriodParams, groups.register, "S02b-DN"),
    ("group_ledger", "Sổ cái (chứng từ ghi sổ)", "Ledger of journal groups",
     groups.GroupLedgerParams, groups.ledger, "S02c1-DN"),
    ("group_ledger_detail", "Sổ cái (chứng từ ghi sổ, chi tiết)", "Detailed ledger of journal groups",
     groups.GroupLedgerParams, groups.detailed_ledger, "S02c2-DN"),
    ("document_journal", "Nhật ký chứng từ", "Journal by document",
     contra.CreditFormParams, contra.credit_form, "S04a-DN"),
    ("document_list", "Bảng kê", "List by document",
     contra.DebitFormParams, contra.debit_form, "S04b-DN"),
    ("document_ledger", "Sổ cái (nhật ký chứng từ)", "Ledger of journals by document",
     ledgers.AccountMonthsParams, ledgers.ledger_by_months, "S05-DN"),
    ("prepaid_status", "Tình hình phân bổ chi phí trả trước", "Allocation of prepaid costs",
     PeriodParams, periodic.prepaid_status, ""),
    ("fx_differences", "Bảng tính chênh lệch tỷ giá", "Exchange differences",
     PeriodParams, periodic.fx_differences, ""),
    ("results_by", "Báo cáo lãi lỗ theo đối tượng", "Results by target",
     results.ResultsParams, results.results_by, ""),
    ("results_compared", "Kết quả kinh doanh so với kỳ trước", "Results beside the prior period",
     PeriodParams, results.results_compared, ""),
)  # fmt: skip

REPORTS = tuple(
    Report(f"general_ledger.{id}", Label(vi, en), params, run, form)
    for id, vi, en, params, run, form in _ROWS
)
