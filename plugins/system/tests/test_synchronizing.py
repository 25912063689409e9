"""Synchronising by word, the failure lists, and help."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from lienso.testing.kernels import go_offline, go_online, office


@pytest.fixture
def other(head: Any) -> Iterator[Any]:
    """A second office."""
    with office(head.kernel, "S2") as kernel:
        yield type(head)(kernel, "minh")


def test_it_sends_what_waits_and_takes_what_is_new(head: Any, site: Any) -> None:
    head.receipt(no="PT00100")
    site.receipt(no="PT00200")

    result = site.run("synchronize", site="S1")

    assert (result["pushed"], result["pulled"] >= 1, result["failed"]) == (1, True, [])
    numbers = site.kernel.read(site.by, lambda v: [r.data.no for r in v.all("receipt")])
    assert numbers == ["PT00100", "PT00200"]


def test_only_the_named_kinds_and_records_are_sent(head: Any, site: Any) -> None:
    site.save("object", {"code": "KH1"})
    site.receipt(no="PT00200")
    site.receipt(no="PT00201")

    kinds = site.run("synchronize", kinds=["object"], direction="push")
    records = site.run("synchronize", records=["PT00201"], direction="push")

    assert (kinds["pushed"], records["pushed"]) == (1, 1)
    numbers = head.kernel.read(head.by, lambda v: [r.data.no for r in v.all("receipt")])
    assert numbers == ["PT00201"]


def test_a_number_that_another_site_took_is_named_and_can_be_changed(
    head: Any, site: Any, other: Any
) -> None:
    site.receipt(no="PT00050")
    other.receipt(no="PT00050")
    site.run("synchronize")

    refused = other.run("synchronize", direction="push")
    row = refused["failed"][0]
    listed = other.rows("sync_failures", tab="push_failed")

    assert refused["pushed"] == 0
    assert (row["voucher"], row["tab"], row["code"]) == (
        "PT00050",
        "push_failed",
        "voucher_no_duplicate",
    )
    assert (listed[0]["record"], listed[0]["code"]) == ("PT00050", "voucher_no_duplicate")
    assert other.rows("sync_failures", tab="pull_failed") == []

    again = other.run("synchronize", renumber="auto")

    assert [row["old"] for row in again["renumbered"]] == ["PT00050"]
    assert again["pushed"] == 1
    assert other.rows("sync_failures") == []


def test_failures_of_posting_are_listed_at_the_site_and_in_the_cloud(head: Any, site: Any) -> None:
    lines = [{"line": 1, "credit": "131", "amount": 5}]
    body = {"posting_date": "2026-03-02", "no": "PT00300", "lines": lines}
    site.save("receipt", body, post=("financial",))

    site.run("synchronize")

    for company in (site, head):
        rows = company.rows("sync_failures", tab="post_failed")
        assert [(row["record"], row["code"]) for row in rows] == [
            ("PT00300", "debit_account_required")
        ]


def test_the_lists_of_a_site_are_readable_offline_and_only_there(head: Any, site: Any) -> None:
    go_offline(site.kernel)

    assert site.rows("sync_failures") == []
    with pytest.raises(Exception, match="only_at_a_site"):
        head.rows("sync_failures", tab="push_failed")


def test_offline_it_is_refused_and_coming_online_sends_nothing_by_itself(
    head: Any, site: Any
) -> None:
    go_offline(site.kernel)
    record = site.receipt()

    assert site.refused("synchronize").code == "offline_refused"

    go_online(site.kernel)
    assert head.live("receipt", record.id) is None


def test_another_sites_outbox_is_not_ours_and_the_cloud_has_none(head: Any, site: Any) -> None:
    assert site.refused("synchronize", site="S2").code == "only_at_a_site"
    assert head.refused("synchronize").code == "only_at_a_site"
    assert site.refused("synchronize", kinds=["nothing"]).code == "unknown_record_type"


def test_help_is_a_page_under_the_installers_address(head: Any) -> None:
    head.run("set_options", values={"system.help_url": "https://help.example.vn/lienso/"})

    of_type = head.run("help_contents", topic="receipt")
    of_function = head.run("help_contents", topic="system.post_voucher")

    assert of_type["url"] == "https://help.example.vn/lienso/receipt"
    assert of_function["url"] == "https://help.example.vn/lienso/system.post_voucher"
    assert head.refused("help_contents", topic="no_such_screen").code == "not_found"
