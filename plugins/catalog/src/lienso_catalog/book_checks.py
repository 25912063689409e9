"""Rows of the ledger on what only sums up: summary accounts, and inner nodes of catalogs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lienso import BookCheck, CheckScope, Label
from lienso.book_checks import Problem, vouchers_of

from .chart import account
from .trees import BY_PARENT, DIMENSIONS, EXEMPT, LEDGER_BOOK

IDS_AT_ONCE = 500
"""Inner nodes that one sum asks for."""

MOVED_BY: Mapping[str, str] = {
    "account": "catalog.transfer_posting_accounts",
    "project": "catalog.transfer_project",
    "cost_item": "catalog.transfer_cost_item",
    "budget_item": "catalog.transfer_budget_item",
    "statistic_code": "catalog.transfer_statistic_code",
}
"""Catalog → the function that moves postings to another entry; of others the voucher is corrected."""


def inner_rows(scope: CheckScope) -> Iterator[Problem]:
    """Yield accounts and nodes that have others below them, and rows of their own up to the last day."""
    book = scope.view.book(LEDGER_BOOK)
    sums = book.sum(("debit", "credit"), by=("account",), where=scope.where, date_to=scope.to_date)
    for (code,), (debit, credit) in sorted(sums.items()):
        state = account(scope.view, code)
        if state is not None and not state.leaf:
            yield _problem(scope, "account", code, code, debit - credit)
    for name, type in DIMENSIONS.items():
        if type in BY_PARENT and type not in EXEMPT:
            yield from _nodes(scope, name, type)


def _nodes(scope: CheckScope, name: str, type: str) -> Iterator[Problem]:
    inner = sorted({r.data.parent for r in scope.view.all(type) if r.data.parent})
    book = scope.view.book(LEDGER_BOOK)
    found: dict[str, int] = {}
    for start in range(0, len(inner), IDS_AT_ONCE):
        where = {**scope.where, name: inner[start : start + IDS_AT_ONCE]}
        sums = book.sum(("debit", "credit"), by=(name,), where=where, date_to=scope.to_date)
        found |= {id: debit - credit for (id,), (debit, credit) in sums.items()}
    for code, id in sorted((scope.view.code(type, id), id) for id in found):
        yield _problem(scope, name, id, code, found[id])


def _problem(scope: CheckScope, name: str, value: str, code: str, amount: int) -> Problem:
    entries = scope.view.book(LEDGER_BOOK).entries(
        where={**scope.where, name: value}, date_to=scope.to_date
    )
    moved_by = MOVED_BY.get(DIMENSIONS.get(name, name), "system.unpost_voucher")
    return {
        **({} if name == "account" else {"code": name}),
        ("account" if name == "account" else "node"): code,
        "amount": amount,
        **vouchers_of(entries),
        "repair": {"id": moved_by, "params": {}},
    }


CHECKS: tuple[BookCheck, ...] = (
    BookCheck(
        "accounts.inner_node_rows",
        "Báo cáo tài chính",
        "warning",
        Label(
            "Phát sinh trên tài khoản tổng hợp hoặc nút trung gian của danh mục; hãy chuyển phát sinh"
            " sang tài khoản hoặc mã chi tiết, hoặc bỏ ghi và sửa chứng từ",
            "rows on a summary account or catalog node; move them to a detail account or code with"
            " catalog.transfer_posting_accounts and its like, or correct the vouchers",
        ),
        inner_rows,
        "catalog.transfer_posting_accounts",
    ),
)
