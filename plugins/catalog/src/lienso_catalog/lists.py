"""Lists of objects and items: beside their own fields what the books have of them (spec §6).

Balances and stock are the cloud's: a site that has a line asks it, one that has none leaves them empty.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from lienso import Column, Label, Prefix, Record, Table
from lienso.view import View

from .check_items import STOCK_BOOK
from .objects import ObjectEntry
from .reports import CODE, NAME, STATE, ListParams, in_order, state_of
from .trees import LEDGER_BOOK

ACCOUNTS: Mapping[str, tuple[str, int]] = {
    "customer": ("131", 1),
    "supplier": ("331", -1),
    "employee": ("141", 1),
}
"""Role → the account whose balance its list shows, and the side that counts as positive."""

_OBJECT_COLUMNS = (
    Column("tax_code", Label("Mã số thuế", "Tax code")),
    Column("address", Label("Địa chỉ", "Address")),
    Column("phone", Label("Điện thoại", "Phone")),
    Column("group", Label("Nhóm, đơn vị", "Group, unit")),
    Column("credit_limit", Label("Số nợ tối đa", "Credit limit"), "money"),
)
_BALANCES: Mapping[str, Label] = {
    "customer": Label("Còn phải thu", "Receivable"),
    "supplier": Label("Còn phải trả", "Payable"),
    "employee": Label("Dư tạm ứng", "Advances"),
}


def objects(role: str, title: Label) -> Callable[[ListParams, View], Table]:
    """Make the list of a role: ``customer``, ``supplier`` or ``employee``; balances in đồng."""

    def run(params: ListParams, view: View) -> Table:
        records = [r for r in view.all("object") if getattr(r.data, f"is_{role}")]
        balances = _balances(view, role)
        rows = tuple(
            _object_row(record, role, view, balances) for record in in_order(records, params)
        )
        balance = Column("balance", _BALANCES[role], "money")
        return Table((CODE, NAME, *_OBJECT_COLUMNS, balance, STATE), rows, title)

    return run


def _balances(view: View, role: str) -> Mapping[str, int] | None:
    """Return what stands on the account of a role by object, None where there are no books."""
    if view.role != "cloud":
        return None
    account, sign = ACCOUNTS[role]
    where = {"account": [Prefix(account)], "ledger": "financial"}
    sums = view.book(LEDGER_BOOK).sum(("debit", "credit"), by=("object",), where=where)
    return {id: sign * (debit - credit) for (id,), (debit, credit) in sums.items()}


def _object_row(
    record: Record[ObjectEntry], role: str, view: View, balances: Mapping[str, int] | None
) -> tuple[Any, ...]:
    data = record.data
    if role == "employee":
        group = view.code("org_unit", data.org_unit)
    else:
        ids = data.customer_groups if role == "customer" else data.supplier_groups
        group = ", ".join(view.code(f"{role}_group", id) for id in ids)
    tax_code = data.personal_tax_code or data.tax_code if role == "employee" else data.tax_code
    limit = data.credit_limit or None
    balance = None if balances is None else balances.get(record.id, 0)
    return (
        data.code, data.name, tax_code, data.address, data.phone, group, limit, balance,
        state_of(data),
    )  # fmt: skip


# -- items ------------------------------------------------------------------------------------------

Stock = tuple[Decimal, Decimal]
"""Quantity in the main unit, and value, đồng."""


def items(params: ListParams, view: View) -> Table:
    """List items with units, conversions, groups, accounts, prices, and what is in stock."""
    stock = _stock(view)
    columns = (
        CODE,
        NAME,
        Column("unit", Label("ĐVT chính", "Main unit")),
        Column("conversions", Label("ĐVT chuyển đổi", "Other units")),
        Column("groups", Label("Nhóm VTHH", "Groups")),
        Column("stock_account", Label("TK kho", "Stock account")),
        Column("revenue_account", Label("TK doanh thu", "Revenue account")),
        Column("cost_account", Label("TK chi phí", "Cost account")),
        Column("discount_account", Label("TK chiết khấu", "Discount account")),
        Column("return_account", Label("TK hàng trả lại", "Return account")),
        Column("allowance_account", Label("TK giảm giá", "Allowance account")),
        Column("purchase_price", Label("Đơn giá mua", "Purchase price"), "quantity"),
        Column("sale_price", Label("Đơn giá bán 1", "Sale price 1"), "quantity"),
        Column("sale_price_2", Label("Đơn giá bán 2", "Sale price 2"), "quantity"),
        Column("sale_price_3", Label("Đơn giá bán 3", "Sale price 3"), "quantity"),
        Column("vat_rate", Label("Thuế suất GTGT", "VAT rate")),
        Column("stock_quantity", Label("Số lượng tồn", "In stock"), "quantity"),
        Column("stock_value", Label("Giá trị tồn", "Stock value"), "money"),
        STATE,
    )
    records = in_order(list(view.all("item")), params)
    rows = tuple(_item_row(record, view, stock) for record in records)
    return Table(columns, rows, Label("Danh sách vật tư hàng hóa", "List of items"))


def _stock(view: View) -> Mapping[str, Stock] | None:
    """Return stock by item, None where there is no stock book."""
    if view.role != "cloud" or STOCK_BOOK not in view.books:
        return None
    scales = [view.books[STOCK_BOOK].measure(name).scale for name in ("qty", "value")]
    sums = view.book(STOCK_BOOK).sum(("qty", "value"), by=("item",), where={"ledger": "financial"})
    return {
        id: (Decimal(qty).scaleb(-scales[0]), Decimal(value).scaleb(-scales[1]))
        for (id,), (qty, value) in sums.items()
    }


def _item_row(
    record: Record[Any], view: View, stock: Mapping[str, Stock] | None
) -> tuple[Any, ...]:
    data = record.data
    signs = {"multiply": "×", "divide": "÷"}
    conversions = ", ".join(
        f"{view.code('unit', c.unit)} {signs[c.op]} {c.factor.normalize():f}"
        for c in data.conversions
    )
    there = (None, None) if stock is None else stock.get(record.id, (Decimal(0), Decimal(0)))
    return (
        data.code,
        data.name,
        view.code("unit", data.unit),
        conversions,
        ", ".join(view.code("item_group", id) for id in data.groups),
        data.stock_account,
        data.revenue_account,
        data.cost_account,
        data.discount_account,
        data.return_account,
        data.allowance_account,
        data.purchase_price,
        *[*data.sale_prices, None, None, None][:3],
        data.vat_rate,
        None if there[0] is None else format(there[0], "f"),
        None if there[1] is None else int(there[1]),
        state_of(data),
    )
