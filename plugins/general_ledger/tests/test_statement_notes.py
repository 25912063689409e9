"""The notes (B09): figures from the same books as the statements that they explain, texts, print."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lienso.kernel import Kernel
from lienso_general_ledger.statements.forms import REGIMES, shipped
from lienso_general_ledger.statements.note_forms import notes_of
from lienso_general_ledger.statements.note_tables import tables
from lienso_general_ledger.statements.sources import accounts_of

from .conftest import Company, pair
from .statement_years import YEAR, in_empty_books, random_years, sheet, write_year, years

DAYS = {"from_date": "2026-01-01", "to_date": "2026-12-31"}
SET = "2026-01-01/2026-12-31"


@pytest.mark.parametrize("regime", REGIMES)
def test_every_note_explains_lines_that_the_forms_have(regime: str) -> None:
    forms = shipped(regime).forms
    notes = [note for section in notes_of(regime).sections for note in section.notes]

    for note in notes:
        assert note.table in ("", "lines", "movement", "nature"), note.code
        for place in note.lines:
            statement, _, code = place.partition(":")
            assert code in forms[statement].lines, (note.code, place)
    codes = [note.code for note in notes]
    assert len(codes) == len(set(codes))
    places = [place for note in notes for place in note.lines]
    assert len(places) == len(set(places))


@pytest.mark.parametrize("regime", REGIMES)
def test_every_line_of_the_balance_sheet_is_in_a_note(regime: str) -> None:
    statements = shipped(regime)
    id = statements.headline.assets[0]
    form, notes = statements.form(id), notes_of(regime)

    def explained(code: str) -> bool:
        return bool(code) and (bool(notes.note_of(id, code)) or explained(form.lines[code].parent))

    parents = {line.parent for line in form.lines.values()}
    leaves = [code for code in form.lines if code not in parents]
    assert [code for code in leaves if not explained(code)] == []


@pytest.mark.parametrize("regime", REGIMES)
@random_years(8)
@given(data=st.data())
def test_the_notes_of_a_year_add_up_to_the_lines_that_they_explain(
    statements_kernel: Kernel, regime: str, data: Any
) -> None:
    rows = data.draw(years(regime))

    def look(view: Any) -> list[Any]:
        found = sheet(view, shipped(regime), YEAR)
        columns = {"closing": found, "this_period": found}
        off: list[Any] = []
        for section in notes_of(regime).sections:
            for note in section.notes:
                for place in note.lines:
                    parts = accounts_of(found, *place.split(":"))
                    if sum(parts.values()) != found.value(*place.split(":")):
                        off.append(place)
        for table in tables(notes_of(regime), {**columns, "opening": found}):
            for row in table.rows:
                if row.account and len(row.values) == 4:
                    opening, more, less, closing = (value or 0 for value in row.values)
                    if opening + more - less != closing:
                        off.append((table.note, row))
        return off

    off = in_empty_books(
        statements_kernel, regime, lambda books: write_year(books, rows, [YEAR[1]]), look
    )

    assert off == []


@pytest.fixture
def traded(company: Company) -> Company:
    """A company that bought a machine, wore it, paid wages and a part of its taxes."""
    company.untrack(["2112", "2141", "6427", "6421", "33311", "3334", "3341", "131", "41111"])
    company.posted(pair("1111", "41111", 900))
    company.posted(pair("2112", "1111", 500))
    company.posted(pair("6427", "2141", 50))
    company.posted(pair("6421", "3341", 70))
    company.posted(pair("6427", "1111", 30))
    company.posted(pair("131", "5111", 400), pair("131", "33311", 40))
    company.posted(pair("33311", "1111", 15))
    company.invoke("general_ledger.close_profit_and_loss", date="2026-12-31")
    company.invoke("general_ledger.create_statements", **DAYS, statements=["B09-DN"])
    return company


def table(company: Company, note: str) -> list[tuple[Any, ...]]:
    """Return the rows of a note: account, amounts."""
    kept = company.read(lambda view: next(view.all("statement_set")).data.note_tables)
    (found,) = [one for one in kept if one.note == note]
    return [(row.account or row.name, *row.values) for row in found.rows]


def test_assets_taxes_and_capital_are_shown_with_their_changes(traded: Company) -> None:
    assert table(traded, "VI.9") == [
        ("Nguyên giá", 0, 500, 0, 500),
        ("2112", 0, 500, 0, 500),
        ("Giá trị hao mòn lũy kế", 0, 50, 0, 50),
        ("2141", 0, 50, 0, 50),
        ("Giá trị còn lại", 0, None, None, 450),
    ]
    assert table(traded, "VI.19") == [
        ("Thuế và các khoản phải nộp, phải thu", 0, 40, 15, 25),
        ("33311", 0, 40, 15, 25),
    ]
    assert table(traded, "VI.25") == [
        ("Vốn chủ sở hữu", 0, 1150, 0, 1150),
        ("41111", 0, 900, 0, 900),
        ("4212", 0, 250, 0, 250),
    ]


def test_lines_are_broken_down_and_costs_shown_by_element(traded: Company) -> None:
    assert table(traded, "VI.1")[1:] == [("1111", 355, 0)]
    assert table(traded, "VII.8") == [
        ("9. Chi phí quản lý doanh nghiệp", 150, 0),
        ("6421", 70, 0),
        ("6427", 80, 0),
    ]
    assert table(traded, "VII.9") == [
        ("Chi phí nhân công", 70, 0),
        ("Chi phí khấu hao tài sản cố định", 50, 0),
        ("Chi phí dịch vụ mua ngoài", 30, 0),
        ("Cộng", 150, 0),
    ]


def test_the_notes_are_printed_with_texts_and_lines_name_their_note(traded: Company) -> None:
    texts = {"VI.9": "Máy đang thế chấp.", "IX": "Không có.", "Phụ lục": "Danh sách máy."}
    traded.invoke("general_ledger.update_statements", set=SET, notes=texts)

    made = traded.read(lambda view: next(view.all("statement_set")))
    kind = traded.kernel.registry.record_types["statement_set"]
    text = traded.read(lambda view: kind.print(made, view))
    facts = traded.read(lambda view: kind.print_facts(made, view))

    text = text[text.index("BẢN THUYẾT MINH") :]
    at = [text.index(part) for part in ("VI.9. Tăng, giảm", "Máy đang thế chấp.", "TK 411"[3:])]
    assert at == sorted(at)
    assert "Kỳ kế toán năm bắt đầu từ ngày 01/01/2026, kết thúc vào ngày 31/12/2026." in text
    assert text.index("IX. Những thông tin khác") < text.index("Không có.")
    assert text.index("Không có.") < text.index("Phụ lục.") < text.index("Danh sách máy.")
    notes = {line["code"]: line["note"] for line in facts["statements"][0]["lines"]}
    assert (notes["110"], notes["222"], notes["100"]) == ("VI.1", "VI.9", "")


def test_without_the_notes_no_line_names_one(company: Company) -> None:
    company.posted(pair("1111", "4118", 900))
    company.invoke("general_ledger.create_statements", **DAYS)

    made = company.read(lambda view: next(view.all("statement_set")))
    kind = company.kernel.registry.record_types["statement_set"]
    facts = company.read(lambda view: kind.print_facts(made, view))

    assert {line["note"] for line in facts["statements"][0]["lines"]} == {""}
    assert made.data.note_tables == []
