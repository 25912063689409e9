"""Books of bank deposits: S08-DN, balances by bank account, and what the bank has not carried out (§6)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from lienso import Column, Label, Record, Table
from lienso.view import View
from lienso_general_ledger.money.forms import object_name
from lienso_general_ledger.money.funds import (
    BANK,
    LOCAL,
    branch_id,
    fund_where,
    in_currency,
    moved,
    plain,
)
from lienso_general_ledger.money.running import Group, groups, period_text
from lienso_general_ledger.openings import OPENING_NUMBER
from lienso_general_ledger.reports import PeriodParams

from .account import matches_of
from .forms import totals
from .records import METHODS

DATE = Column("date", Label("Ngày tháng ghi sổ", "Posting date"), "date")
NUMBER = Column("no", Label("Số hiệu chứng từ", "Voucher"))
VOUCHER_DATE = Column("voucher_date", Label("Ngày tháng chứng từ", "Voucher date"), "date")
TEXT = Column("description", Label("Diễn giải", "Description"))
BANK_ACCOUNT = Column("bank_account", Label("TK ngân hàng", "Bank account"))
CURRENCY = Column("currency", Label("Loại tiền", "Currency"))
NOTE = Column("note", Label("Ghi chú", "Note"))


class DepositBookParams(PeriodParams):
    """One bank account, by code or id; left out, all of them."""

    bank_account: str | None = None


def deposit_book(params: DepositBookParams, view: View) -> Table:
    """S08-DN: every row of 112 with its running balance, per bank account.

    Amounts are those of the account's currency; đồng of a foreign account stand in the note.
    """
    where = fund_where(params.ledger, branch_id(view, params.branch), accounts=(BANK,))
    if params.bank_account:
        where["bank_account"] = view.require("bank_account", params.bank_account).id
    rows: list[tuple[Any, ...]] = []
    for group in groups(view, params, where, ("bank_account", "currency")):
        rows += _book_rows(view, group)
    return Table(
        (
            BANK_ACCOUNT,
            CURRENCY,
            DATE,
            NUMBER,
            VOUCHER_DATE,
            TEXT,
            Column("contra", Label("TK đối ứng", "Contra account")),
            Column("receipt", Label("Thu (gửi vào)", "In"), "quantity"),
            Column("payment", Label("Chi (rút ra)", "Out"), "quantity"),
            Column("balance", Label("Còn lại", "Balance"), "quantity"),
            NOTE,
        ),
        tuple(rows),
        Label("Sổ tiền gửi ngân hàng (S08-DN)", "Bank deposit book (S08-DN)"),
        period_text(params),
    )


def _book_rows(view: View, group: Group) -> Iterator[tuple[Any, ...]]:
    id, currency = group.key
    code = view.code("bank_account", id)
    amount, running = group.amount, in_currency((group.amount, group.fc_amount), currency)

    def shown(value: Decimal) -> Any:
        return plain(view, value, currency)

    def note(value: int) -> str:
        return "" if currency == LOCAL else f"{value} VND"

    nothing = shown(Decimal(0))
    head = (code, currency, "", "", "")
    yield (*head, "Số dư đầu kỳ", "", nothing, nothing, shown(running), note(amount))
    sums = [Decimal(0), Decimal(0)]
    for posted in group.entries:
        both = moved(posted.entry)
        change = in_currency(both, currency)
        amount, running = amount + both[0], running + change
        out = posted.entry.side % 2 == 1
        receipt, payment = (Decimal(0), -change) if out else (change, Decimal(0))
        if posted.number != OPENING_NUMBER:
            sums = [sums[0] + receipt, sums[1] + payment]
        yield (
            code,
            currency,
            posted.entry.posting_date.isoformat(),
            posted.number,
            posted.voucher_date.isoformat(),
            posted.description,
            posted.entry.dimensions.get("contra_account", ""),
            shown(receipt),
            shown(payment),
            shown(running),
            note(both[0]),
        )
    yield (*head, "Cộng số phát sinh trong kỳ", "", shown(sums[0]), shown(sums[1]), "", "")
    yield (*head, "Số dư cuối kỳ", "", nothing, nothing, shown(running), note(amount))


def balances(params: PeriodParams, view: View) -> Table:
    """Bảng kê số dư ngân hàng: by account of the ledger and bank account, foreign units and đồng."""
    where = fund_where(params.ledger, branch_id(view, params.branch), accounts=(BANK,))
    rows = []
    for group in groups(view, params, where, ("account", "bank_account", "currency")):
        account, id, currency = group.key
        opening, fc_opening = group.amount, group.fc_amount
        sides = [0, 0]
        fc_sides = [Decimal(0), Decimal(0)]
        for posted in group.entries:
            change, fc_change = moved(posted.entry)
            if posted.number == OPENING_NUMBER:
                opening, fc_opening = opening + change, fc_opening + fc_change
                continue  # An opening inside the period is a balance, no turnover.
            side = posted.entry.side % 2
            sides[side] += -change if side else change
            fc_sides[side] += -fc_change if side else fc_change
        closing = opening + sides[0] - sides[1]
        fc_closing = fc_opening + fc_sides[0] - fc_sides[1]
        foreign = [fc_opening, *fc_sides, fc_closing]
        record = view.get("bank_account", id) if id else None
        rows.append(
            (
                account,
                view.code("bank_account", id),
                "" if record is None else _bank_name(view, record.data),
                currency,
                *("" if currency == LOCAL else str(plain(view, fc, currency)) for fc in foreign),
                opening,
                *sides,
                closing,
            )
        )
    sums = [sum(row[at] for row in rows) for at in range(8, 12)]
    return Table(
        (
            Column("account", Label("Tài khoản", "Account")),
            BANK_ACCOUNT,
            Column("bank", Label("Ngân hàng", "Bank")),
            CURRENCY,
            Column("fc_opening", Label("Dư đầu kỳ nguyên tệ", "Opening, currency"), "quantity"),
            Column("fc_in", Label("Thu nguyên tệ", "In, currency"), "quantity"),
            Column("fc_out", Label("Chi nguyên tệ", "Out, currency"), "quantity"),
            Column("fc_closing", Label("Dư cuối kỳ nguyên tệ", "Closing, currency"), "quantity"),
            Column("opening", Label("Dư đầu kỳ", "Opening"), "money"),
            Column("in", Label("Thu", "In"), "money"),
            Column("out", Label("Chi", "Out"), "money"),
            Column("closing", Label("Dư cuối kỳ", "Closing"), "money"),
        ),
        tuple(rows),
        Label("Bảng kê số dư ngân hàng", "Balances by bank account"),
        period_text(params),
        ("", "", "", "Cộng", "", "", "", "", *sums),
    )


def _bank_name(view: View, data: Any) -> str:
    found = view.get("bank", data.bank) if data.bank else None
    return str(data.bank_name or ("" if found is None else found.data.name))


def waiting_payments(params: PeriodParams, view: View) -> Table:
    """UNC chờ gửi, séc chưa thanh toán: payments that no statement shows, drafts too, by day.

    An order waits until the bank has given it a number of its own or carried it out.
    """
    branch = branch_id(view, params.branch)
    after = params.to_date + datetime.timedelta(days=1)
    found = [
        record
        for record in view.find("bank_payment", "date", start=(params.from_date,), stop=(after,))
        if _waits(view, record) and (branch is None or (record.data.branch or "") == branch)
    ]
    found.sort(key=lambda record: (record.data.posting_date, record.data.no, record.id))
    rows = tuple(_waiting_row(view, record, params.ledger) for record in found)
    here = "" if view.role == "cloud" else " (chỉ gồm chứng từ tại máy chủ này)"
    return Table(
        (
            DATE,
            NUMBER,
            Column("method", Label("Phương thức", "Method")),
            BANK_ACCOUNT,
            Column("who", Label("Người thụ hưởng", "Beneficiary")),
            Column("number", Label("Số tài khoản thụ hưởng", "Account")),
            TEXT,
            Column("amount", Label("Số tiền", "Amount"), "money"),
            Column("posted", Label("Đã ghi sổ", "Posted")),
        ),
        rows,
        Label("Ủy nhiệm chi chờ gửi, séc chưa thanh toán", "Orders to send, cheques outstanding"),
        period_text(params) + here,
        ("", "", "", "", "", "", "Cộng", sum(row[7] for row in rows), ""),
    )


def _waits(view: View, record: Record[Any]) -> bool:
    sent = record.data.method == "transfer_order" and bool(record.data.reference)
    return not sent and not matches_of(view, record.id)


def _waiting_row(view: View, record: Record[Any], ledger: str) -> tuple[Any, ...]:
    data = record.data
    there = data.object_bank_account
    name = "" if there is None else there.name
    amount, _foreign = totals(data)
    return (
        data.posting_date.isoformat(),
        data.no if ledger == "financial" else data.no_management,
        METHODS[data.method][0],
        view.code("bank_account", data.bank_account),
        name or data.payer_receiver or object_name(view, data),
        "" if there is None else there.number,
        data.reason or data.description,
        amount,
        "x" if record.posted(ledger) else "",
    )
