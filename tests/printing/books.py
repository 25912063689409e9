"""A company with vouchers of every kind, and the text of a PDF."""

from __future__ import annotations

import io
from typing import Any

import pypdf
from lienso import Record
from lienso.kernel import Kernel
from lienso.pdf import print_records
from lienso.testing.kernels import actor

NAME = "CÔNG TY CỔ PHẦN VẬT TƯ BƯỞI PHÚC TRẠCH"
ADDRESS = "Số 18 ngõ 42 phố Nguyễn Hữu Thọ, quận Hoàng Mai, Hà Nội"
COMPANY = {
    "code": "CTY",
    "kind": "company",
    "name": NAME,
    "address": ADDRESS,
    "tax_code": "0100109106",
    "director": "Nguyễn Văn Đức",
    "chief_accountant": "Trần Thị Hoà",
    "cashier": "Lê Thuý Quỳnh",
}
DAY = "2026-03-02"


def text_of(data: bytes) -> str:
    """Return the text of all pages, with one space between words."""
    return " ".join(" ".join(pages_of(data)).split())


def pages_of(data: bytes) -> list[str]:
    """Return the text of each page."""
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]


def save(kernel: Kernel, type: str, body: dict[str, Any], *, post: bool = False) -> Record[Any]:
    """Save a record."""
    ledgers = ["financial"] if post else []
    return kernel.save(actor(kernel), type, body, post=ledgers, ignore_warnings=True).record


def line(debit: str, credit: str, amount: int, **more: Any) -> dict[str, Any]:
    """Return a line of a voucher."""
    return {"line": 1, "debit": debit, "credit": credit, "amount": amount, **more}


def receipt(**more: Any) -> dict[str, Any]:
    """Return a receipt of 15.750.000 đồng."""
    body = {
        "posting_date": DAY,
        "payer_receiver": "Nguyễn Thị Thuỳ Dương",
        "address": "Thôn Đoài, xã Quỳnh Lưu, huyện Nho Quan",
        "reason": "Thu tiền khách hàng theo hoá đơn 127",
        "attached_count": 2,
        "lines": [line("1111", "711", 15_750_000)],
    }
    return {**body, **more}


def furnish(kernel: Kernel, bank: str = "1121") -> Kernel:
    """Give a company its names, and money to work with."""
    save(kernel, "org_unit", COMPANY)
    save(kernel, "object", {"code": "KH001", "name": "Công ty TNHH Hoàng Ngọc Ánh", "is_customer": True, "is_supplier": True })  # fmt: skip
    save(kernel, "object", {"code": "NV001", "name": "Vũ Quốc Khánh", "is_employee": True, "org_unit": "CTY"})  # fmt: skip
    save(kernel, "bank_account", {"code": "VCB", "number": "0011004455667", "bank_name": "Vietcombank Hà Nội", "ledger_account": bank})  # fmt: skip
    return kernel


def printed(kernel: Kernel, type: str, *names: str, **asked: Any) -> str:
    """Return the text of records on their form."""
    return text_of(print_records(kernel, actor(kernel), type, names, **asked).data)
