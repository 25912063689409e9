"""Kết chuyển lãi lỗ: income and expense to 911, the result to 4212 (spec §4.1)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from lienso import Finding, Prefix, Record, Refused
from lienso.fields import Params
from lienso.session import Session
from lienso.view import View
from lienso_catalog import account
from pydantic import Field

from ..balances import LEDGER_BOOK, balance
from ..generated import (
    RunParams,
    branch_id,
    keep,
    made_before,
    number_of,
    pass_warnings,
    remove,
)
from ..locks import refuse_locked
from ..periods import DAY, year_start
from .records import ClosingAccount
from .table import PROFIT, RESULT, rows_of

PL_CLOSING = "pl_closing"
FUNCTION = "general_ledger.close_profit_and_loss"
COLLECTING_ACCOUNTS = ("621", "622", "623", "627")
"""Costs that a month's end moves on; a balance shows that it was not done."""

TAX, PROFIT_BEFORE = "821", "4211"
_SIDES = ("debit", "credit")

By = Literal[
    "object", "item", "org_unit", "cost_object", "cost_item", "project", "order", "contract"
]
Key = tuple[str, ...]
"""An account, then the values of the dimensions that are kept apart."""


class CloseParams(RunParams):
    """The day, and how finely results are kept apart.

    Attributes:
        kind: ``year_opening``: on the first day of a year, what 4212 holds of the years before goes to
            4211, by a journal voucher.
        all_dependent: every branch that has something to close gets a voucher of its own.
        by: dimensions that the pairs keep apart.
        accounts: close only these with all below them; those that only pass on (911) always.
    """

    date: datetime.date
    kind: Literal["closing", "year_opening"] = "closing"
    all_dependent: bool = False
    by: list[By] = Field(default_factory=list, max_length=8)
    accounts: list[str] = Field(default_factory=list, max_length=200)


class ClosedPair(Params):
    """A pair of a closing voucher."""

    voucher: str
    debit: str
    credit: str
    amount: int


class CloseResult(Params):
    """What was closed, over all vouchers of the run.

    Attributes:
        vouchers: their numbers; none when there was nothing to close.
        profit_after_tax: credited to 4212; negative is a loss.
        turnover_911: debit side of 911. ``remaining``: left on the accounts that were to be closed.
    """

    vouchers: list[str]
    pairs: list[ClosedPair]
    profit_after_tax: int = 0
    turnover_911: int = 0
    remaining: int = 0


@dataclass(slots=True)
class Closing:
    """Pairs by the closing table, worked out on balances.

    Attributes:
        left: by key, debit less credit after the pairs.
    """

    left: dict[Key, int]
    pairs: list[tuple[str, str, int, Sequence[str]]] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)

    def close(self, row: ClosingAccount) -> None:
        """Make the pairs of a row, account by account, then by the dimensions."""
        for key in sorted(self.left):
            code, *apart = key
            amount = self.left[key]
            if not amount or not code.startswith(row.from_account):
                continue
            to = row.receiver(code)
            debit, credit = (to, code) if amount > 0 else (code, to)
            self.pairs.append((debit, credit, abs(amount), apart))
            if row.side != "both" and (row.side == "debit") != (amount > 0):
                self.unexpected.append(code)
            self.left[key] = 0
            receiver = (to, *apart)
            self.left[receiver] = self.left.get(receiver, 0) + amount


def close_profit_and_loss(params: CloseParams, session: Session) -> CloseResult:
    """Close up to a day; a second run on that day replaces its voucher.

    Balances are closed, not the turnover of a month, so that a month that was left out comes along.

    Raises:
        Refused: ``period_locked``, ``later_closing_exists``, ``to_not_postable``; unless passed
            ``unexpected_side`` and ``unclosed_costs``.
        Unknown: ``not_found``: the branch.
    """
    view = session.view
    own = branch_id(view, params.branch)
    branches = _branches(view, params) if params.all_dependent else [own]
    if params.no and len(branches) > 1:
        raise Refused("value_out_of_range", {"field": "no", "branches": len(branches)})
    results = []
    for done, branch in enumerate(branches):
        session.progress(done, len(branches), view.code("org_unit", branch))
        refuse_locked(view, params.date, branch, params.ledger)
        if params.kind == "year_opening":
            results.append(_open_year(params, session, branch))
        else:
            results.append(_close(params, session, branch))
    if not any(result.vouchers for result in results):
        session.warn(Finding("warning", "nothing_to_close"))
    return CloseResult(
        vouchers=[number for result in results for number in result.vouchers],
        pairs=[pair for result in results for pair in result.pairs],
        profit_after_tax=sum(result.profit_after_tax for result in results),
        turnover_911=sum(result.turnover_911 for result in results),
        remaining=sum(result.remaining for result in results),
    )


