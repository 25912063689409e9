"""Receipts, payments and transfers in the books, and what posting and saving object to (spec §2, §3)."""

from __future__ import annotations

from typing import Any

import pytest

USD = {"currency": "USD", "rate": "25480"}


def codes(error: Any) -> list[str]:
    return [found.code for found in error.findings if found.severity == "error"]


def test_a_receipt_debits_the_bank_and_leaves_a_payment_open(company: Any) -> None:
    record = company.receipt(5_000_000)

    items = company.kernel.read(company.by, lambda v: list(v.book("open_items").entries()))
    assert company.pairs(record.data.no) == [("1121", "131", 5_000_000)]
    assert [(i.entry.dimensions["role"], i.entry.measures["amount"]) for i in items] == [
        ("payment", 5_000_000)
    ]


def test_lines_take_the_bank_account_of_the_voucher(company: Any) -> None:
    company.receipt(5_000_000, bank_account="BIDV")

    figure = company.kernel.figure(company.by, "bank.deposit_balance", {}).value
    assert [(row["bank_account"], row["amount"]) for row in figure["by_account"]] == [
        ("BIDV", 5_000_000)
    ]


@pytest.mark.parametrize(
    ("method", "number"),
    [("transfer_order", "UNC00001"), ("cash_cheque", "STM00001"), ("transfer_cheque", "SCK00001")],
)
def test_a_payment_is_numbered_by_how_it_is_paid(company: Any, method: str, number: str) -> None:
    assert company.payment(1_000, method=method).data.no == number


def test_an_account_outside_the_bank_is_refused(company: Any, refused: Any) -> None:
    record = company.receipt(1_000, debit="1111", post=False)

    error = refused(lambda: company.post(record))

    assert codes(error) == ["account_not_bank"]


def test_what_the_bank_kept_stands_beside_the_same_debt(company: Any) -> None:
    lines = [
        {"line": 1, "debit": "1121", "credit": "131", "amount": 99_700, "object": "KH01"},
        {"line": 2, "debit": "6427", "credit": "131", "amount": 300, "object": "KH01"},
    ]
    body = {"posting_date": "2026-03-02", "bank_account": "VCB", "lines": lines}

    record = company.post(company.save("bank_receipt", body))

    assert company.pairs(record.data.no) == [("1121", "131", 99_700), ("6427", "131", 300)]


def test_the_currency_of_a_row_is_that_of_its_bank_account(company: Any, refused: Any) -> None:
    record = company.receipt(25_480, debit="1122", fc_amount="1", post=False, **USD)

    error = refused(lambda: company.post(record))

    assert "bank_currency_mismatch" in codes(error)


def test_a_foreign_receipt_keeps_units_and_rate(company: Any) -> None:
    usd = {"debit": "1122", "fc_amount": "1000", "bank_account": "USD1", **USD}
    company.receipt(25_480_000, **usd)

    figure = company.kernel.figure(company.by, "bank.deposit_balance", {}).value
    assert figure["by_account"] == [
        {"bank_account": "USD1", "currency": "USD", "fc_amount": "1000.00", "amount": 25_480_000}
    ]


def test_input_vat_of_a_fee_is_paid_by_bank(company: Any) -> None:
    tax = {
        "taxable": 100_000,
        "amount": 10_000,
        "vat_rate": "10",
        "invoice_no": "1",
        "tax_code": "X",
    }
    company.payment(10_000, debit="1331", tax=tax, kind="fee")

    (row,) = company.kernel.read(company.by, lambda v: list(v.book("vat").entries()))
    assert row.entry.dimensions["payment"] == "bank"


def test_the_same_invoice_twice_is_a_warning(company: Any, refused: Any) -> None:
    tax = {
        "taxable": 100_000,
        "amount": 10_000,
        "vat_rate": "10",
        "invoice_no": "1",
        "tax_code": "X",
    }
    company.payment(10_000, debit="1331", tax=tax)
    second = company.payment(10_000, debit="1331", tax=tax, post=False)

    error = refused(lambda: company.post(second, ignore_warnings=False))

    assert "invoice_duplicate" in {found.code for found in error.findings}


