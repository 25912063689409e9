"""Ngân hàng: receipts, payments and transfers by bank, statements, and their reconciliation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lienso import (
    BookCheck,
    Capability,
    Entry,
    Figure,
    Finding,
    ImportSheet,
    Key,
    Label,
    Manifest,
    Message,
    Record,
    RecordType,
    Report,
    hookimpl,
)
from lienso.model import Ledger
from lienso.view import View

from . import (
    book_checks,
    checks,
    figures,
    forms,
    importing,
    loans,
    params,
    posting,
    reconcile,
    reconcile_report,
    records,
    reports,
)
from .messages import MESSAGES

MANIFEST = Manifest(name="bank", title="Ngân hàng", api="1.0", requires=("general_ledger",))


def _voucher(id: str, vi: str, en: str, model: Any, prefix: str, **more: Any) -> RecordType:
    return RecordType(id, Label(vi, en), model, "voucher", number_prefix=prefix, **more)


def _document(
    id: str, vi: str, en: str, model: Any, keys: tuple[Key, ...], **more: Any
) -> RecordType:
    account = Key("account", ("bank_account",))
    label = Label(vi, en)
    return RecordType(id, label, model, "document", keys=(*keys, account), offline_create=False, **more)  # fmt: skip


@hookimpl
def lienso_record_types() -> Sequence[RecordType]:
    """Name the record types."""
    r = records
    receipt = {
        "print": forms.print_receipt,
        "print_facts": forms.facts,
        "derived": forms.derived,
        "printed_form": "Giấy báo Có",
    }
    payment = {
        "print": forms.print_payment,
        "print_facts": forms.facts,
        "derived": forms.derived,
        "printed_form": "Ủy nhiệm chi",
    }
    match = {
        "print": forms.print_match,
        "print_facts": forms.facts_of_match,
        "derived": forms.derived_match,
        "printed_form": "Bảng đối chiếu",
    }
    confirmed = {
        "print_facts": forms.facts_of_reconciliation,
        "print": forms.print_reconciliation,
        "printed_form": "Biên bản đối chiếu số dư",
    }
    by_line = (Key("statement", ("statement",)), Key("voucher", ("vouchers.id",)))
    return [
        _voucher("bank_receipt", "Thu tiền gửi", "Bank receipt", r.BankReceipt, "NTTK", post=posting.post_bank, **receipt),
        _voucher("bank_payment", "Chi tiền gửi (ủy nhiệm chi, séc)", "Bank payment", r.BankPayment, "UNC; STM; SCK", prefix_of=r.prefix_of, post=posting.post_bank, **payment),
        _voucher("internal_transfer", "Chuyển tiền nội bộ", "Internal transfer", r.InternalTransfer, "CTNB", post=posting.post_transfer),
        _document("bank_statement", "Sổ phụ ngân hàng", "Bank statement", r.BankStatement, (), number_prefix="SP"),
        _document("bank_match", "Đối chiếu sổ phụ với chứng từ", "Match of statement lines and vouchers", r.BankMatch, by_line, **match),
        _document("bank_reconciliation", "Kỳ đối chiếu ngân hàng", "Bank reconciliation", r.BankReconciliation, (Key("match", ("matches",)),), number_prefix="ĐCNH", **confirmed),
    ]  # fmt: skip


@hookimpl
def lienso_book_checks() -> Sequence[BookCheck]:
    """Name what is looked for in bank accounts."""
    return book_checks.CHECKS


@hookimpl
def lienso_messages() -> Mapping[str, Message]:
    """Give the texts."""
    return MESSAGES


@hookimpl
def lienso_check_record(
    record: Record[Any], before: Record[Any] | None, view: View
) -> Iterator[Finding]:
    """Check beneficiaries, transfers, statements and matches."""
    return checks.check_record(record, before, view)


@hookimpl
def lienso_check_delete(record: Record[Any], view: View) -> Iterator[Finding]:
    """Keep lines that are matched, and what is confirmed in a locked period."""
    return checks.check_delete(record, view)


@hookimpl
def lienso_check_posting(
    record: Record[Any], ledger: Ledger, entries: Mapping[str, Sequence[Entry]], view: View
) -> Iterator[Finding]:
    """Check bank accounts, their currencies, and the money there."""
    return checks.check_posting(record, ledger, entries, view)


@hookimpl
def lienso_check_unposting(record: Record[Any], view: View) -> Iterator[Finding]:
    """Keep vouchers that a statement confirms."""
    return checks.check_unposting(record, view)


@hookimpl
def lienso_capabilities() -> Sequence[Capability]:
    """Name the functions."""
    return [
        Capability(
            "bank.reconcile",
            Label("Đối chiếu ngân hàng", "Bank reconciliation"),
            params.ReconcileParams,
            params.ReconcileResult,
            reconcile.reconcile,
            "online_only",  # the other sites' vouchers are only in the cloud
            undo="unmatch; delete the vouchers made, one by one",
        )
    ]


@hookimpl
def lienso_figures() -> Sequence[Figure]:
    """Name the figures."""
    return [
        Figure(
            "bank.deposit_balance",
            Label(
                "Danh sách thu/chi: tổng số dư tiền gửi hiện tại",
                "List of receipts and payments: total deposits to date",
            ),
            figures.DepositParams,
            figures.deposit_balance,
            "blank",
        )
    ]


@hookimpl
def lienso_reports() -> Sequence[Report]:
    """Name the reports."""
    waiting = Label("UNC chờ gửi, séc chưa thanh toán", "Orders to send, cheques outstanding")
    r, c = reports, reconcile_report
    return [
        _report("bank.deposit_book", "Sổ tiền gửi ngân hàng", "Bank deposit book", r.DepositBookParams, r.deposit_book, "S08-DN"),
        _report("bank.balances", "Bảng kê số dư ngân hàng", "Balances by bank account", r.PeriodParams, r.balances, ""),
        _report("bank.reconciliation", "Bảng đối chiếu với ngân hàng", "Reconciliation with the bank", c.ReconcileReportParams, c.reconcile_table, ""),
        _report("bank.loan_book", "Sổ chi tiết tiền vay", "Detailed ledger of loans", loans.LoanParams, loans.loan_book, "S34-DN"),
        Report("bank.waiting_payments", waiting, r.PeriodParams, r.waiting_payments, reads_books=False),
    ]  # fmt: skip


def _report(id: str, vi: str, en: str, params: Any, run: Any, form: str) -> Report:
    return Report(id, Label(vi, en), params, run, form)


@hookimpl
def lienso_import_sheets() -> Sequence[ImportSheet]:
    """Name the sheets."""
    return importing.SHEETS
