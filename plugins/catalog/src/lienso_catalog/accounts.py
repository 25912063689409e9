"""Chart of accounts, default accounts, entry templates (spec `catalog.md` §2.1b, §2.3)."""

from __future__ import annotations

from typing import Annotated, Literal

from lienso.fields import Body, Merge, Text
from pydantic import Field

from .base import AccountCode, Entry, Line

Nature = Literal["debit", "credit", "both", "none"]
"""Dư Nợ, Dư Có, Lưỡng tính, Không có số dư."""

Track = Literal[
    "customer", "customer?", "supplier", "supplier?", "employee", "employee?", "object", "object?",
    "bank_account", "bank_account?", "fc", "fc?", "item", "item?", "warehouse", "warehouse?",
    "contract", "contract?", "project", "project?", "cost_object", "cost_object?",
    "cost_item", "cost_item?", "asset", "asset?", "prepaid", "prepaid?", "term", "term?",
]  # fmt: skip
"""What an account demands on a line; with ``?`` its absence is a warning only."""


class Account(Entry):
    """An account. Its place in the tree follows from its code (§2.2).

    Attributes:
        parent: what the user named as the summary account, code or id; it is compared with the code and
            otherwise not used.
        nature, monetary: left out means as the account above has it.
        tracks: a company's own account that names none is followed as the account above.
        accept_missing: rows that lack a token which is added stay as they are; they are told all the same.
        fc: foreign amounts are kept (Có hạch toán ngoại tệ).
        term: of balance items without a due date.
        monetary: an item that is revalued in foreign currency.
        is_statutory: from the chart of a circular: it may be hidden, never deleted.
    """

    code: Annotated[Text, Field(pattern=r"^[0-9]{3,20}$")]
    parent: Annotated[Text, Field(max_length=36)] = ""
    nature: Nature | None = None
    tracks: Annotated[list[Track], Merge(never=True)] = Field(default_factory=list, max_length=15)
    accept_missing: bool = False
    fc: Annotated[bool, Merge(never=True)] = False
    term: Literal["auto", "short", "long"] = "auto"
    monetary: bool | None = None
    is_statutory: bool = False


class AccountDefault(Body):
    """Which accounts a column of a voucher type takes.

    Attributes:
        column: ``debit`` or ``credit`` of the lines, or another account field of the voucher.
        filter: prefixes of the accounts to choose from; empty allows all.
        default: the account that the column starts with.
    """

    voucher_type: Annotated[Text, Field(min_length=1, max_length=60)]
    column: Annotated[Text, Field(min_length=1, max_length=60)]
    filter: list[AccountCode] = Field(default_factory=list, max_length=100)
    default: AccountCode = ""


class AutoEntry(Entry):
    """A ready pair of accounts that fills a line."""

    debit: AccountCode = ""
    credit: AccountCode = ""
    description: Line = ""
