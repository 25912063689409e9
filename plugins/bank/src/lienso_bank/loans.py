"""S34-DN Sổ chi tiết tiền vay: per loan received, repaid, overdue, balance (spec §6)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from lienso import Column, Label, Prefix, Record, Table
from lienso.storage import PostedEntry
from lienso.view import View
from lienso_general_ledger.money.funds import branch_id
from lienso_general_ledger.money.running import Group, groups, period_text
from lienso_general_ledger.openings import OPENING_NUMBER
from lienso_general_ledger.reports import PeriodParams

LOANS = "341"
"""Vay và nợ thuê tài chính, in all three charts."""


class LoanParams(PeriodParams):
    """A lender, by code or id; left out, all of them."""

    object: str | None = None


def loan_book(params: LoanParams, view: View) -> Table:
    """List the rows of 341 with what is left, per account and lender, đồng.

    A loan is what one lender gave on one account; its agreement is the lender's loan contract, where
    he has one. What is repaid pays the oldest amount received first; overdue is what was due by a
    day and is not repaid: by the row's own due date, else by that of the only contract.
    """
    where: dict[str, Any] = {"account": Prefix(LOANS), "ledger": params.ledger}
    if branch := branch_id(view, params.branch):
        where["branch"] = branch
    if params.object:
        where["object"] = view.require("object", params.object).id
    rows: list[tuple[Any, ...]] = []
    totals = [0, 0]
    for group in groups(view, params, where, ("account", "object")):
        rows += _Loan(view, group, params, where).rows(totals)
    return Table(
        (
            Column("account", Label("Tài khoản", "Account")),
            Column("lender", Label("Đối tượng cho vay", "Lender")),
            Column("contract", Label("Khế ước vay", "Loan contract")),
            Column("date", Label("Ngày tháng ghi sổ", "Posting date"), "date"),
            Column("no", Label("Số hiệu chứng từ", "Voucher")),
            Column("description", Label("Diễn giải", "Description")),
            Column("due_date", Label("Ngày đến hạn", "Due date"), "date"),
            Column("received", Label("Số tiền vay", "Received"), "money"),
            Column("repaid", Label("Số tiền trả", "Repaid"), "money"),
            Column("overdue", Label("Nợ quá hạn", "Overdue"), "money"),
            Column("balance", Label("Còn phải trả", "Balance"), "money"),
        ),
        tuple(rows),
        Label("Sổ chi tiết tiền vay (S34-DN)", "Detailed ledger of loans (S34-DN)"),
        period_text(params),
        ("", "", "", "", "", "Cộng", "", *totals, "", ""),
    )


class _Loan:
    """What one lender gave on one account."""

    def __init__(self, view: View, group: Group, params: LoanParams, where: dict[str, Any]) -> None:
        self.view, self.group, self.params = view, group, params
        self.account, self.lender = group.key
        contracts = [
            record
            for record in view.all("loan_contract")
            if record.data.lender == self.lender and self.lender
        ]
        self.contract: Record[Any] | None = contracts[0] if len(contracts) == 1 else None
        self.where = {**where, "account": self.account, "object": self.lender}

    def rows(self, totals: list[int]) -> Iterator[tuple[Any, ...]]:
        code = "" if self.contract is None else self.contract.data.code
        head = (self.account, self.view.code("object", self.lender), code)
        balance = -self.group.amount
        yield (*head, "", "", "Số dư đầu kỳ", "", 0, 0, "", balance)
        received = repaid = 0
        for posted in self.group.entries:
            credit = posted.entry.measures.get("credit", 0)
            debit = posted.entry.measures.get("debit", 0)
            balance += credit - debit
            if posted.number != OPENING_NUMBER:
                received, repaid = received + credit, repaid + debit
            due = self._due(posted) if credit else None
            yield (
                *head,
                posted.entry.posting_date.isoformat(),
                posted.number,
                posted.description,
                "" if due is None else due.isoformat(),
                credit,
                debit,
                "",
                balance,
            )
        totals[:] = [totals[0] + received, totals[1] + repaid]
        yield (*head, "", "", "Số dư cuối kỳ", "", received, repaid, self._overdue(), balance)

    def _due(self, posted: PostedEntry) -> datetime.date | None:
        text = posted.entry.dimensions.get("due_date", "")
        if text:
            return datetime.date.fromisoformat(text)
        found: datetime.date | None = None if self.contract is None else self.contract.data.due_on
        return found

    def _overdue(self) -> int:
        """Return what was due by the end of the range and is not repaid."""
        due = repaid = 0
        for posted in self.view.book("general_ledger").entries(
            where=self.where, date_to=self.params.to_date
        ):
            repaid += posted.entry.measures.get("debit", 0)
            day = self._due(posted)
            if day is not None and day < self.params.to_date:
                due += posted.entry.measures.get("credit", 0)
        return max(due - repaid, 0)
