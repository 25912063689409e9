"""Spec codes from a sheet, into any voucher whose lines can have them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import pytest
from lienso import Entry, Label, Manifest, Record, RecordType, hookimpl
from lienso.fields import Body, Day, Quantity, Ref
from lienso.testing.case_world import World
from lienso.testing.cases import load_cases, run_case
from lienso.testing.kernels import cloud
from lienso.view import View
from pydantic import Field

from .company import Company

MODULES = ("system", "catalog", "general_ledger", "utilities")
SPECIFICATION = Path(__file__).resolve().parents[3].parent / "shared" / "spec" / "cases"


class Spec(Body):
    """Spec values of a part of a line."""

    values: list[str]
    qty: Quantity


class StockLine(Body):
    """A line of the test's receipt."""

    line: int = 1
    item: Annotated[str, Ref("item")]
    warehouse: Annotated[str | None, Ref("warehouse")] = None
    qty: Quantity
    specs: list[Spec] = Field(default_factory=list)


class Receipt(Body):
    """A receipt of the test."""

    no: str = ""
    posting_date: Day
    lines: list[StockLine] = Field(default_factory=list)


def _post(record: Record[Any], ledger: str, view: View) -> Mapping[str, Sequence[Entry]]:
    return {}


class Stock:
    """Owns receipts whose lines have specs."""

    MANIFEST = Manifest("stock_test", "Kho thử", "1.0", requires=("catalog",))

    @hookimpl
    def lienso_record_types(self) -> Sequence[RecordType]:
        label = Label("Nhập kho", "Stock receipt")
        return [
            RecordType("stock_receipt", label, Receipt, "voucher", number_prefix="NK", post=_post)
        ]


@pytest.fixture
def head() -> Iterator[Company]:
    with cloud(MODULES, plugins={"stock_test": Stock()}) as kernel:
        company = Company(kernel)
        for code, columns in (("MAY", [("IMEI", True)]), ("AO", [("Màu", False), ("Cỡ", False)])):
            made = [{"name": name, "unique": unique} for name, unique in columns]
            company.save("item", code=code, name=code, kind="goods", unit="cái", spec_columns=made)
        company.save("item", code="XI", name="XI", kind="goods", unit="cái")
        company.save("warehouse", code="K1", name="K1")
        yield company


def receipt(head: Company, *lines: tuple[str, str], no: str = "NK1", **more: Any) -> Any:
    made = [
        {"line": at, "item": item, "qty": qty, "warehouse": "K1"}
        for at, (item, qty) in enumerate(lines, 1)
    ]
    body = {"no": no, "posting_date": "2026-03-01", "lines": made}
    return head.kernel.save(head.by, "stock_receipt", body, **more).record


def take(head: Company, *rows: dict[str, Any]) -> dict[str, Any]:
    return head.call("import_spec_codes", rows=list(rows))


def row(*values: str, item: str = "AO", qty: str = "1", voucher: str = "NK1") -> dict[str, Any]:
    return {"voucher": voucher, "item": item, "values": list(values), "qty": qty}


def specs(head: Company, id: str) -> list[list[tuple[list[str], str]]]:
    lines = head.get("stock_receipt", id).data.lines
    return [[(one.values, str(one.qty)) for one in line.specs] for line in lines]


def test_the_worked_case_of_the_specification_comes_out_with_such_receipts() -> None:
    if not SPECIFICATION.is_dir():
        pytest.skip("the specification is not beside this checkout")
    named = "import_spec_codes_of_a_receipt"
    case = next(c for c in load_cases(SPECIFICATION / "inventory.json") if c.name == named)

    result = run_case(case, world=World(MODULES, {"stock_test": Stock()}))

    assert result.passed, str(result)


def test_a_sheet_is_read_by_its_headings(head: Company) -> None:
    made = receipt(head, ("AO", "3"))
    sheet = {"Loại chứng từ": "Nhập kho", "Số chứng từ (*)": "NK1", "Ngày hạch toán": "01/03/2026"}
    sheet |= {"Mã hàng (*)": "AO", "Kho": "K1"}
    rows = [
        {**sheet, "Mã quy cách 1": "Đỏ", "Mã quy cách 2": "M", "Số lượng": "1,5"},
        {**sheet, "Mã quy cách 1": "Xanh", "Mã quy cách 2": "L", "Số lượng": "1,5"},
    ]

    done = take(head, *rows)

    assert (done["imported"], done["errors"]) == (2, [])
    assert specs(head, made.id) == [[(["Đỏ", "M"], "1.5"), (["Xanh", "L"], "1.5")]]


def test_equal_lines_are_filled_in_order_and_former_specs_are_replaced(head: Company) -> None:
    made = receipt(head, ("AO", "2"), ("AO", "3"))
    take(head, row("Cũ", "S", qty="5"))

    take(head, row("Đỏ", "M", qty="4"), row("Xanh", "L"))

    assert specs(head, made.id) == [
        [(["Đỏ", "M"], "2")],
        [(["Đỏ", "M"], "2"), (["Xanh", "L"], "1")],
    ]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([row("Đỏ", qty="2")], "spec_columns_differ"),
        ([row("1", item="XI", qty="2")], "not_spec_tracked"),
        ([row("I1", item="MAY", qty="2")], "unique_spec_qty_not_one"),
        ([row("I1", item="MAY"), row("I1", item="MAY")], "spec_code_exists"),
        ([row("Đỏ", "M", qty="1")], "spec_qty_differs"),
        ([row("Đỏ", "M", qty="3")], "spec_qty_differs"),
        ([{**row("Đỏ", "M"), "item": "XXX"}], "not_found"),
        ([{**row("Đỏ", "M"), "posting_date": "2026-03-02"}], "not_found"),
        ([{**row("Đỏ", "M"), "qty": "hai"}], "bad_number"),
    ],
)
def test_a_voucher_with_a_wrong_row_is_left_alone_and_others_are_taken(
    head: Company, rows: list[dict[str, Any]], code: str
) -> None:
    wrong = receipt(head, ("AO", "2"), ("MAY", "2"), ("XI", "2"))
    right = receipt(head, ("AO", "1"), no="NK2")

    done = take(head, *rows, row("Đỏ", "M", voucher="NK2"))

    assert code in [error["code"] for error in done["errors"]]
    assert done["imported"] == 1
    assert specs(head, wrong.id) == [[], [], []]
    assert specs(head, right.id) == [[(["Đỏ", "M"], "1")]]


def test_all_rows_that_are_wrong_are_named_at_once(head: Company) -> None:
    receipt(head, ("AO", "2"), ("XI", "2"))

    done = take(head, row("Đỏ"), row("1", item="XI"), row("a", "b", voucher="NK9"))

    assert [(one["voucher"], one["code"]) for one in done["errors"]] == [
        ("NK1", "spec_columns_differ"),
        ("NK1", "not_spec_tracked"),
        ("NK9", "not_found"),
    ]


def test_a_posted_voucher_keeps_its_specs(head: Company) -> None:
    made = receipt(head, ("AO", "1"), post=("financial",))

    done = take(head, row("Đỏ", "M"))

    assert [error["code"] for error in done["errors"]] == ["already_posted"]
    assert specs(head, made.id) == [[]]
