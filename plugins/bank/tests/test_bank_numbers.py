"""Transfer orders and cheques count by themselves, wherever numbers are given (spec §2)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lienso.testing.kernels import cloud

from .conftest import MODULES, Company

pytest.importorskip("lienso_utilities", reason="numbers vouchers anew")

MARCH = {"from_date": "2026-03-01", "to_date": "2026-03-31", "digits": 5}


@pytest.fixture
def head() -> Iterator[Company]:
    with cloud((*MODULES, "utilities")) as kernel:
        yield Company(kernel)


def numbers(head: Company) -> list[str]:
    records = head.kernel.read(head.by, lambda view: list(view.all("bank_payment")))
    return sorted(record.data.no for record in records)


def renumber(head: Company, group: str, prefix: str) -> list[tuple[str, str]]:
    params = {**MARCH, "voucher_group": group, "prefix": prefix}
    done = head.kernel.invoke(head.by, "utilities.renumber_vouchers", params)
    return [(row["old"], row["new"]) for row in done["changed"]]


def test_numbering_orders_anew_leaves_cheques_alone(head: Company) -> None:
    head.payment(1, no="UNC9")
    head.payment(1, method="cash_cheque", no="STM9")
    head.payment(1, method="transfer_cheque", no="SCK9")

    changed = renumber(head, "bank_payment", "UNC")

    assert changed == [("UNC9", "UNC00001")]
    assert numbers(head) == ["SCK9", "STM9", "UNC00001"]


def test_a_series_of_cheques_is_named_by_its_prefix_and_goes_on_after_it(head: Company) -> None:
    head.payment(1, "2026-03-03", method="cash_cheque", no="STM9")
    head.payment(1, "2026-03-02", method="cash_cheque", no="STM8", post=False)
    head.payment(1, no="UNC9")

    changed = renumber(head, "STM", "STM")

    assert changed == [("STM8", "STM00001"), ("STM9", "STM00002")]
    assert head.payment(1, method="cash_cheque").data.no == "STM00003"
    assert head.payment(1).data.no == "UNC00001"
