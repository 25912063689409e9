"""The line of a voucher that becomes a pair of the ledger (spec `general_ledger.md` §3.0).

Modules that post to the ledger use `Line` for their lines, or extend it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar

from lienso import limits
from lienso.fields import Body, CodeOf, Day, Money, Quantity, Ref, Text
from pydantic import AfterValidator, Field

Activity = Literal["operating", "investing", "financing"]
Term = Literal["short", "long"]
L = TypeVar("L", bound="Line")

FC_SCALE = 4
"""Decimals of a foreign amount in the ledger."""

QTY_SCALE = 6
"""Decimals of a quantity in the ledger."""


def _decimals(places: int) -> AfterValidator:
    def check(value: Decimal) -> Decimal:
        if value != round(value, places):
            raise ValueError("decimal_wrong")
        return value

    return AfterValidator(check)


def numbered_once(lines: list[Any]) -> list[Any]:
    """Refuse two lines of one number: their entries would fall on one place of the book."""
    if len({line.line for line in lines}) < len(lines):
        raise ValueError("line numbers must differ")
    return lines


ForeignAmount = Annotated[Quantity, _decimals(FC_SCALE)]
"""A foreign amount with at most four decimals."""

LedgerQuantity = Annotated[Quantity, _decimals(QTY_SCALE)]
"""A quantity with at most six decimals."""

AccountCode = Annotated[Text, Field(max_length=20), CodeOf("account")]
"""Code of an account; empty when it was not given yet."""

CurrencyCode = Annotated[Text, Field(max_length=10)]
"""ISO code of a currency."""

Short = Annotated[Text, Field(max_length=100)]

ObjectId = Annotated[str, Ref("object")]
ItemId = Annotated[str, Ref("item")]
WarehouseId = Annotated[str, Ref("warehouse")]
UnitId = Annotated[str, Ref("unit")]
OrgUnitId = Annotated[str, Ref("org_unit")]
CostObjectId = Annotated[str, Ref("cost_object")]
CostItemId = Annotated[str, Ref("cost_item")]
ProjectId = Annotated[str, Ref("project")]
SalesOrderId = Annotated[str, Ref("sales_order")]
PurchaseOrderId = Annotated[str, Ref("purchase_order")]
SalesContractId = Annotated[str, Ref("sales_contract")]
PurchaseContractId = Annotated[str, Ref("purchase_contract")]
BudgetItemId = Annotated[str, Ref("budget_item")]
StatisticCodeId = Annotated[str, Ref("statistic_code")]
BankAccountId = Annotated[str, Ref("bank_account")]
AssetId = Annotated[str, Ref("fixed_asset")]
ToolId = Annotated[str, Ref("tool")]
PrepaidId = Annotated[str, Ref("prepaid_cost")]


class LineDimensions(Body):
    """The dimensions that both rows of a pair carry."""

    object: ObjectId | None = None
    employee: ObjectId | None = None
    item: ItemId | None = None
    warehouse: WarehouseId | None = None
    unit: UnitId | None = None
    org_unit: OrgUnitId | None = None
    cost_object: CostObjectId | None = None
    cost_item: CostItemId | None = None
    project: ProjectId | None = None
    order: SalesOrderId | None = None
    purchase_order: PurchaseOrderId | None = None
    contract: SalesContractId | None = None
    purchase_contract: PurchaseContractId | None = None
    budget_item: BudgetItemId | None = None
    statistic_code: StatisticCodeId | None = None
    bank_account: BankAccountId | None = None
    asset: AssetId | None = None
    tool: ToolId | None = None
    prepaid: PrepaidId | None = None
    invoice_no: Short | None = None
    due_date: Day | None = None
    term: Term | None = None
    op: Short | None = None
    activity: Activity | None = None
    closing: bool | None = None
    settles: Short | None = None
    source: Short | None = None
    non_deductible: bool | None = None
    internal: bool | None = None
    cash_equiv: bool | None = None
    of: Short | None = None
    loan: bool | None = None
    liability: bool | None = None
    generated_by: Short | None = None


class Line(LineDimensions):
    """One debit, one credit, one amount.

    Attributes:
        amount: đồng, authoritative; negative is red ink (ghi âm).
        currency: of this line where it is not the voucher's. VND when neither names one.
        fc_amount: in that currency; 0 on rows of exchange differences. Not used for VND.
        rate: đồng per unit of the currency, where it is not the voucher's.
        qty: in the item's main unit.
        debit_object: and the like: a dimension of one side only; it wins over the common one.
    """

    line: int = Field(ge=1, le=1_000_000)
    description: Text = ""
    debit: AccountCode = ""
    credit: AccountCode = ""
    amount: Money = 0
    currency: CurrencyCode | None = None
    fc_amount: ForeignAmount | None = None
    rate: Quantity | None = None
    qty: LedgerQuantity | None = None
    debit_object: ObjectId | None = None
    credit_object: ObjectId | None = None
    debit_employee: ObjectId | None = None
    credit_employee: ObjectId | None = None
    debit_item: ItemId | None = None
    credit_item: ItemId | None = None
    debit_warehouse: WarehouseId | None = None
    credit_warehouse: WarehouseId | None = None
    debit_org_unit: OrgUnitId | None = None
    credit_org_unit: OrgUnitId | None = None
    debit_cost_object: CostObjectId | None = None
    credit_cost_object: CostObjectId | None = None
    debit_cost_item: CostItemId | None = None
    credit_cost_item: CostItemId | None = None
    debit_project: ProjectId | None = None
    credit_project: ProjectId | None = None
    debit_order: SalesOrderId | None = None
    credit_order: SalesOrderId | None = None
    debit_contract: SalesContractId | None = None
    credit_contract: SalesContractId | None = None
    debit_bank_account: BankAccountId | None = None
    credit_bank_account: BankAccountId | None = None
    debit_term: Term | None = None
    credit_term: Term | None = None
    debit_activity: Activity | None = None
    credit_activity: Activity | None = None
    debit_settles: Short | None = None
    credit_settles: Short | None = None
    debit_cash_equiv: bool | None = None
    credit_cash_equiv: bool | None = None
    debit_of: Short | None = None
    credit_of: Short | None = None
    debit_loan: bool | None = None
    credit_loan: bool | None = None
    debit_liability: bool | None = None
    credit_liability: bool | None = None


class TaxBlock(Body):
    """What a line says to the VAT register (spec `tax.md` §2.1).

    Attributes:
        direction: input or output; by default by the VAT account (133 is input, 3331 output).
        account: TK thuế GTGT; by default the line's own VAT account.
        amount: the tax, đồng. ``taxable``: the value before tax.
        vat_rate: code of the rate: ``10``, ``8``, ``KCT`` …
        vat_group: of purchases: 1 taxable use, 2 common use, 3 project.
        partner: supplier or customer; name and tax code may be typed for one that is no object.
        period: ``2026-03`` or ``2026-Q1``; by default the month of the invoice.
    """

    direction: Literal["in", "out"] | None = None
    account: AccountCode = ""
    description: Text = ""
    vat_rate: Short = ""
    taxable: Money = 0
    amount: Money = 0
    invoice_form: Short = ""
    invoice_series: Short = ""
    invoice_no: Short = ""
    invoice_date: Day | None = None
    invoice_total: Money | None = None
    vat_group: Short = ""
    partner: ObjectId | None = None
    partner_name: Text = ""
    tax_code: Short = ""
    period: Short = ""
    deductible: Literal["direct", "common", "none", "pending"] | None = None
    payment: Literal["cash", "bank", "netting", "unpaid"] | None = None
    relation: Literal["original", "replacement", "adjustment"] | None = None


class TaxedLine(Line):
    """A line that may also feed the VAT register."""

    tax: TaxBlock | None = None


Lines = Annotated[list[Line], Field(max_length=limits.LINES_MAX), AfterValidator(numbered_once)]
"""Lines of a voucher, each number once."""

TaxedLines = Annotated[
    list[TaxedLine], Field(max_length=limits.LINES_MAX), AfterValidator(numbered_once)
]


def total_of(lines: Sequence[Line]) -> int:
    """Return the amount of all lines, đồng."""
    return sum(line.amount for line in lines)
