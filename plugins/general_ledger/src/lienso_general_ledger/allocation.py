"""Shares of a cost by target: rows that prepaid costs, tools and fixed assets have alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any

from lienso import Finding
from lienso.fields import Body, Quantity
from pydantic import Field

from .lines import (
    AccountCode,
    CostItemId,
    CostObjectId,
    OrgUnitId,
    ProjectId,
    SalesContractId,
    SalesOrderId,
    StatisticCodeId,
)
from .rounding import spread

TARGETS = ("org_unit", "project", "order", "contract", "cost_object")
_CARRIED = (*TARGETS, "cost_item", "statistic_code")
HUNDRED = Decimal(100)


class AllocationRow(Body):
    """Part of a cost: who bears it, how much, and on which account.

    Attributes:
        ratio: percent; the rows of one cost add up to 100.
    """

    org_unit: OrgUnitId | None = None
    project: ProjectId | None = None
    order: SalesOrderId | None = None
    contract: SalesContractId | None = None
    cost_object: CostObjectId | None = None
    ratio: Annotated[Quantity, Field(gt=0, le=100)] = HUNDRED
    debit: AccountCode
    cost_item: CostItemId | None = None
    statistic_code: StatisticCodeId | None = None


AllocationRows = Annotated[list[AllocationRow], Field(min_length=1, max_length=500)]


def check_shares(
    rows: Sequence[AllocationRow], field: str = "allocation_rows"
) -> Iterator[Finding]:
    """Say that the shares of a cost do not add up to 100."""
    percent_sum = sum((row.ratio for row in rows), Decimal(0))
    if percent_sum != HUNDRED:
        values = {"percent_sum": format(percent_sum.normalize(), "f")}
        yield Finding("error", "percent_sum_not_100", field, None, values)


def shares(amount: int, rows: Sequence[AllocationRow]) -> Iterator[tuple[Mapping[str, Any], int]]:
    """Yield of each row what its line carries (debit and dimensions), and its part of the amount."""
    parts = spread(amount, [row.ratio for row in rows])
    for row, part in zip(rows, parts, strict=True):
        named = {name: getattr(row, name) for name in _CARRIED}
        yield {"debit": row.debit, **{name: id for name, id in named.items() if id}}, part
