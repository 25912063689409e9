"""What posting a journal refuses and warns of."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Company, codes, pair, refused


def test_a_draft_may_be_empty_and_is_refused_when_posted(company: Company) -> None:
    draft = company.journal()

    assert refused(lambda: company.post(draft)).code == "line_empty"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (pair("", "1111", 5), "debit_account_required"),
        (pair("6427", "", 5), "credit_account_required"),
        (pair("6427", "1111", 0), "amount_zero"),
        (pair("1111", "1111", 5), "same_account_both_sides"),
        (pair("711", "1112", 5, currency="USD", fc_amount="2"), "fx_rate_missing"),
    ],
)
def test_a_faulty_line_is_named(company: Company, line: dict[str, Any], code: str) -> None:
    voucher = company.journal(pair("6427", "1111", 1), line)

    assert (code, 2) in codes(lambda: company.post(voucher))


def test_one_account_on_both_sides_is_fine_between_two_objects(company: Company) -> None:
    company.save("object", {"code": "A", "is_customer": True})
    company.save("object", {"code": "B", "is_customer": True})

    posted = company.posted(pair("131", "131", 5, debit_object="A", credit_object="B"))

    assert posted.posted()


def test_red_ink_is_posted_unless_the_option_forbids_it(company: Company) -> None:
    company.posted(pair("6427", "1111", -5))
    company.invoke("system.set_options", values={"no_negative_entries": True}, scope="company")
    voucher = company.journal(pair("6427", "1111", -5))

    assert codes(lambda: company.post(voucher)) == [("value_out_of_range", 1)]


@pytest.mark.parametrize(
    ("line", "header", "code"),
    [
        (pair("911", "4212", 5), {}, "closing_account_used"),
        (pair("1331", "1111", 5), {}, "vat_line_without_invoice"),
        (
            pair("1112", "711", 102, currency="USD", fc_amount="2", rate="50"),
            {},
            "fx_amount_mismatch",
        ),
        (pair("6427", "1111", 5), {"day": "2027-01-01"}, "outside_fiscal_year"),
        (pair("6427", "1111", 5), {"voucher_date": "2026-03-03"}, "voucher_after_posting"),
    ],
)
def test_what_is_odd_is_warned_of(
    company: Company, line: dict[str, Any], header: dict[str, Any], code: str
) -> None:
    assert code in company.warned(company.journal(line, **header))


@pytest.mark.parametrize(
    "line",
    [
        pair("33311", "1331", 5),
        pair("1331", "1111", 5, tax={"amount": 5, "invoice_no": "1"}),
        pair("1112", "711", 101, currency="USD", fc_amount="2", rate="50"),
        pair("6427", "1111", 5),
    ],
)
def test_what_is_usual_is_not(company: Company, line: dict[str, Any]) -> None:
    ours = {"vat_line_without_invoice", "fx_amount_mismatch", "old_date", "outside_fiscal_year"}

    assert not ours & set(company.warned(company.journal(line)))


def test_a_day_twelve_months_back_is_not_old_and_the_day_before_is(company: Company) -> None:
    company.invoke(
        "system.set_options", values={"accounting.start_date": "2020-01-01"}, scope="company"
    )

    assert "old_date" not in company.warned(
        company.journal(pair("6427", "1111", 5), day="2025-03-02")
    )
    assert "old_date" in company.warned(company.journal(pair("6427", "1111", 5), day="2025-03-01"))


def test_a_day_before_the_first_accounting_day_is_not_saved(company: Company) -> None:
    company.journal(day="2026-01-01")

    assert refused(lambda: company.journal(day="2025-12-31")).code == "before_start"


def test_a_printed_journal_fits_the_page_whatever_its_accounts(company: Company) -> None:
    lines = [pair("6" * 20, "1" * 20, -1_234_567, description="Chi phí " * 20)]
    record = company.journal(*lines, description="Điều chỉnh " * 12, attached_count=2)
    kind = company.kernel.registry.record_types["journal"]

    text = company.read(lambda view: kind.print(record, view))

    assert all(len(line) <= 80 for line in text.splitlines())
    assert "PHIẾU KẾ TOÁN" in text
    assert "(1.234.567)" in text
