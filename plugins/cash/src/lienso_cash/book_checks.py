"""What is looked for in money: funds below nothing, odd foreign rows, transfers entered twice."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from lienso import BookCheck, CheckScope, Label, Prefix
from lienso.book_checks import Problem, vouchers_of
from lienso_general_ledger.money.funds import (
    BANK,
    CASH,
    LEDGER_BOOK,
    LOCAL,
    MEASURES,
    decimal_text,
    moved,
    net,
)
from lienso_general_ledger.money.negative import negative_days

MONEY = "Tiền mặt, tiền gửi"
SIDES = ("cash", "bank")
"""Modules in both of which one transfer may be entered."""


def negative_day(scope: CheckScope) -> Iterator[Problem]:
    """Days on which a fund of cash goes below nothing, per account, currency and branch."""
    return negative_days(scope, CASH, ("branch",))


def ledger_vs_detail(scope: CheckScope) -> Iterator[Problem]:
    """Funds whose units are gone and whose đồng are not, and units of no currency."""
    book = scope.view.book(LEDGER_BOOK)
    where = {**scope.where, "account": [Prefix(CASH), Prefix(BANK)]}
    by = ("account", "currency", "bank_account")
    sums = book.sum(MEASURES, by=by, where=where, date_to=scope.to_date)
    for (account, currency, bank), values in sorted(sums.items()):
        foreign = currency not in ("", LOCAL)
        amount, fc_amount = net(values)
        if (foreign and not fc_amount and amount) or (not foreign and any(values[2:])):
            its = {**scope.where, "account": account, "currency": currency, "bank_account": bank}
            entries = (
                posted
                for posted in book.entries(where=its, date_to=scope.to_date)
                if foreign
                or posted.entry.measures.get("fc_debit")
                or posted.entry.measures.get("fc_credit")
            )
            yield {
                "code": "vnd_left" if foreign else "currency_missing",
                "account": account,
                **({"currency": currency} if foreign else {}),
                **({"bank_account": scope.view.code("bank_account", bank)} if bank else {}),
                "amount": amount,
                "fc_amount": decimal_text(fc_amount, 2),
                "expected": 0,
                "found": amount if foreign else decimal_text(fc_amount, 2),
                **vouchers_of(entries),
            }


def double_transfer(scope: CheckScope) -> Iterator[Problem]:
    """Transfers between cash and bank of one day and amount that stand in cash and in bank."""
    owners = scope.view.owners
    where = {**scope.where, "account": [Prefix(CASH)], "contra_account": [Prefix(BANK)]}
    entries = scope.view.book(LEDGER_BOOK).entries(
        where=where, date_from=scope.from_date, date_to=scope.to_date
    )
    for day, rows in groupby(entries, key=lambda row: row.entry.posting_date):
        found: dict[tuple[Any, ...], list[Any]] = {}
        for posted in rows:
            if owners[posted.record_type] in SIDES:
                amount, fc_amount = moved(posted.entry)
                currency = posted.entry.dimensions.get("currency", "")
                found.setdefault((amount, fc_amount, currency, posted.entry.branch), []).append(
                    posted
                )
        for (amount, _fc, currency, branch), twins in sorted(found.items()):
            if {owners[posted.record_type] for posted in twins} >= set(SIDES):
                yield {
                    "date": day.isoformat(),
                    "account": twins[0].entry.dimensions["account"],
                    **({"currency": currency} if currency else {}),
                    **({"branch": scope.view.code("org_unit", branch)} if branch else {}),
                    "amount": amount,
                    "expected": 1,
                    "found": len({posted.voucher_id for posted in twins}),
                    **vouchers_of(twins),
                }


CHECKS: tuple[BookCheck, ...] = (
    BookCheck(
        "cash.negative_day",
        MONEY,
        "error",
        Label(
            "Ngày đầu của mỗi đợt số dư cuối ngày TK 111 bị âm, theo tài khoản, loại tiền và chi nhánh, số"
            " dư và các khoản chi của ngày; hãy bổ sung phiếu thu, hoặc bỏ ghi và sửa ngày phiếu chi",
            "first day of each stretch with a negative end-of-day balance of 111 per account, currency and"
            " branch, its balance, that day's payments; enter the receipts that are missing, or unpost a"
            " payment and correct its day",
        ),
        negative_day,
        "cash.detail_book",
    ),
    BookCheck(
        "cash.ledger_vs_detail",
        MONEY,
        "error",
        Label(
            "Nguyên tệ và quy đổi của 111/112 không khớp: nguyên tệ bằng 0 mà quy đổi khác 0, hoặc dòng"
            " ngoại tệ không có loại tiền; hãy Tính tỷ giá xuất quỹ, hoặc sửa loại tiền của chứng từ",
            "fc and VND of 111/112 do not fit: fc 0 with VND not 0, or a foreign row without currency; run"
            " general_ledger.compute_fx_outflow_rate, or correct the currency of the voucher",
        ),
        ledger_vs_detail,
        "general_ledger.compute_fx_outflow_rate",
    ),
    BookCheck(
        "cash.double_transfer",
        MONEY,
        "warning",
        Label(
            "Rút hoặc nộp tiền (111/112) hạch toán hai lần, cùng ngày và số tiền, ở cả Quỹ và Ngân hàng;"
            " hãy bỏ ghi và xóa một trong hai chứng từ",
            "a withdrawal or deposit (111/112) entered twice, same date and amount, in cash and in bank;"
            " unpost and delete one of both",
        ),
        double_transfer,
        "system.unpost_voucher",
    ),
)
