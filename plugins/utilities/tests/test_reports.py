"""A company's own reports: columns, kept parameters, periods, files, and who looked at what."""

from __future__ import annotations

import base64
import datetime
import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
from lienso import Actor, LiensoError
from lienso.importing import read_file
from lienso.testing.kernels import TENANT, Clock, actor, cloud

from .company import FEBRUARY, MODULES, Company, line

BALANCE = "general_ledger.trial_balance"
SUMS = "utilities.book_sums"


def refused(company: Company, function: str = "view_report", **params: Any) -> LiensoError:
    with pytest.raises(LiensoError) as caught:
        company.call(function, **params)
    return caught.value


def sheet_of(file: str, folder: Path) -> list[list[Any]]:
    """Return the rows of a workbook as a spreadsheet reads them."""
    path = folder / "report.xlsx"
    path.write_bytes(base64.b64decode(file))
    (sheet,) = read_file(path)
    return [list(row) for row in sheet.rows]


# -- files ------------------------------------------------------------------------------------------


def test_a_workbook_has_numbers_days_and_the_state_of_the_books(
    head: Company, tmp_path: Path
) -> None:
    head.voucher("journal", line("6427", "1111", 1_234_567), no="N1", post=True,
                 description="=1+1")  # fmt: skip

    done = head.call("view_report", report="S03a-DN", params=FEBRUARY, format="xlsx")
    rows = sheet_of(done["file"], tmp_path)

    assert done["file_name"] == f"S03a-DN_{done['as_of']}.xlsx"
    assert rows[0][0].startswith("Sổ Nhật ký chung")
    cells = [cell for row in rows[4:] for cell in row]
    assert 1_234_567 in cells
    assert datetime.date(2026, 2, 10) in cells
    assert "=1+1" in cells  # a text, not a formula
    assert rows[-1][0] == f"Phiên bản sổ: {done['as_of']}"


def test_a_number_that_a_spreadsheet_would_round_is_text(head: Company, tmp_path: Path) -> None:
    big = 1_234_567_890_123_456
    head.voucher("journal", line("6427", "1111", big), no="N1", post=True)

    done = head.call("view_report", report=BALANCE, params=FEBRUARY, format="xlsx")

    assert str(big) in [cell for row in sheet_of(done["file"], tmp_path) for cell in row]


def test_two_files_of_one_state_of_the_books_are_equal(head: Company, clock: Clock) -> None:
    head.voucher("journal", line("6427", "1111", 7), no="N1", post=True)
    asked = {"report": "S03a-DN", "params": FEBRUARY, "format": "xlsx"}
    first = head.call("view_report", **asked)
    clock.advance(300)

    second = head.call("view_report", **asked)
    head.voucher("journal", line("6427", "1111", 8), no="N2", post=True)
    third = head.call("view_report", **asked)

    assert (second["as_of"], second["file"]) == (first["as_of"], first["file"])
    assert third["as_of"] > second["as_of"]
    assert third["file"] != second["file"]


def test_a_long_report_comes_as_a_file_and_in_pages(head: Company) -> None:
    lines = [line("6427", "1111", 1, number) for number in range(1, 1_201)]
    head.voucher("journal", *lines, no="N1", post=True)
    asked = {"report": "S03a-DN", "params": FEBRUARY}

    file = head.call("view_report", **asked, format="csv")
    pages = [head.call("view_report", **asked, page=page) for page in (1, 2, 3)]

    assert len(base64.b64decode(file["file"])) > 4_000
    assert [page["pages"] for page in pages] == [3, 3, 3]
    assert sum(row["debit"] or 0 for page in pages for row in page["rows"] if row["no"]) == 1_200
    assert [len(page["rows"]) for page in pages[:2]] == [1_000, 1_000]
    assert [bool(page["run"]) for page in pages] == [True, False, False]  # one look, leafed through


