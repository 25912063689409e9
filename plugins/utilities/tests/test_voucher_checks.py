"""Checks of vouchers as such: each finds the fault that was made, and no other voucher."""

from __future__ import annotations

from typing import Any

import pytest
from lienso.sync.tables import CLOUD_TABLES
from lienso.testing import faults

from .company import Company, line

POSTING = (
    *("posting.unposted", "posting.no_lines", "posting.number_gap", "posting.number_duplicate"),
    *("posting.voucher_after_posting", "posting.date_outside_year", "sync.pending"),
)


def found(head: Company, check: str, *days: str) -> list[dict[str, Any]]:
    return faults.problems(head.kernel, check, *days)


def numbers(rows: list[dict[str, Any]]) -> list[str]:
    return [row["voucher"] for row in rows]


def paid(head: Company, no: str, day: str = "2026-02-10", **fields: Any) -> Any:
    return head.voucher(
        "cash_payment", line("6427", "1111", 5), day=day, no=no, post=True, **fields
    )


def put_number(head: Company, record: Any, no: str) -> None:
    faults.change_body(head.kernel, record.type, record.id, no=no)


@pytest.mark.parametrize("check", POSTING)
def test_good_vouchers_have_nothing_to_find(head: Company, check: str) -> None:
    head.save("fiscal_year", year=2026, from_date="2026-01-01", to_date="2026-12-31")
    for no in ("PC00001", "PC00002", "PC00003"):
        paid(head, no)
    head.voucher("journal", line("6427", "1111", 5), no="NVK00001", post=True)

    assert found(head, check) == []


def test_a_draft_names_the_way_to_post_it(head: Company) -> None:
    paid(head, "PC1")
    draft = head.voucher("cash_payment", line("6427", "1111", 5), no="PC2")

    (row,) = found(head, "posting.unposted")

    assert (row["voucher"], row["records"]) == ("PC2", [{"type": "cash_payment", "id": draft.id}])
    assert row["repair"]["params"] == {"voucher": draft.id, "ledger": "financial"}
    head.kernel.invoke(
        head.by, row["repair"]["id"], {**row["repair"]["params"], "ignore_warnings": True}
    )
    assert found(head, "posting.unposted") == []


def test_vouchers_of_the_other_ledger_are_not_looked_at(head: Company) -> None:
    head.voucher(
        "journal", line("6427", "1111", 5), no_management="QT1", display_on_book="management"
    )

    assert found(head, "posting.unposted") == []
    rows = faults.problems(head.kernel, "posting.unposted", ledger="management")
    assert numbers(rows) == ["QT1"]


def test_a_hole_between_the_numbers_of_the_period_is_told(head: Company) -> None:
    for no in ("PC00001", "PC00002", "PC00005", "PC00006"):
        paid(head, no)

    (row,) = found(head, "posting.number_gap")

    assert (row["voucher_group"], row["series"], row["year"]) == ("cash_payment", "PC…", 2026)
    assert (row["missing"], row["count"]) == (["PC00003", "PC00004"], 2)
    params = {"voucher_group": "cash_payment", "ledger": "financial"}
    days = {"from_date": "2026-01-01", "to_date": "2026-12-31"}
    assert row["repair"]["params"] == {**params, **days}
    head.kernel.invoke(head.by, row["repair"]["id"], {**row["repair"]["params"], "prefix": "PC"})
    assert found(head, "posting.number_gap") == []


def test_a_number_that_stands_in_another_month_or_branch_is_not_missing(head: Company) -> None:
    unit = head.save("org_unit", code="CN", name="CN", kind="branch")
    paid(head, "PC00001")
    paid(head, "PC00002", branch=unit.id)
    paid(head, "PC00003", day="2026-05-01")
    paid(head, "PC00004")

    february = ("2026-02-01", "2026-02-28")
    assert found(head, "posting.number_gap", *february) == []
    own = faults.problems(head.kernel, "posting.number_gap", *february, branches=[unit.id])
    assert own == []


def test_series_with_a_year_behind_or_a_month_before_the_digits_are_read(head: Company) -> None:
    for no in ("PC00001/26", "PC00003/26", "X26020001", "X26020003", "X26030001"):
        paid(head, no)

    rows = found(head, "posting.number_gap")

    assert [(row["series"], row["missing"]) for row in rows] == [
        ("PC…/26", ["PC00002/26"]),
        ("X…", ["X26020002"]),
    ]


