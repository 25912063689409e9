"""The option cash.overdraft (spec §3)."""

from __future__ import annotations

from typing import Any

import pytest
from lienso import LiensoError
from lienso.messages import finding_text


def refusal(company: Any, record: Any, **how: Any) -> LiensoError:
    with pytest.raises(LiensoError) as caught:
        company.post(record, **how)
    return caught.value


def test_all_the_cash_may_go_and_not_one_dong_more(company: Any) -> None:
    company.option("cash.overdraft", "block")
    company.post(company.receipt(1_000_000))

    company.post(company.payment(1_000_000))
    error = refusal(company, company.payment(1))

    assert error.code == "negative_cash"
    assert error.detail == {
        "account": "1111",
        "currency": "VND",
        "date": "2026-03-02",
        "balance": 0,
    }


def test_block_is_not_passed_by_ignoring_warnings(company: Any) -> None:
    company.option("cash.overdraft", "block")

    error = refusal(company, company.payment(500_000), ignore_warnings=True)

    assert error.code == "negative_cash"
    assert company.entries() == []


def test_warn_stops_once_and_can_be_passed(company: Any) -> None:
    record = company.payment(500_000)

    error = refusal(company, record)
    posted = company.post(record, ignore_warnings=True)

    assert [f.code for f in error.findings] == ["negative_cash"]
    assert posted.posting["financial"].passed_warnings == ("negative_cash",)


def test_none_asks_nothing(company: Any) -> None:
    company.option("cash.overdraft", "none")

    posted = company.post(company.payment(500_000))

    assert posted.posted()


def test_the_text_is_the_one_accountants_know(company: Any) -> None:
    error = refusal(company, company.payment(500_000))

    text = finding_text(company.kernel.registry, error.findings[0])
    assert text == ("Số dư của TK <1111> tính đến ngày 2026-03-02 chỉ còn 0. Ghi sổ sẽ xuất quỹ âm")


def test_cash_of_a_later_day_does_not_pay_today(company: Any) -> None:
    company.option("cash.overdraft", "block")
    company.post(company.receipt(1_000_000, "2026-03-03"))

    error = refusal(company, company.payment(400_000, "2026-03-02"))

    assert error.code == "negative_cash"


def test_later_days_that_fall_below_zero_are_a_second_warning(company: Any) -> None:
    company.post(company.receipt(1_000_000, "2026-03-02"))
    company.post(company.payment(900_000, "2026-03-10"))
    company.post(company.receipt(900_000, "2026-03-12"))
    company.post(company.payment(950_000, "2026-03-20"))

    error = refusal(company, company.payment(200_000, "2026-03-05"))

    (found,) = error.findings
    assert (found.severity, found.code) == ("warning", "negative_cash_later")
    assert found.values["date"] == "2026-03-10"
    assert found.values["days"] == ["2026-03-10", "2026-03-20"]


def test_each_currency_is_a_fund_of_its_own(company: Any) -> None:
    company.option("cash.overdraft", "block")
    company.post(company.receipt(90_000_000))
    usd = {"currency": "USD", "rate": "25480"}
    company.post(company.receipt(25_480_000, debit="1112", fc_amount="1000", **usd))

    line = {"debit": "331", "credit": "1112", "fc_amount": "1000.01", **usd}
    company.save("object", {"code": "N1", "name": "N1", "is_supplier": True})
    error = refusal(company, company.payment(25_480_255, object="N1", **line), ignore_warnings=True)

    assert error.code == "negative_cash"
    assert (error.detail["currency"], error.detail["balance"]) == ("USD", "1000.00")


def test_each_branch_has_its_own_cash(company: Any) -> None:
    company.option("cash.overdraft", "block")
    company.save("org_unit", {"code": "CN1", "name": "Chi nhánh 1", "kind": "branch"})
    company.post(company.receipt(1_000_000))

    error = refusal(company, company.payment(400_000, branch="CN1"))

    assert error.code == "negative_cash"


def test_each_ledger_is_judged_by_itself(company: Any) -> None:
    company.option("cash.overdraft", "block")
    company.post(company.receipt(1_000_000))
    record = company.payment(400_000, display_on_book="management")

    with pytest.raises(LiensoError) as caught:
        company.kernel.post(company.by, record.id, "management")

    assert caught.value.code == "negative_cash"


def test_a_journal_that_pays_cash_is_asked_too(company: Any) -> None:
    company.option("cash.overdraft", "block")
    line = {"line": 1, "debit": "811", "credit": "1111", "amount": 10_000}
    record = company.save("journal", {"posting_date": "2026-03-02", "lines": [line]})

    error = refusal(company, record, ignore_warnings=True)

    assert error.code == "negative_cash"


def test_what_comes_in_and_goes_out_in_one_voucher_is_judged_together(company: Any) -> None:
    company.option("cash.overdraft", "block")
    lines = [
        {"line": 1, "debit": "1111", "credit": "711", "amount": 500_000},
        {"line": 2, "debit": "811", "credit": "1111", "amount": 500_000},
    ]
    record = company.save("journal", {"posting_date": "2026-03-02", "lines": lines})

    assert company.post(record).posted()


def test_a_receipt_into_an_overdrawn_fund_is_welcome(company: Any) -> None:
    company.post(company.payment(500_000), ignore_warnings=True)
    company.option("cash.overdraft", "block")

    assert company.post(company.receipt(100_000, "2026-03-05")).posted()
