"""Lines as pairs: equal sides, dimensions, currencies, the VAT register, open items."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lienso import Record
from lienso.testing.kernels import cloud
from lienso_general_ledger import Line, pairs
from lienso_general_ledger.records import Journal

from .conftest import MODULES, Company, codes, pair

ACCOUNTS = st.sampled_from(["1111", "1112", "1121", "131", "331", "5111", "6427", "911"])
FOREIGN = st.decimals(min_value=-(10**9), max_value=10**9, places=4)
LINES = st.builds(
    Line,
    line=st.integers(1, 1_000),
    debit=ACCOUNTS,
    credit=ACCOUNTS,
    amount=st.integers(-(10**15), 10**15),
    currency=st.sampled_from([None, "VND", "USD", "EUR"]),
    fc_amount=st.none() | FOREIGN,
    qty=st.none() | FOREIGN,
    debit_object=st.none() | st.just("K1"),
    due_date=st.none() | st.just(datetime.date(2026, 5, 1)),
)


@pytest.fixture(scope="module")
def shared() -> Iterator[Company]:
    """One company for what only reads."""
    with cloud(MODULES) as kernel:
        yield Company(kernel)


def entries_of(company: Company, lines: list[Line], **header: Any) -> list[Any]:
    data = Journal(posting_date=datetime.date(2026, 3, 2), **header)
    record = Record("journal", "j", 0, data)
    return company.read(lambda view: pairs(record, "financial", lines, view))


@settings(max_examples=60, deadline=None)
@given(lines=st.lists(LINES, max_size=8), header=st.sampled_from(["VND", "USD"]))
def test_pairs_balance_in_every_ledger_and_currency(
    shared: Company, lines: list[Line], header: str
) -> None:
    entries = entries_of(shared, lines, currency=header)

    vnd: defaultdict[str, int] = defaultdict(int)
    foreign: defaultdict[tuple[str, str], int] = defaultdict(int)
    for entry in entries:
        measures = entry.measures
        vnd[entry.ledger] += measures.get("debit", 0) - measures.get("credit", 0)
        key = (entry.ledger, entry.dimensions.get("currency", ""))
        foreign[key] += measures.get("fc_debit", 0) - measures.get("fc_credit", 0)
        assert key[1] or "fc_debit" not in measures
    assert len(entries) == 2 * len(lines)
    assert not any(vnd.values())
    assert not any(foreign.values())


def test_each_row_names_the_other_account_and_its_own_dimensions(shared: Company) -> None:
    line = Line(
        line=3, debit="331", credit="131", amount=5, object="A", credit_object="B", closing=True
    )

    debit, credit = entries_of(shared, [line])

    assert (debit.line, debit.side, credit.side) == (3, 0, 1)
    assert debit.dimensions == {
        "account": "331",
        "contra_account": "131",
        "object": "A",
        "closing": "1",
    }
    assert credit.dimensions["object"] == "B"
    assert credit.dimensions["contra_account"] == "331"


def test_a_line_takes_currency_and_rate_of_its_voucher(shared: Company) -> None:
    line = Line(line=1, debit="1112", credit="131", amount=25_400, fc_amount=Decimal("1.00"))

    debit, _credit = entries_of(shared, [line], currency="USD", rate=Decimal("25400"))

    assert debit.dimensions["currency"] == "USD"
    assert debit.dimensions["rate"] == "25400"
    assert debit.measures == {"debit": 25_400, "fc_debit": 10_000}


def test_a_vat_line_stands_in_the_register(company: Company) -> None:
    tax = {
        "vat_rate": "8",
        "taxable": 4_800_000,
        "amount": 384_000,
        "invoice_no": "00001929",
        "invoice_date": "2026-02-27",
        "partner_name": "Kết Nối",
    }
    company.untrack(["331"])
    company.posted(pair("1331", "331", 384_000, tax=tax))

    (posted,) = company.entries("vat")

    there = posted.entry.dimensions
    assert (there["direction"], there["period"], there["vat_rate"]) == ("in", "2026-02", "8")
    assert posted.entry.measures == {"taxable": 4_800_000, "tax": 384_000}


def test_vat_taken_back_is_negative_in_the_register(company: Company) -> None:
    tax = {"vat_rate": "10", "taxable": 100, "amount": 10, "invoice_no": "7"}
    company.untrack(["131"])
    company.posted(pair("33311", "131", 10, tax=tax))

    (posted,) = company.entries("vat")

    assert posted.entry.dimensions["direction"] == "out"
    assert posted.entry.measures == {"taxable": -100, "tax": -10}


def test_a_netting_journal_leaves_a_payment_on_both_debts(company: Company) -> None:
    partner = company.save("object", {"code": "K8", "is_customer": True, "is_supplier": True})
    company.posted(pair("331", "131", 900, object="K8"), no="NVK00004")

    items = company.entries("open_items")

    found = {(i.entry.dimensions["account"], i.entry.dimensions["role"]) for i in items}
    assert found == {("131", "payment"), ("331", "payment")}
    assert {i.entry.dimensions["object"] for i in items} == {partner.id}
    assert {i.entry.dimensions["document"] for i in items} == {"NVK00004"}
    assert [i.entry.measures["amount"] for i in items] == [900, 900]


def test_two_lines_of_one_number_are_refused(company: Company) -> None:
    lines = [{"line": 1, **pair("1111", "711", 1)}, {"line": 1, **pair("1111", "711", 2)}]

    found = codes(lambda: company.save("journal", {"posting_date": "2026-03-02", "lines": lines}))

    assert found == [("type_wrong", None)]
