"""Sets of statements: kept, changed, guarded; drilled from a figure to its proof (spec §4.3)."""

from __future__ import annotations

from typing import Any

import pytest
from lienso import Drill, Table
from lienso.testing.kernels import actor, go_offline, go_online, office

from .conftest import Company, codes, pair, refused

YEAR = {"date": "2026-12-31", "period": "year"}
DAYS = {"from_date": "2026-01-01", "to_date": "2026-12-31"}
SET = "2026-01-01/2026-12-31"


@pytest.fixture
def trading(company: Company) -> Company:
    """Sales and costs of one year, half of it collected, and closed."""
    company.untrack(["1111", "131", "331", "4111", "41111", "1561"])
    company.posted(pair("1111", "41111", 50_000_000), day="2026-01-05", no="NVK1")
    company.posted(pair("131", "5111", 30_000_000), day="2026-03-01", no="NVK2")
    company.posted(pair("6427", "1111", 12_000_000), day="2026-03-15", no="NVK3")
    company.posted(pair("1111", "131", 15_000_000), day="2026-04-01", no="NVK4")
    closing = [
        pair("5111", "911", 30_000_000, closing=True),
        pair("911", "6427", 12_000_000, closing=True),
        pair("911", "4212", 18_000_000, closing=True),
    ]
    company.posted(*closing, day="2026-12-31", no="KC1")
    return company


def create(company: Company, **more: Any) -> dict[str, Any]:
    return company.invoke("general_ledger.create_statements", **{**YEAR, **more})


def update(company: Company, **more: Any) -> dict[str, Any]:
    return company.invoke("general_ledger.update_statements", set=SET, **more)


def report(company: Company, id: str, **params: Any) -> Table:
    return company.kernel.report(company.by, f"general_ledger.{id}", params)


# -- what is computed --------------------------------------------------------------------------------


def test_a_set_holds_what_the_books_say_and_its_check_is_well(trading: Company) -> None:
    result = create(trading, statements=["B03-DN/direct", "B03-DN/indirect"])

    lines = result["lines"]
    assert lines["B01-DN"]["270"] == lines["B01-DN"]["440"] == 68_000_000
    assert lines["B02-DN"]["60"] == 18_000_000
    assert lines["B03-DN/direct"]["70"] == lines["B03-DN/indirect"]["70"] == 53_000_000
    check = result["check"]
    assert (check["balanced"], check["difference"], check["cash_flow_agrees"]) == (True, 0, True)
    assert check["causes"] == []


def test_what_is_wrong_is_told_by_code_with_its_place(company: Company) -> None:
    company.untrack(["1111", "131", "2141", "1121"])
    company.posted(pair("131", "1111", 500), day="2026-03-01")
    company.posted(pair("1121", "2141", 70), day="2026-03-01")
    company.posted(pair("1121", "5111", 30), day="2026-03-01")

    causes = create(company)["check"]["causes"]

    found = {(cause["code"], cause.get("account", cause.get("debit", ""))) for cause in causes}
    assert ("accounts_not_closed", "5111") in found
    assert ("cash_pair_unclassed", "1121") in found
    assert ("balance_not_covered", "1111") in found  # the till owes, and its line shows no debt


def test_an_account_on_a_side_that_no_line_counts_is_named(company: Company) -> None:
    company.untrack(["1111", "1561"])
    company.posted(pair("1111", "1561", 500), day="2026-03-01")

    check = create(company)["check"]

    assert (check["balanced"], check["difference"]) == (False, 500)
    assert check["causes"][0] == {
        "code": "balance_not_covered",
        "account": "1561",
        "side": "credit",
        "amount": -500,
    }


def test_the_opening_column_is_what_was_filed_the_year_before(trading: Company) -> None:
    create(trading)
    value = {"statement": "B01-DN", "code": "131", "column": "closing", "value": 14_000_000}
    update(trading, overrides=[{**value, "reason": "Đối chiếu công nợ"}], status="final")

    following = create(trading, date="2027-12-31")

    there = trading.kernel.get(trading.by, "statement_set", following["set"]).data.values
    assert there["B01-DN"]["131"] == {"closing": 15_000_000, "opening": 14_000_000}
    assert there["B02-DN"]["01"] == {"this_period": 0, "prior_period": 30_000_000}


@pytest.mark.parametrize(
    ("kind", "first"), [("month", "2026-06-01"), ("quarter", "2026-04-01"), ("half", "2026-01-01")]
)
def test_a_period_ends_with_the_day_that_is_named(trading: Company, kind: str, first: str) -> None:
    result = create(trading, date="2026-06-30", period=kind)

    assert result["interval"] == f"{first}/2026-06-30"


def test_a_set_without_days_or_in_the_wrong_order_is_refused(company: Company) -> None:
    invoke = company.invoke
    no_day = refused(lambda: invoke("general_ledger.create_statements"))
    custom = refused(lambda: create(company, period="custom"))
    wrong = {"from_date": "2026-02-01", "to_date": "2026-01-01"}
    assert no_day.code == custom.code == "field_required"
    assert codes(lambda: invoke("general_ledger.create_statements", **wrong)) == [
        ("type_wrong", None)
    ]


