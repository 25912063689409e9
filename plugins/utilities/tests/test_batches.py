"""Posting and unposting in batches, and posting a period anew."""

from __future__ import annotations

from typing import Any

import pytest
from lienso import LiensoError, OfflineRefused
from lienso.testing.kernels import Clock, go_offline
from lienso_utilities import jobs

from .company import FEBRUARY, Company, line


def refused(company: Company, function: str, **params: Any) -> LiensoError:
    with pytest.raises(LiensoError) as caught:
        company.call(function, **params)
    return caught.value


def drafts(head: Company, count: int) -> None:
    for number in range(1, count + 1):
        head.voucher("journal", line("1111", "711", 10), no=f"NVK{number:05d}")


def test_a_batch_goes_on_in_parts_and_tells_how_far_it_is(
    head: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "PART", 2)
    drafts(head, 5)
    told: list[tuple[int, int]] = []

    done = head.kernel.invoke(
        head.by,
        "utilities.batch_post",
        FEBRUARY,
        progress=lambda done, total, _text: told.append((done, total)),
    )

    assert done["posted"] == [f"NVK0000{number}" for number in range(1, 6)]
    assert told == [(2, 5), (4, 5), (5, 5)]
    (job,) = head.read(lambda view: list(view.all("batch_job")))
    assert (job.data.state, job.data.done, job.data.total) == ("done", 5, 5)


def test_a_batch_that_broke_off_is_finished_by_the_next(
    head: Company, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "PART", 2)
    drafts(head, 5)

    def die(done: int, _total: int, _text: str) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        head.kernel.invoke(head.by, "utilities.batch_post", FEBRUARY, progress=die)
    assert refused(head, "batch_post", **FEBRUARY).code == "run_in_progress"
    clock.advance(11 * 60)

    done = head.call("batch_post", **FEBRUARY)

    assert done["posted"] == ["NVK00005"]
    states = head.read(lambda view: [job.data.state for job in view.all("batch_job")])
    assert sorted(states) == ["done", "interrupted"]


def test_somebody_may_stop_it_between_two_parts(
    head: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "PART", 2)
    drafts(head, 5)

    def stop(_done: int, _total: int, _text: str) -> None:
        (job,) = head.read(lambda view: list(view.all("batch_job")))
        head.kernel.save(head.by, "batch_job", {"cancel": True}, id=job.id, merge=True)

    done = head.kernel.invoke(head.by, "utilities.batch_post", FEBRUARY, progress=stop)

    assert (done["posted"], done["cancelled"]) == (["NVK00001", "NVK00002"], True)


def test_what_failed_is_tried_once_more_and_kept_for_the_list(head: Company) -> None:
    head.kernel.invoke(head.by, "system.set_options", {"values": {"cash.overdraft": "block"}})
    head.voucher("cash_payment", line("6427", "1111", 50), day="2026-02-03", no="PC1")
    head.voucher("cash_receipt", line("1111", "711", 80), day="2026-02-04", no="PT1")

    done = head.call("batch_post", **FEBRUARY)

    assert done["posted"] == ["PT1"]
    assert [(row["voucher"], row["code"]) for row in done["failed"]] == [("PC1", "negative_cash")]
    failed = head.kernel.report(head.by, "system.sync_failures", {"tab": "post_failed"})
    assert [row[2] for row in failed.rows] == ["PC1"]


def test_unposting_leaves_nothing_and_posting_again_gives_the_same(head: Company) -> None:
    drafts(head, 3)
    head.call("batch_post", **FEBRUARY)
    before = head.sums("account")

    undone = head.call("batch_unpost", **FEBRUARY)
    assert undone["unposted"] == ["NVK00003", "NVK00002", "NVK00001"]
    assert head.sums() == {(): (0, 0)}

    head.call("batch_post", **FEBRUARY)
    assert head.sums("account") == before


