"""Files are read as a template says, and given back with what is wrong in a column of its own."""

from __future__ import annotations

import base64
import datetime
import io
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from lienso import LiensoError
from lienso.importing import read_file
from lienso.testing.kernels import go_offline

from .company import Company

HEADS = ["Ngày HT", "Ngày CT", "Số CT", "Nợ", "Có", "Số tiền"]
MAP = {
    "Ngày HT": "Ngày hạch toán (*)",
    "Ngày CT": "Ngày chứng từ (*)",
    "Số CT": "Số chứng từ (*)",
    "Nợ": "TK Nợ (*)",
    "Có": "TK Có (*)",
}
DAY = datetime.date(2026, 3, 5)
GOOD = [DAY, DAY, "NVK1", "6427", 1111, 1_500_000]
BAD = [DAY, DAY, "NVK2", "6499", 1111, "nhiều"]


def workbook(
    *rows: list[Any],
    above: int = 2,
    sheet: str = "Nhật ký của bạn hàng",
    hidden: tuple[int, ...] = (),
) -> str:
    """Return base64 of a workbook whose headings stand below some rows of title."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    book.add_worksheet("Bìa").write_string(0, 0, "Sổ của bạn hàng")
    page = book.add_worksheet(sheet)
    days = book.add_format({"num_format": "dd/mm/yyyy"})
    for at, row in enumerate([*[["Tháng 3"]] * above, HEADS, *rows]):
        for place, cell in enumerate(row):
            if isinstance(cell, datetime.date):
                page.write_datetime(
                    at, place, datetime.datetime.combine(cell, datetime.time()), days
                )
            else:
                page.write(at, place, cell)
    for at in hidden:
        page.set_row(at, None, None, {"hidden": True})
    book.close()
    return base64.b64encode(made.getvalue()).decode()


def template(company: Company, **more: Any) -> None:
    fields = {
        "code": "BH1", "name": "Bạn hàng", "sheet": "journal", "map": MAP,
        "sheet_name": "Nhật ký của bạn hàng", **more,
    }  # fmt: skip
    company.save("import_template", **fields)


def refused(company: Company, **params: Any) -> LiensoError:
    with pytest.raises(LiensoError) as caught:
        company.call("import_excel", **params)
    return caught.value


def test_a_file_is_read_by_the_template_that_a_user_kept(head: Company) -> None:
    template(head)
    asked = {"template": "BH1", "file": "thang3.xlsx", "content": workbook(GOOD)}

    done = head.call("import_excel", **asked)

    assert (done["imported"], done["errors"], done["checked_file"]) == (1, [], "")
    voucher = head.get("journal", "NVK1").data
    assert (voucher.posting_date, voucher.lines[0].credit) == (DAY, "1111")
    assert voucher.lines[0].amount == 1_500_000
    assert refused(head, **asked).code == "already_imported"


def test_an_office_without_a_line_keeps_templates_and_reads_files(site: Company) -> None:
    go_offline(site.kernel)
    template(site)

    done = site.call("import_excel", template="BH1", file="a.xlsx", content=workbook(GOOD))

    assert done["imported"] == 1


def test_a_bad_file_comes_back_with_what_is_wrong_behind_each_row(
    head: Company, tmp_path: Path
) -> None:
    template(head)
    done = head.call(
        "import_excel", template="BH1", file="thang3.xlsx", content=workbook(GOOD, BAD)
    )

    assert done["imported"] == 0
    assert {(e["row"], e["code"]) for e in done["errors"]} >= {(5, "bad_number")}
    assert all(e["message_vi"] and e["message_en"] for e in done["errors"])
    path = tmp_path / "checked.xlsx"
    path.write_bytes(base64.b64decode(done["checked_file"]))
    (sheet,) = read_file(path)
    assert sheet.rows[0][0] == "Tháng 3"
    assert [row[-1] for row in sheet.rows[2:4]] == ["Kết quả kiểm tra", "Hợp lệ"]
    assert "nhiều" in sheet.rows[4][-1]
    assert list(sheet.rows[3][:4]) == [DAY, DAY, "NVK1", "6427"]


def test_what_the_call_says_goes_before_the_template(head: Company) -> None:
    template(head, valid_rows_only=False, heading_row=99)
    asked = {"template": "BH1", "file": "a.xlsx", "content": workbook(GOOD, BAD)}
    assert refused(head, **asked).code == "bad_file"  # there is no row 99

    done = head.call("import_excel", **asked, heading_row=3, valid_rows_only=True)

    assert (done["imported"], done["rejected"]) == (1, 1)


def test_a_file_without_a_template_is_read_by_its_headings(head: Company) -> None:
    heads = [*MAP.values(), "Số tiền"]
    text = f"{','.join(heads)}\n05/03/2026,05/03/2026,N1,6427,1111,7\n"
    content = base64.b64encode(text.encode()).decode()

    done = head.call("import_excel", sheet="journal", file="n.csv", content=content)

    assert [voucher["no"] for voucher in done["vouchers"]] == ["N1"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"file": "a.exe"}, "bad_file"),
        ({"content": "không phải base64"}, "bad_file"),
        ({"content": base64.b64encode(b"PK nothing").decode()}, "bad_file"),
        ({"sheet_name": "Khác"}, "unknown_sheet"),
        ({"template": "KHÔNG CÓ"}, "not_found"),
        ({"rows": [{"a": 1}]}, "type_wrong"),
    ],
)
def test_what_cannot_be_read_is_refused_by_code(
    head: Company, more: dict[str, Any], code: str
) -> None:
    template(head)
    asked = {"template": "BH1", "file": "a.xlsx", "content": workbook(GOOD), **more}

    assert refused(head, **asked).code == code


def test_data_above_its_headings_is_no_template(head: Company) -> None:
    with pytest.raises(LiensoError) as caught:
        template(head, heading_row=5, first_data_row=5)

    assert caught.value.code == "value_out_of_range"


def test_hidden_rows_are_imported_and_told_of(head: Company) -> None:
    template(head)
    content = workbook(GOOD, [*GOOD[:2], "NVK2", *GOOD[3:]], hidden=(4,))

    done = head.call("import_excel", template="BH1", file="a.xlsx", content=content)

    assert done["imported"] == 2
    assert [(f["code"], f["values"]["rows"]) for f in done["_findings"]] == [("hidden_rows", [5])]
