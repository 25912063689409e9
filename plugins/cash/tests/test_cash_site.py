"""Cash at an office: entered and printed offline, posted when it arrives (spec §1, §5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from lienso import LiensoError
from lienso.kernel import Kernel
from lienso.testing.kernels import actor, go_offline, go_online, office, synchronization

BODY = {
    "posting_date": "2026-03-02",
    "payer_receiver": "Ông A",
    "lines": [{"line": 1, "debit": "1111", "credit": "711", "amount": 500_000}],
}


@pytest.fixture
def site(company: Any) -> Iterator[Kernel]:
    with office(company.kernel, "S1") as kernel:
        yield kernel


def test_a_receipt_is_entered_and_printed_offline_and_posted_on_arrival(
    company: Any, site: Kernel
) -> None:
    go_offline(site)
    saved = site.save(actor(site), "cash_receipt", BODY, post=("financial",)).record
    kind = site.registry.record_types["cash_receipt"]
    assert kind.print is not None
    text = site.read(actor(site), lambda view: kind.print(saved, view))
    go_online(site)

    synchronization(site).push()

    assert "Năm trăm nghìn đồng" in text
    there = company.kernel.get(company.by, "cash_receipt", saved.id)
    assert there.posted()
    assert company.figure("cash.fund_balance")["total"] == 500_000


def test_a_count_is_printed_offline_without_the_books(site: Kernel) -> None:
    go_offline(site)
    body = {"date": "2026-03-31", "denominations": [{"value": 500_000, "sheets": 2}]}
    saved = site.save(actor(site), "cash_count", body).record
    kind = site.registry.record_types["cash_count"]
    assert kind.print is not None

    text = site.read(actor(site), lambda view: kind.print(saved, view))

    book = next(line for line in text.splitlines() if "Số dư theo sổ quỹ" in line)
    assert book.rstrip().endswith("....")
    assert "1.000.000" in text


def test_an_office_says_nothing_about_an_overdraft_it_cannot_know(site: Kernel) -> None:
    go_offline(site)
    lines = [{"line": 1, "debit": "6427", "credit": "1111", "amount": 500_000}]
    body = {"posting_date": "2026-03-02", "lines": lines}

    saved = site.save(actor(site), "cash_payment", body, post=("financial",))

    assert saved.findings == ()


def test_the_list_of_an_office_says_whose_vouchers_it_has(site: Kernel) -> None:
    go_offline(site)
    site.save(actor(site), "cash_receipt", BODY)
    params = {"from_date": "2026-03-01", "to_date": "2026-03-31"}

    table = site.report(actor(site), "cash.voucher_list", params)

    assert "chỉ gồm chứng từ tại máy chủ này" in table.subtitle
    assert len(table.rows) == 1


def test_figures_are_blank_offline_and_live_online(company: Any, site: Kernel) -> None:
    company.post(company.receipt(500_000))

    live = site.figure(actor(site), "cash.fund_balance", {})
    go_offline(site)
    blank = site.figure(actor(site), "cash.fund_balance", {})

    assert (live.state, live.value["total"]) == ("live", 500_000)
    assert (blank.state, blank.value) == ("offline", None)


def test_a_book_report_is_refused_offline(site: Kernel) -> None:
    go_offline(site)

    with pytest.raises(LiensoError) as caught:
        site.report(
            actor(site), "cash.fund_book", {"from_date": "2026-03-01", "to_date": "2026-03-31"}
        )

    assert caught.value.code == "offline_refused"


def test_a_wish_to_settle_a_document_travels_with_the_receipt(company: Any, site: Kernel) -> None:
    go_offline(site)
    hint = [{"voucher_id": "BH00012", "amount": 500_000}]
    saved = site.save(actor(site), "cash_receipt", {**BODY, "settle_hint": hint}).record
    go_online(site)

    synchronization(site).push()

    there = company.kernel.get(company.by, "cash_receipt", saved.id)
    assert [(h.voucher_id, h.amount) for h in there.data.settle_hint] == [("BH00012", 500_000)]
