"""A small module with a catalog and a voucher of lines, and sheets for both."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Annotated, Any

from lienso import (
    Finding,
    ImportColumn,
    ImportSheet,
    Label,
    Manifest,
    RecordType,
    hookimpl,
)
from lienso.fields import Body, CatalogEntry, Money, Quantity, Ref, Voucher
from lienso.importing import (
    ImportPlan,
    RawSheet,
    check_sheets,
)
from lienso.kernel import Kernel
from lienso.testing.kernels import actor
from pydantic import Field


class Partner(CatalogEntry):
    parent: Annotated[str | None, Ref("partner")] = None
    size: str = "small"


class Line(Body):
    line: int
    account: str = ""
    amount: Money = 0
    rate: Quantity | None = None
    partner: Annotated[str | None, Ref("partner")] = None


class Note(Voucher):
    partner: Annotated[str | None, Ref("partner")] = None
    lines: list[Line] = Field(default_factory=list)


def no_parent_account(value: Any, view: Any) -> Finding | None:
    if value == "111":
        return Finding("error", "account_is_parent", values={"account": value})
    return None


def not_both(values: Mapping[str, Any], view: Any) -> Sequence[Finding]:
    if values.get("lines.amount", 0) < 0:
        return [Finding("error", "amount_zero", "lines.amount")]
    return []


PARTNERS = ImportSheet(
    "Đối tượng",
    "partner",
    (
        ImportColumn("Mã", "code", required=True),
        ImportColumn("Tên", "name"),
        ImportColumn("Thuộc", "parent", "code", "partner"),
        ImportColumn("Quy mô", "size", "choice", choices={"Nhỏ": "small", "Lớn": "large"}),
    ),
)
NOTES = ImportSheet(
    "Phiếu",
    "note",
    (
        ImportColumn("Ngày hạch toán", "posting_date", "date", required=True),
        ImportColumn("Số chứng từ", "no", required=True),
        ImportColumn("Diễn giải", "description"),
        ImportColumn("Mã đối tượng", "partner", "code", "partner"),
        ImportColumn("TK", "lines.account", required=True, check=no_parent_account),
        ImportColumn("Số tiền", "lines.amount", "money"),
        ImportColumn("Tỷ giá", "lines.rate", "decimal"),
        ImportColumn("Đối tượng", "lines.partner", "code", "partner"),
    ),
    group_by=("no", "posting_date"),
    check=not_both,
)


def module(*sheets: ImportSheet) -> SimpleNamespace:
    types = [
        RecordType("note", Label("Phiếu", "Note"), Note, "voucher", "NV"),
        RecordType("partner", Label("Đối tượng", "Partner"), Partner, "catalog", tree="leaves"),
    ]

    def check(record: Any, before: Any, view: Any) -> Iterator[Finding]:
        if record.type == "note" and record.data.posting_date < datetime.date(2026, 3, 1):
            yield Finding("error", "before_start", "posting_date")
        if record.type == "note":
            for line in record.data.lines:
                if line.amount == 13:
                    yield Finding("error", "amount_zero", "amount", line.line)
                if line.amount == 7:
                    yield Finding("warning", "vat_differs", "lines.amount", line.line)

    return SimpleNamespace(
        MANIFEST=Manifest("toy", "Thử", "1.0"),
        lienso_record_types=hookimpl(lambda: types, specname="lienso_record_types"),
        lienso_import_sheets=hookimpl(lambda: sheets, specname="lienso_import_sheets"),
        lienso_check_record=hookimpl(check, specname="lienso_check_record"),
    )


HEAD = ["Ngày hạch toán (*)", "Số chứng từ (*)", "Diễn giải", "Mã đối tượng", "TK (*)", "Số tiền"]
DAY = datetime.date(2026, 3, 2)
TITLE: list[Any] = ["CÔNG TY", "", "", "", "", ""]


def notes(*rows: Sequence[Any], head: Sequence[str] = HEAD) -> RawSheet:
    return RawSheet("Phiếu", [TITLE, TITLE, list(head), *rows])


def partners(*rows: Sequence[Any]) -> RawSheet:
    return RawSheet("Đối tượng", [["Mã (*)", "Tên (*)", "Thuộc", "Quy mô"], *rows])


def check(kernel: Kernel, *sheets: RawSheet) -> ImportPlan:
    return check_sheets(kernel, actor(kernel), sheets)


def found(plan: ImportPlan) -> list[tuple[int, str, str, str]]:
    return [(f.row, f.column, f.code, f.value) for f in plan.findings]


def saved(kernel: Kernel, type: str) -> list[Any]:
    return kernel.read(actor(kernel), lambda view: [record.data for record in view.all(type)])