def test_other_work_on_the_same_days_waits_and_on_other_days_does_not(
    head: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "PART", 2)
    drafts(head, 3)

    def die(_done: int, _total: int, _text: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        head.kernel.invoke(head.by, "utilities.batch_post", FEBRUARY, progress=die)

    for function in ("batch_unpost", "maintain_data"):
        found = refused(head, function, **FEBRUARY)
        assert (found.code, found.detail["kind"]) == ("run_in_progress", "batch_post")
    assert refused(head, "batch_unpost", vouchers=["NVK00001"]).code == "run_in_progress"
    march = {"from_date": "2026-03-01", "to_date": "2026-03-31"}
    assert head.call("batch_unpost", **march)["selected"] == 0
    assert head.call("batch_unpost", **FEBRUARY, ledger="management")["selected"] == 0


def test_what_cannot_be_unposted_stands_in_the_list_until_it_is_or_the_reason_is_gone(
    head: Company,
) -> None:
    head.save("object", code="KH7", name="Bảy", is_customer=True)
    head.voucher("journal", line("131", "711", 300, debit_object="KH7"), no="N1", post=True)
    head.voucher("cash_receipt", line("1111", "131", 300, object="KH7"), no="PT1", post=True)
    pair = {"line": 1, "debt": "N1", "payment": "PT1", "amount": 300}
    settlement = head.save("settlement", posting_date="2026-02-28", object="KH7", lines=[pair])
    head.kernel.post(head.by, settlement.id)

    done = head.call("batch_unpost", **FEBRUARY, vouchers=["N1"])

    assert [(row["voucher"], row["code"]) for row in done["failed"]] == [("N1", "has_settlements")]
    assert head.get("journal", "N1").posted()

    def listed() -> list[tuple[Any, ...]]:
        table = head.kernel.report(head.by, "system.sync_failures")
        return [(row[2], row[3]) for row in table.rows]

    assert listed() == [("N1", "has_settlements")]
    head.kernel.unpost(head.by, settlement.id)
    head.call("batch_unpost", **FEBRUARY, vouchers=["N1"])
    assert listed() == []


def test_only_the_types_modules_and_numbers_asked_for_are_taken(head: Company) -> None:
    drafts(head, 2)
    head.voucher("cash_receipt", line("1111", "711", 80), no="PT1")

    assert head.call("batch_post", **FEBRUARY, modules=["cash"])["posted"] == ["PT1"]
    assert head.call("batch_post", vouchers=["NVK00002"])["posted"] == ["NVK00002"]
    assert refused(head, "batch_post", from_date="2026-02-01").code == "type_wrong"


def test_maintenance_writes_the_same_entries_and_no_version(head: Company) -> None:
    drafts(head, 2)
    head.call("batch_post", **FEBRUARY)
    before, version = head.sums("account"), head.get("journal", "NVK00001").version

    done = head.call("maintain_data", **FEBRUARY, check_numbers=True)

    assert (done["reposted"], done["changed_accounts"]) == (["NVK00001", "NVK00002"], [])
    assert done["turnover"] == {"before": 20, "after": 20}
    assert (done["duplicates"], done["totals_repaired"]) == ([], 0)
    assert head.sums("account") == before
    assert head.get("journal", "NVK00001").version == version


def test_what_cannot_be_posted_anew_keeps_its_entries(head: Company) -> None:
    drafts(head, 1)
    head.call("batch_post", **FEBRUARY)
    before = head.sums("account")
    account = head.get("account", "711")
    head.kernel.save(head.by, "account", {"active": False}, id=account.id, merge=True)

    done = head.call("maintain_data", **FEBRUARY)

    assert [row["code"] for row in done["failed"]] == ["account_inactive"]
    assert head.sums("account") == before


def test_a_recomputation_needs_its_module(head: Company) -> None:
    found = refused(head, "batch_post", **FEBRUARY, recompute_issue_cost=True)

    assert found.code == "unknown_capability"


ONLINE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("view_report", {"report": "S06-DN", "params": FEBRUARY}),
    ("check_books", FEBRUARY),
    ("accept_finding", {"problem": {"check": "posting.unposted"}, "reason": "x"}),
    ("batch_post", FEBRUARY),
    ("batch_unpost", FEBRUARY),
    ("maintain_data", FEBRUARY),
    ("renumber_vouchers", {**FEBRUARY, "voucher_group": "journal"}),
    ("restore_numbers", {}),
    ("download_vouchers", {}),
    ("import_data", {"source": "rows", "target": "journal", "rows": []}),
)


@pytest.mark.parametrize(("function", "params"), ONLINE, ids=[name for name, _ in ONLINE])
def test_it_is_refused_at_an_office_without_a_line(
    site: Company, function: str, params: dict[str, Any]
) -> None:
    go_offline(site.kernel)

    with pytest.raises(OfflineRefused):
        site.call(function, **params)


def test_an_office_with_a_line_has_the_cloud_do_it(head: Company, site: Company) -> None:
    drafts(head, 2)

    assert len(site.call("batch_post", **FEBRUARY)["posted"]) == 2
    assert head.sums() == {(): (20, 20)}
