"""What receipts and payments have in common, in cash and by bank (specs `cash.md` §2, `bank.md` §2)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from lienso.fields import Body, Money, Quantity, Text, Voucher
from pydantic import AfterValidator, Field

from ..lines import CurrencyCode, ObjectId, TaxedLine, numbered_once

Rate = Annotated[Quantity, Field(gt=0)]
"""Đồng per unit of a currency."""


class MoneyLine(TaxedLine):
    """One pair of a voucher of money.

    Attributes:
        carrying_rate: rate at which the debt stands that is collected or paid; shown only.
    """

    carrying_rate: Rate | None = None


MoneyLines = Annotated[list[MoneyLine], Field(max_length=5_000), AfterValidator(numbered_once)]


class SettleHint(Body):
    """Which document the payer wants to settle, noted where its open item is not known."""

    voucher_id: Text = Field(min_length=1, max_length=36)
    amount: Money = 0


class MoneyVoucher(Voucher):
    """What receipts and payments have in common.

    Attributes:
        payer_receiver: Người nộp, Người nhận; ``address`` his address.
        reason: Lý do; left out, the form shows the description or what the kind is called.
        employee: of the company, who took part.
        currency, rate: of the lines that name none; đồng per unit, 1 for VND.
    """

    object: ObjectId | None = None
    payer_receiver: Text = Field(default="", max_length=255)
    address: Text = Field(default="", max_length=400)
    reason: Text = Field(default="", max_length=500)
    employee: ObjectId | None = None
    currency: CurrencyCode = "VND"
    rate: Rate = Decimal(1)
    generated_by: Text = ""
    lines: MoneyLines = Field(default_factory=list)
