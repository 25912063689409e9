"""The checks of the ledger: each finds the fault that was made, and nothing in books that are sound."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from lienso.storage import Entry, RecordRef
from lienso.testing import faults
from lienso.testing.kernels import cloud

from .conftest import MODULES, START, Company, pair

OWN = [
    *("debt.ledger_vs_detail", "debt.object_missing", "debt.both_sides", "debt.unmatched"),
    *("debt.currency_zero_vnd_left", "closing.missing", "closing.accounts_not_zero"),
    *("fx.not_revalued", "fx.rate_far", "statements.unbalanced", "statements.cash_flow_differs"),
    *("accounts.side_unusual", "ledger.integrity", "accounts.inner_node_rows"),
    *("opening.unbalanced", "opening.detail_differs"),
]


def found(company: Company, check: str, *days: str) -> list[dict[str, Any]]:
    return faults.problems(company.kernel, check, *days)


def figures(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row.get(name) for name in names) for row in rows]


CLOSE, REVALUE = "general_ledger.close_profit_and_loss", "general_ledger.revalue_fx_accounts"
END = {"date": "2026-12-31", "currency": "USD", "rate_assets": "25200", "rate_liabilities": "25400"}


@pytest.fixture
def open_year(company: Company) -> Company:
    """Openings, a debt, costs, and money in two currencies; the year's end is to come."""
    company.untrack(["1112", "1122"])
    company.save("currency", {"code": "USD", "name": "USD"})
    company.save("exchange_rate", {"currency": "USD", "date": "2026-03-02", "average": "25000"})
    rates = {"buy_transfer": "25200", "sell_transfer": "25400"}
    company.save("exchange_rate", {"currency": "USD", "date": "2026-12-31", **rates})
    for code in ("KH", "NCC"):
        roles = {"is_customer": True, "is_supplier": True}
        company.save("object", {"code": code, "name": code, **roles})
    company.save("account_opening", {"account": "1111", "lines": [{"line": 1, "debit": 900_000}]})
    company.save("account_opening", {"account": "4118", "lines": [{"line": 1, "credit": 900_000}]})
    company.posted(pair("131", "5113", 700_000, object="KH"))
    company.posted(pair("6427", "1111", 100_000), day="2026-03-05")
    usd = {"currency": "USD", "fc_amount": "10", "rate": "25000"}
    company.posted(pair("1112", "4118", 250_000, **usd), day="2026-03-06")
    return company


@pytest.fixture
def sound(open_year: Company) -> Company:
    """The same when its year is over and everything was done."""
    open_year.invoke(REVALUE, **END)
    for day in ("2026-03-31", "2026-12-31"):
        open_year.invoke(CLOSE, date=day)
    return open_year


@pytest.mark.parametrize("check", OWN)
def test_sound_books_have_nothing_to_find(sound: Company, check: str) -> None:
    assert found(sound, check) == []


def test_open_items_that_are_gone_are_told_by_object(sound: Company) -> None:
    voucher = next(e for e in sound.entries("open_items"))
    ref = RecordRef(voucher.record_type, voucher.voucher_id)
    faults.below(sound.kernel, lambda writer: writer.unpost("open_items", ref))

    rows = found(sound, "debt.ledger_vs_detail")

    assert figures(rows, "account", "object", "expected", "found") == [("131", "KH", 700_000, 0)]
    assert rows[0]["records"] == [{"type": ref.type, "id": ref.id}]


def test_a_debt_of_nobody_is_told_by_row_and_by_account(sound: Company) -> None:
    debt = next(e for e in sound.entries(account="131"))
    ref = RecordRef(debt.record_type, debt.voucher_id)
    nobody = {"object": ""}
    faults.change_entries(
        sound.kernel,
        "general_ledger",
        ref,
        lambda entry: replace(entry, dimensions={**entry.dimensions, **nobody}),
    )

    missing = found(sound, "debt.object_missing")
    assert figures(missing, "account", "voucher", "line", "amount") == [
        ("131", debt.number, 1, 700_000)
    ]
    differs = found(sound, "debt.ledger_vs_detail")
    assert figures(differs, "object", "expected", "found") == [
        (None, 700_000, 0),
        ("KH", 0, 700_000),
    ]


