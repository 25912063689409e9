"""S07-DN, the fund by day, both books compared, requests, counts, and a proposed opening (spec §2, §6)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Literal

from lienso import Column, Label, Record, Refused, Table
from lienso.fields import Params
from lienso.view import View
from lienso_general_ledger.money.differences import cash_book_balance, cash_book_where, differences
from lienso_general_ledger.money.fund_book import cash_book_table
from lienso_general_ledger.money.funds import (
    CASH,
    CASH_BOOK,
    FC_SCALE,
    LEDGER_BOOK,
    LOCAL,
    MEASURES,
    balance,
    branch_id,
    decimals_of,
    fund_where,
    in_currency,
    net,
    plain,
    shown_currency,
)
from lienso_general_ledger.money.running import period_text
from lienso_general_ledger.reports import PeriodParams

from .book import moved, posting_of, rows_of
from .vouchers import (
    FUNDS_BY_ACCOUNT,
    Sums,
    moves_by_currency,
    number_of,
    typed_moves,
    who_and_why,
)

UNKNOWN, POSTED, OPEN = "Chưa xác định", "Đã ghi sổ", "Chưa ghi sổ"


class FundParams(PeriodParams):
    """The fund of a currency; left out, all funds of it together."""

    currency: str = LOCAL
    fund: str | None = None


class DayParams(Params):
    """The end of a day, of a currency."""

    date: datetime.date
    currency: str = LOCAL
    ledger: Literal["financial", "management"] = "financial"
    branch: str | None = None


class RequestParams(PeriodParams):
    """Vouchers dated in the range: not yet in the cashier's book, in it, or all."""

    state: Literal["open", "posted", "all"] = "open"


def cash_book(params: FundParams, view: View) -> Table:
    """S07-DN: the cashier's book of a fund."""
    branch = branch_id(view, params.branch)
    return cash_book_table(view, params, params.currency, branch, params.fund)


def fund_by_day(params: FundParams, view: View) -> Table:
    """Báo cáo tồn quỹ theo ngày: days on which money moved."""
    branch = branch_id(view, params.branch)
    more = {} if params.fund is None else {"fund": params.fund}
    before = params.from_date - datetime.timedelta(days=1)
    running = cash_book_balance(view, params.currency, branch, before, FC_SCALE, more)
    where = {**cash_book_where(params.currency, branch), **more}
    days: dict[datetime.date, list[Decimal]] = {}
    for row in view.book(CASH_BOOK).entries(
        where=where, date_from=params.from_date, date_to=params.to_date
    ):
        there = days.setdefault(row.entry.posting_date, [Decimal(0), Decimal(0)])
        there[int(moved(row) < 0)] += abs(moved(row))
    rows = []
    for day, (receipts, payments) in sorted(days.items()):
        amounts = (running, receipts, payments, running + receipts - payments)
        rows.append((day.isoformat(), *(plain(view, it, params.currency) for it in amounts)))
        running = amounts[3]
    kind: Any = "money" if decimals_of(view, params.currency) == 0 else "quantity"
    sums = [sum((both[at] for both in days.values()), Decimal(0)) for at in (0, 1)]
    return Table(
        (
            Column("date", Label("Ngày", "Day"), "date"),
            Column("opening", Label("Tồn đầu ngày", "Opening"), kind),
            Column("receipts", Label("Thu", "Receipts"), kind),
            Column("payments", Label("Chi", "Payments"), kind),
            Column("closing", Label("Tồn cuối ngày", "Closing"), kind),
        ),
        tuple(rows),
        Label("Báo cáo tồn quỹ theo ngày", "Fund by day"),
        f"Loại quỹ: {params.currency}. {period_text(params)}",
        ("Cộng", "", *(plain(view, it, params.currency) for it in sums), ""),
    )


def compare(params: DayParams, view: View) -> Table:
    """Đối chiếu sổ quỹ với sổ kế toán: the vouchers that the two books see differently."""
    branch, currency = branch_id(view, params.branch), params.currency
    where = fund_where(params.ledger, branch, currency)
    account = in_currency(balance(view, where, params.date), currency)
    cash = cash_book_balance(view, currency, branch, params.date, FC_SCALE)

    def shown(amount: Decimal) -> int | str:
        return plain(view, amount, currency)

    found = differences(view, where, currency, branch, params.date, FC_SCALE)
    rows = [row.as_json(shown) for row in found]
    names = ("voucher", "kind", "account_book", "cash_book", "effect", "advice")
    kind: Any = "money" if decimals_of(view, currency) == 0 else "quantity"
    return Table(
        (
            Column("voucher", Label("Số chứng từ", "Voucher")),
            Column("kind", Label("Loại chênh lệch", "Kind")),
            Column("account_book", Label("Sổ kế toán", "Accounting book"), kind),
            Column("cash_book", Label("Sổ quỹ", "Cash book"), kind),
            Column("effect", Label("Chênh lệch", "Difference"), kind),
            Column("advice", Label("Cách xử lý", "What to do")),
        ),
        tuple(tuple(row[name] for name in names) for row in rows),
        Label("Đối chiếu sổ quỹ với sổ kế toán", "Cash book and accounting book"),
        f"Loại quỹ: {currency}. Đến ngày {params.date:%d/%m/%Y}",
        ("Số dư", "", shown(account), shown(cash), shown(account - cash), ""),
    )


