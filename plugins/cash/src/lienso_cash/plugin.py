"""Quỹ: receipts and payments in cash, advances, cash counts. The cashier's own book is `cashier`."""

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
    Label,
    Manifest,
    Message,
    Record,
    RecordType,
    Report,
    hookimpl,
)
from lienso.forms import Form
from lienso.model import Ledger
from lienso.view import View

from . import (
    advance_forms,
    book_checks,
    checks,
    count_forms,
    figures,
    flows,
    forms,
    fund_reports,
    importing,
    posting,
    reconcile,
    records,
    slips,
    voucher_reports,
)
from .messages import MESSAGES

MANIFEST = Manifest(
    name="cash",
    title="Quỹ",
    api="1.0",
    requires=("general_ledger",),
    optional=("cashier",),  # its book is read where it is installed
)


def _type(
    id: str, vi: str, en: str, model: Any, kind: Any, prefix: str, form: str, **more: Any
) -> RecordType:
    label = Label(vi, en)
    return RecordType(id, label, model, kind, number_prefix=prefix, printed_form=form, **more)


def _voucher(id: str, vi: str, en: str, model: Any, prefix: str, form: str, **m: Any) -> RecordType:
    return _type(id, vi, en, model, "voucher", prefix, form, post=posting.post_cash, **m)


def _document(
    id: str, vi: str, en: str, model: Any, prefix: str, form: str, **m: Any
) -> RecordType:
    return _type(id, vi, en, model, "document", prefix, form, **m)


@hookimpl
def lienso_record_types() -> Sequence[RecordType]:
    """Name the record types."""
    receipt = {"print": forms.print_receipt, "print_facts": forms.facts, "derived": forms.derived}
    payment = {"print": forms.print_payment, "print_facts": forms.facts, "derived": forms.derived}
    count = {
        "print": count_forms.print_count,
        "print_facts": count_forms.facts,
        "derived": count_forms.derived,
    }
    asked = {
        "print": advance_forms.print_advance_request,
        "derived": advance_forms.derived_request,
    }
    settled = {
        "print": advance_forms.print_settlement,
        "derived": advance_forms.derived_settlement,
    }
    billed = {
        "print": advance_forms.print_payment_request,
        "derived": advance_forms.derived_request,
    }
    forecast = {"derived": advance_forms.derived_forecast}
    r = records
    return [
        _voucher("cash_receipt", "Phiếu thu", "Cash receipt", r.CashReceipt, "PT", "01-TT", **receipt),
        _voucher("cash_payment", "Phiếu chi", "Cash payment", r.CashPayment, "PC", "02-TT", **payment),
        _document("cash_count", "Bảng kiểm kê quỹ", "Cash count", r.CashCount, "KKQ", "08a-TT; 08b-TT", **count),
        _document("advance_request", "Giấy đề nghị tạm ứng", "Advance request", r.AdvanceRequest, "ĐNTU", "03-TT", **asked),
        _voucher("advance_settlement", "Giấy thanh toán tiền tạm ứng", "Advance settlement", r.AdvanceSettlement, "QTTU", "04-TT", **settled),
        _document("payment_request", "Giấy đề nghị thanh toán", "Payment request", r.PaymentRequest, "ĐNTT", "05-TT", **billed),
        _document("cash_forecast", "Dự báo dòng tiền", "Cash forecast", r.CashForecast, "", "", **forecast),
    ]  # fmt: skip


@hookimpl
def lienso_book_checks() -> Sequence[BookCheck]:
    """Name what is looked for in money."""
    return book_checks.CHECKS


@hookimpl
def lienso_messages() -> Mapping[str, Message]:
    """Give the texts."""
    return MESSAGES


@hookimpl
def lienso_check_record(
    record: Record[Any], before: Record[Any] | None, view: View
) -> Iterator[Finding]:
    """Check counts."""
    return checks.check_record(record, before, view)


@hookimpl
def lienso_check_delete(record: Record[Any], view: View) -> Iterator[Finding]:
    """Keep finished counts, and the cashier's book up to them."""
    return checks.check_delete(record, view)


