"""Opening balances: records whose rows are one-sided and outside turnover.

One record is one account, currency and (by kind) object or bank account; its lines are the detail.
Spec: `opening_and_import.md` §2, §3.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from lienso import Entry, Finding, Record, Refused, limits
from lienso.fields import Body, Day, DisplayOnBook, Money, Quantity
from lienso.model import Ledger
from lienso.view import View
from pydantic import AfterValidator, Field

from .chart import BANK_TOKEN, OBJECT_TOKENS, tokens
from .lines import (
    FC_SCALE,
    AccountCode,
    BankAccountId,
    CurrencyCode,
    ForeignAmount,
    LineDimensions,
    ObjectId,
    OrgUnitId,
    numbered_once,
)
from .locks import refuse_locked
from .open_items import RECEIVABLE_PAYABLE, item_role
from .pairs import dimension_text, fixed, foreign, line_dimensions
from .rounding import round_half_away

OPENING_TYPES = ("account_opening", "object_opening", "bank_opening")
OPENINGS = (*OPENING_TYPES, "prepaid_opening")
"""All that stands in the books on the day before the first accounting day."""

OPENING_NUMBER = "OPN"
START_DATE = "accounting.start_date"


class OpeningLine(LineDimensions):
    """A balance on one side: đồng, and foreign units when the account is kept in a currency.

    Attributes:
        rate: đồng per unit, for the record only: the balance is taken as entered.
    """

    line: int = Field(ge=1, le=1_000_000)
    debit: Money = 0
    credit: Money = 0
    fc_debit: ForeignAmount | None = None
    fc_credit: ForeignAmount | None = None
    rate: Annotated[Quantity, Field(gt=0)] | None = None


class DebtLine(OpeningLine):
    """A balance of an object, whole or of one invoice.

    Attributes:
        remaining: what is left of the invoice. ``advance``: what was paid ahead (thu trước, trả trước).
            Either stands for the debit or credit where that is left out.
        invoice_employee: who sold or bought, as the invoice says.
    """

    invoice_date: Day | None = None
    invoice_amount: Money | None = None
    invoice_fc_amount: ForeignAmount | None = None
    remaining: Money = 0
    remaining_fc: ForeignAmount | None = None
    advance: Money = 0
    advance_fc: ForeignAmount | None = None
    invoice_employee: ObjectId | None = None


_Account = Annotated[AccountCode, Field(min_length=1)]
OpeningLines = Annotated[
    list[OpeningLine], Field(max_length=limits.LINES_MAX), AfterValidator(numbered_once)
]
DebtLines = Annotated[
    list[DebtLine], Field(max_length=limits.LINES_MAX), AfterValidator(numbered_once)
]


class _Opening(Body):
    account: _Account
    currency: CurrencyCode = "VND"
    display_on_book: DisplayOnBook = "financial"
    branch: OrgUnitId | None = None


class AccountOpening(_Opening):
    """Số dư tài khoản: an account that is followed neither by object nor by bank account."""

    lines: OpeningLines = Field(default_factory=list)


class BankOpening(_Opening):
    """Số dư TK ngân hàng: an account and a bank account."""

    bank_account: BankAccountId
    lines: OpeningLines = Field(default_factory=list)


class ObjectOpening(_Opening):
    """Số dư công nợ: an account and an object, as a whole or by invoice."""

    object: ObjectId
    kind: Literal["customer", "supplier", "employee"] = "customer"
    lines: DebtLines = Field(default_factory=list)


class Sides:
    """The four amounts of a line after what stands for them was filled in."""

    __slots__ = ("credit", "debit", "fc_credit", "fc_debit")

    def __init__(self, line: OpeningLine, kind: str = "") -> None:
        self.debit, self.credit = line.debit, line.credit
        self.fc_debit, self.fc_credit = line.fc_debit, line.fc_credit
        if isinstance(line, DebtLine) and not (line.debit or line.credit):
            amount, fc = (
                (line.remaining, line.remaining_fc)
                if line.remaining
                else (line.advance, line.advance_fc)
            )
            # What is left of a sale is a debit, of a purchase a credit; an advance is the opposite.
            if (kind == "supplier") != bool(line.remaining):
                self.debit, self.fc_debit = amount, fc
            else:
                self.credit, self.fc_credit = amount, fc


def opening_date(view: View) -> datetime.date:
    """Return the day that opening balances are dated: the day before the first accounting day."""
    return start_date(view) - datetime.timedelta(days=1)


def start_date(view: View) -> datetime.date:
    """Return the first accounting day."""
    day: datetime.date = view.memo(START_DATE, lambda: _date(str(view.option(START_DATE))))
    return day


def before_start(view: View, day: datetime.date) -> Finding | None:
    """Return the error of a voucher's day before the books begin, None when it is a later one."""
    start = start_date(view)
    if day >= start:
        return None
    values = {"start_date": start.isoformat()}
    return Finding("error", "before_start", "posting_date", None, values)


# -- posting --------------------------------------------------------------------------------------


def post_opening(record: Record[Any], ledger: Ledger, view: View) -> Mapping[str, Sequence[Entry]]:
    """Return an opening's rows, and the open items of debts.

    Raises:
        Refused: ``period_locked``: the month before the first accounting day is locked.
    """
    refuse_locked(view, opening_date(view), record.data.branch or "", ledger)
    return opening_entries(record, ledger, view)