def requests(params: RequestParams, view: View) -> Table:
    """Đề nghị thu, chi: cash vouchers and whether the cashier has them in his book.

    A voucher of two currencies has a row for each, in its units; the sum is of đồng.
    Offline only this site's vouchers are known, and not what the cashier did: the state is unknown.
    """
    branch = branch_id(view, params.branch)
    rows = []
    for record in _vouchers(view, params):
        if branch is not None and (record.data.branch or "") != branch:
            continue
        moves = _moves(view, record)
        if not moves:
            continue
        state = _state(view, record)
        if (
            params.state == "all"
            or state == UNKNOWN
            or (state == POSTED) == (params.state == "posted")
        ):
            who, why = who_and_why(view, record)
            day = record.data.posting_date.isoformat()
            for currency, both in sorted(moves.items()):
                shown = (plain(view, amount, currency) for amount in both)
                rows.append((day, number_of(record), who, why, currency, *shown, state))
    rows.sort(key=lambda row: (row[0], row[1], row[4]))
    here = "" if view.role == "cloud" else " (chỉ gồm chứng từ tại máy chủ này)"
    local = [row for row in rows if row[4] == LOCAL]
    sums = (sum(row[5] for row in local), sum(row[6] for row in local))
    return Table(
        (
            Column("date", Label("Ngày hạch toán", "Posting date"), "date"),
            Column("no", Label("Số chứng từ", "Number")),
            Column("who", Label("Người nộp/nhận", "Payer or receiver")),
            Column("reason", Label("Lý do", "Reason")),
            Column("currency", Label("Loại tiền", "Currency")),
            Column("receipt", Label("Số tiền thu", "Received"), "quantity"),
            Column("payment", Label("Số tiền chi", "Paid"), "quantity"),
            Column("state", Label("Trạng thái", "State")),
        ),
        tuple(rows),
        Label("Đề nghị thu, chi", "Requests to receive and pay"),
        period_text(params) + here,
        ("", "", "", "Cộng", LOCAL, *sums, ""),
    )


def _vouchers(view: View, params: PeriodParams) -> Iterator[Record[Any]]:
    after = params.to_date + datetime.timedelta(days=1)
    for record_type in view.record_types("voucher"):
        if "lines" in record_type.model.model_fields and "no" in record_type.model.model_fields:
            yield from view.find(record_type.id, "date", start=(params.from_date,), stop=(after,))


def _moves(view: View, record: Record[Any]) -> Sums:
    """Return what a voucher moves in cash: as its lines say it, which a site knows too."""
    found = typed_moves(record)
    if view.role == "cloud" and not found:
        try:
            return moves_by_currency(view, record)
        except Refused:
            return {}  # a draft that could not be posted now asks for nothing
    return found


def _state(view: View, record: Record[Any]) -> str:
    if view.role == "site" and not view.online:
        return UNKNOWN
    if posting_of(view, record.id) is not None:
        return POSTED
    return POSTED if view.role == "cloud" and rows_of(view, record.id) else OPEN


def counts(params: PeriodParams, view: View) -> Table:
    """Biên bản kiểm kê: the counts of the module cash, to read."""
    after = params.to_date + datetime.timedelta(days=1)
    rows = [
        (
            record.data.date.isoformat(),
            record.data.no,
            record.data.currency,
            plain(view, record.data.counted, record.data.currency),
            "Hoàn thành" if record.data.status == "done" else "Nháp",
            record.data.conclusion,
        )
        for record in view.find("cash_count", "date", start=(params.from_date,), stop=(after,))
    ]
    return Table(
        (
            Column("date", Label("Ngày", "Day"), "date"),
            Column("no", Label("Số", "Number")),
            Column("currency", Label("Loại quỹ", "Currency")),
            Column("counted", Label("Số kiểm kê thực tế", "Counted"), "quantity"),
            Column("status", Label("Trạng thái", "State")),
            Column("conclusion", Label("Kết luận", "Conclusion")),
        ),
        tuple(rows),
        Label("Biên bản kiểm kê quỹ", "Minutes of cash counts"),
        period_text(params),
    )


def proposed_openings(params: DayParams, view: View) -> Table:
    """Đề nghị số dư đầu sổ quỹ: the accounting book at the end of the day before the cashier begins.

    For a company that lets the cashier take part in the middle of a year (spec §8); every currency.
    """
    before = params.date - datetime.timedelta(days=1)
    by_account = bool(view.option(FUNDS_BY_ACCOUNT))
    where = fund_where(params.ledger, branch_id(view, params.branch), accounts=(CASH,))
    by = ("account", "currency", "branch")
    found: dict[tuple[str, str, str], tuple[int, Decimal]] = {}
    sums = view.book(LEDGER_BOOK).sum(MEASURES, by=by, where=where, date_to=before)
    for (account, stored, branch), values in sums.items():
        key = (account if by_account else "", shown_currency(stored), branch)
        amount, fc_amount = net(values)
        former = found.get(key, (0, Decimal(0)))
        found[key] = (former[0] + amount, former[1] + fc_amount)
    rows = [
        (
            before.isoformat(),
            view.code("org_unit", branch),
            fund,
            currency,
            plain(view, amount, currency),
        )
        for (fund, currency, branch), both in sorted(found.items())
        if (amount := in_currency(both, currency))
    ]
    return Table(
        (
            Column("posting_date", Label("Ngày", "Day"), "date"),
            Column("branch", Label("Chi nhánh", "Branch")),
            Column("fund", Label("Loại quỹ", "Fund")),
            Column("currency", Label("Loại tiền", "Currency")),
            Column("amount", Label("Số dư", "Balance"), "quantity"),
        ),
        tuple(rows),
        Label("Đề nghị số dư đầu sổ quỹ", "Proposed openings of the cash book"),
        f"Đến hết ngày {before:%d/%m/%Y}",
    )
