"""Opening balances: one-sided, outside turnover, with their detail."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from .conftest import Company, codes, pair, refused


def opening(company: Company, type: str, account: str, *lines: dict[str, Any], **more: Any) -> Any:
    numbered = [{"line": number, **line} for number, line in enumerate(lines, 1)]
    return company.save(type, {"account": account, "lines": numbered, **more})


def test_an_opening_stands_on_the_day_before_the_first_accounting_day(company: Company) -> None:
    opening(company, "account_opening", "1111", {"debit": 150})

    (posted,) = company.entries()

    assert posted.number == "OPN"
    assert posted.entry.posting_date == datetime.date(2025, 12, 31)
    assert posted.entry.dimensions["account"] == "1111"
    assert not posted.entry.dimensions["contra_account"]
    assert (posted.entry.measures["debit"], posted.entry.measures["credit"]) == (150, 0)


def test_changing_an_opening_replaces_its_rows(company: Company) -> None:
    record = opening(company, "account_opening", "1111", {"debit": 150})

    company.save("account_opening", {"lines": [{"line": 1, "debit": 90}]}, id=record.id, merge=True)

    assert [posted.entry.measures["debit"] for posted in company.entries()] == [90]


def test_deleting_an_opening_takes_its_rows_out(company: Company) -> None:
    record = opening(company, "account_opening", "1111", {"debit": 150})

    company.kernel.delete(company.by, "account_opening", record.id)

    assert company.entries() == []


def test_an_opening_of_a_locked_month_does_not_change(company: Company) -> None:
    record = opening(company, "account_opening", "1111", {"debit": 150})
    company.lock("2025-12-31")

    change = refused(
        lambda: company.save(
            "account_opening", {"lines": [{"line": 1, "debit": 90}]}, id=record.id, merge=True
        )
    )
    deletion = refused(lambda: company.kernel.delete(company.by, "account_opening", record.id))

    assert (change.code, deletion.code) == ("period_locked", "period_locked")


def test_an_account_has_one_opening_in_a_currency(company: Company) -> None:
    opening(company, "account_opening", "1111", {"debit": 150})

    error = refused(lambda: opening(company, "account_opening", "1111", {"debit": 1}))

    assert error.code == "already_exists"


def test_debts_are_kept_by_invoice_and_advances_on_the_other_side(company: Company) -> None:
    company.save("object", {"code": "KH01", "is_customer": True})
    company.save("object", {"code": "KH02", "is_customer": True})
    invoice = {
        "invoice_no": "123",
        "invoice_date": "2025-11-12",
        "due_date": "2026-01-11",
        "rate": "25150",
        "invoice_amount": 301_800_000,
        "invoice_fc_amount": "12000",
        "remaining": 113_175_000,
        "remaining_fc": "4500",
    }
    advance = {"advance": 25_400_000, "advance_fc": "1000", "rate": "25400"}

    opening(company, "object_opening", "131", invoice, object="KH01", currency="USD")
    opening(company, "object_opening", "131", advance, object="KH02", currency="USD")

    sides = [
        (p.entry.measures["debit"], p.entry.measures["fc_debit"], p.entry.measures["credit"])
        for p in sorted(company.entries(), key=lambda p: -p.entry.measures["debit"])
    ]
    assert sides == [(113_175_000, 45_000_000, 0), (0, 0, 25_400_000)]
    items = {
        i.entry.dimensions["document"]: (i.entry.dimensions["role"], i.entry.measures["amount"])
        for i in company.entries("open_items")
    }
    assert items == {"123": ("debt", 113_175_000), "OPN": ("payment", 25_400_000)}


def test_what_is_left_to_a_supplier_is_a_credit(company: Company) -> None:
    company.save("object", {"code": "N1", "is_supplier": True})

    opening(company, "object_opening", "331", {"remaining": 9}, object="N1", kind="supplier")

    (posted,) = company.entries()
    (item,) = company.entries("open_items")
    assert posted.entry.measures["credit"] == 9
    assert item.entry.dimensions["role"] == "debt"


@pytest.mark.parametrize(
    ("line", "more", "code"),
    [
        ({"debit": 1, "credit": 2}, {}, "both_sides_given"),
        ({}, {}, "amount_required"),
        ({"debit": 25_000}, {"currency": "USD"}, "fc_amount_required"),
        ({"debit": 25_000, "fc_credit": "1"}, {"currency": "USD"}, "fc_amount_required"),
    ],
)
def test_a_faulty_balance_is_not_saved(
    company: Company, line: dict[str, Any], more: dict[str, Any], code: str
) -> None:
    found = codes(lambda: opening(company, "account_opening", "1112", line, **more))

    assert found == [(code, 1)]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"remaining": 5, "advance": 5}, "remaining_and_advance"),
        ({"remaining": 5, "invoice_amount": 4}, "remaining_over_invoice"),
        ({"remaining": 5, "remaining_fc": "2", "invoice_fc_amount": "1"}, "remaining_over_invoice"),
        ({"debit": 6, "remaining": 5}, "object_detail_differs"),
    ],
)
def test_a_faulty_debt_is_not_saved(company: Company, line: dict[str, Any], code: str) -> None:
    company.save("object", {"code": "KH01", "is_customer": True})

    found = codes(lambda: opening(company, "object_opening", "131", line, object="KH01"))

    assert (code, 1) in found


def test_a_balance_belongs_on_the_sheet_of_its_kind(company: Company) -> None:
    company.save("object", {"code": "KH01", "is_customer": True})

    by_object = refused(lambda: opening(company, "account_opening", "131", {"debit": 1}))
    income = refused(lambda: opening(company, "account_opening", "5111", {"credit": 1}))
    not_by_object = refused(
        lambda: opening(company, "object_opening", "1111", {"debit": 1}, object="KH01")
    )

    assert by_object.code == "account_by_object"
    assert income.code == "income_accounts_not_zero"
    assert not_by_object.code == "account_not_by_object"


def test_openings_are_outside_turnover_whatever_the_range(company: Company) -> None:
    opening(company, "account_opening", "1111", {"debit": 150})
    company.posted(pair("6427", "1111", 40))

    rows = company.report("trial_balance", from_date="2025-12-01", to_date="2026-03-31")
    journal = company.report("journal_book", from_date="2025-12-01", to_date="2026-03-31")

    cash = next(row for row in rows if row["account"] == "1111")
    assert (cash["opening_debit"], cash["debit"], cash["credit"]) == (150, 0, 40)
    assert cash["closing_debit"] == 110
    assert len(journal) == 3