def opening_entries(
    record: Record[Any], ledger: Ledger, view: View
) -> Mapping[str, Sequence[Entry]]:
    """Return an opening's rows, and the open items of debts, without a look at locks."""
    data = record.data
    date, branch = opening_date(view), data.branch or ""
    currency = foreign(data.currency)
    own = {
        "account": data.account,
        "opening": "1",
        "currency": currency,
        "object": getattr(data, "object", ""),
        "bank_account": getattr(data, "bank_account", ""),
    }
    own = {name: value for name, value in own.items() if value}
    entries: list[Entry] = []
    items: list[Entry] = []
    for line in data.lines:
        sides = Sides(line, getattr(data, "kind", ""))
        dimensions = {**line_dimensions(line, date)[0], **own}
        if line.rate and currency:
            dimensions["rate"] = format(line.rate, "f")
        measures = {"debit": sides.debit, "credit": sides.credit}
        if currency:
            measures["fc_debit"] = fixed(sides.fc_debit, FC_SCALE)
            measures["fc_credit"] = fixed(sides.fc_credit, FC_SCALE)
        measures = {name: value for name, value in measures.items() if value}
        side = 0 if sides.debit else 1
        entry = Entry(line.line, side, ledger, date, branch, dimensions, measures)
        entries.append(entry)
        if isinstance(line, DebtLine) and data.account.startswith(RECEIVABLE_PAYABLE):
            items.append(_open_item(entry, line))
    return {"general_ledger": entries, **({"open_items": items} if items else {})}


def _open_item(entry: Entry, line: DebtLine) -> Entry:
    there = entry.dimensions
    names = ("account", "object", "currency", "rate", "invoice_no", "due_date", "order", "contract")
    dimensions = {name: there[name] for name in names if there.get(name)}
    dimensions |= {
        "role": item_role(there["account"], debit=entry.side == 0),
        "origin": "opening",
        "document": line.invoice_no or OPENING_NUMBER,
    }
    if line.invoice_date is not None:
        dimensions["invoice_date"] = dimension_text(line.invoice_date)
    measures = entry.measures
    return Entry(
        entry.line,
        0,
        entry.ledger,
        entry.posting_date,
        entry.branch,
        dimensions,
        {
            "amount": measures.get("debit", 0) + measures.get("credit", 0),
            "fc_amount": measures.get("fc_debit", 0) + measures.get("fc_credit", 0),
        },
    )


# -- checks ---------------------------------------------------------------------------------------


def check_opening(record: Record[Any], view: View) -> Iterator[Finding]:
    """Say what is wrong with an opening balance about to be saved (`opening_and_import.md` §4.2)."""
    data = record.data
    account = {"account": data.account}
    if data.account[0] in "56789":
        yield Finding("error", "income_accounts_not_zero", "account", None, account)
    demanded, asked = tokens(view, data.account)
    yield from _check_kind(record.type, demanded, asked, account)
    kind = getattr(data, "kind", "")
    for line in data.lines:
        sides = Sides(line, kind)
        yield from _check_sides(line, sides, bool(foreign(data.currency)))
        if isinstance(line, DebtLine):
            yield from _check_debt(line)


def _check_kind(
    type: str, demanded: frozenset[str], asked: frozenset[str], account: Mapping[str, str]
) -> Iterator[Finding]:
    """An account whose rows need an object has its balance only by object, and so with banks."""
    if type == "account_opening" and demanded & OBJECT_TOKENS:
        yield Finding("error", "account_by_object", "account", None, account)
    followed = demanded | asked
    by_nature = account["account"].startswith(RECEIVABLE_PAYABLE)  # whatever the company asks for
    if type == "object_opening" and not (followed & OBJECT_TOKENS or by_nature):
        yield Finding("error", "account_not_by_object", "account", None, account)
    if type == "bank_opening" and BANK_TOKEN not in followed:
        yield Finding("error", "account_not_by_bank", "account", None, account)


def _check_sides(line: OpeningLine, sides: Sides, in_currency: bool) -> Iterator[Finding]:
    number = line.line
    if sides.debit and sides.credit:
        yield Finding("error", "both_sides_given", "credit", number)
        return
    if not sides.debit and not sides.credit:
        yield Finding("error", "amount_required", "debit", number)
        return
    if not in_currency:
        return
    side = "debit" if sides.debit else "credit"
    amount = sides.debit or sides.credit
    own, other = (
        (sides.fc_debit, sides.fc_credit) if sides.debit else (sides.fc_credit, sides.fc_debit)
    )
    if not own or other:
        yield Finding("error", "fc_amount_required", f"fc_{side}", number)
    elif line.rate is not None and abs(amount - round_half_away(own * line.rate)) > 1:
        yield Finding("warning", "rate_differs", side, number)


def _check_debt(line: DebtLine) -> Iterator[Finding]:
    number = line.line
    if line.remaining and line.advance:
        yield Finding("error", "remaining_and_advance", "advance", number)
    over = line.invoice_amount is not None and line.remaining > line.invoice_amount
    whole_fc, left_fc = line.invoice_fc_amount, line.remaining_fc
    if over or (whole_fc is not None and left_fc is not None and left_fc > whole_fc):
        field = "remaining" if over else "remaining_fc"
        yield Finding("error", "remaining_over_invoice", field, number)
    part = line.remaining or line.advance
    whole = line.debit or line.credit
    if part and whole and part != whole:
        yield Finding("error", "object_detail_differs", "remaining", number)


def opening_difference(view: View, ledger: str) -> int:
    """Return debit less credit of all opening balances on the balance sheet, đồng."""
    sums = view.book("general_ledger").sum(
        ("debit", "credit"),
        by=("account",),
        where={"ledger": ledger},
        date_to=opening_date(view),
    )
    return sum(debit - credit for (account,), (debit, credit) in sums.items() if account[:1] != "0")


def _date(text: str) -> datetime.date:
    if not text:
        raise Refused("field_required", {"field": START_DATE})
    return datetime.date.fromisoformat(text)