# -- what is typed -----------------------------------------------------------------------------------


def test_typed_values_move_totals_only_when_the_set_says_so(trading: Company) -> None:
    create(trading)
    value = {"statement": "B01-DN", "code": "131", "value": 14_000_000, "reason": "Đối chiếu"}

    beside = update(trading, overrides=[value])["lines"]["B01-DN"]
    fed = update(trading, override_feeds_totals=True)["lines"]["B01-DN"]

    assert (beside["131"], beside["130"]) == (14_000_000, 15_000_000)
    assert (fed["131"], fed["130"]) == (14_000_000, 14_000_000)


def test_a_typed_value_is_taken_back(trading: Company) -> None:
    create(trading)
    value = {"statement": "B01-DN", "code": "131", "value": 1, "reason": "Thử"}
    update(trading, overrides=[value])

    back = update(trading, overrides=[{**value, "value": None}])

    assert back["lines"]["B01-DN"]["131"] == 15_000_000
    assert back["overridden"] == []


def test_a_line_that_nothing_computes_is_typed_without_a_reason(trading: Company) -> None:
    create(trading)

    result = update(trading, overrides=[{"statement": "B02-DN", "code": "70", "value": 1_800}])

    assert result["lines"]["B02-DN"]["70"] == 1_800


@pytest.mark.parametrize(
    "value",
    [
        {"statement": "B01-DN", "code": "999"},
        {"statement": "B01-DN", "code": "131", "column": "this_period"},
        {"statement": "B03-DN/direct", "code": "01"},
    ],
)
def test_a_value_of_no_line_of_the_set_is_refused(trading: Company, value: Any) -> None:
    create(trading)

    error = refused(lambda: update(trading, overrides=[{**value, "value": 1, "reason": "Thử"}]))

    assert error.code == "unknown_line"


def test_texts_of_the_notes_and_signers_are_kept_and_printed(trading: Company) -> None:
    create(trading, statements=["B09-DN"])

    update(trading, notes={"I": "Công ty thương mại."}, signers={"preparer": "Nguyễn Thị A"})

    made = trading.read(lambda view: next(view.all("statement_set")))
    kind = trading.kernel.registry.record_types["statement_set"]
    text = trading.read(lambda view: kind.print(made, view))
    assert "Công ty thương mại." in text
    assert "Nguyễn Thị A" in text
    assert "68.000.000" in text


def test_notes_go_with_their_appendix(trading: Company) -> None:
    create(trading, statements=["B09-DN"])
    update(trading, notes={"I": "Công ty thương mại."})

    trading.invoke("general_ledger.remove_appendix", set=SET, statement="B09-DN")

    assert trading.read(lambda view: next(view.all("statement_set")).data.notes) == {}


# -- final ---------------------------------------------------------------------------------------------


def test_a_final_set_cannot_be_changed_past_the_functions(trading: Company) -> None:
    made = create(trading)["set"]
    update(trading, status="final")
    save, by = trading.kernel.save, trading.by

    signed = refused(lambda: save(by, "statement_set", {"status": "draft"}, id=made, merge=True))
    deleted = refused(lambda: trading.kernel.delete(by, "statement_set", made))

    assert signed.code == deleted.code == "statement_final"


def test_reopening_keeps_who_and_why(trading: Company) -> None:
    made = create(trading)["set"]
    update(trading, status="final")

    trading.invoke("general_ledger.reopen_statements", set=SET, reason="Kiểm toán")

    data = trading.kernel.get(trading.by, "statement_set", made).data
    assert data.status == "draft"
    assert [(one.by, one.reason) for one in data.reopened] == [(trading.by.user, "Kiểm toán")]


def test_deleting_what_a_later_set_compares_with_warns(trading: Company) -> None:
    create(trading)
    create(trading, date="2027-12-31")

    answer = trading.invoke("general_ledger.delete_statements", set=SET)

    assert [one["code"] for one in answer["_findings"]] == ["statements_compared"]


# -- formulas ------------------------------------------------------------------------------------------


def formula(company: Company, text: str, code: str = "139") -> Any:
    lines = [{"code": code, "formula": text}]
    return company.invoke("general_ledger.set_formulas", template="B01-DN", lines=lines)


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ("DR(1381)+", "formula_syntax", {"in_line": "139", "column": 10}),
        ("DR(1381;op=loan)", "formula_syntax", {"function": "DR", "filter": "op"}),
        ("TDR(@nothing)", "formula_syntax", {"list": "@nothing"}),
        ("DR(1381)+[999]", "unknown_line", {"in_line": "139", "line": "999"}),
        ("[B02-DN:999]", "unknown_line", {"statement": "B02-DN", "line": "999"}),
        ("DR(1381;except=9999)", "account_unknown", {"account": "9999"}),
        ("DELTA([270])", "formula_cycle", {"line": "139"}),
    ],
)
def test_a_faulty_formula_is_refused_by_kind_and_place(
    company: Company, text: str, code: str, where: dict[str, Any]
) -> None:
    error = refused(lambda: formula(company, text))

    assert error.code == code
    assert where.items() <= error.detail.items()


