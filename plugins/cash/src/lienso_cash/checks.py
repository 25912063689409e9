"""What cash objects to (spec §2): vouchers when they are posted, counts when they are saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from lienso import Entry, Finding, Record
from lienso.keys import fold_code
from lienso.model import Ledger
from lienso.view import View
from lienso_general_ledger.money.funds import (
    CASH,
    CASH_BOOK,
    LEDGER_BOOK,
    LOCAL,
    option,
    shown_currency,
)
from lienso_general_ledger.money.invoices import booked_before
from lienso_general_ledger.money.overdraft import check_overdraft
from lienso_general_ledger.money.vouchers import MoneyVoucher

from .counts import done_counts, later_count
from .posting import over_threshold
from .records import CashCount, CashPayment, CashReceipt

COUNT = "cash_count"
CASHIER_TYPES = ("cashier_posting", "cash_book_opening")
"""Record types that write the cashier's book."""

DENOMINATIONS: Mapping[str, frozenset[Decimal]] = {
    code: frozenset(Decimal(value) for value in values.split())
    for code, values in {
        "VND": "500000 200000 100000 50000 20000 10000 5000 2000 1000 500 200",
        "USD": "100 50 20 10 5 2 1 0.5 0.25 0.1 0.05 0.01",
        "EUR": "500 200 100 50 20 10 5 2 1 0.5 0.2 0.1 0.05 0.02 0.01",
    }.items()
}
"""Notes and coins in use; currencies that are not named are not checked."""

DIFFERENCE = {"cash_receipt": "635", "cash_payment": "515"}
"""Accounts of exchange differences and discounts, which may stand where the cash account does (§3)."""


# -- posting --------------------------------------------------------------------------------------


def check_posting(
    record: Record[Any], ledger: Ledger, entries: Mapping[str, Sequence[Entry]], view: View
) -> Iterator[Finding]:
    """Say what is wrong with a voucher about to be posted: its fund, its invoices, the cash at hand."""
    if isinstance(record.data, (CashReceipt, CashPayment)):
        yield from _check_fund_accounts(record, entries.get(LEDGER_BOOK, ()), view)
        yield from _check_invoices(record, ledger, view)
        yield from _check_capital(record.data, view)
    yield from check_overdraft(entries.get(LEDGER_BOOK, ()), ledger, view, CASH)
    yield from _check_cash_book(entries.get(CASH_BOOK, ()), view)


def _check_fund_accounts(
    record: Record[MoneyVoucher], entries: Sequence[Entry], view: View
) -> Iterator[Finding]:
    """A receipt debits cash, a payment credits it, in the currency of the account."""
    side = "debit" if record.type == "cash_receipt" else "credit"
    accounts = [getattr(line, side) for line in record.data.lines]
    only_differences = not any(account.startswith(CASH) for account in accounts)
    for line in record.data.lines:
        account = getattr(line, side)
        beside = account.startswith(DIFFERENCE[record.type]) and not only_differences
        if account and not account.startswith(CASH) and not beside:
            values = {"account": account, "field": side}
            yield Finding("error", "account_not_cash", side, line.line, values)
    if option(view, "accounting_regime", "") == "TT99":
        return  # Its chart has one account 111: the currency alone says what is in the fund.
    for entry in entries:
        account = entry.dimensions.get("account", "")
        currency = shown_currency(entry.dimensions.get("currency", ""))
        wrong = (account.startswith("1111") and currency != LOCAL) or (
            account.startswith("1112") and currency == LOCAL
        )
        if wrong:
            values = {"account": account, "currency": currency}
            yield Finding("error", "currency_account_mismatch", "currency", entry.line, values)


