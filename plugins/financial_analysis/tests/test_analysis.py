"""Ratios, structure and trends of the books and of kept statements; the way down to the ledger."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lienso import Drill
from lienso.testing.kernels import actor, go_offline, office
from lienso_financial_analysis.expressions import Place, parse
from lienso_financial_analysis.ratios import RATIOS, rounded

from .conftest import YEAR, Company, make, refused, trade

SHEET = {"100": 500, "140": 200, "310": 100, "300": 150, "400": 350, "270": 500, "440": 500}


def sheet(closing: dict[str, int], opening: dict[str, int] | None = None) -> dict[str, Any]:
    before = {} if opening is None else opening
    return {
        code: {"closing": amount, **({"opening": before[code]} if code in before else {})}
        for code, amount in closing.items()
    }


def flows(**amounts: int) -> dict[str, Any]:
    return {code[1:]: {"this_period": amount} for code, amount in amounts.items()}


# -- formulas ----------------------------------------------------------------------------------------


def test_a_formula_names_its_lines() -> None:
    found = list(parse("(B100-B140)/AVG([F01-DNN:131])+DAYS*ABS(PRIOR(I10))").places())

    assert found == [
        Place("B", "100"),
        Place("B", "140"),
        Place("F01-DNN", "131"),
        Place("I", "10"),
    ]


@pytest.mark.parametrize(
    ("text", "column"), [("B100/", 5), ("B100//B2", 6), ("X1", 1), ("(B1", 4), ("2*B1", 1), ("", 1)]
)
def test_a_faulty_formula_is_refused_with_its_place(text: str, column: int) -> None:
    error = refused(lambda: parse(text))

    assert error.code == "formula_syntax"
    assert abs(error.detail["column"] - column) <= 1


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (Fraction(1, 2), "vnd", 1),
        (Fraction(-1, 2), "vnd", -1),
        (Fraction(12345, 100000), "ratio", "0.1235"),
        (Fraction(1, 80), "days", "0.0"),
        (Fraction(1, 20), "days", "0.1"),
        (Fraction(2, 3), "percent", "66.67"),
    ],
)
def test_a_value_is_rounded_once_half_away_from_zero(
    value: Fraction, unit: str, shown: Any
) -> None:
    assert rounded(value, unit) == shown


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**12))
def test_rounding_is_never_off_by_more_than_half(part: int, whole: int) -> None:
    value = Fraction(part, whole)

    assert abs(Fraction(str(rounded(value, "ratio"))) - value) <= Fraction(1, 20_000)


# -- ratios ------------------------------------------------------------------------------------------


def test_the_books_of_a_first_year_are_analysed_before_they_are_closed(trading: Company) -> None:
    result = trading.analyze(ratios=["current_ratio", "gross_margin", "roe", "inventory_turnover"])

    assert result["ratios"] == {
        "current_ratio": None,
        "gross_margin": "37.50",
        "roe": "9.09",
        "inventory_turnover": "0.7143",
    }
    assert result["null_reasons"] == {"current_ratio": "zero_denominator"}
    assert result["average_is_closing"] is True
    assert result["basis"]["assume_closed"] is True
    assert [one["code"] for one in result["_findings"]] == ["not_closed"]
    assert result["formulas"]["roe"] == "I60/AVG(B400)"


def test_closing_changes_no_ratio_but_the_word_that_it_was_not_done(trading: Company) -> None:
    before = trading.analyze()
    trading.post(
        "2026-12-31",
        ("5111", "911", 400),
        ("911", "632", 250),
        ("911", "6427", 50),
        ("911", "4212", 100),
        closing=True,
    )

    after = trading.analyze()

    assert after["ratios"] == before["ratios"]
    assert "_findings" not in after
    assert after["basis"]["closed"] is True


def test_analysing_writes_nothing(trading: Company) -> None:
    def all_entries(view: Any) -> list[Any]:
        return list(view.book("general_ledger").entries())

    before = trading.kernel.read(trading.by, all_entries)

    trading.analyze()

    assert trading.kernel.read(trading.by, all_entries) == before
    assert trading.kernel.read(trading.by, lambda view: list(view.all("statement_set"))) == []


def test_the_same_company_has_the_same_ratios_in_the_newer_regime() -> None:
    found = []
    for regime in ("TT200", "TT99"):
        with make(regime) as kernel:
            company = Company(kernel)
            trade(company)
            found.append(company.analyze()["ratios"])

    assert found[0] == found[1]
    assert found[0]["solvency_ratio"] is None  # nothing is owed
    assert found[0]["gross_margin"] == "37.50"


def test_what_goes_by_liquidity_has_no_current_part() -> None:
    with make("TT133") as kernel:
        company = Company(kernel)
        trade(company)
        result = company.analyze()

    absent = {id for id, why in result["null_reasons"].items() if why == "not_in_regime"}
    assert {"current_ratio", "quick_ratio", "working_capital", "long_term_cover", "roce"} <= absent
    assert result["ratios"]["gross_margin"] == "37.50"
    assert result["ratios"]["roa"] == "9.09"


def test_equity_that_is_not_positive_is_told(company: Company) -> None:
    values = {"B01-DN": sheet({**SHEET, "400": -10}, SHEET), "B02-DN": flows(i60=20, i10=100)}
    company.keep(values)

    result = company.analyze(source="statements")

    assert result["not_meaningful"] == ["debt_to_equity", "roe", "dupont"]
    assert result["ratios"]["debt_to_equity"] == "-15.0000"


def test_a_quarter_is_annualized_in_a_block_of_its_own(company: Company) -> None:
    quarter = {"from_date": "2026-01-01", "to_date": "2026-03-31"}
    values = {"B01-DN": sheet(SHEET, SHEET), "B02-DN": flows(i60=20, i10=100)}
    company.keep(values, **quarter, period_kind="quarter")

    result = company.analyze(source="statements", annualize=True, **quarter)

    assert result["ratios"]["asset_turnover"] == "0.2000"
    assert result["annualized"]["asset_turnover"] == "0.8111"  # times 365 / 90
    assert "ros" not in result["annualized"]


def test_interest_that_nobody_tagged_is_warned_of(company: Company) -> None:
    company.keep({"B01-DN": sheet(SHEET), "B02-DN": flows(i22=30, i23=0, i50=90)})

    result = company.analyze(source="statements", ratios=["interest_cover"])

    assert result["warnings"] == {"interest_cover": "interest_untagged"}
    assert result["null_reasons"] == {"interest_cover": "zero_denominator"}


def test_a_companys_own_ratio_stands_beside_the_standard_ones_and_in_their_place(
    trading: Company,
) -> None:
    save, by = trading.kernel.save, trading.by
    own = {"code": "stock_share", "name": "Tỷ trọng tồn kho", "formula": "B140/B270"}
    save(by, "ratio_definition", {**own, "unit": "percent"})
    save(by, "ratio_definition", {"code": "roa", "formula": "I60/B270", "unit": "percent"})

    result = trading.analyze(ratios=["stock_share", "roa"])

    assert result["ratios"] == {"stock_share": "31.82", "roa": "9.09"}
    assert result["formulas"]["roa"] == "I60/B270"


@pytest.mark.parametrize(
    ("formula", "code"),
    [("B100/", "formula_syntax"), ("B999", "unknown_line"), ("[X:1]", "unknown_line")],
)
def test_a_ratio_that_cannot_be_computed_is_not_saved(
    company: Company, formula: str, code: str
) -> None:
    body = {"code": "own", "formula": formula}

    assert refused(lambda: company.kernel.save(company.by, "ratio_definition", body)).code == code


def test_every_standard_ratio_names_lines_of_the_forms(trading: Company) -> None:
    standard = trading.analyze()["ratios"]
    for ratio in RATIOS:
        if ratio.formula:
            body = {"code": f"own_{ratio.id}", "formula": ratio.formula, "unit": ratio.unit}
            trading.kernel.save(trading.by, "ratio_definition", body)

    ratios = trading.analyze()["ratios"]

    own = {id.removeprefix("own_"): found for id, found in ratios.items() if id[:4] == "own_"}
    assert own == {id: found for id, found in standard.items() if id != "dupont"}


def test_a_ratio_that_is_not_there_is_refused(trading: Company) -> None:
    assert refused(lambda: trading.analyze(ratios=["nothing"])).code == "not_found"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({}, "no_data"),
        ({"from_date": "2026-12-31", "to_date": "2026-01-01"}, "period_invalid"),
        ({"source": "statements"}, "no_data"),
    ],
)
def test_without_figures_the_analysis_is_refused(
    company: Company, more: dict[str, Any], code: str
) -> None:
    assert refused(lambda: company.analyze(**more)).code == code


# -- structure, trends --------------------------------------------------------------------------------


def test_a_share_is_of_the_balance_sheets_total(company: Company) -> None:
    company.keep({"B01-DN": sheet(SHEET, {**SHEET, "140": 0})})

    rows = company.analyze(
        source="statements", kind="horizontal_vertical", statement="B", codes=["140"]
    )["rows"]

    assert rows == [
        {"code": "140", "name": "IV. Hàng tồn kho", "this_period": 200, "prior_period": 0}
        | {"change": 200, "change_percent": None, "share_of_270": "40.00"}
    ]


def test_a_trend_begins_at_100(trading: Company) -> None:
    quarter = {"from_date": "2026-04-01", "to_date": "2026-06-30"}
    trading.post("2026-05-01", ("131", "5111", 100))

    rows = trading.analyze(kind="trend", periods=2, codes=["10", "60"], **quarter)["rows"]

    points = {row["code"]: [(p["value"], p["index"]) for p in row["periods"]] for row in rows}
    assert points["10"] == [(400, "100.00"), (100, "25.00")]
    assert points["60"] == [(150, "100.00"), (50, "33.33")]
    assert rows[0]["periods"][0]["from_date"] == "2026-01-01"


def test_a_line_that_is_not_there_is_refused(trading: Company) -> None:
    error = refused(lambda: trading.analyze(kind="horizontal_vertical", codes=["999"]))

    assert error.code == "unknown_line"


# -- reports -------------------------------------------------------------------------------------------


def test_a_ratio_is_followed_down_to_the_voucher(trading: Company) -> None:
    table: Any = trading.report("ratios")

    for cell in ("gross_margin", "I20", "B02-DN:10", "B02-DN:01", "5111"):
        rows = zip(table.rows, table.drills, strict=True)
        drill = next(drill for row, drill in rows if cell in map(str, row))
        table = trading.kernel.report(trading.by, drill.report, drill.params)

    assert [drill.type for drill in table.drills if isinstance(drill, Drill)] == ["journal"]


def test_the_list_shows_formula_change_and_mark(trading: Company) -> None:
    trading.post("2026-06-01", ("1561", "331", 5_000))

    rows = {row[0]: row for row in trading.report("ratios").rows}

    assert rows["current_ratio"][3:5] == ("B100/B310", "1.2200")
    assert rows["current_ratio"][7] == ""
    trading.post("2026-06-02", ("6427", "331", 2_000))
    rows = {row[0]: row for row in trading.report("ratios").rows}
    assert rows["current_ratio"][7] == "!"


def test_the_charts_rows_are_followed_to_the_statements(trading: Company) -> None:
    months = trading.kernel.report(
        trading.by, "financial_analysis.by_month", {"to_date": "2026-04-30", "months": 4}
    )

    assert [row[1:] for row in months.rows] == [
        (0, 0, 0, 0),
        (0, 0, 0, 0),
        (400, 250, 0, 150),
        (0, 0, 50, -50),
    ]
    assert months.drills[2] == Drill(
        "financial_analysis.structure",
        {"from_date": "2026-03-01", "to_date": "2026-03-31", "statement": "I"}
        | {"ledger": "financial"},
    )


def test_money_by_day_ends_with_what_there_is(trading: Company) -> None:
    rows = trading.report("money_by_day").rows

    assert rows == (
        ("2025-12-31", 0, 0),
        ("2026-01-02", 0, 1_000),
        ("2026-02-01", 0, 400),
        ("2026-04-01", -50, 400),
        ("2026-04-02", 100, 400),
    )


# -- a site --------------------------------------------------------------------------------------------


def test_a_site_opens_a_kept_analysis_offline_and_makes_none(trading: Company) -> None:
    result = trading.analyze()
    result.pop("_findings")
    body = {**YEAR, "values": result, "comment": "Khả năng thanh toán tốt"}
    made = trading.kernel.save(trading.by, "analysis_snapshot", body).record
    with office(trading.kernel, "S1") as site:
        by = actor(site)
        online = site.invoke(by, "financial_analysis.analyze", YEAR)
        go_offline(site)

        kept = site.get(by, "analysis_snapshot", made.id)
        analysis = refused(lambda: site.invoke(by, "financial_analysis.analyze", YEAR))
        report = refused(lambda: site.report(by, "financial_analysis.ratios", YEAR))

    assert online["ratios"] == kept.data.values["ratios"]
    assert kept.data.comment == "Khả năng thanh toán tốt"
    assert analysis.code == report.code == "offline_refused"


def test_the_dupont_tree_is_the_product_of_its_parts(trading: Company) -> None:
    table = trading.report("dupont")

    rows = {row[1]: (row[0], row[4]) for row in table.rows}
    whole = trading.analyze(ratios=["dupont"])["ratios"]["dupont"]
    assert {id: rows[id][1] for id in whole} == whole
    assert rows["roe"][0] == 0
    assert [row[1] for row in table.rows if row[0] == 1] == ["ros", "asset_turnover", "equity_multiplier"]  # fmt: skip
    assert (rows["profit"], rows["revenue"]) == ((2, 100), (2, 400))
    assert all(drill is not None for row, drill in zip(table.rows, table.drills, strict=True) if row[0] < 2)  # fmt: skip


def test_costs_are_shown_with_their_share_and_followed_to_the_statement(trading: Company) -> None:
    table = trading.report("cost_structure")

    rows = {row[0]: row[2:4] for row in table.rows}
    assert rows["11"] == (250, "83.33")
    assert rows["26"] == (50, "16.67")
    assert table.totals[2:4] == (300, "100.00")
    closing = {"date": "2026-12-31"}
    trading.kernel.invoke(trading.by, "general_ledger.close_profit_and_loss", closing)
    below: Any = trading.report("cost_structure").drills[0]
    made = trading.kernel.report(trading.by, below.report, below.params)
    assert made.totals[-1] == 250
