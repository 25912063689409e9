"""The run of an allocation of operating costs (spec §2.1, §4.7)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from lienso.fields import Body, Day, Money, Quantity, Ref
from pydantic import Field

from ..generated import GeneratedVoucher
from ..lines import (
    AccountCode,
    CostItemId,
    OrgUnitId,
    ProjectId,
    SalesContractId,
    SalesOrderId,
)

Target = Literal["org_unit", "project", "order", "contract", "item_group"]
Criterion = Literal[
    "revenue", "cost_of_goods", "gross_profit", "direct_cost", "quantity", "norm", "manual"
]
TARGET_TYPES = {
    "org_unit": "org_unit",
    "project": "project",
    "order": "sales_order",
    "contract": "sales_contract",
    "item_group": "item_group",
}


class SharedCost(Body):
    """What one target bears of an account and cost item, đồng."""

    account: AccountCode
    cost_item: CostItemId | None = None
    org_unit: OrgUnitId | None = None
    project: ProjectId | None = None
    order: SalesOrderId | None = None
    contract: SalesContractId | None = None
    item_group: Annotated[str, Ref("item_group")] | None = None
    weight: Quantity = Decimal(0)
    amount: Money = 0


class OperatingCostAllocation(GeneratedVoucher):
    """Phân bổ chi phí bán hàng, quản lý doanh nghiệp, khác.

    Attributes:
        sources: accounts whose costs were shared. ``share_percent``: how much of them.
        rows: what each target bears. ``lines``: the same as pairs of the management ledger, or none.
    """

    from_date: Day
    to_date: Day
    target: Target = "project"
    criterion: Criterion = "revenue"
    share_percent: Quantity = Decimal(100)
    sources: list[AccountCode] = Field(default_factory=list, max_length=200)
    rows: list[SharedCost] = Field(default_factory=list, max_length=5_000)
