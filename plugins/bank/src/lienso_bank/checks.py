"""What the bank objects to (spec §2): vouchers, statements, matches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from lienso import Entry, Finding, Record
from lienso.model import Ledger
from lienso.view import View
from lienso_general_ledger import lock_finding
from lienso_general_ledger.money.funds import BANK, LEDGER_BOOK, LOCAL, shown_currency
from lienso_general_ledger.money.invoices import booked_before
from lienso_general_ledger.money.overdraft import check_overdraft
from lienso_general_ledger.money.posting import bank_currency

from .account import (
    confirmed_by,
    line_key,
    match_of_line,
    matches_of,
    shown_line,
    split_key,
    statements_of,
)
from .records import (
    BankMatch,
    BankPayment,
    BankReceipt,
    BankStatement,
    BankVoucher,
    InternalTransfer,
)

DIFFERENCE = {"bank_receipt": "635", "bank_payment": "515"}
"""Accounts of exchange differences and discounts, which may stand where the bank account does."""

TO_SOMEBODY = frozenset({"supplier", "other", "advance", "tax", "insurance", "loan"})
"""Kinds of payment whose order names who gets the money; a fee the bank takes itself."""


# -- posting --------------------------------------------------------------------------------------


def check_posting(
    record: Record[Any], ledger: Ledger, entries: Mapping[str, Sequence[Entry]], view: View
) -> Iterator[Finding]:
    """Say what is wrong with a voucher about to be posted: accounts, currencies, the money there."""
    rows = entries.get(LEDGER_BOOK, ())
    if isinstance(record.data, BankVoucher):
        yield from _check_accounts(record)
        for line in record.data.lines:
            other = booked_before(record, line, ledger, view)
            if other is not None:
                yield Finding("warning", "invoice_duplicate", "tax", line.line, {"no": other})
    for entry in rows:
        if entry.dimensions.get("account", "").startswith(BANK):
            found = _currency_finding(entry, view)
            if found is not None:
                yield found
    yield from check_overdraft(rows, ledger, view, BANK, lambda id, _c: _lent(view, id))


def _check_accounts(record: Record[BankVoucher]) -> Iterator[Finding]:
    """A receipt debits 112, a payment credits it.

    Beside stand exchange differences, and what the bank kept of the same money: a customer pays 100,
    the bank credits 99.7 and 0.3 is its fee, both against his debt (spec §8).
    """
    side, other = ("debit", "credit") if record.type == "bank_receipt" else ("credit", "debit")
    lines = record.data.lines
    of_bank = [line for line in lines if getattr(line, side).startswith(BANK)]
    same = {(getattr(line, other), line.object) for line in of_bank}
    for line in lines:
        account = getattr(line, side)
        beside = bool(of_bank) and (
            account.startswith(DIFFERENCE[record.type])
            or (getattr(line, other), line.object) in same
        )
        if account and not account.startswith(BANK) and not beside:
            values = {"account": account, "field": side}
            yield Finding("error", "account_not_bank", side, line.line, values)


def _currency_finding(entry: Entry, view: View) -> Finding | None:
    kept = bank_currency(view, entry)
    currency = shown_currency(entry.dimensions.get("currency", ""))
    if not kept or kept == currency:
        return None
    code = view.code("bank_account", entry.dimensions["bank_account"])
    values = {"bank_account": code, "currency": currency, "expected": kept}
    return Finding("error", "bank_currency_mismatch", "currency", entry.line, values)


def _lent(view: View, bank_account: str) -> int:
    """Return the overdraft facility of an account, which is said in đồng; a foreign one has none."""
    record: Any = view.get("bank_account", bank_account) if bank_account else None
    if record is None or record.data.currency != LOCAL:
        return 0
    return int(record.data.overdraft_limit)


def check_unposting(record: Record[Any], view: View) -> Iterator[Finding]:
    """Keep what a statement confirms in the books."""
    for match in matches_of(view, record.id):
        finding = _held(match, view)
        if finding is not None:
            yield finding
            return


def _held(match: Record[BankMatch], view: View) -> Finding | None:
    lines = [shown_line(view, key) for key in match.data.statement]
    values: dict[str, Any] = {"statement": lines, "date": match.data.date.isoformat()}
    confirmed = confirmed_by(view, match.id)
    if confirmed is not None:
        values["reconciliation"] = confirmed.data.no
        return Finding("error", "bank_reconciled", None, None, values)
    return Finding("error", "bank_matched", None, None, values)


# -- saving ---------------------------------------------------------------------------------------


def check_record(record: Record[Any], before: Record[Any] | None, view: View) -> Iterator[Finding]:
    """Say what is wrong with a record about to be saved."""
    data = record.data
    if isinstance(data, BankPayment):
        yield from _check_beneficiary(data)
    elif isinstance(data, InternalTransfer):
        if data.from_account and data.from_account == data.to_account:
            yield Finding("error", "same_account_transfer", "to_account")
    elif isinstance(data, BankStatement):
        yield from _check_statement(record, before, view)
    elif isinstance(data, BankMatch):
        yield from _check_match(record, before, view)


def _check_beneficiary(data: BankPayment) -> Iterator[Finding]:
    there = data.object_bank_account
    asked = data.method == "transfer_order" and data.kind in TO_SOMEBODY
    if asked and (there is None or not there.number or not (there.name or data.object)):
        yield Finding("warning", "beneficiary_missing", "object_bank_account")


def _check_statement(
    record: Record[BankStatement], before: Record[BankStatement] | None, view: View
) -> Iterator[Finding]:
    data = record.data
    account: Any = view.get("bank_account", data.bank_account)
    for line in data.lines:
        values: dict[str, Any] = line.__dict__
        if (values["in"] and values["out"]) or not line.signed:
            where = {"field": "in", "line": line.line}
            yield Finding("error", "value_out_of_range", "in", line.line, where)
        whole = line.signed == line.signed.to_integral_value()
        if account is not None and account.data.currency == LOCAL and not whole:
            yield Finding("error", "vnd_has_no_decimals", "in", line.line)
        if line.source == "book" and data.kind == "statement":
            yield Finding("error", "bad_choice", "source", line.line, {"value": line.source})
    if data.kind == "statement":
        yield from _check_continuity(record, view)
    if data.to_date < data.from_date:
        yield Finding("error", "value_out_of_range", "to_date", None, {"field": "to_date"})
    yield from _check_matched_lines(record, before, view)


def _check_continuity(record: Record[BankStatement], view: View) -> Iterator[Finding]:
    data = record.data
    expected = data.opening + sum((line.signed for line in data.lines), Decimal(0))
    if expected != data.closing:
        values = {"expected": format(expected, "f"), "closing": format(data.closing, "f")}
        yield Finding("error", "statement_not_continuous", "closing", None, values)
    previous = _previous(record, view)
    if previous is not None and previous.data.closing != data.opening:
        values = {"previous": previous.data.no, "closing": format(previous.data.closing, "f")}
        yield Finding("warning", "statement_gap", "opening", None, values)


def _previous(record: Record[BankStatement], view: View) -> Record[BankStatement] | None:
    data = record.data
    earlier = [
        one
        for one in statements_of(view, data.bank_account)
        if one.id != record.id
        and (one.data.to_date, one.data.from_date) < (data.to_date, data.from_date)
    ]
    return max(earlier, key=lambda one: (one.data.to_date, one.data.from_date), default=None)


def _check_matched_lines(
    record: Record[BankStatement], before: Record[BankStatement] | None, view: View
) -> Iterator[Finding]:
    """A line that a match holds keeps its day and amount."""
    if before is None:
        return
    new = {line.line: line for line in record.data.lines}
    for line in before.data.lines:
        now = new.get(line.line)
        moved = now is None or (now.date, now.signed) != (line.date, line.signed)
        other = record.data.bank_account != before.data.bank_account
        if (moved or other) and match_of_line(view, line_key(record.id, line.line)) is not None:
            yield Finding("error", "already_matched", "lines", line.line, {"line": line.line})


def _check_match(
    record: Record[BankMatch], before: Record[BankMatch] | None, view: View
) -> Iterator[Finding]:
    """Both sides are equal, on one account, and no line or voucher is in two matches."""
    data = record.data
    if before is not None and data != before.data:
        yield Finding("error", "already_matched", None, None, {"tier": before.data.tier})
        return
    total = Decimal(0)
    for key in data.statement:
        id, number = split_key(key)
        statement: Any = view.get("bank_statement", id)
        lines = () if statement is None else statement.data.lines
        line = next((one for one in lines if one.line == number), None)
        if line is None or statement.data.bank_account != data.bank_account:
            yield Finding(
                "error", "not_found", "statement", None, {"type": "bank_statement", "value": key}
            )
            return
        total += line.signed
        other = match_of_line(view, key)
        if other is not None and other.id != record.id:
            yield Finding("error", "already_matched", "statement", None, {"line": number})
    for voucher in data.vouchers:
        total -= voucher.amount
        for other in matches_of(view, voucher.id):
            same = {(one.side, one.line) for one in other.data.vouchers if one.id == voucher.id}
            here = other.data.bank_account == data.bank_account
            if here and other.id != record.id and (voucher.side, voucher.line) in same:
                values = {"voucher": voucher.no}
                yield Finding("error", "already_matched", "vouchers", None, values)
    if total:
        values = {"difference": format(total, "f")}
        yield Finding("error", "amounts_differ", "vouchers", None, values)


# -- deleting -------------------------------------------------------------------------------------


def check_delete(record: Record[Any], view: View) -> Iterator[Finding]:
    """Keep what others rest on: lines that are matched, matches of a locked period."""
    data = record.data
    if isinstance(data, BankStatement):
        for line in data.lines:
            if match_of_line(view, line_key(record.id, line.line)) is not None:
                yield Finding("error", "already_matched", "lines", None, {"line": line.line})
                return
    elif isinstance(data, BankMatch):
        yield from locked_match(record, view)
    elif isinstance(data, (BankReceipt, BankPayment, InternalTransfer)):
        yield from check_unposting(record, view)


def locked_match(record: Record[BankMatch], view: View) -> Iterator[Finding]:
    """A confirmed match of a locked period stays."""
    found = lock_finding(view, record.data.date, "", "financial")
    if found is not None and confirmed_by(view, record.id) is not None:
        yield found
