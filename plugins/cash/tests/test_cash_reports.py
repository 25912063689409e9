"""Books of the fund and lists of vouchers (spec §6)."""

from __future__ import annotations

from typing import Any

import pytest

MARCH = {"from_date": "2026-03-01", "to_date": "2026-03-31"}


def test_the_detail_book_carries_every_row_with_its_balance(company: Any) -> None:
    company.post(company.receipt(2_000_000, "2026-02-20"))
    receipt = company.post(company.receipt(500_000, "2026-03-05", reason="Bán phế liệu"))
    payment = company.post(company.payment(300_000, "2026-03-06", description="Phí"))
    company.post(company.receipt(1, "2026-04-01"))

    *rows, totals = company.rows("cash.detail_book", **MARCH)

    assert [(row["debit"], row["credit"], row["balance"]) for row in rows] == [
        (0, 0, 2_000_000),
        (500_000, 0, 2_500_000),
        (0, 300_000, 2_200_000),
        (500_000, 300_000, ""),
        (0, 0, 2_200_000),
    ]
    assert (rows[1]["receipt_no"], rows[1]["payment_no"]) == (receipt.data.no, "")
    assert (rows[2]["receipt_no"], rows[2]["payment_no"]) == ("", payment.data.no)
    assert [row["description"] for row in rows[1:3]] == ["Bán phế liệu", "Phí"]
    assert rows[1]["contra"] == "711"
    assert (totals["debit"], totals["credit"]) == (500_000, 300_000)


def test_the_detail_book_keeps_accounts_and_currencies_apart(company: Any) -> None:
    usd = {"currency": "USD", "rate": "25480", "fc_amount": "1000"}
    company.post(company.receipt(25_480_000, "2026-03-05", debit="1112", **usd))
    company.post(company.receipt(500_000, "2026-03-05"))

    rows = company.rows("cash.detail_book", **MARCH)

    funds = [(row["account"], row["currency"]) for row in rows[:-1]]
    assert funds == [("1111", "VND")] * 4 + [("1112", "USD")] * 4
    assert rows[5]["note"] == "1000.00 USD"


def test_the_cash_book_comes_from_the_ledger_without_a_cashier(company: Any) -> None:
    company.post(company.receipt(2_000_000, "2026-02-20"))
    payment = company.post(company.payment(300_000, "2026-03-06"))
    receipt = company.post(company.receipt(500_000, "2026-03-06"))

    *rows, totals = company.rows("cash.fund_book", **MARCH)

    assert [(row["receipt"], row["payment"], row["balance"]) for row in rows] == [
        (0, 0, 2_000_000),
        (500_000, 0, 2_500_000),
        (0, 300_000, 2_200_000),
        (0, 0, 2_200_000),
    ]
    assert (rows[1]["receipt_no"], rows[2]["payment_no"]) == (receipt.data.no, payment.data.no)
    assert (totals["receipt"], totals["payment"]) == (500_000, 300_000)


def test_the_cash_book_of_a_foreign_fund_is_in_its_currency(company: Any) -> None:
    usd = {"currency": "USD", "rate": "25480", "fc_amount": "1250.50"}
    company.post(company.receipt(31_862_740, "2026-03-05", debit="1112", **usd))

    *rows, totals = company.rows("cash.fund_book", **MARCH, currency="USD")

    assert [row["balance"] for row in rows] == ["0.00", "1250.50", "1250.50"]
    assert totals["receipt"] == "1250.50"


def test_the_cash_book_is_the_cashiers_where_he_keeps_one(with_cashier: Any) -> None:
    with_cashier.post(with_cashier.receipt(500_000, "2026-03-06"))
    with_cashier.save("cashier_posting", {"posting_date": "2026-03-07", "receipt": 480_000})

    *rows, totals = with_cashier.rows("cash.fund_book", **MARCH)

    assert totals["receipt"] == 480_000
    assert rows[1]["date"] == "2026-03-07"


@pytest.mark.parametrize(
    ("report", "total", "contra"),
    [
        ("cash.receipt_journal", 1_500_000, {"contra_711": 500_000, "contra_131": 1_000_000}),
        ("cash.payment_journal", 330_000, {"contra_811": 300_000, "contra_1331": 30_000}),
    ],
)
def test_journals_of_money_show_the_contra_accounts(
    company: Any, report: str, total: int, contra: dict[str, int]
) -> None:
    company.save("object", {"code": "KH01", "name": "Khách 1", "is_customer": True})
    company.post(company.receipt(500_000, "2026-03-05"))
    company.post(company.receipt(1_000_000, "2026-03-05", credit="131", object="KH01"))
    lines = [
        {"line": 1, "debit": "811", "credit": "1111", "amount": 300_000},
        {"line": 2, "debit": "1331", "credit": "1111", "amount": 30_000},
    ]
    payment = company.save("cash_payment", {"posting_date": "2026-03-06", "lines": lines})
    company.post(payment, ignore_warnings=True)

    *rows, totals = company.rows(report, **MARCH)

    assert totals["total"] == total == sum(row["total"] for row in rows)
    assert {name: totals[name] for name in contra} == contra
    assert totals["other_amount"] == 0