def _branches(view: View, params: CloseParams) -> list[str]:
    """List the branches that have rows on the accounts to close."""
    codes = [Prefix(row.from_account) for row in rows_of(view)]
    sums = view.book(LEDGER_BOOK).sum(
        _SIDES,
        by=("branch",),
        where={"ledger": params.ledger, "account": codes},
        date_to=params.date,
    )
    return sorted(branch for (branch,) in sums)


def unclosed(view: View, ledger: str, date: datetime.date, branch: str) -> list[str]:
    """Return the accounts of the closing table that have a balance on a day.

    Args:
        branch: id; empty: of the company as a whole.
    """
    where: dict[str, Any] = {
        "ledger": ledger,
        "account": [Prefix(row.from_account) for row in rows_of(view)],
        **({"branch": branch} if branch else {}),
    }
    sums = view.book(LEDGER_BOOK).sum(_SIDES, by=("account",), where=where, date_to=date)
    return sorted(code for (code,), (debit, credit) in sums.items() if debit != credit)


def _close(params: CloseParams, session: Session, branch: str) -> CloseResult:
    view = session.view
    later = next(made_before(view, PL_CLOSING, params.ledger, branch, params.date + DAY), None)
    if later is not None:
        values = {"voucher": number_of(later, params.ledger)}
        raise Refused("later_closing_exists", values)
    there = made_before(view, PL_CLOSING, params.ledger, branch, params.date, params.date)
    old = next(there, None)
    rows = _chosen(rows_of(view), params.accounts)
    closing = Closing(_balances(view, params, branch, rows, old))
    for row in rows:
        closing.close(row)
    passed = _warn(params, session, branch, closing)
    if not closing.pairs:
        if old is not None:  # what it closed was taken out since
            remove(session, old, params.ledger)
        return CloseResult(vouchers=[], pairs=[])
    _refuse_parents(view, closing)
    fields = {
        "description": f"Kết chuyển lãi lỗ đến ngày {params.date:%d/%m/%Y}",
        "generated_by": FUNCTION,
        "passed_warnings": passed,
        "lines": list(_lines(closing, params.by)),
    }
    made = keep(session, PL_CLOSING, fields, params.date, params, branch=branch, old=old)
    return _result(params, made, closing, rows)


def _chosen(rows: Sequence[ClosingAccount], accounts: Sequence[str]) -> list[ClosingAccount]:
    """Narrow the table to some accounts, and the rows that pass on what these close."""
    if not accounts:
        return list(rows)
    chosen: list[ClosingAccount] = []
    for row in rows:
        within = [code for code in accounts if code.startswith(row.from_account)]
        receivers = [to for other in chosen for to in (other.to_account, *other.map.values())]
        if row.from_account.startswith(tuple(accounts)) or any(
            to.startswith(row.from_account) for to in receivers
        ):
            chosen.append(row)
        else:
            chosen += [row.model_copy(update={"from_account": code}) for code in sorted(within)]
    return chosen


def _balances(
    view: View,
    params: CloseParams,
    branch: str,
    rows: Sequence[ClosingAccount],
    old: Record[Any] | None,
) -> dict[Key, int]:
    """Return debit less credit by key up to the day, without the voucher that is replaced."""
    book = view.book(LEDGER_BOOK)
    where: dict[str, Any] = {
        "ledger": params.ledger,
        "branch": branch,
        "account": [Prefix(row.from_account) for row in rows],
    }
    by = ("account", *params.by)
    found: dict[Key, int] = {}
    sums = book.sum(_SIDES, by=by, where=where, date_to=params.date)
    for key, (debit, credit) in sums.items():
        found[key] = debit - credit
    if old is not None:
        for key, (debit, credit) in book.sum(
            _SIDES, by=by, where={**where, "voucher_id": old.id}
        ).items():
            found[key] = found.get(key, 0) - debit + credit
    return found


