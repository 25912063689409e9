"""The bank at an office: vouchers are entered and printed offline, the rest needs the cloud (spec §1, §5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from lienso.kernel import Kernel
from lienso.testing.kernels import actor, catch_up, go_offline, go_online, office, synchronization

LINES = [{"line": 1, "debit": "331", "credit": "1121", "amount": 500_000, "object": "NCC01"}]
BODY = {"posting_date": "2026-03-04", "bank_account": "VCB", "lines": LINES}


@pytest.fixture
def site(company: Any) -> Iterator[Kernel]:
    with office(company.kernel, "S1") as kernel:
        catch_up(kernel)
        yield kernel


def test_an_order_is_entered_and_printed_offline_and_posted_on_arrival(
    company: Any, site: Kernel
) -> None:
    company.receipt(1_000_000)
    go_offline(site)
    there = {"number": "999", "bank_name": "ACB", "name": "Thép Việt"}
    body = {**BODY, "object_bank_account": there}
    saved = site.save(actor(site), "bank_payment", body, post=("financial",)).record
    kind = site.registry.record_types["bank_payment"]
    assert kind.print is not None
    text = site.read(actor(site), lambda view: kind.print(saved, view))
    go_online(site)

    synchronization(site).push()

    assert "ỦY NHIỆM CHI" in text
    assert "Năm trăm nghìn đồng" in text
    assert "999 – ACB" in text
    arrived = company.kernel.get(company.by, "bank_payment", saved.id)
    assert (arrived.data.no, arrived.posted()) == ("UNC00001", True)


def test_figures_are_blank_offline_and_live_online(company: Any, site: Kernel) -> None:
    company.receipt(700_000)

    live = site.figure(actor(site), "bank.deposit_balance", {})
    go_offline(site)
    blank = site.figure(actor(site), "bank.deposit_balance", {})

    assert (live.state, live.value["total"]) == ("live", 700_000)
    assert (blank.state, blank.value) == ("offline", None)


def test_the_reconciliation_runs_in_the_cloud_and_is_refused_offline(
    company: Any, site: Kernel, refused: Any
) -> None:
    record = company.payment(500_000, "2026-03-04")
    company.statement({"date": "2026-03-04", "out": 500_000})
    params = {"bank_account": "VCB", "action": "auto_match"}

    result = site.invoke(actor(site), "bank.reconcile", params)
    go_offline(site)
    error = refused(lambda: site.invoke(actor(site), "bank.reconcile", params))

    assert [row["vouchers"] for row in result["matched"]] == [[record.data.no]]
    assert error.code == "offline_refused"


def test_a_statement_is_no_matter_of_an_office_without_a_line(site: Kernel, refused: Any) -> None:
    go_offline(site)
    days = {"date": "2026-03-31", "from_date": "2026-03-01", "to_date": "2026-03-31"}

    error = refused(
        lambda: site.save(actor(site), "bank_statement", {"bank_account": "VCB", **days})
    )

    assert error.code == "offline_refused"


def test_the_orders_that_wait_are_listed_offline_with_what_is_known_here(site: Kernel) -> None:
    go_offline(site)
    site.save(actor(site), "bank_payment", BODY)

    table = site.report(
        actor(site),
        "bank.waiting_payments",
        {"from_date": "2026-03-01", "to_date": "2026-03-31"},
    )

    assert "chỉ gồm chứng từ tại máy chủ này" in table.subtitle
    assert [row[7] for row in table.rows] == [500_000]


@pytest.mark.parametrize(
    ("method", "taken", "given"),
    [
        ("transfer_order", "UNC00001", "UNC00002"),
        ("cash_cheque", "STM00001", "STM00002"),
        ("transfer_cheque", "SCK00001", "SCK00002"),
    ],
)
def test_a_number_that_another_office_took_is_replaced_by_one_of_its_own_series(
    company: Any, site: Kernel, method: str, taken: str, given: str
) -> None:
    go_offline(site)
    saved = site.save(actor(site), "bank_payment", {**BODY, "method": method}).record
    first = company.payment(1_000, method=method, post=False)
    go_online(site)
    synchronization(site).push()

    rows = synchronization(site).renumber()
    synchronization(site).push()

    assert (saved.data.no, first.data.no) == (taken, taken)
    assert [(row["old"], row["new"]) for row in rows] == [(taken, given)]
    assert company.kernel.get(company.by, "bank_payment", saved.id).data.no == given
    assert company.payment(2_000, method=method, post=False).data.no == f"{given[:3]}00003"
