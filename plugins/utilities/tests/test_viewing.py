"""Reports behind one function, and what is taken down from other offices."""

from __future__ import annotations

import base64

import pytest
from lienso import LiensoError
from lienso.testing.kernels import go_offline, go_online

from .company import FEBRUARY, Company, line


def test_a_report_is_found_by_id_or_form_and_comes_as_a_file(head: Company) -> None:
    head.voucher("journal", line("6427", "1111", 7), no="N1", post=True)

    by_form = head.call("view_report", report="S06-DN", params=FEBRUARY)
    by_id = head.call(
        "view_report", report="general_ledger.trial_balance", params=FEBRUARY, format="csv"
    )

    assert by_form["rows"] == by_id["rows"]
    assert by_form["as_of"] == by_id["as_of"]
    text = base64.b64decode(by_id["file"]).decode("utf-8-sig")
    assert text.splitlines()[0].startswith("Số hiệu tài khoản,")


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"from_date": "2026-02-01"}, "params_invalid"),
        ({**FEBRUARY, "nothing": 1}, "params_invalid"),
        ({"from_date": "1990-01-01", "to_date": "2026-01-01"}, "range_too_wide"),
    ],
)
def test_wrong_parameters_are_named(head: Company, params: dict[str, object], code: str) -> None:
    with pytest.raises(LiensoError) as caught:
        head.call("view_report", report="S06-DN", params=params)

    assert caught.value.code == code


def test_a_conflict_with_an_unsent_edit_is_listed_and_the_edit_stays(
    head: Company, site: Company
) -> None:
    shared = head.voucher("journal", line("6427", "1111", 7), no="N1")
    site.call("download_vouchers")
    go_offline(site.kernel)
    site.kernel.save(site.by, "journal", {"description": "here"}, id=shared.id, merge=True)
    head.kernel.save(head.by, "journal", {"description": "there"}, id=shared.id, merge=True)
    other = head.voucher("journal", line("6427", "1111", 8), no="N2")
    go_online(site.kernel)
    third = head.voucher("journal", line("6427", "1111", 9), no="N3")

    done = site.call("download_vouchers", kinds=["journal", "nothing_here"])

    assert done["downloaded"] == [f"journal/{third.id}"]
    assert done["skipped_kinds"] == ["nothing_here"]
    assert site.get("journal", shared.id).data.description == "here"
    assert site.get("journal", other.id).data.no == "N2"