def _warn(params: CloseParams, session: Session, branch: str, closing: Closing) -> list[str]:
    view = session.view
    found = [
        Finding("warning", "unexpected_side", None, None, {"account": code})
        for code in dict.fromkeys(closing.unexpected)
    ]
    for code in COLLECTING_ACCOUNTS:
        left = balance(view, code, ledger=params.ledger, date_to=params.date, branch=branch)
        if left.amount:
            found.append(Finding("warning", "unclosed_costs", None, None, {"account": code}))
            break
    if _tax_missing(view, params, closing):
        session.warn(Finding("warning", "tax_before_closing"))
    return pass_warnings(session, found, params.ignore_warnings)


def _tax_missing(view: View, params: CloseParams, closing: Closing) -> bool:
    """Tell whether a year ends with a profit, and no corporate tax was booked in it."""
    year = view.fiscal_year(params.date)
    if view.fiscal_year(params.date + DAY) == year or _profit(closing.pairs) <= 0:
        return False
    start = year_start(view, params.date)
    moved = balance(view, TAX, ledger=params.ledger, date_from=start, date_to=params.date)
    return not (moved.debit or moved.credit)


def _refuse_parents(view: View, closing: Closing) -> None:
    for debit, credit, _amount, _apart in closing.pairs:
        for code in (debit, credit):
            state = account(view, code)
            if state is None or not state.leaf:
                raise Refused("to_not_postable", {"account": code})


def _lines(closing: Closing, by: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    for number, (debit, credit, amount, apart) in enumerate(closing.pairs, 1):
        dimensions = {name: value for name, value in zip(by, apart, strict=True) if value}
        yield {
            "line": number,
            "debit": debit,
            "credit": credit,
            "amount": amount,
            "closing": True,
            **dimensions,
        }


def _profit(pairs: Sequence[tuple[str, str, int, Sequence[str]]]) -> int:
    credited = sum(amount for _debit, credit, amount, _ in pairs if credit.startswith(PROFIT[:3]))
    debited = sum(amount for debit, _credit, amount, _ in pairs if debit.startswith(PROFIT[:3]))
    return credited - debited


def _result(
    params: CloseParams, made: Record[Any], closing: Closing, rows: Sequence[ClosingAccount]
) -> CloseResult:
    number = number_of(made, params.ledger)
    sources = tuple(row.from_account for row in rows)
    left = [amount for key, amount in closing.left.items() if key[0].startswith(sources)]
    return CloseResult(
        vouchers=[number],
        pairs=[
            ClosedPair(voucher=number, debit=debit, credit=credit, amount=amount)
            for debit, credit, amount, _apart in closing.pairs
        ],
        profit_after_tax=_profit(closing.pairs),
        turnover_911=sum(a for debit, _credit, a, _ in closing.pairs if debit.startswith(RESULT)),
        remaining=sum(abs(amount) for amount in left),
    )


def _open_year(params: CloseParams, session: Session, branch: str) -> CloseResult:
    """Carry what 4212 holds at the end of a year to 4211, on the first day of the next."""
    view = session.view
    before = params.date - DAY
    if view.fiscal_year(before) == view.fiscal_year(params.date):
        raise Refused("value_out_of_range", {"field": "date", "value": params.date.isoformat()})
    old = next(
        (
            record
            for record in made_before(
                view, "journal", params.ledger, branch, params.date, params.date
            )
            if record.data.kind == "opening_transfer"
        ),
        None,
    )
    left = balance(view, PROFIT, ledger=params.ledger, date_to=before, branch=branch).amount
    if not left:
        return CloseResult(vouchers=[], pairs=[])
    debit, credit = (PROFIT_BEFORE, PROFIT) if left > 0 else (PROFIT, PROFIT_BEFORE)
    line = {"line": 1, "debit": debit, "credit": credit, "amount": abs(left)}
    fields = {
        "kind": "opening_transfer",
        "description": "Kết chuyển lợi nhuận chưa phân phối năm nay sang năm trước",
        "lines": [line],
    }
    made = keep(session, "journal", fields, params.date, params, branch=branch, old=old)
    number = number_of(made, params.ledger)
    pair = ClosedPair(voucher=number, debit=debit, credit=credit, amount=abs(left))
    return CloseResult(vouchers=[number], pairs=[pair], profit_after_tax=-left)
