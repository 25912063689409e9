"""The cashier's reports (spec §2, §6, §8)."""

from __future__ import annotations

from typing import Any

MARCH = {"from_date": "2026-03-01", "to_date": "2026-03-31"}


def test_s07_runs_from_opening_to_closing_receipts_first(company: Any) -> None:
    company.opening(1_000)
    pays, gets = company.payment(300), company.receipt(500)
    company.take(pays, gets)

    rows = company.rows("cashier.cash_book", **MARCH)

    assert [(r["receipt_no"], r["payment_no"], r["balance"]) for r in rows] == [
        ("", "", 1_000),
        (gets.data.no, "", 1_500),
        ("", pays.data.no, 1_200),
        ("", "", 1_200),
        ("", "", ""),
    ]


def test_the_fund_by_day(company: Any) -> None:
    company.opening(1_000)
    company.take(company.receipt(500), company.payment(300), company.payment(50, "2026-03-07"))

    rows = company.rows("cashier.fund_by_day", **MARCH)

    assert [(r["opening"], r["receipts"], r["payments"], r["closing"]) for r in rows] == [
        (1_000, 500, 300, 1_200),
        (1_200, 0, 50, 1_150),
        ("", 500, 350, ""),
    ]


def test_what_the_books_see_differently_is_named(company: Any) -> None:
    company.take(company.receipt(500))
    missing = company.payment(120)

    rows = company.rows("cashier.compare", date="2026-03-31")

    assert [(r["voucher"], r["kind"], r["effect"]) for r in rows] == [
        (missing.data.no, "only_in_account_book", -120),
        ("Số dư", "", -120),
    ]


def test_requests_are_what_he_has_not_posted(company: Any) -> None:
    done, open_, draft = company.receipt(1), company.receipt(2), company.payment(3, post=False)
    company.journal("811", "711", 4)
    company.take(done)

    rows = company.rows("cashier.requests", **MARCH)
    every = company.rows("cashier.requests", **MARCH, state="all")

    assert [(r["no"], r["state"]) for r in rows[:-1]] == [
        (open_.data.no, "Chưa ghi sổ"),
        (draft.data.no, "Chưa ghi sổ"),
    ]
    assert [r["state"] for r in every[:-1]] == ["Đã ghi sổ", "Chưa ghi sổ", "Chưa ghi sổ"]


def test_a_request_is_in_the_money_that_moves(company: Any) -> None:
    usd = {"currency": "USD", "rate": "25000", "fc_amount": "100"}
    bought = company.journal("1112", "1111", 2_500_000, **usd)
    company.receipt(7)

    *rows, totals = company.rows("cashier.requests", **MARCH)

    assert [(r["no"], r["currency"], r["receipt"], r["payment"]) for r in rows] == [
        (bought.data.no, "USD", "100.00", "0.00"),
        (bought.data.no, "VND", 0, 2_500_000),
        (rows[2]["no"], "VND", 7, 0),
    ]
    assert (totals["currency"], totals["receipt"], totals["payment"]) == ("VND", 7, 2_500_000)


def test_an_opening_in_the_middle_of_a_year_is_proposed_by_the_accounting_book(
    company: Any,
) -> None:
    company.receipt(700, "2026-03-10")
    company.receipt(5, "2026-03-11")

    rows = company.rows("cashier.proposed_openings", date="2026-03-11")

    assert [(r["posting_date"], r["currency"], r["amount"]) for r in rows] == [
        ("2026-03-10", "VND", 700)
    ]