def test_a_new_years_numbers_begin_again(head: Company) -> None:
    paid(head, "PC00001", day="2025-12-31")
    paid(head, "PC00002", day="2025-12-31")
    paid(head, "PC00001", day="2026-01-02")
    paid(head, "PC00003", day="2026-01-02")

    days = ("2025-12-01", "2026-01-31")
    assert found(head, "posting.number_duplicate", *days) == []
    rows = found(head, "posting.number_gap", *days)
    assert [(row["year"], row["missing"]) for row in rows] == [(2026, ["PC00002"])]


def test_a_number_that_stands_twice_is_told_once_with_both_vouchers(head: Company) -> None:
    first, second = paid(head, "PC00001"), paid(head, "PC00002", day="2026-03-01")
    put_number(head, second, "PC00001")

    (row,) = found(head, "posting.number_duplicate", "2026-02-01", "2026-02-28")

    assert (row["voucher"], row["expected"], row["found"]) == ("PC00001", 1, 2)
    assert [one["id"] for one in row["records"]] == [first.id, second.id]
    assert found(head, "posting.number_duplicate", "2026-04-01", "2026-04-30") == []


def test_numbers_without_digits_stand_twice_too(head: Company) -> None:
    paid(head, "ABC")
    put_number(head, paid(head, "ABD"), "ABC")

    assert numbers(found(head, "posting.number_duplicate")) == ["ABC"]
    assert found(head, "posting.number_gap") == []


def test_a_voucher_that_lost_its_lines_is_told(head: Company) -> None:
    paid(head, "PC1")
    lost = paid(head, "PC2")
    faults.change_body(head.kernel, lost.type, lost.id, lines=[])

    (row,) = found(head, "posting.no_lines")

    assert (row["voucher"], row["records"][0]["id"]) == ("PC2", lost.id)


def test_a_voucher_dated_after_its_posting_is_told_with_both_days(head: Company) -> None:
    paid(head, "PC1", voucher_date="2026-02-10")
    paid(head, "PC2", voucher_date="2026-02-11")

    (row,) = found(head, "posting.voucher_after_posting")

    assert (row["voucher"], row["expected"], row["found"]) == ("PC2", "2026-02-10", "2026-02-11")


def test_a_day_outside_the_fiscal_years_is_told(head: Company) -> None:
    paid(head, "PC1", day="2025-12-31")
    paid(head, "PC2", day="2026-01-01")
    assert found(head, "posting.date_outside_year", "2025-01-01", "2026-12-31") == []

    head.save("fiscal_year", year=2026, from_date="2026-01-01", to_date="2026-12-31")

    rows = found(head, "posting.date_outside_year", "2025-01-01", "2026-12-31")
    assert numbers(rows) == ["PC1"]


def test_what_could_not_be_posted_is_told_with_its_errors(head: Company) -> None:
    wrong = head.voucher("journal", {"line": 1, "debit": "6427", "amount": 5}, no="NVK1")
    head.call("batch_post", vouchers=["NVK1"])

    rows = found(head, "sync.pending")

    assert [(row["code"], row.get("voucher"), row.get("errors")) for row in rows] == [
        ("post_failed", "NVK1", ["credit_account_required"])
    ]
    assert rows[0]["records"] == [{"type": "journal", "id": wrong.id}]


def test_a_gap_may_be_what_a_site_has_not_sent(head: Company) -> None:
    for no in ("PC00001", "PC00003"):
        paid(head, no)
    days = {"from_date": "2026-02-01", "to_date": "2026-02-28", "checks": ["posting.number_gap"]}
    assert [row["maybe_unsynced"] for row in head.call("check_books", **days)["problems"]] == [
        False
    ]

    add_site(head, pending=2)

    assert [row["maybe_unsynced"] for row in head.call("check_books", **days)["problems"]] == [True]
    (row,) = found(head, "sync.pending")
    assert (row["code"], row["site"], row["pending"], row["failed"]) == ("site", "Kho 2", 2, 0)


def add_site(head: Company, **fields: Any) -> None:
    """Let the cloud know a site that said what it holds."""
    table = next(t for t in CLOUD_TABLES if t.name == "site")
    blank: dict[str, Any] = {"text": "", "int": 0, "bool": False, "bytes": b""}
    row = {name: blank[kind] for name, kind in table.columns.items()}
    row |= {"site_id": "S9", "label": "Kho 2", **fields}
    faults.below(head.kernel, lambda writer: writer.state("site").put(row))
