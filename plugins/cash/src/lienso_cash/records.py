"""Records of cash: receipts and payments, counts, advances, requests, forecasts (spec §2).

A draft may be incomplete; what is missing is said when it is posted, or when a count is finished.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from lienso.fields import Body, Day, Document, Money, Ref, Text, Voucher
from lienso_general_ledger import CurrencyCode, ForeignAmount
from lienso_general_ledger.money.vouchers import MoneyLines, MoneyVoucher, Rate, SettleHint
from pydantic import Field

ObjectId = Annotated[str, Ref("object")]
OrgUnitId = Annotated[str, Ref("org_unit")]

RECEIPT_KINDS: Mapping[str, str] = {
    "other": "Thu khác",
    "customer": "Thu tiền khách hàng",
    "bank_withdrawal": "Rút tiền gửi về nộp quỹ",
    "vat_refund": "Thu hoàn thuế GTGT",
    "advance_return": "Thu hoàn ứng",
    "loan": "Thu tiền vay",
}
PAYMENT_KINDS: Mapping[str, str] = {
    "other": "Chi khác",
    "supplier": "Trả tiền nhà cung cấp",
    "deposit_to_bank": "Gửi tiền vào ngân hàng",
    "advance": "Tạm ứng cho nhân viên",
    "salary": "Trả lương nhân viên",
    "tax": "Nộp thuế",
    "insurance": "Nộp bảo hiểm",
}


class CashReceipt(MoneyVoucher):
    """Phiếu thu.

    Attributes:
        settle_hint: of a receipt typed offline, where the debts of the payer are not known.
    """

    kind: Literal[
        "other", "customer", "bank_withdrawal", "vat_refund", "advance_return", "loan"
    ] = "other"
    settle_hint: list[SettleHint] = Field(default_factory=list, max_length=200)


class CashPayment(MoneyVoucher):
    """Phiếu chi."""

    kind: Literal[
        "other", "supplier", "deposit_to_bank", "advance", "salary", "tax", "insurance"
    ] = "other"


class CountMember(Body):
    """Who took part in a count: name, title, and whom he represents (kế toán, thủ quỹ …)."""

    name: Text = Field(default="", max_length=255)
    title: Text = Field(default="", max_length=100)
    represents: Text = Field(default="", max_length=100)


class Denomination(Body):
    """Notes or coins of one value: ``sheets`` pieces of ``value``."""

    value: Annotated[ForeignAmount, Field(gt=0)]
    sheets: int = Field(ge=0, le=10_000_000)


class CashCount(Document):
    """Bảng kiểm kê quỹ.

    Attributes:
        time: hour and minute of the count, ``10:00``.
        vouchers: numbers of the receipts and payments made for its difference.
        included: ids of the vouchers of the day that were in the books when it was first compared.
    """

    time: Text = Field(default="", max_length=5, pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^$")
    currency: CurrencyCode = "VND"
    purpose: Text = Field(default="", max_length=500)
    members: list[CountMember] = Field(default_factory=list, max_length=50)
    denominations: list[Denomination] = Field(default_factory=list, max_length=100)
    reason_surplus: Text = ""
    reason_shortage: Text = ""
    conclusion: Text = ""
    status: Literal["draft", "done"] = "draft"
    vouchers: list[Text] = Field(default_factory=list, max_length=100)
    included: list[Text] | None = None

    @property
    def counted(self) -> Decimal:
        """What was counted, in the currency of the count."""
        return sum((row.value * row.sheets for row in self.denominations), Decimal(0))


class Request(Document):
    """What requests of money have in common.

    Attributes:
        addressed_to: Kính gửi. ``employee``: who asks; ``name`` where he is no object.
        amount: đồng, or units of ``currency``.
    """

    addressed_to: Text = Field(default="", max_length=255)
    employee: ObjectId | None = None
    name: Text = Field(default="", max_length=255)
    org_unit: OrgUnitId | None = None
    reason: Text = Field(default="", max_length=500)
    currency: CurrencyCode = "VND"
    amount: Annotated[ForeignAmount, Field(ge=0)] = Decimal(0)
    due_date: Day | None = None
    status: Literal["requested", "approved", "refused"] = "requested"
    vouchers: list[Text] = Field(default_factory=list, max_length=100)


class AdvanceRequest(Request):
    """Giấy đề nghị tạm ứng; ``due_date`` is the day by which it is settled."""


class PaymentRequest(Request):
    """Giấy đề nghị thanh toán.

    Attributes:
        method: in cash, or to the beneficiary's bank account.
    """

    attached_count: int = Field(default=0, ge=0)
    method: Literal["cash", "bank"] = "cash"
    beneficiary: Text = Field(default="", max_length=255)
    bank_account: Text = Field(default="", max_length=50)
    bank_name: Text = Field(default="", max_length=255)


class Advance(Body):
    """Money advanced: the payment's number, its day and amount, đồng."""

    voucher: Text = Field(default="", max_length=20)
    date: Day | None = None
    amount: Money = 0


class AdvanceSettlement(Voucher):
    """Giấy thanh toán tiền tạm ứng: what was spent, and what is returned, against 141.

    Attributes:
        brought_forward: left of advances of earlier periods, đồng.
        advances: what was advanced this time.
        lines: pairs, as in a journal: cost and VAT, or cash for what is returned, against 141.
    """

    employee: ObjectId | None = None
    name: Text = Field(default="", max_length=255)
    org_unit: OrgUnitId | None = None
    reason: Text = Field(default="", max_length=500)
    currency: CurrencyCode = "VND"
    rate: Rate = Decimal(1)
    brought_forward: Money = 0
    advances: list[Advance] = Field(default_factory=list, max_length=200)
    generated_by: Text = ""
    lines: MoneyLines = Field(default_factory=list)

    @property
    def advanced(self) -> int:
        """All that the employee held, đồng."""
        return self.brought_forward + sum(row.amount for row in self.advances)

    @property
    def spent(self) -> int:
        """What he spent of it: the lines that are no cash coming back, đồng."""
        return sum(line.amount for line in self.lines if not line.debit.startswith(("111", "112")))

    @property
    def returned(self) -> int:
        """What he gave back, đồng."""
        return sum(line.amount for line in self.lines) - self.spent


class ForecastLine(Body):
    """Money that is expected to come or go on a day, đồng."""

    line: int = Field(ge=1, le=1_000_000)
    date: Day
    direction: Literal["receipt", "payment"]
    amount: Annotated[Money, Field(ge=0)] = 0
    budget_item: Annotated[str, Ref("budget_item")] | None = None
    object: ObjectId | None = None
    description: Text = ""


class CashForecast(Body):
    """Dự báo dòng tiền: from the money at hand to what is left, day by day.

    Attributes:
        opening: money at hand on ``from_date``, đồng, as typed: figures of the books are not known
            offline.
    """

    name: Text = Field(default="", max_length=255)
    date: Day
    from_date: Day
    to_date: Day
    branch: OrgUnitId | None = None
    opening: Money = 0
    lines: list[ForecastLine] = Field(default_factory=list, max_length=5_000)


def kind_title(data: Any) -> str:
    """Return what the kind of a receipt or payment is called."""
    kinds = RECEIPT_KINDS if isinstance(data, CashReceipt) else PAYMENT_KINDS
    return kinds[data.kind]
