"""Goods, materials, services; their units, groups, spec codes, warehouses."""

from __future__ import annotations

from typing import Annotated, Literal

from lienso.fields import Body, Merge, Quantity, Ref, Text
from pydantic import Field

from .base import AccountCode, Entry, Line, Short, VatRateCode

Factor = Annotated[Quantity, Field(gt=0, max_digits=18, decimal_places=6)]
Price = Annotated[Quantity, Field(ge=0)]

ItemKind = Literal["goods", "material", "finished", "tool", "service", "text"]
STOCKED: tuple[str, ...] = ("goods", "material", "finished", "tool")
"""Kinds that go in and out of a warehouse; a service and a description do not."""


class Conversion(Body):
    """Another unit: main quantity = quantity × factor, or ÷ factor."""

    unit: Annotated[str, Ref("unit")]
    factor: Factor
    op: Literal["multiply", "divide"] = "multiply"
    sale_price: Price | None = None


class SpecColumn(Body):
    """A spec that the item is followed by; ``unique``: one piece has it alone (IMEI, số khung)."""

    name: Annotated[Text, Field(min_length=1, max_length=50)]
    unique: bool = False


class Material(Body):
    """A row of the bill of materials: quantity in the material's main unit for one of the product."""

    item: Annotated[str, Ref("item")]
    qty: Annotated[Quantity, Field(gt=0)]


class Item(Entry):
    """Something bought, stored, made or sold (Vật tư hàng hóa).

    Attributes:
        unit: main unit; needed by what is stocked.
        costing_method: of this item alone; empty = the company's.
        min_stock: in main units.
        merged_into: what it was merged into; then it is inactive, and nobody chooses it.
    """

    kind: Annotated[ItemKind, Merge(never=True)]
    unit: Annotated[str | None, Ref("unit"), Merge(never=True)] = None
    conversions: Annotated[list[Conversion], Merge(by="unit")] = Field(
        default_factory=list, max_length=50
    )
    groups: Annotated[list[Annotated[str, Ref("item_group")]], Merge(by=".")] = Field(
        default_factory=list, max_length=20
    )
    warehouse: Annotated[str | None, Ref("warehouse")] = None
    stock_account: AccountCode = ""
    cost_account: AccountCode = "632"
    revenue_account: AccountCode = ""
    discount_account: AccountCode = ""
    return_account: AccountCode = ""
    allowance_account: AccountCode = ""
    vat_rate: VatRateCode = ""
    import_duty: Annotated[Quantity | None, Field(ge=0)] = None
    sct_group: Short = ""
    purchase_price: Price | None = None
    purchase_discount_percent: Annotated[Quantity | None, Field(ge=0, le=100)] = None
    sale_prices: list[Price] = Field(default_factory=list, max_length=3)
    price_after_tax: Price | None = None
    min_stock: Annotated[Quantity | None, Field(ge=0)] = None
    costing_method: Annotated[
        Literal["", "period_average", "moving_average", "fifo", "specific"], Merge(never=True)
    ] = ""
    lot_tracking: Annotated[bool, Merge(never=True)] = False
    expiry_tracking: Annotated[bool, Merge(never=True)] = False
    spec_columns: Annotated[list[SpecColumn], Merge(never=True)] = Field(
        default_factory=list, max_length=5
    )
    bom: Annotated[list[Material], Merge(by="item")] = Field(default_factory=list, max_length=500)
    warranty_months: Annotated[int, Field(ge=0, le=600)] = 0
    origin: Line = ""
    image: Line = ""
    purchase_description: Line = ""
    sale_description: Line = ""
    merged_into: Annotated[str | None, Ref("item")] = None


class ItemGroup(Entry):
    """A group of items."""

    parent: Annotated[str | None, Ref("item_group")] = None


class SpecCode(Body):
    """The spec values of one piece or batch of an item, in the order of the item's columns."""

    item: Annotated[str, Ref("item")]
    values: list[Annotated[Text, Field(max_length=50)]] = Field(min_length=1, max_length=5)
    active: bool = True


class Unit(Entry):
    """A unit of measure."""


class Warehouse(Entry):
    """A place where items lie.

    Attributes:
        stock_account: overrides the item's own.
        is_consignment: goods of others, or ours with others.
    """

    address: Line = ""
    storekeeper: Annotated[str | None, Ref("object")] = None
    stock_account: AccountCode = ""
    is_consignment: bool = False