def test_social_insurance_needs_no_object(sound: Company) -> None:
    sound.posted(pair("6427", "3383", 50_000), day="2026-04-01")

    assert found(sound, "debt.object_missing") == found(sound, "debt.ledger_vs_detail") == []


def test_a_payment_beside_its_debt_is_told_until_both_are_settled(sound: Company) -> None:
    debt = next(e.number for e in sound.entries("open_items"))
    sound.posted(pair("1111", "131", 300_000, object="KH"), day="2026-04-01", no="TRA")

    both = found(sound, "debt.both_sides")
    assert figures(both, "account", "object", "debt", "payment") == [
        ("131", "KH", 700_000, 300_000)
    ]
    assert figures(found(sound, "debt.unmatched"), "object", "amount") == [("KH", 300_000)]
    assert found(sound, "debt.unmatched", "2026-01-01", "2026-03-31") == []
    line = {"line": 1, "debt": debt, "payment": "TRA", "amount": 300_000}
    body = {"posting_date": "2026-04-30", "account": "131", "object": "KH", "lines": [line]}
    sound.post(sound.save("settlement", body))
    assert found(sound, "debt.unmatched") == found(sound, "debt.both_sides") == []


def test_dong_left_on_a_foreign_document_are_told(sound: Company) -> None:
    kh = str(sound.read(lambda view: view.id_of("object", "KH")))
    document = {"account": "131", "object": kh, "currency": "USD", "role": "debt", "document": "N7"}
    ref = RecordRef("journal", sound.kernel.ids.new())
    faults.add_entry(
        sound.kernel, "open_items", ref, "2026-04-01", document, {"amount": 7}, number="N7"
    )

    rows = found(sound, "debt.currency_zero_vnd_left")

    assert figures(rows, "object", "document", "found") == [("KH", "N7", 7)]
    assert rows[0]["records"] == [{"type": "journal", "id": ref.id}]


def test_months_that_were_not_closed_and_what_they_leave_are_told(open_year: Company) -> None:
    months = found(open_year, "closing.missing")
    assert figures(months, "month", "accounts") == [("2026-03", ["5113", "6427"])]
    assert found(open_year, "closing.missing", "2026-03-01", "2026-03-30") == []

    rows = found(open_year, "closing.accounts_not_zero")
    assert figures(rows, "account", "side", "amount", "expected") == [
        ("5113", "credit", 700_000, 0),
        ("6427", "debit", 100_000, 0),
    ]
    assert [len(row["records"]) for row in rows] == [1, 1]


def test_items_are_to_be_revalued_at_the_years_end(open_year: Company) -> None:
    rows = found(open_year, "fx.not_revalued")
    assert figures(rows, "account", "date", "expected", "found") == [
        ("1112", "2026-12-31", 252_000, 250_000)
    ]
    assert rows[0]["repair"]["id"] == REVALUE
    assert found(open_year, "fx.not_revalued", "2026-01-01", "2026-12-30") == []

    open_year.invoke(REVALUE, **END)
    assert found(open_year, "fx.not_revalued") == []

    usd = {"currency": "USD", "fc_amount": "1", "rate": "25000"}
    open_year.posted(pair("1112", "4118", 25_000, **usd), day="2026-12-31")
    assert figures(found(open_year, "fx.not_revalued"), "expected", "found") == [(277_200, 277_000)]


def test_a_rate_far_from_the_table_is_told(sound: Company) -> None:
    near = {"currency": "USD", "fc_amount": "1", "rate": "26250"}
    far = {"currency": "USD", "fc_amount": "1", "rate": "26251"}
    sound.posted(pair("1112", "4118", 26_250, **near), day="2026-03-07")
    wrong = sound.posted(pair("1112", "4118", 26_251, **far), day="2026-03-08")

    rows = found(sound, "fx.rate_far")

    assert figures(rows, "voucher", "line", "expected", "found") == [
        (wrong.data.no, 1, "25000", "26251")
    ]


