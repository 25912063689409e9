"""Whether the cashier's book and the ledger hold the same money, currency by currency."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from lienso import BookCheck, CheckScope, Label
from lienso.book_checks import Problem, openable
from lienso_general_ledger.money.differences import cash_book_balance, differences
from lienso_general_ledger.money.funds import (
    CASH_BOOK,
    FC_SCALE,
    LOCAL,
    balances_by_currency,
    cashier_takes_part,
    fund_where,
    in_currency,
    plain,
    shown_currency,
)


def differs(scope: CheckScope) -> Iterator[Problem]:
    """Currencies whose closing differs between both books, per branch, with the vouchers behind it.

    Only a company whose cashier keeps his own book has two of them (option ``cashier.enabled``).
    """
    view = scope.view
    if not cashier_takes_part(view):
        return
    for branch in [None] if scope.branches is None else sorted(scope.branches):
        where = fund_where(scope.ledger, branch)
        ledger = balances_by_currency(view, where, scope.to_date)
        sums = view.book(CASH_BOOK).sum(("receipt",), by=("currency",), date_to=scope.to_date)
        kept = {shown_currency(stored) for (stored,) in sums}
        for currency in sorted({*ledger, *kept}, key=lambda code: (code != LOCAL, code)):
            account = in_currency(ledger.get(currency, (0, Decimal(0))), currency)
            cash = cash_book_balance(view, currency, branch, scope.to_date, FC_SCALE)
            if account == cash:
                continue
            own = fund_where(scope.ledger, branch, currency)
            found = differences(view, own, currency, branch, scope.to_date, FC_SCALE)
            yield {
                "currency": currency,
                **({"branch": view.code("org_unit", branch)} if branch else {}),
                "ledger_balance": plain(view, account, currency),
                "cash_book": plain(view, cash, currency),
                "difference": plain(view, account - cash, currency),
                "expected": plain(view, account, currency),
                "found": plain(view, cash, currency),
                "vouchers": [row.voucher for row in found][:VOUCHERS_MAX],
                "kinds": sorted({row.kind for row in found}),
                **openable((row.record_type, row.id) for row in found),
            }


VOUCHERS_MAX = 100
"""Vouchers that a problem names; report ``cashier.compare`` has all of them."""

CHECKS: tuple[BookCheck, ...] = (
    BookCheck(
        "cashier.differs",
        "Thủ quỹ",
        "error",
        Label(
            "Số dư cuối kỳ của 111 theo loại tiền khác nhau giữa sổ cái và sổ quỹ, kèm các chứng từ gây"
            " chênh lệch; hãy Ghi sổ hoặc bỏ ghi tại Thủ quỹ theo Đối chiếu sổ quỹ với sổ kế toán",
            "closing of 111 per currency differs between ledger and cash_book, with the vouchers behind"
            " it; post or unpost them at the cashier with cashier.post_vouchers, as report cashier.compare"
            " advises",
        ),
        differs,
        "cashier.post_vouchers",
    ),
)
