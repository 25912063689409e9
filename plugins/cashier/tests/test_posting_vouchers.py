"""The cashier's posting: order, funds, what stops one voucher and what binds the accountant (spec §3, §4)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

USD = {"currency": "USD", "rate": "25480"}


def failed(result: dict[str, Any]) -> list[str]:
    return [row["code"] for row in result["failed"]]


def test_a_voucher_of_any_module_goes_into_the_book_once(company: Any) -> None:
    record = company.receipt(500_000)

    first, second = company.take(record), company.take(record)

    assert first["posted"] == [record.data.no]
    assert company.book() == [(record.data.no, 500_000, 0)]
    (again,) = second["failed"]
    assert (again["code"], again["by"]) == ("cash_already_posted", "tester")


def test_money_that_touches_no_box_is_none_of_his_business(company: Any) -> None:
    assert failed(company.take(company.journal("811", "711", 1_000))) == ["not_a_cash_voucher"]


def test_cash_to_the_bank_is_one_payment(company: Any) -> None:
    company.option("cash.overdraft", "none")
    record = company.journal("1131", "1111", 300_000)

    company.take(record)

    assert company.book() == [(record.data.no, 0, 300_000)]


def test_buying_dollars_is_a_receipt_in_one_fund_and_a_payment_in_another(company: Any) -> None:
    company.opening(30_000_000)
    lines = [
        {"line": 1, "debit": "1112", "credit": "711", "amount": 25_480_000, "fc_amount": "1000", **USD},
        {"line": 2, "debit": "811", "credit": "1111", "amount": 25_480_000},
    ]  # fmt: skip
    record = company.save("journal", {"posting_date": "2026-03-02", "lines": lines})
    company.kernel.post(company.by, record.id, ignore_warnings=True)

    result = company.take(record)

    assert [(r["currency"], r.get("receipt"), r.get("payment")) for r in result["book"]] == [
        ("USD", "1000.00", None),
        ("VND", None, 25_480_000),
    ]


def test_red_ink_in_a_receipt_is_a_payment(company: Any) -> None:
    company.opening(1_000)
    record = company.receipt(-400)

    assert company.take(record)["book"][0]["payment"] == 400


def test_each_cash_account_may_be_a_fund_of_its_own(company: Any) -> None:
    for code in ("11111", "11112"):
        account = company.kernel.get(company.by, "account", "1111")
        body = {"code": code, "name": code, "parent": account.id, "nature": "debit"}
        company.save("account", body)
    company.option("cashier.funds_by_account", True)
    company.opening(900, fund="11112")
    record = company.journal("11111", "11112", 700)

    result = company.take(record)

    assert [(row["fund"], row["balance"]) for row in result["book"]] == [
        ("11111", 700),
        ("11112", 200),
    ]


def test_a_posting_in_the_middle_moves_every_balance_after_it(company: Any) -> None:
    late = company.receipt(100, "2026-03-10")
    company.take(late)

    result = company.take(company.receipt(50, "2026-03-05"))

    assert [(row["date"], row["balance"]) for row in result["book"]] == [
        ("2026-03-05", 50),
        ("2026-03-10", 150),
    ]


def test_all_that_is_in_the_box_may_be_paid_and_not_one_dong_more(company: Any) -> None:
    company.option("cash.overdraft", "block")
    company.opening(1_000)
    company.option("cash.overdraft", "none")
    all_of_it, one = company.payment(1_000), company.payment(1)
    company.option("cash.overdraft", "block")

    result = company.take(all_of_it, one)

    assert result["posted"] == [all_of_it.data.no]
    assert [(row["code"], row["balance"]) for row in result["failed"]] == [("negative_cash", 0)]


def test_with_warn_it_is_posted_and_reported(company: Any) -> None:
    result = company.take(company.payment(1))

    assert len(result["posted"]) == 1
    assert [found["code"] for found in result["_findings"]] == ["negative_cash"]


def test_taking_a_receipt_back_is_stopped_by_a_later_day_below_zero(company: Any) -> None:
    receipt = company.receipt(100, "2026-03-02")
    company.take(receipt, company.payment(80, "2026-03-05"))
    company.option("cash.overdraft", "block")

    result = company.take(receipt, action="unpost")

    assert [(row["code"], row["date"]) for row in result["failed"]] == [
        ("negative_cash", "2026-03-05")
    ]
    assert len(company.book()) == 2


def test_all_or_none_leaves_nothing_behind(company: Any, refused: Any) -> None:
    good, bad = company.receipt(1), company.journal("811", "711", 1_000)

    error = refused(lambda: company.take(good, bad, atomic=True))

    assert error.code == "not_a_cash_voucher"
    assert company.book() == []


def test_an_actual_figure_needs_the_option(company: Any) -> None:
    record = company.receipt(1_000)
    amounts = {record.data.no: "900"}
    without = company.take(record, amounts=amounts)
    company.option("cashier.allow_actual", True)

    result = company.take(record, amounts=amounts)

    assert failed(without) == ["actual_not_allowed"]
    assert [found["code"] for found in result["_findings"]] == ["actual_differs"]
    assert company.book() == [(record.data.no, 900, 0)]
    (row,) = company.listed()["rows"]
    assert (row["receipt"], row["voucher_amount"], row["mark"]) == (900, 1_000, None)


def test_days_that_are_odd_are_reported(company: Any) -> None:
    record = company.receipt(1)
    later = {"date_mode": "chosen", "date": "2099-01-01"}
    earlier = {"date_mode": "chosen", "date": "2026-03-01"}

    future = company.take(record, dry_run=True, **later)
    before = company.take(record, **earlier)

    assert [found["code"] for found in future["_findings"]] == ["cash_date_in_future"]
    assert [found["code"] for found in before["_findings"]] == ["date_before_voucher"]


def test_a_fund_of_another_branch_is_refused(company: Any) -> None:
    company.save("org_unit", {"code": "CN1", "name": "Chi nhánh 1", "kind": "branch"})
    record = company.receipt(1)

    assert failed(company.take(record, branch="CN1")) == ["fund_other_branch"]


def test_without_the_option_the_module_is_not_there(company: Any, refused: Any) -> None:
    record = company.receipt(1)
    company.option("cashier.enabled", False)

    assert refused(lambda: company.take(record)).code == "module_unavailable"
    assert refused(company.listed).code == "module_unavailable"


def test_a_draft_that_he_posted_keeps_its_amount_but_not_its_text(
    company: Any, refused: Any
) -> None:
    company.option("cashier.require_accounting_posted", False)
    record = company.receipt(1_000, post=False)
    company.take(record)
    line = {"lines": [{"line": 1, "amount": 1_001}]}

    error = refused(lambda: company.save("journal", line, id=record.id, merge=True))
    company.save("journal", {"description": "khác"}, id=record.id, merge=True)
    gone = refused(lambda: company.kernel.delete(company.by, "journal", record.id))

    assert (error.code, gone.code) == ("posted_by_cashier", "posted_by_cashier")


def test_what_became_of_a_voucher_is_marked_and_the_book_stays(company: Any) -> None:
    company.option("cashier.allow_edit_after_cash_posting", True)
    changed, unposted, deleted = (company.receipt(n, f"2026-03-0{n}") for n in (1, 2, 3))
    company.take(changed, unposted, deleted)
    for record in (changed, unposted, deleted):
        company.kernel.unpost(company.by, record.data.no)
    line = {"lines": [{"line": 1, "amount": 9}]}
    company.save("journal", line, id=changed.id, merge=True)
    company.kernel.post(company.by, changed.id)
    company.kernel.delete(company.by, "journal", deleted.id)

    result = company.listed()

    assert [(r["receipt"], r["voucher_amount"], r["mark"]) for r in result["rows"]] == [
        (1, 9, "changed_after_posting"),
        (2, 2, "voucher_unposted"),
        (3, None, "voucher_deleted"),
    ]
    assert (result["totals"], result["closing"]) == ({"receipt": 6, "payment": 0}, 6)


def test_a_draft_of_a_locked_period_has_no_amount_of_today(company: Any) -> None:
    company.option("cashier.allow_edit_after_cash_posting", True)
    record = company.receipt(2)
    company.take(record)
    company.kernel.unpost(company.by, record.data.no)
    lock = {"lock_date": "2026-03-31", "default_handling": "leave", "ignore_warnings": True}
    company.kernel.invoke(company.by, "general_ledger.lock_period", lock)

    [row] = company.listed()["rows"]

    assert (row["receipt"], row["voucher_amount"], row["mark"]) == (2, None, "voucher_unposted")


def test_the_list_is_paged_and_filtered(company: Any, refused: Any) -> None:
    company.opening(1_000)
    company.take(company.receipt(1), company.receipt(2), company.payment(3))

    page = company.listed(page=2, page_size=2)
    paid = company.listed(kind="payment", currency="VND")
    wide = refused(lambda: company.listed(from_date="2024-01-01"))

    assert (page["count"], [row["payment"] for row in page["rows"]]) == (3, [3])
    assert (paid["totals"], paid["opening"]) == ({"receipt": 0, "payment": 3}, None)
    assert (page["opening"], page["closing"]) == (1_000, 1_000)
    assert wide.code == "range_too_wide"


@pytest.mark.parametrize("action", ["post", "unpost"])
def test_a_number_that_nobody_has_stops_no_other(company: Any, action: str) -> None:
    record = company.receipt(1)
    if action == "unpost":
        company.take(record)
    params = {"vouchers": ["XX1", record.data.no], "action": action}

    result = company.kernel.invoke(company.by, "cashier.post_vouchers", params)

    assert (failed(result), result[f"{action}ed"]) == (["not_found"], [record.data.no])


MOVES = st.lists(st.tuples(st.integers(-50, 50).filter(bool), st.integers(1, 9)), max_size=6)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(MOVES, st.randoms())
def test_the_balance_is_the_sum_and_taking_all_back_leaves_what_was(
    company: Any, moves: list[tuple[int, int]], random: Any
) -> None:
    before = company.book()
    records = [
        company.receipt(n, f"2026-03-0{day}") if n > 0 else company.payment(-n, f"2026-03-0{day}")
        for n, day in moves
    ]
    random.shuffle(records)

    if records:
        result = company.take(*records)
        assert result["failed"] == []
        assert result["book"][-1]["balance"] == sum(n for n, _day in moves)
        assert company.take(*records, action="unpost")["failed"] == []

    assert company.book() == before