def test_statements_that_do_not_balance_name_the_cause(sound: Company) -> None:
    ref = RecordRef("journal", sound.kernel.ids.new())
    half = {"account": "1111", "contra_account": "711"}
    faults.add_entry(sound.kernel, "general_ledger", ref, "2026-05-01", half, {"debit": 5_000})

    rows = found(sound, "statements.unbalanced")
    assert ("assets_resources", 5_000) in figures(rows, "code", "found")

    flows = found(sound, "statements.cash_flow_differs")
    assert {row["code"] for row in flows} >= {"cash_flow_differs"}
    assert {row["repair"]["id"] for row in flows} == {"general_ledger.choose_activities"}


def test_an_account_on_its_other_side_is_told(sound: Company) -> None:
    sound.posted(pair("6427", "1111", 5_000_000), day="2026-05-01")

    rows = found(sound, "accounts.side_unusual")

    assert figures(rows, "account", "nature", "found") == [("1111", "debit", -4_200_000)]


def of(company: Company, account: str) -> tuple[RecordRef, str]:
    """Return the voucher that has an entry of an account, and its number."""
    posted = next(e for e in company.entries(account=account))
    return RecordRef(posted.record_type, posted.voucher_id), posted.number


def told(company: Company) -> list[tuple[Any, ...]]:
    rows = found(company, "ledger.integrity")
    return figures(rows, "code", "voucher", "account", "expected", "found")


def test_halves_of_a_pair_that_differ_are_told(sound: Company) -> None:
    ref, number = of(sound, "6427")

    def less(entry: Entry) -> Entry:
        own = entry.dimensions["account"] == "1111"
        return replace(entry, measures={"credit": 99_000}) if own else entry

    faults.change_entries(sound.kernel, "general_ledger", ref, less)

    assert told(sound) == [
        ("pair_unequal", number, None, 0, 1_000),
        ("version_differs", number, "1111", -100_000, -99_000),
    ]


def test_entries_without_a_voucher_are_told(sound: Company) -> None:
    ref = RecordRef("journal", sound.kernel.ids.new())
    one = {"account": "1111"}
    faults.add_entry(
        sound.kernel, "general_ledger", ref, "2026-05-01", one, {"debit": 5}, number="NVK9"
    )

    assert told(sound) == [("no_voucher", "NVK9", None, 0, 5)]


