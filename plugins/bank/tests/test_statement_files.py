"""Files of banks: read whole, never guessed, and the same file twice changes nothing (spec §2, §8)."""

from __future__ import annotations

import base64
import io
import zipfile
from typing import Any

import pytest
from lienso import LiensoError
from lienso_bank.statement_files import read_statement

CSV = """NGÂN HÀNG VCB,,,,
Ngày giao dịch,Số tham chiếu,Ghi nợ,Ghi có,Số dư,Mô tả
04/03/2026,FT1,"55.000.000",,"45.000.000",Tra tien NCC01
05/03/2026,,,"22.000.000","67.000.000",KH02 thanh toan
05/03/2026,,,"22.000.000","89.000.000",KH02 thanh toan
,,,,,
Cộng,,"55.000.000","44.000.000",,
"""

MT940 = """:20:STMT
:25:00VCB
:28C:1/1
:60F:C260228VND100000000,
:61:2603040305D55000000,NTRFNONREF//FT2603A
:86:Tra tien NCC01
:62F:C260331VND45000000,
-"""

CAMT = """<?xml version="1.0"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>
<Acct><Id><Othr><Id>00VCB</Id></Othr></Id></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="VND">100</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="VND">30</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Ntry><Amt Ccy="VND">70</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>
<BookgDt><Dt>2026-03-04</Dt></BookgDt><AcctSvcrRef>FT9</AcctSvcrRef>
<NtryDtls><TxDtls><RltdPties><Cdtr><Nm>NCC Mot</Nm></Cdtr></RltdPties>
<RmtInf><Ustrd>Hoa don 12</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="VND">5</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>PDNG</Sts>
<BookgDt><Dt>2026-03-05</Dt></BookgDt></Ntry>
</Stmt></BkToCstmrStmt></Document>"""


def taken(company: Any, **params: Any) -> tuple[int, int]:
    result = company.reconcile("import", **params)
    return result["imported"], result["skipped"]


def statement(company: Any) -> Any:
    found = company.kernel.read(company.by, lambda view: list(view.all("bank_statement")))
    return found[-1].data


def test_a_csv_under_a_letterhead_becomes_a_statement_with_its_balances(company: Any) -> None:
    assert taken(company, content=CSV) == (3, 0)

    data = statement(company)
    assert (data.opening, data.closing) == (100_000_000, 89_000_000)
    assert [(ln.date.isoformat(), ln.signed, ln.reference) for ln in data.lines] == [
        ("2026-03-04", -55_000_000, "FT1"),
        ("2026-03-05", 22_000_000, ""),
        ("2026-03-05", 22_000_000, ""),
    ]


def test_the_same_file_twice_changes_nothing(company: Any) -> None:
    taken(company, content=CSV)

    assert taken(company, content=CSV) == (0, 3)


def test_a_longer_file_brings_only_what_is_new(company: Any) -> None:
    taken(company, content=CSV)
    more = CSV.replace(",,,,,\n", '06/03/2026,,"33.000",,"88.967.000",Phi\n,,,,,\n')

    assert taken(company, content=more) == (1, 3)
    assert (statement(company).opening, statement(company).closing) == (89_000_000, 88_967_000)


def test_two_equal_amounts_of_a_file_without_balances_are_two_lines(company: Any) -> None:
    text = "Ngày,Số tiền,Nội dung\n05/03/2026,100,a\n05/03/2026,100,a\n"

    assert taken(company, content=text) == (2, 0)
    assert taken(company, content=text) == (0, 2)


def test_a_map_of_columns_is_kept_for_the_next_file(company: Any) -> None:
    columns = {"Booked": "date", "Money": "amount"}
    taken(company, content="Booked,Money\n05/03/2026,100\n", columns=columns)

    assert taken(company, content="Booked,Money\n06/03/2026,-30\n") == (1, 0)
    assert statement(company).lines[0].signed == -30


