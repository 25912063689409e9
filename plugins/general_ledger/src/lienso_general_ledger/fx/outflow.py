"""Tính tỷ giá xuất quỹ: what foreign money that went out has cost, and the difference (spec §4.4)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Self

from lienso import Prefix, Record, Refused
from lienso.fields import Params
from lienso.session import Session
from lienso.storage import PostedEntry
from lienso.view import View
from lienso_catalog import account, below
from pydantic import Field, model_validator

from ..balances import LEDGER_BOOK
from ..chart import default_account
from ..generated import RunParams, branch_id, keep, made_before, number_of, remove
from ..lines import FC_SCALE
from ..locks import refuse_locked
from ..periods import DAY
from ..rounding import round_half_away
from .costing import Costed, Holding, Inflow, Key, Outflow, moving_average, period_average
from .records import Method

FX_DIFFERENCE = "fx_difference"
FUNCTION = "general_ledger.compute_fx_outflow_rate"
METHOD_OPTION = "general_ledger.fx_outflow_method"
MONEY = ("111", "112", "113")
GAIN, LOSS = "515", "635"
OP = "fx_difference"
_MEASURES = ("debit", "credit", "fc_debit", "fc_credit")


class OutflowParams(RunParams):
    """The days whose outflows are costed.

    Attributes:
        currency: left out: all. ``accounts``: left out: every account of money in foreign currency.
        method: left out: as the option says. ``date``: of the voucher; left out: ``to_date``.
        gain_account, loss_account: left out: the company's default accounts, else 515 and 635.
    """

    from_date: datetime.date
    to_date: datetime.date
    currency: str = ""
    accounts: list[str] = Field(default_factory=list, max_length=200)
    method: Method | None = None
    gain_account: str = ""
    loss_account: str = ""
    date: datetime.date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_date > self.to_date:
            raise ValueError("from_date is after to_date")
        return self


class Rate(Params):
    """The average of an account, đồng per unit at two decimals, and what is left there."""

    account: str
    bank_account: str
    currency: str
    rate: str | None
    fc_amount: str
    amount: int


class CostedOutflow(Params):
    """An outflow: cost and typed đồng less cost."""

    voucher: str
    line: int
    account: str
    bank_account: str
    currency: str
    fc_amount: str
    cost: int
    difference: int


class Closing(Params):
    """What is left in all accounts: foreign units where it is one currency, and đồng."""

    fc_amount: str | None
    amount: int


class OutflowResult(Params):
    """Rates, costs, what is left, and the voucher of the differences; none when there are none."""

    voucher: str | None
    rates: list[Rate]
    outflows: list[CostedOutflow]
    closing: Closing


def compute_fx_outflow_rate(params: OutflowParams, session: Session) -> OutflowResult:
    """Cost the outflows and post the differences; a second run replaces its own voucher.

    Raises:
        Refused: ``period_locked``, ``fc_negative``, ``rate_undefined``; ``fx_voucher_exists``: the days
            were costed in part already, by a run over other days or more accounts.
        Unknown: ``not_found``: the branch.
    """
    view = session.view
    branch = branch_id(view, params.branch)
    date = params.date or params.to_date
    refuse_locked(view, date, branch, params.ledger)
    accounts = money_accounts(view, params.accounts)
    replaced = list(_replaced(view, params, branch, accounts))
    costed, outflows = measure(view, params, branch, accounts, replaced)
    lines = list(_lines(view, params, outflows))
    old = replaced[0] if replaced else None
    for record in replaced[1:] if lines else replaced:
        remove(session, record, params.ledger)
    number = None
    if lines:
        fields = {
            "description": "Xử lý chênh lệch tỷ giá xuất quỹ",
            "generated_by": FUNCTION,
            "from_date": params.from_date.isoformat(),
            "to_date": params.to_date.isoformat(),
            "currency": params.currency,
            "accounts": accounts,
            "method": _method(view, params),
            "lines": lines,
        }
        made = keep(session, FX_DIFFERENCE, fields, date, params, branch=branch, old=old)
        number = number_of(made, params.ledger)
    return _result(view, number, costed, outflows)


def money_accounts(view: View, accounts: Sequence[str]) -> list[str]:
    """Return the accounts to cost: those named, else all of money that keep foreign currency."""
    if accounts:
        return sorted(set(accounts))
    found = []
    for code in MONEY:
        state = account(view, code)
        if state is not None and state.leaf and state.fc:
            found.append(code)
        found += [
            below_.data.code
            for below_ in below(view, code)
            if below_.data.fc and (leaf := account(view, below_.data.code)) and leaf.leaf
        ]
    return found


def _method(view: View, params: OutflowParams) -> Method:
    chosen: Method = params.method or view.option(METHOD_OPTION)
    return chosen


def _replaced(
    view: View, params: OutflowParams, branch: str, accounts: Sequence[str]
) -> Iterator[Record[Any]]:
    """Yield the vouchers of earlier runs that this one covers whole.

    Raises:
        Refused: ``fx_voucher_exists``: one is covered in part.
    """
    in_part = []
    for record in made_before(view, FX_DIFFERENCE, params.ledger, branch, None):
        data = record.data
        apart = data.to_date < params.from_date or params.to_date < data.from_date
        other = params.currency and data.currency and params.currency != data.currency
        if apart or other or not set(data.accounts) & set(accounts):
            continue
        same_days = (data.from_date, data.to_date) == (params.from_date, params.to_date)
        if (
            same_days
            and set(data.accounts) <= set(accounts)
            and params.currency in ("", data.currency)
        ):
            yield record
        else:
            in_part.append(number_of(record, params.ledger))
    if in_part:
        raise Refused("fx_voucher_exists", {"vouchers": in_part})


def measure(
    view: View,
    params: OutflowParams,
    branch: str,
    accounts: Sequence[str],
    without: Sequence[Record[Any]] = (),
) -> tuple[Costed, list[Outflow]]:
    """Cost the outflows of a period, as if the vouchers ``without`` were not there.

    Raises:
        Refused: ``fc_negative``, ``rate_undefined``.
    """
    where: dict[str, Any] = {
        "account": [Prefix(code) for code in MONEY],
        "ledger": params.ledger,
        "branch": branch,
    }
    if params.currency:
        where["currency"] = params.currency
    opening: dict[Key, Holding] = {
        (key[0], key[1], key[2]): Holding(
            Decimal(fc_debit - fc_credit).scaleb(-FC_SCALE), debit - credit
        )
        for key, (debit, credit, fc_debit, fc_credit) in view.book(LEDGER_BOOK)
        .sum(
            _MEASURES,
            by=("account", "bank_account", "currency"),
            where=where,
            date_to=params.from_date - DAY,
        )
        .items()
        if key[0] in accounts and key[2]
    }
    skipped = {record.id for record in without}
    rows = [
        posted
        for posted in view.book(LEDGER_BOOK).entries(
            where=where, date_from=params.from_date, date_to=params.to_date
        )
        if posted.voucher_id not in skipped and posted.entry.dimensions["currency"]
    ]
    inflows, outflows = _moves(rows, accounts)
    method = moving_average if _method(view, params) == "moving_average" else period_average
    return method(opening, inflows, outflows), outflows


def _key(posted: PostedEntry) -> Key:
    there = posted.entry.dimensions
    return there["account"], there["bank_account"], there["currency"]


def _moves(
    rows: Sequence[PostedEntry], accounts: Sequence[str]
) -> tuple[list[Inflow], list[Outflow]]:
    """Read inflows and outflows; a pair between two own accounts of one currency is a transfer."""
    debits = {
        (posted.voucher_id, posted.entry.line): _key(posted)
        for posted in rows
        if posted.entry.side == 0
    }
    sent: dict[tuple[str, int], Outflow] = {}
    outflows = []
    inflows: list[Inflow] = []
    for posted in rows:
        entry, key = posted.entry, _key(posted)
        fc = Decimal(entry.measures["fc_credit"]).scaleb(-FC_SCALE)
        credit = entry.measures["credit"]
        if entry.side != 1 or key[0] not in accounts:
            continue
        if not fc:
            inflows.append(Inflow(key, entry.posting_date, Decimal(0), -credit))
            continue
        to = debits.get((posted.voucher_id, entry.line))
        transfer = to is not None and to != key and to[2] == key[2]
        out = Outflow(
            key,
            entry.posting_date,
            fc,
            credit,
            posted.number,
            entry.line,
            to if transfer else None,
        )
        outflows.append(out)
        if transfer:
            sent[posted.voucher_id, entry.line] = out
    for posted in rows:
        entry, key = posted.entry, _key(posted)
        if entry.side == 0 and key[0] in accounts:
            fc = Decimal(entry.measures["fc_debit"]).scaleb(-FC_SCALE)
            source = sent.get((posted.voucher_id, entry.line))
            inflows.append(Inflow(key, entry.posting_date, fc, entry.measures["debit"], source))
    return inflows, outflows


def _lines(
    view: View, params: OutflowParams, outflows: Sequence[Outflow]
) -> Iterator[Mapping[str, Any]]:
    gain = params.gain_account or default_account(view, FX_DIFFERENCE, "gain_account", GAIN)
    loss = params.loss_account or default_account(view, FX_DIFFERENCE, "loss_account", LOSS)
    number = 0
    for out in outflows:
        if not out.difference:
            continue
        number += 1
        code, bank_account, currency = out.key
        line: dict[str, Any] = {
            "line": number,
            "amount": abs(out.difference),
            "currency": currency,
            "source": out.voucher,
            "op": OP,
        }
        if out.to is not None:
            # The receiver's account takes the cost, not what was typed.
            ours, theirs = (code, bank_account), out.to[:2]
            debit, credit = (ours, theirs) if out.difference > 0 else (theirs, ours)
            line |= {"debit": debit[0], "credit": credit[0]}
            line |= {"debit_bank_account": debit[1]} if debit[1] else {}
            line |= {"credit_bank_account": credit[1]} if credit[1] else {}
        else:
            debit_, credit_ = (code, gain) if out.difference > 0 else (loss, code)
            line |= {"debit": debit_, "credit": credit_}
            line |= {"bank_account": bank_account} if bank_account else {}
        yield line


@dataclass(frozen=True, slots=True)
class _Texts:
    view: View

    def bank(self, id: str) -> str:
        return self.view.code("bank_account", id) or id

    def rate(self, rate: Fraction | None) -> str | None:
        return None if rate is None else f"{Decimal(round_half_away(rate * 100)) / 100:.2f}"


def _result(
    view: View, number: str | None, costed: Costed, outflows: Sequence[Outflow]
) -> OutflowResult:
    texts = _Texts(view)
    rates = [
        Rate(
            account=key[0],
            bank_account=texts.bank(key[1]),
            currency=key[2],
            rate=texts.rate(costed.rates.get(key)),
            fc_amount=fc_text(left.fc),
            amount=left.amount,
        )
        for key, left in sorted(costed.closing.items())
    ]
    one = len({key[2] for key in costed.closing}) == 1
    units = sum((left.fc for left in costed.closing.values()), Decimal(0))
    return OutflowResult(
        voucher=number,
        rates=rates,
        outflows=[
            CostedOutflow(
                voucher=out.voucher,
                line=out.line,
                account=out.key[0],
                bank_account=texts.bank(out.key[1]),
                currency=out.key[2],
                fc_amount=fc_text(out.fc),
                cost=out.amount - out.difference,
                difference=out.difference,
            )
            for out in outflows
        ],
        closing=Closing(
            fc_amount=fc_text(units) if one else None,
            amount=sum(left.amount for left in costed.closing.values()),
        ),
    )


def fc_text(amount: Decimal) -> str:
    """Write foreign units with two decimals, or as many more as they have."""
    rounded = amount.quantize(Decimal("0.01"))
    return format(rounded if rounded == amount else amount.normalize(), "f")
