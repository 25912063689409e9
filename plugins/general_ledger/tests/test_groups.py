"""Chứng từ ghi sổ (spec §4.2)."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Company, pair, refused

RUN = "general_ledger.journal_vouchers"
MARCH = {"from_date": "2026-03-01", "to_date": "2026-03-31", "voucher_types": ["journal"]}


@pytest.fixture
def trader(company: Company) -> Company:
    company.untrack(["1388"])
    for number in ("NVK1", "NVK2"):
        company.posted(pair("6427", "1388", 100), pair("1388", "711", 40), no=number)
    return company


def made(company: Company, **more: Any) -> dict[str, Any]:
    return company.invoke(RUN, action="create", date="2026-03-31", **{**MARCH, **more})


def test_a_group_sums_its_vouchers_by_pair(trader: Company) -> None:
    trader.journal(pair("6427", "1388", 7))

    group = made(trader)

    assert (group["no"], group["vouchers"]) == ("CTGS00001", ["NVK1", "NVK2"])
    assert group["rows"] == [
        {"debit": "1388", "credit": "711", "amount": 80},
        {"debit": "6427", "credit": "1388", "amount": 200},
    ]
    assert group["total"] == 280


def test_a_voucher_is_in_one_group_and_stays_in_the_books_meanwhile(trader: Company) -> None:
    made(trader, vouchers=["NVK1"])
    record = trader.read(lambda view: view.by_number("NVK1"))

    error = refused(lambda: trader.kernel.unpost(trader.by, record.id))
    rest = made(trader)
    trader.invoke(RUN, action="delete", no="CTGS00001")
    trader.kernel.unpost(trader.by, record.id)

    assert (error.code, error.detail) == ("in_journal_group", {"group": "CTGS00001"})
    assert rest["vouchers"] == ["NVK2"]
    assert rest["skipped"] == [
        {"voucher": "NVK1", "reason": "already_grouped", "group": "CTGS00001"}
    ]


def test_a_group_is_changed_to_other_vouchers(trader: Company) -> None:
    made(trader)

    group = trader.invoke(RUN, action="update", no="CTGS00001", vouchers=["NVK2"], summary="Chi")

    assert (group["vouchers"], group["total"]) == (["NVK2"], 140)
    again = made(trader)
    assert again["vouchers"] == ["NVK1"]


def test_a_draft_is_left_out_with_its_reason(trader: Company) -> None:
    trader.journal(pair("6427", "1388", 7), no="NVK3")

    group = made(trader, vouchers=["NVK1", "NVK3"])

    assert group["skipped"] == [{"voucher": "NVK3", "reason": "not_posted", "group": None}]


def test_no_voucher_makes_no_group(trader: Company) -> None:
    assert refused(lambda: made(trader, from_date="2026-03-30")).code == "line_empty"


def test_a_group_typed_by_hand_takes_no_voucher_of_another(trader: Company) -> None:
    made(trader, vouchers=["NVK1"])
    body = {"no": "CTGS9", "date": "2026-03-31", "vouchers": ["NVK2"]}

    trader.save("journal_group", body)
    error = refused(
        lambda: trader.save("journal_group", {**body, "no": "CTGS8", "vouchers": ["NVK2"]})
    )

    assert error.code == "in_journal_group"


def test_the_print_shows_pairs_and_total(trader: Company) -> None:
    made(trader, summary="Chi phí tháng 3")

    text = trader.invoke(RUN, action="print", no="CTGS00001")["text"]

    assert "S02a-DN" in text
    assert "Chi phí tháng 3" in text
    assert "280" in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("params", [{"action": "create"}, {"action": "update"}])
def test_what_an_action_needs_is_asked_for(trader: Company, params: dict[str, Any]) -> None:
    assert refused(lambda: trader.invoke(RUN, **params)).code == "field_required"
