"""Rows become vouchers and catalog entries, at an office too, and go again."""

from __future__ import annotations

from typing import Any

import pytest
from lienso import LiensoError, OfflineRefused
from lienso.testing.kernels import go_offline, go_online, synchronization
from lienso_utilities import importing

from .company import Company, line

ROWS = [
    {
        "Ngày hạch toán (*)": "05/03/2026",
        "Ngày chứng từ (*)": "05/03/2026",
        "Số chứng từ (*)": "NVK00801",
        "TK Nợ (*)": "6427",
        "TK Có (*)": "1111",
        "Số tiền": "1.500.000",
    }
]


def refused(company: Company, function: str, **params: Any) -> LiensoError:
    with pytest.raises(LiensoError) as caught:
        company.call(function, **params)
    return caught.value


def test_the_same_rows_are_not_taken_twice_until_they_are_taken_back(head: Company) -> None:
    head.call("import_excel", sheet="journal", rows=ROWS, batch="Tháng 3")

    again = refused(head, "import_excel", sheet="journal", rows=ROWS)
    assert (again.code, again.detail["batch"]) == ("already_imported", "Tháng 3")

    assert head.call("cancel_import", batch="Tháng 3")["deleted"] == ["NVK00801"]
    assert refused(head, "cancel_import", batch="Tháng 3").code == "nothing_to_process"
    assert head.call("import_excel", sheet="journal", rows=ROWS)["imported"] == 1


def test_an_import_made_offline_can_be_taken_back_there(head: Company, site: Company) -> None:
    go_offline(site.kernel)
    site.call("import_excel", sheet="journal", rows=ROWS, batch="A")

    gone = site.call("cancel_import", batch="A")

    assert (gone["deleted"], gone["outbox_removed"]) == (["NVK00801"], 2)
    go_online(site.kernel)
    assert synchronization(site.kernel).push().pushed == 0


def test_once_sent_it_needs_the_cloud(head: Company, site: Company) -> None:
    site.call("import_excel", sheet="journal", rows=ROWS, batch="A")
    synchronization(site.kernel).push()
    go_offline(site.kernel)

    with pytest.raises(OfflineRefused) as caught:
        site.call("cancel_import", batch="A")
    assert {row["reason"] for row in caught.value.detail["records"]} == {"was_synced"}

    go_online(site.kernel)
    assert site.call("cancel_import", batch="A")["deleted"] == ["NVK00801"]


def test_what_was_changed_or_is_used_stays(head: Company) -> None:
    rows = [{"code": "KH9", "name": "Chín", "is_customer": "1"}]
    made = head.call(
        "import_data", source="rows", target="customer",
        rows=[{"code": "KH9", "name": "Chín"}], batch="A",
    )  # fmt: skip
    assert made["imported"] == len(rows)
    head.voucher("journal", line("6427", "1111", 1, object="KH9"), no="NVK1")
    assert refused(head, "cancel_import", batch="A").code == "in_use"

    head.kernel.delete(head.by, "journal", head.get("journal", "NVK1").id)
    record = head.get("object", "KH9")
    head.kernel.save(head.by, "object", {"phone": "09"}, id=record.id, merge=True)
    assert refused(head, "cancel_import", batch="A").code == "changed_since"


def test_good_rows_alone_are_taken_when_asked(head: Company) -> None:
    good = {
        "no": "N1",
        "posting_date": "2026-03-01",
        "debit": "6427",
        "credit": "1111",
        "amount": "5",
    }
    rows = [good, {**good, "no": "N2", "debit": "6499"}]

    done = head.call(
        "import_data", source="rows", target="journal", rows=rows, mode="valid_rows_only", post=True
    )

    assert (done["imported"], done["rejected"], done["posted"]) == (1, 1, ["N1"])
    assert [(row["row"], row["column"], row["code"]) for row in done["errors"]] == [
        (3, "debit", "not_found")
    ]
    assert head.sums() == {(): (5, 5)}


def test_a_dry_run_keeps_nothing(head: Company) -> None:
    done = head.call("import_excel", sheet="journal", rows=ROWS, dry_run=True)

    assert done["imported"] == 1
    assert head.read(lambda view: list(view.all("import_batch"))) == []


def test_rows_without_a_required_heading_are_refused(head: Company) -> None:
    found = refused(head, "import_excel", sheet="journal", rows=[{"Số tiền": "5"}])

    assert found.code == "column_missing"
    assert refused(head, "import_excel", sheet="nothing", rows=ROWS).code == "unknown_sheet"


# -- numbers and posting ------------------------------------------------------------------------------


def numbered(*numbers: str) -> list[dict[str, str]]:
    return [{**ROWS[0], "Số chứng từ (*)": number} for number in numbers]


def test_numbers_of_the_file_give_way_to_the_next_free_ones(head: Company) -> None:
    head.voucher("journal", line("6427", "1111", 5), no="NVK00001")
    rows = numbered("NVK00001", "A/7", "A/7")
    assert head.call("import_excel", sheet="journal", rows=rows)["errors"]  # the first one is taken

    done = head.call("import_excel", sheet="journal", rows=rows, auto_number=True)

    assert (done["imported"], done["errors"]) == (3, [])
    assert done["numbers"] == [
        {"old": "NVK00001", "new": "NVK00002"},
        {"old": "A/7", "new": "NVK00003"},
    ]
    assert len(head.get("journal", "NVK00003").data.lines) == 2
    wrong = refused(
        head, "import_excel", sheet="journal", rows=rows, auto_number=True, mode="update"
    )
    assert wrong.code == "type_wrong"


def test_what_is_imported_is_posted_by_word_in_the_cloud_alone(
    head: Company, site: Company
) -> None:
    done = head.call("import_excel", sheet="journal", rows=numbered("N1"), post=True)

    entries = [{"code": "KH9", "name": "Chín"}]
    entry = head.call("import_data", source="rows", target="customer", rows=entries, post=True)

    assert (done["posted"], done["failed"]) == (["N1"], [])
    assert (entry["imported"], entry["failed"]) == (1, [])  # there is nothing to post
    assert head.sums() == {(): (1_500_000, 1_500_000)}
    assert refused(site, "import_excel", sheet="journal", rows=numbered("N2"), post=True).code == (
        "only_in_cloud"
    )


def test_what_cannot_be_posted_stays_saved_with_the_reason(head: Company) -> None:
    rows = [{**ROWS[0], "Số chứng từ (*)": "N1", "Số tiền": "0"}]

    done = head.call("import_excel", sheet="journal", rows=rows, post=True)

    assert [(row["voucher"], row["code"]) for row in done["failed"]] == [("N1", "amount_zero")]
    assert not head.get("journal", "N1").posted()


def test_more_vouchers_are_posted_than_an_answer_shows(
    head: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "SHOWN_MAX", 1)

    done = head.call("import_excel", sheet="journal", rows=numbered("N1", "N2"), post=True)

    assert len(done["vouchers"]) == 1
    assert done["posted"] == ["N1", "N2"]
