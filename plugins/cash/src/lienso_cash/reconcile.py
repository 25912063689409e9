"""Đối chiếu khi thực hiện kiểm kê quỹ: accounting book, cashier's book, and what was counted (§4)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from lienso import Finding, Record, Refused
from lienso.fields import Params
from lienso.model import Ledger
from lienso.session import Session
from lienso.view import View
from lienso_general_ledger import refuse_locked
from lienso_general_ledger.money.differences import (
    Difference,
    cash_book_balance,
    differences,
    vouchers_of_day,
)
from lienso_general_ledger.money.funds import (
    LEDGER_BOOK,
    LOCAL,
    balance,
    branch_id,
    cashier_takes_part,
    fund_where,
    plain,
)
from pydantic import model_validator

from .counts import COUNT, later_count
from .proposal import Proposal, propose, save
from .records import CashCount

Amount = int | str
"""Đồng as an integer; foreign units as decimal text."""


class ReconcileParams(Params):
    """Which count, or which day and currency; what to compare; whether to make the voucher.

    Attributes:
        count: number or id. Without it ``date`` is the day that is compared, and nothing is counted.
        accounts: cash accounts, each with all below it; none takes all of 111.
        date: with a count, the day of the voucher that is made; default the count's.
        ignore_warnings: make the voucher although the two books differ.
    """

    count: str | None = None
    date: datetime.date | None = None
    currency: str = LOCAL
    accounts: list[str] = []
    branch: str | None = None
    ledger: Ledger = "financial"
    create_vouchers: bool = False
    ignore_warnings: bool = False
    dry_run: bool = False

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.count is None and (self.date is None or self.create_vouchers):
            raise ValueError("count is needed, to compare alone a date will do")
        return self


class ReconcileResult(Params):
    """The three balances and what lies between them.

    Attributes:
        account_book_balance: đồng, also of a foreign fund, whose units stand in ``…_fc``.
        cash_book_balance, counted, and the differences: in the currency of the fund; None = nothing
            was counted.
        form_08a_difference_cash_book_minus_count: row III of the form.
        differences: vouchers that the two books see differently, with what to do about them.
        entered_after: vouchers of the day of the count that came into the books after it was first
            compared.
        proposal: the voucher that would bring the accounting book to what was counted.
        created: numbers of the vouchers that were made.
    """

    currency: str
    date: datetime.date
    account_book_balance: int
    account_book_balance_fc: str | None = None
    cash_book_balance: Amount
    counted: Amount | None = None
    difference_count_minus_account_book: Amount | None = None
    form_08a_difference_cash_book_minus_count: Amount | None = None
    differences: list[dict[str, Any]] = []
    entered_after: list[str] = []
    proposal: dict[str, Any] | None = None
    created: list[str] = []


@dataclass(frozen=True, slots=True)
class Books:
    """What the two books say at the end of the day.

    Attributes:
        amount, fc_amount: of the accounting book. ``account``: the one that counts, in the fund's
            currency. ``cash``: of the cashier's book, the same when he keeps none.
    """

    amount: int
    fc_amount: Decimal
    account: Decimal
    cash: Decimal
    differences: tuple[Difference, ...]


def reconcile_count(params: ReconcileParams, session: Session) -> ReconcileResult:
    """Compare the books with a count; make the receipt or payment of the difference on demand.

    Raises:
        Refused: ``count_done``, ``later_count_exists``, ``rate_undefined``; when a voucher is made
            also ``period_locked``, ``differences_open`` unless it is passed knowingly, and what
            stops the posting.
        Unknown: ``not_found``.
    """
    view = session.view
    count = None if params.count is None else view.require(COUNT, params.count)
    if count is not None:
        _refuse_finished(view, count)
    data: CashCount = _without_count(params) if count is None else count.data
    branch = branch_id(view, params.branch) or data.branch
    books = read_books(session, params, data, branch)
    proposal = None
    if count is not None:
        totals = (books.amount, books.fc_amount)
        proposal = propose(view, data, params.accounts, params.ledger, branch, totals)
    created: list[str] = []
    if count is not None and params.create_vouchers:
        created = _create(session, params, count, branch, proposal, books)
    late = [] if count is None else _entered_after(session, count, params.ledger, branch)
    return _result(view, data, count is not None, books, proposal, created, late)


def _refuse_finished(view: View, count: Record[CashCount]) -> None:
    if count.data.status == "done":
        raise Refused("count_done", {"count": count.data.no})
    later = later_count(view, count.data, count.id)
    if later is not None:
        raise Refused("later_count_exists", {"count": later})


def _without_count(params: ReconcileParams) -> CashCount:
    assert params.date is not None, "the parameters ask for a count or a date"
    return CashCount.model_construct(date=params.date, currency=params.currency)


def read_books(
    session: Session, params: ReconcileParams, data: CashCount, branch: str | None
) -> Books:
    """Read what the accounting book and the cashier's book say at the end of the day of a count."""
    view = session.view
    where = fund_where(params.ledger, branch, data.currency, params.accounts)
    amount, fc_amount = balance(view, where, data.date)
    account = Decimal(amount) if data.currency == LOCAL else fc_amount
    if not cashier_takes_part(view):
        return Books(amount, fc_amount, account, account, ())
    scale = session.registry.books["cash_book"].measure("receipt").scale
    cash = cash_book_balance(view, data.currency, branch, data.date, scale)
    found = differences(view, where, data.currency, branch, data.date, scale)
    assert sum(row.effect for row in found) == account - cash, "the rows explain the difference"
    return Books(amount, fc_amount, account, cash, tuple(found))


