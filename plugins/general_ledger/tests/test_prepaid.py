"""Prepaid costs: schedules, months in order, changes, origin, openings (spec §4.8, §5)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lienso.importing import RawSheet, check_sheets, import_plan
from lienso.testing.kernels import cloud
from lienso_general_ledger import Change, balance, changed, schedule

from .conftest import MODULES, Company, codes, pair, refused

RUN = "general_ledger.allocate_prepaid_costs"
ORIGIN = "general_ledger.prepaid_origin_vouchers"


def cost(company: Company, code: str = "THUE", **fields: Any) -> Any:
    body = {
        "code": code,
        "name": "Thuê kho",
        "start": "2026-01-10",
        "amount": 1_000,
        "periods": 3,
        "allocation_rows": [{"ratio": "100", "debit": "6427"}],
        **fields,
    }
    return company.save("prepaid_cost", body)


def month(company: Company, number: int, **more: Any) -> dict[str, Any]:
    return company.invoke(RUN, year=2026, month=number, ignore_warnings=True, **more)


def left(company: Company) -> int:
    def look(view: Any) -> int:
        amount, allocated = view.book("prepaid").sum(("amount", "allocated"))[()]
        return int(amount - allocated)

    found: int = company.read(look)
    return found


def test_months_take_equal_parts_and_the_last_one_the_rest(company: Company) -> None:
    cost(company)

    totals = [month(company, number)["total"] for number in (1, 2, 3)]

    assert totals == [333, 333, 334]
    assert left(company) == 0
    assert company.read(lambda view: balance(view, "6427")).amount == 1_000
    assert month(company, 4)["voucher"] is None


def test_a_month_is_done_once_and_in_order(company: Company) -> None:
    cost(company)

    gap = refused(lambda: month(company, 2))
    month(company, 1)
    twice = refused(lambda: month(company, 1))

    assert (gap.code, gap.detail["month"]) == ("allocation_gap", "2026-01")
    assert (twice.code, twice.detail["voucher"]) == ("allocation_exists", "PBCP00001")


def test_a_draft_of_the_month_is_replaced_under_its_number(company: Company) -> None:
    cost(company)
    month(company, 1)
    made = company.read(lambda view: view.require("prepaid_allocation", "PBCP00001"))
    company.kernel.unpost(company.by, made.id)
    assert left(company) == 1_000

    again = month(company, 1)

    assert again["voucher"] == "PBCP00001"
    assert left(company) == 667


def test_only_the_last_month_is_taken_out(company: Company) -> None:
    cost(company)
    for number in (1, 2):
        month(company, number)
    first = company.read(lambda view: view.require("prepaid_allocation", "PBCP00001"))

    assert refused(lambda: company.kernel.unpost(company.by, first.id)).code == (
        "has_later_movements"
    )


def test_a_cost_that_came_late_follows_in_a_voucher_of_its_own(company: Company) -> None:
    cost(company)
    month(company, 1)
    cost(company, "SUA", amount=600)

    assert month(company, 1, codes=["SUA"])["total"] == 200
    assert month(company, 2)["total"] == 533


def test_other_targets_for_one_month_keep_its_sum(company: Company) -> None:
    cost(company)
    rows = [{"ratio": "60", "debit": "6427"}, {"ratio": "40", "debit": "6417"}]

    month(company, 1, row_override={"THUE": rows})
    wrong = refused(lambda: month(company, 2, row_override={"THUE": rows[:1]}))

    assert company.read(lambda view: balance(view, "6417")).amount == 133
    assert company.read(lambda view: balance(view, "6427")).amount == 200
    assert (wrong.code, wrong.detail["percent_sum"]) == ("percent_sum_not_100", "60")


def test_a_stop_leaves_the_months_from_it_on(company: Company) -> None:
    cost(company, stopped_from="2026-02-15")
    month(company, 1)

    assert month(company, 2)["voucher"] is None
    assert left(company) == 667


def test_a_change_starts_the_schedule_anew_from_its_month(company: Company) -> None:
    cost(company)
    month(company, 1)
    change = company.save(
        "prepaid_adjustment",
        {"posting_date": "2026-02-01", "prepaid": "THUE", "remaining_periods": 4},
    )
    company.post(change)

    totals = [month(company, number)["total"] for number in (2, 3, 4, 5)]

    assert totals == [167, 167, 167, 166]
    assert left(company) == 0


def test_a_change_of_what_is_left_moves_the_book_and_comes_back(company: Company) -> None:
    cost(company)
    month(company, 1)
    fields = {"posting_date": "2026-02-01", "prepaid": "THUE", "remaining_amount": 500}
    change = company.post(company.save("prepaid_adjustment", fields))

    changed_to = left(company)
    company.kernel.unpost(company.by, change.id)

    assert (changed_to, left(company)) == (500, 667)


def test_a_change_comes_after_the_months_before_it_and_before_those_after(
    company: Company,
) -> None:
    cost(company)
    fields = {"posting_date": "2026-03-01", "prepaid": "THUE", "remaining_periods": 4}
    change = company.save("prepaid_adjustment", fields)
    early = refused(lambda: company.post(change))
    for number in (1, 2, 3):
        month(company, number)
    late = refused(lambda: company.post(change))

    assert (early.code, late.code) == ("allocation_gap", "has_later_movements")


def test_what_a_schedule_follows_from_stays_once_a_month_was_allocated(company: Company) -> None:
    record = cost(company)
    month(company, 1)

    changed_amount = refused(
        lambda: company.save("prepaid_cost", {"amount": 5}, id=record.id, merge=True)
    )
    deleted = refused(lambda: company.kernel.delete(company.by, "prepaid_cost", record.id))

    assert changed_amount.code == "has_later_movements"
    assert [f.code for f in deleted.findings] == ["in_use", "has_later_movements"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"allocation_rows": [{"ratio": "99.9", "debit": "6427"}]}, "percent_sum_not_100"),
        ({"code": "thue"}, "code_exists"),
        ({"amount": 0}, "value_out_of_range"),
    ],
)
def test_a_faulty_cost_is_refused(company: Company, fields: dict[str, Any], code: str) -> None:
    cost(company)
    error = refused(lambda: cost(company, **{"code": "KHAC", **fields}))

    assert error.code == code


def test_origin_vouchers_that_differ_from_the_amount_warn(company: Company) -> None:
    origin = [{"voucher": "NVK9", "line": 1, "amount": 999}]
    body = {"code": "A", "name": "A", "start": "2026-01-01", "amount": 1_000, "periods": 2}
    body |= {"allocation_rows": [{"ratio": "100", "debit": "6427"}], "origin": origin}

    saved = company.kernel.save(company.by, "prepaid_cost", body)

    assert [finding.code for finding in saved.findings] == ["origin_differs"]


def test_a_pair_that_two_costs_name_shows_what_each_used(company: Company) -> None:
    company.untrack(["242", "331"])
    made = company.posted(pair("242", "331", 900), day="2026-01-05")
    origin = [{"voucher": made.data.no, "line": 1}]
    cost(company, "A", amount=600, origin=[{**origin[0], "amount": 600}])
    cost(company, "B", amount=300, origin=[{**origin[0], "amount": 300}])

    shown = company.kernel.figure(company.by, ORIGIN, {"prepaid": "A"}).value

    (row,) = shown["rows"]
    assert (row["amount"], row["used"], row["used_elsewhere"]) == (900, 600, 300)
    assert shown["total"] == 600


def test_an_opening_goes_on_where_the_former_books_stopped(company: Company) -> None:
    headings = (
        "Mã CP trả trước (*)", "Tên (*)", "Ngày ghi nhận", "Số tiền", "Số kỳ PB", "Số kỳ đã PB",
        "Số đã PB", "Số còn lại", "TK chờ phân bổ", "Tỷ lệ", "TK chi phí",
    )  # fmt: skip
    row = ("CPTT01", "Thuê kho", "01/11/2025", 2400.0, 12.0, 2.0, 400.0, 2000.0, "242")
    rows = [(*row, 70.0, "6427"), (*row, 30.0, "6417")]
    plan = check_sheets(
        company.kernel, company.by, [RawSheet("CP trả trước đầu kỳ", [headings, *rows])]
    )
    import_plan(company.kernel, company.by, plan)

    opened = company.read(lambda view: balance(view, "242")).amount
    total = month(company, 1)["total"]

    assert (opened, total) == (2_000, 200)
    assert company.read(lambda view: balance(view, "6417")).amount == 60
    assert left(company) == 1_800


def test_an_opening_whose_amounts_contradict_is_named_by_its_column(company: Company) -> None:
    headings = ("Mã CP trả trước", "Tên", "Ngày ghi nhận", "Số tiền", "Số kỳ PB", "Số đã PB",
                "Số còn lại", "TK chi phí")  # fmt: skip
    row = ("A", "A", "01/11/2025", 2400.0, 12.0, 400.0, 1900.0, "6427")

    found = check_sheets(
        company.kernel, company.by, [RawSheet("CP trả trước đầu kỳ", [headings, row])]
    ).findings

    assert [(f.column, f.code) for f in found if f.severity == "error"] == [
        ("Số còn lại", "value_out_of_range")
    ]


def test_an_adjustment_names_what_changes_and_a_cost_that_is_there(company: Company) -> None:
    fields = {"posting_date": "2026-02-01", "prepaid": "NONE"}

    found = codes(lambda: company.save("prepaid_adjustment", fields))

    assert found == [("field_required", None), ("not_found", None)]


@given(
    amount=st.integers(1, 10**13),
    periods=st.integers(1, 400),
    day=st.integers(1, 28),
    rule=st.sampled_from(["full_month", "from_date"]),
    change=st.none()
    | st.tuples(st.integers(0, 40), st.none() | st.integers(0, 10**13), st.integers(1, 90)),
)
def test_a_schedule_adds_up_to_what_there_is_and_never_goes_below_zero(
    amount: int,
    periods: int,
    day: int,
    rule: Any,
    change: tuple[int, int | None, int] | None,
) -> None:
    start = datetime.date(2026, 2, day)
    rows = schedule(amount, periods, start, rule)
    whole = amount
    if change is not None:
        index, new, its_periods = change
        index = min(index, len(rows) - 1)
        before = rows[index - 1].remaining if index else amount
        rows = changed(rows, amount, [Change(rows[index].month, new, its_periods)])
        whole += 0 if new is None else new - before
        assert len(rows) == index + its_periods

    assert sum(row.amount for row in rows) == whole
    assert all(row.amount >= 0 and row.remaining >= 0 for row in rows)
    assert rows[-1].remaining == 0
    assert [row.month for row in rows] == sorted({row.month for row in rows})


@pytest.fixture(scope="module")
def shared() -> Iterator[Company]:
    with cloud(MODULES, options={"accounting.start_date": "2026-01-01"}) as kernel:
        yield Company(kernel)


@settings(max_examples=10, deadline=None)
@given(
    costs=st.lists(
        st.tuples(st.integers(1, 10**9), st.integers(1, 6), st.integers(1, 4), st.integers(1, 99)),
        min_size=1,
        max_size=4,
    )
)
def test_months_of_random_costs_empty_the_book_and_come_back(
    shared: Company, costs: list[tuple[int, int, int, int]]
) -> None:
    saved = [
        cost(
            shared,
            f"C{number}",
            amount=amount,
            periods=periods,
            start=f"2026-{start:02d}-01",
            allocation_rows=[
                {"ratio": str(share), "debit": "6427"},
                {"ratio": str(100 - share), "debit": "6417"},
            ],
        )
        for number, (amount, periods, start, share) in enumerate(costs)
    ]
    for number in range(1, 10):
        month(shared, number)

    spent = shared.read(lambda view: balance(view, "6"))
    assert spent.amount == sum(amount for amount, *_ in costs)
    assert left(shared) == 0
    for record in reversed(shared.read(lambda view: list(view.find("prepaid_allocation", "date")))):
        shared.kernel.unpost(shared.by, record.id)
        shared.kernel.delete(shared.by, record.type, record.id)
    assert left(shared) == spent.amount
    assert shared.entries() == []
    for record in saved:
        shared.kernel.delete(shared.by, "prepaid_cost", record.id)
