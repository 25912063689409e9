"""Settlements and netting vouchers as records (spec `purchase.md` §4.0, §4.6)."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Company, codes, pair, refused


@pytest.fixture
def trader(company: Company) -> Company:
    roles = {"is_customer": True, "is_supplier": True}
    company.save("object", {"code": "KH", "name": "KH", **roles})
    company.untrack(["1388", "1111"])
    who = id_of(company)
    company.posted(pair("131", "5111", 100, object=who), no="BH1")
    company.posted(pair("1111", "131", 70, object=who), no="PT1")
    return company


def id_of(company: Company) -> str:
    return str(company.read(lambda view: view.id_of("object", "KH")))


def settle(company: Company, amount: int, day: str = "2026-03-31", **fields: Any) -> Any:
    line = {"line": 1, "debt": "BH1", "payment": "PT1", "amount": amount}
    body = {"posting_date": day, "account": "131", "object": "KH", "lines": [line], **fields}
    return company.save("settlement", body)


def left(company: Company) -> dict[tuple[str, str], int]:
    def look(view: Any) -> Any:
        return view.book("open_items").sum(("amount",), by=("account", "document"))

    return {key: amount for key, (amount,) in company.read(look).items()}


def test_a_settlement_takes_from_both_documents_and_gives_back_when_unposted(
    trader: Company,
) -> None:
    before = left(trader)
    record = trader.post(settle(trader, 70))

    assert left(trader) == {("131", "BH1"): 30, ("131", "PT1"): 0}
    assert trader.entries() == [p for p in trader.entries() if p.record_type == "journal"]
    trader.kernel.unpost(trader.by, record.id)
    assert left(trader) == before


def test_no_more_is_settled_than_is_left(trader: Company) -> None:
    error = refused(lambda: trader.post(settle(trader, 71)))

    assert (error.code, error.detail["open_item"]) == ("offset_exceeds_remaining", "PT1")


def test_a_document_is_not_settled_before_it_was_there(trader: Company) -> None:
    found = codes(lambda: trader.post(settle(trader, 70, "2026-03-01")))

    assert found == [("settlement_before_voucher", None)] * 2


def test_a_settlement_without_pairs_settles_nothing(trader: Company) -> None:
    assert refused(lambda: trader.post(settle(trader, 1, lines=[]))).code == "nothing_selected"


@pytest.mark.parametrize("number", ["BH1", "PT1"])
def test_a_settled_document_stays_in_the_books(trader: Company, number: str) -> None:
    trader.post(settle(trader, 70))
    record = trader.read(lambda view: view.by_number(number))

    assert refused(lambda: trader.kernel.unpost(trader.by, record.id)).code == "has_settlements"


def netting(company: Company, **fields: Any) -> Any:
    line = {"line": 1, **pair("331", "131", 60, object=id_of(company)), **fields}
    return company.save("netting_voucher", {"posting_date": "2026-03-31", "lines": [line]})


def test_a_netting_by_invoice_settles_both_documents(trader: Company) -> None:
    trader.posted(pair("6427", "331", 60, object=id_of(trader)), no="MH1")
    before = left(trader)
    made = netting(trader, debit_settles="MH1", credit_settles="BH1")

    record = trader.post(made)

    number = record.data.no
    assert left(trader) == {
        **before,
        ("131", "BH1"): 40,
        ("131", number): 0,
        ("331", "MH1"): 0,
        ("331", number): 0,
    }
    trader.kernel.unpost(trader.by, record.id)
    assert left(trader) == before


def test_a_netting_by_account_leaves_payments_to_be_settled(trader: Company) -> None:
    record = trader.post(netting(trader))

    assert left(trader)["331", record.data.no] == left(trader)["131", record.data.no] == 60


def test_a_netting_of_two_activities_is_two_flows(trader: Company) -> None:
    trader.post(netting(trader, debit_activity="investing", credit_activity="operating"))

    found = trader.entries(record_type="netting_voucher")
    assert {p.entry.dimensions["op"] for p in found} == {"cross_netting"}
