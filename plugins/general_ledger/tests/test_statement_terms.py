"""Short or long: by the word typed, by the due date at the report date, by the account (README §1)."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Company, pair


@pytest.fixture
def selling(company: Company) -> Company:
    company.untrack(["131", "5111", "1111", "242", "3411"])
    return company


def lines(company: Company, date: str, *codes: str) -> list[int]:
    """Return lines of the balance sheet of the year up to a day."""
    params: dict[str, Any] = {"from_date": "2026-01-01", "to_date": date}
    made = company.invoke("general_ledger.create_statements", **params)
    company.invoke("general_ledger.delete_statements", set=made["set"])
    return [made["lines"]["B01-DN"][code] for code in codes]


def customer(company: Company, code: str) -> dict[str, str]:
    made = company.save("object", {"code": code, "name": code, "is_customer": True})
    return {"object": made.id}


def test_a_debt_is_long_while_it_is_due_more_than_a_year_on(selling: Company) -> None:
    its = customer(selling, "K1")
    selling.posted(pair("131", "5111", 900, due_date="2027-09-30", **its), day="2026-03-01")

    assert lines(selling, "2026-09-29", "131", "211") == [0, 900]
    assert lines(selling, "2026-09-30", "131", "211") == [900, 0]


def test_a_due_date_within_a_year_never_makes_a_debt_long(selling: Company) -> None:
    its = customer(selling, "K1")
    selling.posted(pair("131", "5111", 900, due_date="2027-03-01", **its), day="2026-03-01")

    assert lines(selling, "2026-03-31", "131", "211") == [900, 0]
    assert selling.entries(account="131")[0].entry.dimensions["long_due"] == ""


def test_a_payment_without_tags_does_not_split_a_debt(selling: Company) -> None:
    its = customer(selling, "K1")
    selling.posted(pair("131", "5111", 900, debit_term="long", **its), day="2026-03-01")

    selling.posted(pair("1111", "131", 300, **its), day="2026-04-01")
    part = lines(selling, "2026-12-31", "131", "211", "312")
    selling.posted(pair("1111", "131", 700, **its), day="2026-05-01")
    more = lines(selling, "2026-12-31", "131", "211", "312")

    assert part == [0, 600, 0]
    assert more == [0, 0, 100]


def test_what_was_typed_as_short_stays_beside_what_is_long(selling: Company) -> None:
    its = customer(selling, "K1")
    selling.posted(pair("131", "5111", 900, debit_term="long", **its), day="2026-03-01")

    selling.posted(pair("1111", "131", 300, credit_term="short", **its), day="2026-04-01")

    assert lines(selling, "2026-12-31", "131", "211", "312") == [0, 900, 300]


def test_an_accounts_own_term_stands_behind_what_is_typed(selling: Company) -> None:
    account = selling.read(lambda view: view.by_code("account", "3411"))
    selling.save("account", {"term": "long"}, id=account.id, merge=True)
    selling.posted(pair("1111", "3411", 500), day="2026-03-01")
    selling.posted(pair("1111", "3411", 70, credit_term="short"), day="2026-03-01")

    assert lines(selling, "2026-12-31", "320", "338") == [70, 500]


def test_a_prepaid_cost_keeps_the_term_it_was_paid_for(selling: Company) -> None:
    selling.posted(pair("242", "1111", 240, debit_term="long"), day="2026-03-01")
    selling.posted(pair("242", "1111", 36, due_date="2027-06-30"), day="2026-03-01")

    assert lines(selling, "2026-12-31", "151", "261") == [0, 276]
