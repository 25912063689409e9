"""Tổng hợp: the general ledger, journal vouchers, opening balances, period locks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lienso import (
    Book,
    Capability,
    Entry,
    Finding,
    ImportSheet,
    Key,
    Label,
    Manifest,
    Message,
    Option,
    Record,
    RecordType,
    Report,
    hookimpl,
)
from lienso.model import Ledger
from lienso.view import View

from . import (
    checks,
    locking,
    openings,
    openings_joining,
    posting,
    printing,
    records,
    reports,
    sheets,
)
from .books import BOOKS
from .messages import MESSAGES

MANIFEST = Manifest(name="general_ledger", title="Tổng hợp", api="1.0", requires=("catalog",))


@hookimpl
def lienso_record_types() -> Sequence[RecordType]:
    """Name the record types."""
    return [
        RecordType(
            "journal",
            Label("Chứng từ nghiệp vụ khác", "Journal voucher"),
            records.Journal,
            "voucher",
            number_prefix="NVK",
            number_group="NVK",
            post=posting.post_journal,
            print=printing.print_journal,
            printed_form="Phiếu kế toán",
        ),
        _opening(
            "account_opening",
            Label("Số dư tài khoản đầu kỳ", "Opening balance of an account"),
            openings.AccountOpening,
            (),
            "1111",
        ),
        _opening(
            "object_opening",
            Label("Số dư công nợ đầu kỳ", "Opening balance by object"),
            openings.ObjectOpening,
            ("object",),
            "131",
        ),
        _opening(
            "bank_opening",
            Label("Số dư TK ngân hàng đầu kỳ", "Opening balance of a bank account"),
            openings.BankOpening,
            ("bank_account",),
            "1121",
        ),
        RecordType(
            "period_lock",
            Label("Khóa sổ kỳ kế toán", "Period lock"),
            records.PeriodLock,
            "document",
            unique=("branch", "ledger"),
            offline_create=False,
        ),
    ]


def _opening(id: str, title: Label, model: Any, by: tuple[str, ...], account: str) -> RecordType:
    return RecordType(
        id,
        title,
        model,
        "voucher",
        unique=("account", *by, "currency", "display_on_book", "branch"),
        keys=(Key("account", ("account",)),),
        post=openings.post_opening,
        posts_when_accepted=True,
        entry_number=openings.OPENING_NUMBER,
        join=openings_joining.JOIN,
        defaults={"account": account},
    )


@hookimpl
def lienso_books() -> Sequence[Book]:
    """Name the books."""
    return BOOKS


@hookimpl
def lienso_options() -> Sequence[Option]:
    """Name the options."""
    return [
        Option(
            checks.NO_NEGATIVE,
            Label("Không cho ghi âm", "No red-ink entries"),
            "bool",
            False,
        )
    ]


@hookimpl
def lienso_messages() -> Mapping[str, Message]:
    """Give the texts."""
    return MESSAGES


@hookimpl
def lienso_check_record(
    record: Record[Any], before: Record[Any] | None, view: View
) -> Iterator[Finding]:
    """Check opening balances, days before the first accounting day, and lock dates."""
    return checks.check_record(record, before, view)


@hookimpl
def lienso_check_posting(
    record: Record[Any], ledger: Ledger, entries: Mapping[str, Sequence[Entry]], view: View
) -> Sequence[Finding]:
    """Check dates, accounts, amounts, rates, and that the pairs balance."""
    return checks.check_posting(record, ledger, entries, view)


@hookimpl
def lienso_check_unposting(record: Record[Any], ledger: Ledger, view: View) -> Iterator[Finding]:
    """Keep locked periods."""
    return checks.check_unposting(record, ledger, view)


@hookimpl
def lienso_check_delete(record: Record[Any], view: View) -> Iterator[Finding]:
    """Keep locked periods."""
    return checks.check_delete(record, view)


@hookimpl
def lienso_capabilities() -> Sequence[Capability]:
    """Name the functions."""
    return [
        Capability(
            "general_ledger.lock_period",
            Label("Khóa sổ kỳ kế toán", "Lock an accounting period"),
            locking.LockParams,
            locking.LockResult,
            locking.lock_period,
            "online_only",
            undo="general_ledger.unlock_period",
        ),
        Capability(
            "general_ledger.unlock_period",
            Label("Bỏ khóa sổ kỳ kế toán", "Unlock an accounting period"),
            locking.UnlockParams,
            locking.UnlockResult,
            locking.unlock_period,
            "online_only",
            undo="general_ledger.lock_period",
        ),
    ]


@hookimpl
def lienso_reports() -> Sequence[Report]:
    """Name the reports."""
    return [
        Report(
            "general_ledger.trial_balance",
            Label("Bảng cân đối số phát sinh", "Trial balance"),
            reports.TrialBalanceParams,
            reports.trial_balance,
            "S06-DN",
        ),
        Report(
            "general_ledger.account_ledger",
            Label("Sổ cái", "Account ledger"),
            reports.AccountParams,
            reports.account_ledger,
            "S03b-DN",
        ),
        Report(
            "general_ledger.journal_book",
            Label("Sổ nhật ký chung", "General journal"),
            reports.PeriodParams,
            reports.journal_book,
            "S03a-DN",
        ),
    ]


@hookimpl
def lienso_import_sheets() -> Sequence[ImportSheet]:
    """Name the sheets."""
    return sheets.SHEETS
