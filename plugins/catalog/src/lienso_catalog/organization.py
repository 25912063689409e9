"""The company's own structure, and what costs and receipts are analysed by."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from lienso.fields import Body, Day, Merge, Money, Ref
from pydantic import Field, create_model

from .base import AccountCode, Entry, Line, LinkedEntry, Short


class Signer(Body):
    """Who signs reports: the title as printed, and the name."""

    title: Short
    name: Line = ""


class OrgUnit(LinkedEntry):
    """A unit of the company; a branch is one of kind ``branch``.

    Attributes:
        accounting: of branches: hạch toán độc lập, or phụ thuộc.
        own_bank_accounts: the branch uses bank accounts of its own.
    """

    parent: Annotated[str | None, Ref("org_unit")] = None
    kind: Literal["company", "branch", "office", "department", "workshop", "group"]
    accounting: Literal["", "independent", "dependent"] = ""
    own_bank_accounts: bool = False
    address: Line = ""
    tax_code: Annotated[Short, Merge(never=True)] = ""
    director: Line = ""
    chief_accountant: Line = ""
    cashier: Line = ""
    storekeeper: Line = ""
    report_signers: list[Signer] = Field(default_factory=list, max_length=20)
    selling_account: AccountCode = ""
    admin_account: AccountCode = ""


class Project(Entry):
    """A construction or other project; its work items (hạng mục) are children.

    Attributes:
        estimate: đồng.
    """

    parent: Annotated[str | None, Ref("project")] = None
    kind: Literal["project", "work_item"] = "project"
    customer: Annotated[str | None, Ref("object")] = None
    contract: Annotated[str | None, Ref("sales_contract")] = None
    start: Day | None = None
    end: Day | None = None
    estimate: Annotated[Money, Field(ge=0)] = 0
    status: Literal["running", "done", "accepted", "stopped"] = "running"
    cost_method: Short = ""


class CostObject(Entry):
    """What costs are collected for (Đối tượng tập hợp chi phí)."""

    parent: Annotated[str | None, Ref("cost_object")] = None
    kind: Literal["workshop", "product", "stage", "order", "service"]
    item: Annotated[str | None, Ref("item")] = None


CostClass = Literal["NVLTT", "NCTT", "MTC", "SXC", "BH", "QLDN"]
"""Of costs: material, labour, machines, overhead, selling, administration."""


class _CostItem(Entry):
    parent: Annotated[str | None, Ref("cost_item")] = None


# The specification names the field `class`, which no statement of Python can.
_CLASS: dict[str, Any] = {"class": (CostClass, ...)}

CostItem = create_model(
    "CostItem", __base__=_CostItem, __doc__="A kind of cost (Khoản mục chi phí).", **_CLASS
)


class BudgetItem(Entry):
    """A kind of receipt or payment (Mục thu/chi)."""

    parent: Annotated[str | None, Ref("budget_item")] = None
    direction: Literal["receipt", "payment"]
    formula_group: Short = ""


class StatisticCode(Entry):
    """A code for analysis of the user's own."""

    parent: Annotated[str | None, Ref("statistic_code")] = None
    description: Line = ""


class ToolType(Entry):
    """A type of tools; what its cards start with. ``periods``: months of allocation."""

    parent: Annotated[str | None, Ref("tool_type")] = None
    periods: Annotated[int | None, Field(ge=1, le=600)] = None
    pending_account: AccountCode = ""
    expense_account: AccountCode = ""


class AssetType(Entry):
    """A type of fixed assets; ``months_min`` and ``months_max`` bound the useful life."""

    parent: Annotated[str | None, Ref("asset_type")] = None
    cost_account: AccountCode = ""
    depreciation_account: AccountCode = ""
    expense_account: AccountCode = ""
    months_min: Annotated[int | None, Field(ge=1, le=1200)] = None
    months_max: Annotated[int | None, Field(ge=1, le=1200)] = None
    method: Literal["", "straight_line", "declining", "units"] = ""
