"""Deleting the spec codes of an item from what moved, and putting them back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import pytest
from lienso import (
    Book,
    Dimension,
    Entry,
    Label,
    LiensoError,
    Manifest,
    Measure,
    Record,
    RecordType,
    hookimpl,
)
from lienso.fields import Body, Day, Quantity, Ref
from lienso.testing.kernels import Clock, cloud
from lienso.view import View
from pydantic import Field

from .moving import Books


class Spec(Body):
    """Spec values of a part of a line."""

    values: list[str]
    qty: Quantity


class StockLine(Body):
    """A line of the test's stock voucher."""

    line: int = 1
    item: Annotated[str, Ref("item")]
    qty: Quantity
    lot: str = ""
    specs: list[Spec] = Field(default_factory=list)


class StockSlip(Body):
    """A stock voucher of the test."""

    no: str = ""
    posting_date: Day
    lines: list[StockLine] = Field(default_factory=list)


def _post(record: Record[Any], ledger: str, view: View) -> Mapping[str, Sequence[Entry]]:
    return {
        "stock": [
            Entry(
                line.line,
                side,
                ledger,
                record.data.posting_date,
                dimensions={"item": line.item, "spec": "/".join(spec.values), "lot": line.lot},
                measures={"qty": int(spec.qty * 100), "value": int(spec.qty) * 1_000},
            )
            for line in record.data.lines
            for side, spec in enumerate(line.specs)
        ]
    }


class StockPlugin:
    """Owns the stock book and its slips."""

    MANIFEST = Manifest("warehouse_test", "Kho thử", "1.0", requires=("catalog",))

    @hookimpl
    def lienso_books(self) -> Sequence[Book]:
        names = (
            Dimension("item", "item"),
            Dimension("warehouse", "warehouse"),
            *(Dimension(name) for name in ("spec", "lot", "expiry")),
        )
        return [Book("stock", Label("Kho", "Stock"), names, (Measure("qty", 2), Measure("value")))]

    @hookimpl
    def lienso_record_types(self) -> Sequence[RecordType]:
        label = Label("Phiếu kho", "Stock slip")
        return [
            RecordType("stock_slip", label, StockSlip, "voucher", number_prefix="PK", post=_post)
        ]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def head(clock: Clock) -> Iterator[Books]:
    plugins = {"warehouse_test": StockPlugin()}
    with cloud(("system", "catalog"), plugins=plugins, clock=clock) as kernel:
        books = Books(kernel)
        columns = [{"name": "IMEI", "unique": True}]
        books.save("item", code="A", name="A", kind="goods", unit="cái", spec_columns=columns)
        for value in ("I1", "I2"):
            books.save("spec_code", item="A", values=[value])
        specs = [{"values": [value], "qty": "1"} for value in ("I1", "I2")]
        slip = {
            "posting_date": "2026-02-01",
            "lines": [{"line": 1, "item": "A", "qty": "2", "specs": specs}],
        }
        kernel.save(books.by, "stock_slip", slip, post=("financial",))
        yield books


def stock(books: Books, *by: str) -> dict[tuple[str, ...], tuple[int, ...]]:
    found: dict[tuple[str, ...], tuple[int, ...]] = books.read(
        lambda view: view.book("stock").sum(("qty", "value"), by=by)
    )
    return found


def refused(books: Books, function: str, **params: Any) -> str:
    with pytest.raises(LiensoError) as caught:
        books.call(function, **params)
    return caught.value.code


def test_spec_codes_go_and_come_back_and_nothing_else_changes(head: Books) -> None:
    whole, by_spec = stock(head), stock(head, "spec")

    done = head.call("delete_spec_code_history", items=["A"], confirm=True)

    assert (done["spec_lines_deleted"], done["spec_codes_deleted"]) == (2, 2)
    assert done["stock"] == [{"item": "A", "warehouse": "", "qty": "2.00", "value": 2_000}]
    assert (stock(head), stock(head, "spec")) == (whole, {("",): whole[()]})
    (slip,) = head.read(lambda view: list(view.all("stock_slip")))
    assert slip.data.lines[0].specs == []

    back = head.call("restore_spec_code_history", items=["A"])

    assert back == {"spec_lines_restored": 2, "spec_codes_restored": 2}
    assert stock(head, "spec") == by_spec
    (slip,) = head.read(lambda view: list(view.all("stock_slip")))
    assert [spec.values for spec in slip.data.lines[0].specs] == [["I1"], ["I2"]]
    assert refused(head, "restore_spec_code_history", items=["A"]) == "nothing_to_process"


def test_it_asks_first_and_only_of_items_with_specs(head: Books) -> None:
    head.save("item", code="B", name="B", kind="goods", unit="cái")

    assert refused(head, "delete_spec_code_history", items=["A"]) == "confirmation_required"
    found = refused(head, "delete_spec_code_history", items=["A", "B"], confirm=True)
    assert found == "not_spec_tracked"


def test_nothing_comes_back_over_other_columns_or_after_thirty_days(
    head: Books, clock: Clock
) -> None:
    head.call("delete_spec_code_history", items=["A"], confirm=True)
    item = head.get("item", "A")
    columns = [{"name": "Serial", "unique": True}]
    head.save("item", item.id, spec_columns=columns)

    assert refused(head, "restore_spec_code_history", items=["A"]) == "changed_since"

    clock.advance(31 * 86_400)
    assert refused(head, "restore_spec_code_history", items=["A"]) == "nothing_to_process"