def test_a_pdf_says_which_state_of_the_books_it_shows() -> None:
    pypdf = pytest.importorskip("pypdf")
    pytest.importorskip("lienso_printing", reason="sets type")
    with cloud((*MODULES, "printing")) as kernel:
        head = Company(kernel)
        head.voucher("journal", line("6427", "1111", 1_234_567), no="N1", post=True)

        whole = head.call("view_report", report="S06-DN", params=FEBRUARY, format="pdf")
        part = head.call(
            "view_report", report="S06-DN", params=FEBRUARY, format="pdf",
            layout="bang-ke", columns=["account", "debit"],
        )  # fmt: skip

    texts = []
    for done in (whole, part):
        pages = pypdf.PdfReader(io.BytesIO(base64.b64decode(done["file"]))).pages
        texts.append(" ".join(" ".join(page.extract_text() for page in pages).split()))
    assert f"Phiên bản sổ: {whole['as_of']}" in texts[0]
    assert "Mẫu số S06-DN" in texts[0]
    assert "1.234.567" in texts[1]
    assert "Mẫu số" not in texts[1]  # without all its columns it is not the form of the circular


def test_without_the_plugin_that_prints_a_pdf_is_refused_and_nothing_is_noted(
    head: Company,
) -> None:
    error = refused(head, report="S06-DN", params=FEBRUARY, format="pdf")

    assert error.code in ("not_printable", "printing_missing")
    assert head.read(lambda view: list(view.all("report_run"))) == []


# -- periods and several accounts --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("period", "days"),
    [
        ("2026-02-10", "10/02/2026 đến ngày 10/02/2026"),
        ("2026-02", "01/02/2026 đến ngày 28/02/2026"),
        ("2026-Q1", "01/01/2026 đến ngày 31/03/2026"),
        ("2026", "01/01/2026 đến ngày 31/12/2026"),
    ],
)
def test_a_period_stands_for_its_days(head: Company, period: str, days: str) -> None:
    done = head.call("view_report", report="S06-DN", params={"period": period})

    assert done["subtitle"] == f"Từ ngày {days}"


def test_quarters_and_years_are_those_of_the_fiscal_year(head: Company) -> None:
    head.kernel.invoke(head.by, "system.set_options", {"values": {"fiscal_year_start": "04-01"}})

    quarter = head.call("view_report", report="S06-DN", params={"period": "2025-Q4"})
    year = head.call("view_report", report="S06-DN", params={"period": "2025"})

    assert quarter["subtitle"] == "Từ ngày 01/01/2026 đến ngày 31/03/2026"
    assert year["subtitle"] == "Từ ngày 01/04/2025 đến ngày 31/03/2026"


@pytest.mark.parametrize("period", ["2026-13", "2026-02-30", "2026-Q5", "tháng 2"])
def test_what_is_no_period_is_refused(head: Company, period: str) -> None:
    assert refused(head, report="S06-DN", params={"period": period}).code == "params_invalid"


def test_several_accounts_of_a_book_of_one_come_one_after_the_other(head: Company) -> None:
    head.voucher("journal", line("6427", "1111", 7), line("6422", "1111", 5, 2), no="N1", post=True)

    done = head.call(
        "view_report", report="S03b-DN", params={**FEBRUARY, "accounts": ["6427", "6422"]}
    )

    moved = [(r["account"], r["debit"]) for r in done["rows"] if r["posting_date"]]
    assert moved == [("6427", 7), ("6422", 5)]
    assert done["totals"] == {}


# -- columns, drills ---------------------------------------------------------------------------------


def test_columns_are_chosen_and_ordered_by_name(head: Company) -> None:
    head.voucher("journal", line("6427", "1111", 7), no="N1", post=True)

    done = head.call(
        "view_report",
        report=BALANCE,
        params=FEBRUARY,
        layout="bang-ke",
        columns=["debit", "account"],
    )

    assert [column["name"] for column in done["columns"]] == ["debit", "account"]
    assert {"debit": 7, "account": "6427"} in done["rows"]
    assert done["totals"]["debit"] == 7
    wrong = refused(head, report=BALANCE, params=FEBRUARY, layout="bang-ke", columns=["nothing"])
    assert wrong.code == "params_invalid"


