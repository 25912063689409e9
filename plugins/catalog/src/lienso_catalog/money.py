"""Banks, currencies, terms of payment, loans; and numbers of series."""

from __future__ import annotations

from typing import Annotated, Literal

from lienso.fields import Body, Day, Merge, Money, Quantity, Ref, Text
from lienso.model import Ledger
from pydantic import Field

from .base import AccountCode, Entry, Line, Short

Rate = Annotated[Quantity, Field(gt=0, max_digits=18, decimal_places=6)]
"""VND for one unit of the foreign currency."""

CurrencyCode = Annotated[Text, Field(pattern=r"^[A-Z]{3}$")]
"""A currency by its ISO 4217 code: like accounts, currencies are named by code, never by id."""

Percent = Annotated[Quantity, Field(ge=0, le=100)]


class Bank(Entry):
    """A bank; ``code`` is its short name, ``name`` the full one."""

    bin: Annotated[Text, Field(pattern=r"^([0-9]{6})?$")] = ""


class BankAccount(Entry):
    """A bank account of the company.

    Attributes:
        bank, bank_name: one of them: the catalog's entry, or the name as it stands on the statement.
        ledger_account: 112x.
        closed_on: nothing is posted after this day. ``overdraft_limit``: đồng.
    """

    number: Annotated[Text, Field(min_length=1, max_length=50), Merge(never=True)]
    bank: Annotated[str | None, Ref("bank")] = None
    bank_name: Line = ""
    holder: Line = ""
    currency: Annotated[CurrencyCode, Merge(never=True)] = "VND"
    ledger_account: Annotated[AccountCode, Merge(never=True)]
    opened_on: Day | None = None
    closed_on: Day | None = None
    overdraft_limit: Annotated[Money, Field(ge=0)] = 0
    e_banking: Line = ""


class Currency(Entry):
    """A currency by ISO 4217; VND is built in.

    Attributes:
        operator: how an amount becomes VND by the rate.
        words_vi, words_en: its name in amounts written out.
    """

    code: CurrencyCode
    decimals: Annotated[int, Field(ge=0, le=4)] = 2
    operator: Literal["multiply", "divide"] = "multiply"
    words_vi: Short = ""
    words_en: Short = ""
    cash_account: AccountCode = ""
    bank_ledger_account: AccountCode = ""


class ExchangeRate(Body):
    """The rates of a currency on a day.

    Attributes:
        average: typed; left out it is (buy_transfer + sell_transfer) / 2 at 6 decimals.
    """

    currency: CurrencyCode
    date: Day
    bank: Annotated[str | None, Ref("bank")] = None
    buy_cash: Rate | None = None
    buy_transfer: Rate | None = None
    sell_transfer: Rate | None = None
    average: Rate | None = None


class PaymentTerm(Entry):
    """When a debt is due, and what is taken off when it is paid early."""

    days: Annotated[int, Field(ge=0, le=3650), Merge(group="term")] = 0
    discount_days: Annotated[int, Field(ge=0, le=3650), Merge(group="term")] = 0
    discount_percent: Annotated[Percent | None, Merge(group="term")] = None


class CreditCard(Entry):
    """A credit card of the company: ``code`` is its number."""

    card_type: Short = ""
    bank: Annotated[str | None, Ref("bank")] = None
    holder: Line = ""
    expires_on: Day | None = None


class Shareholder(Entry):
    """An owner."""

    kind: Literal["organization", "person"] = "person"
    tax_code: Annotated[Short, Merge(never=True)] = ""
    id_number: Short = ""
    address: Line = ""
    phone: Short = ""


class LoanContract(Entry):
    """A loan by contract; ``amount`` in its currency, interest percent a year."""

    lender: Annotated[str | None, Ref("object")] = None
    signed_on: Day | None = None
    due_on: Day | None = None
    currency: CurrencyCode = "VND"
    amount: Annotated[Quantity | None, Field(ge=0)] = None
    interest_percent: Percent | None = None
    account: AccountCode = ""


class ExpenseReason(Entry):
    """A reason of a receipt or payment, with the accounts it usually means."""

    direction: Literal["receipt", "payment"] = "payment"
    debit: AccountCode = ""
    credit: AccountCode = ""


class NumberSeries(Body):
    """How numbers of a voucher group look.

    Attributes:
        voucher_group: record type, or the group that several types share.
        next: lowest number to give.
        prefix: None = the type's own.
        mode: who gives a number that is saved at a site; None = as the kernel's default.
        owner_sites: ids of the sites that enter its vouchers (sync-design §18); empty: all of them.
        other_sites: whether a new voucher at another site is warned of or refused there.
    """

    voucher_group: Annotated[Text, Field(min_length=1, max_length=60)]
    ledger: Ledger = "financial"
    branch: Annotated[str | None, Ref("org_unit")] = None
    prefix: Annotated[Text, Field(max_length=15)] | None = None
    next: Annotated[int, Field(ge=1)] = 1
    digits: Annotated[int, Field(ge=1, le=10)] = 5
    suffix: Annotated[Text, Field(max_length=10)] = ""
    reset: Literal["never", "year", "month"] = "year"
    mode: Literal["shared", "site_prefix", "lease", "cloud"] | None = None
    owner_sites: Annotated[
        tuple[Annotated[Text, Field(min_length=1, max_length=60)], ...], Field(max_length=100)
    ] = ()
    other_sites: Literal["warn", "refuse"] = "warn"
