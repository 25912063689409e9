"""Ghi sổ chứng từ: the cashier takes vouchers into his book, or takes them back (spec §4.1)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from lienso import Finding, LiensoError, Record, Refused
from lienso.fields import Params, Quantity, parse_body
from lienso.ids import instant_text
from lienso.session import Session
from lienso.view import View
from lienso_general_ledger.money.funds import CASH_BOOK, branch_id, option, plain
from lienso_general_ledger.money.overdraft import OPTION as OVERDRAFT
from pydantic import Field, model_validator

from .book import (
    POSTING,
    fund_balance,
    fund_where,
    in_order,
    moved,
    posting_of,
    rows_of,
)
from .checks import posted_values
from .records import CashierPosting
from .vouchers import Move, is_posted, moves_of, number_of, who_and_why

ENABLED = "cashier.enabled"
REQUIRE_POSTED = "cashier.require_accounting_posted"
ALLOW_ACTUAL = "cashier.allow_actual"

VOUCHERS_MAX = 200
"""Vouchers of one call: one transaction writes 500 records at most."""

BOOK_ROWS_MAX = 500
"""Rows of the book in an answer; a posting far back moves the balance of all that follow."""

Actual = Annotated[Quantity, Field(ge=0)]


class PostParams(Params):
    """Which vouchers, and on which day.

    Attributes:
        vouchers: numbers or ids, in any order.
        date_mode: each by its own posting date, or all on ``date``.
        amounts: what was really paid or received, by voucher as named, in its fund's currency.
        branch: whose fund it is; a voucher of another branch is refused.
        atomic: all or none.
    """

    vouchers: Annotated[list[str], Field(min_length=1, max_length=VOUCHERS_MAX)]
    action: Literal["post", "unpost"] = "post"
    date_mode: Literal["posting_date", "chosen"] = "posting_date"
    date: datetime.date | None = None
    amounts: dict[str, Actual] = {}
    note: str = ""
    branch: str | None = None
    atomic: bool = False
    dry_run: bool = False

    @model_validator(mode="after")
    def _has_day(self) -> Self:
        if self.date_mode == "chosen" and self.date is None and self.action == "post":
            raise ValueError("date is needed")
        return self


class PostResult(Params):
    """What was done, in the order it was done in.

    Attributes:
        failed: voucher, code, and what the code's text needs.
        book: rows written, and those whose balance changed: voucher, date, fund, currency, receipt or
            payment, balance.
        more: changed rows beyond those shown.
    """

    posted: list[str] = []
    unposted: list[str] = []
    failed: list[dict[str, Any]] = []
    book: list[dict[str, Any]] = []
    more: int = 0


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A voucher of the selection: ``named`` as the caller wrote it."""

    named: str
    number: str
    record: Record[Any]
    day: datetime.date
    moves: tuple[Move, ...]

    def order(self) -> tuple[Any, ...]:
        net = sum((m.amount if m.side == "receipt" else -m.amount for m in self.moves), Decimal(0))
        return self.day, net < 0, self.number, self.record.id


def refuse_disabled(view: View) -> None:
    """Refuse what a company does not use. Raises: Refused: ``module_unavailable``."""
    if not view.option(ENABLED):
        raise Refused("module_unavailable", {"module": "cashier", "option": ENABLED})


def post_vouchers(params: PostParams, session: Session) -> PostResult:
    """Post a selection into the cashier's book, or take it back.

    Warnings are reported and stop nothing: the money has moved. One that fails stops no other, unless
    ``atomic``.

    Raises:
        Refused: ``module_unavailable``: the option is off; with ``atomic`` the first failure.
    """
    refuse_disabled(session.view)
    return _Posting(params, session).run()