def test_a_statutory_layout_keeps_its_columns(head: Company) -> None:
    error = refused(head, report="S06-DN", params=FEBRUARY, columns=["account", "debit"])

    assert error.code == "params_invalid"
    assert "opening_debit" in str(error.detail["fields"])


def test_a_row_leads_to_what_it_is_made_of(head: Company) -> None:
    head.voucher("journal", line("1111", "711", 7), no="N1", post=True)
    params = {"statement": "B02-DN", "from_date": "2026-01-01", "to_date": "2026-12-31"}

    done = head.call("view_report", report="general_ledger.statement", params=params)

    assert len(done["drills"]) == len(done["rows"])
    leads = [drill for drill in done["drills"] if drill]
    assert {drill["report"] for drill in leads} == {"general_ledger.statement_line"}


def test_from_the_trial_balance_one_comes_to_the_voucher(head: Company) -> None:
    voucher = head.voucher("journal", line("1111", "711", 7), no="N1", post=True)
    top = head.call("view_report", report="S06-DN", params=FEBRUARY)
    place = next(n for n, row in enumerate(top["rows"]) if row["account"] == "1111")

    ledger = head.call("view_report", **top["drills"][place])

    leads = [d for r, d in zip(ledger["rows"], ledger["drills"], strict=True) if r["no"] == "N1"]
    assert leads == [{"type": "journal", "id": voucher.id}]
    sums = [d for r, d in zip(ledger["rows"], ledger["drills"], strict=True) if not r["no"]]
    assert set(map(str, sums)) == {"{}"}


@pytest.mark.parametrize(("report", "more"), [("S03a-DN", {}), ("S38-DN", {"account": "131"})])
def test_rows_of_books_lead_to_their_vouchers(
    head: Company, report: str, more: dict[str, Any]
) -> None:
    head.save("object", code="KH1", name="Một", is_customer=True)
    voucher = head.voucher("journal", line("131", "711", 7, debit_object="KH1"), no="N1", post=True)

    done = head.call("view_report", report=report, params={**FEBRUARY, **more})

    leads = [d for r, d in zip(done["rows"], done["drills"], strict=True) if r["no"] == "N1"]
    assert leads
    assert all(drill == {"type": "journal", "id": voucher.id} for drill in leads)


# -- the company's own reports -------------------------------------------------------------------------


def definition(head: Company, **more: Any) -> Any:
    fields = {
        "code": "CP-THANG",
        "name": "Chi phí theo đơn vị",
        "report": SUMS,
        "params": {"by": ["account", "org_unit"], "measures": ["debit"]},
        "parameter_sets": [{"name": "Tháng 2", "params": {"period": "2026-02"}}],
        **more,
    }
    return head.save("report_definition", **fields)


def test_an_own_report_keeps_parameters_and_sums_a_book_by_its_dimensions(head: Company) -> None:
    unit = head.save("org_unit", code="KD", name="Phòng kinh doanh", kind="department")
    head.voucher("journal", line("6427", "1111", 7, org_unit=unit.id), no="N1", post=True)
    head.voucher("journal", line("6427", "1111", 900, org_unit=unit.id), no="N2")
    definition(head)

    done = head.call("view_report", report="CP-THANG", parameter_set="Tháng 2")

    rows = [(row["account"], row["org_unit"], row["debit"]) for row in done["rows"]]
    assert ("6427", "KD", 7) in rows
    assert done["totals"]["debit"] == 7
    assert refused(head, report="CP-THANG", parameter_set="Tháng 3").code == "params_invalid"


