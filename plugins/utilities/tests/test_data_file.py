"""Records of one company are written to a data file and taken in by another."""

from __future__ import annotations

import base64
import csv
import io
from typing import Any

import pytest
from lienso import Actor, LiensoError

from .company import Company, line


@pytest.fixture
def other(head: Company) -> Company:
    """Another company on the same server, with books of its own."""
    made = head.kernel.add_tenant(
        "OTHER", "Công ty nhận", regime="TT200", options={"accounting.start_date": "2026-01-01"}
    )
    company = Company(head.kernel)
    company.by = Actor(made.id, "tester", trusted=True)
    return company


def export(company: Company, **params: Any) -> str:
    done = company.call("view_report", report="utilities.data_file", params=params, format="csv")
    file: str = done["file"]
    return file


def take(company: Company, content: str, **more: Any) -> dict[str, Any]:
    return company.call(
        "import_data", source="data_file", content=content, file="du-lieu.csv", **more
    )


def refused(company: Company, content: str, **more: Any) -> LiensoError:
    with pytest.raises(LiensoError) as caught:
        take(company, content, **more)
    return caught.value


def furnished(head: Company) -> Any:
    """Give a company a customer, a posted journal about him, and a draft."""
    customer = head.save("object", code="KH7", name="Bảy", is_customer=True)
    head.voucher("journal", line("131", "711", 700, debit_object="KH7"), no="N1", post=True)
    head.voucher("journal", line("6427", "1111", 5), no="N2", day="2026-03-01")
    return customer


def test_records_keep_their_ids_and_vouchers_are_posted_as_they_were(
    head: Company, other: Company
) -> None:
    customer = furnished(head)

    done = take(other, export(head), post=True)

    assert (done["errors"], done["failed"], done["posted"]) == ([], [], ["N1"])
    assert done["kinds"]["journal"] == {
        "read": 2, "imported": 2, "kept": 0, "skipped": 0, "failed": 0,
    }  # fmt: skip
    assert done["kinds"]["account"]["kept"] == done["kinds"]["account"]["read"]
    taken = other.get("object", "KH7")
    assert taken.id == customer.id
    assert other.get("journal", "N1").data.lines[0].debit_object == customer.id
    assert other.sums("account") == {("131",): (700, 0), ("711",): (0, 700)}
    assert not other.get("journal", "N2").posted()


def test_what_is_here_by_code_stands_for_what_comes(head: Company, other: Company) -> None:
    furnished(head)
    own = other.save("object", code="KH7", name="Bảy của chúng tôi", is_customer=True)

    done = take(other, export(head))

    assert done["kinds"]["object"]["kept"] >= 1
    assert other.get("journal", "N1").data.lines[0].debit_object == own.id
    assert other.get("object", "KH7").data.name == "Bảy của chúng tôi"


def test_a_catalog_that_is_left_out_must_be_here(head: Company, other: Company) -> None:
    furnished(head)
    content = export(head)

    done = take(other, content, leave_out=["object"], kinds=["journal"])

    (error,) = done["errors"]
    assert (error["code"], error["value"]) == ("not_found", "journal N1")
    assert error["message_vi"]
    assert done["kinds"]["journal"]["failed"] == 1
    assert done["kinds"]["object"]["skipped"] >= 1
    other.save("object", code="KH7", name="Bảy", is_customer=True)
    again = take(other, content, leave_out=["object"], kinds=["journal"], overwrite=True)
    assert again["errors"] == []


def test_the_order_of_rows_does_not_matter(head: Company, other: Company) -> None:
    furnished(head)
    rows = list(csv.reader(io.StringIO(base64.b64decode(export(head)).decode("utf-8-sig"))))
    text = io.StringIO()
    csv.writer(text).writerows([rows[0], *reversed(rows[1:])])

    done = take(other, base64.b64encode(text.getvalue().encode()).decode())

    assert done["errors"] == []
    assert other.get("journal", "N1").data.lines[0].debit_object == other.get("object", "KH7").id


def test_the_same_file_is_not_taken_twice_and_an_import_is_taken_back(
    head: Company, other: Company
) -> None:
    furnished(head)
    content = export(head)
    take(other, content, batch="Từ công ty A")
    assert refused(other, content).code == "already_imported"

    gone = other.call("cancel_import", batch="Từ công ty A")["deleted"]

    assert {"N1", "N2", "KH7"} <= set(gone)
    assert take(other, content)["kinds"]["journal"]["imported"] == 2


