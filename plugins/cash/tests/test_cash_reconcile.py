"""cash.reconcile_count beyond the worked cases (spec §4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lienso import LiensoError
from lienso.storage import Entry, RecordRef
from lienso_cash.proposal import share

FUNCTION = "cash.reconcile_count"
MEMBERS = [
    {"name": "Trần Thị Bình", "represents": "kế toán"},
    {"name": "Lê Thị Cúc", "represents": "thủ quỹ"},
]


def count(company: Any, amount: int = 1_000_000, **fields: Any) -> Any:
    notes = [{"value": 1_000, "sheets": amount // 1_000}]
    return company.save("cash_count", {"date": "2026-03-31", "denominations": notes, **fields})


def refused(company: Any, **params: Any) -> LiensoError:
    with pytest.raises(LiensoError) as caught:
        company.invoke(FUNCTION, **params)
    return caught.value


def in_cash_book(company: Any, record: Any, amount: int, day: str | None = None) -> None:
    """Write what the cashier says of a voucher, keyed by it."""
    date = (
        record.data.posting_date
        if day is None
        else type(record.data.posting_date).fromisoformat(day)
    )
    name = "receipt" if amount > 0 else "payment"
    entry = Entry(0, 0, "", date, "", {"currency": "VND"}, {name: abs(amount) * 10_000})
    ref = RecordRef(record.type, record.id)
    company.kernel.storage.write(
        company.by.tenant,
        lambda writer: writer.post("cash_book", ref, [entry], number=record.data.no),
    )


def test_equal_books_and_cash_need_no_voucher(company: Any) -> None:
    company.post(company.receipt(1_000_000))
    record = count(company)

    result = company.invoke(FUNCTION, count=record.data.no, create_vouchers=True)

    assert result["difference_count_minus_account_book"] == 0
    assert (result["proposal"], result["created"], result["differences"]) == (None, [], [])


def test_a_shortage_in_dong_is_paid_out_to_be_explained(company: Any) -> None:
    company.post(company.receipt(1_200_000))
    record = count(company)

    result = company.invoke(FUNCTION, count=record.data.no, create_vouchers=True)

    line = {"debit": "1381", "credit": "1111", "amount": 200_000}
    assert result["proposal"] == {"type": "cash_payment", "lines": [line]}
    (number,) = result["created"]
    made = company.kernel.read(company.by, lambda view: view.require("cash_payment", number))
    assert made.posted()
    assert made.data.references == [record.data.no]
    assert made.data.generated_by == FUNCTION
    again = company.kernel.get(company.by, "cash_count", record.id)
    assert again.data.vouchers == [number]
    assert company.figure("cash.fund_balance")["total"] == 1_000_000


def test_a_second_voucher_for_one_count_is_refused_until_the_first_is_deleted(company: Any) -> None:
    company.post(company.receipt(1_200_000))
    record = count(company)
    params = {"count": record.data.no, "create_vouchers": True, "date": "2026-04-01"}
    (number,) = company.invoke(FUNCTION, **params)["created"]

    error = refused(company, **params)
    company.kernel.unpost(company.by, number)
    made = company.kernel.read(company.by, lambda view: view.require("cash_payment", number))
    company.kernel.delete(company.by, "cash_payment", made.id)
    result = company.invoke(FUNCTION, **params)

    assert error.code == "count_done"
    assert len(result["created"]) == 1


def test_a_finished_count_is_not_reconciled(company: Any) -> None:
    record = count(company, status="done", members=MEMBERS)

    assert refused(company, count=record.data.no).code == "count_done"


def test_a_later_finished_count_of_the_currency_stops_it(company: Any) -> None:
    record = count(company)
    later = count(company, date="2026-04-02", status="done", members=MEMBERS)

    error = refused(company, count=record.data.no)

    assert (error.code, error.detail["count"]) == ("later_count_exists", later.data.no)


def test_foreign_cash_that_no_book_knows_has_no_rate(company: Any) -> None:
    record = count(company, currency="USD")

    assert refused(company, count=record.data.no).code == "rate_undefined"


def test_an_empty_fund_takes_all_the_dong_of_the_book(company: Any) -> None:
    usd = {"currency": "USD", "rate": "25481"}
    company.post(company.receipt(76_443, debit="1112", fc_amount="3", **usd))
    record = count(company, 0, currency="USD")

    result = company.invoke(FUNCTION, count=record.data.no, create_vouchers=True)

    (line,) = result["proposal"]["lines"]
    assert (line["amount"], line["fc_amount"], line["rate"]) == (76_443, "3.00", "25481.00")
    assert company.figure("cash.fund_balance")["total"] == 0


def test_a_dry_run_shows_the_voucher_and_keeps_nothing(company: Any) -> None:
    company.post(company.receipt(1_200_000))
    record = count(company)

    result = company.invoke(FUNCTION, count=record.data.no, create_vouchers=True, dry_run=True)

    assert len(result["created"]) == 1
    assert company.figure("cash.fund_balance")["total"] == 1_200_000
    assert company.kernel.get(company.by, "cash_count", record.id).data.vouchers == []


def test_a_day_and_a_currency_compare_the_books_without_a_count(company: Any) -> None:
    company.post(company.receipt(1_200_000))
    company.post(company.receipt(1_000_000, "2026-04-01"))

    result = company.invoke(FUNCTION, date="2026-03-31")

    assert (result["account_book_balance"], result["cash_book_balance"]) == (1_200_000, 1_200_000)
    assert (result["counted"], result["proposal"]) == (None, None)


def test_vouchers_are_made_for_a_count_only(company: Any) -> None:
    assert refused(company, date="2026-03-31", create_vouchers=True).code == "type_wrong"


def test_defaults_of_the_company_take_the_place_of_the_usual_accounts(company: Any) -> None:
    own = {"voucher_type": "cash_count", "column": "shortage_account", "default": "1388"}
    company.save("account_default", own)
    company.post(company.receipt(1_200_000))
    record = count(company)

    result = company.invoke(FUNCTION, count=record.data.no)

    assert result["proposal"]["lines"][0]["debit"] == "1388"


def test_every_kind_of_difference_is_named_and_they_explain_the_whole(with_cashier: Any) -> None:
    company = with_cashier
    not_handed_out = company.post(company.receipt(1_000_000, "2026-03-05"))
    wrong_amount = company.post(company.receipt(300_000, "2026-03-06"))
    in_cash_book(company, wrong_amount, 320_000)
    draft = company.payment(50_000, "2026-03-07")
    in_cash_book(company, draft, -50_000)
    across = company.post(company.receipt(70_000, "2026-03-30"))
    in_cash_book(company, across, 70_000, "2026-04-01")
    early = company.post(company.receipt(90_000, "2026-04-02"))
    in_cash_book(company, early, 90_000, "2026-03-31")
    same = company.post(company.receipt(400_000, "2026-03-08"))
    in_cash_book(company, same, 400_000)
    record = count(company)

    result = company.invoke(FUNCTION, count=record.data.no)

    rows = {
        row["voucher"]: (row["kind"], row["account_book"], row["cash_book"], row["effect"])
        for row in result["differences"]
    }
    assert rows == {
        not_handed_out.data.no: ("only_in_account_book", 1_000_000, 0, 1_000_000),
        wrong_amount.data.no: ("amount_differs", 300_000, 320_000, -20_000),
        draft.data.no: ("only_in_cash_book", 0, -50_000, 50_000),
        across.data.no: ("date_across_count", 70_000, 0, 70_000),
        early.data.no: ("date_across_count", 0, 90_000, -90_000),
    }
    assert [row["voucher"] for row in result["differences"]] == sorted(rows)
    effects = sum(row["effect"] for row in result["differences"])
    assert effects == result["account_book_balance"] - result["cash_book_balance"]
    assert all(row["advice"] for row in result["differences"])


def test_open_differences_stop_the_voucher_unless_they_are_passed(with_cashier: Any) -> None:
    company = with_cashier
    posted = company.post(company.receipt(1_200_000))
    record = count(company)

    error = refused(company, count=record.data.no, create_vouchers=True)
    result = company.invoke(
        FUNCTION, count=record.data.no, create_vouchers=True, ignore_warnings=True
    )

    assert (error.code, error.detail["vouchers"]) == ("differences_open", [posted.data.no])
    assert len(result["created"]) == 1
    assert [finding["code"] for finding in result["_findings"]] == ["differences_open"]


def test_vouchers_of_the_day_that_come_after_the_count_are_marked(company: Any) -> None:
    company.post(company.receipt(1_000_000, "2026-03-31"))
    record = count(company)
    first = company.invoke(FUNCTION, count=record.data.no)
    late = company.post(company.receipt(50_000, "2026-03-31"))

    second = company.invoke(FUNCTION, count=record.data.no)

    assert first["entered_after"] == []
    assert second["entered_after"] == [late.data.no]


@given(
    st.integers(1, 10**15),
    st.integers(1, 10**12),
    st.integers(0, 10**12),
)
def test_a_share_and_what_is_left_are_the_whole(amount: int, held: int, taken: int) -> None:
    fc, part = Decimal(held).scaleb(-2), Decimal(min(taken, held)).scaleb(-2)

    value = share(part, amount, fc)

    assert 0 <= value <= amount
    assert abs(Decimal(value) * held - Decimal(amount) * min(taken, held)) * 2 <= held
    assert share(fc, amount, fc) == amount
    assert share(part, -amount, fc) == -value
