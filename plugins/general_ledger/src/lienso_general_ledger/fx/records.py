"""Vouchers of exchange differences: of outflows, and of a revaluation (spec §4.4, §4.5)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from lienso.fields import Body, Day, Money, Quantity, Ref, Text
from pydantic import Field

from ..generated import GeneratedVoucher
from ..lines import AccountCode, CurrencyCode, ObjectId

Method = Literal["period_average", "moving_average"]


class FxDifference(GeneratedVoucher):
    """Xử lý chênh lệch tỷ giá xuất quỹ.

    Attributes:
        from_date, to_date: the outflows that were costed. ``currency``: empty for all.
        accounts: of money in foreign currency that were costed.
    """

    from_date: Day
    to_date: Day
    currency: CurrencyCode = ""
    accounts: list[AccountCode] = Field(default_factory=list, max_length=200)
    method: Method = "period_average"


class RestatedItem(Body):
    """What a revaluation adds to the đồng of an open debt or payment."""

    account: AccountCode
    object: ObjectId
    role: Literal["debt", "payment"]
    document: Text = ""
    invoice_no: Text = ""
    amount: Money


class BankRate(Body):
    """The rate of the bank that holds an account, đồng per unit (TT99)."""

    bank_account: Annotated[str, Ref("bank_account")]
    rate: Annotated[Quantity, Field(gt=0)]


class FxRevaluation(GeneratedVoucher):
    """Đánh giá lại tài khoản ngoại tệ.

    Attributes:
        accounts: as the run named them; none: all that are monetary.
        rate_assets, rate_liabilities: đồng per unit; under TT99 both are the one average.
        bank_rates: of accounts that stand at their own bank's rate. None: an earlier release made the
            voucher, which did not keep them.
        restated: open items with the difference that each took; a settlement goes by it.
    """

    currency: CurrencyCode
    accounts: list[AccountCode] = Field(default_factory=list, max_length=200)
    rate_assets: Annotated[Quantity, Field(gt=0)] = Decimal(1)
    rate_liabilities: Annotated[Quantity, Field(gt=0)] = Decimal(1)
    bank_rates: Annotated[list[BankRate] | None, Field(max_length=1_000)] = None
    restated: list[RestatedItem] = Field(default_factory=list, max_length=5_000)
