"""The checks of bank accounts: below nothing, and not confirmed by a statement."""

from __future__ import annotations

from typing import Any

from lienso.testing import faults

from .conftest import Company


def found(company: Company, check: str, *days: str) -> list[dict[str, Any]]:
    return faults.problems(company.kernel, check, *days)


def test_an_account_is_below_nothing_whatever_the_others_hold(company: Company) -> None:
    company.receipt(500, "2026-03-02")
    company.payment(200, "2026-03-03", bank_account="BIDV", no="UNC1")
    company.payment(100, "2026-03-04")

    (row,) = found(company, "bank.negative_day")

    assert (row["account"], row["bank_account"], row["date"]) == ("1121", "BIDV", "2026-03-03")
    assert (row["found"], row["vouchers"]) == (-200, ["UNC1"])


def test_what_no_statement_confirms_by_the_last_day_is_told(company: Company) -> None:
    confirmed = company.receipt(500, "2026-03-02", no="NTTK1")
    late = company.payment(200, "2026-03-30", no="UNC1")
    company.statement({"date": "2026-03-02", "in": 500})
    assert [row["voucher"] for row in found(company, "bank.unreconciled")] == ["NTTK1", "UNC1"]

    company.reconcile("auto_match")

    (row,) = found(company, "bank.unreconciled")
    assert (row["voucher"], row["date"], row["side"], row["amount"]) == (
        "UNC1", "2026-03-30", "out", -200,
    )  # fmt: skip
    assert row["records"] == [{"type": late.type, "id": late.id}]
    assert row["repair"]["id"] == "bank.reconcile"
    assert row["repair"]["params"]["bank_account"] == "VCB"
    assert found(company, "bank.unreconciled", "2026-01-01", "2026-03-29") == []
    assert confirmed.posted()


def test_a_voucher_of_several_lines_is_one_movement(company: Company) -> None:
    lines = [
        {"line": n, "debit": "1121", "credit": "131", "amount": n, "object": "KH01"} for n in (1, 2)
    ]
    body = {"posting_date": "2026-03-02", "bank_account": "VCB", "lines": lines}
    company.post(company.save("bank_receipt", body))

    rows = found(company, "bank.unreconciled")

    assert [(row["side"], row["amount"]) for row in rows] == [("in", 3)]


def test_a_match_that_is_only_made_later_counts_later(company: Company) -> None:
    company.receipt(500, "2026-03-02", no="NTTK1")
    company.statement({"date": "2026-03-04", "in": 500})
    company.reconcile("auto_match")

    early = found(company, "bank.unreconciled", "2026-03-01", "2026-03-03")
    assert [row["voucher"] for row in early] == ["NTTK1"]
    assert found(company, "bank.unreconciled", "2026-03-01", "2026-03-04") == []
