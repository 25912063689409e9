"""A module that works, beside the ones that fail in `test_hook_crashes`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lienso import (
    Book,
    Capability,
    Label,
    Manifest,
    Measure,
    RecordType,
    Report,
    Table,
    hookimpl,
)
from lienso.fields import CatalogEntry, NoParams, Voucher
from lienso.forms import Form
from lienso.storage import Entry

BOOK = "things"


class Thing(CatalogEntry):
    """A catalog entry of the tests."""


class Slip(Voucher):
    """A voucher of the tests."""


def post_slip(record: Any, ledger: Any, _view: Any) -> dict[str, Sequence[Entry]]:
    """Write one entry."""
    if record.data.description == "fail":
        raise ValueError("boom")
    if record.data.description == "astray":
        return {"nowhere": []}
    return {BOOK: [Entry(1, 0, ledger, record.data.posting_date, "", {}, {"count": 1})]}


def fail(_params: NoParams, _session: Any) -> NoParams:
    """Run into an error."""
    raise ValueError("boom")


class Shop:
    """A module that works, beside the one that fails; it hears what all observers are told."""

    MANIFEST = Manifest("shop", "Cửa hàng", "1.0")

    def __init__(self) -> None:
        self.heard: list[str] = []

    @hookimpl
    def lienso_record_types(self) -> Sequence[RecordType]:
        slip = RecordType(
            "slip", Label("Phiếu", "Slip"), Slip, "voucher", number_prefix="S", post=post_slip
        )
        return [RecordType("thing", Label("Vật", "Thing"), Thing, "catalog"), slip]

    @hookimpl
    def lienso_books(self) -> Sequence[Book]:
        return [Book(BOOK, Label("Vật", "Things"), (), (Measure("count"),))]

    @hookimpl
    def lienso_reports(self) -> Sequence[Report]:
        title = Label("Danh sách vật", "Things")
        return [Report("shop.list", title, NoParams, lambda _p, _v: Table((), (), title))]

    @hookimpl
    def lienso_forms(self) -> Sequence[Form]:
        return [Form("shop-list", Label("Danh sách", "List"), __file__, reports=("shop.list",))]

    @hookimpl
    def lienso_capabilities(self) -> Sequence[Capability]:
        return [
            Capability("shop.run", Label("Chạy", "Run"), NoParams, NoParams, lambda p, _s: p),
            Capability("shop.fail", Label("Hỏng", "Fail"), NoParams, NoParams, fail),
            Capability("shop.nothing", Label("a", "b"), NoParams, NoParams, lambda _p, _s: None),
        ]
