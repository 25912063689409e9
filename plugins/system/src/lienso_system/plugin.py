"""Hệ thống; Khác: options, deletion, posting by word, look-ups, synchronisation."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any

from lienso import (
    BookCheck,
    Capability,
    Finding,
    Label,
    Manifest,
    Message,
    Option,
    Record,
    RecordType,
    Report,
    hookimpl,
)
from lienso.fields import NoParams
from lienso.rights import ASKED_WITHIN
from lienso.session import Session
from lienso.view import View

from . import (
    audit,
    balances,
    book_checks,
    checks,
    deletion,
    functions,
    openings,
    openings_check,
    openings_import,
    openings_reports,
    posting,
    reports,
    rights,
    setting,
    showing,
    stock,
)
from .messages import MESSAGES
from .options import OPTIONS
from .records import RECORD_TYPES
from .rights import UserRights

MANIFEST = Manifest(name="system", title="Hệ thống; Khác", api="1.0")


@hookimpl
def lienso_record_types() -> Sequence[RecordType]:
    """Name the record types."""
    return RECORD_TYPES


@hookimpl
def lienso_book_checks() -> Sequence[BookCheck]:
    """Name what is looked for in vouchers, their numbers, and openings."""
    return book_checks.CHECKS


@hookimpl
def lienso_options() -> Sequence[Option]:
    """Name the options."""
    return OPTIONS


@hookimpl
def lienso_messages() -> Mapping[str, Message]:
    """Give the texts."""
    return MESSAGES


@hookimpl
def lienso_check_record(
    record: Record[Any], before: Record[Any] | None, view: View
) -> Iterator[Finding]:
    """Check options, years and the link; keep the access log as it is."""
    return checks.check_record(record, before, view)


@hookimpl
def lienso_check_delete(record: Record[Any], view: View) -> Iterator[Finding]:
    """Refuse what is posted, has children, or is referred to."""
    return checks.check_delete(record, view)


@hookimpl
def lienso_rights_of(user: str, view: View) -> UserRights | None:
    """Say what a user may do, by his roles."""
    return rights.rights_of(user, view)


@hookimpl(wrapper=True)
def lienso_run_capability(
    capability: Capability, params: Any, session: Session
) -> Generator[None, Any, Any]:
    """Log calls that changed something."""
    logged = audit.keeps_log(capability, session)
    position = session.view.stored.feed_seq if logged else 0
    result = yield
    if logged:
        audit.note_call(capability, params, result, session, position)
    return result


@hookimpl
def lienso_capabilities() -> Sequence[Capability]:
    """Name the functions."""
    return [*_of_records(), *_of_posting(), *_of_openings(), *_of_the_site()]


def _of_records() -> list[Capability]:
    return [
        Capability(
            "system.set_options",
            Label(
                "Thiết lập thông tin hệ thống (trên Hệ thống\\Tùy chọn)", "Set the system's options"
            ),
            setting.SetOptionsParams,
            setting.SetOptionsResult,
            setting.set_options,
            "online_only",
            undo="set the old values back",
        ),
        Capability(
            "system.delete_records",
            Label("Xóa Danh mục/Chứng từ", "Delete catalogs and vouchers"),
            deletion.DeleteParams,
            deletion.DeleteResult,
            deletion.delete_records,
            "conditional",
            offline_refusal=deletion.refusal_offline,
            undo="system.restore_records",
            permission=ASKED_WITHIN,
        ),
        Capability(
            "system.restore_records",
            Label("Khôi phục danh mục, chứng từ đã xóa", "Restore deleted records"),
            deletion.RestoreParams,
            deletion.RestoreResult,
            deletion.restore_records,
            "online_only",
            origin="ours",
            permission=ASKED_WITHIN,
        ),
    ]


def _of_posting() -> list[Capability]:
    return [
        Capability(
            "system.post_voucher",
            Label("Ghi sổ chứng từ", "Post a voucher"),
            posting.PostParams,
            posting.PostResult,
            posting.post_voucher,
            "online_only",
            undo="system.unpost_voucher",
            permission=ASKED_WITHIN,
        ),
        Capability(
            "system.unpost_voucher",
            Label("Bỏ ghi chứng từ", "Unpost a voucher"),
            posting.UnpostParams,
            posting.UnpostResult,
            posting.unpost_voucher,
            "online_only",
            undo="system.post_voucher",
            permission=ASKED_WITHIN,
        ),
        Capability(
            "system.show_on_book",
            Label(
                "Chức năng Hiển thị trên sổ trên danh sách chứng từ",
                "Choose the book that a voucher shows on",
            ),
            showing.ShowParams,
            showing.ShowResult,
            showing.show_on_book,
            "online_only",
            undo="the same function with the former choice",
            permission=ASKED_WITHIN,
        ),
        Capability(
            "system.view_account_balance",
            Label(
                "Menu chuột phải của chứng từ: Xem số dư tài khoản",
                "See the balance of an account from a voucher",
            ),
            balances.BalanceParams,
            balances.BalanceResult,
            balances.view_account_balance,
            "online_only",
        ),
        Capability(
            "system.view_item_stock",
            Label(
                "Menu chuột phải của chứng từ: Xem số tồn vật tư",
                "See the stock of an item from a voucher",
            ),
            stock.StockParams,
            stock.StockResult,
            stock.view_item_stock,
            "online_only",
        ),
    ]


def _of_openings() -> list[Capability]:
    return [
        Capability(
            "system.import_opening_balances",
            Label("Nhập khẩu số dư từ Excel", "Import opening balances from Excel"),
            openings_import.ImportParams,
            openings_import.ImportResult,
            openings_import.import_opening_balances,
            "conditional",
            offline_refusal=openings_import.runs_here,
            in_transaction=False,
            undo="utilities.cancel_import",
        ),
        Capability(
            "system.save_opening_balances",
            Label("Nhập số dư ban đầu", "Enter opening balances"),
            openings.SaveParams,
            openings.Totals,
            openings.save_opening_balances,
            undo="system.delete_opening_balances",
            origin="ours",
        ),
        Capability(
            "system.delete_opening_balances",
            Label("Xóa số dư ban đầu", "Delete opening balances"),
            openings.DeleteParams,
            openings.DeleteResult,
            openings.delete_opening_balances,
            "conditional",
            offline_refusal=openings.refusal_offline,
            origin="ours",
        ),
        Capability(
            "system.check_opening_balances",
            Label("Kiểm tra số dư ban đầu", "Check opening balances"),
            openings_check.CheckParams,
            openings_check.CheckResult,
            openings_check.check_opening_balances,
            "online_only",
            origin="ours",
        ),
    ]


def _of_the_site() -> list[Capability]:
    return [
        Capability(
            "system.synchronize",
            Label("Đồng bộ dữ liệu", "Synchronize data"),
            functions.SynchronizeParams,
            functions.SynchronizeResult,
            functions.synchronize,
            "online_only",
            place="site",
            in_transaction=False,
        ),
        Capability(
            "system.help_contents",
            Label("Nội dung trợ giúp", "Help contents"),
            functions.HelpParams,
            functions.HelpResult,
            functions.help_contents,
            "online_only",
        ),
    ]


@hookimpl
def lienso_reports() -> Sequence[Report]:
    """Name the reports."""
    return [
        Report(
            "system.audit_log",
            Label("Nhật ký truy cập", "Access log"),
            audit.AuditParams,
            audit.audit_log,
        ),
        Report(
            "system.sync_failures",
            Label("Danh sách chứng từ lỗi đồng bộ", "Records that failed to synchronize"),
            reports.FailureParams,
            reports.sync_failures,
            reads_books=False,
        ),
        Report(
            "system.permissions",
            Label("Phân quyền người dùng", "User permissions"),
            NoParams,
            reports.permissions,
            reads_books=False,
        ),
        Report(
            "system.opening_balances",
            Label("Bảng số dư ban đầu", "Opening balances"),
            openings_reports.OpeningParams,
            openings_reports.opening_balances,
        ),
        Report(
            "system.opening_comparison",
            Label("Bảng đối chiếu số dư đầu kỳ", "Comparison of opening balances"),
            openings_reports.OpeningParams,
            openings_reports.opening_comparison,
        ),
        Report(
            "system.vouchers_by_ledger",
            Label("Chứng từ theo hệ thống sổ", "Vouchers by ledger"),
            reports.LedgerParams,
            reports.vouchers_by_ledger,
        ),
    ]
