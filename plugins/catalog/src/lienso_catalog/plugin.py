"""Danh mục: the chart of accounts and every other code list that vouchers point at."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lienso import (
    BookCheck,
    Capability,
    Column,
    Entry,
    Finding,
    ImportSheet,
    Label,
    Manifest,
    Message,
    NumberSeries,
    Option,
    Record,
    RecordType,
    Report,
    hookimpl,
)
from lienso.fields import NoParams
from lienso.model import Ledger
from lienso.view import View

from . import (
    book_checks,
    checks,
    deleting,
    functions,
    letterhead,
    lists,
    merge_log,
    posting,
    rates,
    reports,
    seeds,
    sheets,
    types,
)
from .messages import MESSAGES
from .reports import ListParams

MANIFEST = Manifest(name="catalog", title="Danh mục", api="1.0", requires=("system",))


@hookimpl
def lienso_record_types() -> Sequence[RecordType]:
    """Name the code lists."""
    return types.record_types()


@hookimpl
def lienso_book_checks() -> Sequence[BookCheck]:
    """Name what is looked for on accounts and nodes."""
    return book_checks.CHECKS


@hookimpl
def lienso_options() -> Sequence[Option]:
    """Name the options."""
    return [
        Option(
            "lenient_object_role",
            Label(
                "Chỉ cảnh báo khi đối tượng không đúng vai trò",
                "Only warn when an object does not have the role",
            ),
            "bool",
            False,
        )
    ]


@hookimpl
def lienso_messages() -> Mapping[str, Message]:
    """Give the texts."""
    return MESSAGES


@hookimpl
def lienso_seed_records(regime: str) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """Give the chart of accounts and what else a new company has."""
    return seeds.seed_records(regime)


@hookimpl
def lienso_capabilities() -> Sequence[Capability]:
    """Name the functions."""
    return functions.capabilities()


@hookimpl
def lienso_import_sheets() -> Sequence[ImportSheet]:
    """Name the sheets of a workbook."""
    return sheets.SHEETS


@hookimpl
def lienso_check_record(
    record: Record[Any], before: Record[Any] | None, view: View
) -> Iterator[Finding]:
    """Check entries of the code lists."""
    return checks.check_record(record, before, view)


@hookimpl
def lienso_check_delete(record: Record[Any], view: View) -> Iterator[Finding]:
    """Keep statutory accounts and what the books name."""
    return deleting.check_delete(record, view)


@hookimpl
def lienso_check_posting(
    record: Record[Any], entries: Mapping[str, Sequence[Entry]], view: View
) -> Sequence[Finding]:
    """Check accounts and dimensions of entries."""
    return posting.check_posting(record, entries, view)


@hookimpl
def lienso_number_series(
    record_type: RecordType, ledger: Ledger, date: datetime.date, view: View
) -> NumberSeries | None:
    """Say how numbers look, as the company has set it."""
    return rates.number_series(record_type, ledger, date, view)


@hookimpl
def lienso_letterhead(branch: str, view: View) -> Mapping[str, str]:
    """Say who prints."""
    return letterhead.letterhead(branch, view)


@hookimpl
def lienso_reports() -> Sequence[Report]:
    """Name the lists."""
    return [
        _list(
            "accounts",
            "Danh mục hệ thống tài khoản",
            "Chart of accounts",
            reports.accounts,
            NoParams,
        ),
        *_object_lists(),
        _list("items", "Danh sách vật tư hàng hóa", "List of items", lists.items, asks_cloud=True),
        _list("warehouses", "Danh sách kho", "List of warehouses", reports.warehouses),
        _list(
            "bank_accounts",
            "Danh sách TK ngân hàng",
            "List of bank accounts",
            reports.bank_accounts,
        ),
        *_trees(),
        _list(
            "merge_log",
            "Nhật ký gộp/chuyển phát sinh",
            "Log of merges and moves",
            merge_log.merge_log,
            merge_log.LogParams,
            asks_cloud=True,  # the access log is the cloud's
        ),
        _list(
            "suspected_duplicates",
            "Danh mục trùng nghi ngờ",
            "Suspected duplicates",
            reports.suspected_duplicates,
            NoParams,
        ),
    ]


def _list(
    id: str, vi: str, en: str, run: Any, params: Any = ListParams, asks_cloud: bool = False
) -> Report:
    label = Label(vi, en)
    return Report(f"catalog.{id}", label, params, run, reads_books=False, asks_cloud=asks_cloud)


def _object_lists() -> Iterator[Report]:
    for role, vi, en in (
        ("customer", "Danh sách khách hàng", "List of customers"),
        ("supplier", "Danh sách nhà cung cấp", "List of suppliers"),
        ("employee", "Danh sách nhân viên", "List of employees"),
    ):
        yield _list(f"{role}s", vi, en, lists.objects(role, Label(vi, en)), asks_cloud=True)


def _trees() -> Iterator[Report]:
    for type, vi, en, columns in (
        (
            "project",
            "Danh sách công trình",
            "List of projects",
            (
                Column("status", Label("Tình trạng", "Status")),
                Column("estimate", Label("Dự toán", "Estimate"), "money"),
            ),
        ),
        (
            "cost_item",
            "Danh sách khoản mục chi phí",
            "List of cost items",
            (Column("class", Label("Loại", "Class")),),
        ),
        (
            "budget_item",
            "Danh sách mục thu/chi",
            "List of receipt and payment items",
            (Column("direction", Label("Loại", "Direction")),),
        ),
        (
            "statistic_code",
            "Danh sách mã thống kê",
            "List of statistical codes",
            (Column("description", Label("Diễn giải", "Description")),),
        ),
    ):
        run = reports.tree(type, Label(vi, en), columns)
        yield _list(f"{type}s", vi, en, run, NoParams)
