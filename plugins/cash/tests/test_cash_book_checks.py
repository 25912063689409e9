"""The checks of money: funds below nothing, odd foreign rows, transfers entered in cash and in bank."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from lienso.kernel import Kernel
from lienso.storage import RecordRef
from lienso.testing import faults
from lienso.testing.kernels import actor, cloud

MODULES = ("system", "catalog", "general_ledger", "cash", "bank")
CHECKS = ("cash.negative_day", "cash.ledger_vs_detail", "cash.double_transfer")


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    pytest.importorskip("lienso_bank", reason="a transfer may be entered there too")
    with cloud(MODULES) as head:
        save(head, "currency", code="USD", name="USD")
        account = {"code": "VCB", "name": "VCB", "number": "1", "bank_name": "VCB"}
        save(head, "bank_account", ledger_account="1121", **account)
        yield head


def save(head: Kernel, type: str, **fields: Any) -> Any:
    return head.save(actor(head), type, fields).record


def post(
    head: Kernel, type: str, debit: str, credit: str, amount: int, day: str, **more: Any
) -> Any:
    header = {name: more.pop(name) for name in ("branch", "no") if name in more}
    if debit == "1121":
        more["bank_account"] = "VCB"
        header |= {"bank_account": "VCB"} if type == "bank_receipt" else {}
    row = {"line": 1, "debit": debit, "credit": credit, "amount": amount, **more}
    body = {"posting_date": day, "lines": [row], **header}
    done = head.save(actor(head), type, body, post=("financial",), ignore_warnings=True)
    assert done.record.posted(), done.findings
    return done.record


def found(head: Kernel, check: str, *days: str) -> list[dict[str, Any]]:
    return faults.problems(head, check, *days)


@pytest.mark.parametrize("check", CHECKS)
def test_sound_funds_have_nothing_to_find(kernel: Kernel, check: str) -> None:
    usd = {"currency": "USD", "fc_amount": "10", "rate": "25000"}
    post(kernel, "cash_receipt", "1111", "711", 500_000, "2026-03-02")
    post(kernel, "cash_receipt", "1112", "711", 250_000, "2026-03-02", **usd)
    post(kernel, "cash_payment", "811", "1112", 250_000, "2026-03-03", **usd)
    post(kernel, "cash_payment", "1121", "1111", 100_000, "2026-03-04")
    post(kernel, "cash_payment", "1121", "1111", 100_000, "2026-03-04")  # twice in cash is two

    assert found(kernel, check) == []


def test_a_stretch_is_told_on_its_first_day_in_each_fund(kernel: Kernel) -> None:
    unit = save(kernel, "org_unit", code="CN", name="CN", kind="branch")
    post(kernel, "cash_receipt", "1111", "711", 10, "2026-02-01")
    first = post(kernel, "cash_payment", "811", "1111", 15, "2026-02-03", no="PC1")
    post(kernel, "cash_payment", "811", "1111", 1, "2026-02-04")
    post(kernel, "cash_receipt", "1111", "711", 6, "2026-02-05")
    post(kernel, "cash_payment", "811", "1111", 3, "2026-02-03", no="PC3", branch=unit.id)

    rows = found(kernel, "cash.negative_day")

    named = [(r["date"], r.get("branch"), r["balance"], r["vouchers"]) for r in rows]
    assert named == [("2026-02-03", None, -5, ["PC1"]), ("2026-02-03", "CN", -3, ["PC3"])]
    assert rows[0]["records"] == [{"type": "cash_payment", "id": first.id}]
    assert (rows[0]["expected"], rows[0]["found"]) == (0, -5)
    assert [r.get("branch") for r in found(kernel, "cash.negative_day", "2026-02-04")] == []


def test_a_foreign_fund_is_below_nothing_by_its_units(kernel: Kernel) -> None:
    usd = {"currency": "USD", "rate": "25000"}
    post(kernel, "cash_receipt", "1112", "711", 250_000, "2026-03-02", fc_amount="10", **usd)
    cheaper = {"currency": "USD", "rate": "20000", "fc_amount": "11"}
    post(kernel, "cash_payment", "811", "1112", 220_000, "2026-03-03", **cheaper)

    (row,) = found(kernel, "cash.negative_day")

    assert (row["account"], row["currency"], row["found"]) == ("1112", "USD", "-1.00")
    assert (row["balance"], row["fc_balance"]) == (30_000, "-1.00")


def test_dong_without_units_and_units_without_a_currency_are_told(kernel: Kernel) -> None:
    usd = {"currency": "USD", "fc_amount": "10"}
    post(kernel, "cash_receipt", "1112", "711", 250_000, "2026-03-02", rate="25000", **usd)
    paid = post(kernel, "cash_payment", "811", "1112", 245_000, "2026-03-03", rate="24500", **usd)
    ref = RecordRef("journal", kernel.ids.new())
    odd = {"debit": 9, "fc_debit": 5 * 10_000}
    faults.add_entry(
        kernel, "general_ledger", ref, "2026-03-04", {"account": "1111"}, odd, number="NVK9"
    )

    rows = found(kernel, "cash.ledger_vs_detail")

    assert [(r["code"], r["account"], r["expected"], r["found"]) for r in rows] == [
        ("currency_missing", "1111", 0, "5.00"),
        ("vnd_left", "1112", 0, 5_000),
    ]
    assert rows[0]["vouchers"] == ["NVK9"]
    assert {"type": paid.type, "id": paid.id} in rows[1]["records"]


def test_a_transfer_in_cash_and_in_bank_is_told_once(kernel: Kernel) -> None:
    into = post(kernel, "cash_payment", "1121", "1111", 700, "2026-03-04", no="PC1")
    twin = post(kernel, "bank_receipt", "1121", "1111", 700, "2026-03-04", no="NTTK1")
    post(kernel, "bank_receipt", "1121", "1111", 700, "2026-03-05")
    post(kernel, "cash_payment", "1121", "1111", 701, "2026-03-04")

    (row,) = found(kernel, "cash.double_transfer")

    assert (row["date"], row["amount"], row["expected"], row["found"]) == (
        "2026-03-04", -700, 1, 2,
    )  # fmt: skip
    assert row["vouchers"] == ["NTTK1", "PC1"]
    assert {one["id"] for one in row["records"]} == {into.id, twin.id}
