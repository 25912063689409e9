"""Bank vouchers to entries: the ledger, the VAT register, open items (spec §3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from lienso import Entry, Record
from lienso.model import Ledger
from lienso.view import View
from lienso_general_ledger import default_account, foreign, refuse_locked
from lienso_general_ledger.money.funds import BANK, FC_SCALE, LEDGER_BOOK
from lienso_general_ledger.money.posting import of_object, paid_by, post_money
from lienso_general_ledger.money.vouchers import MoneyLine
from lienso_general_ledger.pairs import fixed

from .records import BankVoucher, InternalTransfer

IN_TRANSIT = ("1131", "113")
"""Tiền đang chuyển of TT200, else of TT99; TT133 has none, and its books refuse the voucher."""


def post_bank(
    record: Record[BankVoucher], ledger: Ledger, view: View
) -> Mapping[str, Sequence[Entry]]:
    """Post a receipt or a payment.

    Raises:
        Refused: ``period_locked``.
    """
    data = record.data
    lines = [_on_account(of_object(line, data.object), data.bank_account) for line in data.lines]
    return post_money(record, ledger, view, lines, [paid_by(line, "bank") for line in lines])


def _on_account(line: MoneyLine, bank_account: str | None) -> MoneyLine:
    """Give a line on 112 that names no bank account the one of the voucher."""
    if not bank_account or line.bank_account:
        return line
    changes = {
        f"{side}_bank_account": bank_account
        for side in ("debit", "credit")
        if getattr(line, side).startswith(BANK) and not getattr(line, f"{side}_bank_account")
    }
    other = line.debit_bank_account or line.credit_bank_account
    if other and len(changes) < 2:
        return line.model_copy(update=changes)
    # Both sides of the pair carry it, as where it is typed on the line.
    return line.model_copy(update={"bank_account": bank_account}) if changes else line


def post_transfer(
    record: Record[InternalTransfer], ledger: Ledger, view: View
) -> Mapping[str, Sequence[Entry]]:
    """Post a transfer: one pair, each side in the currency of its account.

    Raises:
        Refused: ``period_locked``.
    """
    data = record.data
    refuse_locked(view, data.posting_date, data.branch or "", ledger, "posting_date")
    to = None if data.stage == "sent" else data.to_account
    source = None if data.stage == "received" else data.from_account
    debit = _side(view, to, data.debit, data.to_fc, data.to_rate, data.stage == "sent")
    credit = _side(
        view, source, data.credit, data.from_fc, data.from_rate, data.stage == "received"
    )
    entries = []
    for side, (own, other) in enumerate(((debit, credit), (credit, debit))):
        dimensions, fc_amount = own
        name = ("debit", "credit")[side]
        measures = {name: data.amount}
        if fc_amount:
            measures[f"fc_{name}"] = fixed(fc_amount, FC_SCALE)
        dimensions = {**dimensions, "contra_account": other[0].get("account", "")}
        kept = {key: text for key, text in dimensions.items() if text}
        entries.append(Entry(1, side, ledger, data.posting_date, data.branch or "", kept, measures))
    return {LEDGER_BOOK: entries}


def _side(
    view: View,
    bank_account: str | None,
    typed: str,
    fc_amount: Decimal | None,
    rate: Decimal | None,
    in_transit: bool,
) -> tuple[dict[str, str], Decimal | None]:
    """Return the dimensions of one side, and its foreign units."""
    if in_transit:
        return {"account": transit_account(view)}, None
    record: Any = view.get("bank_account", bank_account) if bank_account else None
    account = typed or ("" if record is None else record.data.ledger_account)
    currency = "" if record is None else foreign(record.data.currency)
    found = {"account": account, "bank_account": bank_account or "", "currency": currency}
    if currency and rate and fc_amount:
        found["rate"] = format(rate, "f")
    return found, fc_amount if currency else None


def transit_account(view: View) -> str:
    """Return the account of money in transit: the company's choice, else the chart's."""
    usual = next((code for code in IN_TRANSIT if view.id_of("account", code)), IN_TRANSIT[-1])
    return default_account(view, "internal_transfer", "transit_account", usual)
