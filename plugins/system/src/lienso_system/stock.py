"""How much of an item there is, seen from a voucher (spec `system.md` §4.9)."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from lienso import Refused
from lienso.errors import ModuleUnavailable
from lienso.fields import Params, Quantity, Text
from lienso.model import Ledger
from lienso.session import Session
from lienso.view import View

from .posting import voucher_named

STOCK_BOOK = "stock"


class StockParams(Params):
    """A line of a voucher, or an item with a day.

    Attributes:
        voucher: by number or id; its own movements do not count. ``as_of``: left out: its posting day,
            else today.
    """

    voucher: Text = ""
    line: int | None = None
    item: Text = ""
    warehouse: Text = ""
    lot: Text = ""
    spec: Text = ""
    as_of: datetime.date | None = None
    ledger: Ledger = "financial"


class StockResult(Params):
    """Quantities in the main unit: in the warehouse (all, where none is named), and everywhere."""

    item: str
    warehouse: str
    as_of: datetime.date
    qty: Quantity
    all_warehouses: Quantity


def view_item_stock(params: StockParams, session: Session) -> StockResult:
    """Return the quantity of an item at the end of a day, of posted movements.

    Raises:
        ModuleUnavailable: no module keeps stock. Unknown: ``not_found``. Refused: ``field_required``.
    """
    view = session.view
    if STOCK_BOOK not in view.books:
        raise ModuleUnavailable(detail={"module": "inventory", "book": STOCK_BOOK})
    item, warehouse, day, own = params.item, params.warehouse, params.as_of, ""
    if params.voucher:
        voucher = voucher_named(view, params.voucher)
        line: Any = next(
            (one for one in getattr(voucher.data, "lines", ()) if one.line == params.line), None
        )
        item = item or getattr(line, "item", None) or ""
        warehouse = warehouse or getattr(line, "warehouse", None) or ""
        day, own = day or voucher.data.posting_date, voucher.id
    if not item:
        raise Refused("field_required", {"field": "item"})
    day = day or view.today
    where = {"item": view.require("item", item).id, "ledger": params.ledger}
    place = view.require("warehouse", warehouse).id if warehouse else ""
    narrow = {name: text for name, text in (("lot", params.lot), ("spec", params.spec)) if text}
    here = {**where, **narrow, **({"warehouse": place} if place else {})}
    return StockResult(
        item=view.code("item", where["item"]),
        warehouse=view.code("warehouse", place),
        as_of=day,
        qty=_quantity(view, here, day, own),
        all_warehouses=_quantity(view, {**where, **narrow}, day, own),
    )


def _quantity(view: View, where: dict[str, str], day: datetime.date, own: str) -> Decimal:
    book, scale = view.book(STOCK_BOOK), view.books[STOCK_BOOK].measure("qty").scale
    (whole,) = book.sum(("qty",), where=where, date_to=day).get((), (0,))
    mine = 0
    if own:
        (mine,) = book.sum(("qty",), where={**where, "voucher_id": own}, date_to=day).get((), (0,))
    return Decimal(whole - mine).scaleb(-scale)