def test_entries_of_a_voucher_that_is_not_posted_are_told(sound: Company) -> None:
    ref, number = of(sound, "6427")
    kept = sound.entries(voucher_id=ref.id)
    sound.kernel.unpost(sound.by, ref.id)
    entries = [row.entry for row in kept]
    faults.below(sound.kernel, lambda w: w.post("general_ledger", ref, entries, number=number))

    assert told(sound) == [("not_posted", number, None, 0, 100_000)]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"no": "NVK77"}, ("version_differs", None, "NVK77")),
        ({"posting_date": "2026-03-09"}, ("version_differs", None, "2026-03-09")),
        (
            {"lines": [{"line": 1, "debit": "6428", "credit": "1111", "amount": 100_000}]},
            ("version_differs", "6427", 0),
        ),
    ],
)
def test_a_version_that_is_not_that_of_the_entries_is_told(
    sound: Company, changed: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    ref, number = of(sound, "6427")
    faults.change_body(sound.kernel, ref.type, ref.id, **changed)

    rows = [(code, account, wanted) for code, _no, account, wanted, _found in told(sound)]

    assert rows[0] == expected
    assert {row["voucher"] for row in found(sound, "ledger.integrity")} == {number}


def test_a_summary_account_and_an_inner_node_with_rows_are_told(sound: Company) -> None:
    above = sound.save("project", {"code": "CT", "name": "CT"})
    sound.save("project", {"code": "CT1", "name": "CT1", "parent": above.id})
    ref = RecordRef("journal", sound.kernel.ids.new())
    faults.add_entry(
        sound.kernel,
        "general_ledger",
        ref,
        "2026-05-01",
        {"account": "111", "project": above.id},
        {"debit": 5},
        number="NVK9",
    )

    rows = found(sound, "accounts.inner_node_rows")

    assert figures(rows, "account", "node", "amount", "vouchers") == [
        ("111", None, 5, ["NVK9"]),
        (None, "CT", 5, ["NVK9"]),
    ]
    assert [row["repair"]["id"] for row in rows] == [
        "catalog.transfer_posting_accounts",
        "catalog.transfer_project",
    ]


def test_openings_that_do_not_balance_or_are_not_their_detail_are_told(sound: Company) -> None:
    sound.save(
        "object_opening", {"account": "131", "object": "KH", "lines": [{"line": 1, "debit": 40}]}
    )
    ref = RecordRef("account_opening", sound.kernel.ids.new())
    faults.add_entry(
        sound.kernel,
        "general_ledger",
        ref,
        "2025-12-31",
        {"account": "131"},
        {"debit": 2},
        number="OPN",
    )

    unbalanced = found(sound, "opening.unbalanced")
    assert figures(unbalanced, "expected", "found", "difference") == [(900_042, 900_000, 42)]
    detail = found(sound, "opening.detail_differs")
    assert figures(detail, "account", "code", "expected", "found") == [("131", "object", 42, 40)]


def test_prepaid_costs_are_the_opening_of_their_account(company: Company) -> None:
    company.save("account_opening", {"account": "242", "lines": [{"line": 1, "debit": 100}]})
    ref = RecordRef("prepaid_opening", company.kernel.ids.new())
    card = {"prepaid": company.kernel.ids.new(), "account": "242"}
    amounts = {"amount": 90, "allocated": 30}
    faults.add_entry(company.kernel, "prepaid", ref, "2025-12-31", card, amounts, number="OPN")

    rows = found(company, "opening.detail_differs")

    assert figures(rows, "account", "code", "expected", "found") == [("242", "prepaid", 100, 60)]


def test_a_branch_sees_its_own_rows_only(sound: Company) -> None:
    unit = sound.save("org_unit", {"code": "CN", "name": "CN", "kind": "branch"})
    sound.posted(pair("6427", "1111", 7_000), day="2026-05-01", branch=unit.id)

    rows = faults.problems(sound.kernel, "accounts.side_unusual", branches=[unit.id])

    assert figures(rows, "account", "found") == [("1111", -7_000)]
    assert found(sound, "accounts.side_unusual") == []


def test_the_years_end_of_the_other_circulars_is_known() -> None:
    with cloud(MODULES, regime="TT99", options={"accounting.start_date": START}) as kernel:
        company = Company(kernel)
        company.untrack(["111"])
        company.save("currency", {"code": "USD", "name": "USD"})
        company.save("exchange_rate", {"currency": "USD", "date": "2026-12-31", "average": "25100"})
        usd = {"currency": "USD", "fc_amount": "10", "rate": "25000"}
        company.posted(pair("111", "4118", 250_000, **usd))

        assert figures(found(company, "fx.not_revalued"), "expected", "found") == [
            (251_000, 250_000)
        ]
        company.invoke(REVALUE, date="2026-12-31", currency="USD", rate="25100")
        assert found(company, "fx.not_revalued") == []


def test_an_account_stands_at_the_rate_of_the_bank_that_holds_it() -> None:
    with cloud(MODULES, regime="TT99", options={"accounting.start_date": START}) as kernel:
        company = Company(kernel)
        company.untrack(["112"])
        company.save("currency", {"code": "USD", "name": "USD"})
        for code in ("VCB", "ACB"):
            body = {"code": code, "name": code, "bank_name": code, "number": code}
            body |= {"currency": "USD", "ledger_account": "112"}
            bank = company.save("bank_account", body)
            usd = {"currency": "USD", "rate": "25000", "debit_bank_account": bank.id}
            company.posted(pair("112", "4118", 250_000, fc_amount="10", **usd))
        run = {"date": "2026-12-31", "currency": "USD", "rate": "25100"}
        company.invoke(REVALUE, **run, bank_rates={"VCB": "25080"})
        assert found(company, "fx.not_revalued") == []

        line = pair("112", "4118", 50_000, fc_amount="2", **{**usd, "debit_bank_account": "VCB"})
        company.posted(line, day="2026-12-31")

        rows = found(company, "fx.not_revalued")
        assert figures(rows, "bank_account", "rate", "expected", "found") == [
            ("VCB", "25080", 300_960, 300_800)
        ]
