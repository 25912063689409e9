"""Lists of the catalogs (spec `catalog.md` §6); those of objects and items are in `lists`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any, Literal

from lienso import Column, Label, Record, Table
from lienso.fields import NoParams, Params
from lienso.keys import vietnamese_sort_key
from lienso.view import View

from . import chart, trees
from .objects import ObjectEntry

NATURES = {"debit": "Dư Nợ", "credit": "Dư Có", "both": "Lưỡng tính", "none": "Không có số dư"}
INACTIVE = "Ngừng theo dõi"
INDENT = "  "

CODE = Column("code", Label("Mã", "Code"))
NAME = Column("name", Label("Tên", "Name"))
STATE = Column("state", Label("Trạng thái", "State"))


class ListParams(Params):
    """How a list is sorted: by code, or by name in Vietnamese order."""

    order: Literal["code", "name"] = "code"


def state_of(data: Any) -> str:
    """Return what a list says of an entry that is not used any more."""
    return "" if data.active else INACTIVE


def accounts(params: NoParams, view: View) -> Table:
    """List the chart of accounts, indented by level."""
    rows = []
    for record in view.all("account"):
        state = chart.account(view, record.data.code)
        assert state is not None, "an account that is listed exists"
        level = chart.level_of(view, state.code)
        rows.append(
            (
                INDENT * (level - 1) + state.code,
                state.name,
                record.data.name_en,
                NATURES.get(state.nature or "", ""),
                ", ".join(state.tracks),
                level,
                state_of(record.data),
            )
        )
    columns = (
        Column("code", Label("Số tài khoản", "Account")),
        Column("name", Label("Tên tài khoản", "Name")),
        Column("name_en", Label("Tên tiếng Anh", "English name")),
        Column("nature", Label("Tính chất", "Nature")),
        Column("tracks", Label("Theo dõi chi tiết", "Detail")),
        Column("level", Label("Bậc", "Level"), "number"),
        STATE,
    )
    return Table(columns, tuple(rows), Label("Danh mục hệ thống tài khoản", "Chart of accounts"))


def in_order(records: list[Record[Any]], params: ListParams) -> list[Record[Any]]:
    """Return records in the order that is asked for; they come by code."""
    if params.order == "name":
        return sorted(records, key=lambda r: (vietnamese_sort_key(r.data.name), r.data.code))
    return records


# -- other lists ------------------------------------------------------------------------------------


def warehouses(params: ListParams, view: View) -> Table:
    """List warehouses."""
    columns = (
        CODE,
        NAME,
        Column("address", Label("Địa chỉ", "Address")),
        Column("storekeeper", Label("Thủ kho", "Storekeeper")),
        Column("stock_account", Label("TK kho", "Stock account")),
        STATE,
    )
    rows = tuple(
        (
            d.code,
            d.name,
            d.address,
            view.code("object", d.storekeeper),
            d.stock_account,
            state_of(d),
        )
        for d in (record.data for record in in_order(list(view.all("warehouse")), params))
    )
    return Table(columns, rows, Label("Danh sách kho", "List of warehouses"))


def bank_accounts(params: ListParams, view: View) -> Table:
    """List the company's bank accounts."""
    columns = (
        Column("number", Label("Số tài khoản", "Number")),
        Column("bank", Label("Ngân hàng", "Bank")),
        Column("holder", Label("Chủ tài khoản", "Holder")),
        Column("currency", Label("Loại tiền", "Currency")),
        Column("ledger_account", Label("TK kế toán", "Ledger account")),
        Column("closed_on", Label("Ngày đóng", "Closed on"), "date"),
        STATE,
    )
    rows = tuple(
        (
            d.number,
            view.code("bank", d.bank) or d.bank_name,
            d.holder,
            d.currency,
            d.ledger_account,
            d.closed_on,
            state_of(d),
        )
        for d in (record.data for record in in_order(list(view.all("bank_account")), params))
    )
    return Table(columns, rows, Label("Danh sách TK ngân hàng", "List of bank accounts"))


def tree(type: str, title: Label, columns: tuple[Column, ...]) -> Callable[[NoParams, View], Table]:
    """Make the list of a tree, children indented below their parents.

    Args:
        columns: fields of the entry to show beside code and name.
    """

    def run(params: NoParams, view: View) -> Table:
        rows = tuple(_node_row(record, level, columns) for record, level in _walk(type, view))
        return Table((CODE, NAME, *columns, STATE), rows, title)

    return run


def _node_row(record: Record[Any], level: int, columns: tuple[Column, ...]) -> tuple[Any, ...]:
    data = record.data
    shown = (getattr(data, column.name) for column in columns)
    return (INDENT * level + data.code, data.name, *shown, state_of(data))


def _walk(type: str, view: View) -> Iterator[tuple[Record[Any], int]]:
    children: dict[str, list[Record[Any]]] = {}
    records = list(view.all(type))
    known = {record.id for record in records}
    for record in records:
        above = record.data.parent if record.data.parent in known else ""
        children.setdefault(above or "", []).append(record)
    waiting = [(record, 0) for record in reversed(children.get("", []))]
    while waiting:
        record, level = waiting.pop()
        yield record, level
        if level < trees.DEPTH_MAX:
            waiting += [(child, level + 1) for child in reversed(children.get(record.id, []))]


# -- suspected duplicates -----------------------------------------------------------------------------

_LEGAL_FORMS = re.compile(
    r"\b(cong ty|cty|tnhh|co phan|cp|mtv|mot thanh vien|doanh nghiep tu nhan|dntn|hop tac xa|htx)\b"
)


def plain_name(name: str) -> str:
    """Return a name without accents, case, legal form and marks: equal for names that look alike."""
    letters = unicodedata.normalize("NFD", name.casefold().replace("đ", "d"))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = re.sub(r"[^a-z0-9]+", " ", bare)
    return " ".join(_LEGAL_FORMS.sub(" ", words).split())


def suspected_duplicates(params: NoParams, view: View) -> Table:
    """List pairs of active objects with one tax code, or with names that look alike."""
    active = [record.data for record in view.all("object") if record.data.active]
    rows = [
        *_pairs(active, lambda data: data.tax_code, "Cùng mã số thuế"),
        *_pairs(active, lambda data: plain_name(data.name), "Tên gần giống nhau"),
    ]
    columns = (
        Column("code", Label("Mã", "Code")),
        Column("name", Label("Tên", "Name")),
        Column("other_code", Label("Mã nghi trùng", "Suspected code")),
        Column("other_name", Label("Tên nghi trùng", "Suspected name")),
        Column("reason", Label("Lý do", "Reason")),
    )
    return Table(columns, tuple(rows), Label("Danh mục trùng nghi ngờ", "Suspected duplicates"))


def _pairs(
    entries: list[ObjectEntry], of: Callable[[ObjectEntry], str], reason: str
) -> Iterator[tuple[Any, ...]]:
    """Pair every entry with the first one of its group."""
    first: dict[str, ObjectEntry] = {}
    for data in entries:
        value = of(data)
        if not value:
            continue
        same = first.setdefault(value, data)
        if same is not data:
            yield (same.code, same.name, data.code, data.name, reason)