def test_overwriting_changes_what_came_before_and_undo_leaves_it(
    head: Company, other: Company
) -> None:
    customer = furnished(head)
    take(other, export(head))
    head.kernel.save(head.by, "object", {"name": "Bảy mới"}, id=customer.id, merge=True)
    newer = export(head)
    assert take(other, newer)["kinds"]["object"]["imported"] == 0

    done = take(other, newer, overwrite=True, kinds=["object"], batch="Lần 2")

    assert done["kinds"]["object"]["imported"] >= 1
    assert other.get("object", "KH7").data.name == "Bảy mới"
    assert done["batch"] == ""  # nothing new was made, so nothing is there to take back


def test_branches_correspond_by_code_or_as_the_user_says(head: Company, other: Company) -> None:
    branch = head.save("org_unit", code="CN1", name="Chi nhánh 1", kind="branch")
    head.voucher("journal", line("6427", "1111", 5), no="N1", branch=branch.id)
    own = other.save("org_unit", code="HN", name="Hà Nội", kind="branch")

    done = take(other, export(head), branches={"CN1": "HN"})

    assert done["errors"] == []
    assert other.get("journal", "N1").data.branch == own.id
    assert refused(other, export(head), branches={"CN1": "?"}, overwrite=True).code == "not_found"


def test_kinds_and_days_are_chosen_when_writing_too(head: Company, other: Company) -> None:
    furnished(head)

    done = take(other, export(head, kinds=["journal"], from_date="2026-03-01"))

    assert [done["kinds"][kind]["read"] for kind in done["kinds"]] == [1]
    assert other.get("journal", "N2").data.no == "N2"


def test_settlements_stay_out_where_that_is_asked(head: Company, other: Company) -> None:
    furnished(head)
    head.save("settlement", posting_date="2026-02-28", object="KH7")
    content = export(head, kinds=["object", "settlement"])

    without = take(other, content, settlements=False)
    with_them = take(other, content, overwrite=True)

    row = {"read": 1, "imported": 0, "kept": 0, "skipped": 1, "failed": 0}
    assert without["kinds"]["settlement"] == row
    assert with_them["kinds"]["settlement"] == {**row, "imported": 1, "skipped": 0}


def test_vouchers_are_posted_before_what_settles_them(head: Company, other: Company) -> None:
    furnished(head)
    head.voucher("cash_receipt", line("1111", "131", 700, object="KH7"), no="PT1", post=True)
    pair = {"line": 1, "debt": "N1", "payment": "PT1", "amount": 700}
    saved = head.save("settlement", posting_date="2026-02-28", object="KH7", lines=[pair], no="DT1")
    head.kernel.post(head.by, saved.id)

    done = take(other, export(head), post=True)

    assert (done["errors"], done["failed"]) == ([], [])
    assert done["posted"] == ["PT1", "N1", "DT1"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("không phải base64", "bad_file"),
        (base64.b64encode(b"a,b\n1,2\n").decode(), "bad_file"),
        (base64.b64encode(b"\xff\xfe\x00").decode(), "bad_file"),
    ],
)
def test_what_is_no_data_file_is_refused(head: Company, content: str, code: str) -> None:
    assert refused(head, content).code == code


def test_a_damaged_row_fails_alone(head: Company, other: Company) -> None:
    furnished(head)
    text = base64.b64decode(export(head)).decode("utf-8-sig")
    damaged = text.replace('""no"":""N2""', '""no"":7')

    done = take(other, base64.b64encode(damaged.encode()).decode())

    assert damaged != text
    assert [error["value"] for error in done["errors"]] == ["journal N2"]
    assert other.get("journal", "N1").data.no == "N1"


def test_strange_kinds_are_refused_by_name(head: Company) -> None:
    assert refused(head, export(head), kinds=["user"]).code == "params_invalid"
    with pytest.raises(LiensoError) as caught:
        export(head, kinds=["user"])
    assert caught.value.code == "params_invalid"


def test_a_dry_run_tells_what_would_come_and_keeps_nothing(head: Company, other: Company) -> None:
    furnished(head)

    done = take(other, export(head), dry_run=True)

    assert done["kinds"]["journal"]["imported"] == 2
    assert other.read(lambda view: list(view.all("journal"))) == []
