"""Receipts, payments and settlements in the books (spec §3), and what posting objects to (§2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from lienso import LiensoError

USD = {"currency": "USD", "rate": "25480"}


def codes(error: LiensoError) -> list[tuple[str, int | None]]:
    return [(finding.code, finding.line) for finding in error.findings]


def pairs(company: Any) -> list[tuple[str, str, int]]:
    """Return the debit rows of the ledger as (debit, credit, amount)."""
    return [
        (
            posted.entry.dimensions["account"],
            posted.entry.dimensions["contra_account"],
            posted.entry.measures["debit"],
        )
        for posted in company.entries()
        if posted.entry.side == 0
    ]


def test_a_receipt_debits_cash_and_a_payment_credits_it(company: Any) -> None:
    company.post(company.receipt(5_000_000))
    company.post(company.payment(1_200_000))

    assert pairs(company) == [("811", "1111", 1_200_000), ("1111", "711", 5_000_000)]


def test_a_voucher_on_both_ledgers_is_posted_in_each_under_its_own_number(company: Any) -> None:
    record = company.receipt(700_000, display_on_book="both")

    company.post(record)
    company.kernel.post(company.by, record.id, "management")

    numbers = {(row.entry.ledger, row.number) for row in company.entries()}
    assert numbers == {("financial", record.data.no), ("management", record.data.no_management)}


def test_unposting_leaves_nothing_in_any_book(company: Any) -> None:
    company.save("object", {"code": "KH01", "name": "Khách 1", "is_customer": True})
    record = company.post(company.receipt(900_000, credit="131", object="KH01"))

    company.kernel.unpost(company.by, record.data.no)

    assert company.entries() == []
    assert company.entries("open_items") == []


@pytest.mark.parametrize(
    ("type", "line", "wrong"),
    [
        ("cash_receipt", {"debit": "1121", "credit": "711"}, True),
        ("cash_receipt", {"debit": "635", "credit": "131"}, True),
        ("cash_receipt", {"debit": "1111", "credit": "711"}, False),
        ("cash_payment", {"debit": "811", "credit": "1121"}, True),
        ("cash_payment", {"debit": "1111", "credit": "711"}, True),
        ("cash_payment", {"debit": "331", "credit": "515"}, True),
    ],
)
def test_a_cash_voucher_moves_cash(
    company: Any, type: str, line: dict[str, str], wrong: bool
) -> None:
    body = {"posting_date": "2026-03-02", "lines": [{"line": 1, **line, "amount": 100_000}]}
    record = company.save(type, body)

    try:
        company.post(record, ignore_warnings=True)
        found: list[Any] = []
    except LiensoError as error:
        found = codes(error)

    assert (("account_not_cash", 1) in found) is wrong


def test_an_exchange_loss_may_stand_beside_the_cash_line(company: Any) -> None:
    company.save("object", {"code": "KH05", "name": "Khách 5", "is_customer": True})
    lines = [
        {
            "line": 1,
            "debit": "1112",
            "credit": "131",
            "amount": 76_440_000,
            "fc_amount": "3000.00",
            "object": "KH05",
        },
        {"line": 2, "debit": "635", "credit": "131", "amount": 300_000, "object": "KH05"},
    ]
    record = company.save("cash_receipt", {"posting_date": "2026-03-02", "lines": lines, **USD})

    company.post(record, ignore_warnings=True)

    assert pairs(company) == [("1112", "131", 76_440_000), ("635", "131", 300_000)]


@pytest.mark.parametrize(
    ("account", "currency", "wrong"),
    [("1111", "VND", False), ("1112", "USD", False), ("1111", "USD", True), ("1112", "VND", True)],
)
def test_the_currency_fits_the_cash_account(
    company: Any, account: str, currency: str, wrong: bool
) -> None:
    foreign = {"fc_amount": "1000"} if currency == "USD" else {}
    rate = {"currency": "USD", "rate": "25480"} if currency == "USD" else {}
    record = company.receipt(25_480_000, debit=account, **foreign, **rate)

    try:
        company.post(record, ignore_warnings=True)
        found: list[Any] = []
    except LiensoError as error:
        found = codes(error)

    assert (("currency_account_mismatch", 1) in found) is wrong


def test_under_circular_99_the_currency_alone_says_what_is_in_the_fund(
    make_company: Callable[[str], Any],
) -> None:
    company = make_company("TT99")
    record = company.receipt(25_480_000, debit="111", fc_amount="1000", **USD)

    company.post(record, ignore_warnings=True)

    (row,) = [row for row in company.entries() if row.entry.side == 0]
    assert row.entry.dimensions["currency"] == "USD"
    assert row.entry.measures["fc_debit"] == 10_000_000


def test_buying_dollars_takes_dong_out_of_the_dong_fund(company: Any) -> None:
    company.post(company.receipt(60_000_000))
    record = company.payment(25_480_000, debit="1112", fc_amount="1000", **USD)

    company.post(record, ignore_warnings=True)

    figure = company.figure("cash.fund_balance")
    assert figure == {
        "total": 60_000_000,
        "by_currency": [
            {"currency": "VND", "fc_amount": None, "amount": 34_520_000},
            {"currency": "USD", "fc_amount": "1000.00", "amount": 25_480_000},
        ],
    }


def test_a_line_without_an_object_is_of_the_payer(company: Any) -> None:
    company.save("object", {"code": "KH01", "name": "Khách 1", "is_customer": True})
    company.save("object", {"code": "KH02", "name": "Khách 2", "is_customer": True})
    line = {"debit": "1111", "credit": "131", "amount": 100_000}
    lines = [{"line": 1, **line}, {"line": 2, **line, "object": "KH02"}]
    body = {"posting_date": "2026-03-02", "object": "KH01", "lines": lines}

    company.post(company.save("cash_receipt", body))

    named = company.kernel.read(
        company.by,
        lambda view: [
            view.code("object", row.entry.dimensions["object"])
            for row in view.book("general_ledger").entries()
            if row.entry.side == 1
        ],
    )
    assert named == ["KH01", "KH02"]


# -- open items -------------------------------------------------------------------------------------


def items(company: Any) -> list[tuple[str, str, str, int]]:
    return [
        (
            row.entry.dimensions["account"],
            row.entry.dimensions["role"],
            row.entry.dimensions["document"],
            row.entry.measures["amount"],
        )
        for row in company.entries("open_items")
    ]


@pytest.mark.parametrize(
    ("type", "line", "role"),
    [
        ("cash_receipt", {"debit": "1111", "credit": "131"}, "payment"),
        ("cash_receipt", {"debit": "1111", "credit": "331"}, "debt"),
        ("cash_payment", {"debit": "331", "credit": "1111"}, "payment"),
        ("cash_payment", {"debit": "131", "credit": "1111"}, "debt"),
    ],
)
def test_money_leaves_an_open_item_on_the_debt(
    company: Any, type: str, line: dict[str, str], role: str
) -> None:
    both = {"is_customer": True, "is_supplier": True}
    company.save("object", {"code": "DT01", "name": "Đối tượng", **both})
    lines = [
        {"line": 1, **line, "amount": 300_000, "object": "DT01"},
        {"line": 2, **line, "amount": 200_000, "object": "DT01"},
    ]
    record = company.save(type, {"posting_date": "2026-03-02", "lines": lines})

    company.post(record, ignore_warnings=True)

    account = line["credit"] if line["debit"] == "1111" else line["debit"]
    assert items(company) == [(account, role, record.data.no, 500_000)]


def test_money_that_is_no_debt_leaves_no_open_item(company: Any) -> None:
    company.post(company.receipt(500_000))

    assert company.entries("open_items") == []


# -- VAT --------------------------------------------------------------------------------------------

TAX = {
    "vat_rate": "10",
    "taxable": 4_000_000,
    "amount": 400_000,
    "invoice_form": "1",
    "invoice_series": "C26TAA",
    "invoice_no": "00000123",
    "invoice_date": "2026-03-02",
    "partner_name": "Công ty Sáng Tạo",
    "tax_code": "0101234567",
}


def bought(company: Any, **tax: Any) -> Any:
    """Save a payment of an invoice: cost and input VAT."""
    its = {**TAX, **tax}
    lines = [
        {"line": 1, "debit": "811", "credit": "1111", "amount": its["taxable"]},
        {"line": 2, "debit": "1331", "credit": "1111", "amount": its["amount"], "tax": its},
    ]
    return company.save("cash_payment", {"posting_date": "2026-03-02", "lines": lines})


def test_an_invoice_paid_in_cash_stands_in_the_vat_register(company: Any) -> None:
    company.post(bought(company), ignore_warnings=True)

    (row,) = company.entries("vat")
    assert row.entry.measures == {"taxable": 4_000_000, "tax": 400_000}
    shown = {name: text for name, text in row.entry.dimensions.items() if text}
    assert (shown["direction"], shown["payment"], shown["deductible"]) == ("in", "cash", "direct")
    assert (shown["invoice_no"], shown["period"]) == ("00000123", "2026-03")


def test_an_invoice_at_the_cash_limit_loses_the_deduction(company: Any) -> None:
    # The parameter of a new company: 5,000,000 from 1 July 2025, tax included.
    below = bought(company, taxable=4_545_453, amount=454_546)
    at = bought(company, taxable=4_545_454, amount=454_546, invoice_no="00000124")

    company.post(below, ignore_warnings=True)
    posted = company.post(at, ignore_warnings=True)

    assert "cash_over_threshold" in posted.posting["financial"].passed_warnings
    by_invoice = {
        row.entry.dimensions["invoice_no"]: row.entry.dimensions["deductible"]
        for row in company.entries("vat")
    }
    assert by_invoice == {"00000123": "direct", "00000124": "none"}


def test_the_limit_is_that_of_the_invoice_day(company: Any) -> None:
    older = bought(company, taxable=9_000_000, amount=900_000, invoice_date="2025-06-30")

    posted = company.post(older, ignore_warnings=True)

    assert "cash_over_threshold" not in posted.posting["financial"].passed_warnings


def test_rows_of_one_invoice_count_together(company: Any) -> None:
    lines = [
        {
            "line": place,
            "debit": "1331",
            "credit": "1111",
            "amount": 250_000,
            "tax": {**TAX, "taxable": 2_500_000, "amount": 250_000},
        }
        for place in (1, 2)
    ]
    record = company.save("cash_payment", {"posting_date": "2026-03-02", "lines": lines})

    with pytest.raises(LiensoError) as caught:
        company.post(record)

    over = [line for code, line in codes(caught.value) if code == "cash_over_threshold"]
    assert over == [1, 2]


def test_an_invoice_that_is_booked_already_is_named(company: Any) -> None:
    first = company.post(bought(company), ignore_warnings=True)
    again = bought(company)

    with pytest.raises(LiensoError) as caught:
        company.post(again)

    (found,) = [f for f in caught.value.findings if f.code == "invoice_duplicate"]
    assert (found.severity, found.values["no"]) == ("warning", first.data.no)


def test_another_sellers_invoice_of_the_same_number_is_no_duplicate(company: Any) -> None:
    company.post(bought(company), ignore_warnings=True)

    posted = company.post(bought(company, tax_code="0109999999"), ignore_warnings=True)

    assert "invoice_duplicate" not in posted.posting["financial"].passed_warnings


def test_under_circular_99_capital_of_an_enterprise_in_cash_is_a_warning(
    make_company: Callable[[str], Any],
) -> None:
    company = make_company("TT99")
    firm = {"code": "CD01", "name": "Công ty góp vốn", "is_customer": True, "kind": "organization"}
    company.save("object", firm)
    company.save("object", {**firm, "code": "CD02", "kind": "person"})
    lines = [
        {"line": at, "debit": "111", "credit": "4111", "amount": 1_000_000, "object": code}
        for at, code in enumerate(("CD01", "CD02"), 1)
    ]
    record = company.save("cash_receipt", {"posting_date": "2026-03-02", "lines": lines})

    with pytest.raises(LiensoError) as caught:
        company.post(record)

    assert ("capital_in_cash", 1) in codes(caught.value)
    assert ("capital_in_cash", 2) not in codes(caught.value)


# -- advances ---------------------------------------------------------------------------------------


def test_a_settlement_takes_cost_and_returned_cash_off_the_advance(company: Any) -> None:
    unit = {"code": "PKD", "name": "Phòng kinh doanh", "kind": "department"}
    company.save("org_unit", unit)
    person = {"code": "NV04", "name": "Phạm Thị Dung", "is_employee": True, "org_unit": "PKD"}
    company.save("object", person)
    lines = [
        {"line": 1, "debit": "6428", "credit": "141", "amount": 5_184_000},
        {"line": 2, "debit": "1111", "credit": "141", "amount": 816_000},
    ]
    body = {
        "posting_date": "2026-03-18",
        "employee": "NV04",
        "advances": [{"voucher": "PC00009", "date": "2026-03-09", "amount": 6_000_000}],
        "lines": lines,
    }
    record = company.save("advance_settlement", body)

    company.post(record, ignore_warnings=True)

    kind = company.kernel.registry.record_types["advance_settlement"]
    derived = company.kernel.read(company.by, lambda view: kind.derived(record, view))
    assert derived == {
        "advanced": 6_000_000,
        "spent": 5_184_000,
        "returned": 816_000,
        "left": 816_000,
        "overspent": 0,
        "total": 6_000_000,
    }
    assert pairs(company) == [("6428", "141", 5_184_000), ("1111", "141", 816_000)]


def test_a_forecast_says_when_money_runs_out(company: Any) -> None:
    lines = [
        {"line": 1, "date": "2026-03-10", "direction": "payment", "amount": 7_000_000},
        {"line": 2, "date": "2026-03-20", "direction": "receipt", "amount": 4_000_000},
        {"line": 3, "date": "2026-03-10", "direction": "receipt", "amount": 1_000_000},
    ]
    body = {
        "date": "2026-03-01",
        "from_date": "2026-03-01",
        "to_date": "2026-03-31",
        "opening": 5_000_000,
        "lines": lines,
    }
    record = company.save("cash_forecast", body)

    kind = company.kernel.registry.record_types["cash_forecast"]
    derived = company.kernel.read(company.by, lambda view: kind.derived(record, view))
    assert derived == {
        "receipts": 5_000_000,
        "payments": 7_000_000,
        "closing": 3_000_000,
        "first_negative_day": "2026-03-10",
    }