def test_a_line_of_the_companys_own_stands_in_no_sum_until_one_names_it(
    trading: Company,
) -> None:
    own = {"code": "139a", "name": "Trong đó: quá hạn", "formula": "DR_OBJ(131)"}
    unnamed = refused(lambda: formula(trading, "DR_OBJ(131)", code="139a"))
    trading.invoke("general_ledger.set_formulas", template="B01-DN", lines=[own])

    lines = create(trading)["lines"]["B01-DN"]

    assert unnamed.code == "unknown_line"
    assert (lines["139a"], lines["130"]) == (15_000_000, 15_000_000)


def test_a_template_saved_past_the_function_is_checked_all_the_same(company: Company) -> None:
    body = {"code": "TT200 B01-DN", "regime": "TT200", "statement": "B01-DN"}
    lines = [{"code": "139", "formula": "[130]"}]

    error = refused(lambda: company.save("statement_template", {**body, "lines": lines}))

    assert error.code == "formula_cycle"


def test_a_guess_bears_its_mark_until_somebody_confirms_it(company: Company) -> None:
    lines = [{"code": "125", "confirmed": True}]
    before = guesses(company)

    company.invoke("general_ledger.set_formulas", template="B01-DN", regime="TT99", lines=lines)

    assert before == ["125", "126", "163", "165", "274"]
    assert guesses(company) == ["126", "163", "165", "274"]


def guesses(company: Company) -> list[str]:
    made = create(company, regime="TT99")
    company.invoke("general_ledger.delete_statements", set=made["set"])
    return list(made["guessed"]["B01-DN"])


# -- drill-down ----------------------------------------------------------------------------------------


def follow(company: Company, table: Table, cell: str) -> Table | Drill:
    """Go into the row with this cell; a record ends the way."""
    rows = zip(table.rows, table.drills, strict=True)
    drill = next(drill for row, drill in rows if cell in map(str, row))
    assert drill is not None
    if not drill.report:
        return drill
    return company.kernel.report(company.by, drill.report, drill.params)


def test_a_figure_is_followed_down_to_the_voucher(trading: Company) -> None:
    table: Any = report(trading, "statement", statement="B01-DN", **DAYS)

    for cell in ("100", "B01-DN:130", "B01-DN:131", "131", "NVK2"):
        table = follow(trading, table, cell)

    voucher = trading.read(lambda view: view.by_number("NVK2"))
    assert table == Drill(type="journal", id=voucher.id)


@pytest.mark.parametrize(
    ("statement", "column"),
    [
        ("B01-DN", "closing"),
        ("B01-DN", "opening"),
        ("B02-DN", "this_period"),
        ("B03-DN/direct", "this_period"),
        ("B03-DN/indirect", "this_period"),
        ("B02-DN", "prior_period"),
    ],
)
def test_what_a_line_is_made_of_adds_up_to_it(
    trading: Company, statement: str, column: str
) -> None:
    days = {"from_date": "2026-04-01", "to_date": "2026-12-31"}
    table = report(trading, "statement", statement=statement, **days)
    place = [one.name for one in table.columns].index(column)

    for row in table.rows:
        code = row[0].removesuffix(" (?)")
        made = report(
            trading, "statement_line", statement=statement, code=code, column=column, **days
        )
        assert made.totals[-1] == row[place], (code, made.rows)


def test_the_notes_break_every_line_down_to_its_accounts(trading: Company) -> None:
    table = report(trading, "statement_notes", **DAYS)

    rows = {(row[0], row[2]): row[3:] for row in table.rows}
    assert rows["111", ""] == (53_000_000, 0)
    assert rows["", "1111"] == (53_000_000, 0)


def test_the_unit_rounds_what_is_shown_only(trading: Company) -> None:
    trading.posted(pair("1111", "131", 500_500), day="2026-05-01")

    table = report(trading, "statement", unit=1_000_000, **DAYS)

    shown = {row[0]: row[2] for row in table.rows}
    assert (shown["110"], shown["130"], shown["100"]) == (54, 14, 68)


# -- a site --------------------------------------------------------------------------------------------


def test_a_site_reads_a_kept_set_offline_and_computes_none(trading: Company) -> None:
    made = create(trading)["set"]
    with office(trading.kernel, "S1") as site:
        by = actor(site)
        online = site.report(by, "general_ledger.statement", DAYS)
        go_offline(site)

        kept = site.get(by, "statement_set", made)
        computed = refused(lambda: site.report(by, "general_ledger.statement", DAYS))
        typed = refused(lambda: site.save(by, "statement_set", {"status": "final"}, id=made))
        reload = {"set": SET}
        again = refused(lambda: site.invoke(by, "general_ledger.reload_data", reload))
        go_online(site)

        assert online.drills[0] is not None
        assert kept.data.values["B01-DN"]["270"]["closing"] == 68_000_000
        assert kept.data.computed_at
        assert computed.code == again.code == "offline_refused"
        assert typed.code == "only_in_cloud"
        assert site.invoke(by, "general_ledger.reload_data", reload)["status"] == "draft"