def test_more_rows_than_the_own_report_allows_are_refused_not_cut(head: Company) -> None:
    head.voucher("journal", line("6427", "1111", 7), no="N1", post=True)
    definition(head, rows_limit=1)

    error = refused(head, report="CP-THANG", params={"period": "2026"})

    assert error.code == "range_too_wide"
    assert (error.detail["size"], error.detail["max"]) == (2, 1)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"report": "nothing.here"}, "report_unknown"),
        ({"code": "S06-DN"}, "code_exists"),
        ({"params": {"nothing": 1}}, "params_invalid"),
        ({"parameter_sets": [{"name": "A"}, {"name": "A"}]}, "params_invalid"),
    ],
)
def test_a_wrong_own_report_is_refused(head: Company, more: dict[str, Any], code: str) -> None:
    with pytest.raises(LiensoError) as caught:
        definition(head, **more)

    assert caught.value.code == code


def test_an_own_report_says_what_it_is_made_of(head: Company) -> None:
    record = definition(head, code="SPS", report=BALANCE, params={"level": 1})
    derived = head.kernel.registry.record_types["report_definition"].derived
    assert derived is not None

    about = head.read(lambda view: derived(record, view))

    assert (about["module"], about["form_code"], about["source"]) == (
        "general_ledger", "S06-DN", "books",
    )  # fmt: skip
    assert "level" in about["parameters"]["properties"]


@pytest.mark.parametrize(
    "params",
    [
        {"book": "nothing"},
        {"by": ["nothing"]},
        {"measures": ["nothing"]},
        {"where": {"nothing": "1"}},
    ],
)
def test_a_query_of_what_no_book_has_is_refused(head: Company, params: dict[str, Any]) -> None:
    assert refused(head, report=SUMS, params={**FEBRUARY, **params}).code == "params_invalid"


def test_a_query_asks_by_code_and_for_an_account_with_all_below_it(head: Company) -> None:
    head.save("object", code="KH1", name="Một", is_customer=True)
    head.voucher("journal", line("131", "711", 7, debit_object="KH1"), no="N1", post=True)
    where = {"account": "13", "object": "KH1"}

    done = head.call(
        "view_report", report=SUMS, params={**FEBRUARY, "by": ["object"], "where": where}
    )

    assert [(row["object"], row["debit"]) for row in done["rows"]] == [("KH1", 7)]


# -- looks ----------------------------------------------------------------------------------------------


def test_a_look_is_kept_with_who_when_and_what(head: Company, clock: Clock) -> None:
    head.voucher("journal", line("6427", "1111", 7), no="N1", post=True)

    done = head.call("view_report", report=BALANCE, params=FEBRUARY, format="csv")

    run = head.get("report_run", done["run"]).data
    data = base64.b64decode(done["file"])
    assert (run.report, run.by, run.as_of, run.format) == (BALANCE, "tester", done["as_of"], "csv")
    assert run.params["from_date"] == "2026-02-01"
    assert (run.file_bytes, run.file_sha256) == (len(data), hashlib.sha256(data).hexdigest())
    log = head.call("view_report", report="utilities.report_runs")
    assert [row["report"] for row in log["rows"]] == [BALANCE]
    with pytest.raises(LiensoError) as caught:
        head.kernel.save(head.by, "report_run", {"rows": 9}, id=done["run"], merge=True)
    assert caught.value.code == "no_permission"


def test_to_take_a_file_needs_the_right_to_export(head: Company) -> None:
    by = actor(head.kernel)
    head.kernel.save(by, "permission", {"code": "R", "function": BALANCE, "actions": ["see"]})
    head.kernel.save(by, "role", {"code": "R", "permissions": ["R"]})
    head.kernel.save(by, "user", {"code": "hoa", "roles": ["R"]})
    asked = {"report": BALANCE, "params": FEBRUARY}

    def look(**more: Any) -> Any:
        return head.kernel.invoke(Actor(TENANT, "hoa"), "utilities.view_report", {**asked, **more})

    assert look()["rows"] == []
    for format, action in (("xlsx", "export"), ("csv", "export"), ("pdf", "print")):
        with pytest.raises(LiensoError) as caught:
            look(format=format)
        assert (caught.value.code, caught.value.detail["action"]) == ("no_permission", action)
