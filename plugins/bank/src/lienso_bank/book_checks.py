"""What is looked for at bank accounts: money below nothing, and rows that no statement confirms."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from typing import Any

from lienso import BookCheck, CheckScope, Label, Prefix
from lienso.book_checks import Problem, vouchers_of
from lienso.canonical import parse
from lienso.storage import PostedEntry
from lienso_general_ledger.money.funds import BANK, LEDGER_BOOK, in_currency, moved, plain
from lienso_general_ledger.money.negative import negative_days
from lienso_general_ledger.openings import OPENING_NUMBER

from .account import MATCH

MONEY = "Tiền mặt, tiền gửi"


def negative_day(scope: CheckScope) -> Iterator[Problem]:
    """Days on which a bank account goes below nothing."""
    return negative_days(scope, BANK, ("bank_account",))


def unreconciled(scope: CheckScope) -> Iterator[Problem]:
    """Movements of bank accounts that no match of the period's end holds, older ones too.

    A movement is what a voucher moves on one side of an account. Rows without a bank account cannot be
    matched at all; openings and rows that move đồng only, on an account in foreign currency, need not be.
    """
    matched = _matched(scope)
    currencies = {account.id: account.data.currency for account in scope.view.all("bank_account")}
    entries = scope.view.book(LEDGER_BOOK).entries(
        where={**scope.where, "account": [Prefix(BANK)]}, date_to=scope.to_date
    )
    for _voucher, rows in groupby(entries, key=lambda row: row.voucher_id):
        moves: dict[tuple[str, str, str], list[Any]] = {}
        for posted in rows:
            bank = posted.entry.dimensions.get("bank_account", "")
            side = "in" if posted.entry.side % 2 == 0 else "out"
            place = (posted.voucher_id, bank, side)
            amount = in_currency(moved(posted.entry), currencies.get(bank, ""))
            if posted.number != OPENING_NUMBER and amount and place not in matched:
                moves.setdefault(place, [posted, Decimal(0)])[1] += amount
        for (_id, bank, side), (posted, amount) in moves.items():
            yield _problem(
                scope, posted, bank, side, plain(scope.view, amount, currencies.get(bank, ""))
            )


def _matched(scope: CheckScope) -> set[tuple[str, str, str]]:
    """Return (id, bank account, side) of the vouchers that matches hold by the last day.

    About two hundred bytes a voucher: the only thing here that grows with what is well.
    """
    found: set[tuple[str, str, str]] = set()
    last = scope.to_date.isoformat()
    for stored in scope.view.bodies(MATCH):
        body = parse(stored.body)
        if body["date"] <= last:
            bank = body["bank_account"]
            found |= {(one["id"], bank, one["side"]) for one in body.get("vouchers", ())}
    return found


def _problem(
    scope: CheckScope, posted: PostedEntry, bank: str, side: str, amount: int | str
) -> Problem:
    code = scope.view.code("bank_account", bank)
    params = {"bank_account": code, "to_date": scope.to_date.isoformat(), "ledger": scope.ledger}
    return {
        "account": posted.entry.dimensions["account"],
        "bank_account": code,
        "date": posted.entry.posting_date.isoformat(),
        "voucher": posted.number,
        "side": side,
        "amount": amount,
        **vouchers_of([posted]),
        **({"repair": {"id": "bank.reconcile", "params": params}} if bank else {}),
    }


CHECKS: tuple[BookCheck, ...] = (
    BookCheck(
        "bank.negative_day",
        MONEY,
        "warning",
        Label(
            "Ngày đầu của mỗi đợt số dư cuối ngày TK 112 bị âm, theo từng tài khoản ngân hàng; hãy bổ sung"
            " báo có, hoặc hạch toán phần thấu chi như khoản vay",
            "the same for 112 per bank account: the first day of each stretch below nothing; enter the"
            " receipts that are missing, or book an overdraft as a loan",
        ),
        negative_day,
        "bank.deposit_book",
    ),
    BookCheck(
        "bank.unreconciled",
        MONEY,
        "warning",
        Label(
            "Dòng hạch toán TK 112 chưa đối chiếu với ngân hàng đến cuối kỳ; hãy Đối chiếu ngân hàng",
            "rows of 112 not matched by the period end; match them with the bank's statement by"
            " bank.reconcile",
        ),
        unreconciled,
        "bank.reconcile",
    ),
)
