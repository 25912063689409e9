"""Cash flow by item, and the forms 06-TT, 07-TT, 09-TT (spec §2, §6)."""

from __future__ import annotations

from typing import Any

import pytest
from lienso import LiensoError
from lienso.testing.kernels import actor, catch_up, go_offline, office

MARCH = {"from_date": "2026-03-01", "to_date": "2026-03-31"}


def item(company: Any, code: str, direction: str = "payment", parent: str | None = None) -> None:
    body = {"code": code, "name": f"Mục {code}", "direction": direction}
    company.save("budget_item", body if parent is None else {**body, "parent": parent})


def paid(company: Any, amount: int, **more: Any) -> Any:
    return company.post(company.payment(amount, "2026-03-06", **more), ignore_warnings=True)


def test_flows_are_summed_by_item_and_roll_up_to_the_items_above(company: Any) -> None:
    for code, direction, parent in (
        ("T1", "receipt", None),
        ("C", "payment", None),
        ("C1", "payment", "C"),
        ("C2", "payment", "C"),
        ("NO", "payment", None),
    ):
        item(company, code, direction, parent)
    company.post(company.receipt(900_000, "2026-03-05", budget_item="T1"))
    paid(company, 200_000, budget_item="C1")
    paid(company, 50_000, budget_item="C2")
    paid(company, 7_000)
    company.post(company.receipt(1, "2026-04-01", budget_item="T1"))

    *rows, totals = company.rows("cash.flow_by_item", **MARCH)

    assert [(r["code"], r["direction"], r["receipts"], r["payments"], r["net"]) for r in rows] == [
        ("C", "Chi", 0, 250_000, -250_000),
        ("  C1", "Chi", 0, 200_000, -200_000),
        ("  C2", "Chi", 0, 50_000, -50_000),
        ("T1", "Thu", 900_000, 0, 900_000),
        ("", "", 0, 7_000, -7_000),
    ]
    assert rows[-1]["name"] == "(chưa phân loại)"
    assert (totals["receipts"], totals["payments"], totals["net"]) == (900_000, 257_000, 643_000)


def test_money_that_only_changes_its_place_is_no_flow(company: Any) -> None:
    bank = {"code": "VCB", "number": "1", "bank_name": "VCB", "ledger_account": "1121"}
    company.save("bank_account", bank)
    company.save("account_opening", {"account": "1111", "lines": [{"line": 1, "debit": 9}]})
    company.post(company.receipt(5, credit="1121", bank_account="VCB"), ignore_warnings=True)

    assert [row["net"] for row in company.rows("cash.flow_by_item", **MARCH)] == [0]


def test_what_stood_on_an_item_goes_to_its_first_child_and_still_sums_up(company: Any) -> None:
    item(company, "C")
    paid(company, 8_000, budget_item="C")
    child = {"code": "C1", "name": "C1", "direction": "payment"}
    params = {"catalog": "budget_item", "parent": "C", "child": child}
    company.invoke("catalog.add_child_to_used_parent", **params)
    paid(company, 1_000, budget_item="C1")

    *rows, _totals = company.rows("cash.flow_by_item", **MARCH)

    assert [(row["code"], row["payments"]) for row in rows] == [("C", 9_000), ("  C1", 9_000)]


def test_a_receipt_of_money_says_who_what_and_how_much(company: Any) -> None:
    record = company.receipt(1_500_000, payer_receiver="Lê Văn Bình", reason="Lệ phí hồ sơ")

    rows = company.rows("cash.money_receipt", voucher=record.data.no)

    assert {row["label"]: row["value"] for row in rows} == {
        "Họ và tên người nộp": "Lê Văn Bình",
        "Địa chỉ": "",
        "Nội dung thu": "Lệ phí hồ sơ",
        "Số tiền thu": "1.500.000 đồng",
        "Viết bằng chữ": "Một triệu năm trăm nghìn đồng",
        "Hình thức thanh toán": "Tiền mặt",
    }


def test_a_payment_gets_no_receipt_of_money(company: Any) -> None:
    number = company.payment(1).data.no

    with pytest.raises(LiensoError) as caught:
        company.rows("cash.money_receipt", voucher=number)

    assert caught.value.code == "bad_choice"


def test_gold_is_listed_by_piece_with_price_and_value(company: Any) -> None:
    company.save("currency", {"code": "XAU", "name": "lượng", "decimals": 2})
    gold = {"currency": "XAU", "rate": "80000000", "fc_amount": "2.5"}
    line = {"debit": "1112", "description": "Vàng SJC 99,99"}
    record = company.receipt(200_000_000, **line, **gold)

    row, totals = company.rows("cash.gold_list", voucher=record.data.no)

    assert (row["name"], row["unit"]) == ("Vàng SJC 99,99", "lượng")
    assert (float(row["quantity"]), row["price"]) == (2.5, "80000000")
    assert row["amount"] == totals["amount"] == 200_000_000


def test_payments_are_listed_with_their_sum_in_words(company: Any) -> None:
    first = company.payment(30_000, "2026-03-06", reason="Gửi xe")
    second = company.payment(70_000, "2026-03-05", reason="Văn phòng phẩm")
    company.payment(5, "2026-04-01")

    *rows, totals = company.rows("cash.expense_list", **MARCH, purpose="Hội nghị khách hàng")

    assert [(row["row"], row["no"], row["content"], row["amount"]) for row in rows] == [
        (1, second.data.no, "Văn phòng phẩm", 70_000),
        (2, first.data.no, "Gửi xe", 30_000),
    ]
    assert totals["amount"] == 100_000
    table = company.kernel.report(company.by, "cash.expense_list", {**MARCH, "purpose": "Hội nghị"})
    assert "Chi cho công việc: Hội nghị. Tổng số tiền: Một trăm nghìn đồng" in table.subtitle


def test_the_slips_are_made_offline_of_what_is_known_here(company: Any) -> None:
    with office(company.kernel) as site:
        catch_up(site)
        go_offline(site)
        body = {
            "posting_date": "2026-03-06",
            "lines": [{"line": 1, "debit": "811", "credit": "1111", "amount": 9}],
        }
        site.save(actor(site), "cash_payment", body)

        table = site.report(actor(site), "cash.expense_list", MARCH)

    assert [row[4] for row in table.rows] == [9]
    assert "chỉ gồm chứng từ tại máy chủ này" in table.subtitle
