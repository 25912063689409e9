"""Tiện ích: reports, checks, batches, maintenance, renumbering, imports: work that spans modules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lienso import (
    Capability,
    Finding,
    Label,
    Manifest,
    Message,
    Record,
    RecordType,
    Report,
    hookimpl,
)
from lienso.fields import NoParams
from lienso.rights import ASKED_WITHIN
from lienso.view import View
from lienso_general_ledger import FormulaResult

from . import (
    batches,
    book_sums,
    check_report,
    checking,
    data_file,
    data_importing,
    downloading,
    importing,
    lists,
    records,
    renumbering,
    spec_codes,
    statements,
    viewing,
)
from .messages import MESSAGES

MANIFEST = Manifest(
    name="utilities",
    title="Tiện ích",
    api="1.0",
    requires=("general_ledger",),
    optional=("cash", "bank", "cashier"),
)


@hookimpl
def lienso_record_types() -> Sequence[RecordType]:
    """Name the record types."""
    return records.record_types()


@hookimpl
def lienso_check_record(
    record: Record[Any], before: Record[Any] | None, view: View
) -> Iterator[Finding]:
    """Check the company's own reports and checks, and keep the log of looks as it is."""
    return records.check_record(record, before, view)


@hookimpl
def lienso_messages() -> Mapping[str, Message]:
    """Give the texts."""
    return MESSAGES


@hookimpl
def lienso_capabilities() -> Sequence[Capability]:
    """Name the functions."""
    return [*_looking(), *_batches(), *_numbers(), *_imports()]


def _online(
    id: str, vi: str, en: str, params: Any, result: Any, run: Any, **more: Any
) -> Capability:
    return Capability(f"utilities.{id}", Label(vi, en), params, result, run, "online_only", **more)


def _looking() -> list[Capability]:
    return [
        _online(
            "view_report",
            "Xem báo cáo",
            "View reports",
            viewing.ViewParams,
            viewing.ViewResult,
            viewing.view_report,
            permission=ASKED_WITHIN,
            in_transaction=False,  # a long report holds nobody up
        ),
        _online(
            "set_up_statements",
            "Thiết lập báo cáo tài chính",
            "Set up financial statements",
            statements.SetUpParams,
            FormulaResult,
            statements.set_up_statements,
            undo="set the former lines, or restore_default",
        ),
        _online(
            "check_books",
            "Kiểm tra đối chiếu chứng từ sổ sách",
            "Check vouchers against the books",
            checking.CheckParams,
            checking.CheckResultRows,
            checking.check_books,
            in_transaction=False,  # it only reads, and long: nobody waits for it
        ),
        _online(
            "accept_finding",
            "Chấp nhận kết quả kiểm tra",
            "Accept a finding of the book check",
            checking.AcceptParams,
            checking.AcceptResult,
            checking.accept_finding,
            in_transaction=False,
            origin="ours",
        ),
    ]


def _batches() -> list[Capability]:
    return [
        _online(
            "batch_post",
            "Ghi sổ theo lô",
            "Post in batches",
            batches.PostParams,
            batches.PostResult,
            batches.batch_post,
            in_transaction=False,
            undo="utilities.batch_unpost",
        ),
        _online(
            "batch_unpost",
            "Bỏ ghi theo lô",
            "Unpost in batches",
            batches.Range,
            batches.UnpostResult,
            batches.batch_unpost,
            in_transaction=False,
            undo="utilities.batch_post",
        ),
        _online(
            "maintain_data",
            "Bảo trì dữ liệu",
            "Data maintenance",
            batches.MaintainParams,
            batches.MaintainResult,
            batches.maintain_data,
            in_transaction=False,
        ),
    ]


def _numbers() -> list[Capability]:
    return [
        _online(
            "renumber_vouchers",
            "Đánh lại số chứng từ",
            "Renumber vouchers",
            renumbering.RenumberParams,
            renumbering.RenumberResult,
            renumbering.renumber_vouchers,
            undo="utilities.restore_numbers",
        ),
        _online(
            "restore_numbers",
            "Khôi phục số chứng từ cũ",
            "Restore the numbers before a renumbering",
            renumbering.RestoreParams,
            renumbering.RestoreResult,
            renumbering.restore_numbers,
            origin="ours",
        ),
        _online(
            "download_vouchers",
            "Tải chứng từ",
            "Download vouchers",
            downloading.DownloadParams,
            downloading.DownloadResult,
            downloading.download_vouchers,
            place="site",
            in_transaction=False,
        ),
    ]


def _imports() -> list[Capability]:
    return [
        _online(
            "import_data",
            "Nhập khẩu dữ liệu",
            "Import data",
            data_importing.DataParams,
            importing.ImportResult,
            data_importing.import_data,
            undo="utilities.cancel_import",
        ),
        _online(
            "import_spec_codes",
            "Nhập khẩu mã quy cách từ excel",
            "Import spec codes from Excel",
            spec_codes.SpecParams,
            spec_codes.SpecResult,
            spec_codes.import_spec_codes,
            undo="import the former specs again, or delete them",
        ),
        Capability(
            "utilities.import_excel",
            Label(
                "Nhập khẩu từ Excel (chứng từ, danh mục)", "Import vouchers and catalogs from Excel"
            ),
            importing.ExcelParams,
            importing.ImportResult,
            importing.import_excel,
            "offline_ok",
            undo="utilities.cancel_import",
            origin="ours",
        ),
        Capability(
            "utilities.cancel_import",
            Label("Hủy lần nhập khẩu", "Cancel an import batch"),
            importing.CancelParams,
            importing.CancelResult,
            importing.cancel_import,
            "conditional",
            offline_refusal=importing.refusal_offline,
            origin="ours",
        ),
    ]


@hookimpl
def lienso_reports() -> Sequence[Report]:
    """Name the reports."""
    return [
        Report(
            "utilities.book_sums",
            Label("Tổng hợp sổ theo chiều phân tích", "Sums of a book by dimension"),
            book_sums.SumsParams,
            book_sums.book_sums,
        ),
        Report(
            "utilities.report_runs",
            Label("Nhật ký xem báo cáo", "Log of looks at reports"),
            lists.RunParams,
            lists.report_runs,
            reads_books=False,
        ),
        Report(
            "utilities.check_problems",
            Label("Kết quả kiểm tra đối chiếu", "Findings of the book check"),
            checking.CheckParams,
            check_report.check_problems,
        ),
        Report(
            "utilities.report_list",
            Label("Danh sách báo cáo theo phân hệ", "Reports by module"),
            NoParams,
            lists.report_list,
            reads_books=False,
        ),
        Report(
            "utilities.data_file",
            Label("Dữ liệu xuất khẩu", "Exported data"),
            data_file.DataFileParams,
            data_file.data_file,
        ),
        Report(
            "utilities.import_log",
            Label("Nhật ký nhập khẩu", "Log of imports"),
            NoParams,
            lists.import_log,
            reads_books=False,
        ),
        Report(
            "utilities.job_log",
            Label("Nhật ký công việc theo lô", "Log of batch jobs"),
            NoParams,
            lists.job_log,
            reads_books=False,
        ),
        Report(
            "utilities.number_changes",
            Label("Bảng đối chiếu số chứng từ cũ–mới", "Old and new voucher numbers"),
            NoParams,
            lists.number_changes,
        ),
        Report(
            "utilities.accepted_findings",
            Label("Kết quả kiểm tra đã chấp nhận", "Accepted findings of the book check"),
            NoParams,
            lists.accepted_findings,
            reads_books=False,
        ),
    ]
