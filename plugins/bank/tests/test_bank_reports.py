"""S08-DN, balances, the table of the reconciliation, loans; and the printed forms (spec §6)."""

from __future__ import annotations

from typing import Any

MARCH = {"from_date": "2026-03-01", "to_date": "2026-03-31"}


def test_the_deposit_book_runs_from_opening_to_closing_of_each_account(company: Any) -> None:
    company.receipt(900_000, "2026-02-10")
    company.receipt(500_000, "2026-03-02")
    company.payment(200_000, "2026-03-03")

    rows = company.rows("bank.deposit_book", **MARCH, bank_account="VCB")

    assert [(r["description"], r["receipt"], r["payment"], r["balance"]) for r in rows] == [
        ("Số dư đầu kỳ", 0, 0, 900_000),
        ("", 500_000, 0, 1_400_000),
        ("", 0, 200_000, 1_200_000),
        ("Cộng số phát sinh trong kỳ", 500_000, 200_000, ""),
        ("Số dư cuối kỳ", 0, 0, 1_200_000),
    ]


def test_balances_show_foreign_units_beside_dong(company: Any) -> None:
    usd = {"debit": "1122", "fc_amount": "1000", "currency": "USD", "rate": "25480"}
    company.receipt(25_480_000, bank_account="USD1", **usd)
    company.receipt(500_000)

    rows = company.rows("bank.balances", **MARCH)

    assert [(r["bank_account"], r["fc_in"], r["in"], r["closing"]) for r in rows] == [
        ("VCB", "", 500_000, 500_000),
        ("USD1", "1000.00", 25_480_000, 25_480_000),
        ("", "", 25_980_000, 25_980_000),
    ]


def test_the_table_of_the_reconciliation_ends_at_the_banks_balance(company: Any) -> None:
    record = company.payment(500_000, "2026-03-04")
    company.payment(300_000, "2026-03-30")
    company.statement({"date": "2026-03-04", "out": 500_000}, {"date": "2026-03-31", "out": 11})
    company.reconcile("auto_match")

    rows = company.rows("bank.reconciliation", **MARCH, bank_account="VCB")

    assert [(r["statement_line"], r["no"], r["tier"]) for r in rows[:3]] == [
        ("1", record.data.no, "Cùng ngày"),
        ("2", "", "Chưa ghi sổ"),
        ("", "UNC00002", "Chưa có trên sổ phụ"),
    ]
    assert [r["bridge"] for r in rows[3:]] == [-800_000, 300_000, -11, -500_011]


def test_loans_show_what_is_overdue(company: Any) -> None:
    company.receipt(9_000_000, "2026-02-10", credit="3411", due_date="2026-03-10")
    company.payment(2_000_000, "2026-03-05", debit="3411", object="KH01")

    rows = company.rows("bank.loan_book", **MARCH)

    assert [(r["received"], r["repaid"], r["overdue"], r["balance"]) for r in rows] == [
        (0, 0, "", 9_000_000),
        (0, 2_000_000, "", 7_000_000),
        (0, 2_000_000, 7_000_000, 7_000_000),
        (0, 2_000_000, "", ""),
    ]


def test_a_payment_waits_until_the_bank_has_named_or_booked_it(company: Any) -> None:
    company.payment(100, "2026-03-04")
    company.payment(200, "2026-03-04", reference="FT1")
    company.payment(300, "2026-03-04", method="cash_cheque", post=False)

    rows = company.rows("bank.waiting_payments", **MARCH)

    assert [(r["no"], r["amount"], r["posted"]) for r in rows[:-1]] == [
        ("STM00001", 300, ""),
        ("UNC00001", 100, "x"),
    ]


def test_the_minutes_show_both_balances_and_what_lies_between(company: Any) -> None:
    company.payment(300_000, "2026-03-30")
    company.statement({"date": "2026-03-31", "in": 12_500})
    no = company.reconcile("confirm", to_date="2026-03-31")["reconciliation"]

    text = company.printed(company.kernel.get(company.by, "bank_reconciliation", no))

    assert "BIÊN BẢN ĐỐI CHIẾU SỐ DƯ TIỀN GỬI NGÂN HÀNG" in text
    for part in ("-300.000", "300.000", "12.500", "UNC00001", "Số dư theo sổ phụ ngân hàng"):
        assert part in text


def test_a_receipt_is_printed_with_its_accounts_and_words(company: Any) -> None:
    text = company.printed(company.receipt(1_500_000, reason="Thu tiền hàng"))

    for part in ("GIẤY BÁO CÓ", "Nợ 1121", "00VCB – VCB", "Một triệu năm trăm nghìn đồng"):
        assert part in text


def test_a_match_is_printed_with_both_sides(company: Any) -> None:
    company.payment(500_000, "2026-03-04")
    company.statement({"date": "2026-03-04", "out": 500_000})
    company.reconcile("auto_match")
    (match,) = company.kernel.read(company.by, lambda view: list(view.all("bank_match")))

    text = company.printed(match)

    for part in ("BẢNG ĐỐI CHIẾU", "SP00001/1", "UNC00001", "-500.000"):
        assert part in text
