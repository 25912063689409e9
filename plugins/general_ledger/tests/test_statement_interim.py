"""Forms of a part of a year and of a company that will not go on: their numbers, the summary ones (spec §6)."""

from __future__ import annotations

from typing import Any

import pytest
from lienso.testing.kernels import cloud

from .conftest import MODULES, START, Company, pair

QUARTER = {"from_date": "2026-01-01", "to_date": "2026-03-31"}
YEAR = {"from_date": "2026-01-01", "to_date": "2026-12-31"}
CREATE, UPDATE = "general_ledger.create_statements", "general_ledger.update_statements"


def numbers(company: Company, **params: Any) -> list[str]:
    """Make a set, and return the numbers of its forms as they stand on print."""
    made = company.invoke(CREATE, **params)
    found = company.read(lambda view: view.get("statement_set", made["set"]))
    kind = company.kernel.registry.record_types["statement_set"]
    facts = company.read(lambda view: kind.print_facts(found, view))
    text = company.read(lambda view: kind.print(found, view))
    shown = [one["code"] for one in facts["statements"]]
    assert [code for code in shown if f"Mẫu số {code}" not in text] == []
    return shown


def test_a_part_of_a_year_is_printed_on_the_interim_forms(company: Company) -> None:
    wanted = ["B03-DN/indirect", "B09-DN"]

    assert numbers(company, **QUARTER, statements=wanted) == ["B01a-DN", "B02a-DN", "B03a-DN", "B09a-DN"]  # fmt: skip
    assert numbers(company, **YEAR, statements=wanted) == ["B01-DN", "B02-DN", "B03-DN", "B09-DN"]


def test_a_company_that_will_not_go_on_has_forms_of_its_own(company: Company) -> None:
    assert numbers(company, **YEAR, going_concern=False) == ["B01-DNKLT", "B02-DNKLT"]

    company.invoke(UPDATE, set="2026-01-01/2026-12-31", going_concern=True)

    made = company.read(lambda view: next(view.all("statement_set")))
    assert made.data.going_concern


@pytest.mark.parametrize(
    ("going_concern", "wanted"),
    [(True, ["B01a-DNN", "B02-DNN", "F01-DNN"]), (False, ["B01-DNNKLT", "B02-DNNKLT", "F01-DNN"])],
)
def test_small_companies_have_no_interim_forms(going_concern: bool, wanted: list[str]) -> None:
    with cloud(MODULES, regime="TT133", options={"accounting.start_date": START}) as kernel:
        shown = numbers(Company(kernel), **QUARTER, going_concern=going_concern)

    assert shown == wanted


def test_the_summary_forms_show_what_the_full_ones_come_to(company: Company) -> None:
    company.untrack(["131"])
    company.posted(pair("1111", "4118", 900), pair("1111", "5111", 300), pair("1111", "515", 40))
    company.posted(pair("1111", "711", 5), pair("131", "5111", 60))
    company.invoke("general_ledger.close_profit_and_loss", date="2026-03-31")
    wanted = ["B01b-DN", "B02b-DN", "B03b-DN", "B03-DN/direct"]

    made = company.invoke(CREATE, **QUARTER, statements=wanted)

    lines = made["lines"]
    full = lines["B01-DN"]
    assert lines["B01b-DN"] == {code: full[code] for code in lines["B01b-DN"]}
    assert [lines["B01b-DN"][code] for code in ("100", "110", "270", "440")] == [1305, 1245, 1305, 1305]  # fmt: skip
    assert lines["B02b-DN"] == {"01": 360, "31": 45, "50": 405, "60": 405}
    flow = lines["B03-DN/direct"]
    assert lines["B03b-DN"] == {code: flow[code] for code in lines["B03b-DN"]}
    assert lines["B03b-DN"]["70"] == 1245
    assert made["check"]["causes"] == []


def test_equivalents_that_are_none_any_more_have_a_line_of_their_own() -> None:
    """TT99: an outflow on 23 of the full form, line 62 of the summary one (`reference/README.md`)."""
    with cloud(MODULES, regime="TT99", options={"accounting.start_date": START}) as kernel:
        company = Company(kernel)
        company.untrack(["111", "1281", "4118"])
        company.posted(pair("111", "4118", 900))
        company.posted(pair("1281", "111", 500, debit_cash_equiv=True))
        company.posted(pair("1281", "1281", 200, credit_cash_equiv=True))
        company.posted(pair("1281", "111", 30))
        wanted = ["B03b-DN", "B03-DN/direct"]

        made = company.invoke(CREATE, **QUARTER, statements=wanted)

    full, summary = made["lines"]["B03-DN/direct"], made["lines"]["B03b-DN"]
    assert (full["23"], full["30"], full["50"], full["70"]) == (-230, -230, 670, 670)
    assert summary == {
        "20": 0, "30": -30, "40": 900, "50": 870, "60": 0, "61": 0, "62": -200, "70": 670,
    }  # fmt: skip
    assert made["lines"]["B01-DN"]["110"] == 670


def test_items_are_numbered_on_where_empty_lines_are_left_out(company: Company) -> None:
    company.untrack(["131"])
    company.posted(pair("131", "5111", 300), pair("1111", "711", 5))
    hidden = [{"code": code, "hidden": True} for code in ("21", "22", "23", "25", "26", "32")]
    company.invoke("general_ledger.set_formulas", template="B02-DN", lines=hidden)

    made = company.invoke(CREATE, **YEAR)

    found = company.read(lambda view: view.get("statement_set", made["set"]))
    kind = company.kernel.registry.record_types["statement_set"]
    (_sheet, result) = company.read(lambda view: kind.print_facts(found, view))["statements"]
    names = {line["code"]: line["name"].split(" ")[0] for line in result["lines"]}
    numbers = [names[code] for code in ("01", "20", "30", "31", "40", "50", "60")]
    assert numbers == ["1.", "5.", "6.", "7.", "8.", "9.", "12."]
    assert "32" not in names
