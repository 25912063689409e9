"""Thủ quỹ: the cashier's own book of what really went in and out, beside the accounting book."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lienso import (
    Book,
    BookCheck,
    Capability,
    Finding,
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
from lienso.view import View

from . import book, book_checks, checks, list_posted, post_vouchers, records, reports, vouchers
from .messages import MESSAGES

MANIFEST = Manifest(name="cashier", title="Thủ quỹ", api="1.0", requires=("general_ledger",))


@hookimpl
def lienso_record_types() -> Sequence[RecordType]:
    """Name the record types."""
    return [
        RecordType(
            book.POSTING,
            Label("Ghi sổ thủ quỹ", "Cashier's posting"),
            records.CashierPosting,
            "document",
            unique=("voucher",),
            keys=(Key("voucher", ("voucher",)),),
            post=book.post_posting,
            posts_when_accepted=True,
            second_of=book.second_of,
            offline_create=False,
        ),
        RecordType(
            book.OPENING,
            Label("Số dư đầu sổ quỹ", "Opening of the cash book"),
            records.CashBookOpening,
            "voucher",
            unique=("currency", "fund", "branch"),
            post=book.post_opening,
            posts_when_accepted=True,
            entry_number="OPN",
            second_of=book.opening_of,
            offline_create=False,
        ),
    ]


@hookimpl
def lienso_books() -> Sequence[Book]:
    """Name the book."""
    return [book.BOOK]


@hookimpl
def lienso_options() -> Sequence[Option]:
    """Name the options; ``cashier.enabled`` is the company's, in module system."""
    return [
        _flag(post_vouchers.REQUIRE_POSTED, "Thủ quỹ chỉ ghi sổ chứng từ kế toán đã ghi sổ", "The cashier posts only what accounting has posted", True),
        _flag(checks.ALLOW_EDIT, "Được sửa chứng từ thủ quỹ đã ghi sổ", "What the cashier posted may be changed", False),
        _flag(post_vouchers.ALLOW_ACTUAL, "Thủ quỹ được ghi số thực tế khác chứng từ", "The cashier may post an actual figure", False),
        _flag(vouchers.FUNDS_BY_ACCOUNT, "Mỗi tài khoản tiền mặt là một quỹ", "Each cash account is a fund of its own", False),
    ]  # fmt: skip


def _flag(key: str, vi: str, en: str, default: bool) -> Option:
    return Option(key, Label(vi, en), "bool", default)


@hookimpl
def lienso_book_checks() -> Sequence[BookCheck]:
    """Name what is looked for in the cashier's book."""
    return book_checks.CHECKS


@hookimpl
def lienso_messages() -> Mapping[str, Message]:
    """Give the texts."""
    return MESSAGES


@hookimpl
def lienso_check_record(
    record: Record[Any], before: Record[Any] | None, view: View
) -> Iterator[Finding]:
    """Keep what the cashier posted."""
    return checks.check_record(record, before, view)


@hookimpl
def lienso_check_delete(record: Record[Any], view: View) -> Iterator[Finding]:
    """Keep vouchers that the cashier posted."""
    return checks.check_delete(record, view)


@hookimpl
def lienso_check_unposting(record: Record[Any], view: View) -> Iterator[Finding]:
    """Keep vouchers that the cashier posted."""
    return checks.check_unposting(record, view)


@hookimpl
def lienso_capabilities() -> Sequence[Capability]:
    """Name the functions: two cashiers on two servers must not post one voucher twice."""
    return [
        Capability(
            "cashier.post_vouchers",
            Label("Ghi sổ chứng từ", "The cashier posts vouchers to the cash book"),
            post_vouchers.PostParams,
            post_vouchers.PostResult,
            post_vouchers.post_vouchers,
            "online_only",
            undo="the same function with action unpost",
        ),
        Capability(
            "cashier.list_posted",
            Label(
                "Lấy danh sách các chứng từ đã ghi sổ",
                "List the vouchers that the cashier has posted",
            ),
            list_posted.ListParams,
            list_posted.ListResult,
            list_posted.list_posted,
            "online_only",
        ),
    ]


@hookimpl
def lienso_reports() -> Sequence[Report]:
    """Name the reports."""
    r = reports
    asked = Label("Đề nghị thu, chi", "Requests to receive and pay")
    counted = Label("Biên bản kiểm kê quỹ", "Minutes of cash counts")
    return [
        _report("cashier.cash_book", "Sổ quỹ tiền mặt", "Cash book", r.FundParams, r.cash_book, "S07-DN"),
        _report("cashier.fund_by_day", "Báo cáo tồn quỹ theo ngày", "Fund by day", r.FundParams, r.fund_by_day, ""),
        _report("cashier.compare", "Đối chiếu sổ quỹ với sổ kế toán", "Cash book and accounting book", r.DayParams, r.compare, ""),
        _report("cashier.proposed_openings", "Đề nghị số dư đầu sổ quỹ", "Proposed openings of the cash book", r.DayParams, r.proposed_openings, ""),
        Report("cashier.requests", asked, r.RequestParams, r.requests, reads_books=False),
        Report("cashier.counts", counted, r.PeriodParams, r.counts, reads_books=False),
    ]  # fmt: skip


def _report(id: str, vi: str, en: str, params: Any, run: Any, form: str) -> Report:
    return Report(id, Label(vi, en), params, run, form)
