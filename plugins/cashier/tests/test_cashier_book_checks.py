"""The check of the cashier's book against the ledger."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lienso.storage import RecordRef
from lienso.testing import faults

from .conftest import Company


def found(company: Company, *days: str) -> list[dict[str, Any]]:
    return faults.problems(company.kernel, "cashier.differs", *days)


def test_books_that_agree_have_nothing_to_find(company: Company) -> None:
    company.take(company.receipt(500))

    assert found(company) == []


def test_what_the_cashier_did_not_take_is_told_by_currency_with_its_voucher(
    company: Company,
) -> None:
    company.take(company.receipt(500))
    waiting = company.payment(200, "2026-03-05")

    (row,) = found(company)

    assert (row["currency"], row["expected"], row["found"], row["difference"]) == (
        "VND", 300, 500, -200,
    )  # fmt: skip
    assert (row["vouchers"], row["kinds"]) == ([waiting.data.no], ["only_in_account_book"])
    assert row["records"] == [{"type": "journal", "id": waiting.id}]
    assert found(company, "2026-01-01", "2026-03-04") == []


def test_an_amount_that_was_changed_below_is_told(company: Company) -> None:
    taken = company.receipt(500)
    company.take(taken)
    faults.change_entries(
        company.kernel,
        "cash_book",
        RecordRef(taken.type, taken.id),
        lambda entry: replace(entry, measures={"receipt": 400 * 10_000}),
        ledger="",
    )

    (row,) = found(company)

    assert (row["expected"], row["found"], row["kinds"]) == (500, 400, ["amount_differs"])


def test_a_company_without_a_cashiers_book_has_nothing_to_compare(company: Company) -> None:
    company.receipt(500)
    company.option("cashier.enabled", False)

    assert found(company) == []
