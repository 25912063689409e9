"""Published exercises replayed to their answers; the data are copies, compared with their source."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from lienso.testing.kernels import cloud

from .conftest import MODULES, Company, pair

DATA = Path(__file__).parent / "data"
SIDES = ("opening_debit", "opening_credit", "debit", "credit", "closing_debit", "closing_credit")


def exercise(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    return found


def company_of(regime: str) -> Iterator[Company]:
    with cloud(MODULES, regime=regime, options={"accounting.start_date": "2019-01-01"}) as kernel:
        company = Company(kernel)
        company.save("currency", {"code": "USD", "name": "USD"})
        yield company


def line_of(company: Company, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Write an entry as a line; who is named in it is made."""
    more: dict[str, Any] = {}
    if entry.get("object"):
        more["object"] = object_id(company, entry["object"])
    if entry.get("fc"):
        more |= {"fc_amount": entry["fc"], "rate": entry["rate"], "currency": entry["currency"]}
    return pair(entry["debit"], entry["credit"], entry["amount"], **more)


def object_id(company: Company, code: str) -> str:
    found = company.read(lambda view: view.id_of("object", code))
    roles = {"is_customer": True, "is_supplier": True}
    return str(found or company.save("object", {"code": code, "name": code, **roles}).id)


def trial_balance(company: Company, day: str) -> dict[str, tuple[int, ...]]:
    rows = company.report("trial_balance", from_date="2019-01-01", to_date=day)
    return {row["account"]: tuple(row[name] for name in SIDES) for row in rows}


def answers(name: str) -> dict[str, tuple[int, ...]]:
    rows = exercise(name)["expected"]["trial_balance"]
    return {row["account"]: tuple(row[side] for side in SIDES) for row in rows}


def same(found: Mapping[str, tuple[int, ...]], wanted: Mapping[str, tuple[int, ...]]) -> None:
    assert {code: found[code] for code in wanted} == dict(wanted)


@pytest.mark.parametrize(
    "name", ["fx_export_three_ways", "netting_receivable_payable", "warranty_provision"]
)
def test_the_entries_of_an_exercise_give_its_trial_balance(name: str) -> None:
    expected = exercise(name)["expected"]
    for company in company_of(exercise(name)["regime"]):
        company.untrack([*answers(name), "131", "331"])
        for no, its in groupby(expected["entries"], key=lambda entry: entry["no"]):
            entries = list(its)
            fields = {"day": entries[0]["date"], "no": f"BT-{no}"}
            lines = [line_of(company, entry) for entry in entries]
            if no == "3" and name.startswith("netting"):
                numbered = [{"line": 1, **lines[0]}]
                body = {"posting_date": fields["day"], "minutes_no": "BB1", "lines": numbered}
                company.post(company.save("netting_voucher", body))
            else:
                company.posted(*lines, **fields)

        same(trial_balance(company, "2025-12-31"), answers(name))


def test_a_years_rent_is_prepaid_and_allocated_month_by_month() -> None:
    name = "prepaid_rent_12_months"
    expected = exercise(name)["expected"]
    for company in company_of("TT200"):
        company.untrack([*answers(name), "331"])
        rows = [{"ratio": "100", "debit": "6427"}]
        body = {"code": "THUE2019", "name": "Thuê văn phòng", "start": "2019-07-01"}
        body |= {"amount": 240_000_000, "periods": 12, "allocation_rows": rows}
        prepaid = company.save("prepaid_cost", body)
        typed = [entry for entry in expected["entries"] if not entry["no"].startswith("P")]
        for no, its in groupby(typed, key=lambda entry: entry["no"]):
            entries = list(its)
            lines = [
                {
                    **line_of(company, entry),
                    **({"prepaid": prepaid.id} if "prepaid" in entry else {}),
                }
                for entry in entries
            ]
            company.posted(*lines, day=entries[0]["date"], no=f"BT-{no}")
        for month in [entry["date"] for entry in expected["entries"] if entry["no"][0] == "P"]:
            year, number = int(month[:4]), int(month[5:7])
            company.invoke(
                "general_ledger.allocate_prepaid_costs",
                year=year,
                month=number,
                ignore_warnings=True,
            )

        same(trial_balance(company, "2020-12-31"), answers(name))


@pytest.mark.parametrize("case", ["a", "b", "c"])
def test_input_vat_is_deducted_up_to_the_smaller_of_both(case: str) -> None:
    given = next(c for c in exercise("vat_month_end_transfer")["given"]["cases"] if c["id"] == case)
    figures = {
        f["name"]: f["value"] for f in exercise("vat_month_end_transfer")["expected"]["figures"]
    }
    transfer = figures[f"{case} transfer"]
    left = figures.get(f"{case} [43]", -figures.get(f"{case} [40]", 0))
    for company in company_of("TT133"):
        company.untrack(["1331", "33311", "1388"])
        had = given.get("opening_133", 0) + given["debit_133"]
        company.posted(pair("1331", "1388", had), pair("1388", "33311", given["credit_3331"]))

        company.posted(pair("33311", "1331", transfer), day="2026-03-31")

        rows = trial_balance(company, "2026-12-31")
        closing = {code: rows[code][4] - rows[code][5] for code in ("1331", "33311")}
        assert sum(closing.values()) == left
        assert 0 in closing.values()


def test_tax_of_the_year_is_closed_with_its_top_up() -> None:
    """The page prints 5,520,000: two digits changed places, its own slip."""
    data = exercise("vat_month_end_transfer")
    given = next(c for c in data["given"]["cases"] if c["id"] == "d")
    wanted = next(f for f in data["expected"]["figures"] if f["name"] == "d closing 911/8211")
    for company in company_of("TT133"):
        company.untrack(["3334", "1388"])
        top_up = given["cit_final"] - given["cit_provisional"]
        company.posted(pair("1388", "5111", 90_000_000), day="2026-03-01")
        company.posted(pair("821", "3334", given["cit_provisional"]), day="2026-03-31")
        company.posted(pair("821", "3334", top_up), day="2026-12-31")

        closed = company.invoke("general_ledger.close_profit_and_loss", date="2026-12-31")

        (tax,) = [row for row in closed["pairs"] if row["credit"] == "821"]
        assert (tax["debit"], tax["amount"]) == ("911", wanted["value"])