@pytest.mark.parametrize(
    ("text", "code", "detail"),
    [
        ("Ngày,Nội dung\n05/03/2026,x\n", "column_missing", {"column": "date"}),
        ("Ngày,Số tiền\n31/02/2026,1\n", "bad_date", {"row": 2, "value": "31/02/2026"}),
        ("Ngày,Số tiền\n05/03/2026,abc\n", "bad_number", {"row": 2, "column": "Số tiền"}),
        ("Ngày,Số tiền\n,5\n", "bad_date", {"row": 2, "column": "Ngày"}),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(text: str, code: str, detail: dict[str, Any]) -> None:
    with pytest.raises(LiensoError) as caught:
        read_statement(text.encode(), "csv", {})

    assert caught.value.code == code
    assert detail.items() <= caught.value.detail.items()


def test_mt940_says_booking_day_value_day_and_reference(company: Any) -> None:
    assert taken(company, content=MT940, format="mt940") == (1, 0)

    (line,) = statement(company).lines
    assert (line.date.isoformat(), line.value_date.isoformat(), line.signed) == (
        "2026-03-05",
        "2026-03-04",
        -55_000_000,
    )
    assert (line.reference, line.text) == ("FT2603A", "Tra tien NCC01")


def test_camt_says_who_and_what_for_and_leaves_out_what_is_not_booked(company: Any) -> None:
    assert taken(company, content=CAMT, format="camt053") == (1, 0)

    (line,) = statement(company).lines
    assert (line.signed, line.reference, line.counterparty, line.text) == (
        -70,
        "FT9",
        "NCC Mot",
        "Hoa don 12",
    )


@pytest.mark.parametrize("format", ["mt940", "camt053", "xlsx"])
def test_a_file_that_is_none_is_refused(company: Any, refused: Any, format: str) -> None:
    content = base64.b64encode(b"nothing").decode() if format == "xlsx" else "nothing"

    error = refused(lambda: company.reconcile("import", content=content, format=format))

    assert error.code == "bad_file"


def test_a_file_that_declares_entities_is_refused() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'

    with pytest.raises(LiensoError) as caught:
        read_statement(bomb.encode(), "camt053", {})

    assert caught.value.code == "bad_file"


def test_a_file_of_another_account_is_refused(company: Any, refused: Any) -> None:
    error = refused(lambda: company.reconcile("import", "BIDV", content=MT940, format="mt940"))

    assert error.code == "bank_account_unknown"


def test_a_workbook_is_read_like_a_csv() -> None:
    found = read_statement(_workbook(), "xlsx", {})

    assert [(line["date"].isoformat(), line["out"]) for line in found.lines] == [
        ("2026-03-04", 250)
    ]


def _workbook() -> bytes:
    """Write the smallest workbook: one sheet with texts in its cells."""
    cells = (("Ngày", "Ghi nợ", "Nội dung"), ("04/03/2026", "250", "Phí"))
    rows = "".join(
        f'<row r="{r}">'
        + "".join(
            f'<c r="{"ABC"[c]}{r}" t="inlineStr"><is><t>{text}</t></is></c>'
            for c, text in enumerate(row)
        )
        + "</row>"
        for r, row in enumerate(cells, 1)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/s.xml"/></Relationships>',
        "xl/worksheets/s.xml": f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>',
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as container:
        for name, text in parts.items():
            container.writestr(name, text)
    return made.getvalue()


def test_a_statement_that_does_not_add_up_is_refused(company: Any, refused: Any) -> None:
    line = {"date": "2026-03-05", "in": "100"}

    error = refused(lambda: company.reconcile("import", lines=[line], opening=0, closing=99))

    assert error.code == "statement_not_continuous"


def test_a_gap_to_the_statement_before_stops_unless_it_is_passed(
    company: Any, refused: Any
) -> None:
    company.statement({"date": "2026-03-04", "in": 70}, to_date="2026-03-15")
    params = {"lines": [{"date": "2026-03-20", "in": "5"}], "opening": 60, "closing": 65}

    error = refused(lambda: company.reconcile("import", **params))

    assert error.code == "statement_gap"
    assert taken(company, **params, ignore_warnings=True) == (1, 0)
