"""What the cashier objects to: a voucher that he posted stays as it was (spec §3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lienso import Finding, Record, Refused
from lienso.view import View
from lienso_general_ledger.money.funds import CASH

from .book import POSTING, posting_of, rows_of
from .records import CashierPosting
from .vouchers import moves_of

ALLOW_EDIT = "cashier.allow_edit_after_cash_posting"


def check_unposting(record: Record[Any], view: View) -> Iterator[Finding]:
    """Keep a voucher in the accounting book while the cashier has it in his."""
    if record.type != POSTING and not view.option(ALLOW_EDIT):
        yield from _held(record, view)


def check_delete(record: Record[Any], view: View) -> Iterator[Finding]:
    """Keep a voucher while the cashier has it in his book."""
    if record.type != POSTING and not view.option(ALLOW_EDIT):
        yield from _held(record, view)


def _held(record: Record[Any], view: View) -> Iterator[Finding]:
    by, day = _posted(record, view)
    if day:
        yield Finding("error", "posted_by_cashier", None, None, {"by": by, "date": day})


def _posted(record: Record[Any], view: View) -> tuple[str, str]:
    """Return who has posted a voucher and for which day; empty when nobody has, as far as known here."""
    found = posting_of(view, record.id)
    if found is not None:
        return found.data.posted_by, found.data.posting_date.isoformat()
    rows = rows_of(view, record.id) if view.role == "cloud" else []
    if not rows or rows[0].record_type != record.type or record.type == "cash_book_opening":
        return "", ""
    entry = rows[0].entry
    return entry.dimensions.get("posted_by", ""), entry.posting_date.isoformat()


def check_record(record: Record[Any], before: Record[Any] | None, view: View) -> Iterator[Finding]:
    """Keep what a draft that the cashier posted moves; keep his own records as he made them."""
    if isinstance(record.data, CashierPosting):
        yield from _check_own(record, before, view)
    elif (
        before is not None
        and view.role == "cloud"
        and hasattr(record.data, "posting_date")
        and not view.option(ALLOW_EDIT)
        and _posted(record, view)[1]
        and _changed(record, before, view)
    ):
        yield from _held(record, view)


def _changed(record: Record[Any], before: Record[Any], view: View) -> bool:
    """Tell whether amount, currency, day or cash account of a voucher would be another."""
    if record.data.posting_date != before.data.posting_date:
        return True
    try:
        old, new = moves_of(view, before), moves_of(view, record)
    except Refused:  # a locked period; posting says so with its own code
        return True
    return old != new or _accounts(record) != _accounts(before)


def _accounts(record: Record[Any]) -> list[str]:
    sides = [
        getattr(line, side, "")
        for line in getattr(record.data, "lines", ())
        for side in ("debit", "credit")
    ]
    return sorted(account for account in sides if account.startswith(CASH))


def _check_own(
    record: Record[CashierPosting], before: Record[CashierPosting] | None, view: View
) -> Iterator[Finding]:
    """A posting is made once, of a voucher that is there, and taken back whole."""
    data = record.data
    if before is not None and data != before.data:
        yield Finding("error", "cash_already_posted", None, None, posted_values(before))
    if before is None and data.rows and view.get(data.voucher_type, data.voucher) is None:
        values = {"type": data.voucher_type, "value": data.voucher}
        yield Finding("error", "not_found", "voucher", None, values)


def posted_values(record: Record[CashierPosting]) -> dict[str, Any]:
    """Return who posted a voucher and when, for the text of ``cash_already_posted``."""
    data = record.data
    return {"by": data.posted_by, "at": data.posted_at, "date": data.posting_date.isoformat()}
