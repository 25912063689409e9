"""Đánh giá lại tài khoản ngoại tệ at a period's end (spec §4.5).

TT200 (art. 69) and TT133 (art. 52): assets at the buying rate, debts at the selling rate of the bank
the company deals with; differences pass through 4131 (413), and their net goes to 515 or 635.
TT99: one average rate, gains and losses go to 515 and 635 directly.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from lienso import Entry, Finding, LiensoError, Record, Refused
from lienso.fields import Params, Quantity
from lienso.model import Ledger
from lienso.session import Session
from lienso.view import View
from lienso_catalog import average_of, rate_on, regime_of
from pydantic import Field

from ..chart import default_account
from ..generated import (
    RunParams,
    branch_id,
    keep,
    made_before,
    number_of,
    pass_warnings,
    post_generated,
    remove,
)
from ..locks import refuse_locked
from ..periods import month_start
from .items import Item, Skipped, items_of, restate
from .outflow import (
    FX_DIFFERENCE,
    GAIN,
    LOSS,
    OutflowParams,
    fc_text,
    measure,
    money_accounts,
)

FX_REVALUATION = "fx_revaluation"
FUNCTION = "general_ledger.revalue_fx_accounts"
KEEP_OPTION = "general_ledger.keep_fx_in_equity"
OP = "fx_revaluation"
THROUGH: Mapping[str, str] = {"TT200": "4131", "TT133": "413"}
"""Account that differences pass through, by circular; TT99 has none."""

PRE_OPERATING: Mapping[str, str] = {"TT200": "4132", "TT133": "413"}
"""Where wholly state-owned enterprises keep differences before they operate (TT200 art. 69)."""

NOTE = "Không được chia lợi nhuận, trả cổ tức trên lãi chênh lệch tỷ giá do đánh giá lại cuối kỳ"


class RevalueParams(RunParams):
    """The day, the currency and its rates.

    Attributes:
        accounts: with all below them; none takes all that are monetary.
        rate_assets, rate_liabilities: buying and selling, đồng per unit (TT200, TT133).
        rate: the average of both (TT99). Rates left out are those of the rate table for the day.
        bank_rates: by code of a bank account with its own bank's rate (TT99).
        refundable: codes of objects whose prepayments will be paid back, so that they are monetary.
    """

    date: datetime.date
    currency: str = Field(min_length=1, max_length=10)
    accounts: list[str] = Field(default_factory=list, max_length=200)
    rate_assets: Quantity | None = Field(default=None, gt=0)
    rate_liabilities: Quantity | None = Field(default=None, gt=0)
    rate: Quantity | None = Field(default=None, gt=0)
    bank_rates: dict[str, Quantity] = Field(default_factory=dict, max_length=1_000)
    refundable: list[str] = Field(default_factory=list, max_length=10_000)


class RevaluedItem(Params):
    """An item before and after, đồng; debit positive."""

    account: str
    object: str
    bank_account: str
    contract: str
    fc_amount: str
    before: int
    rate: str
    after: int
    difference: int


class SkippedItem(Params):
    """An item that was left out, with the code of the reason."""

    account: str
    object: str
    reason: str


class RevalueResult(Params):
    """What was revalued; ``net``: gains less losses, đồng. ``note``: of what may not be paid out."""

    voucher: str | None
    items: list[RevaluedItem]
    skipped: list[SkippedItem]
    net: int
    note: str


def revalue_fx_accounts(params: RevalueParams, session: Session) -> RevalueResult:
    """Bring monetary items to the day's rate; a second run on the day replaces its voucher.

    Raises:
        Refused: ``period_locked``, ``later_revaluation_exists``, ``fx_rate_missing``; unless passed
            ``run_outflow_first``.
        Unknown: ``not_found``: branch, bank account or object.
    """
    view = session.view
    branch = branch_id(view, params.branch)
    refuse_locked(view, params.date, branch, params.ledger)
    old = _earlier_run(view, params, branch)
    rates = _Rates(view, params)
    passed = pass_warnings(session, _outflow_first(view, params, branch), params.ignore_warnings)
    where = {"ledger": params.ledger, "branch": branch, "currency": params.currency}
    without = None if old is None else old.id
    refundable = [view.require("object", code).id for code in params.refundable]
    items, skipped = items_of(view, where, params.date, params.accounts, refundable, without)
    restated = [
        row.model_dump(mode="json", exclude_defaults=True)
        for item in items
        for row in restate(view, where, params.date, item, rates.of(item), without)
    ]
    lines = _lines(view, params, [(item, item.difference(rates.of(item))) for item in items])
    number = None
    if lines or restated:
        fields = {
            "description": f"Đánh giá lại số dư ngoại tệ {params.currency} ngày {params.date:%d/%m/%Y}",
            "generated_by": FUNCTION,
            "passed_warnings": passed,
            "currency": params.currency,
            "accounts": sorted(params.accounts),
            "rate_assets": format(rates.assets, "f"),
            "rate_liabilities": format(rates.liabilities, "f"),
            "bank_rates": rates.of_banks,
            "restated": restated,
            "lines": lines,
        }
        made = keep(session, FX_REVALUATION, fields, params.date, params, branch=branch, old=old)
        number = number_of(made, params.ledger)
    elif old is not None:
        remove(session, old, params.ledger)
    return _result(view, number, items, skipped, rates)


def _earlier_run(view: View, params: RevalueParams, branch: str) -> Record[Any] | None:
    """Return the voucher of the same day and accounts. Raises: ``later_revaluation_exists``."""
    old = None
    for record in made_before(view, FX_REVALUATION, params.ledger, branch, params.date):
        data = record.data
        if data.currency != params.currency:
            continue
        if data.posting_date > params.date:
            values = {"voucher": number_of(record, params.ledger)}
            raise Refused("later_revaluation_exists", values)
        if data.accounts == sorted(params.accounts):
            old = record
    return old


class _Rates:
    """The rates of a run."""

    def __init__(self, view: View, params: RevalueParams) -> None:
        self._banks = {
            view.require("bank_account", code).id: rate for code, rate in params.bank_rates.items()
        }
        assets, liabilities = params.rate_assets, params.rate_liabilities
        if regime_of(view) == "TT99" or params.rate is not None:
            assets = liabilities = params.rate or _table(view, params, "average")
        self.assets: Decimal = assets or _table(view, params, "buy_transfer")
        self.liabilities: Decimal = liabilities or _table(view, params, "sell_transfer")

    @property
    def of_banks(self) -> list[dict[str, str]]:
        """The rates of banks' own, as the voucher keeps them."""
        return [{"bank_account": id, "rate": format(rate, "f")} for id, rate in self._banks.items()]

    def of(self, item: Item) -> Decimal:
        """Return the rate of an item."""
        if item.bank_account in self._banks:
            return self._banks[item.bank_account]
        return self.assets if item.fc > 0 else self.liabilities


