"""Locks: which days are closed, what they stand in the way of, locking and unlocking."""

from __future__ import annotations

import datetime

import pytest
from lienso import Finding, LiensoError
from lienso.testing.kernels import actor, catch_up, go_offline, office, synchronization
from lienso_general_ledger import is_locked, lock_date

from .conftest import Company, pair, refused

LOCK = "2026-01-31"
LINE = pair("6427", "1111", 5)


@pytest.mark.parametrize(
    ("day", "locked"), [("2026-01-30", True), ("2026-01-31", True), ("2026-02-01", False)]
)
def test_the_lock_date_is_locked_and_the_day_after_is_open(
    company: Company, day: str, locked: bool
) -> None:
    company.lock(LOCK)

    date = datetime.date.fromisoformat(day)

    assert company.read(lambda view: is_locked(view, date, "", "financial")) is locked
    assert company.read(lambda view: is_locked(view, date, "", "management")) is False


def test_a_branch_is_locked_by_its_own_lock_and_by_the_companys(company: Company) -> None:
    branch = company.save("org_unit", {"code": "CN1", "kind": "branch"}).id
    company.lock(LOCK)
    company.lock("2026-02-28", branch="CN1")

    def look(view: object) -> list[object]:
        return [lock_date(view, place, "financial") for place in ("", branch, "other")]  # type: ignore[arg-type]

    own, company_wide = datetime.date(2026, 2, 28), datetime.date(2026, 1, 31)
    assert company.read(look) == [company_wide, own, company_wide]


def test_a_draft_may_stand_in_a_locked_period_but_not_be_posted(company: Company) -> None:
    company.lock(LOCK)
    draft = company.journal(LINE, day=LOCK)

    error = refused(lambda: company.post(draft))

    assert error.code == "period_locked"
    values = {"lock_date": LOCK, "earliest_allowed": "2026-02-01"}
    assert error.detail == {"field": "posting_date", **values}
    assert error.findings == (Finding("error", "period_locked", "posting_date", None, values),)


def test_saving_with_the_wish_to_post_is_refused_as_a_whole(company: Company) -> None:
    company.lock(LOCK)
    body = {"no": "NVK7", "posting_date": LOCK, "lines": [{"line": 1, **LINE}]}

    error = refused(lambda: company.save("journal", body, post=("financial",)))

    assert error.code == "period_locked"
    assert company.read(lambda view: view.by_number("NVK7")) is None


def test_what_is_posted_in_a_locked_period_stays(company: Company) -> None:
    posted = company.posted(LINE, day="2026-01-15")
    company.lock(LOCK)

    unpost = refused(lambda: company.kernel.unpost(company.by, posted.id))
    edit = refused(lambda: company.save("journal", {"no": "X"}, id=posted.id, merge=True))

    assert unpost.code == "period_locked"
    assert edit.code == "is_posted"


def test_a_draft_of_a_locked_period_is_not_deleted_and_one_of_an_open_day_is(
    company: Company,
) -> None:
    locked, open_ = company.journal(day=LOCK), company.journal(day="2026-02-01")
    company.lock(LOCK)

    error = refused(lambda: company.kernel.delete(company.by, "journal", locked.id))
    company.kernel.delete(company.by, "journal", open_.id)

    assert error.code == "period_locked"


def test_the_other_ledger_stays_open(company: Company) -> None:
    company.lock(LOCK)
    draft = company.journal(LINE, day=LOCK, display_on_book="management")

    assert company.post(draft, "management").posted("management")


def test_a_push_into_a_period_locked_meanwhile_is_refused_and_its_neighbour_passes(
    company: Company,
) -> None:
    with office(company.kernel) as site:
        go_offline(site)
        for day, no in ((LOCK, "NVK00901"), ("2026-02-01", "NVK00902")):
            body = {"no": no, "posting_date": day, "lines": [{"line": 1, **LINE}]}
            site.save(actor(site), "journal", body, post=("financial",))
        company.lock(LOCK)
        synchronization(site).set_mode(True)
        synchronization(site).connect()
        outcome = synchronization(site).push()

        (failed,) = outcome.failed
        assert (failed["voucher"], failed["code"]) == ("NVK00901", "period_locked")
        assert outcome.pushed == 1
        catch_up(site)
    assert company.read(lambda view: view.by_number("NVK00901")) is None


# -- locking --------------------------------------------------------------------------------------


def test_locking_deals_with_every_unposted_voucher(company: Company) -> None:
    company.journal(LINE, day="2026-01-10", no="NVK1")
    company.journal(LINE, day="2026-01-11", no="NVK2")
    company.journal(day="2026-01-12", no="NVK3")
    company.journal(LINE, day="2026-01-31", no="NVK4")
    company.journal(LINE, day="2026-02-01", no="NVK5")
    handling = {"NVK1": "post", "NVK2": "move_to_next_day", "NVK3": "delete"}

    result = company.invoke(
        "general_ledger.lock_period",
        lock_date=LOCK,
        handling=handling,
        default_handling="leave",
        ignore_warnings=True,
    )

    assert [(row["voucher"], row["action"]) for row in result["handled"]] == [
        ("NVK1", "posted"),
        ("NVK2", "moved"),
        ("NVK3", "deleted"),
        ("NVK4", "left"),
    ]
    moved = company.read(lambda view: view.by_number("NVK2"))
    assert moved.data.posting_date == datetime.date(2026, 2, 1)
    assert company.read(lambda view: view.by_number("NVK3")) is None
    assert company.read(lambda view: view.by_number("NVK1")).posted()


