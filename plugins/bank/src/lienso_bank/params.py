"""What `bank.reconcile` takes and answers (spec §4)."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from lienso.fields import Params, Quantity
from lienso.model import Ledger
from pydantic import ConfigDict, Field

Amount = int | str
"""Đồng as an integer; foreign units as decimal text."""

LineName = int | str
"""A line by its number; ``<number of the statement>/<line>`` where two of the period have that number."""

CONTENT_CHARS_MAX = 1_000_000
"""A bank's file as text, or a workbook in base64: a month of 5,000 lines has about 600 kB."""

Side = Annotated[Quantity, Field(ge=0)]
Action = Literal[
    "import", "auto_match", "match", "unmatch", "create_vouchers", "ignore", "confirm", "report"
]


class TypedLine(Params):
    """A line of a statement that a program brings, e.g. one that asks a bank over its own line.

    Attributes:
        incoming: ``in`` in JSON. ``source``: of items brought forward, see `records.StatementLine`.
    """

    model_config = ConfigDict(populate_by_name=True)

    date: datetime.date
    incoming: Side = Field(default=Decimal(0), alias="in")
    out: Side = Decimal(0)
    value_date: datetime.date | None = None
    reference: str = ""
    text: str = ""
    counterparty: str = ""
    counterparty_account: str = ""
    balance: Quantity | None = None
    source: Literal["bank", "book"] = "bank"


class Rule(Params):
    """What a line becomes whose text contains ``match``, whatever accents and case.

    Attributes:
        debit: for money that went out; ``credit``: for money that came in.
    """

    match: str = Field(min_length=1)
    debit: str = ""
    credit: str = ""
    object: str | None = None
    cost_item: str | None = None
    description: str = ""


class WithDifference(Params):
    """Where a remainder between statement and vouchers goes: mostly a fee that the bank kept.

    Attributes:
        account: of the remainder.
        contra, amount: without vouchers: the debt that was paid, whole, in the account's currency;
            the receipt then has two pairs against it.
    """

    account: str
    object: str | None = None
    cost_item: str | None = None
    description: str = ""
    contra: str = ""
    amount: Side = Decimal(0)


class ReconcileParams(Params):
    """What to do with which bank account.

    Attributes:
        bank_account: code, id or number.
        from_date, to_date: the period; left out, all statements, up to the last one.
        lines, content: what is imported: lines, or a file in ``format``, a workbook in base64.
        columns: heading → field of a csv or xlsx; kept with the statement for the account's next file.
        opening, closing: of an import that does not say them, in the account's currency.
        opening_unreconciled: the lines are what was not reconciled when the books began.
        undo: of ``ignore``: the lines count again.
    """

    bank_account: str
    action: Action = "report"
    from_date: datetime.date | None = None
    to_date: datetime.date | None = None
    ledger: Ledger = "financial"
    lines: Annotated[list[TypedLine], Field(max_length=5_000)] = []
    format: Literal["csv", "xlsx", "mt940", "camt053"] = "csv"
    content: Annotated[str, Field(max_length=CONTENT_CHARS_MAX)] = ""
    columns: dict[str, str] = {}
    source: str = ""
    opening: Quantity | None = None
    closing: Quantity | None = None
    opening_unreconciled: bool = False
    statement: Annotated[list[LineName], Field(max_length=200)] = []
    vouchers: Annotated[list[str], Field(max_length=200)] = []
    rules: Annotated[list[Rule], Field(max_length=200)] = []
    with_difference: WithDifference | None = None
    undo: bool = False
    ignore_warnings: bool = False
    dry_run: bool = False


class ReconcileResult(Params):
    """What was done, and where both sides stand.

    Attributes:
        matched: made now (of ``report``: all of the period): statement, vouchers, tier.
        proposed: lines that may be several vouchers: statement, vouchers, reason.
        unmatched_statement, unmatched_vouchers: what is open after it.
        book_balance: đồng; ``book_balance_fc`` of a foreign account.
        bank_balance, bridge: in the account's currency; None without a statement.
        without_rule: lines that no rule makes a voucher of.
        more: matches found or vouchers to make beyond what one call may write: call it again.
        reconciliation: number of the record that ``confirm`` made.
    """

    matched: list[dict[str, Any]] = []
    unmatched: list[dict[str, Any]] = []
    proposed: list[dict[str, Any]] = []
    unmatched_statement: list[LineName] = []
    unmatched_vouchers: list[str] = []
    ignored: list[LineName] = []
    book_balance: int = 0
    book_balance_fc: str | None = None
    bank_balance: Amount | None = None
    bridge: list[dict[str, Any]] = []
    created: list[str] = []
    without_rule: list[LineName] = []
    imported: int = 0
    skipped: int = 0
    more: int = 0
    reconciliation: str = ""
