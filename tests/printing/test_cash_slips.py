"""06-TT, 07-TT and 09-TT, which module cash brings, as PDF."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from lienso.kernel import Kernel
from lienso.pdf import print_report
from lienso.testing import kernels
from lienso.testing.kernels import actor

from .books import NAME, furnish, receipt, save, text_of


@pytest.fixture(scope="module")
def head() -> Iterator[Kernel]:
    with kernels.cloud() as kernel:
        furnish(kernel)
        save(kernel, "cash_receipt", receipt(no="PT00127"))
        pays = {"line": 1, "debit": "6427", "credit": "1111", "amount": 1_500_000}
        paid = {"no": "PC00009", "posting_date": "2026-03-02", "reason": "Văn phòng phẩm"}
        save(kernel, "cash_payment", {**paid, "lines": [pays]})
        save(kernel, "currency", {"code": "XAU", "name": "lượng vàng", "decimals": 2})
        gold = {"currency": "XAU", "rate": "80000000", "fc_amount": "2", "description": "SJC 99,99"}
        comes = {"line": 1, "debit": "1112", "credit": "711", "amount": 160_000_000, **gold}
        save(
            kernel,
            "cash_receipt",
            {"no": "PT00128", "posting_date": "2026-03-02", "lines": [comes]},
        )
        yield kernel


DAYS = {"from_date": "2026-03-01", "to_date": "2026-03-31"}


@pytest.mark.parametrize(
    ("report", "params", "code", "texts"),
    [
        (
            "cash.money_receipt",
            {"voucher": "PT00127"},
            "06-TT",
            ("BIÊN LAI THU TIỀN", "Số tiền thu", "15.750.000 đồng", "Người thu tiền"),
        ),
        (
            "cash.gold_list",
            {"voucher": "PT00128"},
            "07-TT",
            ("BẢNG KÊ VÀNG TIỀN TỆ", "SJC 99,99", "lượng vàng", "80.000.000", "160.000.000"),
        ),
        (
            "cash.expense_list",
            DAYS,
            "09-TT",
            ("BẢNG KÊ CHI TIỀN", "PC00009", "Văn phòng phẩm", "Một triệu năm trăm nghìn đồng"),
        ),
    ],
)
def test_a_slip_is_printed_with_its_boxes(
    head: Kernel, report: str, params: dict[str, Any], code: str, texts: tuple[str, ...]
) -> None:
    made = print_report(head, actor(head), report, params)

    text = text_of(made.data)
    assert made.forms == (code,)
    for wanted in (NAME, f"Mẫu số {code}", *texts):
        assert wanted in text