def test_one_voucher_that_cannot_be_posted_stops_the_whole_lock(company: Company) -> None:
    company.journal(LINE, day="2026-01-10", no="NVK1")
    company.journal(pair("6427", "", 5), day="2026-01-11", no="NVK2")

    error = refused(
        lambda: company.invoke(
            "general_ledger.lock_period",
            lock_date=LOCK,
            default_handling="post",
            ignore_warnings=True,
        )
    )

    assert error.code == "unposted_vouchers"
    assert [row["voucher"] for row in error.detail["vouchers"]] == ["NVK2"]
    assert error.detail["vouchers"][0]["codes"] == ["credit_account_required"]
    assert not company.read(lambda view: view.by_number("NVK1")).posted()
    assert company.read(lambda view: list(view.all("period_lock"))) == []


def test_a_voucher_without_handling_stops_the_lock(company: Company) -> None:
    company.journal(LINE, day="2026-01-10", no="NVK1")

    error = refused(lambda: company.invoke("general_ledger.lock_period", lock_date=LOCK))

    assert error.code == "unposted_vouchers"


def test_a_branch_is_locked_alone(company: Company) -> None:
    company.save("org_unit", {"code": "CN1", "kind": "branch"})
    company.journal(LINE, day="2026-01-10", no="NVK1")
    company.journal(LINE, day="2026-01-10", no="NVK2", branch="CN1")

    result = company.invoke(
        "general_ledger.lock_period", lock_date=LOCK, branches=["CN1"], default_handling="leave"
    )

    assert [row["voucher"] for row in result["handled"]] == ["NVK2"]
    assert company.post(company.read(lambda view: view.by_number("NVK1"))).posted()


def test_the_history_keeps_who_when_and_why(company: Company) -> None:
    company.invoke("general_ledger.lock_period", lock_date=LOCK)
    company.invoke("general_ledger.unlock_period", lock_date="2025-12-31", reason="Kiểm toán")

    (lock,) = company.read(lambda view: list(view.all("period_lock")))

    assert [(c.old, c.new, c.by, c.reason) for c in lock.data.history] == [
        (None, datetime.date(2026, 1, 31), "tester", ""),
        (datetime.date(2026, 1, 31), datetime.date(2025, 12, 31), "tester", "Kiểm toán"),
    ]


def test_a_lock_does_not_go_back_without_a_reason_whichever_way_it_is_saved(
    company: Company,
) -> None:
    lock = company.lock(LOCK)

    with pytest.raises(LiensoError) as edit:
        company.save("period_lock", {"lock_date": "2025-12-31"}, id=lock.id, merge=True)
    with pytest.raises(LiensoError) as deletion:
        company.kernel.delete(company.by, "period_lock", lock.id)

    assert (edit.value.code, deletion.value.code) == ("reason_required", "reason_required")


def test_locking_says_what_the_period_lacks(company: Company) -> None:
    company.save("account_opening", {"account": "1111", "lines": [{"line": 1, "debit": 7}]})
    company.posted(pair("6271", "1111", 5), day="2026-01-10")

    result = company.invoke("general_ledger.lock_period", lock_date=LOCK)

    said = {finding["code"] for finding in result["_findings"]}
    assert said == {"opening_not_balanced", "unclosed_costs"}


def test_locking_names_results_that_are_not_closed_and_months_that_were_not_allocated(
    company: Company,
) -> None:
    company.untrack(["1388"])
    company.posted(pair("6427", "1388", 5), day="2026-01-10")
    rows = [{"ratio": "100", "debit": "6427"}]
    body = {"code": "A", "name": "A", "start": "2026-01-01", "amount": 9, "periods": 3}
    company.save("prepaid_cost", {**body, "allocation_rows": rows})

    first = company.invoke("general_ledger.lock_period", lock_date=LOCK, dry_run=True)
    run = {"year": 2026, "month": 1, "ignore_warnings": True}
    company.invoke("general_ledger.allocate_prepaid_costs", **run)
    company.invoke("general_ledger.close_profit_and_loss", date=LOCK)
    second = company.invoke("general_ledger.lock_period", lock_date=LOCK)

    told = {finding["code"]: finding["values"] for finding in first["_findings"]}
    assert told["results_not_closed"] == {"accounts": ["6427"]}
    assert told["allocation_gap"] == {"month": "2026-01", "prepaid": ["A"]}
    assert "_findings" not in second


def test_locking_names_sites_with_unsent_records(company: Company) -> None:
    with office(company.kernel, "S1") as site:
        site.save(actor(site), "journal", {"posting_date": "2026-01-05", "lines": []})
        synchronization(site).beat()

        result = company.invoke("general_ledger.lock_period", lock_date=LOCK)

    (found,) = result["_findings"]
    assert found["code"] == "sites_not_synced"
    assert found["values"]["sites"].startswith("S1 (2026-03-02")