def test_an_order_to_somebody_needs_a_beneficiary_and_a_fee_does_not(company: Any) -> None:
    def warned(**more: Any) -> list[str]:
        lines = [{"line": 1, "debit": "331", "credit": "1121", "amount": 1, "object": "NCC01"}]
        body = {"posting_date": "2026-03-02", "lines": lines, **more}
        return [f.code for f in company.kernel.save(company.by, "bank_payment", body).findings]

    there = {"number": "123", "name": "A", "bank_name": "B"}
    assert warned() == ["beneficiary_missing"]
    assert warned(object_bank_account=there) == []
    assert warned(kind="fee") == []
    assert warned(method="cash_cheque") == []


# -- overdraft --------------------------------------------------------------------------------------


def test_each_bank_account_is_a_fund_of_its_own(company: Any, refused: Any) -> None:
    company.option("cash.overdraft", "block")
    company.receipt(1_000_000)
    record = company.payment(400_000, bank_account="BIDV", post=False)

    error = refused(lambda: company.post(record))

    assert (error.code, error.detail["bank_account"], error.detail["balance"]) == (
        "negative_cash",
        "BIDV",
        0,
    )


def test_the_bank_lends_up_to_its_limit_and_not_one_dong_more(company: Any, refused: Any) -> None:
    company.option("cash.overdraft", "block")
    account = company.kernel.get(company.by, "bank_account", "VCB")
    company.save("bank_account", {"overdraft_limit": 500_000}, id=account.id, merge=True)

    company.payment(500_000)
    record = company.payment(1, post=False)

    assert refused(lambda: company.post(record)).code == "negative_cash"


# -- transfers --------------------------------------------------------------------------------------


def transfer(company: Any, **more: Any) -> Any:
    body = {"posting_date": "2026-03-05", "from_account": "VCB", "to_account": "BIDV", **more}
    return company.save("internal_transfer", body)


def test_a_transfer_is_one_pair_with_each_side_its_account(company: Any) -> None:
    record = company.post(transfer(company, amount=2_000_000))

    rows = company.kernel.read(
        company.by,
        lambda view: [
            (view.code("bank_account", row.entry.dimensions["bank_account"]), row.entry.side)
            for row in view.book("general_ledger").entries()
        ],
    )
    assert company.pairs(record.data.no) == [("1121", "1121", 2_000_000)]
    assert sorted(rows) == [("BIDV", 0), ("VCB", 1)]


def test_money_in_transit_waits_on_113_until_it_arrives(company: Any) -> None:
    sent = company.post(transfer(company, amount=2_000_000, stage="sent"))
    arrived = company.post(transfer(company, amount=2_000_000, stage="received"))

    assert company.pairs(sent.data.no) == [("1131", "1121", 2_000_000)]
    assert company.pairs(arrived.data.no) == [("1121", "1131", 2_000_000)]


def test_foreign_money_is_bought_through_typed_dong(company: Any) -> None:
    bought = {"to_account": "USD1", "to_fc": "1000", "to_rate": "25500", "amount": 25_500_000}
    company.post(transfer(company, **bought))

    figure = company.kernel.figure(company.by, "bank.deposit_balance", {}).value
    assert [(r["bank_account"], r["fc_amount"], r["amount"]) for r in figure["by_account"]] == [
        ("USD1", "1000.00", 25_500_000),
        ("VCB", None, -25_500_000),
    ]


def test_both_accounts_of_a_transfer_differ(company: Any, refused: Any) -> None:
    error = refused(lambda: transfer(company, to_account="VCB", amount=1))

    assert error.code == "same_account_transfer"


def test_a_transfer_without_an_account_is_a_draft_that_says_what_it_lacks(
    company: Any, refused: Any
) -> None:
    record = transfer(company, to_account=None, amount=5)

    assert "debit_account_required" in codes(refused(lambda: company.post(record)))
