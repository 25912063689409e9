"""What the ledger objects to (spec `system.md` §3 steps 2–4, `general_ledger.md` §2, §3).

Every module's entries are checked here, by what they are, not by whose they are; the few rules about
a voucher's own fields are for the types that this module owns. A posting passes here on the hot
path: looks are remembered in the transaction.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from lienso import Entry, Finding, Record
from lienso.model import Ledger
from lienso.records import ledgers_of
from lienso.view import View

from .closing.table import CLOSING_ACCOUNT, RESULT, check_row
from .groups.grouping import JOURNAL_GROUP, check_group, check_member
from .lines import FC_SCALE, TaxedLine
from .locks import PERIOD_LOCK, dated, lock_finding
from .openings import OPENING_TYPES, before_start, check_opening
from .pairs import VAT_IN, VAT_OUT
from .prepaid import checks as prepaid
from .rounding import round_half_away
from .settling.posting import check_settled, check_settlement

OLD_MONTHS = 12
FX_TOLERANCE_VND = 1
NO_NEGATIVE = "no_negative_entries"


def check_posting(
    record: Record[Any], ledger: Ledger, entries: Mapping[str, Sequence[Entry]], view: View
) -> list[Finding]:
    """Say what is wrong with entries about to be posted."""
    found: list[Finding] = [
        *prepaid.check_posting(record, ledger, view),
        *check_settlement(record, ledger, entries, view),
    ]
    rows = entries.get("general_ledger")
    if rows is None or record.type in OPENING_TYPES:
        return found  # Openings are checked when they are saved, which is when they are posted.
    data = record.data
    date = getattr(data, "posting_date", None)
    if date is not None:
        found += _check_dates(data, date, ledger, view)
    if not rows and not getattr(data, "lines", True):
        found.append(Finding("error", "line_empty", "lines"))
    found += _check_rows(record, rows, view)
    if record.type == "journal":
        found += _check_journal(data)
    return found


def _check_dates(data: Any, date: datetime.date, ledger: Ledger, view: View) -> Iterator[Finding]:
    locked = lock_finding(view, date, getattr(data, "branch", ""), ledger)
    if locked is not None:
        yield locked
    voucher_date = getattr(data, "voucher_date", None)
    if voucher_date is not None and voucher_date > date:
        yield Finding("warning", "voucher_after_posting", "voucher_date")
    today = view.today
    if date > today and view.fiscal_year(date) > view.fiscal_year(today):
        yield Finding("warning", "outside_fiscal_year", "posting_date")
    if (date.year * 12 + date.month + OLD_MONTHS, date.day) < (
        today.year * 12 + today.month,
        today.day,
    ):
        yield Finding("warning", "old_date", "posting_date")


def _check_rows(record: Record[Any], rows: Sequence[Entry], view: View) -> Iterator[Finding]:
    """Check the two entries of every pair; a one-sided row is an opening of another module."""
    debit = credit = 0
    no_negative = view.option(NO_NEGATIVE)
    for place, entry in enumerate(rows):
        there, measures, line = entry.dimensions, entry.measures, entry.line
        account, contra = there.get("account", ""), there.get("contra_account", "")
        is_debit = entry.side % 2 == 0
        side = "debit" if is_debit else "credit"
        if not account:
            code = "debit_account_required" if is_debit else "credit_account_required"
            yield Finding("error", code, side, line)
        elif account == contra and is_debit and _same_dimensions(rows, place):
            values = {"account": account}
            yield Finding("error", "same_account_both_sides", side, line, values)
        amount = measures.get(side, 0)
        if contra and account:
            debit += measures.get("debit", 0)
            credit += measures.get("credit", 0)
        if is_debit:
            if not amount:
                yield Finding("error", "amount_zero", "amount", line)
            elif amount < 0 and no_negative:
                yield Finding("error", "value_out_of_range", "amount", line, {"field": "amount"})
            if there.get("currency") and (fc_amount := measures.get("fc_debit", 0)):
                yield from _check_rate(record, entry, amount, fc_amount)
    if debit != credit:
        yield Finding("error", "unbalanced", None, None, {"debit": debit, "credit": credit})


def _same_dimensions(rows: Sequence[Entry], place: int) -> bool:
    """Tell whether the credit of a pair, which follows its debit, has the same dimensions."""
    if place + 1 == len(rows):
        return False
    debit, credit = rows[place], rows[place + 1]
    return debit.line == credit.line and dict(debit.dimensions) == dict(credit.dimensions)


def _check_rate(
    record: Record[Any], entry: Entry, amount: int, fc_amount: int
) -> Iterator[Finding]:
    rate = entry.dimensions.get("rate")
    if not rate:
        yield Finding("error", "fx_rate_missing", "rate", entry.line)
        return
    fc = Decimal(fc_amount).scaleb(-FC_SCALE)
    expected = round_half_away(fc * Decimal(rate))
    if abs(amount - expected) <= FX_TOLERANCE_VND:
        return
    # A debt is paid at the rate it stands at; the difference has a pair of its own.
    carrying = next(
        (
            getattr(line, "carrying_rate", None)
            for line in getattr(record.data, "lines", ())
            if line.line == entry.line
        ),
        None,
    )
    if carrying and abs(amount - round_half_away(fc * carrying)) <= FX_TOLERANCE_VND:
        return
    values = {"expected": expected, "amount": amount}
    yield Finding("warning", "fx_amount_mismatch", "amount", entry.line, values)


def _check_journal(data: Any) -> Iterator[Finding]:
    for line in data.lines:
        both = (line.debit, line.credit)
        if any(code.startswith(RESULT) for code in both):
            yield Finding("warning", "closing_account_used", None, line.line)
        if _is_vat_without_invoice(line):
            yield Finding("warning", "vat_line_without_invoice", "tax", line.line)


def _is_vat_without_invoice(line: TaxedLine) -> bool:
    vat = [code.startswith((VAT_IN, VAT_OUT)) for code in (line.debit, line.credit)]
    # Two VAT accounts offset each other (khấu trừ thuế): there is no invoice.
    return any(vat) and not all(vat) and (line.tax is None or not line.tax.invoice_no)


def check_record(record: Record[Any], before: Record[Any] | None, view: View) -> Iterator[Finding]:
    """Say what is wrong with a record about to be saved; locks: see `locks`."""
    data = record.data
    yield from prepaid.check_record(record, before, view)
    if record.type in OPENING_TYPES:
        yield from check_opening(record, view)
    elif record.type == PERIOD_LOCK:
        yield from _check_lock(record, before)
    elif record.type == CLOSING_ACCOUNT:
        yield from check_row(record, view)
    elif record.type == JOURNAL_GROUP:
        yield from check_group(record, view)
    else:
        date = getattr(data, "posting_date", None)
        early = None if date is None else before_start(view, date)
        if early is not None:
            yield early


def _check_lock(record: Record[Any], before: Record[Any] | None) -> Iterator[Finding]:
    """A lock goes back only with a reason, whichever way it is saved."""
    if before is None or record.data.lock_date >= before.data.lock_date:
        return
    added = record.data.history[len(before.data.history) :]
    if not any(change.reason for change in added):
        yield Finding("error", "reason_required", "history")


def check_unposting(record: Record[Any], ledger: Ledger, view: View) -> Iterator[Finding]:
    """Keep what is in the books of a locked period."""
    date = dated(record, view)
    locked = date and lock_finding(view, date, getattr(record.data, "branch", ""), ledger)
    if locked:
        yield locked
    yield from prepaid.check_taking_out(record, ledger, view)
    yield from check_settled(record, ledger, view)
    if ledger == "financial":
        yield from check_member(record, view)


def check_delete(record: Record[Any], view: View) -> Iterator[Finding]:
    """Keep vouchers that are dated in a locked period, drafts too: their numbers are in its lists."""
    if record.type == PERIOD_LOCK:
        yield Finding("error", "reason_required", "history")  # it would unlock without one
        return
    for ledger in ledgers_of(record.data):
        found = list(check_unposting(record, ledger, view))
        if found:
            yield from found
            return