def _create(
    session: Session,
    params: ReconcileParams,
    count: Record[CashCount],
    branch: str | None,
    proposal: Proposal | None,
    books: Books,
) -> list[str]:
    """Save and post the voucher of the difference; note its number on the count."""
    view = session.view
    if any(_exists(view, no, params.ledger) for no in count.data.vouchers):
        # A second voucher for the same difference: the first one must be deleted before.
        raise Refused("count_done", {"count": count.data.no, "vouchers": count.data.vouchers})
    if proposal is None:
        return []
    date = params.date or count.data.date
    refuse_locked(view, date, branch, params.ledger)
    if books.differences:
        finding = Finding("warning", "differences_open", None, None, {"count": count.data.no})
        if not params.ignore_warnings:
            rows = [row.voucher for row in books.differences]
            raise Refused("differences_open", {"vouchers": rows}, [finding])
        session.warn(finding)
    number = save(session, proposal, count, date, params.ledger, branch, params.ignore_warnings)
    session.save(COUNT, {"vouchers": [*count.data.vouchers, number]}, id=count.id)
    return [number]


def _exists(view: View, no: str, ledger: Ledger) -> bool:
    return view.by_number(no, ledger) is not None


def _entered_after(
    session: Session, count: Record[CashCount], ledger: Ledger, branch: str | None
) -> list[str]:
    """Note the day's vouchers when a count is compared first; later return those that came after.

    The vouchers made for the count's own difference do not count.
    """
    where = fund_where(ledger, branch, count.data.currency)
    there = vouchers_of_day(session.view, LEDGER_BOOK, where, count.data.date)
    made = session.view.require(COUNT, count.id).data.vouchers
    if count.data.included is None:
        known = [id for id, number in there.items() if number not in made]
        session.save(COUNT, {"included": known}, id=count.id)
        return []
    return sorted(
        number
        for id, number in there.items()
        if id not in count.data.included and number not in made
    )


def _result(
    view: View,
    data: CashCount,
    is_counted: bool,
    books: Books,
    proposal: Proposal | None,
    created: list[str],
    late: list[str],
) -> ReconcileResult:
    currency = data.currency

    def shown(amount: Decimal) -> Amount:
        return plain(view, amount, currency)

    counted = data.counted if is_counted else None
    return ReconcileResult(
        currency=currency,
        date=data.date,
        account_book_balance=books.amount,
        account_book_balance_fc=None if currency == LOCAL else str(shown(books.fc_amount)),
        cash_book_balance=shown(books.cash),
        counted=None if counted is None else shown(counted),
        difference_count_minus_account_book=None
        if counted is None
        else shown(counted - books.account),
        form_08a_difference_cash_book_minus_count=None
        if counted is None
        else shown(books.cash - counted),
        differences=[row.as_json(shown) for row in books.differences],
        entered_after=late,
        proposal=None if proposal is None else proposal.as_json(),
        created=created,
    )
