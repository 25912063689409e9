"""Records of the bank: receipts, payments, transfers, statements, matches, reconciliations (spec §2).

A draft may be incomplete; what is missing is said when it is posted.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from lienso.fields import Body, Day, DisplayOnBook, Document, Money, Ref, Text, Voucher
from lienso_general_ledger import AccountCode, CurrencyCode, ForeignAmount
from lienso_general_ledger.lines import numbered_once
from lienso_general_ledger.money.vouchers import MoneyVoucher, Rate, SettleHint
from pydantic import AfterValidator, Field, create_model

BankAccountId = Annotated[str, Ref("bank_account")]
LineKey = Annotated[Text, Field(pattern=r"^[0-9a-f-]{36}/[1-9][0-9]*$")]
Short = Annotated[Text, Field(max_length=255)]
Positive = Annotated[ForeignAmount, Field(ge=0)]

RECEIPT_KINDS: Mapping[str, str] = {
    "other": "Thu khác",
    "customer": "Thu tiền khách hàng",
    "cash_deposit": "Nộp tiền mặt vào tài khoản",
    "interest": "Thu lãi tiền gửi",
    "vat_refund": "Thu hoàn thuế GTGT",
    "advance_return": "Thu hoàn ứng",
    "loan": "Thu tiền vay",
    "term_deposit": "Tất toán tiền gửi có kỳ hạn",
}
PAYMENT_KINDS: Mapping[str, str] = {
    "other": "Chi khác",
    "supplier": "Trả tiền nhà cung cấp",
    "cash_withdrawal": "Rút tiền gửi về nộp quỹ",
    "advance": "Tạm ứng cho nhân viên",
    "salary": "Trả lương nhân viên",
    "tax": "Nộp thuế",
    "insurance": "Nộp bảo hiểm",
    "loan": "Trả nợ vay",
    "fee": "Phí ngân hàng",
    "term_deposit": "Gửi tiền có kỳ hạn",
}
METHODS: Mapping[str, tuple[str, str]] = {
    "transfer_order": ("Ủy nhiệm chi", "UNC"),
    "cash_cheque": ("Séc tiền mặt", "STM"),
    "transfer_cheque": ("Séc chuyển khoản", "SCK"),
}
"""Method of a payment → (what it is called, prefix of its number)."""


class Beneficiary(Body):
    """Where the money goes to, or comes from: number, bank, and whose account it is."""

    number: Annotated[Text, Field(max_length=50)] = ""
    bank_name: Short = ""
    name: Short = ""


class BankVoucher(MoneyVoucher):
    """What receipts and payments by bank have in common.

    Attributes:
        bank_account: ours; of the lines on 112 that name none.
        object_bank_account: the other side's.
        reference: the bank's own number of the movement (FT number).
        value_date: day from which the bank counts the money.
    """

    bank_account: BankAccountId | None = None
    object_bank_account: Beneficiary | None = None
    reference: Annotated[Text, Field(max_length=100)] = ""
    value_date: Day | None = None
    fee_bearer: Literal["payer", "beneficiary", "shared"] = "payer"


class BankReceipt(BankVoucher):
    """Thu tiền gửi.

    Attributes:
        settle_hint: of a receipt typed offline, where the debts of the payer are not known.
    """

    kind: Literal[
        "other", "customer", "cash_deposit", "interest", "vat_refund", "advance_return", "loan",
        "term_deposit",
    ] = "other"  # fmt: skip
    settle_hint: list[SettleHint] = Field(default_factory=list, max_length=200)


class BankPayment(BankVoucher):
    """Chi tiền gửi: an order to the bank, or a cheque; ``method`` also says its number's prefix."""

    method: Literal["transfer_order", "cash_cheque", "transfer_cheque"] = "transfer_order"
    kind: Literal[
        "other", "supplier", "cash_withdrawal", "advance", "salary", "tax", "insurance", "loan",
        "fee", "term_deposit",
    ] = "other"  # fmt: skip


def kind_title(data: Any) -> str:
    """Return what the kind of a receipt or payment is called."""
    kinds = RECEIPT_KINDS if isinstance(data, BankReceipt) else PAYMENT_KINDS
    return kinds[data.kind]


def prefix_of(data: BankPayment) -> str:
    """Return the prefix of a payment's number."""
    return METHODS[data.method][1]