def test_seldom_contra_accounts_share_a_column(company: Any) -> None:
    accounts = ("6421", "6422", "6423", "6424", "6427", "6428")
    for place, account in enumerate(accounts):
        record = company.payment(100_000 - place, "2026-03-06", debit=account)
        company.post(record, ignore_warnings=True)

    *rows, totals = company.rows("cash.payment_journal", **MARCH)

    assert totals["other_amount"] == 99_995
    assert [row["other_accounts"] for row in rows if row["other_accounts"]] == ["6428"]
    assert totals["total"] == sum(100_000 - place for place in range(6))


def test_the_list_has_drafts_too_and_can_leave_them_out(company: Any) -> None:
    posted = company.post(company.receipt(500_000, "2026-03-05", payer_receiver="Ông A"))
    draft = company.payment(300_000, "2026-03-06", reason="Phí công chứng")

    *rows, totals = company.rows("cash.voucher_list", **MARCH)
    only_posted = company.rows("cash.voucher_list", **MARCH, state="posted")
    payments = company.rows("cash.voucher_list", **MARCH, kind="payment")

    assert [(row["no"], row["who"], row["posted"]) for row in rows] == [
        (posted.data.no, "Ông A", "x"),
        (draft.data.no, "", ""),
    ]
    assert rows[1]["reason"] == "Phí công chứng"
    assert (totals["receipt"], totals["payment"]) == (500_000, 300_000)
    assert [row["no"] for row in only_posted[:-1]] == [posted.data.no]
    assert [row["no"] for row in payments[:-1]] == [draft.data.no]


def test_advances_show_what_each_employee_holds(company: Any) -> None:
    company.save("org_unit", {"code": "PKD", "name": "Phòng kinh doanh", "kind": "department"})
    person = {"code": "NV04", "name": "Phạm Thị Dung", "is_employee": True, "org_unit": "PKD"}
    company.save("object", person)
    of = {"object": "NV04"}
    company.post(company.payment(1_000_000, "2026-02-10", debit="141", **of), ignore_warnings=True)
    company.post(company.payment(6_000_000, "2026-03-09", debit="141", **of), ignore_warnings=True)
    lines = [
        {"line": 1, "debit": "6428", "credit": "141", "amount": 5_184_000, **of},
        {"line": 2, "debit": "1111", "credit": "141", "amount": 816_000, **of},
    ]
    settlement = company.save("advance_settlement", {"posting_date": "2026-03-18", "lines": lines})
    company.post(settlement, ignore_warnings=True)

    row, totals = company.rows("cash.advances", **MARCH)

    assert (row["employee"], row["name"]) == ("NV04", "Phạm Thị Dung")
    numbers = ("opening", "advanced", "settled", "returned", "closing")
    assert [row[name] for name in numbers] == [1_000_000, 6_000_000, 5_184_000, 816_000, 1_000_000]
    assert [totals[name] for name in numbers] == [row[name] for name in numbers]


def test_an_advance_that_names_the_employee_alone_is_his(company: Any) -> None:
    company.save("org_unit", {"code": "PKD", "name": "Phòng kinh doanh", "kind": "department"})
    person = {"code": "NV04", "name": "Phạm Thị Dung", "is_employee": True, "org_unit": "PKD"}
    company.save("object", person)
    line = {"line": 1, "debit": "141", "credit": "1111", "amount": 500_000, "employee": "NV04"}
    paid = company.save("cash_payment", {"posting_date": "2026-03-09", "lines": [line]})
    company.post(paid, ignore_warnings=True)

    row, _totals = company.rows("cash.advances", **MARCH)

    assert (row["employee"], row["name"], row["closing"]) == ("NV04", "Phạm Thị Dung", 500_000)


def test_the_minutes_of_a_count_are_the_form_as_a_table(company: Any) -> None:
    company.post(company.receipt(1_000_000, "2026-03-31"))
    notes = [{"value": 500_000, "sheets": 2}, {"value": 20_000, "sheets": 1}]
    record = company.save("cash_count", {"date": "2026-03-31", "denominations": notes})

    named = company.rows("cash.count_minutes", count=record.data.no)
    latest = company.rows("cash.count_minutes")

    assert named == latest
    assert [(row["row"], row["amount"]) for row in named] == [
        ("I", 1_000_000),
        ("II", 1_020_000),
        ("1", 1_000_000),
        ("2", 20_000),
        ("III", -20_000),
    ]