@hookimpl
def lienso_check_posting(
    record: Record[Any], ledger: Ledger, entries: Mapping[str, Sequence[Entry]], view: View
) -> Iterator[Finding]:
    """Check funds, invoices paid in cash, the cash at hand, and days that a count has closed."""
    return checks.check_posting(record, ledger, entries, view)


@hookimpl
def lienso_check_unposting(record: Record[Any], view: View) -> Iterator[Finding]:
    """Keep the cashier's book up to a finished count."""
    return checks.check_unposting(record, view)


@hookimpl
def lienso_capabilities() -> Sequence[Capability]:
    """Name the functions."""
    return [
        Capability(
            "cash.reconcile_count",
            Label(
                "Chức năng Đối chiếu khi thực hiện kiểm kê quỹ",
                "Reconcile the books in a cash count",
            ),
            reconcile.ReconcileParams,
            reconcile.ReconcileResult,
            reconcile.reconcile_count,
            "online_only",  # the other sites' vouchers are only in the cloud
            undo="delete the vouchers made, set the count back to draft",
        )
    ]


@hookimpl
def lienso_figures() -> Sequence[Figure]:
    """Name the figures."""
    return [
        Figure(
            "cash.fund_balance",
            Label(
                "Danh sách thu/chi: tồn quỹ đến hiện tại",
                "List of receipts and payments: cash on hand to date",
            ),
            figures.FundParams,
            figures.fund_balance,
            "blank",
        ),
        Figure(
            "cash.count_book_balance",
            Label("Kiểm kê quỹ: số dư trên sổ kế toán", "Cash count: balance by the books"),
            figures.CountBalanceParams,
            figures.count_book_balance,
            "blank",
        ),
    ]


@hookimpl
def lienso_reports() -> Sequence[Report]:
    """Name the reports."""
    f, v = fund_reports, voucher_reports
    listed = Label("Bảng kê phiếu thu, phiếu chi", "List of receipts and payments")
    return [
        _report("cash.detail_book", "Sổ kế toán chi tiết quỹ tiền mặt", "Detailed ledger of the cash fund", f.DetailParams, f.detail_book, "S07a-DN"),
        _report("cash.fund_book", "Sổ quỹ tiền mặt", "Cash book", f.FundBookParams, f.fund_book, "S07-DN"),
        _report("cash.receipt_journal", "Nhật ký thu tiền", "Journal of receipts", f.JournalParams, f.receipt_journal, "S03a1-DN"),
        _report("cash.payment_journal", "Nhật ký chi tiền", "Journal of payments", f.JournalParams, f.payment_journal, "S03a2-DN"),
        Report("cash.voucher_list", listed, v.ListParams, v.voucher_list, reads_books=False),
        _report("cash.advances", "Tình hình tạm ứng theo nhân viên", "Advances by employee", v.PeriodParams, v.advances, ""),
        _report("cash.flow_by_item", "Dòng tiền theo mục thu/chi", "Cash flow by receipt and payment item", flows.FlowParams, flows.flow_by_item, ""),
        _slip("cash.money_receipt", "Biên lai thu tiền", "Receipt of money", slips.VoucherParams, slips.money_receipt, "06-TT"),
        _slip("cash.gold_list", "Bảng kê vàng tiền tệ", "List of gold and currency", slips.VoucherParams, slips.gold_list, "07-TT"),
        _slip("cash.expense_list", "Bảng kê chi tiền", "List of payments", slips.SpentParams, slips.expense_list, "09-TT"),
        _report("cash.count_minutes", "Biên bản kiểm kê quỹ", "Minutes of the cash count", v.CountParams, v.count_minutes, ""),
    ]  # fmt: skip


def _report(id: str, vi: str, en: str, params: Any, run: Any, form: str) -> Report:
    return Report(id, Label(vi, en), params, run, form)


def _slip(id: str, vi: str, en: str, params: Any, run: Any, form: str) -> Report:
    return Report(id, Label(vi, en), params, run, form, reads_books=False)


@hookimpl
def lienso_forms() -> Sequence[Form]:
    """Name the forms that are printed of reports."""
    return slips.printed()


@hookimpl
def lienso_import_sheets() -> Sequence[ImportSheet]:
    """Name the sheets."""
    return importing.SHEETS
