"""Records of the cashier: what he posted, and what was in the box when he began (spec §2)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from lienso.fields import Body, Day, Ref, Text
from lienso_general_ledger import CurrencyCode, ForeignAmount
from pydantic import Field

Positive = Annotated[ForeignAmount, Field(ge=0)]
Branch = Annotated[str, Ref("org_unit")]


class CashRow(Body):
    """What really went in or out of one fund, in its currency: a receipt or a payment.

    Attributes:
        fund: Loại quỹ; empty is the only one of the currency and branch.
        voucher_amount: what the voucher said when it was posted; the drawer's fact is ``amount``.
    """

    fund: Annotated[Text, Field(max_length=20)] = ""
    currency: CurrencyCode = "VND"
    side: Literal["receipt", "payment"]
    amount: Positive
    voucher_amount: Positive


class CashierPosting(Body):
    """Ghi sổ thủ quỹ: the second posting of a cash voucher; its rows stand under that voucher.

    Attributes:
        voucher, voucher_type: id and record type of the voucher that it confirms.
        posted_at: UTC instant.
    """

    voucher: Text = Field(min_length=1, max_length=36)
    voucher_type: Text = Field(min_length=1, max_length=60)
    posting_date: Day
    branch: Branch | None = None
    counterparty: Annotated[Text, Field(max_length=255)] = ""
    reason: Annotated[Text, Field(max_length=500)] = ""
    note: Text = ""
    posted_by: Annotated[Text, Field(max_length=100)] = ""
    posted_at: Text = ""
    rows: list[CashRow] = Field(default_factory=list, max_length=100)


class CashBookOpening(Body):
    """Số dư đầu sổ quỹ: what was in the box at the end of a day; negative where it was overdrawn."""

    posting_date: Day
    branch: Branch | None = None
    fund: Annotated[Text, Field(max_length=20)] = ""
    currency: CurrencyCode = "VND"
    amount: ForeignAmount = Decimal(0)
