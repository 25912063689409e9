"""Counts as records: what saving asks, what a finished one closes (spec §2, §4)."""

from __future__ import annotations

from typing import Any

import pytest
from lienso import LiensoError

MEMBERS = [
    {"name": "Trần Thị Bình", "title": "Kế toán trưởng"},
    {"name": "Lê Thị Cúc", "represents": "thủ quỹ"},
]
NOTES = [{"value": 500_000, "sheets": 2}]


def count(company: Any, **fields: Any) -> Any:
    return company.save("cash_count", {"date": "2026-03-31", "denominations": NOTES, **fields})


def refused(company: Any, **fields: Any) -> LiensoError:
    with pytest.raises(LiensoError) as caught:
        count(company, **fields)
    return caught.value


def test_what_was_counted_is_the_sum_of_the_notes(company: Any) -> None:
    notes = [{"value": 500_000, "sheets": 2}, {"value": 2_000, "sheets": 3}]
    record = count(company, denominations=notes)

    kind = company.kernel.registry.record_types["cash_count"]
    derived = company.kernel.read(company.by, lambda view: kind.derived(record, view))
    assert (derived["counted"], derived["form"]) == (1_006_000, "08a-TT")
    assert derived["counted_in_words"] == "Một triệu không trăm lẻ sáu nghìn đồng"


@pytest.mark.parametrize(
    ("currency", "value", "known"),
    [
        ("VND", "500000", True),
        ("VND", "300000", False),
        ("USD", "0.25", True),
        ("XAU", "37.5", True),
    ],
)
def test_a_note_that_does_not_exist_is_a_warning(
    company: Any, currency: str, value: str, known: bool
) -> None:
    body = {
        "date": "2026-03-31",
        "currency": currency,
        "denominations": [{"value": value, "sheets": 1}],
    }
    saved = company.kernel.save(company.by, "cash_count", body)

    assert [finding.code for finding in saved.findings] == (
        [] if known else ["denomination_unknown"]
    )


@pytest.mark.parametrize(
    ("members", "missing"),
    [
        ([], ["accountant", "cashier"]),
        (MEMBERS[:1], ["cashier"]),
        (MEMBERS[1:], ["accountant"]),
        ([{**MEMBERS[0], "name": ""}, MEMBERS[1]], ["accountant"]),
    ],
)
def test_a_count_is_finished_only_with_accountant_and_cashier(
    company: Any, members: list[dict[str, str]], missing: list[str]
) -> None:
    error = refused(company, status="done", members=members)

    assert error.code == "count_members_missing"
    assert error.detail["missing"] == missing


def test_a_draft_may_lack_its_members(company: Any) -> None:
    assert count(company).data.status == "draft"


def test_a_count_is_not_finished_before_a_later_one(company: Any) -> None:
    later = count(company, date="2026-04-01", status="done", members=MEMBERS)

    error = refused(company, status="done", members=MEMBERS)

    assert error.code == "later_count_exists"
    assert error.detail["count"] == later.data.no


def test_a_later_count_of_another_currency_does_not_matter(company: Any) -> None:
    count(company, date="2026-04-01", currency="USD", status="done", members=MEMBERS,
          denominations=[{"value": 100, "sheets": 1}])  # fmt: skip

    assert count(company, status="done", members=MEMBERS).data.status == "done"


def test_a_finished_count_is_changed_only_after_it_is_a_draft_again(company: Any) -> None:
    record = count(company, status="done", members=MEMBERS)

    with pytest.raises(LiensoError) as changing:
        company.save("cash_count", {"conclusion": "Đủ"}, id=record.id, merge=True)
    with pytest.raises(LiensoError) as deleting:
        company.kernel.delete(company.by, "cash_count", record.id)
    company.save("cash_count", {"status": "draft"}, id=record.id, merge=True)
    company.kernel.delete(company.by, "cash_count", record.id)

    assert changing.value.code == deleting.value.code == "count_done"


@pytest.mark.parametrize("day", ["2026-03-30", "2026-03-31"])
def test_a_finished_count_closes_the_cashiers_book_up_to_its_day(
    with_cashier: Any, day: str
) -> None:
    record = count(with_cashier, status="done", members=MEMBERS)

    with pytest.raises(LiensoError) as caught:
        with_cashier.save("cashier_posting", {"posting_date": day, "receipt": 100_000})

    assert (caught.value.code, caught.value.detail["count"]) == ("count_closed", record.data.no)


@pytest.mark.parametrize(("day", "currency"), [("2026-04-01", "VND"), ("2026-03-31", "USD")])
def test_it_leaves_later_days_and_other_currencies_open(
    with_cashier: Any, day: str, currency: str
) -> None:
    count(with_cashier, status="done", members=MEMBERS)
    body = {"posting_date": day, "currency": currency, "receipt": 100_000}

    with_cashier.save("cashier_posting", body)

    assert len(with_cashier.entries("cash_book")) == 1


def test_a_draft_count_closes_nothing(with_cashier: Any) -> None:
    count(with_cashier)

    with_cashier.save("cashier_posting", {"posting_date": "2026-03-31", "receipt": 100_000})

    assert len(with_cashier.entries("cash_book")) == 1


def test_a_finished_count_does_not_close_the_accounting_book(company: Any) -> None:
    count(company, status="done", members=MEMBERS)

    assert company.post(company.receipt(100_000, "2026-03-31")).posted()