def _table(view: View, params: RevalueParams, kind: str) -> Decimal:
    """Return a rate of the rate table. Raises: Refused: ``fx_rate_missing``."""
    row = rate_on(view, params.currency, params.date)
    found = None
    if row is not None:
        found = average_of(row) if kind == "average" else getattr(row, kind)
    if found is None:
        values = {"currency": params.currency, "date": params.date.isoformat(), "rate": kind}
        raise Refused("fx_rate_missing", values)
    rate: Decimal = found
    return rate


def _outflow_first(view: View, params: RevalueParams, branch: str) -> list[Finding]:
    """Say that money went out this month whose cost was not computed yet."""
    start = month_start(params.date)
    done = made_before(view, FX_DIFFERENCE, params.ledger, branch, None)
    covers = (params.currency, "")
    if any(
        record.data.to_date >= params.date >= record.data.from_date
        and record.data.currency in covers
        for record in done
    ):
        return []
    run = OutflowParams(
        from_date=start, to_date=params.date, currency=params.currency, ledger=params.ledger
    )
    try:
        _costed, outflows = measure(view, run, branch, money_accounts(view, ()))
    except LiensoError as error:
        values = {"reason": error.code}
        return [Finding("warning", "run_outflow_first", None, None, values)]
    if any(out.difference for out in outflows):
        return [Finding("warning", "run_outflow_first")]
    return []


def _lines(
    view: View, params: RevalueParams, differences: Sequence[tuple[Item, int]]
) -> list[dict[str, Any]]:
    regime = regime_of(view)
    gain = default_account(view, FX_REVALUATION, "gain_account", GAIN)
    loss = default_account(view, FX_REVALUATION, "loss_account", LOSS)
    keeps = bool(view.option(KEEP_OPTION))
    through = (PRE_OPERATING if keeps else THROUGH).get(regime)
    lines: list[dict[str, Any]] = []
    for item, difference in differences:
        if not difference:
            continue
        other = through or (gain if difference > 0 else loss)
        debit, credit = (item.account, other) if difference > 0 else (other, item.account)
        line = {"currency": params.currency, **item.dimensions()}
        lines.append(_line(len(lines) + 1, debit, credit, abs(difference)) | line)
    net = sum(difference for _item, difference in differences)
    if through and net and not keeps:
        debit, credit = (through, gain) if net > 0 else (loss, through)
        lines.append(_line(len(lines) + 1, debit, credit, abs(net)))
    return lines


def _line(number: int, debit: str, credit: str, amount: int) -> dict[str, Any]:
    return {"line": number, "debit": debit, "credit": credit, "amount": amount, "op": OP}


def _result(
    view: View,
    number: str | None,
    items: Sequence[Item],
    skipped: Sequence[Skipped],
    rates: _Rates,
) -> RevalueResult:
    rows = []
    for item in items:
        rate = rates.of(item)
        difference = item.difference(rate)
        rows.append(
            RevaluedItem(
                account=item.account,
                object=view.code("object", item.object) or item.object,
                bank_account=view.code("bank_account", item.bank_account) or item.bank_account,
                contract=view.code("sales_contract", item.contract) or item.contract,
                fc_amount=fc_text(item.fc),
                before=item.amount,
                rate=format(rate, "f"),
                after=item.amount + difference,
                difference=difference,
            )
        )
    net = sum(row.difference for row in rows)
    return RevalueResult(
        voucher=number,
        items=rows,
        skipped=[
            SkippedItem(
                account=one.account,
                object=view.code("object", one.object) or one.object,
                reason=one.reason,
            )
            for one in skipped
        ],
        net=net,
        note=NOTE if net > 0 else "",
    )


def post_revaluation(
    record: Record[Any], ledger: Ledger, view: View
) -> Mapping[str, Sequence[Entry]]:
    """Post the pairs, and the differences of open items: đồng, no units. Raises: ``period_locked``."""
    data = record.data
    books = dict(post_generated(record, ledger, view))
    entries = []
    for side, row in enumerate(data.restated):
        dimensions = {
            "account": row.account,
            "object": row.object,
            "currency": data.currency,
            "role": row.role,
            "origin": "revaluation",
            "document": row.document,
            "invoice_no": row.invoice_no,
            "rate": format(
                data.rate_assets
                if (row.role == "debt") == row.account.startswith("131")
                else data.rate_liabilities,
                "f",
            ),
        }
        dimensions = {name: text for name, text in dimensions.items() if text}
        measures = {"amount": row.amount}
        entries.append(
            Entry(0, side, ledger, data.posting_date, data.branch or "", dimensions, measures)
        )
    if entries:
        books["open_items"] = entries
    return books
