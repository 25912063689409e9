"""Lists of vouchers, advances by employee, minutes of a count (spec §6)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Literal

from lienso import Column, Label, Prefix, Record, Table
from lienso.fields import Params
from lienso.view import View
from lienso_general_ledger.money.funds import LEDGER_BOOK, LOCAL, branch_id, plain
from lienso_general_ledger.money.running import period_text
from lienso_general_ledger.reports import PeriodParams

from .count_forms import fund_book_balance
from .counts import COUNT
from .forms import totals
from .records import CashCount, kind_title

ADVANCES = "141"
MONEY = ("111", "112")

RECEIPT, PAYMENT = "cash_receipt", "cash_payment"


class ListParams(PeriodParams):
    """Which vouchers: receipts, payments or both; posted, unposted or both."""

    kind: Literal["all", "receipt", "payment"] = "all"
    state: Literal["all", "posted", "draft"] = "all"


class CountParams(Params):
    """A count by number or id; None takes the latest one."""

    count: str | None = None


def voucher_list(params: ListParams, view: View) -> Table:
    """Bảng kê phiếu thu, phiếu chi: the vouchers known here, drafts too, by day and number."""
    types = {"all": (RECEIPT, PAYMENT), "receipt": (RECEIPT,), "payment": (PAYMENT,)}[params.kind]
    branch = branch_id(view, params.branch)
    found = [
        record
        for type in types
        for record in _in_period(view, type, params.from_date, params.to_date)
        if _wanted(record, params, branch)
    ]
    found.sort(key=lambda record: (record.data.posting_date, record.data.no, record.id))
    rows = tuple(_list_row(view, record, params.ledger) for record in found)
    sums = (sum(row[6] for row in rows), sum(row[7] for row in rows))
    here = "" if view.role == "cloud" else " (chỉ gồm chứng từ tại máy chủ này)"
    return Table(
        (
            Column("date", Label("Ngày hạch toán", "Posting date"), "date"),
            Column("voucher_date", Label("Ngày chứng từ", "Voucher date"), "date"),
            Column("no", Label("Số chứng từ", "Number")),
            Column("kind", Label("Loại", "Kind")),
            Column("who", Label("Người nộp/nhận", "Payer or receiver")),
            Column("reason", Label("Lý do", "Reason")),
            Column("receipt", Label("Số tiền thu", "Received"), "money"),
            Column("payment", Label("Số tiền chi", "Paid"), "money"),
            Column("posted", Label("Đã ghi sổ", "Posted")),
        ),
        rows,
        Label("Bảng kê phiếu thu, phiếu chi", "List of receipts and payments"),
        period_text(params) + here,
        ("", "", "", "", "", "Cộng", *sums, ""),
    )


def _in_period(
    view: View, type: str, start: datetime.date, stop: datetime.date
) -> Iterator[Record[Any]]:
    after = stop + datetime.timedelta(days=1)
    return view.find(type, "date", start=(start,), stop=(after,))


def _wanted(record: Record[Any], params: ListParams, branch: str | None) -> bool:
    data = record.data
    on_ledger = data.display_on_book in (params.ledger, "both")
    here = branch is None or data.branch == branch
    posted = record.posted(params.ledger)
    return on_ledger and here and params.state in ("all", "posted" if posted else "draft")


def _list_row(view: View, record: Record[Any], ledger: str) -> tuple[Any, ...]:
    data = record.data
    who = view.get("object", data.object) if data.object else None
    amount, _foreign = totals(data)
    is_receipt = record.type == RECEIPT
    return (
        data.posting_date.isoformat(),
        (data.voucher_date or data.posting_date).isoformat(),
        data.no if ledger == "financial" else data.no_management,
        kind_title(data),
        data.payer_receiver or ("" if who is None else who.data.name),
        data.reason or data.description,
        amount if is_receipt else 0,
        0 if is_receipt else amount,
        "x" if record.posted(ledger) else "",
    )


def advances(params: PeriodParams, view: View) -> Table:
    """Tình hình tạm ứng theo nhân viên: what each held, got, spent, gave back, and holds, đồng.

    Money that comes back against 141 is returned; everything else credited there was settled. Whom a row
    is about is its object, or its employee where it names no object.
    """
    where: dict[str, Any] = {"account": Prefix(ADVANCES), "ledger": params.ledger}
    if branch := branch_id(view, params.branch):
        where["branch"] = branch
    book = view.book(LEDGER_BOOK)
    before = params.from_date - datetime.timedelta(days=1)
    people: dict[str, list[int]] = {}
    whom = ("object", "employee")
    openings = book.sum(("debit", "credit"), by=whom, where=where, date_to=before)
    for (object, employee), (debit, credit) in openings.items():
        people.setdefault(object or employee, [0, 0, 0, 0])[0] += debit - credit
    turnover = book.sum(
        ("debit", "credit"),
        by=(*whom, "contra_account"),
        where=where,
        date_from=params.from_date,
        date_to=params.to_date,
    )
    for (object, employee, contra), (debit, credit) in turnover.items():
        row = people.setdefault(object or employee, [0, 0, 0, 0])
        if not contra:
            row[0] += debit - credit  # An opening inside the period is no turnover.
            continue
        row[1] += debit
        row[3 if contra.startswith(MONEY) else 2] += credit
    rows: list[tuple[Any, ...]] = sorted(
        (view.code("object", person), _name(view, person), *row, row[0] + row[1] - row[2] - row[3])
        for person, row in people.items()
        if any(row)
    )
    sums = [sum(row[at] for row in rows) for at in range(2, 7)]
    return Table(
        (
            Column("employee", Label("Mã nhân viên", "Employee")),
            Column("name", Label("Tên nhân viên", "Name")),
            Column("opening", Label("Dư đầu kỳ", "Opening"), "money"),
            Column("advanced", Label("Đã tạm ứng", "Advanced"), "money"),
            Column("settled", Label("Đã thanh toán", "Settled"), "money"),
            Column("returned", Label("Đã hoàn lại", "Returned"), "money"),
            Column("closing", Label("Dư cuối kỳ", "Closing"), "money"),
        ),
        tuple(rows),
        Label("Tình hình tạm ứng theo nhân viên", "Advances by employee"),
        period_text(params),
        ("", "Cộng", *sums),
    )


def _name(view: View, person: str) -> str:
    record = view.get("object", person) if person else None
    return "" if record is None else str(record.data.name)


def count_minutes(params: CountParams, view: View) -> Table:
    """Biên bản kiểm kê: the rows I, II (by denomination) and III = I − II of the form."""
    record = (
        next(view.find(COUNT, "date", descending=True, limit=1), None)
        if params.count is None
        else view.require(COUNT, params.count)
    )
    data: CashCount | None = None if record is None else record.data
    local = data is None or data.currency == LOCAL
    subtitle = "Chưa có bảng kiểm kê"
    if data is not None:
        subtitle = f"Số {data.no}, ngày {data.date:%d/%m/%Y}, loại quỹ {data.currency}"
    return Table(
        (
            Column("row", Label("STT", "Row")),
            Column("text", Label("Diễn giải", "Description")),
            Column("value", Label("Loại", "Denomination"), "quantity"),
            Column("sheets", Label("Số lượng (tờ)", "Sheets"), "number"),
            Column("amount", Label("Số tiền", "Amount"), "money" if local else "quantity"),
        ),
        () if data is None else _minutes(view, data),
        Label("Biên bản kiểm kê quỹ", "Minutes of the cash count"),
        subtitle,
    )


def _minutes(view: View, data: CashCount) -> tuple[tuple[Any, ...], ...]:
    books = fund_book_balance(view, data)
    assert books is not None, "a report that reads books runs in the cloud"

    def shown(amount: Decimal) -> int | str:
        return plain(view, amount, data.currency)

    rows: list[tuple[Any, ...]] = [
        ("I", "Số dư theo sổ quỹ", "", "", shown(books[0])),
        ("II", "Số kiểm kê thực tế", "", "", shown(data.counted)),
    ]
    for number, row in enumerate(data.denominations, 1):
        value = format(row.value, "f")
        amount = shown(row.value * row.sheets)
        rows.append((str(number), f"Loại {value}", value, row.sheets, amount))
    rows.append(("III", "Chênh lệch (III = I - II)", "", "", shown(books[0] - data.counted)))
    return tuple(rows)
