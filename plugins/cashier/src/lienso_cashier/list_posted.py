"""Lấy danh sách các chứng từ đã ghi sổ: the cashier's book beside today's vouchers (spec §4.2)."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from lienso import Refused
from lienso.fields import Params
from lienso.session import Session
from lienso.storage import PostedEntry
from lienso.view import View
from lienso_general_ledger.money.differences import OPENING, cash_book_balance, cash_book_where
from lienso_general_ledger.money.funds import CASH_BOOK, FC_SCALE, branch_id, plain, shown_currency
from pydantic import Field, model_validator

from .book import in_order, moved, posting_of
from .post_vouchers import REQUIRE_POSTED, refuse_disabled
from .records import CashierPosting, CashRow
from .vouchers import is_posted, moves_of

DAYS_MAX = 366
"""A range without a currency: a year of all funds is what a screen can still show."""

Amount = int | str


class ListParams(Params):
    """Which rows: days of the cashier's book, both inclusive."""

    from_date: datetime.date
    to_date: datetime.date
    currency: str | None = None
    fund: str | None = None
    kind: Literal["receipt", "payment", "all"] = "all"
    counterparty: str = ""
    posted_by: str = ""
    text: str = ""
    branch: str | None = None
    page: Annotated[int, Field(ge=1)] = 1
    page_size: Annotated[int, Field(ge=1, le=500)] = 100

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_date > self.to_date:
            raise ValueError("from_date is after to_date")
        return self


class ListResult(Params):
    """Rows of a page, and sums of all that were found.

    Attributes:
        rows: voucher, date, voucher_date, counterparty, reason, currency, fund, receipt, payment,
            voucher_amount (today's), mark, posted_by, posted_at.
        totals: receipt, payment; None where several currencies were found: see ``by_currency``.
        opening, closing: of one currency, when nothing but days, currency and fund was asked.
    """

    rows: list[dict[str, Any]] = []
    count: int = 0
    totals: dict[str, Amount] | None = None
    by_currency: list[dict[str, Any]] = []
    opening: Amount | None = None
    closing: Amount | None = None


def list_posted(params: ListParams, session: Session) -> ListResult:
    """List what the cashier has posted, with what became of the vouchers since.

    Raises:
        Refused: ``module_unavailable``; ``range_too_wide``: more than a year without a currency.
    """
    view = session.view
    refuse_disabled(view)
    if params.currency is None and (params.to_date - params.from_date).days > DAYS_MAX:
        raise Refused("range_too_wide", {"days": DAYS_MAX})
    branch = branch_id(view, params.branch)
    where: dict[str, Any] = {} if branch is None else {"branch": branch}
    if params.currency is not None:
        where |= cash_book_where(params.currency, branch)
    if params.fund is not None:
        where["fund"] = params.fund
    rows = view.book(CASH_BOOK).entries(
        where=where, date_from=params.from_date, date_to=params.to_date
    )
    found = [row for row in in_order(rows) if row.number != OPENING and _wanted(params, view, row)]
    start = (params.page - 1) * params.page_size
    shown = [_row(view, row) for row in found[start : start + params.page_size]]
    return ListResult(rows=shown, count=len(found), **_sums(view, params, branch, found))


def _wanted(params: ListParams, view: View, row: PostedEntry) -> bool:
    there = row.entry.dimensions
    side = "receipt" if moved(row) > 0 else "payment"
    texts = (row.number, view.code(row.record_type, row.voucher_id), there.get("reason", ""), there.get("counterparty", ""), row.description)  # fmt: skip
    return (
        params.kind in ("all", side)
        and params.counterparty.casefold() in there.get("counterparty", "").casefold()
        and params.posted_by in ("", there.get("posted_by", ""))
        and any(params.text.casefold() in text.casefold() for text in texts)
    )


