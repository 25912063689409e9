"""Chứng từ ghi sổ: vouchers summed by pair of accounts (spec §4.2)."""

from __future__ import annotations

from lienso.fields import Body, Day, Document, Money, Text
from pydantic import Field

from ..lines import AccountCode


class GroupRow(Body):
    """What all vouchers of a group move from one account to another, đồng."""

    debit: AccountCode
    credit: AccountCode
    amount: Money


class JournalGroup(Document):
    """Chứng từ ghi sổ.

    Attributes:
        from_date, to_date: of the vouchers that it was made of, where it was made of a range.
        vouchers: their numbers. ``voucher_ids``: who they are, whatever number they have by now.
        rows: their pairs, summed. ``attached_count``: how many vouchers lie with it.
    """

    from_date: Day | None = None
    to_date: Day | None = None
    summary: Text = ""
    vouchers: list[Text] = Field(default_factory=list, max_length=5_000)
    voucher_ids: list[Text] = Field(default_factory=list, max_length=5_000)
    rows: list[GroupRow] = Field(default_factory=list, max_length=5_000)
    total: Money = 0
    attached_count: int = Field(default=0, ge=0)
    signers: list[Text] = Field(default_factory=list, max_length=10)
