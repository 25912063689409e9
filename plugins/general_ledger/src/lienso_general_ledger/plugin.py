"""Tổng hợp: the general ledger, journals, openings, locks, and the work of a period's end.

What a topic declares stands in its own `declared`; here it is put together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lienso import (
    Book,
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
    sheets,
    wording,
)
from .book_checks import declared as book_checks
from .bookforms.declared import REPORTS
from .books import BOOKS
from .closing import declared as closing
from .closing.table import seeds
from .fx import declared as fx
from .groups import declared as groups
from .messages import MESSAGES
from .money import overdraft
from .operating import declared as operating
from .prepaid import declared as prepaid
from .prepaid import sheet as prepaid_sheet
from .settling import declared as settling
from .statements import declared, guards
from .statements.messages import MESSAGES as STATEMENT_MESSAGES

MANIFEST = Manifest(name="general_ledger", title="Tổng hợp", api="1.0", requires=("catalog",))

TOPICS = (closing, fx, prepaid, operating, groups, settling)


@hookimpl
def lienso_seed_records(regime: str) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """Give a new company its closing table."""
    return seeds(regime)


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
            print_facts=printing.facts,
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
        *(kind for topic in TOPICS for kind in topic.RECORD_TYPES),
        RecordType(
            "period_lock",
            Label("Khóa sổ kỳ kế toán", "Period lock"),
            records.PeriodLock,
            "document",
            unique=("branch", "ledger"),
            offline_create=False,
        ),
        *declared.RECORD_TYPES,
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
def lienso_book_checks() -> Sequence[BookCheck]:
    """Name what is looked for in debts, at a period's end, in statements, and in the book itself."""
    return book_checks.CHECKS


@hookimpl
def lienso_options() -> Sequence[Option]:
    """Name the options."""
    return [
        Option(
            checks.NO_NEGATIVE,
            Label("Không cho ghi âm", "No red-ink entries"),
            "bool",
            False,
        ),
        Option(
            overdraft.OPTION,
            Label(
                "Cảnh báo khi chi quá số tồn tiền mặt hoặc tiền gửi",
                "When a payment exceeds the cash at hand",
            ),
            "choice",
            "warn",
            ("none", "warn", "block"),
        ),
        *wording.OPTIONS,
        *(option for topic in TOPICS for option in topic.OPTIONS),
    ]


@hookimpl
def lienso_messages() -> Mapping[str, Message]:
    """Give the texts."""
    return {**MESSAGES, **STATEMENT_MESSAGES}


@hookimpl
def lienso_check_record(
    record: Record[Any], before: Record[Any] | None, view: View
) -> Iterator[Finding]:
    """Check opening balances, days before the first accounting day, and lock dates."""
    yield from checks.check_record(record, before, view)
    yield from guards.check_record(record, before, view)


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
    yield from checks.check_delete(record, view)
    yield from guards.check_delete(record)


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
        *(function for topic in TOPICS for function in topic.CAPABILITIES),
        *declared.CAPABILITIES,
    ]


@hookimpl
def lienso_figures() -> Sequence[Figure]:
    """Name the figures."""
    return prepaid.FIGURES


@hookimpl
def lienso_reports() -> Sequence[Report]:
    """Name the reports."""
    return [*REPORTS, *declared.REPORTS]


@hookimpl
def lienso_import_sheets() -> Sequence[ImportSheet]:
    """Name the sheets."""
    return (*sheets.SHEETS, prepaid_sheet.SHEET)