def _row(view: View, row: PostedEntry) -> dict[str, Any]:
    there = row.entry.dimensions
    currency = shown_currency(there.get("currency", ""))
    side = "receipt" if moved(row) > 0 else "payment"
    known = posting_of(view, row.voucher_id)
    said = None if known is None else _said(known.data, there.get("fund", ""), currency, side)
    amount, mark = _today(view, row, side, said)
    nothing = plain(view, Decimal(0), currency)
    sides = {"receipt": nothing, "payment": nothing, side: plain(view, abs(moved(row)), currency)}
    return {
        "voucher": view.code(row.record_type, row.voucher_id) or row.number,
        "date": row.entry.posting_date.isoformat(),
        "voucher_date": row.voucher_date.isoformat(),
        "counterparty": there.get("counterparty", ""),
        "reason": there.get("reason", "") or row.description,
        "currency": currency,
        "fund": there.get("fund", ""),
        **sides,
        "voucher_amount": None if amount is None else plain(view, amount, currency),
        "mark": mark,
        "posted_by": there.get("posted_by", ""),
        "posted_at": "" if known is None else known.data.posted_at,
    }


def _said(data: CashierPosting, fund: str, currency: str, side: str) -> CashRow | None:
    return next(
        (r for r in data.rows if (r.fund, r.currency, r.side) == (fund, currency, side)), None
    )


def _today(
    view: View, row: PostedEntry, side: str, said: CashRow | None
) -> tuple[Decimal | None, str | None]:
    """Return what the voucher says today, and what became of it since the cashier posted it."""
    record = view.get(row.record_type, row.voucher_id)
    if record is None:
        return None, "voucher_deleted"
    there = row.entry.dimensions
    fund, currency = there.get("fund", ""), shown_currency(there.get("currency", ""))
    try:
        moves = moves_of(view, record)
    except Refused:
        return None, "voucher_unposted"  # a draft of a locked period
    amounts = [m.amount for m in moves if (m.fund, m.currency, m.side) == (fund, currency, side)]
    amount = sum(amounts, Decimal(0))
    if not is_posted(record) and view.option(REQUIRE_POSTED):
        return amount, "voucher_unposted"
    then = abs(moved(row)) if said is None else said.voucher_amount
    return amount, None if amount == then else "changed_after_posting"


def _sums(
    view: View, params: ListParams, branch: str | None, found: list[PostedEntry]
) -> dict[str, Any]:
    sums: dict[str, list[Decimal]] = {}
    for row in found:
        currency = shown_currency(row.entry.dimensions.get("currency", ""))
        there = sums.setdefault(currency, [Decimal(0), Decimal(0)])
        there[int(moved(row) < 0)] += abs(moved(row))
    if params.currency is not None:
        sums.setdefault(params.currency, [Decimal(0), Decimal(0)])
    shown = [
        {
            "currency": code,
            "receipt": plain(view, both[0], code),
            "payment": plain(view, both[1], code),
        }
        for code, both in sorted(sums.items())
    ]
    answer: dict[str, Any] = {"by_currency": shown}
    if len(shown) != 1:
        return answer
    currency, both = next(iter(sums.items()))
    answer["totals"] = {name: shown[0][name] for name in ("receipt", "payment")}
    if params.kind == "all" and not (params.text or params.counterparty or params.posted_by):
        before = params.from_date - datetime.timedelta(days=1)
        more = {} if params.fund is None else {"fund": params.fund}
        opening = cash_book_balance(view, currency, branch, before, FC_SCALE, more)
        opening += _openings_inside(view, params, currency, branch, more)
        answer["opening"] = plain(view, opening, currency)
        answer["closing"] = plain(view, opening + both[0] - both[1], currency)
    return answer


def _openings_inside(
    view: View, params: ListParams, currency: str, branch: str | None, more: dict[str, Any]
) -> Decimal:
    """Return what openings dated inside the range bring: a balance, no receipt."""
    where = {**cash_book_where(currency, branch), **more}
    rows = view.book(CASH_BOOK).entries(
        where=where, date_from=params.from_date, date_to=params.to_date
    )
    return sum((moved(row) for row in rows if row.number == OPENING), Decimal(0))
