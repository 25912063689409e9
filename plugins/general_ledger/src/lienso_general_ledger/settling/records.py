"""Settlements of debts by payments, and netting vouchers (spec `purchase.md` §2.3, §4.0, §4.6)."""

from __future__ import annotations

from typing import Annotated, Literal

from lienso.fields import Body, Day, Money, Quantity, Text, Voucher
from pydantic import AfterValidator, Field

from ..lines import (
    AccountCode,
    CurrencyCode,
    ForeignAmount,
    ObjectId,
    TaxedLines,
    numbered_once,
)

Document = Annotated[Text, Field(max_length=100)]


class SettledPair(Body):
    """One debt and one payment, by the numbers of their documents.

    Attributes:
        fc_amount: units settled; not used for đồng. ``amount``: đồng, of both alike.
        debt_vnd, payment_vnd: đồng of each where they differ; the difference is ``fx_diff``, which a
            voucher of its own posts.
    """

    line: int = Field(ge=1, le=1_000_000)
    debt: Document
    payment: Document
    fc_amount: ForeignAmount | None = None
    amount: Money = 0
    debt_vnd: Money | None = None
    payment_vnd: Money | None = None
    fx_diff: Money = 0

    @property
    def debt_amount(self) -> int:
        """Đồng taken from the debt."""
        return self.amount if self.debt_vnd is None else self.debt_vnd

    @property
    def payment_amount(self) -> int:
        """Đồng taken from the payment."""
        return self.amount if self.payment_vnd is None else self.payment_vnd


class Settlement(Voucher):
    """Đối trừ chứng từ.

    Attributes:
        object: whose documents they are. ``fx_voucher``: number of the voucher of the differences.
    """

    account: AccountCode = "131"
    currency: CurrencyCode = "VND"
    object: ObjectId
    origin: Literal["manual", "multi", "direct", "netting"] = "manual"
    lines: Annotated[list[SettledPair], Field(max_length=5_000), AfterValidator(numbered_once)] = (
        Field(default_factory=list)
    )
    fx_voucher: Document = ""


class NettingVoucher(Voucher):
    """Chứng từ bù trừ công nợ: what is owed against what is to be had.

    Attributes:
        mode: by invoice (lines name what they settle) or by the balances of both accounts.
        minutes_no, minutes_date: Biên bản bù trừ; with them it is proof of payment for VAT.
    """

    currency: CurrencyCode = "VND"
    rate: Annotated[Quantity, Field(gt=0)] | None = None
    object: ObjectId | None = None
    mode: Literal["by_invoice", "by_account"] = "by_account"
    minutes_no: Document = ""
    minutes_date: Day | None = None
    generated_by: Text = ""
    lines: TaxedLines = Field(default_factory=list)