def _check_invoices(record: Record[MoneyVoucher], ledger: Ledger, view: View) -> Iterator[Finding]:
    lines = record.data.lines
    limits = over_threshold(lines, view)
    for line in lines:
        if line.line in limits:
            values = {"threshold": limits[line.line]}
            yield Finding("warning", "cash_over_threshold", "tax", line.line, values)
        other = booked_before(record, line, ledger, view)
        if other is not None:
            yield Finding("warning", "invoice_duplicate", "tax", line.line, {"no": other})


def _check_capital(data: MoneyVoucher, view: View) -> Iterator[Finding]:
    """TT99 reminds that enterprises may not pay capital to one another in cash."""
    if option(view, "accounting_regime", "") != "TT99":
        return
    for line in data.lines:
        capital = (isinstance(data, CashReceipt) and line.credit.startswith("4111")) or (
            isinstance(data, CashPayment) and line.debit.startswith(("221", "222", "228"))
        )
        owner = line.object or line.credit_object or line.debit_object or data.object
        who = view.get("object", owner) if capital and owner else None
        if who is not None and getattr(who.data, "kind", "") == "organization":
            yield Finding("warning", "capital_in_cash", "lines", line.line)


def _check_cash_book(entries: Sequence[Entry], view: View) -> Iterator[Finding]:
    """A finished count closes the cashier's book up to its day, per currency and branch."""
    for entry in entries:
        finding = _closed(entry, view)
        if finding is not None:
            yield finding
            return


def check_unposting(record: Record[Any], view: View) -> Iterator[Finding]:
    """Keep what the cashier posted up to a finished count; the accounting book stays free."""
    if record.type in CASHIER_TYPES:
        types = {one.id: one for one in view.record_types()}
        second_of = types[record.type].second_of
        under = record.id if second_of is None else second_of(record).id
        rows = view.book(CASH_BOOK).entries(voucher=under)
        yield from _check_cash_book([row.entry for row in rows], view)


def _closed(entry: Entry, view: View) -> Finding | None:
    currency = shown_currency(entry.dimensions.get("currency", ""))
    for count in done_counts(view, currency, entry.branch or None):
        if entry.posting_date <= count.data.date:
            values = {"count": count.data.no, "date": count.data.date.isoformat()}
            return Finding("error", "count_closed", "posting_date", None, values)
    return None


# -- saving and deleting --------------------------------------------------------------------------


def check_record(record: Record[Any], before: Record[Any] | None, view: View) -> Iterator[Finding]:
    """Say what is wrong with a count about to be saved."""
    if not isinstance(record.data, CashCount):
        return
    data = record.data
    if before is not None and before.data.status == "done" and data.status == "done":
        yield Finding("error", "count_done", "status", None, {"count": data.no})
    known = DENOMINATIONS.get(data.currency)
    if known is not None:
        for row in data.denominations:
            if row.value not in known:
                values = {"value": format(row.value, "f"), "currency": data.currency}
                yield Finding("warning", "denomination_unknown", "denominations", None, values)
    if data.status == "done":
        yield from _check_members(data)
        later = later_count(view, data, record.id)
        if later is not None:
            yield Finding("error", "later_count_exists", "date", None, {"count": later})


def _check_members(data: CashCount) -> Iterator[Finding]:
    """Accountant and cashier sign a count: both must be named (08a-TT)."""
    named = [
        fold_code(f"{member.title} {member.represents}") for member in data.members if member.name
    ]
    wanted = {"accountant": ("kế toán", "accountant"), "cashier": ("thủ quỹ", "cashier")}
    missing = [
        role
        for role, words in wanted.items()
        if not any(word in text for text in named for word in words)
    ]
    if missing:
        yield Finding("error", "count_members_missing", "members", None, {"missing": missing})


def check_delete(record: Record[Any], view: View) -> Iterator[Finding]:
    """A finished count stays until it is a draft again, and so does the cashier's book up to it."""
    if isinstance(record.data, CashCount) and record.data.status == "done":
        yield Finding("error", "count_done", "status", None, {"count": record.data.no})
    if view.role == "cloud":
        yield from check_unposting(record, view)