class InternalTransfer(Voucher):
    """Chuyển tiền nội bộ between two bank accounts of ours.

    Attributes:
        stage: ``direct``, both banks on one day; ``sent`` leaves the money in transit (113) until a
            second voucher says ``received``.
        amount: đồng, authoritative, also between two currencies.
        from_fc, from_rate, to_fc, to_rate: of the side whose account is kept in a foreign currency.
        debit, credit: accounts under 112; left out, those of the two bank accounts.
    """

    from_account: BankAccountId | None = None
    to_account: BankAccountId | None = None
    stage: Literal["direct", "sent", "received"] = "direct"
    amount: Money = 0
    from_fc: Positive | None = None
    from_rate: Rate | None = None
    to_fc: Positive | None = None
    to_rate: Rate | None = None
    debit: AccountCode = ""
    credit: AccountCode = ""
    reason: Text = Field(default="", max_length=500)
    reference: Annotated[Text, Field(max_length=100)] = ""
    value_date: Day | None = None
    generated_by: Text = ""


_Sides: Any = create_model(
    "_Sides", __base__=Body, **{"in": (Positive, Decimal(0)), "out": (Positive, Decimal(0))}
)
"""``in`` is a word of the language and cannot be written as a field."""


class StatementLine(_Sides):  # type: ignore[misc]  # mypy does not know a made class as a base
    """A line of a statement: money in, or out, in the currency of the account.

    Attributes:
        date: of the bank's booking. ``balance``: after this line, where the bank says it.
        state: ``matched`` as long as a match holds it.
        source: of items brought forward: ``book`` was posted before the start and is not yet on a
            statement, ``bank`` was on a statement and is not posted.
    """

    line: int = Field(ge=1, le=1_000_000)
    date: Day
    value_date: Day | None = None
    reference: Annotated[Text, Field(max_length=100)] = ""
    text: Text = Field(default="", max_length=1_000)
    counterparty: Short = ""
    counterparty_account: Annotated[Text, Field(max_length=50)] = ""
    balance: ForeignAmount | None = None
    state: Literal["open", "matched", "ignored"] = "open"
    source: Literal["bank", "book"] = "bank"

    @property
    def signed(self) -> Decimal:
        """In positive, out negative."""
        values: dict[str, Decimal] = self.__dict__
        return values["in"] - values["out"]


class BankStatement(Document):
    """Sổ phụ ngân hàng.

    Attributes:
        kind: ``opening_unreconciled`` holds what was not reconciled when the books began.
        opening, closing: in the account's currency; nothing of items brought forward.
        columns: heading → field of the file it was read from; used for the account's next file.
        source: name of the file.
    """

    bank_account: BankAccountId
    kind: Literal["statement", "opening_unreconciled"] = "statement"
    from_date: Day
    to_date: Day
    opening: ForeignAmount = Decimal(0)
    closing: ForeignAmount = Decimal(0)
    columns: dict[str, str] = Field(default_factory=dict, max_length=100)
    source: Short = ""
    lines: Annotated[
        list[StatementLine], Field(max_length=5_000), AfterValidator(numbered_once)
    ] = Field(default_factory=list)


class MatchedVoucher(Body):
    """A voucher's movement on the account: ``side`` in or out; ``amount`` signed, in its currency.

    An item brought forward is of type ``bank_statement``, with its line.
    """

    type: Text
    id: Text
    no: Text = ""
    side: Literal["in", "out"]
    amount: ForeignAmount
    line: int = 0


class BankMatch(Body):
    """Đối chiếu: lines of statements and vouchers that are the same money, equal to the last unit.

    Attributes:
        statement: lines, each as ``<id of the statement>/<line>``.
        date: the latest day of all that it joins.
    """

    bank_account: BankAccountId
    date: Day
    tier: Literal[
        "reference", "same_day", "same_day_named", "near_day", "subset", "subset_reverse", "manual",
        "created",
    ] = "manual"  # fmt: skip
    statement: list[LineKey] = Field(default_factory=list, max_length=200)
    vouchers: list[MatchedVoucher] = Field(default_factory=list, max_length=200)


class BridgeRow(Body):
    """A step from the book's balance to the bank's, in the account's currency."""

    label: Short
    amount: ForeignAmount


class BankReconciliation(Document):
    """Kỳ đối chiếu ngân hàng, as it was confirmed; ``date`` is its last day.

    Attributes:
        book_balance: đồng; ``book_balance_fc`` in the account's currency where that is foreign.
        open_statement, open_vouchers: lines and vouchers that the other side does not have.
        matches: ids of what it confirms.
        status: ``reopened`` when a match that it confirmed was undone.
    """

    bank_account: BankAccountId
    from_date: Day | None = None
    ledger: DisplayOnBook = "financial"
    currency: CurrencyCode = "VND"
    book_balance: Money = 0
    book_balance_fc: ForeignAmount | None = None
    bank_balance: ForeignAmount = Decimal(0)
    bridge: list[BridgeRow] = Field(default_factory=list, max_length=20)
    open_statement: list[Text] = Field(default_factory=list, max_length=5_000)
    open_vouchers: list[Text] = Field(default_factory=list, max_length=5_000)
    matches: list[Text] = Field(default_factory=list, max_length=5_000)
    status: Literal["confirmed", "reopened"] = "confirmed"