class _Posting:
    """One call."""

    def __init__(self, params: PostParams, session: Session) -> None:
        self.params, self.session, self.view = params, session, session.view
        self.branch = branch_id(session.view, params.branch)
        self.failed: list[dict[str, Any]] = []
        self.done: list[str] = []
        self.touched: dict[tuple[str, str, str], datetime.date] = {}

    def run(self) -> PostResult:
        wanted: list[_Wanted] = []
        for named in dict.fromkeys(self.params.vouchers):
            self._trying(named, lambda named=named: wanted.append(self._look(named)))  # type: ignore[misc]  # bound now
        doing = self._post if self.params.action == "post" else self._unpost
        for one in sorted(wanted, key=_Wanted.order):
            self._trying(one.number, lambda one=one: doing(one))  # type: ignore[misc]  # bound now
        if self.failed and self.params.atomic:
            first = self.failed[0]
            raise Refused(first["code"], {**first, "failed": self.failed})
        rows, more = self._book()
        names = {"post": "posted", "unpost": "unposted"}
        answer: dict[str, Any] = {names[self.params.action]: self.done}
        return PostResult(failed=self.failed, book=rows, more=more, **answer)

    def _trying(self, voucher: str, work: Any) -> None:
        """Do something with a voucher; what is refused is undone and listed."""
        findings = len(self.session.findings)
        try:
            with self.session.attempt():
                work()
        except LiensoError as error:
            del self.session.findings[findings:]
            values = {key: value for key, value in error.detail.items() if key != "voucher"}
            code = "not_cashier" if error.code == "no_permission" else error.code
            self.failed.append({**values, "voucher": voucher, "code": code})

    # -- posting ---------------------------------------------------------------------------------

    def _look(self, named: str) -> _Wanted:
        record = self.view.by_number(named) or self.view.by_number(named, "management")
        if record is None:
            raise Refused("not_found", {"type": "voucher", "value": named})
        if getattr(record.data, "status", "") == "cancelled":
            raise Refused("voucher_cancelled", {"no": number_of(record)})
        own = getattr(record.data, "posting_date", None)
        if own is None:
            raise Refused("not_a_cash_voucher", {"no": number_of(record)})
        if self.params.action == "unpost":
            return _Wanted(named, number_of(record), record, own, ())
        if self.view.option(REQUIRE_POSTED) and not is_posted(record):
            raise Refused("voucher_not_posted", {"no": number_of(record)})
        moves = tuple(moves_of(self.view, record))
        if not moves:
            raise Refused("not_a_cash_voucher", {"no": number_of(record)})
        chosen = self.params.date if self.params.date_mode == "chosen" else None
        return _Wanted(named, number_of(record), record, chosen or own, moves)

    def _post(self, one: _Wanted) -> None:
        record = one.record
        known = posting_of(self.view, record.id)
        if known is not None:
            raise Refused("cash_already_posted", posted_values(known))
        if there := rows_of(self.view, record.id):
            values = {"by": there[0].entry.dimensions.get("posted_by", "")}
            raise Refused("cash_already_posted", values)
        branch = record.data.branch or ""
        if self.branch is not None and branch != self.branch:
            raise Refused("fund_other_branch", {"branch": self.view.code("org_unit", branch)})
        moves = self._actual(one)
        self._warn_of_days(one)
        body = self._body(one, moves)
        data, _wrong = parse_body(CashierPosting, body)
        self.session.require("add", Record(POSTING, "", 0, data))
        for move, _said in moves:
            if move.side == "payment":
                self._check_money(one, move, moves)
        self.session.save(POSTING, body)
        self.done.append(one.number)
        self._touch(one.moves, one.day)

    def _actual(self, one: _Wanted) -> list[tuple[Move, Decimal]]:
        """Return each move with what was really counted, and what the voucher says."""
        actual = self.params.amounts.get(one.named, self.params.amounts.get(one.number))
        if actual is None or (len(one.moves) == 1 and actual == one.moves[0].amount):
            return [(move, move.amount) for move in one.moves]
        if not self.view.option(ALLOW_ACTUAL) or len(one.moves) > 1:
            said = [str(move.amount) for move in one.moves]
            raise Refused("actual_not_allowed", {"actual": str(actual), "amounts": said})
        move = one.moves[0]
        shown = plain(self.view, actual, move.currency)
        values = {"voucher": one.number, "actual": shown}
        self.session.warn(Finding("warning", "actual_differs", "amounts", None, values))
        counted = Move(move.fund, move.currency, move.branch, move.side, actual)
        return [(counted, move.amount)]

    def _warn_of_days(self, one: _Wanted) -> None:
        values = {"voucher": one.number, "date": one.day.isoformat()}
        if one.day > self.view.today:
            self.session.warn(Finding("warning", "cash_date_in_future", "date", None, values))
        written = getattr(one.record.data, "voucher_date", None)
        if written is not None and one.day < written:
            self.session.warn(Finding("warning", "date_before_voucher", "date", None, values))

    def _check_money(self, one: _Wanted, move: Move, moves: list[tuple[Move, Decimal]]) -> None:
        """Ask whether the box holds what is paid, with what the same voucher brings.

        Raises:
            Refused: ``negative_cash`` with ``balance``, where the option blocks.
        """
        choice = option(self.view, OVERDRAFT, "warn")
        where = fund_where(move.fund, move.currency, move.branch)
        at_hand = fund_balance(self.view, where, one.day)
        same = (move.fund, move.currency, move.branch)
        brought = sum(
            (
                m.amount
                for m, _said in moves
                if m.side == "receipt" and (m.fund, m.currency, m.branch) == same
            ),
            Decimal(0),
        )
        if choice == "none" or at_hand + brought >= move.amount:
            return
        values = self._short(one.day, move, at_hand)
        if choice == "block":
            raise Refused("negative_cash", values)
        values = {**values, "voucher": one.number}
        self.session.warn(Finding("warning", "negative_cash", None, None, values))

    def _short(self, day: datetime.date, move: Move, at_hand: Decimal) -> dict[str, Any]:
        return {
            "account": move.fund or move.currency,
            "currency": move.currency,
            "date": day.isoformat(),
            "balance": plain(self.view, at_hand, move.currency),
        }

    def _body(self, one: _Wanted, moves: list[tuple[Move, Decimal]]) -> dict[str, Any]:
        who, why = who_and_why(self.view, one.record)
        rows = [
            {
                "fund": move.fund,
                "currency": move.currency,
                "side": move.side,
                "amount": format(move.amount, "f"),
                "voucher_amount": format(said, "f"),
            }
            for move, said in moves
        ]
        body: dict[str, Any] = {
            "voucher": one.record.id,
            "voucher_type": one.record.type,
            "posting_date": one.day.isoformat(),
            "counterparty": who[:255],
            "reason": why[:500],
            "note": self.params.note,
            "posted_by": self.session.actor.user,
            "posted_at": instant_text(self.view.now),
            "rows": rows,
        }
        return {**body, "branch": one.record.data.branch} if one.record.data.branch else body

    # -- taking back -----------------------------------------------------------------------------

    def _unpost(self, one: _Wanted) -> None:
        known = posting_of(self.view, one.record.id)
        if known is None:
            raise Refused("not_posted", {"voucher": one.number})
        self.session.require("delete", known)
        data = known.data
        moves = [
            Move(row.fund, row.currency, data.branch or "", row.side, row.amount)
            for row in data.rows
        ]
        for move in moves:
            if move.side == "receipt":
                self._check_later(one, move, data.posting_date)
        self.session.delete(POSTING, known.id)
        self.done.append(one.number)
        self._touch(tuple(moves), data.posting_date)

    def _check_later(self, one: _Wanted, move: Move, day: datetime.date) -> None:
        """Ask whether a later day falls below zero without a receipt. Raises: Refused."""
        choice = option(self.view, OVERDRAFT, "warn")
        if choice == "none":
            return
        where = fund_where(move.fund, move.currency, move.branch)
        for at, balance in _ends(self.view, where, day):
            if balance >= 0 > balance - move.amount:
                values = self._short(at, move, balance)
                if choice == "block":
                    raise Refused("negative_cash", values)
                values = {**values, "voucher": one.number}
                self.session.warn(Finding("warning", "negative_cash", None, None, values))
                return

    # -- the book --------------------------------------------------------------------------------

    def _touch(self, moves: tuple[Move, ...], day: datetime.date) -> None:
        for move in moves:
            key = (move.fund, move.currency, move.branch)
            self.touched[key] = min(day, self.touched.get(key, day))

    def _book(self) -> tuple[list[dict[str, Any]], int]:
        """Return the rows of the funds that were touched, from the first day on, with balances."""
        rows: list[dict[str, Any]] = []
        for (fund, currency, branch), day in sorted(self.touched.items()):
            where = fund_where(fund, currency, branch)
            running = fund_balance(self.view, where, day - datetime.timedelta(days=1))
            found = self.view.book(CASH_BOOK).entries(where=where, date_from=day)
            for posted in in_order(found):
                running += moved(posted)
                side = "receipt" if moved(posted) > 0 else "payment"
                number = self.view.code(posted.record_type, posted.voucher_id) or posted.number
                rows.append(
                    {
                        "voucher": number,
                        "date": posted.entry.posting_date.isoformat(),
                        "fund": fund,
                        "currency": currency,
                        side: plain(self.view, abs(moved(posted)), currency),
                        "balance": plain(self.view, running, currency),
                    }
                )
        return rows[:BOOK_ROWS_MAX], max(len(rows) - BOOK_ROWS_MAX, 0)


def _ends(
    view: View, where: dict[str, Any], day: datetime.date
) -> list[tuple[datetime.date, Decimal]]:
    """Return the balance at the end of each day that has rows, from a day on."""
    running = fund_balance(view, where, day - datetime.timedelta(days=1))
    ends: dict[datetime.date, Decimal] = {}
    for posted in in_order(view.book(CASH_BOOK).entries(where=where, date_from=day)):
        running += moved(posted)
        ends[posted.entry.posting_date] = running
    return sorted(ends.items())
